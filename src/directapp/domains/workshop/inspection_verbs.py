"""What is done with an inspection: begin it, sign it, and make a work item of a remark."""

from typing import Any

from directapp.declare.case import Case
from directapp.declare.fields import field
from directapp.declare.kinds import Kind
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.workshop.answers import FOUND, HANDOVER_CHECKS, answer_list, item_label, open_items, untold_items
from directapp.domains.workshop.fields import (
    INSPECTION_TEMPLATES,
    INSPECTIONS,
    WORK_ITEMS,
    Inspections,
    InspectionTemplates,
    WorkItems,
)
from directapp.domains.workshop.rights import closed_car
from directapp.domains.workshop.templates import critical_codes
from directapp.domains.workshop.work_items import KINDS
from directapp.kernel.errors import ConflictError, InvalidError, Problem
from directapp.kernel.languages import DEFAULT
from directapp.kernel.text import Text, _, join, verbatim
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

# A demo car is looked at as a new one, a certified car as a used one.
_LIST_OF_TYPE = {"new": "new", "demo": "new", "used": "used", "certified": "used"}


# A reason names the first few; the checklist shows the rest.
_NAMED = 3


async def _template_for(ctx: CommandContext, car: Seen) -> Seen | None:
    own = car.row.get(Cars.car_type)
    for car_type in dict.fromkeys((own, _LIST_OF_TYPE.get(str(own), "used"))):
        found = await ctx.find(
            INSPECTION_TEMPLATES,
            {
                InspectionTemplates.kind: "mottak",
                InspectionTemplates.active: True,
                InspectionTemplates.car_type: car_type,
            },
            system="pipeline",
            limit=1,
        )
        if found:
            return found[0]
    return None


async def begin(ctx: CommandContext) -> None:
    """Begin receiving a car with its own checklist; a begun inspection is taken up again."""
    car = await ctx.look_up(CARS, ctx.params["car"])
    begun = await ctx.find(
        INSPECTIONS, {Inspections.car: car.id, Inspections.kind: "mottak", Inspections.signed_at: None}, limit=1
    )
    if begun:
        ctx.answer = begun[0]
        return
    template = await _template_for(ctx, car)
    if car.row.get(Cars.inspection_started_at) is None:
        await ctx.change({Cars.inspection_started_at: ctx.now}, on=car)
    ctx.answer = await ctx.create(
        INSPECTIONS,
        {Inspections.car: car.id, Inspections.kind: "mottak", Inspections.template: template.id if template else None},
    )


def _criticals_left(case: Case) -> list[Text]:
    made = {w.get(WorkItems.inspection_item) for w in case.many("work_items")}
    marked = critical_codes(case.row.get(Inspections.items))
    found = (a for a in answer_list(case.row) if a.get("result") == "critical" or _is_remark_on(marked, a))
    return [item_label(case.row, a["item"]) for a in found if a["item"] not in made]


def _is_remark_on(marked: frozenset[str], answer: dict[str, Any]) -> bool:
    return answer.get("result") in FOUND and answer.get("item") in marked


def _refuse_approval(case: Case) -> None:
    left = _criticals_left(case)
    if not left:
        return
    words = _("{item}: make a work item of the critical finding, or do not approve.")
    raise ConflictError([Problem(words.fill(item=item), field=Inspections.answers) for item in left])


def _findings(case: Case) -> str | None:
    found = (a for a in answer_list(case.row) if a.get("result") in FOUND)
    lines = [f"{item_label(case.row, a['item']).pick(DEFAULT)}: {a.get('note') or ''}".strip() for a in found]
    return "\n".join(lines) or None


def _car_facts(ctx: CommandContext, *, approved: bool, note: str | None, car: Seen) -> dict[str, Any]:
    findings = _findings(ctx.case)
    if not approved and not (note or findings):
        raise InvalidError(Problem(_("Write what is wrong."), field=Inspections.note))
    facts: dict[str, Any] = {
        Cars.inspection_completed_at: ctx.now,
        Cars.inspection_approved: approved,
        Cars.inspection_remarks: findings,
        Cars.inspection_notes: note or (None if approved else findings),
    }
    if car.row.get(Cars.inspection_started_at) is None:
        facts["inspection_started_at"] = ctx.case.get(Inspections.created_at) or ctx.now
    return facts


async def _complete_receiving(ctx: CommandContext) -> None:
    note, approved = ctx.params.get("note") or ctx.case.get(Inspections.note), ctx.params.get("approved")
    if approved is None:
        words = _("Choose whether it is approved.")
        raise InvalidError(Problem(words, field=Inspections.approved))
    if approved:
        _refuse_approval(ctx.case)
    # The inspector sets the car's facts as the person they are: nothing here widens their rights.
    car = await ctx.look_up(CARS, ctx.case.row[Inspections.car])
    await ctx.change(_car_facts(ctx, approved=approved, note=note, car=car), on=car)
    signed = {"signed_by": ctx.actor.user, "signed_at": ctx.now, "approved": approved, "note": note}
    await ctx.change(signed, system="custodian")


async def complete(ctx: CommandContext) -> None:
    """Sign: the car's inspection facts follow from a receiving inspection, nothing from a hand-over."""
    if ctx.case.get(Inspections.kind) == "mottak":
        await _complete_receiving(ctx)
    else:
        await ctx.change({Inspections.signed_by: ctx.actor.user, Inspections.signed_at: ctx.now}, system="custodian")


def not_ready_to_sign(case: Case) -> Problem | None:
    """Say what is still open on the checklist."""
    if case.get(Inspections.signed_at) is not None:
        return Problem(_("The inspection is signed."), code="CONFLICT")
    if case.get(Inspections.kind) == "handover":
        left = [label for name, label in HANDOVER_CHECKS.items() if case.get(name) is not True]
    else:
        left = [item_label(case.row, code) for code in open_items(case.row)]
    if left:
        return _waits_for(_("Still open: {items}{more}."), left)
    untold = [item_label(case.row, code) for code in untold_items(case.row)]
    return _waits_for(_("Write what was found: {items}{more}."), untold) if untold else closed_car(case)


def _waits_for(words: Text, left: list[Text]) -> Problem:
    named = left[:_NAMED] if len(left) > _NAMED + 1 else left
    more = _(" and {count} more").fill(count=len(left) - len(named)) if named != left else verbatim("")
    return Problem(words.fill(items=join(named, ", "), more=more), code="CONFLICT")


def _finding(case: Case, code: str) -> dict[str, Any]:
    found = next((a for a in answer_list(case.row) if a.get("item") == code), None)
    if found is None or found.get("result") not in FOUND:
        words = _("The item has no remark.")
        raise InvalidError(Problem(words, field="item"))
    return found


async def make_work_item(ctx: CommandContext) -> None:
    """Make a work item of a remark, in the words of the checklist and the inspector."""
    code = ctx.params["item"]
    finding = _finding(ctx.case, code)
    if any(w.get(WorkItems.inspection_item) == code for w in ctx.case.many("work_items")):
        words = _("The item already has a work item.")
        raise ConflictError(Problem(words, field="item"))
    described = f"{item_label(ctx.case.row, code).pick(ctx.actor.language)}: {finding.get('note') or ''}"
    made = await ctx.create(
        WORK_ITEMS,
        {
            WorkItems.car: ctx.case.row[Inspections.car],
            WorkItems.description: ctx.params.get("description") or described.rstrip(": "),
            WorkItems.kind: ctx.params.get("kind") or "technical",
            WorkItems.inspection: ctx.target.id,
            WorkItems.inspection_item: code,
        },
    )
    ctx.answer = made


VERBS = (
    Verb(
        name="begin",
        label=_("Inspect the car"),
        run=begin,
        on="collection",
        params=(field("car", _("Car"), Kind.REF, ref=CARS, required=True),),
        covers=(Cars.inspection_started_at, Cars.inspection_completed_at, Cars.inspection_approved),
        covers_in=CARS,
        icon="clipboard-plus",
        primary=True,
    ),
    Verb(
        name="complete",
        label=_("Sign the inspection"),
        run=complete,
        blocked=not_ready_to_sign,
        params=(
            field("approved", _("Approved"), Kind.BOOLEAN),
            field("note", _("Note"), Kind.TEXT, max_length=4000),
        ),
        icon="signature",
        primary=True,
    ),
    Verb(
        name="make_work_item",
        label=_("Make a work item"),
        run=make_work_item,
        blocked=closed_car,
        params=(
            field("item", _("Inspection item"), required=True, max_length=60),
            field("kind", _("Kind of work"), Kind.CHOICE, choices=KINDS),
            field("description", _("Description"), Kind.TEXT, max_length=2000),
        ),
        icon="tool",
    ),
)
