"""Rows of a sheet as they come to the records of a collection: each cell understood by its field, or named."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from uuid import UUID

import orjson

from directapp.declare.fields import Field
from directapp.declare.kinds import BadValueError, Kind
from directapp.declare.reading import SHEET, Manner, read_instant
from directapp.declare.spec import CollectionMeta, Spec
from directapp.derive.exchange import title_of
from directapp.derive.sheet.cells import ERROR_TEXT, Cell, blank, kind_of, shown, told
from directapp.derive.sheet.layout import Table
from directapp.derive.sheet.words import closed_up, plain_word
from directapp.derive.shown import readable_anywhere
from directapp.kernel.actor import Actor
from directapp.kernel.clock import OSLO
from directapp.kernel.errors import ForbiddenError
from directapp.kernel.text import Text, _, in_every_language, join
from directapp.services.incoming import UNSTORABLE, Incoming, Level, Note, Raw
from directapp.services.reading import Reading
from directapp.store.query import Query

FLAW = ""
_MOST_REFS = 5000
_TEXTS = frozenset({Kind.STRING, Kind.TEXT})
_YES, _NO = frozenset({"x", "j", "y", "sann", "sant"}), frozenset({"n", "usann", "usant"})
_NO_REF = _("“{value}” was not found.")
_SEVERAL = _("“{value}” fits several.")
_NO_VALUES = _("The row has no values in the columns taken in.")
_NO_KEY = _(
    "{label} is missing, so it cannot be told whether the record is there already. Fill it in, take the row in as new,"
    " or skip it."
)
_NO_CHOICE = _("No “{value}”; choose from: {choices}.")
_WHY = _("“{value}”: {why}")
_NO_CLOCK = _("“{value}” has a time of day; the field is a date, so the day alone is taken in.")
_ODD: Mapping[str, Text] = {
    "formula": _(
        "The cell is a formula that was never worked out ({value}). Open the file in the spreadsheet and save it anew."
    ),
    "error": _("The cell shows an error in the spreadsheet: {value}."),
    "date": _("The cell is a date in the spreadsheet ({value}), which may have altered what was typed."),
    "time": _("The cell is a time of day ({value})."),
    "duration": _("The cell is a duration ({value})."),
    "unit": _("The cell shows {value}, not a plain number."),
    UNSTORABLE: _("The value is too long, or has characters that cannot be stored: {value}"),
}
_FLAWS: Mapping[str, tuple[Level, Text]] = {
    "quote": ("held", _("A quotation mark in the row is not closed. Look at the values before the row is taken in.")),
    "long": ("held", _("The row has more values than there are headings. Does a value contain a separator?")),
    "split": ("held", _("The row is too short, and so is the one beside it. Does a value contain a line break?")),
    "lone": ("held", _("The row has a single value. Is it a heading or a remark between the rows?")),
    "heading": ("held", _("The row repeats the headings.")),
    "total": ("held", _("The row looks like a total of the others.")),
    "garbled": (
        "held",
        _(
            "“{value}” seems to have been read in the wrong encoding before it came into the file. Correct it before"
            " the row is taken in."
        ),
    ),
    "bytes": (
        "warning",
        _("“{value}” was written in another encoding than the rest of the file, and was read as it stands here."),
    ),
}

RefIndex = Mapping[tuple[str, str], tuple[UUID, ...]]


class _UnreadableError(Exception):
    """A cell that its field cannot take; a note says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReader:
    """A sheet as a source of rows: which column goes to which field, and what words mean.

    ``columns`` are fields by the keys of the columns. ``key`` names the field that tells which record a row means;
    without one every row is new. ``refs`` are the records that texts in ref columns may mean.
    """

    spec: Spec
    meta: CollectionMeta
    table: Table
    columns: Mapping[str, str]
    key: str | None = None
    manner: Manner = SHEET
    source: str = "csv"
    refs: RefIndex = field(default_factory=dict)
    # What each choice of a field is called, in every language: a sheet asks in each of its rows.
    _choices_by_word: dict[str, dict[str, str]] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def context(self) -> dict[str, Any]:
        """What it takes to understand a row again."""
        return {
            "collection": self.meta.name,
            "columns": dict(self.columns),
            "key": self.key,
            "numbers": self.manner.numbers,
            "dates": self.manner.dates,
        }

    def rows(self) -> Sequence[Raw]:
        """Return the rows, each value under its column's key, numbered as in the file."""
        keys = [column.key for column in self.table.columns]
        return [
            Raw(
                self.meta.name,
                line.number,
                dict(zip(keys, line.cells, strict=True))
                | ({FLAW: {"is": line.flaw, "text": line.told}} if line.flaw else {}),
            )
            for line in self.table.lines
        ]

    def understand(self, raw: Raw) -> Incoming:
        """Return what a row comes to; an empty cell says nothing about its field."""
        values: dict[str, Any] = {}
        notes = self._flaws(raw)
        for column, name in self.columns.items():
            cell = raw.data.get(column)
            if blank(cell):
                continue
            item = self.meta.fields[name]
            try:
                values[name] = self._value(item, cell, notes)
            except _UnreadableError as error:
                notes.append(Note(level="rejected", text=error.args[0], field=name, before=shown(cell)))
        match = {self.key: values[self.key]} if self.key and values.get(self.key) is not None else {}
        failed = {note.field for note in notes}
        if self.key and not match and self.key not in failed:
            notes.append(Note(level="held", text=_NO_KEY.fill(label=self.meta.fields[self.key].label), field=self.key))
        values.pop("id", None)
        if not values and not any(note.level == "rejected" for note in notes):
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

    @staticmethod
    def _flaws(raw: Raw) -> list[Note]:
        flaw = raw.data.get(FLAW)
        if kind_of(flaw) not in _FLAWS:
            return []
        level, text = _FLAWS[str(kind_of(flaw))]
        return [Note(level=level, text=text.fill(value=told(flaw)))]

    def _value(self, item: Field, cell: Cell, notes: list[Note]) -> Any:
        plain = self._plain(item, cell, notes)
        read = _READERS.get(item.kind)
        value = plain if read is None else read(self, item, plain)
        try:
            meant = item.understand(value, self.manner)
        except BadValueError as error:
            raise _UnreadableError(_WHY.fill(value=told(cell), why=error.text)) from None
        if item.kind is Kind.DATE and _has_clock(value, self.manner):
            notes.append(Note(level="warning", text=_NO_CLOCK.fill(value=told(cell)), field=item.name))
        return meant

    @staticmethod
    def _plain(item: Field, cell: Cell, notes: list[Note]) -> Cell:
        """Return a cell as a plain value, where what it is suits its field."""
        odd, text = kind_of(cell), shown(cell)
        if odd is None and ERROR_TEXT.fullmatch(text):
            odd = "error"
        if odd is None:
            return text if isinstance(cell, float) and item.kind in _TEXTS else cell
        free = item.kind in _TEXTS and not item.code and item.parse is None
        if odd == "date" and item.kind in {Kind.DATE, Kind.INSTANT}:
            return text
        if odd == "date" and item.kind is Kind.TEXT and free:
            day = _norwegian_day(text)
            notes.append(Note(level="warning", text=_ODD["date"].fill(value=day), field=item.name, before=day))
            return day
        if odd in {"time", "duration", "unit"} and free:
            return text
        seen = _norwegian_day(text) if odd == "date" else told(text)
        raise _UnreadableError(_ODD.get(odd, _ODD["error"]).fill(value=seen))

    def _boolean(self, _item: Field, cell: Cell) -> Any:
        word = plain_word(shown(cell))
        if word in _YES | _NO:
            return word in _YES
        return shown(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else cell

    def _choice(self, item: Field, cell: Cell) -> Any:
        return self._code(item, shown(cell))

    def _choices(self, item: Field, cell: Cell) -> Any:
        return [self._code(item, part.strip()) for part in shown(cell).replace(";", ",").split(",") if part.strip()]

    def _named(self, item: Field) -> dict[str, str]:
        known = self._choices_by_word.get(item.name)
        if known is None:
            known = self._choices_by_word[item.name] = {
                closed_up(plain_word(name)): choice.code
                for choice in item.choices
                for name in (*in_every_language(choice.label), choice.code)
            }
        return known

    def _code(self, item: Field, text: str) -> str:
        """Return the choice that a text names: whole, or by a beginning that only one has."""
        word, named = closed_up(plain_word(text)), self._named(item)
        begun = {code for name, code in named.items() if len(word) > 1 and name.startswith(word)}
        if word in named or len(begun) == 1 or not item.choices:
            return named.get(word) or next(iter(begun), text)
        raise _UnreadableError(_NO_CHOICE.fill(value=told(text), choices=join((c.label for c in item.choices), ", ")))

    def _ref(self, item: Field, cell: Cell) -> Any:
        text = shown(cell)
        if item.ref is None or _is_id(text):
            return text
        found = self.refs.get((item.ref, plain_word(text)), ())
        if len(found) != 1:
            raise _UnreadableError((_SEVERAL if found else _NO_REF).fill(value=told(text)))
        return found[0]


_READERS: Mapping[Kind, Callable[[TableReader, Field, Cell], Any]] = {
    Kind.BOOLEAN: TableReader._boolean,  # noqa: SLF001 - the class's own table of readers
    Kind.CHOICE: TableReader._choice,  # noqa: SLF001
    Kind.CHOICES: TableReader._choices,  # noqa: SLF001
    Kind.REF: TableReader._ref,  # noqa: SLF001
}


async def refs_of(
    reading: Reading, actor: Actor, spec: Spec, meta: CollectionMeta, names: Iterable[str]
) -> dict[tuple[str, str], tuple[UUID, ...]]:
    """Return the records that texts in some ref columns may mean, of those that the actor reads."""
    refs: dict[tuple[str, str], tuple[UUID, ...]] = {}
    for name in sorted({ref for n in names if (ref := meta.fields[n].ref) and meta.fields[n].kind is Kind.REF}):
        target = spec[name]
        unique = [u.fields[0] for u in target.declared.unique if len(u.fields) == 1]
        readable = readable_anywhere(actor, target)
        wanted = ["id", *(n for n in (*target.titles, *unique) if n in readable)]
        query = Query(fields=tuple((n,) for n in dict.fromkeys(wanted)), limit=_MOST_REFS)
        with suppress(ForbiddenError):
            refs |= index_refs(target, orjson.loads((await reading.page(actor, name, query)).json))
    return refs


def index_refs(meta: CollectionMeta, rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], tuple[UUID, ...]]:
    """Return the records that a text may mean: their whole title, or a title or unique field of theirs."""
    unique = tuple(u.fields[0] for u in meta.declared.unique if len(u.fields) == 1)
    found: dict[tuple[str, str], tuple[UUID, ...]] = {}
    for row in rows:
        record = UUID(str(row["id"]))
        parts = [str(row[n]) for n in (*meta.titles, *unique) if row.get(n) not in (None, "")]
        for text in {plain_word(t) for t in (title_of(meta, row, "nb"), *parts, str(record))} - {""}:
            key = (meta.name, text)
            found[key] = (*found.get(key, ()), record)
    return found


def _has_clock(value: Any, manner: Manner) -> bool:
    moment = read_instant(value, manner.dates)
    return time() not in {moment.time(), moment.astimezone(OSLO).time()}


def _norwegian_day(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{moment:%d.%m.%Y}" if len(text) == len("2026-01-01") else f"{moment:%d.%m.%Y %H:%M}"


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
