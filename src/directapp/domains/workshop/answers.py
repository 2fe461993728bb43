"""Answers of an inspection: their shape, what is still open, and what stands in the way of signing."""

from collections.abc import Iterable, Mapping
from typing import Any

from directapp.declare.case import Case
from directapp.declare.names import FieldName, Row
from directapp.domains.records.fields import CarFiles
from directapp.domains.workshop.fields import Inspections
from directapp.domains.workshop.templates import item_codes
from directapp.kernel.errors import Problem
from directapp.kernel.text import Name, Text, _, verbatim

RESULTS = ("ok", "remark", "critical")
FOUND = frozenset({"remark", "critical"})
VIEWS = ("top", "left", "right", "front", "rear", "interior")
_MOST_MARKS = 200
_LONGEST_NOTE = 2000

_NOTE_FORM = {"type": ["string", "null"], "maxLength": _LONGEST_NOTE}
_FILE_FORM = {"type": "string", "format": "uuid"}
ANSWERS_FORM = {
    "type": "array",
    "items": {
        "type": "object",
        "description": "Each item of the checklist once; signing waits for a note with each remark or critical.",
        "properties": {
            "item": {"type": "string"},
            "result": {"enum": list(RESULTS)},
            "note": _NOTE_FORM,
            Inspections.photos: {"type": "array", "items": _FILE_FORM},
        },
        "required": ["item", "result"],
        "additionalProperties": False,
    },
}
MARKS_FORM = {
    "type": "array",
    "maxItems": _MOST_MARKS,
    "items": {
        "type": "object",
        "properties": {
            "x": {"type": "number", "minimum": 0, "maximum": 1},
            "y": {"type": "number", "minimum": 0, "maximum": 1},
            "view": {"enum": list(VIEWS)},
            "note": _NOTE_FORM,
            "file": {**_FILE_FORM, "type": ["string", "null"]},
        },
        "required": ["x", "y", "view"],
        "additionalProperties": False,
    },
}

HANDOVER_CHECKS: Mapping[FieldName[bool], Text] = {
    Inspections.plates_ok: _("Plates are in place"),
    Inspections.reregistered: _("Registered to the customer"),
    Inspections.insurance: _("Insurance is in force"),
    Inspections.liens: _("Liens are checked and cleared"),
    Inspections.keys: _("All keys are handed over"),
}


def answer_list(row: Row) -> list[dict[str, Any]]:
    """Return a row's answers that have the right shape."""
    answers = row.get(Inspections.answers)
    return [a for a in answers if isinstance(a, dict)] if isinstance(answers, list) else []


def item_label(row: Row, code: str) -> Text:
    """Return what a checklist item is called; an unknown one is called by its code."""
    found = next((i for i in row.get(Inspections.items) or () if i.get("code") == code), None)
    return Name((("nb", found["nb"]), ("en", found["en"]))) if found else verbatim(code)


def open_items(row: Row) -> list[str]:
    """Return the codes of the items that have no answer yet."""
    answered = {a.get("item") for a in answer_list(row)}
    return [code for code in item_codes(row.get(Inspections.items)) if code not in answered]


def untold_items(row: Row) -> list[str]:
    """Return the codes of the items on which something was found and nobody has written what."""
    return [a["item"] for a in answer_list(row) if a.get("result") in FOUND and not str(a.get("note") or "").strip()]


def _note_fits(note: object) -> bool:
    return note is None or (isinstance(note, str) and len(note) <= _LONGEST_NOTE)


def _judge_answer(case: Case, answer: object, known: set[str]) -> Text | None:
    if not isinstance(answer, dict) or not isinstance(answer.get("item"), str):
        return _("Each answer must have an item.")
    label = item_label(case.row, answer["item"])
    if answer["item"] not in known:
        return _("“{item}” is not on the checklist.").fill(item=label)
    if answer.get("result") not in RESULTS:
        return _("{item}: choose ok, remark or critical.").fill(item=label)
    if not _note_fits(answer.get("note")):
        return _("{item}: the note is too long.").fill(item=label)
    return None


def judge_answers(case: Case) -> list[Problem]:
    """Every answer is about an item of the checklist, once; what was found may be written after the tap."""
    answers = case.get(Inspections.answers)
    if not answers or not case.changed(Inspections.answers, Inspections.template):
        return []
    if not isinstance(answers, list):
        return [Problem(_("Must be a list of answers."), field=Inspections.answers)]
    known = set(item_codes(case.get(Inspections.items)))
    found = (_judge_answer(case, answer, known) for answer in answers)
    problems = [Problem(message, field=Inspections.answers) for message in found if message is not None]
    codes = [a.get("item") for a in answer_list(case.row)]
    if not problems and len(set(codes)) != len(codes):
        problems.append(Problem(_("An item is answered twice."), field=Inspections.answers))
    return problems


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _is_mark(mark: object) -> bool:
    return (
        isinstance(mark, dict)
        and _is_share(mark.get("x"))
        and _is_share(mark.get("y"))
        and mark.get("view") in VIEWS
        and _note_fits(mark.get("note"))
        and (mark.get("file") is None or isinstance(mark["file"], str))
    )


def judge_marks(case: Case) -> list[Problem]:
    """Each damage mark stands on the outline: x and y as shares of a view from 0 to 1."""
    marks = case.get(Inspections.damage_marks)
    if not marks or not case.changed(Inspections.damage_marks):
        return []
    if isinstance(marks, list) and len(marks) <= _MOST_MARKS and all(_is_mark(m) for m in marks):
        return []
    words = _("Each damage mark has x and y from 0 to 1, and a view: {views}.").fill(views=", ".join(VIEWS))
    return [Problem(words, field=Inspections.damage_marks)]


def _photos_of(entries: object) -> Iterable[str]:
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict):
            photos = entry.get("photos")
            yield from (str(p) for p in (photos if isinstance(photos, list) else ()))
            if entry.get("file"):
                yield str(entry["file"])


def judge_photos(case: Case) -> list[Problem]:
    """Demand that a photo shown with a car is one of the car's own files."""
    own = {str(f.get(CarFiles.file)) for f in case.many("files")}
    shown = {
        Inspections.photos: [str(p) for p in case.get(Inspections.photos) or ()],
        Inspections.answers: list(_photos_of(case.get(Inspections.answers))),
        Inspections.damage_marks: list(_photos_of(case.get(Inspections.damage_marks))),
    }
    words = _("Add the photo to the car's files first.")
    return [Problem(words, field=name) for name, ids in shown.items() if case.changed(name) and not set(ids) <= own]
