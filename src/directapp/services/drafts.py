"""Drafts: what is about to be written, and why it could not be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from directapp.declare.case import Case, Many, One
from directapp.declare.events import Event
from directapp.declare.names import STATUS, FieldNames, field_name, plain
from directapp.declare.spec import CollectionMeta
from directapp.services.validation import json_value
from directapp.store.changes import Change, OutboxEvent
from directapp.store.uniques import unique_name
from directapp.store.words import tokens_in


class TakenError(Exception):
    """A unique value stands on another record already.

    Row-level security keeps the values out of the database's own message, so they travel here.
    """

    def __init__(self, meta: CollectionMeta, constraint: str, row: Mapping[str, Any]) -> None:
        """Keep which constraint refused, and the row that was to be written."""
        super().__init__(constraint)
        self.unique = next((u for u in meta.declared.unique if constraint == unique_name(meta.name, u)), None)
        self.meta = meta
        self.row = row
        self.sign_in = next((f.name for f in meta.stored if f.sign_in and "login_directory" in constraint), None)


@dataclass(frozen=True, slots=True)
class Draft:
    """A record as it is to be written, judged: its case, and the events that follow from it."""

    meta: CollectionMeta
    record: UUID
    case: Case
    events: Sequence[Event]


def written_values(draft: Draft, now: datetime, person: UUID | None) -> dict[str, Any]:
    """Return the columns that are written of a draft: what changed, and who changed it when."""
    meta, case, before = draft.meta, draft.case, draft.case.before
    row = plain(case.row)
    if before is not None:
        stored = plain(before)
        row = {n: v for n, v in row.items() if v != stored.get(n)}
    values = {n: v for n, v in row.items() if n in meta.columns}
    values |= {
        "version": 1 if before is None else before[FieldNames.version] + 1,
        "updated_at": now,
        "updated_by": person,
    }
    if before is None:
        values |= {
            "id": draft.record,
            "created_at": case.get(FieldNames.created_at) or now,
            "created_by": case.get(FieldNames.created_by) or person,
        }
        values["updated_at"] = case.get(FieldNames.updated_at) or now
    return values


def events_of(draft: Draft, values: Mapping[str, Any]) -> dict[Event, dict[str, Any]]:
    """Return the events that a write of these columns emits, each with its payload."""
    meta, case = draft.meta, draft.case
    emitted = [*draft.events, *(e.event for e in meta.declared.events if e.follows(case, values))]
    moved = {"from": case.was(STATUS), "to": case.get(STATUS)} if "status" in meta.columns else {}
    written = moved | {"version": values["version"]}
    return {
        event: written
        | ({"was": {n: json_value(meta.fields[n], case.was(field_name(n))) for n in event.was}} if event.was else {})
        for event in emitted
    }


@dataclass(slots=True)
class Batch:
    """New records of several acts of one transaction, and their events, that wait to be written together."""

    drafts: list[Draft] = field(default_factory=list)
    events: list[OutboxEvent] = field(default_factory=list)

    def mark(self) -> tuple[int, int]:
        """Return how high it is."""
        return len(self.drafts), len(self.events)

    def cut(self, mark: tuple[int, int]) -> None:
        """Take away what was put down since."""
        del self.drafts[mark[0] :]
        del self.events[mark[1] :]


def equals_of(asked: One | Many, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what related records have in common with a row."""
    if isinstance(asked, One):
        return {"id": row.get(asked.column)}
    among = {asked.among[0]: list(asked.among[1])} if asked.among else {}
    return {asked.column: row.get(asked.via)} | {theirs: row.get(ours) for theirs, ours in asked.also} | among


def tokens_of_draft(draft: Draft, change: Change) -> dict[str, set[str]]:
    """Return the search tokens of what a write changes."""
    return tokens_in(draft.meta, {**plain(draft.case.row), **change.row}, change.audit.changes)
