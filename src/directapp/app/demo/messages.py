"""What people were told in the demo's last days: old notifications are read, and what was written has arrived."""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from directapp.app.demo.worktime import DAY
from directapp.domains.messages.daily import tell_overdue
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
    async with acting(pipeline, tenant, TELLER, "overdue", "", None) as act:
        await tell_overdue(act)


async def settle_messages(pipeline: Pipeline, tenant: UUID, morning: datetime) -> None:
    """Let what was told before the last morning be read, of later ones all but the latest, and what was sent arrive."""
    async with acting(pipeline, tenant, "demo", "settle", "", None) as act:
        left: Counter[UUID] = Counter()
        told = await act.find("notifications", read_at=None, limit=_MANY)
        for one in sorted(told, key=lambda n: (n.row["created_at"], n.id), reverse=True):
            left[one.row["receiver"]] += 1
            if one.row["created_at"] < morning or left[one.row["receiver"]] > _UNREAD:
                at = min(one.row["created_at"] + timedelta(minutes=20), act.now)
                await act.change({"read_at": at}, on=one)
        for one in await act.find("messages", status="queued", limit=_MANY):
            at = one.row["created_at"]
            await act.change({"status": "delivered", "sent_at": at, "delivered_at": at, "provider": "demo"}, on=one)
