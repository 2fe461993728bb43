"""Text in the reader's language: English in the code, looked up in a catalogue when somebody reads it.

``_("Start technical preparation")`` is a Text; ``pgettext("status", "Open")`` one whose English has several meanings;
``ngettext("{count} car", "{count} cars")`` one that tells a count. ``fill`` gives their ``{name}`` places values.
"""

import json
import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from directapp.kernel.languages import CATALOGUES, CONTEXT_MARK, DEFAULT, SOURCE, Catalogue, Language, languages

# What a stored text begins with that is told in its reader's language: no field takes this sign from people.
MARK = "\x1f{"
# Which form stands for a fraction, and for a count that stopped: 10 000+.
_FEW = 2
# Texts of the code have plain places only; what a stored text asks beyond that is not followed.
_PLAIN_PLACES = re.compile(r"(?:[^{}]|\{\w+\}|\{\{|\}\})*")


class Text:
    """What people read, in whichever language they read it."""

    __slots__ = ()

    @abstractmethod
    def pick(self, language: Language) -> str:
        """Return the text in a language."""

    def fill(self, **values: object) -> "Text":  # noqa: ARG002 - only messages have places
        """Return the text with its ``{name}`` places filled; a value that is a Text is told in the same language."""
        return self

    @property
    def english(self) -> str:
        """The text for logs, programs' descriptions and other places that have no reader."""
        return self.pick(SOURCE)

    @abstractmethod
    def as_json(self) -> object:
        """Return what the text is stored as."""

    def stored(self) -> str:
        """Return the text as a column keeps it: its ids and values, which ``in_language`` reads."""
        kept = self.as_json()
        return kept if isinstance(kept, str) else MARK[0] + json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


class Counted(str):  # noqa: SLOT000 - it has a few instances for each language, and a str takes no typed slots
    """A message that tells a count, in one language: ``format(count=…)`` takes the form that goes with it."""

    _forms: tuple[str, ...]
    _form: Callable[[int], int]

    def __new__(cls, forms: tuple[str, ...], form: Callable[[int], int]) -> Self:
        """Keep the forms, and which one a count takes; as it is, it reads as that of many."""
        made = super().__new__(cls, forms[-1])
        made._forms, made._form = forms, form
        return made

    def of(self, count: object) -> str:
        """Return the form for a count, its places still open; a fraction takes that of few."""
        return self._forms[min(self._form(_whole(count)), len(self._forms) - 1)]

    def format(self, *args: object, **values: object) -> str:
        """Return the form for ``count`` with its places filled."""
        return self.of(values.get("count")).format(*args, **values)


def _whole(count: object) -> int:
    """Return the whole number whose form a count takes."""
    written = count.plain.replace(",", "") if isinstance(count, Number) else str(count)
    return int(written) if written.isdecimal() else _FEW


@dataclass(frozen=True, slots=True)
class Message(Text):
    """A text of the code: its English is its id. ``plural`` is the English of many, where it tells a count."""

    msgid: str
    context: str = ""
    plural: str = ""
    values: tuple[tuple[str, object], ...] | None = None
    # By what catalogues know it, put together once: a page tells some thousand texts.
    key: str = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Put the key together."""
        object.__setattr__(self, "key", f"{self.context}{CONTEXT_MARK}{self.msgid}" if self.context else self.msgid)

    def pick(self, language: Language) -> str:
        """Return the message in a language, its places filled once values are given."""
        if self.values is None and not self.plural:
            return CATALOGUES[language].messages.get(self.key, self.msgid)
        return self._filled(CATALOGUES[language], language)

    def _filled(self, catalogue: Catalogue, language: Language) -> str:
        found: str | Counted = catalogue.messages.get(self.key, self.msgid)
        if self.plural:
            found = Counted(catalogue.plurals.get(self.key) or (self.msgid, self.plural), catalogue.form)
        if self.values is None:
            return found
        if isinstance(found, Counted):
            found = found.of(dict(self.values).get("count"))
        return found.format(**{n: v.pick(language) if isinstance(v, Text) else v for n, v in self.values})

    def fill(self, **values: object) -> "Message":
        """Return the message with values for its places, beside those that it has."""
        return replace(self, values=(*(self.values or ()), *values.items()))

    def as_json(self) -> object:
        """Return the id and the values."""
        kept: dict[str, object] = {"text": self.msgid}
        if self.context:
            kept["context"] = self.context
        if self.plural:
            kept["plural"] = self.plural
        if self.values is not None:
            kept["values"] = {n: _value_json(v) for n, v in self.values}
        return kept


def _value_json(value: object) -> object:
    if isinstance(value, Text):
        return value.as_json()
    return value if isinstance(value, int | float) else str(value)


@dataclass(frozen=True, slots=True)
class Verbatim(Text):
    """Words that are the same in every language: a name, a number, a code, or what somebody wrote."""

    words: str

    def pick(self, language: Language) -> str:  # noqa: ARG002 - as every text
        """Return the words."""
        return self.words

    def as_json(self) -> object:
        """Return the words."""
        return self.words


@dataclass(frozen=True, slots=True)
class Name(Text):
    """What a tenant calls a thing, in the languages that it has columns for: data, and no message."""

    names: tuple[tuple[Language, str], ...]

    def pick(self, language: Language) -> str:
        """Return the name in a language, else in English, else in the one that there is."""
        names = {code: name for code, name in self.names if name}
        return names.get(language) or names.get(SOURCE) or names.get(DEFAULT, "")

    def as_json(self) -> object:
        """Return the names by language."""
        return {"names": dict(self.names)}


@dataclass(frozen=True, slots=True)
class Number(Text):
    """A number with the signs that a language parts thousands and decimals by; ``plain`` is its English: 5,000.50."""

    plain: str

    def pick(self, language: Language) -> str:
        """Return the number as it is written in a language."""
        return self.plain.translate({ord(","): _THOUSANDS.pick(language), ord("."): _DECIMALS.pick(language)})

    def as_json(self) -> object:
        """Return the English number."""
        return {"number": self.plain}


@dataclass(frozen=True, slots=True)
class Joined(Text):
    """Several texts one after the other; ``last`` stands before the last one, where it is another word."""

    parts: tuple[Text, ...]
    between: str
    last: Text | None = None

    def pick(self, language: Language) -> str:
        """Return the texts in a language, those left out that say nothing."""
        parts = [words for part in self.parts if (words := part.pick(language)).strip()]
        if self.last is None or len(parts) < 2:  # noqa: PLR2004 - one has no last one after it
            return self.between.join(parts)
        return f"{self.between.join(parts[:-1])}{self.last.pick(language)}{parts[-1]}"

    def as_json(self) -> object:
        """Return the texts."""
        kept: dict[str, object] = {"joined": [part.as_json() for part in self.parts], "between": self.between}
        return kept if self.last is None else kept | {"last": self.last.as_json()}


@dataclass(frozen=True, slots=True)
class Within(Text):
    """A label as it stands within a sentence: with a small first letter, but for an abbreviation."""

    label: Text

    def pick(self, language: Language) -> str:
        """Return the label in a language."""
        words = self.label.pick(language)
        return words if words[1:2].isupper() else words[:1].lower() + words[1:]

    def as_json(self) -> object:
        """Return the label."""
        return {"within": self.label.as_json()}


def _(msgid: str) -> Text:
    """Return a message; its id is its English."""
    return Message(msgid)


def pgettext(context: str, msgid: str) -> Text:
    """Return a message whose English has several meanings, by what it is about."""
    return Message(msgid, context)


def ngettext(msgid: str, plural: str) -> Text:
    """Return a message that tells how many: ``fill(count=…)`` chooses the form."""
    return Message(msgid, plural=plural)


def verbatim(words: object) -> Text:
    """Return words that are the same in every language."""
    return Verbatim(str(words))


def name_of(row: Mapping[str, Any], stem: str = "name") -> Text:
    """Return what a tenant calls a thing: the columns ``name_nb``, ``name_en`` and so on of its row."""
    start = f"{stem}_"
    return Name(tuple((n.removeprefix(start), str(v or "")) for n, v in row.items() if n.startswith(start)))


def join(parts: Iterable[Text], between: str = " ") -> Text:
    """Return texts one after the other, those left out that say nothing."""
    return Joined(tuple(parts), between)


def listed(parts: Iterable[Text]) -> Text:
    """Return several things in one sentence: ``a, b and c``."""
    return Joined(tuple(parts), ", ", _AND)


_AND = pgettext("between the last two of a list", " and ")
_DECIMALS = pgettext("before the decimals of a number", ".")
_THOUSANDS = pgettext("between the thousands of a number", ",")


def language_names() -> tuple[tuple[Language, Text], ...]:
    """Return what each language is called, by its code; one that came as a file, by what it calls itself."""
    known = {"nb": _("Norwegian"), "en": _("English")}
    return tuple((code, known.get(code) or verbatim(CATALOGUES[code].name or code)) for code in languages())


def in_every_language(text: Text) -> tuple[str, ...]:
    """Return a text in each language, to know it again however it was written."""
    return tuple(text.pick(language) for language in languages())


def text_of(stored: object) -> Text:
    """Return a stored text; what was stored as plain words is those words."""
    if not isinstance(stored, str) or not stored.startswith(MARK):
        return Verbatim(str(stored or ""))
    try:
        return _from_json(json.loads(stored[1:]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return Verbatim(stored[1:])


def in_language(stored: object, language: Language) -> Any:
    """Return a stored value in a reader's language: its stored texts put in words, anything else as it is."""
    if isinstance(stored, str):
        return text_of(stored).pick(language).strip() if stored.startswith(MARK) else stored
    if isinstance(stored, dict):
        return {name: in_language(value, language) for name, value in stored.items()}
    return [in_language(value, language) for value in stored] if isinstance(stored, list) else stored


def _from_json(kept: Any) -> Text:
    if not isinstance(kept, dict):
        return Verbatim(str(kept))
    return next((read(kept) for name, read in READERS.items() if name in kept), Verbatim(""))


def _read_message(kept: Mapping[str, Any]) -> Text:
    msgid, plural = str(kept["text"]), str(kept.get("plural", ""))
    if not (_PLAIN_PLACES.fullmatch(msgid) and _PLAIN_PLACES.fullmatch(plural)):
        return Verbatim(msgid)
    values = kept.get("values")
    filled = None if values is None else tuple((n, _value(v)) for n, v in values.items())
    return Message(msgid, str(kept.get("context", "")), plural, filled)


def _read_joined(kept: Mapping[str, Any]) -> Text:
    last = _from_json(kept["last"]) if "last" in kept else None
    return Joined(tuple(_from_json(part) for part in kept["joined"]), str(kept["between"]), last)


# How a stored text is read, by what it has beside others.
READERS: dict[str, Callable[[Mapping[str, Any]], Text]] = {
    "text": _read_message,
    "names": lambda kept: Name(tuple((str(code), str(name)) for code, name in kept["names"].items())),
    "number": lambda kept: Number(str(kept["number"])),
    "within": lambda kept: Within(_from_json(kept["within"])),
    "joined": _read_joined,
}


def _value(kept: object) -> object:
    return kept if isinstance(kept, int | float | str) else _from_json(kept)
