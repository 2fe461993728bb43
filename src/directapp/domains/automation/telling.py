"""Telling administrators that something of theirs was stopped, in the bell of each."""

from directapp.declare.names import Values
from directapp.domains.messages.fields import NOTIFICATIONS, Notifications
from directapp.domains.people.fields import USERS, Users
from directapp.domains.people.roles import ADMIN
from directapp.kernel.text import Text
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

_WORKER = "workflow"
_MOST = 2000


async def tell_administrators(ctx: CommandContext, about: Seen, words: Text) -> None:
    """Write a notification to every administrator that leads to the record."""
    for person in await ctx.find(USERS, {Users.active: True}, system="pipeline", limit=_MOST):
        if ADMIN in (person.row[Users.roles] or ()):
            values: Values = {
                Notifications.receiver: person.id,
                Notifications.event: f"{about.collection}.stopped",
                Notifications.title: words,
                Notifications.priority: "high",
                Notifications.subject_collection: about.collection,
                Notifications.subject_id: about.id,
                Notifications.key: f"stopped:{about.id.hex}:{ctx.now.isoformat()}",
            }
            await ctx.create(NOTIFICATIONS, values, system=_WORKER)
