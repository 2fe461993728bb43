"""The prototype's words for a status: what each becomes, and where the car's facts say otherwise."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from directapp.kernel.text import Text, _
from directapp.services.incoming import Note

ORDER = (
    "draft",
    "registered",
    "appraised",
    "in_transit",
    "at_prep_center",
    "inspection",
    "inspection_failed",
    "waiting_parts",
    "ready_to_plan",
    "planned",
    "technical_prep",
    "cosmetic_prep",
    "quality_check",
    "qc_failed",
    "ready_for_delivery",
    "returned_to_dealership",
    "ready_for_sale",
    "reserved",
    "sold",
    "delivered",
    "archived",
)
FAMILIES = {"new": "new", "demo": "new", "used": "used", "certified": "used"}
BOTH = ("technical", "cosmetic")
_UNDER_WAY = frozenset({"behandles"})
_CLOSED = ("delivered", "archived")
_CORRECTED = _("The status “{word}” became {status}, because {why}.")
_FAILED = _("the inspection is not approved")
_APPROVED = _("the inspection is approved")
_ARRIVED = _("the car has arrived at the prep centre")
_MISSING = _("parts are ordered and have not arrived")
_ALL_HERE = _("all parts have arrived")


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a word becomes: the status, and the fact that it stands for besides (empty: none)."""

    status: str
    sets: str = ""


@lru_cache(maxsize=1)
def mapping() -> Mapping[tuple[str, str], Mapped]:
    """Return the mapping by word (lower case) and kind of car (new, used, any)."""
    text = files("directapp.domains.imports").joinpath("status_mapping.csv").read_text(encoding="utf-8")
    found = {}
    for row in csv.DictReader(text.splitlines()):
        notes = row["notes"] or ""
        sets = notes.removeprefix("sets ").strip() if notes.startswith("sets ") else ""
        found[row["legacy_status"].lower(), row["car_type"]] = Mapped(row["status"], sets)
    return found


def map_status(word: object, car_type: str | None) -> Mapped | None:
    """Return what a word becomes for a kind of car; None: the word is not known.

    A word of the other kind of car still says how far the car has come.
    """
    known = mapping()
    code = str(word or "").strip().lower()
    family = FAMILIES.get(car_type or "", "any")
    tried = (family, "any", "new", "used")
    return next((known[code, kind] for kind in tried if (code, kind) in known), None)


def is_past_arrival(status: str) -> bool:
    """Whether a car with this status has been at its prep centre."""
    return ORDER.index(status) >= ORDER.index("at_prep_center")


def work_done(word: object, status: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the kinds of work that a status says are started, and those that it says are completed."""
    if str(word or "").strip().lower() in _UNDER_WAY:
        return BOTH, ()
    if ORDER.index(status) >= ORDER.index("quality_check"):
        return BOTH, BOTH
    return {"technical_prep": ("technical",), "cosmetic_prep": ("cosmetic",)}.get(status, ()), ()


def correct(word: object, status: str, facts: Mapping[str, Any]) -> tuple[str, Note | None]:
    """Return the status that the facts allow, and a note where they contradict the word.

    A fact that is absent contradicts nothing: the prototype knew fewer of them.
    """
    found = _contradiction(status, facts)
    if found is None or found[0] == status:
        return status, None
    better, why = found
    text = _CORRECTED.fill(word=word, status=better, why=why)
    return better, Note(level="repaired", text=text, field="status", before=word, after=better)


def _contradiction(status: str, facts: Mapping[str, Any]) -> tuple[str, Text] | None:
    if status in _CLOSED:
        return None
    approved, missing = facts.get("inspection_approved"), parts_missing(facts)
    early = ORDER.index(status) < ORDER.index("waiting_parts")
    arrived = facts.get("arrived_prep_center_at") and not is_past_arrival(status)
    candidates = (
        (approved is False, "inspection_failed", _FAILED),
        (missing and (status in {"ready_to_plan", "planned"} or (approved and early)), "waiting_parts", _MISSING),
        (approved and early, "ready_to_plan", _APPROVED),
        (approved and status == "waiting_parts" and _ordered(facts) and not missing, "ready_to_plan", _ALL_HERE),
        (arrived, "at_prep_center", _ARRIVED),
    )
    return next(((better, why) for holds, better, why in candidates if holds), None)


def _ordered(facts: Mapping[str, Any]) -> bool:
    return any(facts.get(f"parts_ordered_{side}_at") for side in ("seller", "prep"))


def parts_missing(facts: Mapping[str, Any]) -> bool:
    """Whether parts are ordered and have not arrived, on either side."""
    return any(
        facts.get(f"parts_ordered_{side}_at") and not facts.get(f"parts_arrived_{side}_at")
        for side in ("seller", "prep")
    )
