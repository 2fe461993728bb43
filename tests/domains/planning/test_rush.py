"""Many bookers at once on a full week: no double booking, no overdrawn ledger, no lost booking."""

import asyncpg
import pytest

from directapp.kernel.actor import system_actor
from support.plan import Plan
from support.rush import Held, audit, rush


async def test_a_rush_on_a_full_week_breaks_no_rule(plan: Plan) -> None:
    site = str(plan.dealer.sites["499"])
    days = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), 12)
    await plan.dealer.create(
        plan.demo, "capacity_rules", dealership=site, resource_type=str(plan.types["mechanical"]), **days
    )
    person = str((await plan.dealer.person("parts", "499")).user)
    await plan.resource("second", "technical", person=person)
    await plan.resource(
        "third", "technical", person=str((await plan.dealer.person("reception", "499")).user), capacity=2
    )
    plan.resources.pop("detailer")
    cars = [await plan.car() for _ in range(8)]
    came = await rush(plan, cars, bookers=24, attempts=400)
    assert len(came.acknowledged) > 10
    assert came.refused.total() > 100
    assert await audit(plan, came) == Held(0, 0, 0, 0, 0, 0)


async def test_the_database_itself_refuses_what_comes_past_the_corridor(plan: Plan) -> None:
    held = (await plan.book(await plan.car(), "mechanic", "09:00", "11:00")).record
    week = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), 6)
    site, kind = plan.dealer.sites["499"], plan.types["mechanical"]
    await plan.dealer.create(plan.demo, "capacity_rules", dealership=str(site), resource_type=str(kind), **week)
    await plan.book(await plan.car(), "mechanic", "12:00", "13:00")
    database, tenant = plan.dealer.application.platform.database, plan.dealer.tenant
    copied = (
        "INSERT INTO resource_bookings (tenant_id, id, status, resource, lane, starts_at, ends_at) SELECT tenant_id,"
        " gen_random_uuid(), status, resource, lane, starts_at + interval '119 minutes', ends_at + interval '2 hours'"
        " FROM resource_bookings WHERE tenant_id = $1 AND id = $2"
    )
    with pytest.raises(asyncpg.ExclusionViolationError):
        async with database.unit(system_actor(tenant, "planning")) as unit:
            await unit.value(copied, tenant, held)
    for table in ("resource_capacities", "sharing_weeks"):
        with pytest.raises(asyncpg.CheckViolationError):
            async with database.unit(system_actor(tenant, "planning")) as unit:
                await unit.value(f"UPDATE {table} SET used_hours = 1000 WHERE tenant_id = $1", tenant)
