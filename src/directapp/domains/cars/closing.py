"""Archiving, restoring and correcting: what is done to a car's status by name, with a reason."""

from directapp.declare.case import Case
from directapp.declare.names import Row, Values
from directapp.domains.cars.fields import CAR_TRANSFERS, PARTS_TIMES, WORK, Cars, CarTransfers
from directapp.domains.cars.states import CODES, IN_PREP
from directapp.domains.cars.transfer_verbs import OPEN_TRANSFER, close
from directapp.domains.cars.words import ARCHIVE_REASONS
from directapp.domains.cars.workflow import FACTS
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import _
from directapp.services.command import CommandContext

_REASON = _("Give a reason.")
_PRICED = (Cars.appraisal_price,)
_STAY = frozenset({*_PRICED, *PARTS_TIMES, Cars.sold_at})
ARCHIVE_CHOICES = tuple(c for c in ARCHIVE_REASONS if c.code != "delivered")


def demand_reason(ctx: CommandContext) -> str:
    """Return the reason given for a verb that needs one.

    Raises:
        InvalidError: there is none.

    """
    reason = str(ctx.params.get("reason") or ctx.reason or "").strip()
    if not reason:
        raise InvalidError(Problem(_REASON, field="reason"))
    return reason


async def archive(ctx: CommandContext) -> None:
    """Archive a car that is not delivered, for one of the reasons; a transfer under way ends."""
    for transfer in await ctx.find(
        CAR_TRANSFERS, {CarTransfers.car: ctx.target.id, CarTransfers.status: list(OPEN_TRANSFER)}, system="custodian"
    ):
        await close(ctx, "refused", on=transfer)
    patch: Values = {
        Cars.archived_at: ctx.now,
        Cars.archived_from: ctx.case.get(Cars.status),
        Cars.archive_reason: ctx.params["reason"],
    }
    await ctx.move("archived", patch, system="custodian")


async def restore(ctx: CommandContext) -> None:
    """Bring an archived car back to where it was; ``archived_from`` keeps it from being archived by itself."""
    demand_reason(ctx)
    status = str(ctx.case.get(Cars.archived_from) or "draft")
    await ctx.move(status, {Cars.archived_at: None, Cars.archive_reason: None}, system="custodian")


async def correct(ctx: CommandContext) -> None:
    """Set the status that is true, and take back the facts that say otherwise."""
    demand_reason(ctx)
    target = str(ctx.params["status"])
    patch: Values = taken_back(ctx.case.row, target)
    if target == "archived":
        patch |= {Cars.archived_at: ctx.now, Cars.archived_from: ctx.case.get(Cars.status)}
    elif ctx.case.get(Cars.status) == "archived":
        patch |= {Cars.archived_at: None, Cars.archive_reason: None}
    await ctx.move(target, patch, system="custodian")


def taken_back(car: Row, target: str) -> Values:
    """Return the facts that a corrected status contradicts, each emptied; the audit keeps them."""
    place = CODES.index(target)
    late = {f.field for f in FACTS if f.field not in _STAY and _earliest(f.field, f.states) > place}
    if target in {"technical_prep", "cosmetic_prep"}:
        late.add(WORK[target.removesuffix("_prep")].completed)
    if place < CODES.index(IN_PREP[0]):
        late |= {work.scheduled for work in WORK.values()}
    if target in {"inspection_failed", "qc_failed"}:
        decided = Cars.inspection_approved if target == "inspection_failed" else Cars.quality_approved
        late |= {decided} if car.get(decided) is True else set()
    return {name: None for name in sorted(late) if car.get(name) is not None}


def _earliest(field: str, states: tuple[str, ...]) -> int:
    places = [CODES.index(s) for s in states if not (field == Cars.arrived_prep_center_at and s == "draft")]
    return min(places)


def not_delivered(case: Case) -> Problem | None:
    """Say that a delivered car is archived by itself."""
    text = _("A delivered car is archived by itself.")
    return Problem(text, field=Cars.status) if case.get(Cars.status) == "delivered" else None
