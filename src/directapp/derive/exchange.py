"""Exchange: any collection out to a sheet, and sheets back in, column by column, through the corridor."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import orjson

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.spec import Shape, Spec
from directapp.derive import present
from directapp.derive.sheets import CSV, XLSX, Cell, Table, csv_lines, read_table, xlsx_bytes
from directapp.derive.shown import NO, YES
from directapp.kernel.actor import Actor
from directapp.kernel.clock import OSLO
from directapp.kernel.text import Language, Text
from directapp.services.incoming import Incoming, Note, Raw
from directapp.services.intent import Intent

__all__ = ["CSV", "XLSX", "Table", "export_rows", "match_columns", "read_table", "to_intents"]

Header = Literal["labels", "codes"]
How = Literal["name", "label", "similar"]

_CLOSE = 0.75
_NORWEGIAN_MOMENT = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})[ T](\d{1,2}):(\d{2})(:\d{2})?")
_NO_REF = Text("«{value}» ble ikke funnet.", "“{value}” was not found.")
_SEVERAL = Text("«{value}» passer på flere.", "“{value}” fits several.")
_NO_VALUES = Text("Raden har ingen verdier i kolonnene som tas inn.", "The row has no values in the columns taken in.")


# --- out -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scribe:
    """Writes JSON values into cells: in words with labels, as stored with codes."""

    spec: Spec
    language: Language = "nb"
    header: Header = "labels"

    def cell(self, item: Field, value: Any) -> Cell:
        """Return a value as it stands in a sheet."""
        if value is None:
            return None
        write = _WRITERS.get(item.kind)
        return str(value) if write is None else write(self, item, value)

    @property
    def words(self) -> bool:
        """Whether people read it, rather than programs."""
        return self.header == "labels"

    def choice(self, item: Field, value: Any) -> Cell:
        """Return a choice's label or code."""
        choice = item.choice(value)
        return choice.label.pick(self.language) if choice and self.words else str(value)

    def choices(self, item: Field, value: Any) -> Cell:
        """Return several choices."""
        return ", ".join(str(self.choice(item, code)) for code in value)

    def boolean(self, _item: Field, value: Any) -> Cell:
        """Return yes or no."""
        return (YES if value else NO).pick(self.language) if self.words else str(bool(value)).lower()

    def instant(self, _item: Field, value: Any) -> Cell:
        """Return Norway's wall clock, or the instant as it is stored."""
        instant = present.read_instant(value)
        return str(value) if instant is None or not self.words else instant.astimezone(OSLO).replace(tzinfo=None)

    def ref(self, item: Field, value: Any) -> Cell:
        """Return what a record is called, or its id."""
        if not isinstance(value, Mapping):
            return str(value)
        return title_of(self.spec[item.ref], value) if self.words and item.ref else str(value.get("id"))


_WRITERS: Mapping[Kind, Callable[[Scribe, Field, Any], Cell]] = {
    Kind.CHOICE: Scribe.choice,
    Kind.CHOICES: Scribe.choices,
    Kind.BOOLEAN: Scribe.boolean,
    Kind.INTEGER: lambda _scribe, _item, value: int(value),
    Kind.DECIMAL: lambda _scribe, _item, value: Decimal(str(value)),
    Kind.MONEY: lambda _scribe, _item, value: Decimal(str(value)),
    Kind.DATE: lambda _scribe, _item, value: present.read_day(value) or str(value),
    Kind.INSTANT: Scribe.instant,
    Kind.REF: Scribe.ref,
    Kind.REFS: lambda _scribe, _item, value: ", ".join(map(str, value)),
    Kind.JSON: lambda _scribe, _item, value: orjson.dumps(value).decode(),
}


def title_of(shape: Shape, row: Mapping[str, Any]) -> str:
    """Return what a record is called, from its title fields; its id where it has none that may be read."""
    parts = [str(row[name]) for name in shape.declared.views.title if row.get(name) not in (None, "")]
    return " ".join(parts) or str(row.get("id", ""))


def header_of(shape: Shape, names: Sequence[str], language: Language, header: Header = "labels") -> list[str]:
    """Return the header; a label that stands twice gets its field's name behind it."""
    if header == "codes":
        return list(names)
    labels = [shape.fields[name].label.pick(language) for name in names]
    return [
        f"{label} ({name})" if labels.count(label) > 1 else label for label, name in zip(labels, names, strict=True)
    ]


def cells_of(
    spec: Spec,
    shape: Shape,
    names: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    *,
    language: Language,
    header: Header = "labels",
) -> Iterator[list[Cell]]:
    """Yield the cells of rows as the reading path answered them: a masked field is an empty cell."""
    fields, scribe = [shape.fields[name] for name in names], Scribe(spec, language, header)
    for row in rows:
        yield [scribe.cell(item, row.get(item.name)) for item in fields]


def export_rows(
    spec: Spec,
    shape: Shape,
    names: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    *,
    media_type: str = CSV,
    language: Language = "nb",
    header: Header = "labels",
) -> bytes:
    """Return rows, as the reading path answered them, as a CSV or XLSX file."""
    head = header_of(shape, names, language, header)
    cells = cells_of(spec, shape, names, rows, language=language, header=header)
    if media_type == XLSX:
        return xlsx_bytes(head, cells, title=shape.declared.plural.pick(language))
    return "".join(csv_lines(head, cells)).encode()


# --- in ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A column of a sheet and the field it goes to (None: it is left out); ``similar`` is only a guess."""

    place: int
    header: str
    field: str | None = None
    how: How | None = None


def plain_word(text: str) -> str:
    """Return a header as it is compared: without case, accents and signs."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ø", "o").replace("æ", "ae"))
    return re.sub(r"[^a-z0-9]+", " ", "".join(c for c in folded if not unicodedata.combining(c))).strip()


def match_columns(shape: Shape, header: Sequence[str], allowed: Iterable[str] | None = None) -> tuple[Match, ...]:
    """Find the field of each column: by its name, by its label in either language, else by likeness.

    ``allowed`` are the fields that may be written (default: all that can be). No field is taken twice.
    """
    names = set(allowed) if allowed is not None else {f.name for f in shape.fields.values() if f.writable}
    fields = [f for f in shape.fields.values() if f.name in names or f.name == "id"]
    found: dict[int, tuple[str, How]] = {}
    _take(found, header, {plain_word(f.name): f.name for f in fields}, "name")
    _take(found, header, _labels(fields), "label")
    known = {plain_word(f.name): f.name for f in fields} | _labels(fields)
    for place, text in enumerate(header):
        taken = {name for name, _ in found.values()}
        free = {_closed_up(word): name for word, name in known.items() if name not in taken}
        word = _closed_up(plain_word(text))
        likely = difflib.get_close_matches(word, free, n=1, cutoff=_CLOSE) if place not in found else []
        if likely:
            found[place] = (free[likely[0]], "similar")
    return tuple(
        Match(place=place, header=text, field=found[place][0], how=found[place][1])
        if place in found
        else Match(place=place, header=text)
        for place, text in enumerate(header)
    )


def _closed_up(word: str) -> str:
    return word.replace(" ", "")


def _labels(fields: Sequence[Field]) -> dict[str, str]:
    """Return the fields by label, those left out whose label is another's too."""
    words: dict[str, set[str]] = {}
    for item in fields:
        for label in (item.label.nb, item.label.en):
            words.setdefault(plain_word(label), set()).add(item.name)
            words.setdefault(plain_word(f"{label} ({item.name})"), set()).add(item.name)
    return {word: next(iter(names)) for word, names in words.items() if len(names) == 1}


def _take(found: dict[int, tuple[str, How]], header: Sequence[str], known: Mapping[str, str], how: How) -> None:
    for place, text in enumerate(header):
        name = known.get(plain_word(text))
        if place not in found and name is not None and name not in {n for n, _ in found.values()}:
            found[place] = (name, how)


def keys_of(shape: Shape, names: Iterable[str]) -> tuple[str, ...]:
    """Return the fields among some that tell which record a row means: the id, then what is unique."""
    mapped = set(names)
    unique = [u.fields[0] for u in shape.declared.unique if len(u.fields) == 1]
    return tuple(name for name in ("id", *unique) if name in mapped)


RefIndex = Mapping[tuple[str, str], tuple[UUID, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReader:
    """A sheet as a source of rows: which column goes to which field, and what words mean.

    ``key`` names the field that tells which record a row means; without one every row is new.
    ``refs`` are the records that texts in ref columns may mean.
    """

    spec: Spec
    shape: Shape
    table: Table
    columns: Mapping[str, str]
    key: str | None = None
    source: str = "csv"
    refs: RefIndex = field(default_factory=dict)

    @property
    def context(self) -> dict[str, Any]:
        """Which column goes to which field, and by what records are known."""
        return {"collection": self.shape.name, "columns": dict(self.columns), "key": self.key}

    def rows(self) -> Sequence[Raw]:
        """Return the rows, each value under its column's header; the first has number 2, as in a sheet."""
        return [
            Raw(self.shape.name, number, {h: _kept(v) for h, v in zip(self.table.header, row, strict=True)})
            for number, row in enumerate(self.table.rows, 2)
        ]

    def understand(self, raw: Raw) -> Incoming:
        """Return what a row comes to; an empty cell says nothing about its field."""
        values: dict[str, Any] = {}
        notes: list[Note] = []
        for header, name in self.columns.items():
            value = raw.data.get(header)
            if value in (None, ""):
                continue
            values[name] = self._value(self.shape.fields[name], value, notes)
        match = self._match(values)
        values.pop("id", None)
        if not values:
            notes.append(Note(level="rejected", text=_NO_VALUES))
        return Incoming(
            collection=raw.collection,
            number=raw.number,
            data=raw.data,
            values=values,
            match=match,
            update=True,
            once={name: str(value) for name, value in match.items()},
            notes=tuple(notes),
        )

    def _match(self, values: Mapping[str, Any]) -> dict[str, Any]:
        if self.key is None or self.key not in values:
            return {}
        try:
            return {self.key: self.shape.fields[self.key].understand(values[self.key])}
        except ValueError:
            return {}

    def _value(self, item: Field, value: Any, notes: list[Note]) -> Any:
        if item.kind is Kind.CHOICE:
            return self._codes(item).get(plain_word(str(value)), value)
        if item.kind is Kind.CHOICES:
            parts = [part.strip() for part in str(value).split(",") if part.strip()]
            return [self._codes(item).get(plain_word(part), part) for part in parts]
        if item.kind is Kind.INSTANT:
            return _moment(value)
        if item.kind is Kind.REF and item.ref:
            return self._ref(item, str(value), notes)
        return value

    @staticmethod
    def _codes(item: Field) -> dict[str, str]:
        words: dict[str, str] = {}
        for choice in item.choices:
            for text in (choice.label.nb, choice.label.en, choice.code):
                words[plain_word(text)] = choice.code
        return words

    def _ref(self, item: Field, text: str, notes: list[Note]) -> Any:
        if _is_id(text):
            return text
        found = self.refs.get((str(item.ref), plain_word(text)), ())
        if len(found) == 1:
            return found[0]
        problem = (_SEVERAL if found else _NO_REF).fill(value=text)
        notes.append(Note(level="rejected", text=problem, field=item.name, before=text))
        return None

    def wanted_refs(self) -> dict[str, set[str]]:
        """Return the texts in ref columns that are no ids, by the collection they point to."""
        wanted: dict[str, set[str]] = {}
        for raw in self.rows():
            for header, name in self.columns.items():
                item, value = self.shape.fields[name], raw.data.get(header)
                if item.kind is Kind.REF and item.ref and value not in (None, "") and not _is_id(str(value)):
                    wanted.setdefault(item.ref, set()).add(str(value))
        return wanted


def index_refs(shape: Shape, rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], tuple[UUID, ...]]:
    """Return the records that a text may mean: their whole title, or a title or unique field of theirs."""
    unique = tuple(u.fields[0] for u in shape.declared.unique if len(u.fields) == 1)
    found: dict[tuple[str, str], tuple[UUID, ...]] = {}
    for row in rows:
        record = UUID(str(row["id"]))
        parts = [str(row[n]) for n in (*shape.declared.views.title, *unique) if row.get(n) not in (None, "")]
        for text in {plain_word(t) for t in (title_of(shape, row), *parts)}:
            key = (shape.name, text)
            found[key] = (*found.get(key, ()), record)
    return found


def to_intents(
    reader: TableReader, actor: Actor, known: Mapping[str, UUID] | None = None, *, dry_run: bool = True
) -> list[Intent | Incoming]:
    """Return an intent a row: an update where the key's value is ``known``, else a creation.

    A row that cannot be understood is returned as it is, with its notes.
    """
    intents: list[Intent | Incoming] = []
    for raw in reader.rows():
        row = reader.understand(raw)
        if row.has("rejected"):
            intents.append(row)
            continue
        key = str(row.match[reader.key]) if reader.key and reader.key in row.match else ""
        target = UUID(key) if reader.key == "id" and key else (known or {}).get(key)
        intents.append(
            Intent(
                actor=actor,
                collection=row.collection,
                verb="create" if target is None else "update",
                origin="import",
                target=target,
                patch=dict(row.values),
                dry_run=dry_run,
            )
        )
    return intents


def _kept(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _moment(value: Any) -> Any:
    match = _NORWEGIAN_MOMENT.fullmatch(str(value).strip())
    if match is None:
        return value
    day, month, year, hour, minute = (int(part) for part in match.groups()[:5])
    try:
        return datetime(year, month, day, hour, minute).isoformat()  # noqa: DTZ001 - a wall clock's time, zoned by the field
    except ValueError:
        return value


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
