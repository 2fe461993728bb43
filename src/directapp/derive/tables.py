"""Tables: a collection's list as a person sees it, from its declared views, their rights and the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta
from directapp.derive import present, questions
from directapp.derive.board import Goals, age_tone, judged_by
from directapp.derive.inputs import Option
from directapp.derive.pages import since_of
from directapp.derive.questions import FROM, NONE, TO, Address
from directapp.derive.shown import NO, YES, Formatter, Shown, page_of, paths_for, readable_anywhere
from directapp.kernel.languages import Language
from directapp.kernel.text import _
from directapp.store.query import Order, Path, Query
from directapp.store.words import Word

PAGE = 50
# An open page that keeps up asks again for as many rows as it shows, up to so many.
ROWS, MOST_ROWS = "rows", 500
_DIGITS = 9
_FIGURES = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY})
_NEVER = frozenset({"id", "version", "tenant_id"})
_NO_COLUMN = frozenset({Kind.JSON, Kind.REFS})
EMPTY = _("Not set")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its label, whether it holds figures or may be edited, how it is sorted and where its header leads."""

    name: str
    label: str
    figures: bool
    direction: str | None
    href: str
    editable: bool = False


@dataclass(frozen=True, slots=True)
class TableRow:
    """One record: its page, what names it (``plain_title`` without the plate), and a cell for each column."""

    id: str
    href: str
    title: str
    cells: tuple[Shown, ...]

    @property
    def plain_title(self) -> str:
        """The title without what stands in a plate's frame beside it."""
        plate = next((c.text for c in self.cells if c.look == "plate"), "")
        return self.title.removeprefix(plate).strip() or self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterInput:
    """A filter: how it is asked (words, options, a range, a combo) and what it holds now."""

    name: str
    label: str
    control: str
    value: str = ""
    low: str = ""
    high: str = ""
    options: tuple[Option, ...] = ()
    source: str | None = None
    kind: str = "text"

    @property
    def active(self) -> bool:
        """Whether it narrows the list."""
        return bool(self.value or self.low or self.high or any(o.chosen for o in self.options))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a list's address means for one reader: columns, order and query."""

    meta: CollectionMeta
    address: Address
    columns: tuple[str, ...]
    sort: tuple[Order, ...]
    readable: frozenset[str]
    query: Query


def list_of(
    formatter: Formatter,
    meta: CollectionMeta,
    address: Address,
    *,
    kept: Sequence[str] = (),
    words: tuple[Word, ...] = (),
) -> Listing:
    """Understand a list's address; ``kept`` are the columns a person chose earlier, ``words`` what is searched."""
    readable = readable_anywhere(formatter.actor, meta)
    columns = chosen_columns(meta, readable, address.get("columns").split(",") if address.get("columns") else kept)
    sort = questions.build_sort(address, meta, readable)
    titles = tuple(n for n in meta.called if n in readable)
    keys = tuple(o.field for o in sort)
    aged = tuple(n for n in judged_by(meta) if n in readable) if since_of(meta) in columns else ()
    names = tuple(dict.fromkeys(("id", *columns, *titles, *keys, *aged)))
    query = Query(
        fields=paths_for(formatter.spec, formatter.actor, meta, names),
        filter=questions.build_filter(address, meta, readable),
        sort=sort,
        limit=size_of(address) + 1,
        after=questions.read_mark(address.get("after"), meta, sort),
        search=words,
    )
    return Listing(meta=meta, address=address, columns=columns, sort=sort, readable=readable, query=query)


def size_of(address: Address) -> int:
    """Return how many rows the address asks for at once."""
    text = address.get(ROWS)
    return min(max(int(text[:_DIGITS]), PAGE), MOST_ROWS) if text.isascii() and text.isdigit() else PAGE


def choosable(meta: CollectionMeta, readable: frozenset[str]) -> tuple[Field, ...]:
    """Return the fields that may stand as columns."""
    return tuple(f for f in meta.fields.values() if f.name in readable - _NEVER and f.kind not in _NO_COLUMN)


def chosen_columns(meta: CollectionMeta, readable: frozenset[str], asked: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that are asked for and may be seen, else the declared ones."""
    possible = {f.name for f in choosable(meta, readable)}
    chosen = tuple(dict.fromkeys(n for n in asked if n in possible))
    return chosen or tuple(n for n in meta.declared.views.columns if n in possible)


def editable(meta: CollectionMeta, writable: frozenset[str]) -> frozenset[str]:
    """Return the fields that may be edited in a cell, of those that somebody writes."""
    held = (meta.fields[n] for n in writable - _NEVER if n in meta.fields)
    return frozenset(f.name for f in held if f.writable and not f.immutable and f.kind not in _NO_COLUMN)


def columns_of(listing: Listing, language: Language, writable: frozenset[str] = frozenset()) -> tuple[Column, ...]:
    """Return the headers; each leads to the list sorted by it, and back again."""
    edited = editable(listing.meta, writable)
    present = {o.field: o.descending for o in listing.sort[:1]}
    made = []
    for name in listing.columns:
        item = listing.meta.fields[name]
        descending = present.get(name)
        follow = f"-{name}" if descending is False else name
        direction = None if descending is None else "descending" if descending else "ascending"
        href = listing.address.but(sort=follow).without("after").text
        label = item.label.pick(language)
        made.append(
            Column(
                name=name,
                label=label,
                figures=item.kind in _FIGURES,
                direction=direction,
                href=href,
                editable=name in edited,
            )
        )
    return tuple(made)


def rows_of(
    formatter: Formatter, listing: Listing, rows: Sequence[Mapping[str, Any]], goals: Goals | None = None
) -> tuple[TableRow, ...]:
    """Return the rows with a cell for each column; by ``goals`` the age of a status turns yellow and red."""
    meta = listing.meta
    since = since_of(meta)

    def cell(name: str, row: Mapping[str, Any]) -> Shown:
        told = formatter.value(meta, name, row, short=True)
        return replace(told, tone=age_tone(formatter, meta, row, goals or {})) if name == since and told else told

    return tuple(
        TableRow(
            str(row["id"]),
            page_of(meta.name, row["id"]),
            formatter.title(meta, row),
            tuple(cell(n, row) for n in listing.columns),
        )
        for row in rows
    )


def filters_of(
    listing: Listing, language: Language, *, refs: Mapping[str, Sequence[Option]], names: Mapping[str, str]
) -> tuple[FilterInput, ...]:
    """Return the filters: the declared ones, those in use and those just asked for."""
    declared = (n for n in listing.meta.declared.views.filters if n in listing.readable)
    used = questions.filtered(listing.address, listing.meta, listing.readable)
    asked = (n for n in listing.address.all("with") if n in listing.readable)
    wanted = dict.fromkeys((*declared, *used, *asked))
    return tuple(
        _filter(listing.address, listing.meta.fields[n], language, refs.get(n, ()), names)
        for n in wanted
        if n not in _NEVER and listing.meta.fields[n].kind not in _NO_COLUMN
    )


def more_filters(listing: Listing, shown: Sequence[FilterInput], language: Language) -> tuple[Option, ...]:
    """Return the fields that one may also filter by."""
    there = {f.name for f in shown}
    fields = (f for f in choosable(listing.meta, listing.readable) if f.name not in there)
    return tuple(Option(f.name, f.label.pick(language)) for f in fields)


def _filter(
    address: Address, item: Field, language: Language, refs: Sequence[Option], names: Mapping[str, str]
) -> FilterInput:
    label, values = item.label.pick(language), set(address.all(item.name))
    value = address.get(item.name)
    match item.kind:
        case Kind.CHOICE | Kind.BOOLEAN | Kind.CHOICES if item.choices or item.kind is Kind.BOOLEAN:
            return FilterInput(name=item.name, label=label, control="checks", options=_checks(item, values, language))
        case Kind.REF if refs:
            options = tuple(Option(o.value, o.label, o.value in values) for o in refs)
            return FilterInput(name=item.name, label=label, control="checks", options=options)
        case Kind.REF:
            shown = names.get(value, "")
            return FilterInput(name=item.name, label=label, control="combo", value=value, low=shown, source=item.ref)
        case Kind.DATE | Kind.INSTANT | Kind.INTEGER | Kind.DECIMAL | Kind.MONEY:
            low, high = address.get(item.name + FROM) or value, address.get(item.name + TO) or value
            kind = "day" if item.kind in {Kind.DATE, Kind.INSTANT} else "number"
            low, high = (present.input_day(low), present.input_day(high)) if kind == "day" else (low, high)
            return FilterInput(name=item.name, label=label, control="range", low=low, high=high, kind=kind)
        case _:
            return FilterInput(name=item.name, label=label, control="words", value=value)


def _checks(item: Field, values: set[str], language: Language) -> tuple[Option, ...]:
    yes_no = [("true", YES), ("false", NO)]
    pairs = yes_no if item.kind is Kind.BOOLEAN else [(c.code, c.label) for c in item.choices]
    empty = [] if item.required or item.default is not None else [(NONE, EMPTY)]
    return tuple(Option(code, text.pick(language), code in values) for code, text in (*pairs, *empty))


def title_query(
    formatter: Formatter, meta: CollectionMeta, *, limit: int, words: tuple[Word, ...] = (), **more: Any
) -> Query:
    """Return the query that fetches what records are called, for selects and combos."""
    readable = readable_anywhere(formatter.actor, meta)
    titles = tuple(n for n in meta.called if n in readable)
    fields: tuple[Path, ...] = paths_for(formatter.spec, formatter.actor, meta, ("id", *titles))
    sort = tuple(Order(n) for n in titles[:1] if meta.fields[n].kind not in _NO_COLUMN)
    return Query(fields=fields, sort=sort, limit=limit, search=words, **more)
