"""Whatever goes through records goes through all of them: what stands last by id is not forgotten."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from directapp.kernel.actor import system_actor
from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7
from directapp.services.jobs import JobRun, Schedule, acting
from directapp.services.seen import PAGE
from directapp.store.unit import recorded
from support.dealer import Dealer
from support.post import rows, told

_CARS = """
INSERT INTO cars (tenant_id, id, status, car_type, status_since, delivery_date, dealership, original_dealership,
  prep_center, priority, archived_at, delivered_to_customer_at)
SELECT $1, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $2, 'new', now() - interval '1 day',
  current_date + 30, $3, $3, $4, 'normal', NULL, CASE WHEN $2 = 'delivered' THEN now() END
  FROM generate_series(1, $5::int) n
"""
_BEYOND = 5_020


async def fill(dealer: Dealer, status: str, count: int) -> None:
    """Put so many cars before all others, by id."""
    async with dealer.application.platform.database.unit(system_actor(dealer.tenant, "demo")) as unit:
        await unit.value(_CARS, dealer.tenant, status, dealer.sites["495"], dealer.sites["499"], count)


async def run(dealer: Dealer, repeated: Any, name: str) -> None:
    """Run one of the schedules, as the worker does."""
    (schedule,) = [s for s in repeated if isinstance(s, Schedule) and s.name == name]
    pipeline = dealer.application.platform.pipeline
    job = JobRun(
        id=uuid7(), pipeline=pipeline, tenant=dealer.tenant, name=name, collection="tenants", record=dealer.tenant,
        payload={}, key=name, attempt=1, last=True,
    )  # fmt: skip
    await schedule.run(job)


async def test_every_record_is_found_a_page_at_a_time(dealer: Dealer) -> None:
    await fill(dealer, "registered", _BEYOND)
    seen: list[tuple[str, tuple[Any, ...]]] = []
    async with acting(dealer.application.platform.pipeline, dealer.tenant, "workflow", "test", "", None) as ctx:
        token = recorded.set(seen)
        try:
            found = await ctx.every("cars", {"status": "registered"}, only=("status",))
        finally:
            recorded.reset(token)
    assert len({one.id for one in found}) == _BEYOND
    assert sum(f"LIMIT {PAGE}" in sql for sql, _ in seen) == 2


async def test_the_late_car_beyond_five_thousand_is_told_of(dealer: Dealer) -> None:
    await fill(dealer, "registered", _BEYOND)
    planner, seller = await dealer.person("planner", "499"), await dealer.person("new_car_sales", "495")
    late = (utc_now() - timedelta(days=3)).date().isoformat()
    promise = {"delivery_date": late, "customer_name": "Kari Nordmann"}
    values = {"car_type": "new", "make": "Audi", **promise, "prep_center": str(dealer.sites["499"])}
    car = await dealer.create(seller, "cars", **values)
    await run(dealer, dealer.application.post.schedules, "overdue")
    assert (await told(dealer, planner)).count("deadline.overdue") == 1
    (note,) = await rows(dealer, planner, "notifications", event="deadline.overdue")
    assert UUID(str(note["car"])) == car


async def test_the_delivered_car_beyond_five_thousand_is_archived(dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin", "495")
    await dealer.do(admin, "dealerships", "update", dealer.sites["495"], archive_after_days=14)
    await fill(dealer, "delivered", _BEYOND)
    last = UUID("ffffffff-0000-7000-8000-000000000001")
    async with dealer.application.platform.database.unit(system_actor(dealer.tenant, "demo")) as unit:
        await unit.value(
            "INSERT INTO cars (tenant_id, id, status, status_since, delivered_to_customer_at, dealership,"
            " priority, visibility) VALUES"
            " ($1, $2, 'delivered', now() - interval '20 days', now() - interval '20 days', $3, 'normal', 'private')",
            dealer.tenant, last, dealer.sites["495"],
        )  # fmt: skip
    await run(dealer, dealer.application.schedules.schedules, "archive delivered cars")
    assert (await dealer.read(admin, "cars", last))["status"] == "archived"
