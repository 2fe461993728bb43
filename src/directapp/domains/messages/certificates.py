"""What drivers and those who lead them are told of licences and certificates that expire, in the bell."""

from datetime import date

from directapp.domains.messages.bell import ring
from directapp.domains.vehicles.events import CERTIFICATION_EXPIRES
from directapp.domains.vehicles.fields import DRIVERS, Certifications, Drivers
from directapp.kernel.dates import day_text
from directapp.kernel.text import _, verbatim
from directapp.services.command import CommandContext

_EXPIRES = _("{kind} of {driver} expires {day}.")


async def certification_expires(ctx: CommandContext) -> None:
    """Tell the driver and the driver's supervisor, each once for each step."""
    certificate = ctx.target.row
    driver = await ctx.look_up(DRIVERS, certificate[Certifications.driver], system="fleet")
    choice = ctx.fields(ctx.collection)[Certifications.kind].choice(certificate[Certifications.kind])
    due = date.fromisoformat(str(ctx.params["due"]))
    words = _EXPIRES.fill(
        kind=choice.label if choice else verbatim(certificate[Certifications.kind]),
        driver=driver.row[Drivers.name],
        day=day_text(due),
    )
    people = (driver.row.get(Drivers.user), driver.row.get(Drivers.manager))
    key = f"expires:{ctx.target.id.hex}:{due.isoformat()}:{ctx.params['days']}"
    await ring(ctx, CERTIFICATION_EXPIRES, words, people, driver, key)


EVENT_HANDLERS = {CERTIFICATION_EXPIRES: certification_expires}
