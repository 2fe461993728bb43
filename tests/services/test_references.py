"""References as people meet them: one answer for what is hidden and what is not there, and no circles."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from directapp.app.container import Application
from directapp.kernel.errors import DirectAppError, InvalidError
from directapp.kernel.ids import uuid7
from directapp.store.schema import lint
from support.dealer import Dealer, settle
from support.plan import Plan, at, lay_plan

CAR = {"make": "Audi", "model": "Q4", "car_type": "used", "license_plate": "EK 12345"}


async def refused(
    dealer: Dealer, who: str, collection: str, verb: str, target: UUID | None = None, **patch: str
) -> list[tuple[str | None, str]]:
    with pytest.raises(InvalidError) as caught:
        await dealer.do(await dealer.person(*who.split()), collection, verb, target, **patch)
    return [(p.field, p.message.english) for p in caught.value.problems]


async def test_a_trade_in_for_a_car_that_one_does_not_see(dealer: Dealer) -> None:
    hidden = {"make": "Audi", "model": "Q6", "car_type": "new", "order_number": "8001"}
    theirs = await dealer.create(await dealer.person("new_car_sales", "495"), "cars", **hidden)
    for number, record in enumerate((theirs, uuid7())):
        values = {**CAR, "license_plate": f"EK 2345{number}", "trade_in_for": str(record)}
        said = await refused(dealer, "used_car_sales 324", "cars", "create", **values)
        assert said == [("trade_in_for", "Trade-in for: there is no such record.")]


async def test_another_tenants_busy_resource_and_a_free_one_are_one_answer(
    application: Application, dealer: Dealer
) -> None:
    ours, theirs = await lay_plan(dealer), await lay_plan(await settle(application))
    await theirs.book(await theirs.car(), "mechanic", "08:00", "10:00")
    car, answers = await ours.car(), []
    for start, end in (("08:00", "10:00"), ("12:00", "13:00")):
        with pytest.raises(DirectAppError) as caught:
            await dealer.do(
                await ours.planner(),
                "resource_bookings",
                "create",
                car=str(car),
                resource_type=str(ours.types["mechanical"]),
                resource=str(theirs.resources["mechanic"]),
                starts_at=at(ours.day, start).isoformat(),
                ends_at=at(ours.day, end).isoformat(),
            )
        answers.append([(type(caught.value), p.field, p.message.english) for p in caught.value.problems])
    assert answers[0] == answers[1] == [(InvalidError, "resource", "Resource: there is no such record.")]


async def test_a_site_without_an_agreement_lends_nothing(dealer: Dealer) -> None:
    plan: Plan = await lay_plan(dealer)
    car = await dealer.create(
        await dealer.person("new_car_sales", "324"),
        "cars",
        make="Skoda",
        model="Enyaq",
        car_type="new",
        order_number="991",
    )
    booking = {
        "car": str(car),
        "resource_type": str(plan.types["mechanical"]),
        "resource": str(plan.resources["mechanic"]),
        "starts_at": at(plan.day, "08:00").isoformat(),
        "ends_at": at(plan.day, "09:00").isoformat(),
    }
    said = await refused(dealer, "manager 324", "resource_bookings", "create", **booking)
    assert said == [("resource", "Resource: there is no such record.")]
    await plan.agreement("324")
    await dealer.do(await dealer.person("manager", "324"), "resource_bookings", "create", **booking)


async def test_every_exclusion_carries_the_tenant(application: Application) -> None:
    owner = await asyncpg.connect(application.owner_dsn)
    try:
        assert await lint(owner, application.platform.spec) == []
        await owner.execute("CREATE TABLE rooms (tenant_id uuid, n int4range, EXCLUDE USING gist (n WITH &&))")
        found = await lint(owner, application.platform.spec)
        assert any("exclusion" in line and line.startswith("rooms") for line in found)
    finally:
        await owner.execute("DROP TABLE rooms")
        await owner.close()


async def site(dealer: Dealer, number: str, parent: UUID | None) -> UUID:
    admin = await dealer.person("tenant_admin")
    values = {"number": number, "name": number, "dealership_type": "sales_and_prep"}
    return await dealer.create(admin, "dealerships", **values, parent_dealership=str(parent) if parent else None)


async def test_head_offices_never_go_in_a_circle(dealer: Dealer) -> None:
    top = await site(dealer, "1", None)
    below = top
    for number in range(2, 10):
        below = await site(dealer, str(number), below)
    admin = await dealer.person("tenant_admin")
    for parent in (below, top):
        said = await refused(dealer, "tenant_admin 490", "dealerships", "update", top, parent_dealership=str(parent))
        assert said == [("parent_dealership", "Head office: this would lead in a circle, back to the record itself.")]
    await dealer.do(admin, "dealerships", "update", below, parent_dealership=str(top))


async def test_two_who_make_half_a_circle_each_do_not_make_one(dealer: Dealer) -> None:
    sites = [await site(dealer, str(n), None) for n in range(3)]
    admin = await dealer.person("tenant_admin")
    steps = zip(sites, [*sites[1:], sites[0]], strict=True)
    jobs = [dealer.do(admin, "dealerships", "update", one, parent_dealership=str(up)) for one, up in steps]
    results = await asyncio.gather(*jobs, return_exceptions=True)
    assert sorted(type(r).__name__ for r in results) == ["Answer", "Answer", "InvalidError"]


async def test_a_car_is_not_traded_in_for_itself_by_a_detour(dealer: Dealer) -> None:
    seller = await dealer.person("used_car_sales", "495")
    first = await dealer.create(seller, "cars", **CAR)
    second = await dealer.create(seller, "cars", **{**CAR, "license_plate": "EK 12346"}, trade_in_for=str(first))
    for car in (second, first):
        said = await refused(dealer, "used_car_sales 495", "cars", "update", first, trade_in_for=str(car))
        assert [field for field, _ in said] == ["trade_in_for"]
