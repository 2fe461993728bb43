"""Message context: the car that an event is about, its people and its sites, and telling them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from directapp.declare.names import FieldName, Row
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.messages.audience import PEOPLE, Recipients, actor_of, load_recipients
from directapp.domains.messages.phrases import NOBODY, person_name
from directapp.domains.messages.telling import Told, tell
from directapp.domains.people.fields import DEALERSHIPS, Dealerships
from directapp.kernel.text import Text, verbatim
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

_SITES = (Cars.dealership, Cars.prep_center)


class MessageContext:
    """What an event handler about a car needs at hand: the car, its people and its sites."""

    def __init__(self, ctx: CommandContext, car: Seen, people: Recipients, names: Mapping[UUID, str]) -> None:
        """Keep what was loaded."""
        self.act, self.car, self.people, self.names = ctx, car, people, names

    @property
    def row(self) -> Row:
        """The car's values."""
        return self.car.row

    def site(self, which: object) -> Text:
        """Return a site's name."""
        return verbatim(self.names.get(which, "–") if isinstance(which, UUID) else "–")

    @property
    def actor(self) -> Text:
        """Who did it."""
        found = self.people.name_of(actor_of(self.act))
        return verbatim(person_name(found.row)) if found else NOBODY

    def named(self, *fields: FieldName[UUID]) -> list[Seen]:
        """Return the people whom the car names in these fields."""
        return self.people.named(*(self.row.get(name) for name in fields))

    def at(self, field: FieldName[UUID], *roles: str) -> list[Seen]:
        """Return those with a role at one of the car's sites."""
        return self.people.at(self.row.get(field), *roles)

    async def tell(self, event: str, receivers: list[Seen], **more: Any) -> None:
        """Tell of an event about this car."""
        places = {name: value for name, value in more.items() if isinstance(value, Text)}
        rest = {name: value for name, value in more.items() if not isinstance(value, Text)}
        await tell(self.act, Told(event=event, car=self.car, fills=places, **rest), receivers)


async def context_of(
    ctx: CommandContext,
    car: UUID | None,
    *,
    sites: tuple[object, ...] = (),
    people: tuple[object, ...] = (),
    staff: bool = True,
) -> MessageContext | None:
    """Load a car with its people and sites, ``staff`` of the sites only where roles are asked for; None: gone."""
    seen = ctx.seen if ctx.seen and ctx.seen.id == car and "sys_workflow" in ctx.actor.roles else None
    found = [seen] if seen else await ctx.find(CARS, {Cars.id: car}, limit=1, system="workflow") if car else []
    if not found:
        return None
    row = found[0].row
    wanted = [*(row.get(name) for name in _SITES), *sites]
    named = [*(row.get(n) for n in PEOPLE), actor_of(ctx), *people]
    recipients = await load_recipients(ctx, sites=wanted if staff else (), people=named)
    ids = list({site for site in wanted if isinstance(site, UUID)})
    names = {
        one.id: str(one.row[Dealerships.name])
        for one in await ctx.find(DEALERSHIPS, {Dealerships.id: ids}, system="pipeline", cached=True)
    }
    return MessageContext(ctx, found[0], recipients, names)
