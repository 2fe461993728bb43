"""What happened to the car is what happened to its booking, in whatever order it is heard of."""

from datetime import timedelta

import pytest

from directapp.store.outbox import dispatcher_actor
from support.dealer import Time
from support.plan import Plan, at


@pytest.mark.parametrize("deaf", [False, True])
async def test_a_car_started_and_ended_by_its_own_facts_completes_its_booking(
    plan: Plan, time: Time, *, deaf: bool
) -> None:
    car, tenant = await plan.car(), plan.dealer.tenant
    booked = await plan.book(car, "mechanic", "08:00", "10:00")
    await plan.book(car, "detailer", "12:00", "13:00", "cosmetic")
    mechanic = await plan.dealer.person("mechanic", "499")
    assert booked.record is not None
    try:
        for fact, clock in (("technical_started_at", "08:15"), ("technical_completed_at", "10:30")):
            time.ahead += at(plan.day, clock) - time()
            await plan.dealer.do(mechanic, "cars", "update", car, **{fact: at(plan.day, clock).isoformat()})
        if deaf:
            async with plan.dealer.application.platform.database.unit(dispatcher_actor(tenant)) as unit:
                sql = "UPDATE outbox SET done_at = now() WHERE tenant_id = $1 AND event = 'technical.started'"
                await unit.fetch(sql, tenant)
        await plan.dealer.application.dispatcher.drain(tenant)
    finally:
        time.ahead = timedelta()
    row = await plan.dealer.read(await plan.planner(), "resource_bookings", booked.record)
    assert (row["status"], row["actual_hours"]) == ("completed", "2.25")
