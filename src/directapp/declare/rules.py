"""Row rules: which rows an access entry is about, written once and compiled to policy and query."""

from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """A value of the actor that a rule may compare a column with; the value is the setting's name."""

    USER = "app.user"
    SITE = "app.site"


class Whose(StrEnum):
    """A set of the actor's that a rule may look a column up in; the value is the setting's name."""

    SITES = "app.sites"
    BRANDS = "app.brands"


@dataclass(frozen=True, slots=True)
class Everything:
    """Every row of the tenant."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No row."""


@dataclass(frozen=True, slots=True)
class Is:
    """The column has this value: the actor's own, or a literal."""

    column: str
    value: Who | str | bool


@dataclass(frozen=True, slots=True)
class Other:
    """The column has a value, and another than this literal; PostgreSQL sees it follow from any comparison."""

    column: str
    value: str


@dataclass(frozen=True, slots=True)
class In:
    """The column's value is one of these: a set of the actor's, or literals."""

    column: str
    values: Whose | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Empty:
    """The column has no value."""

    column: str


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds."""

    parts: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold (a comparison with no value counts as not holding)."""

    part: "Rule"


@dataclass(frozen=True, slots=True)
class SeenInFull:
    """The record that a ref column points to is seen in full by the actor (bank views do not count)."""

    column: str
    collection: str


@dataclass(frozen=True, slots=True)
class SubjectSeen:
    """The record of any collection that a ref column points to (``ref_in``) is seen in full by the actor."""

    column: str


@dataclass(frozen=True, slots=True)
class Parent:
    """The record that a ref column points to satisfies a rule of its own.

    ``key`` other than ``id``: some record does that points to the same one with that column.
    """

    column: str
    collection: str
    rule: "Rule"
    key: str = "id"


Rule = Everything | Nothing | Is | Other | In | Empty | All | Either | Not | SeenInFull | SubjectSeen | Parent


def all_of(*parts: Rule) -> All:
    """Every part holds."""
    return All(parts)


def either(*parts: Rule) -> Either:
    """At least one part holds."""
    return Either(parts)
