"""An independent judge of row rules: plain Python over plain rows, to hold against what PostgreSQL says."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from directapp.declare.access import Grant
from directapp.declare.rules import (
    All,
    Either,
    Empty,
    Everything,
    In,
    Is,
    Not,
    Nothing,
    Parent,
    Rule,
    SeenInFull,
    SubjectSeen,
    Who,
    Whose,
)
from directapp.declare.spec import CollectionMeta, Spec
from directapp.kernel.actor import Actor

Row = Mapping[str, Any]
Rows = Mapping[str, Mapping[UUID, Row]]


class Oracle:
    """Judges for one actor over the rows of the actor's tenant."""

    def __init__(self, spec: Spec, actor: Actor, rows: Rows) -> None:
        self.spec = spec
        self.actor = actor
        self.rows = rows

    def holds(self, rule: Rule, row: Row) -> bool | None:  # noqa: C901, PLR0911 - one case a rule
        """Judge as SQL does: None where a comparison has no value."""
        match rule:
            case Everything():
                return True
            case Nothing():
                return False
            case Empty(column=column):
                return row[column] is None
            case Is(column=column, value=value):
                return self._equal(row[column], self._who(value))
            case In(column=column, values=values):
                return self._among(row[column], values)
            case Not(part=part):
                return self.holds(part, row) is not True
            case All(parts=parts):
                judged = [self.holds(p, row) for p in parts]
                return False if False in judged else None if None in judged else True
            case Either(parts=parts):
                judged = [self.holds(p, row) for p in parts]
                return True if True in judged else None if None in judged else False
            case SeenInFull(column=column, collection=name):
                return self._in_full(name, row[column])
            case SubjectSeen(column=column):
                return self._in_full(row["subject_collection"], row[column])
            case Parent(column=column, collection=name, rule=inner, key=key):
                parents = [p for p in self.rows[name].values() if p[key] == row[column] is not None]
                return any(self.sees(self.spec[name], p) and self.holds(inner, p) is True for p in parents)

    def _in_full(self, name: str | None, record: UUID | None) -> bool:
        parent = self.rows[name].get(record) if name and record else None
        return parent is not None and any(
            g.full and self.holds(g.rows, parent) is True for g in self.grants(self.spec[str(name)])
        )

    def _who(self, value: object) -> object:
        if value is Who.USER:
            return self.actor.user
        if value is Who.SITE:
            return self.actor.site
        return value

    @staticmethod
    def _equal(left: object, right: object) -> bool | None:
        return None if left is None or right is None else left == right

    def _among(self, value: object, values: Whose | tuple[str, ...]) -> bool | None:
        if value is None:
            return None
        if values is Whose.SITES:
            return value in self.actor.sites
        if values is Whose.BRANDS:
            return value in self.actor.brands
        return value in values

    def grants(self, meta: CollectionMeta) -> tuple[Grant, ...]:
        return meta.grants_of(self.actor.roles)

    def sees(self, meta: CollectionMeta, row: Row) -> bool:
        return any(self.holds(g.rows, row) is True for g in self.grants(meta))

    def reads(self, meta: CollectionMeta, row: Row) -> frozenset[str]:
        found = [meta.reads(g) for g in self.grants(meta) if self.holds(g.rows, row) is True]
        return frozenset[str]().union(*found)

    def edits(self, meta: CollectionMeta, row: Row) -> bool:
        return any(
            g.write and self.holds(g.edit_rule, row) is True and (not g.states or row["status"] in g.states)
            for g in self.grants(meta)
        )

    def writes(self, meta: CollectionMeta, row: Row) -> frozenset[str]:
        found = [
            meta.writes(g)
            for g in self.grants(meta)
            if self.holds(g.edit_rule, row) is True and (not g.states or row["status"] in g.states)
        ]
        return frozenset[str]().union(*found)
