"""Conditions: the filter of a rule, one comparison a line, all of which must hold. Pure.

``Merke = Audi``, ``Salgspris > 500 000``, ``Kundens navn er tom``, ``bil.Prioritet er en av Høy, Haster``: fields and
choices by their labels in either language, or by their codes; values as they are written in the field's form.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, NoReturn
from uuid import UUID

from directapp.declare.fields import Choice, Field
from directapp.declare.kinds import BadValueError, Kind, read
from directapp.declare.reading import SHEET, clean_code
from directapp.domains.cars.fields import CARS
from directapp.kernel.clock import OSLO
from directapp.kernel.text import Text, _, in_every_language, join, verbatim

OF_CAR = "car."
_MOST_LINES = 10
_WORDS = {
    "er ikke tom": "filled",
    "is not empty": "filled",
    "er tom": "empty",
    "is empty": "empty",
    "er ikke en av": "not in",
    "is not one of": "not in",
    "er en av": "in",
    "is one of": "in",
    "inneholder": "has",
    "contains": "has",
    "er ikke": "!=",
    "is not": "!=",
    "er": "=",
    "is": "=",
    ">=": ">=",
    "<=": "<=",
    "!=": "!=",
    "\u2265": ">=",
    "\u2264": "<=",
    "\u2260": "!=",
    "=": "=",
    ">": ">",
    "<": "<",
}
_ALONE, _ORDER = {"filled", "empty"}, {"<", ">", "<=", ">="}
_SPELT = "|".join(re.escape(w) for w in _WORDS if w[0].isalpha())
_SIGNS = "|".join(re.escape(w) for w in _WORDS if not w[0].isalpha())
_WORD = re.compile(rf"\s(?P<spelt>{_SPELT})(?=\s|$)|(?P<sign>{_SIGNS})", re.IGNORECASE)
_PREFIX = re.compile(r"^(?:bil|car)\.", re.IGNORECASE)
_NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY})
_TIMES = frozenset({Kind.DATE, Kind.INSTANT})
_TEXTS = frozenset({Kind.STRING, Kind.TEXT, Kind.EMAIL, Kind.PHONE})
_CLOCK = re.compile(r"\d[:.]\d\d(?::\d\d)?\s*(?:z|[+-]\d\d:?\d\d)?$|\dT\d", re.IGNORECASE)
_QUOTED = re.compile("(?:\"[^\"]+\"|'[^']+'|«[^»]+»|\u201c[^\u201d]+\u201d)")
_APOSTROPHES = dict.fromkeys(map(ord, "\u2019\u2018\u02bc\u00b4`"), "'")

_UNREAD = _("Line {line} cannot be read. Write for instance “Make = Audi” or “Customer name is empty”.")
_NO_FIELD = _("Line {line}: no field “{said}” here.{meant}")
_MEANT = _(" Did you mean “{name}”?")
_NOT_SO = _("Line {line}: {label} cannot be compared by “{word}”.")
_BAD = _("Line {line}, {label}: {why}")
_NO_CHOICE = _("“{said}” is no choice. Choose among: {choices}.")
_NO_DATE = _("Must be a date, for example 26.11.2026.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One comparison of a field with values of its kind.

    An instant is compared with a day (a ``date``) or a minute of Norway's clocks. ``ref`` names the collection that a
    reference points to; what is written for it is a name or number until ``references`` finds the records.
    """

    line: int
    field: str
    kind: Kind
    word: str
    values: tuple[Any, ...] = ()
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What people call fields, as ``plain`` writes it, and the codes that these stand for; and the fields by code."""

    names: Mapping[str, str]
    fields: Mapping[str, Field]


def plain(words: str) -> str:
    """Return words as they are compared: one kind of apostrophe and space, no capitals."""
    return " ".join(unicodedata.normalize("NFC", words).translate(_APOSTROPHES).casefold().split())


def vocabulary(collection: str, fields: Mapping[str, Field], car: Mapping[str, Field]) -> Vocabulary:
    """Return the words for a record's fields, and with ``bil.`` or ``car.`` before them for those of its car."""
    names: dict[str, str] = {}
    known: dict[str, Field] = {}
    same = collection == CARS
    for prefix, code, those in (("car.", "" if same else OF_CAR, fields if same else car), ("", "", _moves(fields))):
        usable = {name: one for name, one in those.items() if one.stored and not one.secret}
        known |= {f"{code}{name}": one for name, one in usable.items()}
        labels = {plain(label): n for n, one in usable.items() for label in in_every_language(one.label)}
        # A code is never taken for somebody else's label.
        names |= {f"{prefix}{said}": f"{code}{n}" for said, n in (labels | {n: n for n in usable}).items()}
    return Vocabulary(names, known)


def _moves(fields: Mapping[str, Field]) -> dict[str, Field]:
    """Return the fields, and the status before and after what happened."""
    status = fields.get("status")
    states: tuple[Choice, ...] = status.choices if status else ()
    words = {"from": _("From status"), "to": _("To status")}
    moves = {n: Field(name=n, label=label, kind=Kind.CHOICE, choices=states) for n, label in words.items() if states}
    return {**moves, **fields}


def normal(text: str) -> str:
    """Return a filter tidied: the parse function of its field. Whether it can be read depends on the event.

    Blank lines between others stay: what is refused later is named by the line that was typed.
    """
    lines = [line.strip() for line in text.splitlines()]
    if len([line for line in lines if line]) > _MOST_LINES:
        raise BadValueError(_("At most {most_lines} lines.").fill(most_lines=_MOST_LINES))
    return "\n".join(lines).rstrip()


def read_conditions(text: str, words: Vocabulary) -> list[Condition]:
    """Understand a filter.

    Raises:
        BadValueError: a line that cannot be understood, named by its number.

    """
    return [_read(number, line, words) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def _refuse(text: Text, **places: object) -> NoReturn:
    raise BadValueError(text.fill(**places))


def _read(number: int, line: str, words: Vocabulary) -> Condition:
    places = [(line[: found.start()].strip(), found) for found in _WORD.finditer(line)]
    if not places or not places[0][0]:
        _refuse(_UNREAD, line=number)
    known = [(said, found) for said, found in places if _name(said) in words.names]
    said, found = known[0] if known else places[0]
    written = (found["spelt"] or found["sign"]).lower()
    word, value = _WORDS[written], line[found.end() :].strip()
    if not known:
        _refuse(_NO_FIELD, line=number, said=said, meant=_suggested(said, words))
    if (word in _ALONE) == bool(value):
        _refuse(_UNREAD, line=number)
    code = words.names[_name(said)]
    item = words.fields[code]
    if word in _ALONE:
        return Condition(line=number, field=code, kind=item.kind, word=word)
    if not _fits(word, item.kind):
        _refuse(_NOT_SO, line=number, label=item.label, word=written)
    try:
        values = tuple(_typed(item, part, word) for part in _parts(value, item.kind, word))
    except BadValueError as error:
        _refuse(_BAD, line=number, label=item.label, why=error.text)
    return Condition(line=number, field=code, kind=item.kind, word=word, values=values, ref=item.ref)


def _name(said: str) -> str:
    return _PREFIX.sub(OF_CAR, plain(said))


def _suggested(said: str, words: Vocabulary) -> Text:
    name = _name(said)
    near = [f"{OF_CAR}{name}"] if f"{OF_CAR}{name}" in words.names else get_close_matches(name, words.names, 1, 0.75)
    if not near:
        return verbatim("")
    code = words.names[near[0]]
    label, of_car = words.fields[code].label, code.startswith(OF_CAR)
    return _MEANT.fill(name=_("car.{label}").fill(label=label) if of_car else label)


def _fits(word: str, kind: Kind) -> bool:
    if kind is Kind.JSON:
        return False
    if word in _ORDER:
        return kind in _NUMBERS | _TIMES
    return word != "has" or kind in _TEXTS | {Kind.CHOICES}


def _parts(value: str, kind: Kind, word: str) -> Sequence[str]:
    """Return the values of a list; a comma within a number parts nothing."""
    if word not in {"in", "not in"}:
        return [value]
    between = r";|,(?=\s)" if kind in _NUMBERS and ("; " in f"{value} " or ", " in value) else r"[;,]"
    return [part.strip() for part in re.split(between, value) if part.strip()]


def _typed(item: Field, value: str, word: str) -> Any:
    if item.choices:
        return _chosen(item, value)
    if item.kind in _TIMES:
        return _time(item.kind, value)
    if item.kind in {Kind.REF, Kind.REFS}:
        return _record(value)
    return _said(item, value, word) if item.kind in _TEXTS else read(item.kind, value, SHEET)


def _said(item: Field, value: str, word: str) -> str:
    """Return a text as it is compared: what identifies a thing as its field keeps it, or a part of that."""
    value = value[1:-1] if _QUOTED.fullmatch(value) else value
    coded = item.code and item.parse is not None
    if word != "has" and (coded or item.kind in {Kind.PHONE, Kind.EMAIL}):
        return plain(str(item.understand(value)))
    return plain("".join(clean_code(value).split()) if coded else value)


def _chosen(item: Field, value: str) -> str:
    said = plain(value)
    for choice in item.choices:
        if said in {*map(plain, in_every_language(choice.label)), choice.code.casefold()}:
            return choice.code
    _refuse(_NO_CHOICE, said=value, choices=join((choice.label for choice in item.choices), ", "))


def _time(kind: Kind, value: str) -> date | datetime:
    if value.strip().isdigit():
        raise BadValueError(_NO_DATE)
    if kind is Kind.DATE or not _CLOCK.search(value.strip()):
        found: date = read(Kind.DATE, value, SHEET)
        return found
    moment: datetime = read(Kind.INSTANT, value, SHEET)
    return moment


def _record(value: str) -> UUID | str:
    try:
        return UUID(value.strip())
    except ValueError:
        return plain(value)


def holds(conditions: Sequence[Condition], row: Mapping[str, Any]) -> bool:
    """Whether every comparison holds for a record; a field that it does not have holds for nothing."""
    return all(c.field in row and _holds(c, row[c.field]) for c in conditions)


def _holds(condition: Condition, value: Any) -> bool:
    empty = value is None or value in ("", [])
    match condition.word:
        case "empty" | "filled":
            return empty == (condition.word == "empty")
        case "has":
            return not empty and any(_within(one, value) for one in condition.values)
        case "=" | "in":
            return any(_same(one, value) for one in condition.values)
        case "!=" | "not in":
            return not any(_same(one, value) for one in condition.values)
        case _:
            return not empty and _ordered(condition.word, *_alike(condition.values[0], value))


def _within(one: Any, value: Any) -> bool:
    return one in value if isinstance(value, list) else str(one) in plain(str(value))


def _same(one: Any, value: Any) -> bool:
    if value is None:
        return False
    if isinstance(value, list):
        return any(_same(one, each) for each in value)
    if isinstance(one, frozenset):
        return value in one
    left, right = _alike(one, value)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def _alike(one: Any, value: Any) -> tuple[Any, Any]:
    """Return what a record holds, and what it is compared with, in one form."""
    if isinstance(value, datetime):
        local = value.astimezone(OSLO)
        if isinstance(one, datetime):
            return local.replace(second=0, microsecond=0), one.astimezone(OSLO).replace(second=0, microsecond=0)
        return local.date(), one
    if isinstance(value, str):
        return plain(value), plain(str(one))
    return value, one


def _ordered(word: str, left: Any, right: Any) -> bool:
    return bool({"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[word])
