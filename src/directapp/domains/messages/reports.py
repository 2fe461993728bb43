"""Reports: what a provider tells later of a message, written once whatever the order it is told in."""

from datetime import datetime
from typing import Any

from directapp.declare.fields import field
from directapp.declare.kinds import Kind
from directapp.declare.verbs import Verb
from directapp.domains.messages.events import CAME_BACK
from directapp.domains.messages.fields import SUPPRESSED_ADDRESSES
from directapp.domains.messages.suppressed import normal, suppress
from directapp.domains.messages.words import STATUSES
from directapp.kernel.text import _, pgettext
from directapp.services.command import CommandContext

# A later word never takes an earlier and graver one back.
_RANK = {"queued": 0, "skipped": 0, "sent": 1, "delivered": 2, "failed": 3, "bounced": 4, "complained": 5}
_MOMENT = {"sent": "sent_at", "delivered": "delivered_at"}
_GRAVE = ("bounced", "complained")


async def report(ctx: CommandContext) -> None:
    """Write down what became of a message; done by the system alone."""
    said, row = ctx.params, ctx.target.row
    status, at = str(said["status"]), said.get("at") or ctx.now
    if said.get("permanent") and status in _GRAVE and row.get("to"):
        await _suppress(ctx, row, status, at)
    patch: dict[str, Any] = {}
    moment = _MOMENT.get(status, "failed_at")
    if _RANK[status] > _RANK[str(row["status"])]:
        patch["status"] = status
    if row[moment] is None:
        patch[moment] = at
    if status not in _MOMENT and said.get("reason"):
        patch["error"] = str(said["reason"])[:500]
    if said.get("provider_id") and row["provider_id"] is None:
        patch["provider_id"] = said["provider_id"]
    if not patch:
        return
    await ctx.change({**patch, "last_report": said.get("event_id")}, system="messenger")
    if "status" in patch and status not in _MOMENT:
        ctx.emit(CAME_BACK)


async def _suppress(ctx: CommandContext, row: Any, status: str, at: datetime) -> None:
    """Suppress the address, unless a person released it after this happened."""
    known = await ctx.find(
        SUPPRESSED_ADDRESSES, system="messenger", limit=1, channel=row["channel"], address=normal(row["to"])
    )
    if known and known[0].row["released_at"] is not None and known[0].row["released_at"] >= at:
        return
    await suppress(ctx, row["channel"], row["to"], status, detail=str(ctx.params.get("reason") or ""), at=at)


REPORT = Verb(
    name="report",
    label=_("Take a delivery report"),
    run=report,
    params=(
        field("status", _("Status"), Kind.CHOICE, choices=STATUSES, required=True),
        field("at", pgettext("log", "When"), Kind.INSTANT),
        field("reason", _("Reason"), max_length=300),
        field("permanent", _("For good"), Kind.BOOLEAN),
        field("event_id", _("Report’s id"), max_length=120),
        field("provider_id", _("Service’s id"), max_length=120),
    ),
    icon="mail",
)
