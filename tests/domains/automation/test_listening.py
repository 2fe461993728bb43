"""Webhooks and rules listen to bookings, transfers, work items and messages too, as far as they may see them."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import orjson
import pytest

from directapp.app.container import Application
from directapp.declare.events import Event, event
from directapp.declare.kinds import Kind
from directapp.declare.spec import DeclarationError
from directapp.domains.cars.events import TRANSFER_RECEIVED
from directapp.domains.messages.events import RECEIVED
from directapp.domains.planning.events import MOVED
from directapp.domains.workshop.events import WORK_APPROVED
from directapp.services.jobs import acting
from directapp.store.outbox import dispatcher_actor
from directapp.store.query import Query
from support.dealer import Dealer
from support.fakes.server import Fake, Heard, Reply, as_text
from support.pages import new_car
from support.plan import Plan, at, lay_plan
from support.text import bilingual

CHOSEN = (MOVED, TRANSFER_RECEIVED, WORK_APPROVED, RECEIVED)


class Receiver(Fake):
    async def answer(self, _: Heard) -> Reply:
        return as_text("ok")


@pytest.fixture
async def receiver(application: Application) -> AsyncIterator[Receiver]:
    """Give another system, which the application may reach although it is on this machine."""
    application.guarded.private = True
    async with Receiver() as receiver:
        yield receiver
    application.guarded.private = False


@pytest.fixture
async def plan(dealer: Dealer) -> Plan:
    return await lay_plan(dealer)


async def rows(dealer: Dealer, collection: str, role: str = "tenant_admin", site: str = "490") -> list[dict[str, Any]]:
    page = await dealer.application.platform.reading.page(await dealer.person(role, site), collection, Query(limit=500))
    found: list[dict[str, Any]] = orjson.loads(page.json)
    return found


async def subscribe(dealer: Dealer, url: str, *events: Event, site: str | None = None) -> UUID:
    admin = await dealer.person("tenant_admin")
    values = {"name": site or "Alle", "url": f"{url}/{site or ''}", "events": [each.name for each in events]}
    of_site = {"dealership": str(dealer.sites[site])} if site else {}
    answer = await dealer.do(admin, "webhooks", "subscribe", **values, **of_site)
    assert answer.record is not None
    return answer.record


async def notify(dealer: Dealer, chosen: Event, role: str, **more: Any) -> UUID:
    """Make a rule that notifies a role, try it and switch it on."""
    admin = await dealer.person("tenant_admin")
    values = {"name": chosen.name, "event": chosen.name, "action": "notify", "notify_role": role, "message": "Merk"}
    made = await dealer.create(admin, "workflow_rules", **values | more)
    await dealer.do(admin, "workflow_rules", "dry_run", made)
    await dealer.application.dispatcher.drain(dealer.tenant)
    await dealer.do(admin, "workflow_rules", "switch_on", made)
    return made


async def booking_moved(dealer: Dealer, plan: Plan) -> UUID:
    booked = await plan.book(await plan.car(), "mechanic", "08:00", "10:00")
    assert booked.record is not None
    moved = {"starts_at": at(plan.day, "12:00").isoformat(), "ends_at": at(plan.day, "14:00").isoformat()}
    await dealer.do(await plan.planner(), "resource_bookings", "update", booked.record, **moved)
    return booked.record


async def transfer_received(dealer: Dealer, _: Plan) -> UUID:
    seller, planner = await dealer.person("new_car_sales", "495"), await dealer.person("planner", "499")
    car = await new_car(dealer, seller, 41)
    sent = await dealer.create(seller, "car_transfers", car=str(car), to=str(dealer.sites["499"]))
    plate = (await dealer.read(seller, "cars", car))["license_plate"]
    await dealer.do(planner, "car_transfers", "receive", sent, code=plate)
    return sent


async def work_approved(dealer: Dealer, plan: Plan) -> UUID:
    admin = await dealer.person("tenant_admin")
    item = await dealer.create(admin, "work_items", car=str(await plan.car()), description="Lys", kind="other")
    if (await dealer.read(admin, "work_items", item))["status"] == "proposed":
        await dealer.do(admin, "work_items", "approve", item, price=500)
    return item


async def message_received(dealer: Dealer, _: Plan) -> UUID:
    seller = await dealer.person("new_car_sales", "495")
    car = await new_car(dealer, seller, 42)
    said = {"channel": "phone", "direction": "in", "receiver_kind": "customer", "subject": "Kunden ringte"}
    return await dealer.create(seller, "messages", car=str(car), **said)


ACTS = {
    MOVED: booking_moved,
    TRANSFER_RECEIVED: transfer_received,
    WORK_APPROVED: work_approved,
    RECEIVED: message_received,
}


@pytest.mark.parametrize("chosen", CHOSEN, ids=lambda one: one.name)
async def test_a_webhook_and_a_rule_follow_it_from_end_to_end(
    chosen: Event, dealer: Dealer, plan: Plan, receiver: Receiver
) -> None:
    manager = await dealer.person("manager", "499" if chosen is MOVED else "495")
    await subscribe(dealer, receiver.base, chosen)
    made = await notify(dealer, chosen, "manager")
    record = await ACTS[chosen](dealer, plan)
    await dealer.application.dispatcher.drain(dealer.tenant)
    told = [heard.json() for heard in receiver.heard if heard.json()["type"] == chosen.name]
    assert [one["data"]["id"] for one in told] == [str(record)]
    assert told[0]["data"]["collection"] == chosen.collection
    runs = [run for run in await rows(dealer, "rule_runs") if run["rule"] == str(made)]
    assert [(run["event"], run["record"], run["outcome"]) for run in runs] == [(chosen.name, str(record), "done")]
    page = await dealer.application.platform.reading.page(manager, "notifications", Query(limit=500))
    titles = [one["title"] for one in orjson.loads(page.json) if one["event"] == chosen.name]
    assert any(title.startswith("Merk: ") for title in titles)


async def test_a_moved_booking_tells_what_it_was_before(dealer: Dealer, plan: Plan, receiver: Receiver) -> None:
    await subscribe(dealer, receiver.base, MOVED)
    await booking_moved(dealer, plan)
    await dealer.application.dispatcher.drain(dealer.tenant)
    (heard,) = receiver.heard
    was = heard.json()["data"]["was"]
    assert was["starts_at"].startswith(at(plan.day, "08:00").isoformat()[:16])
    assert was["ends_at"].startswith(at(plan.day, "10:00").isoformat()[:16])


async def test_a_webhook_of_a_site_is_told_of_what_its_manager_sees_and_no_more(
    dealer: Dealer, plan: Plan, receiver: Receiver
) -> None:
    """The booking is at 499 for a car of 495: 324 has nothing to do with it."""
    for site in ("499", "495", "324"):
        await subscribe(dealer, receiver.base, MOVED, TRANSFER_RECEIVED, site=site)
    await booking_moved(dealer, plan)
    await transfer_received(dealer, plan)
    await dealer.application.dispatcher.drain(dealer.tenant)
    told = sorted((heard.path, heard.json()["type"]) for heard in receiver.heard)
    assert told == [(f"/{site}", name) for site in ("495", "499") for name in ("booking.moved", "transfer.received")]
    assert {one["webhook"] for one in await rows(dealer, "webhook_deliveries")} != set()


async def test_what_a_listener_may_not_read_is_left_out(dealer: Dealer, plan: Plan) -> None:
    """What a field of the record held before is told to those who read the field."""
    booking = await booking_moved(dealer, plan)
    pipeline = dealer.application.platform.pipeline
    seller, manager = await dealer.person("new_car_sales", "495"), await dealer.person("manager", "499")
    async with acting(pipeline, dealer.tenant, "automation", "test", "", None) as ctx:
        seen = await ctx.look_up("resource_bookings", booking, system="pipeline")
        sellers, managers = await ctx.readable(seen, seller), await ctx.readable(seen, manager)
        stranger = await ctx.readable(seen, await dealer.person("manager", "324"))
    assert "starts_at" in managers
    assert sellers < managers
    assert stranger == frozenset()


async def test_a_moved_booking_reaches_the_bell_by_one_trip_through_the_outbox(dealer: Dealer, plan: Plan) -> None:
    """The event itself is what tells: nothing is put into the outbox for the bell by what follows from it."""
    mechanic = await dealer.person("mechanic", "499")
    booked = await plan.book(await plan.car(), "mechanic", "08:00", "10:00")
    assert booked.record is not None
    await dealer.application.dispatcher.drain(dealer.tenant)
    moved = {"starts_at": at(plan.day, "12:00").isoformat(), "ends_at": at(plan.day, "14:00").isoformat()}
    await dealer.do(await plan.planner(), "resource_bookings", "update", booked.record, **moved)
    rows_before = await outbox(dealer)
    handled = await dealer.application.dispatcher.once(dealer.tenant)
    page = await dealer.application.platform.reading.page(mechanic, "notifications", Query(limit=500))
    bell = [one for one in orjson.loads(page.json) if one["event"] == "booking.moved"]
    assert len(bell) == 1
    assert handled
    asked = {row["event"] for row in await outbox(dealer) if row["id"] not in {one["id"] for one in rows_before}}
    assert asked <= {"outlook.asked"}


async def outbox(dealer: Dealer) -> list[dict[str, Any]]:
    async with dealer.application.platform.database.unit(dispatcher_actor(dealer.tenant), readonly=True) as unit:
        return [
            dict(row) for row in await unit.fetch("SELECT id, event FROM outbox WHERE tenant_id = $1", dealer.tenant)
        ]


async def test_a_rule_about_no_car_refuses_what_needs_one(dealer: Dealer) -> None:
    """A message that is about no car: there is nothing to set a field of."""
    made = await notify(dealer, RECEIVED, "manager", action="set_field", set_field="priority", set_value="high")
    async with acting(dealer.application.platform.pipeline, dealer.tenant, "messenger", "test", "", None) as ctx:
        said = {"channel": "sms", "direction": "in", "receiver_kind": "vendor", "status": "delivered"}
        await ctx.create("messages", {**said, "subject": "Hei"})
    await dealer.application.dispatcher.drain(dealer.tenant)
    (run,) = [one for one in await rows(dealer, "rule_runs") if one["rule"] == str(made)]
    assert (run["outcome"], run["told"]) == ("refused", "Hendelsen gjelder ingen bil.")


async def test_an_event_that_is_not_declared_is_refused(dealer: Dealer) -> None:
    strange = event("car.painted", "cars", bilingual("Lakkert", "Painted"), colour=Kind.STRING)
    async with acting(dealer.application.platform.pipeline, dealer.tenant, "demo", "test", "", None) as ctx:
        car = await ctx.create("cars", {"make": "VW"})
        with pytest.raises(DeclarationError, match=r"car\.painted is not declared"):
            ctx.emit(strange, on=car, colour="red")
        with pytest.raises(DeclarationError, match=r"does not carry \['colour'\]"):
            ctx.emit(WORK_APPROVED, on=car, colour="red")
