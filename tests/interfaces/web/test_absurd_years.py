"""Years that nobody plans in: the plan, calendars, figures and exports answer in words or empty, and never fail."""

import pytest

from directapp.kernel.errors import InvalidError
from support.browser import Opener
from support.dealer import Dealer
from support.plan import Plan, lay_plan

YEARS = ("0000", "0001", "1582", "1900", "2200", "9998", "9999", "10000", "-001", "99999999999")


@pytest.fixture
async def plan(dealer: Dealer) -> Plan:
    return await lay_plan(dealer)


async def test_pages_that_ask_for_days_answer(plan: Plan, signed: Opener) -> None:
    browser = await signed("planner", "499")
    car = await plan.car()
    for year in YEARS:
        for day in (f"{year}-01-01", f"{year}-12-31"):
            for path in (
                f"/app/plan?day={day}",
                f"/app/plan?span=day&day={day}",
                f"/app/plan?view=list&day={day}",
                f"/app/plan/data?day={day}",
                f"/app/plan/book?car={car}&earliest={day}&latest={day}",
                f"/app/figures?first={day}&last={day}",
                f"/app/figures?first=0001-01-01&last={day}",
                f"/app/resource_bookings?view=calendar&day={day}",
                f"/app/absences?view=calendar&day={day}",
                f"/app/resource_bookings?starts_at.from={day}&starts_at.to={day}",
                f"/app/resource_bookings/export?format=csv&starts_at.from={day}",
                f"/app/absences/export?format=xlsx&starts_at.to={day}",
            ):
                answer = await browser.get(path)
                assert answer.status_code < 500, path


async def test_writes_and_searches_name_the_field(plan: Plan) -> None:
    planner, kind = await plan.planner(), str(plan.types["mechanical"])
    own = {"resource": str(plan.resources["mechanic"])}
    here = {"dealership": str(plan.dealer.sites["499"]), "resource_type": kind}
    for year in ("0000", "0001", "1899", "2201", "9999", "10000"):
        moment, day = f"{year}-12-31T23:30:00Z", f"{year}-12-31"
        asked = (
            ("absences", "create", {**own, "starts_at": moment, "ends_at": moment, "kind": "other"}, "starts_at"),
            ("working_hours", "create", {**own, "weekday": "1", "starts": "08:00", "ends": "09:00"}, "valid_from"),
            ("capacity_rules", "create", {**here, "monday": "5"}, "valid_to"),
            ("resource_capacities", "create", {**here, "allocated_hours": "5"}, "day"),
            ("plan_proposals", "create", {"last_day": plan.day.isoformat()}, "first_day"),
            ("resource_bookings", "find_slots", {"resource_type": kind}, "earliest"),
            ("resource_bookings", "make_room", {"resource_type": kind}, "latest"),
            ("resource_bookings", "figures", {}, "first"),
        )
        for collection, verb, values, field in asked:
            patch = {field: moment if field in {"starts_at", "earliest", "latest"} else day}
            with pytest.raises(InvalidError) as caught:
                await plan.dealer.do(planner, collection, verb, **values | patch)
            assert field in {p.field for p in caught.value.problems}, (collection, year)


async def test_years_far_ahead_that_can_be_read_are_answered_in_words(plan: Plan) -> None:
    planner, kind = await plan.planner(), str(plan.types["mechanical"])
    for year in ("2199", "2200"):
        for field in ("earliest", "latest"):
            params = {"resource_type": kind, field: f"{year}-12-31T23:30:00Z"}
            with pytest.raises(InvalidError) as caught:
                await plan.dealer.do(planner, "resource_bookings", "find_slots", **params)
            assert [p.field for p in caught.value.problems] == [field]
    last = {"first_day": "2200-12-31", "last_day": "2200-12-31", "seconds": 1}
    asked = await plan.dealer.create(planner, "plan_proposals", **last)
    await plan.dealer.application.dispatcher.drain(plan.dealer.tenant)
    assert (await plan.dealer.read(planner, "plan_proposals", asked))["status"] == "ready"
