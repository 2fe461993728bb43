"""Filters of the query dialect: nested objects of fields and operators become conditions with parsed values."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from directapp.declare.fields import Field
from directapp.declare.kinds import BadValueError, Kind, read, relative_now
from directapp.declare.reading import alike
from directapp.declare.spec import CollectionMeta, Spec
from directapp.interfaces.rest.dialect.input import json_or_value, listed
from directapp.kernel.actor import Actor
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import BadQueryError, ForbiddenError, Problem, bad_query
from directapp.kernel.roles import role_codes
from directapp.kernel.text import _
from directapp.store.query import Condition, Filter, Junction, Path

_TEXT = frozenset({Kind.STRING, Kind.TEXT, Kind.EMAIL, Kind.PHONE})
_LISTS = frozenset({Kind.CHOICES, Kind.REFS})
_ORDERED = _TEXT | {Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.DATE, Kind.INSTANT}
_EQUAL = _ORDERED | {Kind.CHOICE, Kind.BOOLEAN, Kind.REF}
_LIKE = _TEXT | {Kind.CHOICE}
_SPOKEN = frozenset({Kind.STRING, Kind.TEXT})
_SIDES = frozenset({"lt", "lte", "gt", "gte", "between", "nbetween"})
_EVERY = frozenset(Kind)

_DEEPEST = 12
_MOST_CONDITIONS = 200
_MOST_VALUES = 10_000
LONGEST_PATH = 5

_UNKNOWN = _("There is no operator {name} here.")
_NOT_FOR = _("{op} cannot be used on {name}.")
_SHAPE = _("The filter on {name} cannot be read.")
_TOO_MUCH = _("The filter is too large.")
_VALUE = _("{name}: {why}")
_TWO = _("{name}: give two values, from and to.")
_MISSING = _("{name}: the value is missing.")
_VARIABLE = _("There is no variable {name} here.")
_FUNCTION = _("Functions are not supported: {name}.")
_NO_RELATION = _("{name} points to nothing.")
_HIDDEN = _("You may not see the field {field}.")


@dataclass(frozen=True, slots=True)
class _Operator:
    """How an operator of the dialect is asked of the store, and of which kinds of field."""

    op: str
    kinds: frozenset[Kind]
    read: Literal["value", "list", "range", "flag", "text"]
    pattern: Callable[[str], str] = str
    negate: bool = False


def _escaped(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _around(text: str) -> str:
    return f"%{_escaped(text)}%"


def _begins(text: str) -> str:
    return f"{_escaped(text)}%"


def _ends(text: str) -> str:
    return f"%{_escaped(text)}"


OPERATORS: dict[str, _Operator] = {
    "_eq": _Operator("eq", _EQUAL, "value"),
    "_neq": _Operator("neq", _EQUAL, "value"),
    "_lt": _Operator("lt", _ORDERED, "value"),
    "_lte": _Operator("lte", _ORDERED, "value"),
    "_gt": _Operator("gt", _ORDERED, "value"),
    "_gte": _Operator("gte", _ORDERED, "value"),
    "_in": _Operator("in", _EQUAL, "list"),
    "_nin": _Operator("nin", _EQUAL, "list"),
    "_null": _Operator("null", _EVERY, "flag"),
    "_nnull": _Operator("null", _EVERY, "flag", negate=True),
    "_contains": _Operator("like", _LIKE | _LISTS, "text", _around),
    "_ncontains": _Operator("nlike", _LIKE | _LISTS, "text", _around),
    "_icontains": _Operator("alike", _LIKE, "text", alike),
    "_starts_with": _Operator("like", _LIKE, "text", _begins),
    "_istarts_with": _Operator("alike", _LIKE, "text", lambda text: f"^{alike(text)}"),
    "_nstarts_with": _Operator("nlike", _LIKE, "text", _begins),
    "_ends_with": _Operator("like", _LIKE, "text", _ends),
    "_iends_with": _Operator("alike", _LIKE, "text", lambda text: f"{alike(text)}$"),
    "_nends_with": _Operator("nlike", _LIKE, "text", _ends),
    "_between": _Operator("between", _ORDERED, "range"),
    "_nbetween": _Operator("nbetween", _ORDERED, "range"),
    "_empty": _Operator("empty", _EVERY - {Kind.JSON}, "flag"),
    "_nempty": _Operator("empty", _EVERY - {Kind.JSON}, "flag", negate=True),
}
_WORDS: dict[str, Literal["and", "or"]] = {"_and": "and", "_or": "or"}


def readable_field(meta: CollectionMeta, actor: Actor, name: str, dotted: str) -> Field:
    """Return a field that the actor reads in some row; unknown, secret and hidden ones look alike.

    Raises:
        BadQueryError: it is a function.
        ForbiddenError: it is not the actor's to read, said by name.

    """
    if "(" in name:
        raise bad_query(_FUNCTION, name)
    item = meta.fields.get(name)
    if item is None or not any(name in meta.reads(g) for g in meta.grants_of(actor.roles)):
        shown = dotted[:120]
        raise ForbiddenError(Problem(_HIDDEN.fill(field=shown), field=shown))
    return item


def followed(spec: Spec, item: Field, dotted: str) -> CollectionMeta:
    """Return the collection that a field points to (BadQueryError: to none)."""
    if item.kind is not Kind.REF or item.ref is None:
        raise bad_query(_NO_RELATION, dotted)
    return spec[item.ref]


class FilterReader:
    """Reads one filter for one actor; counts what it reads, so that no question grows without end."""

    def __init__(self, spec: Spec, actor: Actor, now: datetime) -> None:
        """Keep who asks, and when; ``lasting`` turns false where the answer hangs on either."""
        self._spec = spec
        self._actor = actor
        self._now = now
        self._conditions = 0
        self.lasting = True

    def read(self, meta: CollectionMeta, raw: Any) -> Filter | None:
        """Return the filter; None when it asks for nothing.

        Raises:
            BadQueryError: what cannot be understood, by name.
            ForbiddenError: a field that is not the actor's to read.

        """
        return self._object(meta, json_or_value(raw, "filter"), (), 0)

    def _object(self, meta: CollectionMeta, raw: Any, path: Path, depth: int) -> Filter | None:
        if not isinstance(raw, dict):
            raise bad_query(_SHAPE, ".".join(path) or "filter")
        if depth > _DEEPEST:
            raise BadQueryError(Problem(_TOO_MUCH, field="filter"))
        parts = [self._member(meta, name, inner, path, depth) for name, inner in raw.items()]
        return _joined("and", parts)

    def _member(self, meta: CollectionMeta, name: str, raw: Any, path: Path, depth: int) -> Filter | None:
        if name in _WORDS:
            raw = listed(raw, name)
            if not isinstance(raw, list):
                raise bad_query(_SHAPE, name)
            return _joined(_WORDS[name], [self._object(meta, part, path, depth + 1) for part in raw])
        if name.startswith(("_", "$")):
            raise bad_query(_UNKNOWN, name)
        return self._field(meta, name, raw, path, depth)

    def _field(self, meta: CollectionMeta, name: str, raw: Any, path: Path, depth: int) -> Filter | None:
        here = (*path, name)
        dotted = ".".join(here)
        if len(here) > LONGEST_PATH:
            raise BadQueryError(Problem(_TOO_MUCH, field="filter"))
        item = readable_field(meta, self._actor, name, dotted)
        if not isinstance(raw, dict):
            raise bad_query(_SHAPE, dotted)
        parts: list[Filter | None] = []
        for key, value in raw.items():
            operator = OPERATORS.get(key)
            if operator is not None:
                parts.append(self._condition(item, here, key, operator, value))
            elif key.startswith(("_", "$")) and key not in _WORDS:
                raise bad_query(_UNKNOWN, key)
            else:
                target = followed(self._spec, item, dotted)
                parts.append(self._object(target, {key: value}, here, depth + 1))
        return _joined("and", parts)

    # -- one condition ----------------------------------------------------------------------------

    def _condition(self, item: Field, path: Path, key: str, operator: _Operator, raw: Any) -> Filter:
        self._conditions += 1
        name = ".".join(path)
        if self._conditions > _MOST_CONDITIONS:
            raise BadQueryError(Problem(_TOO_MUCH, field="filter"))
        if item.kind not in operator.kinds:
            raise bad_query(_NOT_FOR, name, op=key)
        match operator.read:
            case "flag":
                return self._flag(item, path, operator, raw, name)
            case "text":
                return self._text(item, path, operator, raw, name)
            case "list" | "range":
                return Condition(path, operator.op, self._many(item, operator, raw, name))
        value = self._value(item, operator, raw, name)
        if value is None and not _is_variable(raw):
            if operator.op in {"eq", "neq"}:
                return Condition(path, "null", operator.op == "eq")
            raise bad_query(_MISSING, name)
        return Condition(path, operator.op, value)

    def _flag(self, item: Field, path: Path, operator: _Operator, raw: Any, name: str) -> Filter:
        try:
            wanted = bool(read(Kind.BOOLEAN, raw))
        except BadValueError as error:
            raise bad_query(_VALUE, name, why=error.text) from None
        empty = wanted != operator.negate
        if item.kind in _LISTS and operator.op == "empty":
            none, nothing = Condition(path, "null", empty), Condition(path, "eq" if empty else "neq", [])
            return Junction("or" if empty else "and", (none, nothing))
        return Condition(path, operator.op, empty)

    def _text(self, item: Field, path: Path, operator: _Operator, raw: Any, name: str) -> Filter:
        if isinstance(raw, bool | dict | list) or raw is None:
            raise bad_query(_MISSING, name)
        found = self._variable(raw, item, name)
        if isinstance(found, list):
            raise bad_query(_SHAPE, name)
        text = "" if found is None else str(found).replace("\0", "")
        if item.kind in _LISTS:
            return _element(path, text, negate=operator.op == "nlike")
        ways = item.spellings(unicodedata.normalize("NFC", text)) or ("",)
        try:
            found = tuple(Condition(path, operator.op, operator.pattern(way)) for way in ways)
        except BadValueError as error:
            raise bad_query(_VALUE, name, why=error.text) from None
        return found[0] if len(found) == 1 else Junction("and" if operator.op == "nlike" else "or", found)

    def _many(self, item: Field, operator: _Operator, raw: Any, name: str) -> Any:
        raw = listed(raw, name)
        if isinstance(raw, str):
            raw = self._variable(raw, item, name) if _is_variable(raw) and "," not in raw else raw.split(",")
        raw = [] if raw is None else list(raw) if isinstance(raw, list | tuple | frozenset) else [raw]
        if len(raw) > _MOST_VALUES:
            raise BadQueryError(Problem(_TOO_MUCH, field=name))
        values = [self._value(item, operator, one.strip() if isinstance(one, str) else one, name) for one in raw]
        if operator.read == "list":
            return [v for v in values if v is not None]
        if len(values) != 2 or None in values:  # noqa: PLR2004 - from and to
            raise bad_query(_TWO, name)
        return tuple(values)

    def _value(self, item: Field, operator: _Operator, raw: Any, name: str) -> Any:
        raw = self._variable(raw, item, name)
        if raw is None:
            return None
        # A limit on a text need not be a whole value: "from B on" is a fair question about a plate.
        # And a text that is longer than the field takes is one that no record has.
        spoken = item.kind in _SPOKEN and (operator.op in _SIDES or not (item.parse or item.code))
        try:
            return read(item.kind, raw) or None if spoken else item.understand(raw)
        except BadValueError as error:
            raise bad_query(_VALUE, name, why=error.text) from None
        except (ValueError, TypeError, ArithmeticError, RecursionError):
            raise bad_query(_SHAPE, name) from None

    # -- variables ----------------------------------------------------------------------------------

    def _variable(self, raw: Any, item: Field, name: str) -> Any:
        if not _is_variable(raw):
            return raw
        self.lasting = False
        if raw.startswith("$NOW"):
            return self._moment(raw, item, name)
        own: Mapping[str, Any] = {
            "$CURRENT_USER": self._actor.user,
            "$CURRENT_USER.id": self._actor.user,
            "$CURRENT_USER.dealership": self._actor.site,
            "$CURRENT_USER.roles": role_codes(self._actor.roles),
            "$CURRENT_USER.language": self._actor.language,
        }
        if raw not in own:
            raise bad_query(_VARIABLE, raw)
        return own[raw]

    def _moment(self, raw: str, item: Field, name: str) -> Any:
        try:
            moment = relative_now(raw, self._now)
        except BadValueError as error:
            raise bad_query(_VALUE, name, why=error.text) from None
        except OverflowError:
            moment = None
        if moment is None:
            raise bad_query(_VARIABLE, raw)
        return oslo_day(moment) if item.kind is Kind.DATE else moment


def _joined(word: Literal["and", "or"], parts: list[Filter | None]) -> Filter | None:
    kept = tuple(p for p in parts if p is not None)
    if len(kept) <= 1:
        return kept[0] if kept else None
    return Junction(word, kept)


def _is_variable(raw: Any) -> bool:
    return isinstance(raw, str) and raw.startswith(("$NOW", "$CURRENT_"))


def _element(path: Path, text: str, *, negate: bool) -> Filter:
    """Ask whether a list holds an element, in the words in which PostgreSQL writes lists."""
    written = text
    if text == "" or text.lower() == "null" or re.search(r'[{}",\\\s]', text):
        written = '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
    inner = _escaped(written)
    patterns = (f"{{{inner}}}", f"{{{inner},%", f"%,{inner},%", f"%,{inner}}}")
    op, word = ("nlike", "and") if negate else ("like", "or")
    return Junction("and" if word == "and" else "or", tuple(Condition(path, op, p) for p in patterns))
