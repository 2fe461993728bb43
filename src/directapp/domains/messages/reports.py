"""Reports: what a provider tells later of a message, written once whatever the order it is told in."""

from datetime import datetime

from directapp.declare.fields import field
from directapp.declare.kinds import Kind
from directapp.declare.names import Row, Values
from directapp.declare.verbs import Verb
from directapp.domains.messages.events import CAME_BACK
from directapp.domains.messages.fields import SUPPRESSED_ADDRESSES, Messages, SuppressedAddresses
from directapp.domains.messages.suppressed import normal, suppress
from directapp.domains.messages.words import STATUSES
from directapp.kernel.text import _, pgettext
from directapp.services.command import CommandContext

# A later word never takes an earlier and graver one back.
_RANK = {"queued": 0, "skipped": 0, "sent": 1, "delivered": 2, "failed": 3, "bounced": 4, "complained": 5}
_MOMENT = {"sent": Messages.sent_at, "delivered": Messages.delivered_at}
_GRAVE = ("bounced", "complained")


async def report(ctx: CommandContext) -> None:
    """Write down what became of a message; done by the system alone."""
    said, row = ctx.params, ctx.target.row
    status, at = str(said["status"]), said.get("at") or ctx.now
    if said.get("permanent") and status in _GRAVE and row.get(Messages.to):
        await _suppress(ctx, row, status, at)
    patch: Values = {}
    moment = _MOMENT.get(status, Messages.failed_at)
    if _RANK[status] > _RANK[str(row[Messages.status])]:
        patch[Messages.status] = status
    if row.get(moment) is None:
        patch[moment] = at
    if status not in _MOMENT and said.get("reason"):
        patch[Messages.error] = str(said["reason"])[:500]
    if said.get("provider_id") and row.get(Messages.provider_id) is None:
        patch[Messages.provider_id] = said["provider_id"]
    if not patch:
        return
    await ctx.change({**patch, Messages.last_report: said.get("event_id")}, system="messenger")
    if Messages.status in patch and status not in _MOMENT:
        ctx.emit(CAME_BACK)


async def _suppress(ctx: CommandContext, row: Row, status: str, at: datetime) -> None:
    """Suppress the address, unless a person released it after this happened."""
    known = await ctx.find(
        SUPPRESSED_ADDRESSES,
        {SuppressedAddresses.channel: row[Messages.channel], SuppressedAddresses.address: normal(row[Messages.to])},
        system="messenger",
        limit=1,
    )
    released = known[0].row.get(SuppressedAddresses.released_at) if known else None
    if released is not None and released >= at:
        return
    await suppress(
        ctx, row[Messages.channel], row[Messages.to], status, detail=str(ctx.params.get("reason") or ""), at=at
    )


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
