"""Own fields: what a company declares itself on collections that allow it, beside the fields of the product.

Their values stand in one JSONB column, ``own``, under their names, as JSON tells them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

import re2  # type: ignore[import-untyped]

from directapp.declare.access import Grant
from directapp.declare.collection import Collection
from directapp.declare.fields import Choice, Field, Group, Personal
from directapp.declare.kinds import BadValueError, Kind
from directapp.kernel.text import Text, _

COLUMN = "own"
PREFIX = f"{COLUMN}_"
# The group of fields that are read and written by the roles chosen for each.
BY_ROLES = Group(COLUMN, _("Own fields"), ())
KINDS = (
    Kind.STRING,
    Kind.TEXT,
    Kind.INTEGER,
    Kind.DECIMAL,
    Kind.BOOLEAN,
    Kind.DATE,
    Kind.INSTANT,
    Kind.CHOICE,
    Kind.CHOICES,
)
TEXTS = frozenset({Kind.STRING, Kind.TEXT})
NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL})
LISTS = frozenset({Kind.CHOICE, Kind.CHOICES})
LONGEST_PATTERN = 200
# Bytes of a compiled pattern: `(a{9}){9}` stands for more than is written.
_PATTERN_BYTES = 256 * 1024

_PATTERN = _("Must match the pattern {pattern}.")
_BAD_PATTERN = _("The pattern cannot be read.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnField:
    """One own field as it is declared; ``readers`` and ``writers`` are roles, where ``group`` is none of the product's.

    ``custom_readers`` and ``custom_writers`` are codes of the company's own roles.
    ``gone``: it is deleted and its values are kept for a while. Nobody reads or writes it then.
    """

    collection: str
    name: str
    label: Text
    kind: Kind
    group: str = COLUMN
    readers: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()
    custom_readers: tuple[str, ...] = ()
    custom_writers: tuple[str, ...] = ()
    help: Text | None = None
    required: bool = False
    choices: tuple[Choice, ...] = ()
    minimum: Decimal | int | None = None
    maximum: Decimal | int | None = None
    max_length: int | None = None
    pattern: str | None = None
    search: bool = False
    personal: Personal | None = None
    gone: bool = False

    def as_field(self) -> Field:
        """Return the field."""
        return Field(
            name=self.name,
            label=self.label,
            kind=self.kind,
            own=True,
            required=self.required and not self.gone,
            choices=self.choices,
            minimum=self.minimum,
            maximum=self.maximum,
            max_length=self.max_length,
            parse=matching(self.pattern) if self.pattern else None,
            search=self.search and not self.gone,
            personal=self.personal,
            secret=self.gone,
            computed=self.gone,
            help=self.help,
        )


@dataclass(frozen=True, slots=True)
class Declared:
    """Where own fields are declared: a collection, and how its rows are read.

    ``names`` is the collection of which a company has one row, and its field with the company's names of statuses.
    """

    collection: str
    read: Callable[[Mapping[str, Any]], OwnField]
    names: tuple[str, str]


def name_of(code: str) -> str:
    """Return the name of the own field with a code."""
    return PREFIX + code


def matching(pattern: str) -> Callable[[Any], Any]:
    """Return what refuses texts that do not match a pattern as a whole, in time that grows with their length alone.

    Raises:
        BadValueError: the pattern cannot be read, or stands for too much.

    """
    compiled = compile_pattern(pattern)

    def parse(value: Any) -> Any:
        if not compiled.fullmatch(value):
            raise BadValueError(_PATTERN.fill(pattern=pattern))
        return value

    return parse


def compile_pattern(pattern: str) -> Any:
    """Return a pattern compiled (BadValueError: it cannot be read, or stands for too much)."""
    options = re2.Options()
    options.max_mem, options.log_errors = _PATTERN_BYTES, False
    try:
        return re2.compile(pattern, options)
    except re2.error:
        raise BadValueError(_BAD_PATTERN) from None


def tag_of(fields: Iterable[OwnField]) -> str:
    """Return what tells declarations with these fields from others; empty without any."""
    told = "\n".join(sorted(map(repr, fields)))
    return sha256(told.encode()).hexdigest()[:32] if told else ""


def extended(collection: Collection, fields: Iterable[OwnField]) -> Collection:
    """Return a collection with own fields: each in its group, or read and written by its roles."""
    fields = tuple(fields)
    codes = {group.code for group in collection.groups}
    by_group: dict[str, list[OwnField]] = {}
    for one in fields:
        by_group.setdefault(one.group if one.group in codes else COLUMN, []).append(one)
    groups = [
        replace(group, fields=(*group.fields, *(one.as_field() for one in by_group.get(group.code, ()))))
        for group in collection.groups
    ]
    chosen = by_group.get(COLUMN, [])
    if chosen:
        groups.append(replace(BY_ROLES, fields=tuple(one.as_field() for one in chosen)))
    access = replace(collection.access, grants=tuple(_granted(grant, chosen) for grant in collection.access.grants))
    writes = _by_role((one.name, one.custom_writers) for one in chosen)
    reads = _by_role((one.name, (*one.custom_readers, *one.custom_writers)) for one in chosen)
    return replace(collection, groups=tuple(groups), access=access, custom_reads=reads, custom_writes=writes)


def _by_role(named: Iterable[tuple[str, Iterable[str]]]) -> dict[str, tuple[str, ...]]:
    """Return the names of fields by the codes of the roles that have them."""
    found: dict[str, tuple[str, ...]] = {}
    for name, codes in named:
        for code in codes:
            found[code] = (*found.get(code, ()), name)
    return found


def _granted(grant: Grant, chosen: Iterable[OwnField]) -> Grant:
    """Return an entry with the fields that its role reads and, where it changes rows at all, writes."""
    reads = tuple(one.name for one in chosen if grant.role in one.readers or grant.role in one.writers)
    writes = tuple(one.name for one in chosen if grant.role in one.writers and grant.write)
    return replace(grant, read=(*grant.read, *reads), write=(*grant.write, *writes)) if reads or writes else grant
