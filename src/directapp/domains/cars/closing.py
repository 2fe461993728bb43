"""Archiving, restoring and correcting: what is done to a car's status by name, with a reason."""

from typing import Any

from directapp.declare.case import Case, Row
from directapp.domains.cars.fields import CAR_TRANSFERS
from directapp.domains.cars.states import CODES, IN_PREP
from directapp.domains.cars.transfer_verbs import OPEN_TRANSFER
from directapp.domains.cars.words import ARCHIVE_REASONS
from directapp.domains.cars.workflow import FACTS
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import _
from directapp.services.command import CommandContext

_REASON = _("Give a reason.")
_PRICED = ("appraisal_price",)
_PARTS = ("parts_ordered_seller_at", "parts_arrived_seller_at", "parts_ordered_prep_at", "parts_arrived_prep_at")
_STAY = frozenset({*_PRICED, *_PARTS, "sold_at"})
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
    for transfer in await ctx.find(CAR_TRANSFERS, system="custodian", car=ctx.target.id, status=list(OPEN_TRANSFER)):
        closed = {"status": "refused", "closed_at": ctx.now, "closed_by": ctx.actor.user}
        await ctx.change(closed, system="custodian", on=transfer)
    patch = {
        "archived_at": ctx.now,
        "archived_from": ctx.case.get("status"),
        "archive_reason": ctx.params["reason"],
    }
    await ctx.move("archived", patch, system="custodian")


async def restore(ctx: CommandContext) -> None:
    """Bring an archived car back to where it was; ``archived_from`` keeps it from being archived by itself."""
    demand_reason(ctx)
    status = str(ctx.case.get("archived_from") or "draft")
    await ctx.move(status, {"archived_at": None, "archive_reason": None}, system="custodian")


async def correct(ctx: CommandContext) -> None:
    """Set the status that is true, and take back the facts that say otherwise."""
    demand_reason(ctx)
    target = str(ctx.params["status"])
    patch: dict[str, Any] = taken_back(ctx.case.row, target)
    if target == "archived":
        patch |= {"archived_at": ctx.now, "archived_from": ctx.case.get("status")}
    elif ctx.case.get("status") == "archived":
        patch |= {"archived_at": None, "archive_reason": None}
    await ctx.move(target, patch, system="custodian")


def taken_back(car: Row, target: str) -> dict[str, Any]:
    """Return the facts that a corrected status contradicts, each emptied; the audit keeps them."""
    place = CODES.index(target)
    late = {f.field for f in FACTS if f.field not in _STAY and _earliest(f.field, f.states) > place}
    if target in {"technical_prep", "cosmetic_prep"}:
        late.add(f"{target.removesuffix('_prep')}_completed_at")
    if place < CODES.index(IN_PREP[0]):
        late |= {"scheduled_technical_start", "scheduled_cosmetic_start"}
    if target in {"inspection_failed", "qc_failed"}:
        decided = "inspection_approved" if target == "inspection_failed" else "quality_approved"
        late |= {decided} if car.get(decided) is True else set()
    return {name: None for name in sorted(late) if car.get(name) is not None}


def _earliest(field: str, states: tuple[str, ...]) -> int:
    places = [CODES.index(s) for s in states if not (field == "arrived_prep_center_at" and s == "draft")]
    return min(places)


def not_delivered(case: Case) -> Problem | None:
    """Say that a delivered car is archived by itself."""
    text = _("A delivered car is archived by itself.")
    return Problem(text, field="status") if case.get("status") == "delivered" else None
