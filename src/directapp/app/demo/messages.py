"""What people were told in the demo's last days: old notifications are read, and what was written has arrived."""

from datetime import datetime, timedelta
from uuid import UUID

from directapp.services.corridor import Corridor
from directapp.services.jobs import acting

# Before these days nobody was told anything: a bell with months of unread notifications tells nothing.
TOLD = timedelta(days=3)
_FRESH = timedelta(hours=20)
_MANY = 5000


async def settle_messages(corridor: Corridor, tenant: UUID, now: datetime) -> None:
    """Let what was told before today be read, and let letters and text messages have arrived."""
    async with acting(corridor, tenant, "demo", "settle", "", None) as act:
        for one in await act.find("notifications", read_at=None, limit=_MANY):
            if one.row["created_at"] < now - _FRESH:
                await act.change({"read_at": one.row["created_at"] + timedelta(minutes=20)}, on=one)
        for one in await act.find("messages", status="queued", limit=_MANY):
            at = one.row["created_at"]
            await act.change({"status": "delivered", "sent_at": at, "delivered_at": at, "provider": "demo"}, on=one)
