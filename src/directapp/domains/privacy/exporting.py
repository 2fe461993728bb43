"""Exporting: everything that is held of a person, by collection, with labels and values."""

from collections.abc import Sequence
from typing import Any

from directapp.declare.fields import Field, Personal
from directapp.declare.names import plain
from directapp.declare.spec import CollectionMeta
from directapp.domains.privacy.held import Held
from directapp.services.seen import Seen

FORMAT = "directapp.personal/1"
_ALWAYS = ("created_at", "at", "status", "channel")


def exported(held: Sequence[Held], about: Personal) -> list[dict[str, Any]]:
    """Return the records that are about a person: what is personal of each, and what tells which record it is."""
    return [
        {
            "collection": one.meta.name,
            "label": one.meta.declared.plural,
            "records": [_record(one, row, about) for row in one.rows],
        }
        for one in held
    ]


def _record(held: Held, row: Seen, about: Personal) -> dict[str, Any]:
    values = plain(row.row)
    shown = [item for item in _shown(held.meta, about) if values.get(item.name) is not None]
    return {
        "id": str(row.id),
        "fields": [{"name": i.name, "label": i.label, "value": _value(i, values[i.name])} for i in shown],
    }


def _shown(meta: CollectionMeta, about: Personal) -> list[Field]:
    names = {*meta.titles, *_ALWAYS}
    return [i for i in meta.stored if not i.secret and (i.personal == about or i.name in names) and i.name != "id"]


def _value(item: Field, value: Any) -> Any:
    choice = item.choice(value) if item.choices and isinstance(value, str) else None
    if choice is not None:
        return choice.label
    return value if isinstance(value, bool | int | float | str | dict | list) else str(value)
