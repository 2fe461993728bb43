"""How a question was understood, in words: a chip for each part of the filter, and one sentence for all of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from directapp.asking.grammar import Question, Term
from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.derive import present
from directapp.derive.questions import FROM, NONE, TO
from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _, verbatim

_CHIP = _("{label}: {words}")
_MISSING, _YES, _NO = _("missing"), _("yes"), _("no")
_AT_LEAST, _AT_MOST, _BETWEEN = _("from {low}"), _("until {high}"), _("from {low} until {high}")
_ALL_BUT, _OR = _("not {word}"), _(" or ")
_SEARCH = _("the text “{text}”")
_LIST, _COUNT, _GROUPS = _("{what}, as a list"), _("how many: {what}"), _("how many: {what}, by {field}")
_UNDERSTOOD, _NOT_UNDERSTOOD = _("Understood as {what}."), _("Not understood: {words}.")
_NOTHING = _("Nothing was looked up: what is not understood would change the answer. Ask in other words.")
_SORTED = _("sorted by {field}")
_FEW = 2


@dataclass(frozen=True, slots=True)
class Chip:
    """One part of the filter: the field, what it says, and the parameters of the address that stand for it."""

    field: str
    label: str
    words: str
    params: tuple[tuple[str, str], ...]


def chips_of(question: Question, language: Language) -> list[Chip]:
    """Return the parts of the filter, each in words."""
    return [_chip(question, term, language) for term in question.terms]


def _chip(question: Question, term: Term, language: Language) -> Chip:
    item = question.meta.fields[term.field]
    words = _words(item, term, language)
    return Chip(term.field, item.label.pick(language), words.pick(language), term.params)


def _words(item: Field, term: Term, language: Language) -> Text:
    given = dict(term.params)
    if given.get(item.name) == NONE:
        return _MISSING
    low, high = given.get(item.name + FROM), given.get(item.name + TO)
    if low is not None or high is not None:
        told = {"low": _value(item, low or "", language), "high": _value(item, high or "", language)}
        return (_BETWEEN if low and high else _AT_LEAST if low else _AT_MOST).fill(**told)
    values = [value for name, value in term.params if name == item.name]
    if item.choices and len(values) == len(item.choices) - 1 > _FEW:
        left = next(choice.label for choice in item.choices if choice.code not in values)
        return _ALL_BUT.fill(word=left)
    shown = term.shown if item.points_to and len(term.shown) == len(values) else ()
    return verbatim(_OR.pick(language).join(shown or [_value(item, value, language) for value in values]))


def _value(item: Field, value: str, language: Language) -> str:
    """Return a value of a parameter as people write it."""
    choice = item.choice(value)
    if choice is not None:
        return choice.label.pick(language)
    if item.kind is Kind.BOOLEAN:
        return (_YES if value == "true" else _NO).pick(language)
    day = present.read_day(value) if item.kind in {Kind.DATE, Kind.INSTANT} else None
    if day is not None:
        return present.exact_day(day, language)
    if item.kind is Kind.MONEY and value:
        return present.show_money(Decimal(value), language)
    if item.kind in {Kind.INTEGER, Kind.DECIMAL} and value and item.style != "year":
        return f"{present.show_number(Decimal(value), language)} {item.unit or ''}".strip()
    return value


def sentence(question: Question, language: Language) -> str:
    """Return how a question was understood, and what of it was not."""
    parts = [_CHIP.fill(label=chip.label, words=chip.words).pick(language) for chip in chips_of(question, language)]
    parts += [_SEARCH.fill(text=question.search).pick(language)] if question.search else []
    if question.sort:
        label = question.meta.fields[question.sort.lstrip("-")].label
        parts.append(_SORTED.fill(field=label).pick(language))
    what = "; ".join((question.meta.declared.plural.pick(language), *parts))
    return " ".join(_sentences(question, what, language))


def _sentences(question: Question, what: str, language: Language) -> Iterator[str]:
    shape = {"list": _LIST, "count": _COUNT, "groups": _GROUPS}[question.shape]
    group = question.meta.fields[question.group].label if question.group else ""
    if question.sure or question.terms:
        yield _UNDERSTOOD.fill(what=shape.fill(what=what, field=group)).pick(language)
    if not question.sure:
        words = ", ".join(f"“{word}”" for word in dict.fromkeys(question.unread))
        yield _NOT_UNDERSTOOD.fill(words=words).pick(language)
        yield _NOTHING.pick(language)
