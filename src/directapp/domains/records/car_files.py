"""Files of records: photos and documents of any subject; those of a car by stage, with damage on its outline."""

from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Consequence, Many, One
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.events import Emit
from directapp.declare.fields import SUBJECT_COLLECTION, SUBJECT_ID, Group, choices, field, subject_fields
from directapp.declare.kinds import BadValueError, Kind
from directapp.declare.rules import Empty, In, all_of, either
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.people.roles import DEALING
from directapp.domains.records.events import FILE_ADDED
from directapp.domains.records.fields import CarFiles, Files
from directapp.domains.records.rights import ALONG, SEEN, SEEN_OWN
from directapp.kernel.errors import Problem
from directapp.kernel.text import _, pgettext
from directapp.services.attachments import FILES

STAGES = choices(
    ("order", pgettext("purchase", "Order")),
    ("inspection", pgettext("kind", "Inspection")),
    ("technical", _("Technical")),
    ("cosmetic", _("Cosmetic")),
    ("delivery", _("Delivery")),
    ("parts", _("Parts")),
    ("invoice", _("Invoice")),
)
# What a photo of the work shows.
KINDS = choices(("before", pgettext("photo", "Before")), ("after", pgettext("photo", "After")))
ALL_STAGES = tuple(s.code for s in STAGES)
# The stage decides who adds.
STAGES_OF_ROLE: dict[str, tuple[str, ...]] = {
    "new_car_sales": ("order", "delivery"),
    "used_car_sales": ("order", "delivery"),
    "parts": ("parts",),
    "reception": ("inspection",),
    "planner": ("delivery",),
    "mechanic": ("technical",),
    "detailer": ("cosmetic",),
    "sales_manager": ("order", "delivery"),
    "manager": ALL_STAGES,
    "finance": ("invoice",),
}
# What still comes in when the car is in the archive.
LATE_STAGES = frozenset({"invoice"})

VIEWS = frozenset({"top", "left", "right", "front", "rear", "interior"})
_MOST_MARKS = 200
_LONGEST_NOTE = 2000


MARKS_FORM = {
    "type": "array",
    "maxItems": _MOST_MARKS,
    "items": {
        "type": "object",
        "required": ["x", "y", "view"],
        "properties": {
            "x": {"type": "number", "minimum": 0, "maximum": 1},
            "y": {"type": "number", "minimum": 0, "maximum": 1},
            "view": {"enum": sorted(VIEWS)},
            "note": {"type": ["string", "null"], "maxLength": _LONGEST_NOTE},
        },
        "additionalProperties": False,
    },
}


def _is_mark(mark: object) -> bool:
    if not isinstance(mark, dict) or not isinstance(mark.get("view"), str) or mark["view"] not in VIEWS:
        return False
    note = mark.get("note")
    shares = (mark.get("x"), mark.get("y"))
    numbers = (isinstance(s, int | float) and not isinstance(s, bool) and 0 <= s <= 1 for s in shares)
    return all(numbers) and (note is None or (isinstance(note, str) and len(note) <= _LONGEST_NOTE))


def parse_marks(value: Any) -> Any:
    """Accept a list of marks: x and y as shares of a view from 0 to 1, with a note where there is one.

    Raises:
        BadValueError: something in it is no mark.

    """
    if isinstance(value, list) and len(value) <= _MOST_MARKS and all(_is_mark(m) for m in value):
        return value
    raise BadValueError(
        _("Each damage mark has x and y from 0 to 1 and a view."),
    )


CONTENT = Group(
    "all",
    _("Attachment"),
    (
        *subject_fields(along=ALONG, required=True, on_delete="cascade"),
        field(CarFiles.car, _("Car"), Kind.REF, ref=CARS, on_delete="cascade"),
        field(CarFiles.file, _("File"), Kind.REF, ref=FILES, on_delete="cascade", required=True, immutable=True),
        field(CarFiles.stage, _("Stage"), Kind.CHOICE, choices=STAGES),
        field(CarFiles.kind, pgettext("photo", "Taken"), Kind.CHOICE, choices=KINDS),
        field(CarFiles.title, _("Title"), search=True, personal="customer"),
        field(CarFiles.damage_marks, _("Damage marks"), Kind.JSON, parse=parse_marks, form=MARKS_FORM),
    ),
)


def name_after_file(case: Case) -> dict[str, Any]:
    """Call it what the file is called, where nobody called it anything."""
    if case.before is not None or case.get(CarFiles.title) is not None:
        return {}
    file = case.one("file")
    return {CarFiles.title: file.get(Files.title) or file.get(Files.name)}


def file_is_ones_own(case: Case) -> list[Problem]:
    """Only one's own upload, or a file that is there already, can be put on a record."""
    file = case.one("file")
    if case.actor.is_system or case.before is not None or not file:
        return []
    there = {f.get(SUBJECT_ID) for f in case.many("attached")}
    if file.get(Files.created_by) == case.actor.user or case.get(SUBJECT_ID) in there:
        return []
    return [Problem(_("Somebody else uploaded the file."), field=CarFiles.file)]


def file_on_one_subject(case: Case) -> list[Problem]:
    """Keep a file to one record, so that nobody sees it through another."""
    subjects = {f.get(SUBJECT_ID) for f in case.many("attached") if f[CarFiles.id] != case.get(CarFiles.id)}
    if subjects <= {case.get(SUBJECT_ID)}:
        return []
    return [Problem(_("The file is on something else."), field=CarFiles.file)]


def car_has_stages(case: Case) -> list[Problem]:
    """Demand of a car's own file at which stage it was added: it decides who adds it."""
    if case.get(CarFiles.stage) is not None or case.get(SUBJECT_ID) != case.get(CarFiles.car):
        return []
    return [Problem(_("Stage is required."), field=CarFiles.stage)]


def archived_takes_invoices_only(case: Case) -> list[Problem]:
    """Keep an archived car read-only; its invoices still come in."""
    archived = case.one("car").get(Cars.status) == "archived"
    if case.actor.is_system or not archived or case.get(CarFiles.stage) in LATE_STAGES:
        return []
    words = _("The car is archived; only invoices can be added.")
    return [Problem(words, field=CarFiles.car, code="CONFLICT")]


def file_follows(case: Case) -> list[Consequence]:
    """Let the file itself be seen by those who see the car."""
    if not case.changed(CarFiles.car) or case.one("file").get(Files.car) == case.get(CarFiles.car):
        return []
    return [
        Consequence(
            collection=FILES,
            system="workflow",
            patch={Files.car: case.get(CarFiles.car)},
            target=case.get(CarFiles.file),
        )
    ]


def _adder(role: str, stages: tuple[str, ...]) -> Grant:
    own = (
        SEEN_OWN
        if stages == ALL_STAGES
        else all_of(*SEEN_OWN.parts, either(In(CarFiles.stage, stages), Empty(CarFiles.stage)))
    )
    return Grant(role=role, rows=SEEN, read=("all",), write=("all",), edit=own, create=True, delete=True)


CAR_FILES = Collection(
    name="car_files",
    label=_("Attachment"),
    plural=_("Attachments"),
    groups=(CONTENT,),
    access=Access(
        systems=("workflow", "custodian", "vendor", "importer", "demo"),
        grants=(
            *grants(DEALING, rows=SEEN, read=("all",)),
            *(_adder(role, stages) for role, stages in STAGES_OF_ROLE.items()),
            Grant(role="tenant_admin", write=("*",), create=True, delete=True),
        ),
        erasable=True,
        delete_why=_("A photo that went wrong can be taken off by whoever added it."),
    ),
    views=Views(
        columns=(
            CarFiles.title,
            CarFiles.stage,
            CarFiles.subject_id,
            CarFiles.car,
            CarFiles.file,
            CarFiles.created_by,
            CarFiles.created_at,
        ),
        title=(CarFiles.title,),
        filters=(CarFiles.stage, CarFiles.created_by),
        icon="photo",
    ),
    fill=(name_after_file,),
    rules=(file_is_ones_own, file_on_one_subject, car_has_stages, archived_takes_invoices_only),
    related=(
        One("car", CarFiles.car, CARS),
        One("file", CarFiles.file, FILES),
        Many("attached", "car_files", "file", via="file"),
    ),
    consequences=(file_follows,),
    unique=(
        Unique(
            fields=(CarFiles.subject_id, CarFiles.file),
            message=_("The file is here already."),
        ),
    ),
    indexes=(("car", "stage"), (SUBJECT_COLLECTION, SUBJECT_ID)),
    events=(Emit(event=FILE_ADDED, field=CarFiles.file),),
)
