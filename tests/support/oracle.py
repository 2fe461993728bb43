"""An independent judge of access: the declarations read as data, in plain Python over plain rows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any
from uuid import UUID

from directapp.declare.access import Grant
from directapp.declare.collection import SYSTEM, Collection
from directapp.declare.fields import Field
from directapp.declare.rules import (
    All,
    Either,
    Empty,
    Everything,
    In,
    Is,
    Not,
    Nothing,
    Other,
    Parent,
    Rule,
    SeenInFull,
    SubjectSeen,
    Who,
    Whose,
)
from directapp.declare.spec import CollectionMeta, Spec
from directapp.kernel.actor import Actor
from directapp.kernel.roles import CustomRole

Row = Mapping[str, Any]
Rows = Mapping[str, Mapping[UUID, Row]]
# Those that the pipeline itself works as: the one reads what rules ask for, the other writes back what was undone.
# A third writes over, or deletes, what law asks to be forgotten.
READS_ALL, UNDOES, ERASES = "sys_pipeline", "sys_undo", "sys_eraser"


class Declared:
    """What stands in one declaration: fields by group, and what each entry reads and writes of them."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.name = collection.name
        self.grants = collection.access.grants

    @cached_property
    def groups(self) -> dict[str, dict[str, Field]]:
        found = {g.code: {f.name: f for f in g.fields} for g in self.collection.groups}
        return {**found, "system": found.get("system", {}) | {f.name: f for f in SYSTEM.fields}}

    @cached_property
    def fields(self) -> dict[str, Field]:
        return {name: item for group in self.groups.values() for name, item in group.items()}

    def members(self, names: Iterable[str]) -> frozenset[str]:
        """Return the fields that groups, fields and ``*`` stand for."""
        found: set[str] = set()
        for name in names:
            found |= self.fields.keys() if name == "*" else self.groups[name].keys() if name in self.groups else {name}
        return frozenset(found)

    def reads(self, grant: Grant) -> frozenset[str]:
        """Return what an entry reads: what it names, the system's fields of a row seen in full, never a secret."""
        named = self.members((*grant.read, "system") if grant.full else grant.read)
        return frozenset(n for n in named if n == "id" or not self.fields[n].secret) | {"id"}

    def writes(self, grant: Grant) -> frozenset[str]:
        """Return what an entry writes: never what is worked out."""
        named = self.members(grant.write) - {"id"}
        return frozenset(n for n in named if not self.fields[n].computed and self.fields[n].sql is None)

    @property
    def personal(self) -> bool:
        own = self.collection.own_fields
        return own or any(item.personal for item in self.fields.values() if item.sql is None)

    @property
    def deletes(self) -> bool:
        return any(g.delete for g in self.grants)

    def of_system(self, role: str) -> tuple[Grant, ...]:
        """Return the entry of a part of the system: one that is listed, or that all is read and undone by."""
        access = self.collection.access
        if role == READS_ALL:
            return (Grant(role=role),)
        if role == UNDOES:
            return (Grant(role=role, write=("*",), delete=access.delete_why is not None),)
        listed = role.removeprefix("sys_") in access.systems
        given = (Grant(role=role, write=("*",), create=True, delete=self.deletes),) if listed else ()
        if role == ERASES and self.personal:
            return (*given, Grant(role=role, write=("*",), delete=access.erasable))
        return given

    def of_own(self, role: CustomRole) -> tuple[Grant, ...]:
        """Return what a role of a company's own has taken over of the entries."""
        return tuple(
            replace(
                entry,
                role=role,
                read=tuple(self.members(piece.read) & self.reads(entry)),
                write=tuple(self.members(piece.write) & self.writes(entry)),
                verbs=piece.verbs,
                create=piece.create,
                delete=piece.delete,
            )
            for piece in role.pieces
            if piece.collection == self.name
            for key, entry in self.entries.items()
            if key == piece.entry
        )

    @cached_property
    def entries(self) -> dict[str, Grant]:
        return CollectionMeta(self.collection).entries


def declared_in(spec: Spec) -> dict[str, Declared]:
    """Return what every collection declares, by name."""
    return {name: Declared(meta.declared) for name, meta in spec.metas.items()}


def rule_columns(rule: Rule) -> Iterator[str]:
    """Yield the columns of the row itself that a rule looks at."""
    match rule:
        case All(parts=parts) | Either(parts=parts):
            for part in parts:
                yield from rule_columns(part)
        case Not(part=part):
            yield from rule_columns(part)
        case Is() | Other() | In() | Empty() | SeenInFull() | SubjectSeen() | Parent():
            yield rule.column


def rule_parts(rule: Rule) -> list[Rule]:
    """Return a rule with all that it is made of, what it asks of other records included."""
    match rule:
        case All(parts=parts) | Either(parts=parts):
            return [rule, *(inner for part in parts for inner in rule_parts(part))]
        case Not(part=part) | Parent(rule=part):
            return [rule, *rule_parts(part)]
    return [rule]


class Oracle:
    """Judges for one actor over the rows of the actor's tenant."""

    def __init__(self, collections: Mapping[str, Declared], actor: Actor, rows: Rows) -> None:
        self.collections = collections
        self.actor = actor
        self.rows = rows
        # With the rule and the row themselves: what is kept cannot be taken for another one of the same address.
        self.judged: dict[tuple[int, int], tuple[Rule, Row, bool | None]] = {}
        self.given: dict[str, tuple[Grant, ...]] = {}

    def holds(self, rule: Rule, row: Row) -> bool | None:
        """Judge as SQL does: None where a comparison has no value."""
        key = id(rule), id(row)
        if key not in self.judged:
            self.judged[key] = rule, row, self._judge(rule, row)
        return self.judged[key][2]

    def _judge(self, rule: Rule, row: Row) -> bool | None:  # noqa: C901, PLR0911 - one case a rule
        match rule:
            case Everything():
                return True
            case Nothing():
                return False
            case Empty(column=column):
                return row[column] is None
            case Is(column=column, value=value):
                return self._equal(row[column], self._who(value))
            case Other(column=column, value=value):
                return None if row[column] is None else row[column] != value
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
                return any(self.sees(self.collections[name], p) and self.holds(inner, p) is True for p in parents)

    def _in_full(self, name: str | None, record: UUID | None) -> bool:
        parent = self.rows[name].get(record) if name and record else None
        return parent is not None and any(
            g.full and self.holds(g.rows, parent) is True for g in self.grants(self.collections[str(name)])
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

    def grants(self, declared: Declared) -> tuple[Grant, ...]:
        if declared.name not in self.given:
            self.given[declared.name] = self._grants(declared)
        return self.given[declared.name]

    def _grants(self, declared: Declared) -> tuple[Grant, ...]:
        people = tuple(g for g in declared.grants if g.role in self.actor.roles)
        systems = (g for role in self.actor.roles if role.startswith("sys_") for g in declared.of_system(role))
        own = (g for role in self.actor.roles if isinstance(role, CustomRole) for g in declared.of_own(role))
        return (*people, *systems, *own)

    def matching(self, declared: Declared, row: Row) -> tuple[Grant, ...]:
        """Return the entries whose rows a row is among."""
        return tuple(g for g in self.grants(declared) if self.holds(g.rows, row) is True)

    def sees(self, declared: Declared, row: Row) -> bool:
        return bool(self.matching(declared, row))

    def reads(self, declared: Declared, row: Row) -> frozenset[str]:
        return frozenset[str]().union(*(declared.reads(g) for g in self.matching(declared, row)))

    def owned(self, declared: Declared, row: Row) -> tuple[Grant, ...]:
        """Return the entries that may change a row, in whatever state it stands."""
        return tuple(g for g in self.grants(declared) if self.holds(g.edit_rule, row) is True)

    def open(self, declared: Declared, row: Row) -> tuple[Grant, ...]:
        """Return the entries that may change a row as it stands."""
        return tuple(g for g in self.owned(declared, row) if not g.states or row["status"] in g.states)

    def edits(self, declared: Declared, row: Row) -> bool:
        return any(g.write for g in self.open(declared, row))

    def writes(self, declared: Declared, row: Row) -> frozenset[str]:
        return frozenset[str]().union(*(declared.writes(g) for g in self.open(declared, row)))

    def creates(self, declared: Declared, row: Row) -> bool:
        return any(g.create for g in self.owned(declared, row))

    def deletes(self, declared: Declared, row: Row) -> bool:
        return any(g.delete for g in self.open(declared, row))

    def moves(self, declared: Declared, before: Row, after: Row) -> bool:
        """Whether a row may be changed, and may stand as it comes to stand."""
        left = any(g.write or g.verbs for g in self.owned(declared, after))
        return self.edits(declared, before) and self.sees(declared, before) and left and self.sees(declared, after)
