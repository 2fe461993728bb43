"""Queries as values: what is asked for, before anything is compiled. The shape is cached, the values bound."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

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

    def shape(self) -> tuple[object, ...]:
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

    def shape(self) -> tuple[object, ...]:
        """Return what decides the SQL."""
        return (self.word, tuple(p.shape() for p in self.parts))

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
    and id of the last row seen (keyset paging). ``search`` are normalised word beginnings. Counting stops one past
    ``most`` (0: never).
    """

    fields: tuple[Path, ...] = ()
    filter: Filter | None = None
    sort: tuple[Order, ...] = ()
    limit: int = 100
    offset: int = 0
    after: tuple[Any, ...] | None = None
    search: tuple[str, ...] = ()
    aggregate: tuple[Aggregate, ...] = ()
    group_by: tuple[str, ...] = ()
    counts: frozenset[str] = frozenset()
    most: int = 0

    def shape(self) -> tuple[object, ...]:
        """Return what decides the SQL: the key of the plan cache."""
        return (
            self.fields,
            self.filter.shape() if self.filter else None,
            self.sort,
            None if self.after is None else tuple(v is None for v in self.after),
            len(self.search),
            self.aggregate,
            self.group_by,
            self.offset > 0,
            self.most,
        )

    def values(self) -> list[Any]:
        """Return every value to bind, in the order the compiler asks for them."""
        found: list[Any] = list(self.filter.values()) if self.filter else []
        for word in self.search:
            found += [word, word + "\U0010ffff"]
        found += [v for v in (self.after or ()) if v is not None]
        return [*found, self.offset] if self.offset else found
