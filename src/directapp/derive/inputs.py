"""Inputs: one field as a form shows it, and what a form that comes back says about it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from directapp.declare.fields import MAX_LENGTH, Field
from directapp.declare.kinds import Kind
from directapp.declare.reading import (
    CLOCK_FORM,
    BadValueError,
    read_number,
    show_phone,
)
from directapp.derive import present
from directapp.derive.shown import NO, NOTHING, YES, Shown
from directapp.kernel.actor import Actor
from directapp.kernel.languages import Language
from directapp.kernel.text import _

Typed = Mapping[str, Sequence[str]]

NOT_SAID = _("Not set")
CHOOSE = _("Choose")
_CONTROLS = {
    Kind.STRING: "text",
    Kind.TEXT: "textarea",
    Kind.CHOICE: "select",
    Kind.CHOICES: "checks",
    Kind.BOOLEAN: "select",
    Kind.INTEGER: "text",
    Kind.DECIMAL: "text",
    Kind.MONEY: "text",
    Kind.DATE: "day",
    Kind.INSTANT: "moment",
    Kind.REF: "combo",
    Kind.REFS: "none",
    Kind.JSON: "json",
    Kind.EMAIL: "email",
    Kind.PHONE: "tel",
}
_MODES = {Kind.INTEGER: "numeric", Kind.DECIMAL: "decimal", Kind.MONEY: "decimal"}
_NUMBER = re.compile(r"-?(?:[1-9].*|0(?:[.,].+)?)")
_WIDE = frozenset({"textarea", "json", "checks"})
SEARCHED = ".search"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select, a check list or a data list."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A field as a form shows it. ``value`` is what stands in it, ``problems`` what is wrong with that.

    ``stored`` is what the record holds, ``theirs`` the same shown where someone else saved it meanwhile;
    ``source`` is the collection a combo searches.
    """

    name: str
    label: str
    control: str
    value: str = ""
    options: tuple[Option, ...] = ()
    required: bool = False
    problems: tuple[str, ...] = ()
    help: str | None = None
    unit: str | None = None
    mode: str | None = None
    limit: int | None = None
    fact: bool = False
    source: str | None = None
    searched: str = ""
    theirs: Shown = NOTHING
    stored: str = ""
    stored_words: str = ""

    @property
    def wide(self) -> bool:
        """Whether it takes a whole line."""
        return self.control in _WIDE

    @property
    def described(self) -> str:
        """Return the ids of what describes it, for screen readers."""
        parts = [f"{self.name}-help"] if self.help else []
        parts += [f"{self.name}-error"] if self.problems else []
        return " ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What stands in a form: stored values, what was typed over them, what is wrong, what refs may be.

    ``names`` are the labels of the records that ids point to; ``actor`` is whose choices are offered.
    """

    language: Language
    row: Mapping[str, Any] = field(default_factory=dict)
    typed: Typed = field(default_factory=dict)
    problems: Mapping[str, Sequence[str]] = field(default_factory=dict)
    refs: Mapping[str, Sequence[Option]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    theirs: Mapping[str, Shown] = field(default_factory=dict)
    actor: Actor | None = None


def stored_text(item: Field, value: Any, language: Language) -> str:
    """Return a stored value as its input holds it; lists joined with commas."""
    if value is None:
        return ""
    if item.kind in _MODES:
        return present.input_number(value, language)
    if item.keys and isinstance(value, Mapping):
        return structure_text(item.called(value, language))
    return _TEXTS.get(item.kind, str)(value)


def _id_text(value: Any) -> str:
    return str(value.get("id") if isinstance(value, Mapping) else value)


def _list_text(value: Any) -> str:
    return ",".join(map(str, value))


def structure_text(value: Any) -> str:
    """Return a structure as people may edit it: ``name: value`` lines where they say all of it, else JSON."""
    if isinstance(value, Mapping):
        lines = "\n".join(f"{k}: {'' if v is None else v}".rstrip() for k, v in value.items())
        if repr(_structure(lines)) == repr(dict(value)):
            return lines
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


_TEXTS: dict[Kind, Callable[[Any], str]] = {
    Kind.DATE: present.input_day,
    Kind.INSTANT: present.input_instant,
    Kind.BOOLEAN: lambda value: "true" if value else "false",
    Kind.CHOICES: _list_text,
    Kind.REFS: _list_text,
    Kind.JSON: structure_text,
    Kind.REF: _id_text,
    Kind.PHONE: lambda value: show_phone(str(value)),
}


def _structure(text: str) -> Any:
    if text.lstrip()[:1] in {"{", "["}:
        return text
    lines = [line.partition(":") for line in text.splitlines() if line.strip()]
    pairs = [(name.strip(), _scalar(value.strip())) for name, _, value in lines]
    if len({name for name, _ in pairs}) < len(pairs):
        # As JSON, in which a name that stands twice is refused.
        written = (orjson.dumps({name: value}).decode()[1:-1] for name, value in pairs)
        return f"{{{','.join(written)}}}"
    return dict(pairs)


def _scalar(text: str) -> Any:
    """Return a value of a line: a number where it is written as one and as no other, else its text."""
    try:
        number = read_number(text) if _NUMBER.fullmatch(text) else None
    except BadValueError:
        number = None
    if number is None:
        return text or None
    return int(number) if number == number.to_integral_value() else float(number)


def typed_text(item: Field, typed: Typed) -> str | None:
    """Return what was typed into a field's input; None when the form did not hold it."""
    values = typed.get(item.name)
    if values is None:
        return "" if item.kind is Kind.CHOICES and item.name in typed.get("_fields", ()) else None
    return ",".join(v for v in values if v) if item.kind is Kind.CHOICES else values[-1].replace("\r\n", "\n")


def build_input(item: Field, filling: Filling) -> Input:
    """Return the input of a field with what stands in it."""
    language = filling.language
    stored = stored_text(item, filling.row.get(item.name), language)
    typed = typed_text(item, filling.typed)
    value = stored if typed is None else typed
    control = _control(item, filling)
    return Input(
        name=item.name,
        label=item.label.pick(language),
        control=control,
        value=value,
        options=_options(item, value, filling),
        required=item.required,
        problems=tuple(filling.problems.get(item.name, ())),
        help=item.help.pick(language) if item.help else None,
        unit="kr" if item.kind is Kind.MONEY else item.unit,
        mode=_MODES.get(item.kind),
        limit=item.max_length or MAX_LENGTH.get(item.kind),
        fact=item.fact,
        source=item.ref if control == "combo" else None,
        searched=_searched(item, value, filling),
        theirs=filling.theirs.get(item.name, NOTHING),
        stored=stored,
        stored_words=filling.names.get(stored, ""),
    )


def _control(item: Field, filling: Filling) -> str:
    if item.kind is Kind.REF:
        return "select" if item.name in filling.refs else "combo" if item.ref else "none"
    if item.kind is Kind.CHOICES and not item.choices:
        return "text"
    if (item.form or {}).get("format") == "color":
        return "color"
    if item.form == CLOCK_FORM:
        return "clock"
    return _CONTROLS[item.kind]


def _searched(item: Field, value: str, filling: Filling) -> str:
    words = filling.typed.get(item.name + SEARCHED)
    return words[-1] if words else filling.names.get(value, "")


def _options(item: Field, value: str, filling: Filling) -> tuple[Option, ...]:
    language = filling.language
    if item.kind is Kind.CHOICES:
        chosen = set(value.split(","))
        offered = None if item.offered is None or filling.actor is None else item.offered(filling.actor)
        return tuple(
            Option(c.code, c.label.pick(language), c.code in chosen)
            for c in item.choices
            if ((offered is None or c.code in offered) and not c.hidden) or c.code in chosen
        )
    if item.kind is Kind.BOOLEAN:
        words = (("true", YES), ("false", NO))
        given = [Option(code, word.pick(language), code == value) for code, word in words]
        return tuple(given if item.default is not None and value else [_empty(item, value, filling), *given])
    if item.kind is Kind.CHOICE:
        shown = (c for c in item.choices if not c.hidden or c.code == value)
        given = [Option(c.code, c.label.pick(language), c.code == value) for c in shown]
    elif item.name in filling.refs:
        given = [Option(o.value, o.label, o.value == value) for o in filling.refs[item.name]]
        if value and all(o.value != value for o in given):
            given.append(Option(value, filling.names.get(value, value), chosen=True))
    else:
        return ()
    return tuple(given if item.required and value else [_empty(item, value, filling), *given])


def _empty(item: Field, value: str, filling: Filling) -> Option:
    return Option("", (CHOOSE if item.required else NOT_SAID).pick(filling.language), not value)


def changed(fields: Iterable[Field], typed: Typed, base: Mapping[str, str]) -> dict[str, Any]:
    """Return the values that a person changed: typed, and other than what stood there when the form was made."""
    patch: dict[str, Any] = {}
    for item in fields:
        text = typed_text(item, typed)
        if text is not None and text != base.get(item.name, ""):
            patch[item.name] = _wire(item, text)
    return patch


def seen(fields: Iterable[Field], base: Mapping[str, str]) -> dict[str, Any]:
    """Return the values that stood in a form when it was made, written as in ``changed``."""
    return {f.name: _wire(f, base[f.name]) for f in fields if f.name in base}


def _wire(item: Field, text: str) -> Any:
    if item.kind is Kind.CHOICES:
        return [part.strip() for part in text.split(",") if part.strip()]
    if item.kind is Kind.JSON and text.strip():
        return _structure(text)
    return text if text.strip() else None


def base_of(inputs: Iterable[Input]) -> str:
    """Return what stands in a form now, as the form carries it along."""
    base = {i.name: i.stored for i in inputs}
    base |= {i.name + SEARCHED: i.stored_words for i in inputs if i.control == "combo"}
    return orjson.dumps(base).decode()
