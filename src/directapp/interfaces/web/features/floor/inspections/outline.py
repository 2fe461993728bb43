"""The outline of a car with the damage marked on it, as pages show it: five views drawn, the inside told in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from directapp.declare.spec import CollectionMeta
from directapp.derive import pages
from directapp.derive.shown import readable_anywhere
from directapp.domains.workshop.fields import Inspections
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.features.floor.inspections.checklist import INSPECTIONS
from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _, ngettext, pgettext
from directapp.services.reading import View

CARS, FILES, MARKS = "cars", "car_files", "damage_marks"
INSPECTION = "inspection"
INSIDE = "interior"
# The folded part of a car's page that shows it.
DAMAGE = "damage"
VIEWS: Mapping[str, Text] = {
    "left": _("Left side"),
    "right": _("Right side"),
    "top": _("From above"),
    "front": _("Front"),
    "rear": _("Rear"),
    INSIDE: _("Inside"),
}
SIZES: Mapping[str, tuple[int, int]] = {
    "left": (240, 100),
    "right": (240, 100),
    "top": (240, 100),
    "front": (140, 100),
    "rear": (140, 100),
}
WORDS: Mapping[str, Text] = {
    "damage": pgettext("several", "Damage"),
    "marks": ngettext("1 mark", "{count} marks"),
    "none": _("No damage is marked."),
    "how": _("Tap the car where the damage is, or choose a side and move the point with the arrow keys."),
    "side": _("Side"),
    "across": _("Across"),
    "down": _("Down"),
    "what": _("What kind of damage?"),
    "photo": _("Photo"),
    "add": _("Mark damage"),
    "remove": _("Remove damage {number}"),
    "marked": _("Damage {number}: {place}"),
    "see_photo": _("Photo of damage {number}"),
    "misplaced": _("Choose a side and put the point on the car."),
    "inside_help": _("Damage inside the car stands in the list only."),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark: its number in the list, where it stands (in the drawing's own units), and what was said of it."""

    number: int
    view: str
    place: str
    x: float
    y: float
    note: str
    file: str
    key: str


@dataclass(frozen=True, slots=True)
class Outline:
    """One view of the car, drawn, with the marks that stand on it."""

    view: str
    label: str
    width: int
    height: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A mark that is not kept yet: what stands in the form."""

    view: str = "left"
    x: str = "0.5"
    y: str = "0.5"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Damage:
    """What is marked on a car, and whether this person may mark more."""

    marks: tuple[Mark, ...]
    outlines: tuple[Outline, ...]
    views: tuple[tuple[str, str], ...]
    words: Mapping[str, str]
    open: bool = False
    photos: bool = False
    draft: Draft = Draft()


def mark_key(mark: Mapping[str, Any]) -> str:
    """Return what tells one mark from another."""
    return " ".join(str(mark.get(part) or "") for part in ("view", "x", "y", "file", "note"))[:300]


def damage_of(
    language: Language,
    marks: Iterable[Any],
    *,
    is_open: bool = False,
    photos: bool = False,
    draft: Draft | None = None,
) -> Damage:
    """Return the outline with its marks; ``photos``: this person may add one to the car."""
    told = tuple(
        _mark(language, number, mark)
        for number, mark in enumerate((m for m in marks if isinstance(m, dict) and m.get("view") in VIEWS), start=1)
    )
    outlines = tuple(
        Outline(view, VIEWS[view].pick(language), *size, tuple(m for m in told if m.view == view))
        for view, size in SIZES.items()
    )
    return Damage(
        marks=told,
        outlines=outlines,
        views=tuple((view, label.pick(language)) for view, label in VIEWS.items()),
        words={name: text.pick(language) for name, text in WORDS.items()},
        open=is_open,
        photos=photos,
        draft=draft or Draft(),
    )


def _mark(language: Language, number: int, mark: Mapping[str, Any]) -> Mark:
    view = str(mark["view"])
    width, height = SIZES.get(view, (0, 0))
    return Mark(
        number=number,
        view=view,
        place=VIEWS[view].pick(language),
        x=round(float(mark.get("x") or 0) * width, 1),
        y=round(float(mark.get("y") or 0) * height, 1),
        note=str(mark.get("note") or ""),
        file=str(mark.get("file") or ""),
        key=mark_key(mark),
    )


def may_mark(meta: CollectionMeta, view: View) -> bool:
    """Whether a person may mark damage on this inspection now."""
    return meta.name == INSPECTIONS and MARKS in view.writable and view.row.get(Inspections.signed_at) is None


def damage_on(ctx: RequestContext, meta: CollectionMeta, view: View, draft: Draft | None = None) -> Damage | None:
    """Return the outline of an inspection's page, None where the record has none for this reader."""
    row = view.row
    if meta.name != INSPECTIONS or MARKS not in view.readable or row.get(Inspections.kind) != "mottak":
        return None
    return damage_of(
        ctx.language, row.get(MARKS) or (), is_open=may_mark(meta, view), photos=_adds_photos(ctx), draft=draft
    )


def _adds_photos(ctx: RequestContext) -> bool:
    files = ctx.spec.get(FILES)
    making = [g for g in files.grants_of(ctx.person.roles) if g.create] if files else []
    stages = pages.values_allowed([g.edit_rule for g in making], "stage")
    return bool(making) and (stages is None or INSPECTION in stages)


def shows_damage(ctx: RequestContext, meta: CollectionMeta) -> bool:
    """Whether the page of such a record has a part for damage that this person may read."""
    inspections = ctx.spec.get(INSPECTIONS)
    return meta.name == CARS and inspections is not None and MARKS in readable_anywhere(ctx.person, inspections)
