"""Inspections that fall due are told of once for each car and due date."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from directapp.domains.cars.states import OPEN
from directapp.domains.registry.events import INSPECTION_DUE
from directapp.domains.registry.inspections import remind
from directapp.kernel.clock import oslo_day
from directapp.services.jobs import acting
from support.dealer import Dealer


async def a_car(dealer: Dealer, days: int) -> UUID:
    admin = await dealer.person("tenant_admin")
    due = oslo_day(dealer.application.platform.clock()) + timedelta(days=days)
    more = {"dealership": str(dealer.sites["490"]), "next_inspection_due": due.isoformat()}
    return await dealer.create(admin, "cars", car_type="used", license_plate=f"DN{40000 + days}", **more)


async def told(dealer: Dealer) -> list[Any]:
    async with acting(dealer.application.platform.pipeline, dealer.tenant, "registry", "remind", "", None) as ctx:
        await remind(30, OPEN)(ctx)
    async with acting(dealer.application.platform.pipeline, dealer.tenant, "dispatcher", "look", "", None) as ctx:
        rows = await ctx.work.unit.fetch(  # type: ignore[attr-defined]
            "SELECT record, payload FROM outbox WHERE event = $1 AND tenant_id = $2 ORDER BY at",
            INSPECTION_DUE.name,
            dealer.tenant,
        )
    return [(row["record"], row["payload"]["due"]) for row in rows]


async def test_each_car_and_day_is_told_once(dealer: Dealer) -> None:
    cars = [await a_car(dealer, days) for days in (-3, 0, 30, 31)]
    first = await told(dealer)
    assert {car for car, _ in first} == set(cars[:3])
    assert await told(dealer) == first
    admin = await dealer.person("tenant_admin")
    later = oslo_day(dealer.application.platform.clock()) + timedelta(days=20)
    await dealer.do(admin, "cars", "update", cars[0], next_inspection_due=later.isoformat())
    again = await told(dealer)
    assert len(again) == 4
    assert again[-1] == (cars[0], later.isoformat())


async def test_closed_cars_are_not_told_of(dealer: Dealer) -> None:
    car = await a_car(dealer, 5)
    await dealer.do(await dealer.person("tenant_admin"), "cars", "archive", car, reason="scrapped")
    assert await told(dealer) == []
