"""Queries as values: what is asked for, before anything is compiled. The shape is cached, the values bound."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from directapp.store.words import Word

Path = tuple[str, ...]

# Operators whose value is yes or no and stands in the SQL itself.
_FLAGS = {"null", "nnull", "empty", "nempty"}
# Codes of a declared set, which stand in the SQL too: PostgreSQL then knows which partial index has them.
_AMONG = "among"


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison: a field (or a path over relations), an operator, a parsed value."""

    path: Path
    op: str
    value: Any = None

    def meta(self) -> tuple[object, ...]:
        """Return what decides the SQL: all but the value itself."""
        stands = bool(self.value) if self.op in _FLAGS else self.value if self.op == _AMONG else None
        return (self.path, self.op, stands)

    def values(self) -> Iterator[Any]:
        """Yield the values to bind, in the order the compiler asks for them."""
        if self.op in _FLAGS or self.op == _AMONG:
            return
        if self.op in {"between", "nbetween"}:
            yield from self.value
        else:
            yield self.value


@dataclass(frozen=True, slots=True)
class Junction:
    """Conditions joined by and / or."""

    word: Literal["and", "or"]
    parts: tuple["Filter", ...]

    def meta(self) -> tuple[object, ...]:
        """Return what decides the SQL."""
        return (self.word, tuple(p.meta() for p in self.parts))

    def values(self) -> Iterator[Any]:
        """Yield the values of the parts, in order."""
        for part in self.parts:
            yield from part.values()


Filter = Condition | Junction


@dataclass(frozen=True, slots=True)
class Order:
    """One sort key."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One figure: count, countDistinct, sum, avg, min or max of a field (``*`` for rows)."""

    function: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question to one collection.

    ``fields`` are paths; empty means every field of the record itself. ``after`` holds the sort values
    and id of the last row seen (keyset paging). ``search`` are words as ``question_words`` cuts them; ``found``
    are all records that the rarest of them is in, None where they are too many. Counting stops one past ``most``
    (0: never). ``few``: rows that follow another record are found from the few that the actor sees of these.
    """

    fields: tuple[Path, ...] = ()
    filter: Filter | None = None
    sort: tuple[Order, ...] = ()
    limit: int = 100
    offset: int = 0
    after: tuple[Any, ...] | None = None
    search: tuple[Word, ...] = ()
    found: tuple[UUID, ...] | None = None
    aggregate: tuple[Aggregate, ...] = ()
    group_by: tuple[str, ...] = ()
    counts: frozenset[str] = frozenset()
    most: int = 0
    few: bool = False

    def meta(self) -> tuple[object, ...]:
        """Return what decides the SQL: the key of the plan cache."""
        return (
            self.fields,
            self.filter.meta() if self.filter else None,
            self.sort,
            None if self.after is None else tuple(v is None for v in self.after),
            len(self.search),
            self.found is None,
            self.aggregate,
            self.group_by,
            self.offset > 0,
            self.most,
            self.few,
        )

    def values(self) -> list[Any]:
        """Return every value to bind, in the order the compiler asks for them."""
        found: list[Any] = list(self.filter.values()) if self.filter else []
        if self.search and self.found is not None:
            found.append(list(self.found))
        for word in self.search:
            found += [[low for low, _ in word], [high for _, high in word]]
        found += [v for v in (self.after or ()) if v is not None]
        return [*found, self.offset] if self.offset else found
