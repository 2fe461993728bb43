"""Questions: a list's address understood as a Query, and addresses made from it."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson

from directapp.declare.fields import Field
from directapp.declare.kinds import BadValueError, Kind, read
from directapp.declare.reading import FOREIGN, ON_PAGES, alike, clean_line, read_date, visible
from directapp.declare.spec import CollectionMeta
from directapp.derive.cursor import key_value
from directapp.kernel.clock import OSLO
from directapp.kernel.text import Text, _, verbatim
from directapp.store.query import Condition, Filter, Junction, Order

Params = Sequence[tuple[str, str]]

FROM, TO, NONE = ".from", ".to", "_null"
_RANGES = frozenset({Kind.DATE, Kind.INSTANT, Kind.INTEGER, Kind.DECIMAL, Kind.MONEY})
_WORDS = frozenset({Kind.STRING, Kind.TEXT, Kind.EMAIL, Kind.PHONE, Kind.CHOICES})
_SHOWN = 60
_UNSEEN = _("You do not see the field.")
_NO_SUCH_WAY = _("The field cannot be filtered in this way.")
_NOTHING_SEEN = _("The value has only characters that nobody sees.")
_NO_FIELD = _("There is no field {field}.")
# What a board or a calendar is asked for beside its filters.
OF_VIEWS = ("lane", "day", "span", "by", "wall")
RESERVED = frozenset({"q", "sort", "columns", "after", "with", "all", "rows"})


@dataclass(frozen=True, slots=True)
class Address:
    """A list's address: its path and what stands behind the question mark, in order."""

    path: str
    params: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str:
        """Return the last value of a parameter, empty when there is none."""
        return next((v for n, v in reversed(self.params) if n == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a parameter that has one."""
        return tuple(v for n, v in self.params if n == name and v.strip())

    def but(self, **changes: str | None) -> "Address":
        """Return the address with parameters set anew, or left out (None)."""
        kept = tuple((n, v) for n, v in self.params if n not in changes)
        return Address(self.path, kept + tuple((n, v) for n, v in changes.items() if v is not None))

    def without(self, *names: str) -> "Address":
        """Return the address without these parameters."""
        return Address(self.path, tuple((n, v) for n, v in self.params if n not in names))

    @property
    def text(self) -> str:
        """The address as a link holds it."""
        told = [(n, v) for n, v in self.params if v]
        return f"{self.path}?{urlencode(told)}" if told else self.path


def filtered(address: Address, meta: CollectionMeta, readable: frozenset[str]) -> tuple[str, ...]:
    """Return the fields that the address filters by."""
    return tuple(n for n in _asked(address, meta) if n in readable)


def _asked(address: Address, meta: CollectionMeta) -> tuple[str, ...]:
    """Return the fields that an address would filter by, also those that its reader does not see."""
    names = (n.partition(".")[0] for n, v in address.params if v.strip() and n not in RESERVED)
    return tuple(dict.fromkeys(n for n in names if n in meta.fields))


def _unknown(address: Address, meta: CollectionMeta) -> list[tuple[str, str]]:
    """Return what an address would filter by that is no field."""
    own = {*RESERVED, *OF_VIEWS}
    return [(n, v) for n, v in address.params if v.strip() and n not in own and n.partition(".")[0] not in meta.fields]


@dataclass(frozen=True, slots=True)
class Unread:
    """A filter that cannot be read: the field it is on, what it holds, and why."""

    name: str
    label: Text
    written: str
    why: Text


def build_filter(address: Address, meta: CollectionMeta, readable: frozenset[str]) -> Filter | None:
    """Return what the address asks for; where some of it cannot be read, nothing is found."""
    parts: list[Filter] = [Condition(("id",), "in", [])] if _unknown(address, meta) else []
    for name in _asked(address, meta):
        try:
            parts += _conditions(address, meta.fields[name], readable)
        except UnreadError:
            return Condition(("id",), "in", [])
    return None if not parts else parts[0] if len(parts) == 1 else Junction("and", tuple(parts))


def unread(address: Address, meta: CollectionMeta, readable: frozenset[str]) -> tuple[Unread, ...]:
    """Return the filters of an address that cannot be read."""
    found = [
        Unread(n, verbatim(shortened(n)), shortened(v), _NO_FIELD.fill(field=shortened(n)))
        for n, v in _unknown(address, meta)
    ]
    for name in _asked(address, meta):
        item = meta.fields[name]
        try:
            list(_conditions(address, item, readable))
        except UnreadError as error:
            found.append(Unread(name, item.label, shortened(error.written), error.why))
    return tuple(found)


def shortened(written: str) -> str:
    """Return what an address holds as a sentence can show it."""
    return visible(written)[:_SHOWN].replace("\0", "")


class UnreadError(ValueError):
    """A value of a filter that its field cannot hold."""

    def __init__(self, written: str, why: Text) -> None:
        """Keep what was written, and why it cannot be read."""
        super().__init__(written)
        self.written, self.why = written, why


def _conditions(address: Address, item: Field, readable: frozenset[str]) -> Iterable[Filter]:
    if item.name not in readable:
        raise UnreadError("•", _UNSEEN)
    ways = {"", FROM, TO} if item.kind in _RANGES else {""}
    for name, value in address.params:
        if name.partition(".")[0] == item.name and value.strip() and name.removeprefix(item.name) not in ways:
            raise UnreadError(f"{name}={value}", _NO_SUCH_WAY)
    values = address.all(item.name)
    if NONE in values and len(values) == 1:
        yield Condition((item.name,), "null", value=True)
        return
    if item.kind in _RANGES:
        yield from _range(address, item)
    elif item.kind in _WORDS:
        yield from _said(item, values)
    elif values:
        understood = tuple(_understand(item, text) for text in values)
        if len(understood) == 1:
            yield Condition((item.name,), "eq", understood[0])
        else:
            yield Condition((item.name,), "in", list(understood))


def _said(item: Field, values: Sequence[str]) -> Iterable[Filter]:
    conditions = tuple(Condition((item.name,), "alike", way) for v in values for way in _spelt(item, v))
    if len(conditions) == 1:
        yield conditions[0]
    elif conditions:
        yield Junction("or", conditions)


def _spelt(item: Field, text: str) -> tuple[str, ...]:
    try:
        line = clean_line(text, FOREIGN)
        ways = tuple(map(alike, item.spellings(line)))
    except BadValueError as error:
        raise UnreadError(text, error.text) from None
    if not line:
        raise UnreadError(text, _NOTHING_SEEN)
    return ways


def _understand(item: Field, text: str) -> Any:
    """Return a value; a limit of a range need not be one that the field may hold, a choice must be one of its own."""
    try:
        found = item.understand(text, ON_PAGES) if item.kind is Kind.CHOICE else read(item.kind, text)
    except BadValueError as error:
        raise UnreadError(text, error.text) from None
    return found


def _range(address: Address, item: Field) -> Iterable[Filter]:
    exact = address.all(item.name)
    low, high = (exact[-1], exact[-1]) if exact else (address.get(item.name + FROM), address.get(item.name + TO))
    first, last = _edge(item, low), _edge(item, high, end=True)
    if first is not None:
        yield Condition((item.name,), "gte", first)
    if last is not None:
        yield Condition((item.name,), "lt" if item.kind is Kind.INSTANT else "lte", last)


def _edge(item: Field, text: str, *, end: bool = False) -> Any:
    if not text.strip():
        return None
    if item.kind is not Kind.INSTANT:
        return _understand(item, text)
    try:
        day = read_date(text)
    except BadValueError as error:
        raise UnreadError(text, error.text) from None
    return datetime.combine(day, time(), OSLO) + timedelta(days=1 if end else 0)


def build_sort(address: Address, meta: CollectionMeta, readable: frozenset[str]) -> tuple[Order, ...]:
    """Return the order the address asks for, else the declared one, of fields that may be read."""
    asked = [address.get("sort")] if address.get("sort").lstrip("-") in readable else meta.declared.views.sort
    orders = (Order(n.lstrip("-"), n.startswith("-")) for n in asked if n)
    return tuple(o for o in orders if o.field in readable and meta.fields[o.field].kind not in {Kind.JSON, Kind.REFS})


def mark_of(row: Mapping[str, Any], sort: Sequence[Order]) -> str:
    """Return where a list goes on after a row, as an address carries it."""
    values = [row.get(o.field) for o in sort]
    values = [v.get("id") if isinstance(v, Mapping) else v for v in values]
    return base64.urlsafe_b64encode(orjson.dumps([*values, row["id"]])).decode().rstrip("=")


def read_mark(text: str, meta: CollectionMeta, sort: Sequence[Order]) -> tuple[Any, ...] | None:
    """Understand where a list goes on; None when it starts at the top."""
    if not text:
        return None
    try:
        *values, record = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        parsed = [key_value(meta.fields[o.field], v) for o, v in zip(sort, values, strict=True)]
        return (*parsed, UUID(record))
    except (ValueError, TypeError, ArithmeticError, KeyError, AttributeError):
        return None
