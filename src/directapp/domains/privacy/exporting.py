"""Exporting: everything that is held of a person, by collection, with labels and values."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from directapp.declare.fields import Field, Personal
from directapp.declare.names import plain
from directapp.declare.spec import CollectionMeta
from directapp.domains.privacy.held import Held
from directapp.domains.records.fields import Files
from directapp.services import forgetting
from directapp.services.attachments import FILES
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

FORMAT = "directapp.personal/1"
_ODD, _LONGEST_NAME = re.compile(r"[^\w.\- ]"), 80
_ALWAYS = ("created_at", "at", "status", "channel")


async def exported(ctx: CommandContext, held: Sequence[Held], about: Personal) -> list[dict[str, Any]]:
    """Return the records that are about a person: what is personal of each, what tells which it is, and what it was.

    A record of a file says under ``file`` where its bytes lie in an export with files.
    """
    return [
        {
            "collection": one.meta.name,
            "label": one.meta.declared.plural,
            "records": _records(one, about, await forgetting.remembered(ctx.work, one.meta, [r.id for r in one.rows])),
        }
        for one in held
    ]


def _records(held: Held, about: Personal, changes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    past: dict[UUID, list[Mapping[str, Any]]] = {}
    for change in changes:
        past.setdefault(change["record"], []).append(change)
    return [_record(held, row, about, past.get(row.id, ())) for row in held.rows]


def _record(held: Held, row: Seen, about: Personal, past: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    values = plain(row.row)
    shown = [item for item in _shown(held.meta, about) if values.get(item.name) is not None]
    return {
        "id": str(row.id),
        **({"file": file_name(str(row.id), str(row.row.get(Files.name) or ""))} if held.meta.name == FILES else {}),
        "fields": [{"name": i.name, "label": i.label, "value": _value(i, values[i.name])} for i in shown],
        "history": [told for change in past if (told := _change(held, about, change))["fields"]],
    }


def _change(held: Held, about: Personal, change: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a change did to what is personal; what was forgotten since is told as nothing."""
    changed = [(i, change["changes"][i.name]) for i in held.fields(about) if i.name in change["changes"]]
    return {
        "at": change["at"].isoformat(),
        "by": change["actor_name"],
        "fields": [
            {"name": i.name, "label": i.label, "before": _past(i, before), "after": _past(i, after)}
            for i, (before, after) in changed
            if not i.secret
        ],
    }


def _past(item: Field, value: Any) -> Any:
    return None if value is None or forgetting.is_forgotten(value) else _value(item, value)


def file_name(record: str, name: str) -> str:
    """Return where a file lies in an export with files; a name leads nowhere else."""
    return f"files/{record}-{_ODD.sub('_', name)[-_LONGEST_NAME:]}"


def _shown(meta: CollectionMeta, about: Personal) -> list[Field]:
    names = {*meta.titles, *_ALWAYS}
    return [i for i in meta.stored if not i.secret and (i.personal == about or i.name in names) and i.name != "id"]


def _value(item: Field, value: Any) -> Any:
    choice = item.choice(value) if item.choices and isinstance(value, str) else None
    if choice is not None:
        return choice.label
    return value if isinstance(value, bool | int | float | str | dict | list) else str(value)
