"""Shown: one stored value turned into what a page writes for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.reading import show_phone
from directapp.declare.spec import CollectionMeta, Spec
from directapp.derive import present
from directapp.kernel.actor import Actor
from directapp.kernel.clock import OSLO
from directapp.kernel.languages import DEFAULT, Language
from directapp.kernel.text import _
from directapp.services import validation

YES, NO = _("Yes"), _("No")
_NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY})
_LONG = 140
_LONG_CODE, _TAIL = 17, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is written for a value: the text, how it looks, where it leads.

    ``exact`` is for hovering, ``machine`` for a ``time`` element, ``hue`` the colour of a chip,
    ``tone`` says that it is late, soon or done.
    """

    text: str
    look: str = "text"
    href: str | None = None
    exact: str | None = None
    machine: str | None = None
    hue: str | None = None
    tone: str | None = None

    def __bool__(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.text)


NOTHING = Shown(text="")


@dataclass(frozen=True, slots=True)
class Formatter:
    """Turns values into what is shown, for one reader at one moment."""

    spec: Spec
    actor: Actor
    now: datetime
    language: Language

    def value(self, meta: CollectionMeta, name: str, row: Mapping[str, Any], *, short: bool = False) -> Shown:
        """Return what is shown for a field of a row; nothing for a value that is absent or masked."""
        item, value = meta.fields[name], row.get(name)
        if value is None or value in ("", []):
            return NOTHING
        shown = self._subject(value, row.get(item.ref_in)) if item.ref_in else self._by_kind(item, value)
        if short and shown.look == "mono":
            return replace(shown, text=_tail(shown.text), exact=shown.text)
        if short and len(shown.text) > _LONG:
            return Shown(text=shown.text[:_LONG].rstrip() + "…", look=shown.look, exact=shown.text)
        return shown

    def _subject(self, record: Any, collection: Any) -> Shown:
        target = self.spec.get(str(collection))
        if target is None:
            return NOTHING
        return Shown(text=target.declared.label.pick(self.language), look="ref", href=page_of(target.name, record))

    def _by_kind(self, item: Field, value: Any) -> Shown:
        tell = _FORMATTERS.get(item.kind, Formatter._plain)
        return tell(self, item, value)

    def _choices(self, item: Field, value: Any) -> Shown:
        labels = [c.label.pick(self.language) if (c := item.choice(v)) else str(v) for v in value]
        return Shown(text=", ".join(labels))

    def _boolean(self, _: Field, value: Any) -> Shown:
        return Shown(text=(YES if value else NO).pick(self.language), look="yes" if value else "no")

    def _plain(self, item: Field, value: Any) -> Shown:
        if item.kind in _NUMBERS:
            return Shown(text=self._number(item, value), look="figure")
        look = item.style or ("prose" if item.kind is Kind.TEXT else "text")
        return Shown(text=present.show_plate(str(value)) if look == "plate" else str(value), look=look)

    def _number(self, item: Field, value: Any) -> str:
        number = present.read_number(value)
        if number is None:
            return str(value)
        if item.style == "year":
            return str(value)
        if item.kind is Kind.MONEY:
            return present.show_money(number, self.language)
        if item.unit == "byte":
            return present.show_size(int(number), self.language)
        if item.unit == "t":
            return present.show_span(timedelta(hours=float(number)), self.language)
        unit = f" {item.unit}" if item.unit else ""
        return present.show_number(Decimal(number), self.language, decimals=item.scale) + unit

    def _choice(self, item: Field, value: Any) -> Shown:
        choice = item.choice(value)
        text = choice.label.pick(self.language) if choice else str(value)
        hue = choice.hue if choice else None
        return Shown(text=text, look="chip" if hue else "text", hue=hue, tone=choice.tone if choice else None)

    def _day(self, _: Field, value: Any) -> Shown:
        day = present.read_day(value)
        if day is None:
            return Shown(text=str(value))
        text = present.show_day(day, self.now.astimezone(OSLO).date(), self.language)
        return Shown(text=text, look="time", exact=present.exact_day(day, self.language), machine=day.isoformat())

    def _instant(self, _: Field, value: Any) -> Shown:
        instant = present.read_instant(value)
        if instant is None:
            return Shown(text=str(value))
        text = present.show_moment(instant, self.now, self.language)
        exact = present.exact_moment(instant, self.language)
        return Shown(text=text, look="time", exact=exact, machine=instant.isoformat())

    def _ref(self, item: Field, value: Any) -> Shown:
        target = self.spec.get(item.ref) if item.ref else None
        if target is None:
            return NOTHING
        if not isinstance(value, Mapping):
            return Shown(text=target.declared.label.pick(self.language), href=page_of(target.name, value))
        record = value.get("id")
        return Shown(text=self.title(target, value), look="ref", href=page_of(target.name, record) if record else None)

    def _structure(self, item: Field, value: Any) -> Shown:
        if isinstance(value, Mapping):
            called = item.called(value, self.language)
            return Shown(text=", ".join(f"{k}: {v}" for k, v in called.items() if v is not None))
        return Shown(text=str(len(value)) if isinstance(value, list) else str(value))

    def title_parts(self, meta: CollectionMeta, row: Mapping[str, Any]) -> list[Shown]:
        """Return the title fields that have a value, in the reader's language, and what tells the record apart."""
        names = dict.fromkeys((*title_names(meta, row, self.language), *_apart(meta, row)))
        # Words first, and the codes after them.
        return sorted((s for n in names if (s := self.value(meta, n, row))), key=lambda s: s.look == "mono")

    def title(self, meta: CollectionMeta, row: Mapping[str, Any]) -> str:
        """Return what a record is called: its plate and name, or its name and the code that tells it apart."""
        mark, name = self.mark(meta, row), self.name(meta, row)
        words = (mark.text, name) if mark.look == "plate" else (name, mark.text if name else mark.exact or mark.text)
        return " ".join(filter(None, words)) or meta.declared.label.pick(self.language)

    def mark(self, meta: CollectionMeta, row: Mapping[str, Any]) -> Shown:
        """Return what a record is told apart by: its plate, else the first of its codes, a long one by its end."""
        names = dict.fromkeys((*meta.declared.views.apart, *meta.declared.views.title))
        shown = [s for n in names if (s := self.value(meta, n, row, short=True)).look in {"plate", "mono"}]
        return min(shown, key=lambda s: s.look != "plate", default=NOTHING)

    def name(self, meta: CollectionMeta, row: Mapping[str, Any]) -> str:
        """Return what a record is called beside what tells it apart."""
        return " ".join(s.text for s in self.title_parts(meta, row) if s.look not in {"plate", "mono"})


def _apart(meta: CollectionMeta, row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields that tell a record apart, where the first of its title does not."""
    views = meta.declared.views
    return () if row.get(views.title[0]) else views.apart


def title_names(meta: CollectionMeta, row: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    """Return the fields that name a record in a language: in English, those that say it in English."""

    def spoken(name: str) -> str:
        english = meta.fields[name].english
        return english if english and language != DEFAULT and row.get(english) else name

    return tuple(spoken(name) for name in meta.declared.views.title)


def _tail(code: str) -> str:
    """Return the end of a long code, by which people know it."""
    return f"…{code[-_TAIL:]}" if len(code) >= _LONG_CODE else code


_FORMATTERS: dict[Kind, Callable[[Formatter, Field, Any], Shown]] = {
    Kind.CHOICE: Formatter._choice,  # noqa: SLF001 - the class's own table
    Kind.CHOICES: Formatter._choices,  # noqa: SLF001 - as above
    Kind.BOOLEAN: Formatter._boolean,  # noqa: SLF001 - as above
    Kind.DATE: Formatter._day,  # noqa: SLF001 - as above
    Kind.INSTANT: Formatter._instant,  # noqa: SLF001 - as above
    Kind.REF: Formatter._ref,  # noqa: SLF001 - as above
    Kind.EMAIL: lambda _, __, value: Shown(text=str(value), look="link", href=f"mailto:{value}"),
    Kind.PHONE: lambda _, __, value: Shown(text=show_phone(str(value)), look="link", href=f"tel:{value}"),
    Kind.REFS: Formatter._structure,  # noqa: SLF001 - as above
    Kind.JSON: Formatter._structure,  # noqa: SLF001 - as above
}


def page_of(collection: str, record: object) -> str:
    """Return the address of a record's page."""
    return f"/app/{collection}/{record}"


def paths_for(spec: Spec, actor: Actor, meta: CollectionMeta, names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the query paths that fetch fields, with the titles of the records that refs point to."""
    paths: list[tuple[str, ...]] = []
    for name in names:
        target = spec.get(meta.fields[name].ref or "")
        titles = title_fields(spec, actor, target) if target is not None and meta.fields[name].kind is Kind.REF else ()
        paths += [(name, *rest) for rest in titles] or [(name,)]
        paths += [(which,)] if (which := meta.fields[name].ref_in) else []
    return tuple(dict.fromkeys(paths))


def title_fields(spec: Spec, actor: Actor, meta: CollectionMeta) -> tuple[tuple[str, ...], ...]:
    """Return the paths of a record's id and title fields that the actor may read somewhere."""
    readable = readable_anywhere(actor, meta)
    if not readable or not meta.declared.exposed:
        return ()
    names = [n for n in meta.called if n in readable and spec[meta.name].fields[n].kind is not Kind.REF]
    return (("id",), *((n,) for n in names))


def readable_anywhere(actor: Actor, meta: CollectionMeta) -> frozenset[str]:
    """Return the fields that the actor reads in some row."""
    return frozenset[str]().union(*(meta.reads(g) for g in meta.grants_of(actor.roles)))


def writable_anywhere(actor: Actor, meta: CollectionMeta, *, create: bool = False) -> frozenset[str]:
    """Return the fields that the actor writes in some row, or in some new one."""
    return validation.writable_anywhere(meta, meta.grants_of(actor.roles), create=create)
