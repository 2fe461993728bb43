"""Telling administrators that something of theirs was stopped, in the bell of each."""

from directapp.domains.messages.fields import NOTIFICATIONS
from directapp.domains.people.fields import USERS
from directapp.domains.people.roles import ADMIN
from directapp.kernel.text import Text
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

_WORKER = "workflow"
_MOST = 2000


async def tell_administrators(ctx: CommandContext, about: Seen, words: Text) -> None:
    """Write a notification to every administrator that leads to the record."""
    for person in await ctx.find(USERS, system="pipeline", limit=_MOST, active=True):
        if ADMIN in (person.row["roles"] or ()):
            values = {
                "receiver": person.id,
                "event": f"{about.collection}.stopped",
                "title": words,
                "priority": "high",
                "subject_collection": about.collection,
                "subject_id": about.id,
                "key": f"stopped:{about.id.hex}:{ctx.now.isoformat()}",
            }
            await ctx.create(NOTIFICATIONS, values, system=_WORKER)
