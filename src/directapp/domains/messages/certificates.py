"""What drivers and those who lead them are told of licences and certificates that expire, in the bell."""

from datetime import date
from uuid import UUID

from directapp.declare.names import Values
from directapp.domains.messages.fields import NOTIFICATIONS, Notifications
from directapp.domains.people.fields import USERS, Users
from directapp.domains.vehicles.events import CERTIFICATION_EXPIRES
from directapp.domains.vehicles.fields import DRIVERS, Certifications, Drivers
from directapp.kernel.dates import day_text
from directapp.kernel.text import _, verbatim
from directapp.services.command import CommandContext

_EXPIRES = _("{kind} of {driver} expires {day}.")
_SYSTEM = "messenger"


async def certification_expires(ctx: CommandContext) -> None:
    """Tell the driver and the driver's supervisor, each once for each step."""
    certificate = ctx.target.row
    driver = await ctx.look_up(DRIVERS, certificate[Certifications.driver], system="fleet")
    people: list[UUID] = [
        who for who in (driver.row.get(Drivers.user), driver.row.get(Drivers.manager)) if who is not None
    ]
    if not people:
        return
    choice = ctx.fields(ctx.collection)[Certifications.kind].choice(certificate[Certifications.kind])
    due = date.fromisoformat(str(ctx.params["due"]))
    words = _EXPIRES.fill(
        kind=choice.label if choice else verbatim(certificate[Certifications.kind]),
        driver=driver.row[Drivers.name],
        day=day_text(due),
    )
    receivers = await ctx.find(USERS, {Users.id: people, Users.active: True}, system="pipeline", limit=len(people))
    for person in receivers:
        values: Values = {
            Notifications.receiver: person.id,
            Notifications.event: CERTIFICATION_EXPIRES.name,
            Notifications.title: words,
            Notifications.priority: "high",
            Notifications.subject_collection: DRIVERS,
            Notifications.subject_id: driver.id,
            Notifications.key: f"expires:{ctx.target.id.hex}:{due.isoformat()}:{ctx.params['days']}",
        }
        await ctx.create(NOTIFICATIONS, values, system=_SYSTEM)


EVENT_HANDLERS = {CERTIFICATION_EXPIRES: certification_expires}
