"""Exchange: any collection out to a sheet, as people read it or as programs do."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import orjson

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta, Spec
from directapp.derive import present
from directapp.derive.sheets import CSV, XLSX, Cell, csv_lines, xlsx_bytes
from directapp.derive.shown import NO, YES, title_names
from directapp.kernel.clock import OSLO
from directapp.kernel.languages import Language

__all__ = ["CSV", "XLSX", "cells_of", "export_rows", "header_of", "title_of"]

Header = Literal["labels", "codes"]


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
        return title_of(self.spec[item.ref], value, self.language) if self.words and item.ref else str(value.get("id"))


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


def title_of(meta: CollectionMeta, row: Mapping[str, Any], language: Language) -> str:
    """Return what a record is called, from its title fields; its id where it has none that may be read."""
    parts = [str(row[name]) for name in title_names(meta, row, language) if row.get(name) not in (None, "")]
    return " ".join(parts) or str(row.get("id", ""))


def header_of(meta: CollectionMeta, names: Sequence[str], language: Language, header: Header = "labels") -> list[str]:
    """Return the header; a label that stands twice gets its field's name behind it."""
    if header == "codes":
        return list(names)
    labels = [meta.fields[name].label.pick(language) for name in names]
    return [
        f"{label} ({name})" if labels.count(label) > 1 else label for label, name in zip(labels, names, strict=True)
    ]


def cells_of(
    spec: Spec,
    meta: CollectionMeta,
    names: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    *,
    language: Language,
    header: Header = "labels",
) -> Iterator[list[Cell]]:
    """Yield the cells of rows as the reading path answered them: a masked field is an empty cell."""
    fields, scribe = [meta.fields[name] for name in names], Scribe(spec, language, header)
    for row in rows:
        yield [scribe.cell(item, row.get(item.name)) for item in fields]


def export_rows(
    spec: Spec,
    meta: CollectionMeta,
    names: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    *,
    media_type: str = CSV,
    language: Language = "nb",
    header: Header = "labels",
) -> bytes:
    """Return rows, as the reading path answered them, as a CSV or XLSX file."""
    head = header_of(meta, names, language, header)
    cells = cells_of(spec, meta, names, rows, language=language, header=header)
    if media_type == XLSX:
        return xlsx_bytes(head, cells, title=meta.declared.plural.pick(language))
    return "".join(csv_lines(head, cells)).encode()
