"""Inspections: what was found when a car came in, and what was ready when it went out."""

from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Many, One
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.rules import Is, all_of
from directapp.domains.cars.fields import CARS
from directapp.domains.people.fields import USERS
from directapp.domains.records.fields import CAR_FILES
from directapp.domains.workshop.answers import (
    ANSWERS_FORM,
    HANDOVER_CHECKS,
    MARKS_FORM,
    judge_answers,
    judge_marks,
    judge_photos,
)
from directapp.domains.workshop.fields import INSPECTION_TEMPLATES, WORK_ITEMS, Inspections, InspectionTemplates
from directapp.domains.workshop.inspection_verbs import VERBS
from directapp.domains.workshop.rights import SEEN, refuse_on_closed_car
from directapp.domains.workshop.templates import KINDS
from directapp.kernel.errors import Problem
from directapp.kernel.text import _, pgettext
from directapp.services.attachments import FILES

MOTTAK = all_of(SEEN, Is(Inspections.kind, "mottak"))
HANDOVER = all_of(SEEN, Is(Inspections.kind, "handover"))

HEAD = Group(
    "head",
    pgettext("kind", "Inspection"),
    (
        field(Inspections.car, _("Car"), Kind.REF, ref=CARS, on_delete="cascade", required=True, immutable=True),
        field(Inspections.kind, _("Kind"), Kind.CHOICE, choices=KINDS, required=True, default="mottak", immutable=True),
        field(Inspections.signed_by, _("Signed by"), Kind.REF, ref=USERS, on_delete="set_null", computed=True),
        field(Inspections.signed_at, _("Signed"), Kind.INSTANT, computed=True),
    ),
)

RECEIVING = Group(
    "mottak",
    _("Inspection"),
    (
        field(Inspections.template, _("Checklist"), Kind.REF, ref=INSPECTION_TEMPLATES),
        field(
            Inspections.items,
            _("Items"),
            Kind.JSON,
            computed=True,
            help=_("The checklist as it was at the start."),
        ),
        field(Inspections.answers, _("Answers"), Kind.JSON, form=ANSWERS_FORM, default=[]),
        field(Inspections.note, _("Note"), Kind.TEXT, max_length=4000, personal="customer"),
        field(Inspections.photos, _("Photos"), Kind.REFS, ref=FILES),
        field(Inspections.damage_marks, _("Damage marks"), Kind.JSON, form=MARKS_FORM, default=[]),
        field(Inspections.approved, _("Approved"), Kind.BOOLEAN, computed=True),
        field(Inspections.remarks, pgettext("how many", "Remarks"), Kind.INTEGER, computed=True, default=0),
    ),
)

_CHECK_LABELS = HANDOVER_CHECKS
DELIVERY = Group(
    "handover",
    _("Hand-over"),
    tuple(field(name, label, Kind.BOOLEAN) for name, label in _CHECK_LABELS.items()),
)


def keep_items(case: Case) -> Values:
    """Keep the checklist as it was when it was chosen, and count what was found."""
    answers = case.get(Inspections.answers)
    found = [a for a in answers or () if isinstance(a, dict) and a.get("result") in ("remark", "critical")]
    filled: Values = {Inspections.remarks: len(found)}
    if case.changed(Inspections.template):
        filled[Inspections.items] = case.one("template").get(InspectionTemplates.items)
    return filled


def signed_stands(case: Case) -> list[Problem]:
    """Let nobody write over what is signed."""
    if case.actor.is_system or case.was(Inspections.signed_at) is None:
        return []
    words = _("The inspection is signed and stands. Start a new one to correct something.")
    return [Problem(words, field=name, code="CONFLICT") for name in case.patch]


def template_fits(case: Case) -> list[Problem]:
    """Demand a checklist of the same kind, and do not swap it under given answers."""
    template = case.one("template")
    if not case.changed(Inspections.template) or not template:
        return []
    if template.get(InspectionTemplates.kind) != case.get(Inspections.kind):
        words = _("The checklist is for something else.")
        return [Problem(words, field=Inspections.template)]
    if case.was(Inspections.answers):
        words = _("The inspection has begun on another checklist.")
        return [Problem(words, field=Inspections.template, code="CONFLICT")]
    return []


_VERB_NAMES = tuple(v.name for v in VERBS)
_SEE_MOTTAK: dict[str, Any] = {"rows": MOTTAK, "read": ("head", "mottak")}
_SEE_HANDOVER: dict[str, Any] = {"rows": HANDOVER, "read": ("head", "handover")}

ACCESS = Access(
    systems=("custodian", "importer", "demo"),
    grants=(
        Grant(
            role="reception",
            **_SEE_MOTTAK,
            write=("head", "mottak"),
            create=True,
            verbs=("begin", "complete", "make_work_item"),
        ),
        *grants("new_car_sales used_car_sales planner sales_manager manager", **_SEE_MOTTAK, verbs=("make_work_item",)),
        *grants("parts mechanic detailer", **_SEE_MOTTAK),
        *grants(
            "new_car_sales used_car_sales sales_manager manager",
            **_SEE_HANDOVER,
            write=("head", "handover"),
            create=True,
            verbs=("complete",),
        ),
        *grants("parts reception planner mechanic detailer finance", **_SEE_HANDOVER),
        Grant(role="tenant_admin", write=("*",), create=True, verbs=_VERB_NAMES),
    ),
)

INSPECTIONS = Collection(
    name="inspections",
    label=pgettext("kind", "Inspection"),
    plural=_("Inspections"),
    groups=(HEAD, RECEIVING, DELIVERY),
    access=ACCESS,
    views=Views(
        columns=(
            Inspections.kind,
            Inspections.car,
            Inspections.template,
            Inspections.remarks,
            Inspections.approved,
            Inspections.signed_by,
            Inspections.signed_at,
        ),
        title=(Inspections.kind, Inspections.signed_at),
        filters=(Inspections.kind, Inspections.approved, Inspections.signed_by),
        icon="clipboard-check",
    ),
    verbs=VERBS,
    fill=(keep_items,),
    rules=(refuse_on_closed_car, signed_stands, template_fits, judge_answers, judge_marks, judge_photos),
    related=(
        One("car", Inspections.car, CARS),
        One("template", Inspections.template, INSPECTION_TEMPLATES),
        Many("files", CAR_FILES, "car", via="car"),
        Many("work_items", WORK_ITEMS, "inspection"),
    ),
    subject=True,
    indexes=(("car", "kind"),),
)
