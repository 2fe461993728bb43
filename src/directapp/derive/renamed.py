"""Renamed: the declarations as one company knows them: its own names and colours of statuses, its own modules."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from directapp.declare.collection import Collection
from directapp.declare.fields import Choice, Field
from directapp.declare.spec import CollectionMeta, Spec
from directapp.declare.workflow import Phase, State, Workflow
from directapp.derive.shown import readable_anywhere
from directapp.kernel.actor import Actor
from directapp.kernel.errors import DirectAppError
from directapp.kernel.languages import languages
from directapp.kernel.text import Name, Text
from directapp.services.platform import Platform

Names = Mapping[str, Mapping[str, Any]]


async def renamed_for(platform: Platform, actor: Actor, collection: str, names: str, modules: str) -> Spec:
    """Return the declarations with the names and the modules that an actor's company keeps in its own record."""
    spec = await platform.database.spec_of(actor.tenant)
    meta = spec.get(collection)
    if meta is None or not {names, modules} <= meta.fields.keys() & readable_anywhere(actor, meta):
        return spec
    try:
        row = orjson.loads(await platform.reading.one(actor, collection, actor.tenant, ((names,), (modules,))))
    except DirectAppError:
        return spec
    return in_use(renamed(spec, row.get(names) or {}), row.get(modules) or ())


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


def renamed(spec: Spec, names: Names) -> Spec:
    """Return the declarations with a company's names: by collection, labels of statuses and hues of phases."""
    changed = {
        name: CollectionMeta(_renamed(meta.declared, meta.declared.workflow, own))
        for name, own in names.items()
        if (meta := spec.get(name)) is not None and meta.declared.workflow is not None
    }
    return spec.with_metas(changed) if changed else spec


def _renamed(collection: Collection, flow: Workflow | None, own: Mapping[str, Any]) -> Collection:
    assert flow is not None
    labels, hues = own.get("labels") or {}, own.get("hues") or {}
    phases = {s.phase.code: _phase(s.phase, hues) for s in flow.states}
    states = tuple(
        replace(s, label=_label(s.label, labels.get(s.code) or {}), phase=phases[s.phase.code]) for s in flow.states
    )
    by_code = {s.code: s for s in states}
    groups = tuple(replace(g, fields=tuple(_field(f, by_code) for f in g.fields)) for g in collection.groups)
    return replace(collection, workflow=replace(flow, states=states), groups=groups)


def _phase(phase: Phase, hues: Mapping[str, Any]) -> Phase:
    return replace(phase, hue=hues.get(phase.code, phase.hue))


def _label(label: Text, names: Mapping[str, str]) -> Text:
    """Return a label with a company's words in the languages that it has any in."""
    if not names:
        return label
    return Name(tuple((language, names.get(language) or label.pick(language)) for language in languages()))


def _field(item: Field, states: Mapping[str, State]) -> Field:
    """Return a field that holds a status with the names of the statuses; any other as it is."""
    if not item.choices or not all(choice.code in states for choice in item.choices):
        return item
    found = (states[choice.code] for choice in item.choices)
    return replace(item, choices=tuple(Choice(s.code, s.label, s.phase.hue) for s in found))
