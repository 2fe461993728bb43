"""A fleet in tests: vehicles in operation, drivers with a licence, and what a page of records holds."""

from typing import Any
from uuid import UUID

import orjson

from directapp.kernel.actor import Actor
from support.dealer import Dealer


async def vehicle(dealer: Dealer, actor: Actor, number: str = "101", **more: Any) -> UUID:
    """Return a vehicle in operation, a van unless it is said to be something else."""
    made = await dealer.create(actor, "vehicles", **{"number": number, "vehicle_type": "van", **more})
    await dealer.do(actor, "vehicles", "activate", made)
    return made


async def driver(dealer: Dealer, leader: Actor, role: str = "driver", **more: Any) -> tuple[Actor, UUID]:
    """Return a driver with a licence for cars: the person and the row."""
    person = await dealer.person(role, "490")
    row = await dealer.create(leader, "drivers", name=person.name, user=str(person.user), **more)
    await dealer.create(leader, "certifications", driver=str(row), kind="licence_b")
    return person, row


def rows(page: Any) -> list[dict[str, Any]]:
    """Return the records of a page."""
    found: list[dict[str, Any]] = orjson.loads(page.json)
    return found
