"""Case: everything a rule may know, as plain values. Rules are pure functions of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from directapp.declare.names import NO_ROW, FieldName, Patch, Row, plain, row_of
from directapp.kernel.actor import Actor

if TYPE_CHECKING:
    from directapp.declare.fields import Field

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A write that is being judged.

    ``before`` is the stored row (None at creation), ``patch`` what is being changed, ``row`` the two
    merged; ``related`` the records and lists of records that the collection asked for by name, ``earlier`` the
    same as they stood to the stored row. ``lifted`` are records that the same act is about to put elsewhere: they
    count nowhere. ``confirmed`` says that the writer has seen what it brings with it. ``fields`` tells the fields of
    a collection by name, the company's own among them; only what a write is judged by knows any.
    """

    row: Row
    actor: Actor
    now: datetime
    before: Row | None = None
    patch: Patch = field(default_factory=dict)
    related: Mapping[str, Any] = field(default_factory=dict)
    earlier: Mapping[str, Any] = field(default_factory=dict)
    verb: str = "update"
    lifted: frozenset[UUID] = frozenset()
    confirmed: bool = False
    fields: "Callable[[str], Mapping[str, Field]]" = lambda _collection: {}

    def get(self, name: FieldName[T]) -> T | None:
        """Return a value of the merged row, None when it has none."""
        return self.row.get(name)

    def was(self, name: FieldName[T]) -> T | None:
        """Return the stored value from before the write, None when there was none."""
        return None if self.before is None else self.before.get(name)

    def changed(self, *names: FieldName[Any]) -> bool:
        """Whether the write changes any of these fields."""
        after, before = self.row, self.before or NO_ROW
        return any(after.get(name) != before.get(name) for name in names)

    def one(self, name: str) -> Row:
        """Return a related record, an empty mapping when there is none."""
        found: Row | None = self.related.get(name)
        return found or NO_ROW

    def many(self, name: str) -> list[Row]:
        """Return a related list of records."""
        return list(self.related.get(name) or ())

    def merged(self, **values: Any) -> "Case":
        """Return the same case with further values in the merged row."""
        return replace(self, row=row_of({**plain(self.row), **values}))


@dataclass(frozen=True, slots=True)
class One:
    """Ask for the record that a ref column points to, under a name.

    A write with consequences holds it against other writers, unless ``hold`` says that it is only read.
    """

    name: str
    column: str
    collection: str
    hold: bool = True


@dataclass(frozen=True, slots=True)
class Many:
    """Ask for the records of a collection whose ref column points here, under a name.

    With ``via`` they point where the own column of that name points: siblings. ``also`` are further pairs of
    columns that must agree: theirs, ours. ``among``: only those with one of some values in a column of theirs.
    """

    name: str
    collection: str
    column: str
    via: str = "id"
    also: tuple[tuple[str, str], ...] = ()
    among: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Look for values from ``start`` (included) to ``end`` (not included); None leaves that side open."""

    start: Any = None
    end: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Figures over any number of records, added up where they lie.

    ``by`` (what is grouped by) and ``of`` (aggregates) are SQL by name, ``{row}`` being the record. With ``latest``,
    of those that share some columns only the one with the highest value of another counts. ``either`` names
    references of which one must be among some ids, ``within`` spans of time that all must lie in, ``where`` is a
    further condition in SQL; ``moments`` are instants that the SQL names, as ``{now}``. Of the groups those of which
    ``having`` holds are told, in an ``order`` of their own and at most ``most``, or added up once more: ``over``.
    """

    by: Mapping[str, str]
    of: Mapping[str, str]
    where: str = ""
    having: str = ""
    over: Mapping[str, str] = field(default_factory=dict)
    order: str = ""
    most: int = 0
    moments: Mapping[str, datetime] = field(default_factory=dict)
    either: Mapping[str, Sequence[UUID]] = field(default_factory=dict)
    within: Mapping[str, Range] = field(default_factory=dict)
    latest: tuple[tuple[str, ...], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """A write to another record that a write brings with it, in the same transaction.

    ``target`` None creates. It is done by the named system actor, which the other collection must list.
    """

    collection: str
    system: str
    patch: Patch
    target: UUID | None = None
