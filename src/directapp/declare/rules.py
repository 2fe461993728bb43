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


_WHO = {Who.USER: "me", Who.SITE: "my site", Whose.SITES: "my sites", Whose.BRANDS: "my site's brands"}


def rule_words(rule: Rule) -> str:  # noqa: C901, PLR0911 - one case a rule
    """Return a row rule as a person would say it."""
    match rule:
        case Everything():
            return "all"
        case Nothing():
            return "none"
        case Is(column=column, value=value):
            return f"{column} is {_WHO[value] if isinstance(value, Who) else value}"
        case Other(column=column, value=value):
            return f"{column} is not {value}"
        case In(column=column, values=values):
            return f"{column} in {_WHO[values] if isinstance(values, Whose) else '/'.join(values)}"
        case Empty(column=column):
            return f"{column} is empty"
        case Not(part=part):
            return f"not ({rule_words(part)})"
        case All(parts=parts):
            return " and ".join(_bracketed(p) for p in parts)
        case Either(parts=parts):
            return " or ".join(_bracketed(p) for p in parts)
        case SeenInFull(column=column, collection=name):
            return f"{column} ({name}) seen in full"
        case SubjectSeen(column=column):
            return f"{column} (any subject) seen in full"
        case Parent(column=column, collection=name, rule=inner, key=key):
            other = name if key == "id" else f"{name} by {key}"
            return f"{column} ({other}) with {rule_words(inner)}"


def _bracketed(rule: Rule) -> str:
    words = rule_words(rule)
    return f"({words})" if isinstance(rule, All | Either) else words
