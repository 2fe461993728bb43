"""What people of a fleet are told in the bell, in words that are put together where it happens."""

from collections.abc import Iterable
from uuid import UUID

from directapp.declare.events import Event
from directapp.declare.names import Values
from directapp.domains.messages.fields import NOTIFICATIONS, Notifications
from directapp.domains.people.fields import USERS, Users
from directapp.kernel.text import Text
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

_SYSTEM = "messenger"


async def ring(  # noqa: PLR0917 - who is told what, of which record
    ctx: CommandContext,
    event: Event,
    words: Text,
    people: Iterable[UUID | None],
    about: Seen,
    key: str,
    *,
    priority: str = "high",
) -> None:
    """Tell people who work here of a record, each once for a ``key``; None among them is nobody."""
    wanted = list(dict.fromkeys(who for who in people if who is not None))
    if not wanted:
        return
    for person in await ctx.find(USERS, {Users.id: wanted, Users.active: True}, system="pipeline", limit=len(wanted)):
        values: Values = {
            Notifications.receiver: person.id,
            Notifications.event: event.name,
            Notifications.title: words,
            Notifications.priority: priority,
            Notifications.subject_collection: about.collection,
            Notifications.subject_id: about.id,
            Notifications.key: key,
        }
        await ctx.create(NOTIFICATIONS, values, system=_SYSTEM)
