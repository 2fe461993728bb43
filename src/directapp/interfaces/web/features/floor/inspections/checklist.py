"""The checklist of an inspection as its page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from directapp.declare.spec import CollectionMeta
from directapp.domains.workshop.fields import Inspections
from directapp.kernel.languages import Language
from directapp.kernel.text import Name, _
from directapp.services.reading import View

INSPECTIONS = "inspections"
OFFERED_AT_ITEM = "make_work_item"
RESULTS = ("ok", "remark", "critical")
LABELS = {
    "ok": _("OK"),
    "remark": _("Remark"),
    "critical": _("Critical"),
}
# Said with an item on which any remark is critical.
CRITICAL_POINT = _("critical item")


@dataclass(frozen=True, slots=True)
class Item:
    """One point of a checklist: what is looked at, and what was found."""

    code: str
    label: str
    result: str
    note: str


@dataclass(frozen=True, slots=True)
class Checklist:
    """The points of an inspection, and whether this person may still answer them."""

    items: tuple[Item, ...]
    open: bool

    @property
    def fields(self) -> dict[str, str]:
        """What stands in the form, by the names of its controls."""
        named = (((f"answer.{i.code}", i.result), (f"note.{i.code}", i.note)) for i in self.items)
        return {name: value for pair in named for name, value in pair}

    @property
    def base(self) -> str:
        """What the form was made from, to see line by line whether somebody else answered meanwhile."""
        return orjson.dumps(self.fields).decode()

    @property
    def left(self) -> int:
        """How many points have no answer yet."""
        return sum(not item.result for item in self.items)


def checklist_of(language: Language, meta: CollectionMeta, view: View) -> Checklist | None:
    """Return the checklist that a record carries, None where it carries none."""
    row = view.row
    points = row.get(Inspections.items)
    if meta.name != INSPECTIONS or not isinstance(points, list):
        return None
    answers = {a.get("item"): a for a in row.get(Inspections.answers) or () if isinstance(a, dict)}
    items = tuple(_item(language, p, answers.get(p.get("code"), {})) for p in points if isinstance(p, dict))
    return Checklist(items, "answers" in view.writable and row.get(Inspections.signed_at) is None)


def _item(language: Language, point: Mapping[str, Any], answer: Mapping[str, Any]) -> Item:
    label = Name(tuple((code, str(point.get(code) or "")) for code in ("nb", "en"))).pick(language) or point.get("code")
    label = f"{label} ({CRITICAL_POINT.pick(language)})" if point.get("critical") is True else label
    return Item(str(point.get("code")), str(label), str(answer.get("result") or ""), str(answer.get("note") or ""))
