"""The tools of the trade by the protocol's client, which holds every answer against its schema."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from directapp.app.spec import load_spec
from directapp.connectors.outgoing import open_client
from directapp.interfaces.mcp.catalogue import DOMAIN_TOOLS, tools_of
from directapp.interfaces.mcp.tools import MOST_TOOLS, Dialect, acts_of
from directapp.interfaces.rest.dialect.query import parse_query
from directapp.interfaces.rest.openapi.records import written
from directapp.kernel.actor import Actor
from directapp.kernel.ids import uuid7
from interfaces.mcp.conftest import Connect
from support.dealer import Dealer, Time
from support.fakes.registry import FakeRegistry
from support.plan import Plan, lay_plan
from support.registry import asking

VIN = "1ZZTE5T00R0000001"


@pytest.fixture
async def plan(dealer: Dealer) -> Plan:
    return await lay_plan(dealer)


@pytest.fixture
async def registry(dealer: Dealer) -> AsyncIterator[FakeRegistry]:
    async with FakeRegistry() as fake, open_client() as http:
        application = dealer.application
        before = application.registry
        application.registry = replace(before, lookups=asking(application, http, fake)())
        yield fake
        application.registry = before


# -- which tools there are ---------------------------------------------------------------------------


def names_of(role: str, done: dict[str, int] | None = None) -> list[str]:
    someone = Actor(tenant=uuid7(), user=uuid7(), name="x", roles=frozenset({role}))
    dialect = Dialect(parse=parse_query, written=written)
    return [tool.name for tool in tools_of(load_spec(), dialect, someone, done)]


@pytest.mark.parametrize("role", load_spec().roles)
def test_tools_of_the_trade_are_never_pushed_out(role: str) -> None:
    someone = Actor(tenant=uuid7(), user=uuid7(), name="x", roles=frozenset({role}))
    names = names_of(role)
    assert len(names) == len(set(names)) <= MOST_TOOLS
    expected = {name for name, tool in DOMAIN_TOOLS.items() if tool.offered(load_spec(), someone)}
    assert expected <= set(names)
    assert ("who_can_see" in expected) == (role in {"tenant_admin", "manager"})


def test_what_a_person_does_most_is_not_grouped() -> None:
    assert "webhooks_acts" not in names_of("tenant_admin")
    names = names_of("tenant_admin", {"webhooks": 40, "own_fields": 12})
    someone = Actor(tenant=uuid7(), user=uuid7(), name="x", roles=frozenset({"tenant_admin"}))
    for collection in ("webhooks", "own_fields"):
        assert {f"{collection}_{act}" for act in acts_of(load_spec()[collection], someone)} <= set(names)


async def test_acts_done_put_their_collection_first_and_a_group_does_each_of_its_acts(
    connect: Connect, dealer: Dealer
) -> None:
    async with connect("tenant_admin", "") as assistant:
        tools = await assistant.tools()
        assert "departments_acts" in tools
        asked = {"act": "create", "values": {"name": "Verksted", "dealership": str(dealer.sites["490"])}}
        shown = await assistant.ok("departments_acts", **asked)
        await assistant.ok("commit", token=shown["token"])
        wrong = await assistant.refused("departments_acts", act="explode")
        assert wrong.found["code"] == "NOT_FOUND"
    async with connect("tenant_admin", "") as assistant:
        assert "departments_create" in await assistant.tools()
    async with connect("mechanic") as assistant:
        assert (await assistant.refused("webhooks_acts", act="delete")).found["code"] == "NOT_FOUND"
        assert (await assistant.refused("who_can_see", collection="cars", id=VIN)).found["code"] == "NOT_FOUND"


# -- vehicles ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("registry")
async def test_a_car_is_looked_up_and_made_from_its_vin(connect: Connect) -> None:
    async with connect("new_car_sales", "495") as assistant:
        looked = await assistant.ok("lookup_vehicle", code="EL 12345")
        fields = {one["field"]: one["value"] for one in looked["fields"]}
        assert (fields["vin"], looked["known"]) == (VIN, [])
        assert {"label": "Girkasse", "value": "Automat"} in looked["details"]
        shown = await assistant.ok("create_car_from_vin", vin=VIN, values={"car_type": "new", "color": "rød"})
        assert (shown["values"]["vin"], shown["values"]["color"], shown["written"]) == (VIN, "rød", False)
        assert [one["field"] for one in shown["missing"]] == ["order_number"]
        made = await assistant.ok("commit", token=shown["token"])
        again = await assistant.ok("lookup_vehicle", code=VIN, car=made["id"])
        assert [one["id"] for one in again["known"]] == [made["id"]]
        assert {one["field"]: one["state"] for one in again["fields"]}["color"] == "differs"
        taken = await assistant.refused("create_car_from_vin", vin=VIN, values={"car_type": "new"})
        assert taken.fields == ["vin"]
        unknown = await assistant.refused("lookup_vehicle", code="XX99999")
        assert unknown.found["code"] == "VEHICLE_NOT_FOUND"
    async with connect("mechanic") as assistant:
        assert (await assistant.refused("create_car_from_vin", vin=VIN)).found["code"] == "NOT_FOUND"


# -- the plan ----------------------------------------------------------------------------------------


async def test_a_car_gets_its_room_in_three_steps(connect: Connect, plan: Plan) -> None:
    car = str(await plan.car())
    async with connect("planner", "499") as assistant:
        ways = await assistant.ok("smart_schedule", car=car)
        assert ways["ways"][0]["way"] == 1
        assert all(slot["reasons"] for slot in ways["ways"][0]["slots"])
        assert ways["previews"] == []
        chosen = await assistant.ok("smart_schedule", car=car, way=1)
        for preview in chosen["previews"]:
            await assistant.ok("commit", token=preview["token"])
        booked = await assistant.ok("list", collection="resource_bookings", fields=["starts_at", "resource"])
        assert sorted(one["resource"] for one in booked["rows"]) == sorted(
            slot["resource"] for slot in chosen["ways"][0]["slots"]
        )
        assert (await assistant.refused("smart_schedule", car=car, way=20)).fields == ["way"]
        promised = await assistant.ok("promise_date", car=car)
        assert promised["ready_at"] is not None
        assert promised["reasons"]
        load = await assistant.ok("mechanic_load", first=plan.day.isoformat(), last=plan.day.isoformat())
        shares = [one["share"] for one in load["resources"]]
        assert shares == sorted(shares)
        assert {one["name"] for one in load["resources"]} == set(plan.resources)
        found = (await assistant.ok("preview", collection="resource_bookings", act="promise", values={"car": car}))[
            "found"
        ]
        assert found["ready_at"] == promised["ready_at"]


async def test_why_a_car_is_late_is_said_in_words(connect: Connect, plan: Plan, moved: Time) -> None:
    car = await plan.car()
    moved.ahead += timedelta(days=40)
    async with connect("planner", "499") as assistant:
        told = await assistant.ok("explain_delay", car=str(car))
        assert told["late"] is True
        assert told["in_words"]["late_cause"] == "Kapasitet"
        assert told["status"] == "Klar for planlegging"
        assert told["reasons"]
    async with connect("new_car_sales", "324") as assistant:
        assert (await assistant.refused("explain_delay", car=str(car))).found["code"] == "NOT_FOUND"


# -- over many ---------------------------------------------------------------------------------------


async def test_cars_that_stand_still_are_told_by_the_goals_of_their_site(
    connect: Connect, plan: Plan, moved: Time
) -> None:
    dealer, car = plan.dealer, str(await plan.car())
    admin = await dealer.person("tenant_admin", "")
    async with connect("planner", "499") as assistant:
        assert (await assistant.ok("stuck_cars"))["cars"] == []
        moved.ahead += timedelta(hours=60)
        (stuck,) = (await assistant.ok("stuck_cars"))["cars"]
        assert (stuck["id"], stuck["status"], stuck["goal_hours"]) == (car, "ready_to_plan", 48)
        assert stuck["hours"] > 59
        assert (await assistant.ok("stuck_cars", hours=100))["cars"] == []
        assert (await assistant.ok("stuck_cars", hours=10, status="ready_to_plan"))["count"] == 1
        assert (await assistant.refused("stuck_cars", status="delivered")).fields == ["status"]
        goals = {"ready_to_plan": {"yellow": 80, "red": 90}}
        await dealer.do(admin, "dealerships", "update", dealer.sites["499"], stage_goals=goals)
        assert (await assistant.ok("stuck_cars"))["cars"] == []
    async with connect("new_car_sales", "324") as assistant:
        assert (await assistant.ok("stuck_cars", hours=1))["cars"] == []


async def test_who_sees_a_car_is_told_to_leaders(connect: Connect, dealer: Dealer) -> None:
    values: dict[str, Any] = {"make": "Audi", "model": "Q4", "car_type": "new"}
    car: UUID = await dealer.create(await dealer.person("new_car_sales", "495"), "cars", **values)
    stranger = await dealer.person("new_car_sales", "324")
    async with connect("tenant_admin", "") as assistant:
        people = (await assistant.ok("who_can_see", collection="cars", id=str(car)))["people"]
        sees = {one["person"]: one["sees"] for one in people}
        assert sees[str(stranger.user)] is False
        assert sees[str((await dealer.person("new_car_sales", "495")).user)] is True
        field = await assistant.ok("who_can_see", collection="cars", id=str(car), field="purchase_price", limit=1)
        assert "sees_field" in field["people"][0]
        assert field["next_page"] == 2
        assert (await assistant.refused("who_can_see", collection="cars", id=str(car), field="x")).fields == ["field"]


async def test_a_question_in_plain_words_is_answered_by_the_persons_rights(connect: Connect, dealer: Dealer) -> None:
    seller = await dealer.person("new_car_sales", "490")
    for make in ("Audi", "Audi", "Volkswagen"):
        await dealer.create(seller, "cars", make=make, model="Q4", car_type="new")
    async with connect("manager", "490") as assistant:
        listed = await assistant.ok("ask", question="nye Audi uten skilt på 490")
        assert (listed["understood"], listed["not_understood"], len(listed["rows"])) == (True, [], 2)
        assert listed["page"].endswith(f"car_type=new&make=Audi&dealership={dealer.sites['490']}")
        counted = await assistant.ok("ask", question="hvor mange biler er i kladd")
        assert counted["count"] == 3
        grouped = await assistant.ok("ask", question="biler per merke")
        assert grouped["groups"] == [{"value": "Audi", "count": 2}, {"value": "Volkswagen", "count": 1}]
        wrong = await assistant.ok("ask", question="slett alle biler")
        assert (wrong["understood"], wrong["rows"], wrong["not_understood"]) == (False, [], ["slett"])
    async with connect("new_car_sales", "324") as assistant:
        assert (await assistant.ok("ask", question="alle biler"))["rows"] == []
        assert (await assistant.refused("ask", question="x", collection="webhooks")).found["code"] == "FORBIDDEN"
