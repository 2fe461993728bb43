"""The report of an import: one line for each row, for people to go through and to download."""

from collections.abc import Iterable, Mapping
from typing import Any

from directapp.domains.imports.fields import ImportRows
from directapp.domains.imports.import_runs import OUTCOMES
from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _, in_language, verbatim
from directapp.services.incoming import Result

HEADER: tuple[Text, ...] = (
    _("Collection"),
    _("Row"),
    _("Id in the source"),
    _("Outcome"),
    _("Status"),
    _("Record"),
    _("Notes"),
)
KEYS = ("collection", "row", "external_id", "outcome", "status", "record", "notes")
# What people know a car, a person or a site by, in our columns and in those of the prototype.
KNOWN_BY = (
    *("license_plate", "vin", "order_number", "make", "model", "kjennemerke", "customer_name", "status"),
    *("first_name", "last_name", "dealership_code", "dealership_name"),
)
_LABELS = {choice.code: choice.label for choice in OUTCOMES}


def lines_of(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Return the lines of an import that has just been run."""
    return [
        {
            "collection": r.raw.collection,
            "row": r.raw.number,
            "external_id": r.external,
            "outcome": r.outcome,
            "status": r.status,
            "record": str(r.record) if r.record else None,
            "notes": [note.as_json() for note in r.notes],
        }
        for r in results
    ]


def kept_lines(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines of an import from the rows that the ledger has kept of it."""
    return [
        {
            "collection": r[ImportRows.collection],
            "row": r[ImportRows.row_number],
            "external_id": r[ImportRows.external_id],
            "outcome": r[ImportRows.outcome],
            "status": None,
            "record": r[ImportRows.record],
            "notes": r[ImportRows.notes] or [],
        }
        for r in rows
    ]


def cells(lines: Iterable[Mapping[str, Any]], language: Language) -> list[list[Any]]:
    """Return the lines as a sheet holds them."""
    return [[_cell(line, key, language) for key in KEYS] for line in lines]


def header(language: Language) -> list[str]:
    """Return the header of the sheet."""
    return [text.pick(language) for text in HEADER]


def outcome_label(code: str) -> Text:
    """Return what an outcome is called."""
    return _LABELS.get(code, verbatim(code))


def note_text(note: Mapping[str, Any], language: Language) -> str:
    """Return a kept note in words, its field first."""
    field = f"{note['field']}: " if note.get("field") else ""
    # Notes of earlier days were kept in two languages, side by side.
    return field + str(in_language(note.get("text"), language) or note.get(language) or note.get("nb") or "")


def _cell(line: Mapping[str, Any], key: str, language: Language) -> Any:
    if key == "outcome":
        return outcome_label(line[ImportRows.outcome]).pick(language)
    if key == "notes":
        return " | ".join(note_text(note, language) for note in line[ImportRows.notes])
    return line[key]
