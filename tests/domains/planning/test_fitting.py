"""Less room, another site, an ended agreement: the bookings that no longer fit are named, and the writer says yes."""

from typing import Any
from uuid import UUID

import pytest

from directapp.kernel.errors import UnconfirmedError
from directapp.services.intent import Intent
from support.acts import wrong
from support.plan import Plan


@pytest.fixture
async def hall(plan: Plan) -> list[UUID]:
    """Book a hall for two: two at once and one alone."""
    await plan.dealer.do(plan.demo, "resource_types", "update", plan.types["mechanical"], requires_assignment=False)
    await plan.resource("hall", "technical", kind="bay", capacity=2)
    made = []
    for start, end in (("08:00", "10:00"), ("09:00", "11:00"), ("13:00", "14:00")):
        record = (await plan.book(await plan.car(), "hall", start, end)).record
        assert record is not None
        made.append(record)
    return made


async def asked(plan: Plan, collection: str, target: UUID, *, yes: bool = False, **patch: Any) -> list[str]:
    """Change something as the administrator; return the bookings that are named before a yes."""
    intent = Intent(
        actor=await plan.dealer.person("tenant_admin"),
        collection=collection,
        verb="update",
        origin="test",
        target=target,
        patch=patch,
        confirmed=yes,
    )
    try:
        await plan.dealer.application.platform.pipeline.perform(intent)
    except UnconfirmedError as error:
        return [p.extra["booking"] for p in error.problems if p.field in patch and "booking" in p.extra]
    return []


async def misfits(plan: Plan, records: list[UUID]) -> list[bool]:
    planner = await plan.planner()
    return [(await plan.dealer.read(planner, "resource_bookings", r))["misfit"] for r in records]


async def test_less_room_names_who_has_none_and_what_stands_is_marked(plan: Plan, hall: list[UUID]) -> None:
    resource = plan.resources["hall"]
    assert await asked(plan, "resources", resource, capacity=1) == [str(hall[1])]
    assert await misfits(plan, hall) == [False, False, False]
    assert await asked(plan, "resources", resource, capacity=1, yes=True) == []
    assert await misfits(plan, hall) == [False, True, False]
    await plan.dealer.do(await plan.planner(), "resource_bookings", "confirm", hall[1])
    await plan.dealer.do(await plan.planner(), "resource_bookings", "cancel", hall[0])
    assert await wrong(plan) == {}


async def test_more_room_and_room_that_is_not_used_are_not_asked_about(plan: Plan, hall: list[UUID]) -> None:
    assert await asked(plan, "resources", plan.resources["hall"], capacity=3) == []
    assert await asked(plan, "resources", plan.resources["hall"], capacity=2) == []
    await plan.dealer.do(await plan.planner(), "resource_bookings", "cancel", hall[0])
    assert await asked(plan, "resources", plan.resources["hall"], capacity=1) == []
    assert await misfits(plan, hall) == [False, False, False]


async def test_a_resource_that_moves_leaves_its_bookings_where_they_were_booked(plan: Plan, hall: list[UUID]) -> None:
    there = {"dealership": str(plan.dealer.sites["490"])}
    assert await asked(plan, "resources", plan.resources["hall"], **there) == [str(b) for b in hall]
    assert await asked(plan, "resources", plan.resources["hall"], yes=True, **there) == []
    await plan.dealer.do(await plan.planner(), "resource_bookings", "confirm", hall[0])
    row = await plan.dealer.read(await plan.planner(), "resource_bookings", hall[0])
    assert row["provider"] == str(plan.dealer.sites["499"])
    assert row["agreement"] is not None
    assert await misfits(plan, hall) == [True, True, True]
    assert await wrong(plan) == {}


async def test_a_resource_out_of_use_and_an_agreement_that_ends_name_their_bookings(
    plan: Plan, hall: list[UUID]
) -> None:
    whole = [str(b) for b in hall]
    assert await asked(plan, "resources", plan.resources["hall"], available=False) == whole
    row = await plan.dealer.read(await plan.planner(), "resource_bookings", hall[0])
    agreement = UUID(row["agreement"])
    assert await asked(plan, "resource_sharing", agreement, enabled=False) == whole
    assert await asked(plan, "resource_sharing", agreement, max_hours_per_week="4,5") == whole
    assert await asked(plan, "resource_sharing", agreement, max_hours_per_week="5") == []
    assert await asked(plan, "resource_sharing", agreement, max_hours_per_week="4,5", yes=True) == []
    assert await asked(plan, "resource_sharing", agreement, max_hours_per_week="4,75") == []
    assert await wrong(plan) == {}
