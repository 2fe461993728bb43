"""Deciding an inspection without its checklist: with a reason, and where the prep centre lets one."""

from directapp.declare.case import Case
from directapp.declare.fields import field
from directapp.declare.kinds import Kind
from directapp.declare.verbs import Verb
from directapp.domains.cars import facts
from directapp.domains.cars.fields import Cars
from directapp.kernel.errors import Problem
from directapp.kernel.text import _, pgettext
from directapp.services.command import CommandContext

_CHECKLIST = _("The prep centre decides inspections by the checklist.")
# The act of an inspection that signs its checklist.
_SIGNED = "complete"


async def decide(ctx: CommandContext) -> None:
    """Approve or fail the inspection of a car; the reason stands in its notes."""
    known = ctx.case.get(Cars.inspection_notes)
    notes = "\n".join(filter(None, (known, ctx.params["reason"])))
    await ctx.change({Cars.inspection_approved: ctx.params["approved"], Cars.inspection_notes: notes})


def may_decide(case: Case) -> Problem | None:
    """Only where the prep centre lets one."""
    allowed = facts.decided_without_checklist(case)
    return None if allowed else Problem(_CHECKLIST, field=Cars.inspection_approved)


def decided_by_checklist(case: Case) -> list[Problem]:
    """Let people decide an inspection by its checklist alone, where the prep centre says so."""
    decided = case.changed(Cars.inspection_approved) and case.get(Cars.inspection_approved) is not None
    if not decided or case.actor.is_system or case.verb == _SIGNED or facts.decided_without_checklist(case):
        return []
    return [Problem(_CHECKLIST, field=Cars.inspection_approved, code="CONFLICT")]


DECIDE = Verb(
    name="decide_inspection",
    label=_("Decide the inspection without a checklist"),
    run=decide,
    params=(
        field("approved", _("Approved"), Kind.BOOLEAN, required=True),
        field("reason", pgettext("what is written down", "Reason"), Kind.TEXT, required=True, max_length=2000),
    ),
    states=("at_prep_center", "inspection", "inspection_failed"),
    blocked=may_decide,
    covers=(Cars.inspection_approved,),
    icon="clipboard-list",
)
