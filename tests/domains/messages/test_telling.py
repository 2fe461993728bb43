"""Every event of the table is told to those it concerns, once, and not to the one who did it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from directapp.domains.messages.catalogue import NOTICES
from directapp.domains.messages.telling import Told, tell
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.clock import utc_now
from directapp.kernel.errors import InvalidError
from directapp.kernel.ids import uuid7
from directapp.services.command import CommandContext
from directapp.services.jobs import acting
from directapp.services.seen import Seen
from directapp.store.outbox import dispatcher_actor
from support.dealer import Dealer
from support.pages import new_car
from support.post import SELLER, logged, prepared, rows, sold_car, told


async def people(dealer: Dealer, *roles: tuple[str, str]) -> list[Actor]:
    return [await dealer.person(*role) for role in roles]


async def test_a_new_order_is_told_to_parts_at_the_selling_site_alone(dealer: Dealer) -> None:
    here, prep, other = await people(dealer, ("parts", "495"), ("parts", "499"), ("parts", "324"))
    seller = await dealer.person(*SELLER)
    await new_car(dealer, seller, 1)
    assert await told(dealer, here) == ["order.new"]
    assert await told(dealer, prep) == await told(dealer, other) == await told(dealer, seller) == []


async def test_ordered_parts_are_told_to_parts_at_the_prep_centre(dealer: Dealer) -> None:
    here, prep = await people(dealer, ("parts", "495"), ("parts", "499"))
    car = await new_car(dealer, await dealer.person(*SELLER), 1)
    await dealer.do(here, "cars", "update", car, parts_ordered_seller_at=utc_now().isoformat())
    assert await told(dealer, prep) == ["parts.ordered"]
    assert await told(dealer, here) == ["order.new"]


async def test_changed_accessories_are_told_to_both_with_the_difference(dealer: Dealer) -> None:
    here, prep = await people(dealer, ("parts", "495"), ("parts", "499"))
    seller = await dealer.person(*SELLER)
    car = await new_car(dealer, seller, 1)
    item = await dealer.create(seller, "car_accessories", car=str(car), name="Hengerfeste", quantity=1)
    await dealer.do(here, "cars", "update", car, parts_ordered_seller_at=utc_now().isoformat())
    await dealer.do(seller, "car_accessories", "update", item, quantity=2)
    for person in (here, prep):
        assert "accessories.changed" in await told(dealer, person)
        (note,) = await rows(dealer, person, "notifications", event="accessories.changed")
        assert "Hengerfeste: Antall: 1 → 2" in note["body"]
        assert (note["subject_collection"], note["subject_id"]) == ("car_accessories", str(item))
        assert note["priority"] == "high"


async def test_arrived_parts_are_told_to_the_mechanic_and_the_planner(dealer: Dealer) -> None:
    mechanic, planner, parts = await people(dealer, ("mechanic", "499"), ("planner", "499"), ("parts", "499"))
    car = await new_car(dealer, await dealer.person(*SELLER), 1)
    await dealer.do(planner, "cars", "update", car, assigned_mechanic=str(mechanic.user))
    await dealer.do(parts, "cars", "update", car, parts_ordered_prep_at=utc_now().isoformat())
    await dealer.do(parts, "cars", "update", car, parts_arrived_prep_at=utc_now().isoformat())
    assert await told(dealer, mechanic) == ["parts.arrived"]
    assert await told(dealer, planner) == ["parts.arrived"]
    assert await told(dealer, parts) == []


async def test_arrival_inspection_work_and_readiness_are_told_on_the_way(dealer: Dealer) -> None:
    planner = await dealer.person("planner", "499")
    reception = await dealer.person("reception", "499")
    seller = await dealer.person(*SELLER)
    car = await sold_car(dealer)
    await prepared(dealer, car)
    await dealer.do(reception, "cars", "update", car, quality_approved=True)
    expected = ["arrival.prep", "delivery.ready", "inspection.approved", "work.completed"]
    assert sorted(await told(dealer, seller)) == expected
    expected = ["inspection.approved", "plan.ready", "work.cosmetic", "work.technical"]
    assert sorted(await told(dealer, planner)) == expected


async def test_remarks_are_listed(dealer: Dealer) -> None:
    reception, seller = await dealer.person("reception", "499"), await dealer.person(*SELLER)
    car = await new_car(dealer, seller, 1)
    for values in (
        {"arrived_prep_center_at": utc_now().isoformat()},
        {"inspection_started_at": utc_now().isoformat(), "inspection_remarks": "Ripe i venstre bakdør"},
        {"inspection_approved": True},
    ):
        await dealer.do(reception, "cars", "update", car, **values)
    assert sorted(await told(dealer, seller)) == ["arrival.prep", "inspection.remarks"]
    (note,) = await rows(dealer, seller, "notifications", event="inspection.remarks")
    assert note["body"] == "Merknader: Ripe i venstre bakdør"


async def test_a_failed_inspection_and_a_failed_quality_check_reach_those_who_act(dealer: Dealer) -> None:
    reception, seller = await dealer.person("reception", "499"), await dealer.person(*SELLER)
    failed = await new_car(dealer, seller, 1)
    for values in (
        {"arrived_prep_center_at": utc_now().isoformat()},
        {"inspection_started_at": utc_now().isoformat(), "inspection_remarks": "Bulk i panseret"},
        {"inspection_approved": False},
    ):
        await dealer.do(reception, "cars", "update", failed, **values)
    assert sorted(await told(dealer, seller)) == ["arrival.prep", "inspection.failed"]
    car = await new_car(dealer, seller, 2)
    await prepared(dealer, car)
    before = {
        role: await told(dealer, await dealer.person(role, "499")) for role in ("mechanic", "detailer", "planner")
    }
    patch = {"quality_approved": False, "quality_notes": "Støv i kupeen", "rework": "cosmetic"}
    await dealer.do(reception, "cars", "update", car, **patch)
    new = {r: (await told(dealer, await dealer.person(r, "499")))[len(before[r]) :] for r in before}
    assert new == {"mechanic": [], "detailer": ["quality.failed"], "planner": ["quality.failed"]}


async def test_a_transfer_is_told_at_both_sites_when_sent_and_when_received(dealer: Dealer) -> None:
    seller, planner = await dealer.person(*SELLER), await dealer.person("planner", "499")
    leader, there = await dealer.person("sales_manager", "495"), await dealer.person("reception", "499")
    car = await new_car(dealer, seller, 1)
    sent = await dealer.create(seller, "car_transfers", car=str(car), to=str(dealer.sites["499"]))
    assert await told(dealer, leader) == await told(dealer, there) == ["transfer.sent"]
    assert await told(dealer, seller) == []
    plate = (await dealer.read(seller, "cars", car))["license_plate"]
    await dealer.do(planner, "car_transfers", "receive", sent, code=plate)
    assert "transfer.received" in await told(dealer, leader)
    assert "transfer.received" in await told(dealer, seller)
    second = await dealer.create(planner, "car_transfers", car=str(car), to=str(dealer.sites["495"]))
    await dealer.do(leader, "car_transfers", "refuse", second, note="Feil bil")
    assert "transfer.refused" in await told(dealer, there)


async def test_delivery_is_told_to_the_manager_of_the_selling_site(dealer: Dealer) -> None:
    manager, elsewhere = await dealer.person("manager", "495"), await dealer.person("manager", "324")
    seller, reception = await dealer.person(*SELLER), await dealer.person("reception", "499")
    car = await sold_car(dealer)
    await prepared(dealer, car)
    await dealer.do(reception, "cars", "update", car, quality_approved=True)
    await dealer.do(seller, "cars", "update", car, delivered_to_customer_at=utc_now().isoformat())
    assert "delivery.done" in await told(dealer, manager)
    assert await told(dealer, elsewhere) == []


async def test_a_mention_is_told_in_its_words_to_those_who_have_to_do_with_the_car(dealer: Dealer) -> None:
    seller, planner = await dealer.person(*SELLER), await dealer.person("planner", "499")
    # Sees it in the vehicle bank, and has no part in it.
    stranger = await dealer.person("new_car_sales", "324")
    car = await new_car(dealer, seller, 1)
    admin = await dealer.person("tenant_admin")
    await dealer.do(admin, "cars", "update", car, in_vehicle_bank=True, visibility="global")
    names = [str(planner.user), str(stranger.user), str(seller.user)]
    await dealer.create(seller, "comments", car=str(car), text="Kan du se på denne?", mentions=names)
    assert await told(dealer, planner) == await told(dealer, stranger) == ["comment.mention"]
    assert await told(dealer, seller) == []
    assert (await rows(dealer, planner, "notifications"))[0]["body"] == "Kan du se på denne?"
    (theirs,) = await rows(dealer, stranger, "notifications")
    assert (theirs["car"], theirs["subject_id"]) == (None, None)
    assert theirs["title"].endswith("nevnte deg: en bil")
    assert theirs["body"] == "Bilen hører til et annet anlegg."
    assert "ID.4" not in str(theirs)


async def test_who_does_not_see_a_car_is_not_mentioned_about_it(dealer: Dealer) -> None:
    """As nobody is: whoever names people learns nothing of them, and they nothing of the car."""
    seller, planner = await dealer.person(*SELLER), await dealer.person("planner", "499")
    stranger, mechanic = await dealer.person("parts", "324"), await dealer.person("mechanic", "499")
    car = await new_car(dealer, seller, 1)
    answers = []
    for name in (stranger.user, uuid7()):
        with pytest.raises(InvalidError) as refused:
            await dealer.create(seller, "comments", car=str(car), text="Hei", mentions=[str(planner.user), str(name)])
        answers.append([(p.field, p.message) for p in refused.value.problems])
    assert answers[0] == answers[1]
    assert [field for field, _ in answers[0]] == ["mentions"]
    comment = await dealer.create(seller, "comments", car=str(car), text="Hei", mentions=[str(planner.user)])
    with pytest.raises(InvalidError):
        await dealer.do(seller, "comments", "update", comment, mentions=[str(planner.user), str(stranger.user)])
    assert await told(dealer, planner) == ["comment.mention"]
    assert await told(dealer, stranger) == await told(dealer, mechanic) == []


async def test_deactivated_people_are_told_nothing(dealer: Dealer) -> None:
    parts, manager = await dealer.person("parts", "495"), await dealer.person("manager", "495")
    assert parts.user
    await dealer.do(manager, "users", "deactivate", parts.user)
    await new_car(dealer, await dealer.person(*SELLER), 1)
    assert await told(dealer, parts) == []


async def test_the_same_thing_is_told_once(dealer: Dealer) -> None:
    parts, seller = await dealer.person("parts", "495"), await dealer.person(*SELLER)
    car = await new_car(dealer, seller, 1)
    assert await told(dealer, parts) == ["order.new"]
    for _ in range(2):
        async with acting(dealer.application.platform.pipeline, dealer.tenant, "workflow", "again", "cars", car) as ctx:
            people = await ctx.find("users", {"id": parts.user}, system="pipeline")
            await tell(ctx, Told(event="work.completed", car=ctx.seen, key="the same"), people)
    assert await told(dealer, parts) == ["order.new", "work.completed"]
    assert len(await logged(dealer, car, channel="in_app", event="work.completed")) == 1


async def test_only_the_receiver_sees_and_marks(dealer: Dealer) -> None:
    parts, colleague = await dealer.person("parts", "495"), await dealer.person("tenant_admin", "495")
    for number in (1, 2):
        await new_car(dealer, await dealer.person(*SELLER), number)
    await told(dealer, parts)
    assert await rows(dealer, colleague, "notifications") == []
    first, second = await rows(dealer, parts, "notifications")
    answer = await dealer.do(parts, "notifications", "mark_read", UUID(first["id"]))
    # What a write answers with is told in words too.
    assert orjson.loads(answer.json)["title"] == first["title"]
    assert [n["read_at"] is None for n in await rows(dealer, parts, "notifications")] == [False, True]
    await dealer.do(parts, "notifications", "mark_all_read")
    assert all(n["read_at"] for n in await rows(dealer, parts, "notifications"))
    await dealer.do(parts, "notifications", "mark_unread", UUID(second["id"]))
    assert (await rows(dealer, parts, "notifications"))[1]["read_at"] is None


async def test_planning_is_told_to_the_worker_and_the_seller(dealer: Dealer) -> None:
    """The bookings' own tests make real ones; here their events are all that matters."""
    mechanic, seller = await dealer.person("mechanic", "499"), await dealer.person(*SELLER)
    car = await new_car(dealer, seller, 1)
    await told(dealer, seller)
    starts = utc_now() + timedelta(days=1)
    for event in ("booking.created", "booking.moved", "booking.cancelled"):
        await _react(dealer, event, car=car, person=mechanic.user, starts_at=starts, provider=dealer.sites["499"])
    assert await told(dealer, mechanic) == ["booking.created", "booking.moved", "booking.cancelled"]
    assert (await told(dealer, seller))[-3:] == ["booking.created", "booking.moved", "booking.cancelled"]


async def test_a_moved_booking_is_told_to_those_whom_it_concerns(dealer: Dealer) -> None:
    """Its end alone; another person at the same time; another person at another time."""
    mechanic, other = await dealer.person("mechanic", "499"), await dealer.person("detailer", "499")
    seller = await dealer.person(*SELLER)
    car = await new_car(dealer, seller, 1)
    starts = datetime(2026, 12, 1, 12, tzinfo=UTC)
    row = {
        "car": car,
        "person": mechanic.user,
        "provider": dealer.sites["499"],
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=2),
    }
    was = {"person": str(mechanic.user), "starts_at": starts.isoformat(), "ends_at": row["ends_at"].isoformat()}
    await _react(dealer, "booking.moved", {"was": was}, **row | {"ends_at": starts + timedelta(hours=3)})
    for person in (mechanic, seller):
        (note,) = await rows(dealer, person, "notifications", event="booking.moved")
        assert "kl. 13.00–16.00" in note["body"]
    await _react(dealer, "booking.moved", {"was": was}, **row | {"person": other.user})
    assert (await told(dealer, other))[-1:] == ["booking.created"]
    assert (await told(dealer, mechanic))[-1:] == ["booking.taken"]
    assert (await told(dealer, seller)).count("booking.moved") == 1
    later = {"person": other.user, "starts_at": starts + timedelta(days=1), "ends_at": starts + timedelta(days=1)}
    await _react(dealer, "booking.moved", {"was": was}, **row | later)
    assert (await told(dealer, mechanic)).count("booking.taken") == 2
    assert (await told(dealer, seller)).count("booking.moved") == 2
    (last,) = (await rows(dealer, mechanic, "notifications", event="booking.taken"))[-1:]
    assert "tir. 1. des. kl. 13.00–15.00" in last["body"]


async def test_a_full_time_bank_is_told_to_the_planner_once_and_names_the_person(dealer: Dealer) -> None:
    planner, mechanic = await dealer.person("planner", "499"), await dealer.person("mechanic", "499")
    for week in ("2026-11-30", "2026-11-30", "2026-12-07"):
        params = {"person": str(mechanic.user), "week": week}
        await _react(dealer, "timebank.full", params, provider=dealer.sites["499"], starts_at=utc_now())
    assert await told(dealer, planner) == ["timebank.full", "timebank.full"]
    name = (await dealer.read(planner, "users", mechanic.user))["first_name"]
    notes = await rows(dealer, planner, "notifications")
    assert all(name in note["title"] for note in notes)
    assert ["uke 49" in note["body"] for note in notes] == [True, False]


FACTS = {
    "parts before approval": (
        ({"parts_ordered_prep_at": 0}, {"parts_arrived_prep_at": 0}, {"inspection_approved": True}),
        {"parts.ordered", "parts.arrived", "parts.all_arrived", "inspection.approved", "car.ready_to_plan"},
    ),
    "ready through the last part": (
        ({"parts_ordered_prep_at": 0}, {"inspection_approved": True}, {"parts_arrived_prep_at": 0}),
        {"parts.ordered", "parts.all_arrived", "inspection.approved", "car.ready_to_plan"},
    ),
    "ready through the part that was cancelled": (
        ({"parts_ordered_prep_at": 0}, {"inspection_approved": True}, {"parts_ordered_prep_at": None}),
        {"parts.ordered", "inspection.approved", "car.ready_to_plan"},
    ),
    "sold before ready": (({"customer_name": "Nora", "customer_phone": "91234567", "sold_at": 0},), {"car.sold"}),
    "approved and then failed": (
        ({"inspection_approved": True}, {"inspection_approved": False, "inspection_remarks": "Bulk"}),
        {"inspection.approved", "inspection.failed"},
    ),
}


@pytest.mark.parametrize("name", FACTS)
async def test_every_fact_is_told_of_once_whichever_step_brings_it(dealer: Dealer, name: str) -> None:
    writes, expected = FACTS[name]
    admin, car = await dealer.person("tenant_admin"), await new_car(dealer, await dealer.person(*SELLER), 1)
    now = (utc_now() - timedelta(minutes=1)).isoformat()
    for values in ({"arrived_prep_center_at": now}, {"inspection_started_at": now}, *writes):
        filled = {field: now if value == 0 and value is not False else value for field, value in values.items()}
        await dealer.do(admin, "cars", "update", car, **filled)
    async with dealer.application.platform.database.unit(dispatcher_actor(dealer.tenant), readonly=True) as unit:
        heard = await unit.fetch("SELECT event FROM outbox WHERE tenant_id = $1 AND record = $2", dealer.tenant, car)
    events = [row["event"] for row in heard]
    assert {event: events.count(event) for event in expected} == dict.fromkeys(expected, 1)


async def test_a_notice_says_what_was_so_when_it_happened(dealer: Dealer) -> None:
    """What was sent back is started again before anybody is told: the notice still says what was sent back."""
    reception, mechanic = await dealer.person("reception", "499"), await dealer.person("mechanic", "499")
    car = await new_car(dealer, await dealer.person(*SELLER), 1)
    await prepared(dealer, car)
    await told(dealer, mechanic)
    failed = {"quality_approved": False, "quality_notes": "Støy foran", "rework": "technical"}
    await dealer.do(reception, "cars", "update", car, **failed)
    await dealer.do(mechanic, "cars", "update", car, technical_started_at=utc_now().isoformat())
    await dealer.do(reception, "cars", "update", car, quality_notes="Noe annet")
    await told(dealer, mechanic)
    (note,) = await rows(dealer, mechanic, "notifications", event="quality.failed")
    assert note["body"] == "Må gjøres om: teknisk. Støy foran"


async def _react(dealer: Dealer, event: str, params: dict[str, Any] | None = None, **row: object) -> None:
    async with dealer.application.platform.database.unit(system_actor(dealer.tenant, "demo")) as unit:
        sql = "INSERT INTO resource_bookings (tenant_id, id, car, status) VALUES ($1, $1, $2, 'scheduled')"
        await unit.value(f"{sql} ON CONFLICT (tenant_id, id) DO NOTHING", dealer.tenant, row.get("car"))
    for handler in dealer.application.dispatcher._handlers[event]:
        if "messages" not in handler.__module__:
            continue
        async with acting(dealer.application.platform.pipeline, dealer.tenant, "workflow", event, "", None) as ctx:
            booking: CommandContext = ctx
            booking.seen = Seen("resource_bookings", dealer.tenant, row)
            booking.params = params or {}
            await handler(booking)


async def test_what_everybody_is_told_is_in_the_catalogue_and_in_the_language_they_read_now(dealer: Dealer) -> None:
    seller, parts = await dealer.person(*SELLER), await dealer.person("parts", "495")
    await new_car(dealer, seller, 1)
    await told(dealer, parts)
    (note,) = await rows(dealer, parts, "notifications")
    assert note["title"].startswith("Ny ordre: EL 20001")
    (note,) = await rows(dealer, replace(parts, language="en"), "notifications")
    assert note["title"].startswith("New order: EL 20001")
    assert note["event"] in NOTICES
