"""What people were told in the demo's last days: old notifications are read, and what was written has arrived."""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from directapp.app.demo.worktime import DAY
from directapp.declare.names import Values
from directapp.domains.messages.daily import tell_overdue
from directapp.domains.messages.fields import MESSAGES, NOTIFICATIONS, Messages, Notifications
from directapp.domains.messages.sending import SYSTEM as TELLER
from directapp.services.jobs import acting
from directapp.services.pipeline import Pipeline

# Before these working hours nobody was told anything: a bell with months of notifications tells nothing.
TOLD = DAY
# Whoever works all day leaves few of the day's notifications unread.
_UNREAD = 7
_MANY = 5000


async def tell_what_is_late(pipeline: Pipeline, tenant: UUID) -> None:
    """Let what is late have been told in the morning: the first night would tell of all of it at once."""
    async with acting(pipeline, tenant, TELLER, "overdue", "", None) as ctx:
        await tell_overdue(ctx)


async def settle_messages(pipeline: Pipeline, tenant: UUID, morning: datetime) -> None:
    """Let what was told before the last morning be read, of later ones all but the latest, and what was sent arrive."""
    async with acting(pipeline, tenant, "demo", "settle", "", None) as ctx:
        left: Counter[UUID] = Counter()
        told = await ctx.find(NOTIFICATIONS, {Notifications.read_at: None}, limit=_MANY)
        read: dict[UUID, Values] = {}
        for one in sorted(told, key=lambda n: (n.row[Notifications.created_at], n.id), reverse=True):
            receiver, when = one.row[Notifications.receiver], one.row[Notifications.created_at]
            left[receiver] += 1
            if when < morning or left[receiver] > _UNREAD:
                read[one.id] = {Notifications.read_at: min(when + timedelta(minutes=20), ctx.now)}
        await ctx.change_all(NOTIFICATIONS, read)
        arrived: dict[UUID, Values] = {}
        for one in await ctx.find(MESSAGES, {Messages.status: "queued"}, limit=_MANY):
            at = one.row[Messages.created_at]
            sent: Values = {Messages.status: "delivered", Messages.sent_at: at, Messages.delivered_at: at}
            arrived[one.id] = {**sent, Messages.provider: "demo"}
        await ctx.change_all(MESSAGES, arrived)
