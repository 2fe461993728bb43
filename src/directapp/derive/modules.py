"""The declarations as one company knows them, with the modules that it uses."""

from collections.abc import Sequence
from dataclasses import replace

import orjson

from directapp.declare.collection import Collection
from directapp.declare.fields import Field
from directapp.declare.spec import CollectionMeta, Spec
from directapp.derive.shown import readable_anywhere
from directapp.kernel.actor import Actor
from directapp.kernel.errors import DirectAppError
from directapp.services.platform import Platform


async def with_modules(platform: Platform, actor: Actor, collection: str, modules: str) -> Spec:
    """Return the declarations as an actor's company knows them, with the modules that its own record keeps."""
    spec = await platform.database.spec_of(actor.tenant)
    meta = spec.get(collection)
    if meta is None or modules not in meta.fields.keys() & readable_anywhere(actor, meta):
        return spec
    try:
        row = orjson.loads(await platform.reading.one(actor, collection, actor.tenant, ((modules,),)))
    except DirectAppError:
        return spec
    return in_use(spec, row.get(modules) or ())


def in_use(spec: Spec, modules: Sequence[str]) -> Spec:
    """Return the declarations without the modules that are not in use in menu and choices; none named: all are."""
    if not modules:
        return spec
    declared = {name: _of_modules(meta.declared, modules) for name, meta in spec.metas.items()}
    changed = {name: CollectionMeta(one) for name, one in declared.items() if one is not spec[name].declared}
    return spec.with_metas(changed)


def _of_modules(collection: Collection, modules: Sequence[str]) -> Collection:
    fields = [f for g in collection.groups for f in g.fields] + [p for v in collection.verbs for p in v.params]
    views = collection.views
    gone = views.menu and views.module and views.module not in modules
    if not gone and not any(c.module for f in fields for c in f.choices):
        return collection

    def of(items: tuple[Field, ...]) -> tuple[Field, ...]:
        return tuple(
            replace(f, choices=tuple(replace(c, hidden=bool(c.module) and c.module not in modules) for c in f.choices))
            for f in items
        )

    return replace(
        collection,
        views=replace(views, menu=False) if gone else views,
        groups=tuple(replace(group, fields=of(group.fields)) for group in collection.groups),
        verbs=tuple(replace(verb, params=of(verb.params)) for verb in collection.verbs),
    )
