"""Names that people ask by: of the records that a list is filtered by, and values that stand in its newest rows."""

from collections.abc import Mapping
from typing import Any

import orjson

from directapp.asking.lexicon import Name
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta
from directapp.derive.shown import readable_anywhere
from directapp.kernel.actor import Actor
from directapp.services.reading import Reading
from directapp.store.query import Order, Query

_MOST_RECORDS, _NEWEST_ROWS = 500, 500


async def names_known(reading: Reading, actor: Actor, meta: CollectionMeta) -> list[Name]:
    """Return what the actor may name in a question about a collection; nothing that the actor does not see."""
    asked: list[tuple[str, Query]] = []
    for target in _pointed_at(actor, meta):
        titles = _readable(actor, target, target.declared.views.title)
        if titles:
            paths = tuple((name,) for name in ("id", *titles))
            asked.append((target.name, Query(fields=paths, sort=(Order("id"),), limit=_MOST_RECORDS)))
    own = _readable(actor, meta, [n for n in meta.declared.views.title if _is_value(meta, n)])
    if own:
        newest = (Order("created_at", descending=True), Order("id", descending=True))
        asked.append((meta.name, Query(fields=tuple((n,) for n in own), sort=newest, limit=_NEWEST_ROWS)))
    found: list[Name] = []
    for (name, query), json in zip(asked, await reading.several(actor, asked), strict=True):
        rows, fields = orjson.loads(json), [path[0] for path in query.fields if path[0] != "id"]
        if name != meta.name:
            found += [one for row in rows for one in _called(meta.spec[name], row, fields)]
        else:
            values = {(n, str(row[n])) for row in rows for n in fields if row.get(n)}
            found += [Name(name, text, text, value_of=n) for n, text in sorted(values)]
    return found


def _pointed_at(actor: Actor, meta: CollectionMeta) -> list[CollectionMeta]:
    """Return the collections of the references that a list is filtered by, and that the actor opens."""
    readable = readable_anywhere(actor, meta)
    named = (*meta.declared.views.filters, *meta.declared.views.assigned)
    targets = dict.fromkeys(t for n in named if n in readable and (t := meta.fields[n].points_to) and t != meta.name)
    return [meta.spec[t] for t in targets if meta.spec[t].declared.exposed and meta.spec[t].grants_of(actor.roles)]


def _readable(actor: Actor, meta: CollectionMeta, names: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    readable = readable_anywhere(actor, meta)
    return tuple(name for name in names if name in readable)


def _is_value(meta: CollectionMeta, name: str) -> bool:
    item = meta.fields[name]
    return item.kind is Kind.STRING and not item.code and item.personal is None


def _called(meta: CollectionMeta, row: Mapping[str, Any], fields: list[str]) -> list[Name]:
    """Return what a record is called: as a whole, and by each part of its name that is not a person's."""
    parts = [str(row[name]) for name in fields if row.get(name)]
    alone = [] if any(meta.fields[name].personal for name in fields) else parts
    return [Name(meta.name, str(row["id"]), text) for text in dict.fromkeys((" ".join(parts), *alone)) if text]
