"""A prep centre with people, hours, capacity and agreements, and cars that wait to be booked."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from directapp.domains.planning.engine.workdays import holiday
from directapp.domains.planning.types import seed_types
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.clock import utc_now
from directapp.services.intent import Answer
from support.dealer import Dealer
from support.floor_cars import planned_car

OSLO = ZoneInfo("Europe/Oslo")


def workday(ahead: int = 1) -> date:
    """Return a weekday that is no holiday, at least so many days ahead, in a week of five such days."""
    day = utc_now().astimezone(OSLO).date() + timedelta(days=ahead)
    while day.weekday() != 0 or any(holiday(day + timedelta(days=n)) for n in range(5)):
        day += timedelta(days=1)
    return day


def at(day: date, clock: str) -> datetime:
    """Return the instant of a clock time in Norway on a day."""
    hour, minute = clock.split(":")
    return datetime.combine(day, time(int(hour), int(minute)), OSLO).astimezone(UTC)


@dataclass
class Plan:
    """The planning of 499, which works for itself, 495 and 324."""

    dealer: Dealer
    types: dict[str, UUID] = field(default_factory=dict)
    resources: dict[str, UUID] = field(default_factory=dict)
    day: date = field(default_factory=workday)
    cars: int = 0

    @property
    def demo(self) -> Actor:
        """Return the actor that pours what is given."""
        return system_actor(self.dealer.tenant, "demo")

    async def planner(self, site: str = "499") -> Actor:
        """Return the planner of a site."""
        return await self.dealer.person("planner", site)

    async def resource(self, name: str, does: str, *, site: str = "499", **more: Any) -> UUID:
        """Make a resource that works from eight to four on weekdays."""
        made = await self.dealer.create(
            self.demo, "resources", name=name, dealership=str(self.dealer.sites[site]), does=[does], **more
        )
        for weekday in range(1, 6):
            await self.dealer.create(
                self.demo, "working_hours", resource=str(made), weekday=str(weekday), starts="08:00", ends="16:00"
            )
        self.resources[name] = made
        return made

    async def person(self, role: str, does: str, **more: Any) -> UUID:
        """Make the resource of a person at 499."""
        user = (await self.dealer.person(role, "499")).user
        return await self.resource(role, does, person=str(user), **more)

    async def agreement(self, consumer: str, kind: str = "mechanical", **more: Any) -> UUID:
        """Let 499 work for a site."""
        values = {"max_hours_per_week": 10, "priority": 50} | more
        return await self.dealer.create(
            self.demo,
            "resource_sharing",
            provider=str(self.dealer.sites["499"]),
            consumer=str(self.dealer.sites[consumer]),
            resource_type=str(self.types[kind]),
            **values,
        )

    async def car(self) -> UUID:
        """Return a car of 495 that is ready to plan at 499."""
        self.cars += 1
        made = await planned_car(self.dealer, 700 + self.cars, mechanic=None, upto="arrived")
        reception = await self.dealer.person("reception", "499")
        now = utc_now().isoformat()
        await self.dealer.do(reception, "cars", "update", made, inspection_started_at=now)
        await self.dealer.do(reception, "cars", "update", made, inspection_approved=True)
        return made

    async def book(
        self, car: UUID, resource: str, start: str, end: str, kind: str = "mechanical", **more: Any
    ) -> Answer:
        """Book a car from one clock time to another on the day."""
        day = more.pop("day", self.day)
        actor = more.pop("actor", None) or await self.planner()
        return await self.dealer.do(
            actor,
            "resource_bookings",
            "create",
            car=str(car),
            resource_type=str(self.types[kind]),
            resource=str(self.resources[resource]),
            starts_at=at(day, start).isoformat(),
            ends_at=at(day, end).isoformat(),
            **more,
        )

    async def figures(self, reader: Actor | None = None, **params: Any) -> dict[str, Any]:
        """Ask for the figures of the plan's week."""
        asked = {"first": self.day.isoformat(), "last": (self.day + timedelta(days=4)).isoformat()} | params
        answer = await self.dealer.do(reader or await self.planner(), "resource_bookings", "figures", **asked)
        assert answer.json is not None
        found: dict[str, Any] = orjson.loads(answer.json)
        return found


async def lay_plan(dealer: Dealer) -> Plan:
    """Seed the types and an agreement with 495, and give 499 a mechanic and a detailer."""
    plan = Plan(dealer)
    for values in seed_types():
        plan.types[values["code"]] = await dealer.create(plan.demo, "resource_types", **values)
    await plan.person("mechanic", "technical")
    await plan.person("detailer", "cosmetic")
    for kind in ("mechanical", "cosmetic", "inspection", "quality"):
        await plan.agreement("495", kind, max_hours_per_week=40)
    return plan
