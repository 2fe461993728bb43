"""Every declared event comes of a real act: one that nothing emits is not an event."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from directapp.app.spec import load_spec
from directapp.derive.events import carried, events_text
from directapp.domains.cars.handlers import archive_due
from directapp.domains.messages.daily import tell_overdue, tell_tomorrow
from directapp.domains.registry.inspections import remind
from directapp.domains.vehicles.certifications import tell_of_expiry
from directapp.domains.vehicles.reservations import free_what_was_missed
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.clock import OSLO, utc_now
from directapp.services.attachments import Incoming
from directapp.services.intent import Intent
from directapp.services.jobs import acting
from directapp.store.outbox import dispatcher_actor
from support.dealer import Dealer
from support.pages import new_car
from support.plan import Plan, at, lay_plan
from support.post import CONTACT, prepared, sold_car

SPEC = load_spec()


def now(**ago: float) -> str:
    return (utc_now() - timedelta(**ago)).isoformat()


async def sent(content: bytes) -> AsyncIterator[bytes]:
    yield content


class Story:
    """What people of one company do, each thing by somebody who may."""

    def __init__(self, dealer: Dealer, plan: Plan, admin: Actor) -> None:
        self.dealer, self.plan, self.admin = dealer, plan, admin

    async def do(self, collection: str, verb: str, record: UUID | None = None, /, **patch: Any) -> UUID:
        done = await self.dealer.application.platform.pipeline.perform(
            Intent(actor=self.admin, collection=collection, verb=verb, target=record, patch=patch, origin="test")
        )
        assert done.record is not None
        return done.record

    async def set(self, car: UUID, *patches: dict[str, Any]) -> None:
        for patch in patches:
            await self.do("cars", "update", car, **patch)

    async def people(self) -> None:
        await self.do(
            "users",
            "invite",
            email=f"ny.{self.dealer.tenant.hex[-8:]}@example.test",
            first_name="Ny",
            last_name="By",
            roles=["parts"],
        )
        parts = (await self.dealer.person("parts", "495")).user
        await self.dealer.do(self.admin, "users", "send_reset", parts)
        signin = system_actor(self.dealer.tenant, "signin")
        await self.dealer.do(signin, "users", "update", parts, second_factor_at=utc_now().isoformat())
        await self.dealer.do(self.admin, "users", "reset_second_factor", parts, why="Mistet telefonen")

    async def sold_and_delivered(self) -> None:
        car = await sold_car(self.dealer)
        await prepared(self.dealer, car)
        await self.set(car, {"quality_approved": False, "quality_notes": "Ripe", "rework": "technical"})
        await self.set(car, {"technical_started_at": now(minutes=2)}, {"technical_completed_at": now(minutes=1)})
        await self.set(car, {"quality_approved": True}, {"ready_for_pickup": True})
        await self.set(car, {"delivered_to_dealership_at": now()}, {"arrived_dealership_at": now()})
        await self.do("cars", "hand_over", car)

    async def used_and_for_sale(self) -> None:
        values = {"car_type": "used", "make": "VW", "model": "Golf", "license_plate": "EL30001"}
        site = str(self.dealer.sites["490"])
        car = await self.do("cars", "create", **values, vin="WVWZZZCDZMW000901", dealership=site)
        await self.set(
            car, {"appraisal_price": 100000}, {"parts_ordered_seller_at": now()}, {"parts_ordered_prep_at": now()}
        )
        await self.set(car, {"arrived_prep_center_at": now()}, {"inspection_started_at": now()})
        await self.set(car, {"inspection_approved": False, "inspection_remarks": "Lys"}, {"inspection_approved": True})
        accessory = await self.do("car_accessories", "create", car=str(car), name="Krok")
        await self.do("car_accessories", "update", accessory, name="Hengerfeste")
        await self.set(car, {"parts_arrived_seller_at": now()}, {"parts_arrived_prep_at": now()})
        await self.set(car, {"needs_technical": False, "scheduled_cosmetic_start": now()})
        await self.set(car, {"scheduled_cosmetic_start": None}, {"scheduled_cosmetic_start": now()})
        await self.set(
            car, {"cosmetic_started_at": now()}, {"cosmetic_completed_at": now()}, {"quality_approved": True}
        )
        await self.set(car, {"customer_name": "Nora", "customer_phone": "91234567", "reserved_at": now()})

    async def transfers(self) -> None:
        seller, planner = await self.dealer.person("new_car_sales", "495"), await self.dealer.person("planner", "499")
        car = await new_car(self.dealer, seller, 51)
        plate = (await self.dealer.read(seller, "cars", car))["license_plate"]
        sent = await self.dealer.create(seller, "car_transfers", car=str(car), to=str(self.dealer.sites["499"]))
        await self.dealer.do(planner, "car_transfers", "receive", sent, code=plate)
        back = await self.dealer.create(planner, "car_transfers", car=str(car), to=str(self.dealer.sites["495"]))
        await self.dealer.do(await self.dealer.person("manager", "495"), "car_transfers", "refuse", back, note="Feil")
        await self.do("cars", "archive", car, reason="duplicate")

    async def requests(self) -> None:
        asker = await self.dealer.person("used_car_sales", "324")
        owner = await self.dealer.person("used_car_sales", "490")
        bank = {"car_type": "used", "make": "Audi", "model": "A4", "in_vehicle_bank": True, "visibility": "global"}
        for verb, answer in (("accept", {"purpose": "sale"}), ("decline", {"reason": "Solgt"})):
            car = await self.dealer.create(owner, "cars", **bank)
            asked = await self.dealer.create(asker, "car_requests", car=str(car))
            await self.dealer.do(owner, "car_requests", verb, asked, **answer)

    async def workshop(self) -> None:
        car = str(await self.plan.car())
        for patches in (
            ({"eta": "2027-01-01"}, {"sent_at": now()}, {"arrived_at": now()}, {"installed_at": now()}),
            ({"cancelled_at": now()},),
        ):
            order = await self.do("parts_orders", "create", car=car, part_name="Filter", ordered_at=now(days=2))
            for patch in patches:
                await self.do("parts_orders", "update", order, **patch)
        items = [await self.do("work_items", "create", car=car, description=f"Lys {n}", kind="other") for n in "ab"]
        await self.do("work_items", "approve", items[0], price=500)
        await self.do("work_items", "update", items[0], started_at=now())
        await self.do("work_items", "update", items[0], completed_at=now())
        await self.do("work_items", "decline", items[1], reason="Nei")
        await self.do(
            "comments",
            "create",
            None,
            subject_collection="cars",
            subject_id=car,
            text="Se her",
            mentions=[str(self.admin.user)],
        )
        file = Incoming(name="a.txt", chunks=sent(b"hei"))
        kept = await self.dealer.application.attachments.keep(self.admin, file, {}, origin="rest")
        await self.do("car_files", "create", car=car, file=str(kept.record), stage="inspection")
        await self.vendors(car)

    async def vendors(self, car: str) -> None:
        vendor = system_actor(self.dealer.tenant, "vendor")
        item = await self.do("work_items", "create", car=car, description="Glass", kind="glass")
        link = await self.do("vendor_links", "ask", work_item=str(item), vendor_name="Glass AS", email="g@example.test")
        said = {"channel": "sms", "sender": "+4791234567", "provider": "test", "text": "Vi ser på det"}
        for number, sort in enumerate(("answer", "unmatched")):
            await self.dealer.do(vendor, "vendor_links", "hear", link, **said, sort=sort, provider_id=str(number))
        await self.dealer.do(vendor, "vendor_links", "mail_came", link, mail="m1")
        await self.dealer.do(vendor, "vendor_links", "answer", link, answer="price", price=900)

    async def bookings(self) -> None:
        cars = [await self.plan.car() for _ in range(3)]
        await self.set(cars[0], {"needs_cosmetic": False})
        first = (await self.plan.book(cars[0], "mechanic", "08:00", "10:00")).record
        await self.do("resource_bookings", "update", first, starts_at=at(self.plan.day, "09:00").isoformat())
        for verb in ("confirm", "start", "complete"):
            await self.do("resource_bookings", verb, first)
        second = (await self.plan.book(cars[1], "mechanic", "10:00", "11:00")).record
        await self.do("resource_bookings", "cancel", second, reason="Nei")
        long_ago = (await self.plan.book(cars[2], "mechanic", "12:00", "16:00")).record
        await self.dealer.do(self.plan.demo, "resource_bookings", "update", long_ago, no_show_at=now())
        for ahead in range(5):
            day = self.plan.day + timedelta(days=ahead + 7)
            await self.plan.book(await self.plan.car(), "mechanic", "08:00", "16:00", day=day)
        site, kind = str(self.dealer.sites["499"]), str(self.plan.types["mechanical"])
        await self.do("capacity_rules", "create", dealership=site, resource_type=kind, monday=8)
        week = {"first_day": self.plan.day.isoformat(), "last_day": self.plan.day.isoformat()}
        await self.do("plan_proposals", "create", dealership=site, seconds=1, **week)

    async def messages(self) -> None:
        tomorrow = (utc_now().astimezone(OSLO).date() + timedelta(days=1)).isoformat()
        car = await sold_car(self.dealer, 61, delivery_date=tomorrow)
        await self.set(car, {"next_inspection_due": tomorrow})
        await new_car(self.dealer, self.admin, 62, delivery_date="2026-01-05", **CONTACT)
        await self.do("status_links", "share", car=str(car), channel="email")
        pipeline, tenant = self.dealer.application.platform.pipeline, self.dealer.tenant
        async with acting(pipeline, tenant, "messenger", "test", "", None) as ctx:
            values = {"channel": "email", "direction": "out", "receiver_kind": "customer", "status": "sent"}
            sent = await ctx.create("messages", {**values, "car": car, "to": "n@example.test", "subject": "Hei"})
        reporter = system_actor(tenant, "messenger")
        await self.dealer.do(reporter, "messages", "report", sent.id, status="bounced", permanent=True)
        for system, sweep in (
            ("messenger", tell_tomorrow),
            ("messenger", tell_overdue),
            ("registry", remind(30, ("sold", "registered"))),
            ("archiver", archive_due),
        ):
            async with acting(pipeline, tenant, system, "test", "", None) as ctx:
                await sweep(ctx)

    async def fleet(self) -> None:
        leader, driver = await self.dealer.person("fleet_manager", "490"), await self.dealer.person("driver", "490")
        person = {"name": "Sjåfør", "user": str(driver.user), "dealership": str(self.dealer.sites["490"])}
        row = str(await self.do("drivers", "create", **person))
        soon = (utc_now() + timedelta(days=20)).date().isoformat()
        await self.do("certifications", "create", driver=row, kind="licence_b", valid_to=soon)
        for user in (None, str(driver.user)):
            await self.do("drivers", "update", UUID(row), user=user)
        car = await self.do("cars", "create", make="Volvo", vin="WZZTESTXXRX000031", car_type="demo")
        await self.do("cars", "put_in_service", car, number="V1", vehicle_type="van", classification="pool")
        van = await self.dealer.create(leader, "vehicles", number="V2", vehicle_type="van", classification="pool")
        await self.do("vehicles", "activate", van)
        for km in (100, 90):
            await self.do("meter_readings", "create", vehicle=str(van), km=km)
        given = await self.do("assignments", "create", vehicle=str(van), driver=row)
        await self.do("assignments", "submit", given)
        await self.dealer.do(leader, "assignments", "approve", given)
        await self.do("assignments", "hand_out", given)
        await self.do("assignments", "hand_in", given)
        await self.do(
            "reservations",
            "create",
            vehicle=str(van),
            starts_at=now(hours=3),
            ends_at=(utc_now() + timedelta(hours=1)).isoformat(),
        )
        for sweep in (tell_of_expiry, free_what_was_missed):
            async with acting(
                self.dealer.application.platform.pipeline, self.dealer.tenant, "fleet", "test", "", None
            ) as ctx:
                await sweep(ctx)
        program = await self.do("service_programs", "create", name="Service", every_km=500)
        await self.do("service_programs", "apply", program)
        oil = await self.do(
            "maintenance_schedules", "create", vehicle=str(van), name="Olje", every_km=100, counted_from_km=0
        )
        await self.do("meter_readings", "create", vehicle=str(van), km=150)
        await self.dealer.application.dispatcher.drain(self.dealer.tenant)
        await self.do("maintenance_schedules", "done", oil)
        await self.repaired(leader, van)
        await self.do("vehicles", "send_to_workshop", van)
        await self.do("vehicles", "take_out", van, reason="Bremser")
        await self.do("vehicles", "phase_out", van)
        await self.do("vehicles", "to_stock", van, dealership=str(self.dealer.sites["490"]))

    async def repaired(self, leader: Actor, van: UUID) -> None:
        hand = {"technician": str(leader.user), "start": now(), "end": now(hours=-2)}
        order = await self.do("work_orders", "create", title="Bremser", vehicle=str(van), priority="critical")
        steps: tuple[tuple[str, dict[str, Any]], ...] = (
            ("open", {}),
            ("submit", {"estimate": 0}),
            ("assign", hand),
            ("start", {}),
            ("submit", {"estimate": 10}),
            ("reject", {"reason": "For dyrt"}),
            ("submit", {"estimate": 0}),
            ("start", {}),
            ("complete", {"km": 160}),
            ("reopen", {"reason": "Piper"}),
            ("complete", {"km": 161}),
        )
        for verb, values in steps:
            await self.do("work_orders", verb, order, **values)
        await self.dealer.do(await self.dealer.person("manager", "490"), "work_orders", "release", order)
        other = await self.do("work_orders", "create", title="Lys", vehicle=str(van))
        await self.do("work_orders", "cancel", other, reason="Feil bil")

    async def automation(self) -> None:
        values = {"name": "Alt", "url": "https://example.test/", "events": ["comment.written"]}
        await self.do("webhooks", "subscribe", **values)
        rule = {"event": "comment.written", "action": "notify", "notify_role": "manager", "message": "Hei"}
        made = await self.do("workflow_rules", "create", name="Regel", **rule)
        await self.do("workflow_rules", "dry_run", made)
        await self.dealer.application.dispatcher.drain(self.dealer.tenant)
        await self.do("workflow_rules", "switch_on", made)
        await self.do("enrichment_runs", "run_now")


async def emitted(dealer: Dealer) -> dict[str, list[dict[str, Any]]]:
    """Return the payloads of what stands in the outbox, by event."""
    async with dealer.application.platform.database.unit(dispatcher_actor(dealer.tenant), readonly=True) as unit:
        rows = await unit.fetch("SELECT event, payload FROM outbox WHERE tenant_id = $1", dealer.tenant)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        payload = row["payload"] if isinstance(row["payload"], dict) else orjson.loads(row["payload"])
        found.setdefault(row["event"], []).append(payload)
    return found


@pytest.fixture
async def story(dealer: Dealer) -> Story:
    return Story(dealer, await lay_plan(dealer), await dealer.person("tenant_admin"))


async def test_every_declared_event_comes_of_an_act_and_carries_what_it_declares(story: Story) -> None:
    for part in (
        story.automation,
        story.people,
        story.sold_and_delivered,
        story.used_and_for_sale,
        story.transfers,
        story.requests,
        story.workshop,
        story.bookings,
        story.messages,
        story.fleet,
    ):
        await part()
    await story.dealer.application.dispatcher.drain(story.dealer.tenant)
    found = await emitted(story.dealer)
    assert set(SPEC.events) - set(found) == set()
    for name, payloads in found.items():
        event = SPEC.events.get(name)
        if event is None:
            continue
        known = carried(SPEC, event)
        for payload in payloads:
            flat = {n for n in payload if n not in {"was", "depth"}} | {f"was.{n}" for n in payload.get("was") or ()}
            assert flat <= set(known), name


def test_the_registry_names_every_event_once_with_what_it_carries() -> None:
    lines = [line for line in events_text(SPEC).splitlines() if not line.startswith(("#", " "))]
    assert [line.split(" · ")[0] for line in lines] == list(SPEC.events)
    assert carried(SPEC, SPEC.events["booking.moved"]).keys() >= {
        "was.person",
        "was.starts_at",
        "from",
        "to",
        "version",
    }
