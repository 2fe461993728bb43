"""Webhooks and rules on the real application: what follows from events, tried before, guarded against circles."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from directapp.app.container import Application
from directapp.connectors.svix import verify
from directapp.domains.automation.catalogue import DEEPEST
from directapp.domains.workshop.events import WORK_APPROVED
from directapp.kernel.clock import utc_now
from directapp.kernel.errors import ConflictError, DirectAppError, ForbiddenError, InvalidError, StaleError
from directapp.services.command import CommandContext
from directapp.services.intent import Intent
from directapp.services.jobs import acting
from directapp.store.query import Query
from support.dealer import Dealer, Time
from support.fakes.server import Fake, Heard, Reply, as_text


class Receiver(Fake):
    async def answer(self, _: Heard) -> Reply:
        return as_text("ok")


@pytest.fixture
async def receiver(application: Application, time: Time) -> AsyncIterator[Receiver]:
    """Give another system, which the application may reach although it is on this machine."""
    application.guarded.private = True
    async with Receiver() as receiver:
        yield receiver
    application.guarded.private = False
    time.ahead = timedelta()


@pytest.fixture
def moving(time: Time) -> Iterator[Time]:
    yield time
    time.ahead = timedelta()


async def rows(dealer: Dealer, collection: str, role: str = "tenant_admin") -> list[dict[str, Any]]:
    page = await dealer.application.platform.reading.page(await dealer.person(role), collection, Query())
    found: list[dict[str, Any]] = orjson.loads(page.json)
    return found


async def subscribe(dealer: Dealer, url: str, *events: str) -> tuple[UUID, str]:
    admin = await dealer.person("tenant_admin")
    answer = await dealer.do(admin, "webhooks", "subscribe", name="Regnskap", url=url, events=list(events))
    assert answer.record is not None
    return answer.record, answer.shown_once["secret"]


async def car(dealer: Dealer, **more: Any) -> UUID:
    seller = await dealer.person("new_car_sales", "490")
    return await dealer.create(seller, "cars", **{"make": "Audi", "model": "Q4", "car_type": "new", **more})


async def identify(dealer: Dealer, record: UUID, vin: str) -> None:
    await dealer.do(await dealer.person("tenant_admin"), "cars", "update", record, vin=vin)


async def rule(dealer: Dealer, **values: Any) -> UUID:
    """Make a rule, try it and switch it on."""
    admin = await dealer.person("tenant_admin")
    given = {"name": "Regel", "event": "car.identified", "action": "set_field", **values}
    if given["action"] == "set_field":
        given = {"set_field": "priority", "set_value": "high"} | given
    made = await dealer.create(admin, "workflow_rules", **given)
    await dealer.do(admin, "workflow_rules", "dry_run", made)
    await dealer.application.dispatcher.drain(dealer.tenant)
    await dealer.do(admin, "workflow_rules", "switch_on", made)
    return made


# -- webhooks -----------------------------------------------------------------------------------------


async def test_a_subscriber_is_told_of_its_events_signed_and_once(dealer: Dealer, receiver: Receiver) -> None:
    _, secret = await subscribe(dealer, receiver.base, "car.identified")
    record = await car(dealer)
    await identify(dealer, record, "WAUZZZF49MA000101")
    await dealer.application.dispatcher.drain(dealer.tenant)
    (heard,) = receiver.heard
    (delivery,) = await rows(dealer, "webhook_deliveries")
    assert verify(heard.headers, heard.body, secrets=[secret], now=utc_now()) == f"msg_{UUID(delivery['id']).hex}"
    told = heard.json()
    assert (told["type"], told["data"]) == (
        "car.identified",
        {"collection": "cars", "id": str(record), "from": "draft", "to": "draft"},
    )
    assert (delivery["outcome"], delivery["answer"], delivery["attempts"]) == ("delivered", 200, 1)


async def test_the_secret_is_shown_once_and_never_read_back(dealer: Dealer, receiver: Receiver) -> None:
    webhook, secret = await subscribe(dealer, receiver.base, "car.sold")
    admin = await dealer.person("tenant_admin")
    assert secret.startswith("whsec_")
    assert secret not in orjson.dumps(await dealer.read(admin, "webhooks", webhook)).decode()
    history = await dealer.application.platform.reading.history(admin, "webhooks", webhook)
    assert secret not in str(history)
    renewed = (await dealer.do(admin, "webhooks", "renew", webhook)).shown_once["secret"]
    assert renewed != secret
    await dealer.do(admin, "webhooks", "ping", webhook)
    await dealer.application.dispatcher.drain(dealer.tenant)
    verify(receiver.heard[0].headers, receiver.heard[0].body, secrets=[renewed], now=utc_now())


async def test_what_fails_is_tried_again_with_the_same_id_and_can_be_sent_again_by_hand(
    dealer: Dealer, receiver: Receiver, moving: Time
) -> None:
    webhook, _ = await subscribe(dealer, receiver.base, "car.sold")
    admin = await dealer.person("tenant_admin")
    receiver.then(as_text("no", 500), as_text("later", 429, retry_after="60"))
    await dealer.do(admin, "webhooks", "ping", webhook)
    for _ in range(3):
        await dealer.application.dispatcher.drain(dealer.tenant)
        moving.ahead += timedelta(minutes=5)
    (delivery,) = await rows(dealer, "webhook_deliveries")
    assert (delivery["outcome"], delivery["attempts"], delivery["error"]) == ("delivered", 3, None)
    await dealer.do(admin, "webhook_deliveries", "replay", UUID(delivery["id"]))
    await dealer.application.dispatcher.drain(dealer.tenant)
    assert len({heard.headers["webhook-id"] for heard in receiver.heard}) == 1
    assert len(receiver.heard) == 4


async def test_a_receiver_that_is_gone_is_told_no_more(dealer: Dealer, receiver: Receiver) -> None:
    webhook, _ = await subscribe(dealer, receiver.base, "car.identified")
    admin = await dealer.person("tenant_admin")
    receiver.then(as_text("gone", 410))
    await dealer.do(admin, "webhooks", "ping", webhook)
    await dealer.application.dispatcher.drain(dealer.tenant)
    row = await dealer.read(admin, "webhooks", webhook)
    assert (row["active"], row["stopped_because"]) == (False, "gone")
    await identify(dealer, await car(dealer), "WAUZZZF49MA000102")
    await dealer.application.dispatcher.drain(dealer.tenant)
    assert len(receiver.heard) == 1
    await dealer.do(admin, "webhooks", "update", webhook, active=True)
    assert (await dealer.read(admin, "webhooks", webhook))["stopped_because"] is None


async def test_an_address_in_our_own_network_is_refused_and_the_reason_stands_in_the_log(dealer: Dealer) -> None:
    webhook, _ = await subscribe(dealer, "https://127.0.0.1:9/", "car.sold")
    admin = await dealer.person("tenant_admin")
    await dealer.do(admin, "webhooks", "ping", webhook)
    await dealer.application.dispatcher.drain(dealer.tenant)
    (delivery,) = await rows(dealer, "webhook_deliveries")
    assert (delivery["outcome"], delivery["error"]) == (
        "failed",
        "Adressen fører inn i et privat nett.",
    )
    assert [letter["job"] for letter in await rows(dealer, "failed_jobs")] == ["webhook.deliver"]
    for bad in ("ftp://example.com", "https://user:secret@example.com", "https://", "nonsense"):
        with pytest.raises(InvalidError):
            await dealer.do(admin, "webhooks", "update", webhook, url=bad)


async def test_a_manager_reads_and_a_planner_does_not_even_that(dealer: Dealer, receiver: Receiver) -> None:
    webhook, _ = await subscribe(dealer, receiver.base, "car.sold")
    made = await rule(dealer)
    manager, planner = await dealer.person("manager"), await dealer.person("planner")
    assert [row["id"] for row in await rows(dealer, "webhooks", "manager")] == [str(webhook)]
    for collection, verb, record in (("webhooks", "renew", webhook), ("workflow_rules", "switch_off", made)):
        with pytest.raises(DirectAppError):
            await dealer.do(manager, collection, verb, record)
        with pytest.raises(DirectAppError):
            await dealer.read(planner, collection, record)


# -- rules --------------------------------------------------------------------------------------------


async def test_a_rule_is_tried_on_last_month_before_it_is_switched_on(dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin")
    for number, make in enumerate(("Audi", "Audi", "Volkswagen")):
        await identify(
            dealer, await car(dealer, make=make, license_plate=f"EL1000{number}"), f"WAUZZZF49MA00020{number}"
        )
    await dealer.application.dispatcher.drain(dealer.tenant)
    values = {"event": "car.identified", "action": "set_field", "set_field": "priority", "set_value": "high"}
    made = await dealer.create(admin, "workflow_rules", name="Audi først", conditions="make = Audi", **values)
    with pytest.raises(ConflictError):
        await dealer.do(admin, "workflow_rules", "switch_on", made)
    await dealer.do(admin, "workflow_rules", "dry_run", made)
    await dealer.application.dispatcher.drain(dealer.tenant)
    row = await dealer.read(admin, "workflow_rules", made)
    assert (row["tried_events"], row["tried_hits"], row["active"]) == (3, 2, False)
    assert row["tried_told"].count("Audi Q4 EL1000") == 2
    assert {car["priority"] for car in await rows(dealer, "cars")} == {"normal"}
    await dealer.do(admin, "workflow_rules", "switch_on", made)
    with pytest.raises(InvalidError) as refused:
        await dealer.do(admin, "workflow_rules", "update", made, conditions="make = Audi\ndette_finnes_ikke = 4")
    assert "Line 2: no field “dette_finnes_ikke”" in refused.value.problems[0].message.english
    await dealer.do(admin, "workflow_rules", "update", made, conditions="make = Audi\nForventet ankomst er tom")
    row = await dealer.read(admin, "workflow_rules", made)
    assert (row["active"], row["tried_at"]) == (False, None)


async def test_references_are_told_by_name_or_number_and_nonsense_is_refused(dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin")
    name = (await dealer.read(admin, "dealerships", dealer.sites["490"]))["name"]
    for number, said in enumerate(("490", name, str(dealer.sites["490"]), name.upper())):
        made = await rule(dealer, name=said[:40], conditions=f"Anlegg = {said}", set_value="low")
        other = await rule(dealer, name="Andre", conditions=f"Anlegg er ikke {said}", set_value="urgent")
        record = await car(dealer)
        await identify(dealer, record, f"WAUZZZF49MA00058{number}")
        await dealer.application.dispatcher.drain(dealer.tenant)
        assert (await dealer.read(admin, "cars", record))["priority"] == "low"
        for one in (made, other):
            await dealer.do(admin, "workflow_rules", "switch_off", one)
    values = {"event": "car.identified", "action": "set_field", "set_field": "priority", "set_value": "high"}
    made = await dealer.create(admin, "workflow_rules", name="Tull", conditions="Anlegg = 4999", **values)
    with pytest.raises(InvalidError) as refused:
        await dealer.do(admin, "workflow_rules", "dry_run", made)
    assert "Line 1: “4999” was not found" in refused.value.problems[0].message.english
    for wrong in ("Salgspris > mye", "Forventet ankomst = tull", "Prioritet = Middels"):
        with pytest.raises(InvalidError):
            await dealer.create(admin, "workflow_rules", name="Tull", conditions=wrong, **values)
    with pytest.raises(InvalidError) as refused:
        await dealer.create(admin, "workflow_rules", name="Tull", **values | {"set_value": "nonsense"})
    assert refused.value.problems[0].field == "set_value"


async def test_a_webhook_that_plays_ping_pong_is_stopped_after_ten_rounds_and_told(
    dealer: Dealer, receiver: Receiver
) -> None:
    """The receiver changes the car again whenever it hears of it."""
    webhook, _ = await subscribe(dealer, receiver.base, "car.identified")
    admin, record, other = await dealer.person("tenant_admin"), await car(dealer), await car(dealer)
    for turn in range(12):
        await identify(dealer, record, f"WAUZZZF49MA0007{turn:02d}")
        await dealer.application.dispatcher.drain(dealer.tenant)
    assert len(receiver.heard) == 10
    row = await dealer.read(admin, "webhooks", webhook)
    assert (row["active"], row["stopped_because"]) == (False, "circle")
    (note,) = [one for one in await rows(dealer, "notifications") if one["event"] == "webhooks.stopped"]
    assert "Regnskap" in note["title"]
    assert (note["subject_collection"], note["subject_id"]) == ("webhooks", str(webhook))
    (failed,) = [one for one in await rows(dealer, "webhook_deliveries") if one["outcome"] == "failed"]
    assert "10 ganger" in failed["error"]
    await dealer.do(admin, "webhooks", "update", webhook, active=True)
    await identify(dealer, other, "WAUZZZF49MA000799")
    await dealer.application.dispatcher.drain(dealer.tenant)
    assert len(receiver.heard) == 11


async def test_a_trial_judges_each_event_on_the_record_as_it_was_then(dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin")
    turned, kept = await car(dealer, license_plate="EL10010"), await car(dealer, license_plate="EL10011")
    for number, record in enumerate((turned, kept)):
        await identify(dealer, record, f"WAUZZZF49MA00021{number}")
    await dealer.do(admin, "cars", "update", turned, make="Volkswagen", sale_price=5)
    await dealer.do(admin, "cars", "update", kept, sale_price=620000)
    item = await dealer.create(admin, "work_items", car=str(turned), description="Lys", kind="other")
    async with acting(dealer.application.platform.pipeline, dealer.tenant, "workflow", "test", "", None) as ctx:
        ctx.emit(WORK_APPROVED, on=await ctx.look_up("work_items", item))
    await dealer.do(admin, "cars", "update", turned, make="Škoda")
    await dealer.application.dispatcher.drain(dealer.tenant)

    async def tried(event: str, conditions: str) -> tuple[int, str]:
        values = {"event": event, "action": "notify", "notify_role": "manager", "message": "Hei"}
        made = await dealer.create(admin, "workflow_rules", name="Regel", conditions=conditions, **values)
        await dealer.do(admin, "workflow_rules", "dry_run", made)
        await dealer.application.dispatcher.drain(dealer.tenant)
        row = await dealer.read(admin, "workflow_rules", made)
        return row["tried_hits"], row["tried_told"] or ""

    hits, told = await tried("car.identified", "make = Audi")
    assert hits == 2
    assert "EL10010" in told
    assert (await tried("car.identified", "make = Volkswagen"))[0] == 0
    assert (await tried("car.identified", "sale_price > 500000"))[0] == 0
    assert (await tried("car.identified", "sale_price er tom"))[0] == 2
    assert (await tried("work_item.approved", "car.make = Volkswagen"))[0] == 1
    assert (await tried("work_item.approved", "car.make = Škoda"))[0] == 0
    assert (await tried("car.identified", "Merke = Audi\nBiltype er en av Nybil, Demobil"))[0] == 2
    assert (await tried("car.identified", "Make = Audi\nPriority is not one of Normal, High")) == (0, "")
    assert (await tried("work_item.approved", "bil.Merke = Volkswagen\nBeskrivelse inneholder lys"))[0] == 1


async def test_a_rule_sets_a_field_where_its_conditions_hold(dealer: Dealer) -> None:
    made = await rule(dealer, conditions="make = Audi", set_value="Høy")
    audi, volkswagen = await car(dealer), await car(dealer, make="Volkswagen")
    await identify(dealer, audi, "WAUZZZF49MA000301")
    await identify(dealer, volkswagen, "WVWZZZF49MA000302")
    await dealer.application.dispatcher.drain(dealer.tenant)
    admin = await dealer.person("tenant_admin")
    assert (await dealer.read(admin, "cars", audi))["priority"] == "high"
    assert (await dealer.read(admin, "cars", volkswagen))["priority"] == "normal"
    (run,) = await rows(dealer, "rule_runs")
    assert (run["rule"], run["record"], run["outcome"]) == (str(made), str(audi), "done")


async def own_field(dealer: Dealer, code: str, kind: str = "string", **more: Any) -> UUID:
    admin = await dealer.person("tenant_admin")
    values = {"label_nb": f"{code} på norsk", "label_en": f"{code} in English", "placed_in": "cars.seller_notes"}
    patch = {"collection": "cars", "code": code, "kind": kind, **values, **more}
    made = await dealer.application.platform.pipeline.perform(
        Intent(actor=admin, collection="own_fields", verb="create", origin="test", patch=patch)
    )
    assert made.record is not None
    return made.record


async def test_a_rule_tests_and_sets_own_fields(dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin")
    choices = "low: Lav | Low\nhigh: Høy | High"
    made = {
        code: await own_field(dealer, code, kind, **more)
        for code, kind, more in (
            ("colour", "string", {}),
            ("keys", "integer", {"minimum": 0}),
            ("until", "date", {}),
            ("level", "choice", {"choices": choices}),
            ("tags", "choices", {"choices": choices}),
            ("sure", "boolean", {}),
            ("price", "decimal", {}),
        )
    }
    for code, said, kept in (
        ("level", "Høy", "high"),
        ("tags", "Lav, High", "low, high"),
        ("keys", "3", "3"),
        ("until", "24.12.2026", "24.12.2026"),
        ("sure", "ja", "ja"),
        ("price", "1 500,50", "1 500,50"),
    ):
        one = await rule(
            dealer,
            name=code,
            conditions="colour på norsk = LY7W\nown_keys < 3",
            set_field=None,
            set_own_field=str(made[code]),
            set_value=said,
        )
        assert (await dealer.read(admin, "workflow_rules", one))["set_value"] == kept
    fits, other = await car(dealer, own_colour="ly7w", own_keys=2), await car(dealer, own_colour="LY7W", own_keys=3)
    await identify(dealer, fits, "WAUZZZF49MA000150")
    await identify(dealer, other, "WAUZZZF49MA000151")
    await dealer.application.dispatcher.drain(dealer.tenant)
    row = await dealer.read(admin, "cars", fits)
    assert {name: row[f"own_{name}"] for name in made} == {
        "colour": "ly7w",
        "keys": 3,
        "until": "2026-12-24",
        "level": "high",
        "tags": ["low", "high"],
        "sure": True,
        "price": "1500.50",
    }
    assert (await dealer.read(admin, "cars", other))["own_level"] is None
    # The trial looks at the record as it was: two had the colour, one of them too many keys.
    one = await dealer.create(
        admin,
        "workflow_rules",
        name="Prøve",
        event="car.identified",
        conditions="own_keys = 2",
        action="set_field",
        set_own_field=str(made["level"]),
        set_value="low",
    )
    await dealer.do(admin, "workflow_rules", "dry_run", one)
    await dealer.application.dispatcher.drain(dealer.tenant)
    tried = await dealer.read(admin, "workflow_rules", one)
    assert (tried["tried_events"], tried["tried_hits"]) == (2, 1)
    for wrong, field in (
        ({"set_own_field": str(made["keys"]), "set_value": "mange"}, "set_value"),
        ({"set_own_field": str(made["keys"]), "set_value": "-1"}, "set_value"),
        ({"set_own_field": str(made["level"]), "set_value": "midt"}, "set_value"),
        ({"set_own_field": str(made["keys"]), "set_field": "priority", "set_value": "3"}, "set_own_field"),
        (
            {"set_own_field": str(await own_field(dealer, "x", collection="work_items", placed_in="work_items.job"))},
            "set_own_field",
        ),
        ({"set_own_field": None}, "set_field"),
        ({"conditions": "own_nothing = 2"}, "conditions"),
        ({"conditions": "own_keys = mange"}, "conditions"),
    ):
        with pytest.raises(InvalidError) as refused:
            await dealer.do(admin, "workflow_rules", "update", one, **wrong)
        assert [p.field for p in refused.value.problems] == [field], wrong
    # What is deleted is set no more, and the log of the rule says why.
    await dealer.do(admin, "own_fields", "remove", made["level"], code="level")
    third = await car(dealer, own_colour="LY7W", own_keys=1)
    await identify(dealer, third, "WAUZZZF49MA000152")
    await dealer.application.dispatcher.drain(dealer.tenant)
    told = [run["told"] for run in await rows(dealer, "rule_runs") if run["outcome"] == "refused"]
    assert told == ["Feltet som regelen fyller ut, er slettet."]
    assert (await dealer.read(admin, "cars", third))["own_keys"] == 3


async def test_webhooks_carry_the_own_fields_that_they_may_read(dealer: Dealer, receiver: Receiver) -> None:
    await own_field(dealer, "colour")
    await own_field(dealer, "keys", "integer")
    await own_field(dealer, "cost", "decimal", placed_in="cars.own", readers=["finance"])
    await own_field(dealer, "gone")
    record = await car(dealer, own_colour="LY7W", own_gone="x")
    admin = await dealer.person("tenant_admin")
    (gone,) = [one for one in await rows(dealer, "own_fields") if one["code"] == "gone"]
    await dealer.do(admin, "own_fields", "remove", UUID(gone["id"]), code="gone")
    hook, _ = await subscribe(dealer, receiver.base, "car.identified")
    answer = await dealer.do(
        admin,
        "webhooks",
        "subscribe",
        name="Anlegg",
        url=f"{receiver.base}/site",
        events=["car.identified"],
        dealership=str(dealer.sites["490"]),
    )
    assert answer.record
    await rule(dealer, event="car.identified", action="call_webhook", webhook=str(hook))
    await identify(dealer, record, "WAUZZZF49MA000160")
    await dealer.application.dispatcher.drain(dealer.tenant)
    told = [(heard.path, heard.json()["data"]) for heard in receiver.heard]
    own = [
        (path, "rule" in data, {name: value for name, value in data.items() if name.startswith("own_")})
        for path, data in told
    ]
    company = {"own_colour": "LY7W", "own_keys": None, "own_cost": None}
    assert sorted(own, key=str) == sorted(
        [
            ("/", False, company),
            ("/", True, company),
            ("/site", False, {"own_colour": "LY7W", "own_keys": None}),
        ],
        key=str,
    )


async def test_a_rule_notifies_makes_work_and_calls_a_webhook(dealer: Dealer, receiver: Receiver) -> None:
    webhook, _ = await subscribe(dealer, receiver.base, "car.sold")
    await dealer.person("manager", "490")
    await rule(dealer, action="notify", notify_role="manager", message="Se på denne")
    await rule(dealer, action="create_work_item", work_kind="tyres", message="Sjekk dekk")
    await rule(dealer, action="call_webhook", webhook=str(webhook))
    record = await car(dealer)
    await identify(dealer, record, "WAUZZZF49MA000401")
    await dealer.application.dispatcher.drain(dealer.tenant)
    assert {run["outcome"] for run in await rows(dealer, "rule_runs")} == {"done"}
    notices = await rows(dealer, "notifications", "manager")
    assert "Se på denne: Audi Q4" in [notice["title"] for notice in notices]
    work = [item for item in await rows(dealer, "work_items") if item["car"] == str(record)]
    assert [(item["kind"], item["description"]) for item in work] == [("tyres", "Sjekk dekk")]
    assert [heard.json()["type"] for heard in receiver.heard] == ["car.identified"]


async def test_rules_on_one_event_all_act_and_nobody_who_saves_meanwhile_is_refused(dealer: Dealer) -> None:
    """Five cars, three rules each, and a person who saves without a version while the rules write."""
    for name in ("technical_notes", "cosmetic_notes", "parts_notes"):
        await rule(dealer, name=name, conditions="Merke = Audi", set_field=name, set_value=f"Se {name}")
    admin = await dealer.person("tenant_admin")
    cars = [await car(dealer) for _ in range(5)]
    for number, record in enumerate(cars):
        await identify(dealer, record, f"WAUZZZF49MA00055{number}")
    stop = asyncio.Event()
    working = asyncio.create_task(dealer.application.dispatcher.run(stop))
    try:
        for turn in range(20):
            saves = (dealer.do(admin, "cars", "update", one, seller_notes=f"Runde {turn}") for one in cars)
            await asyncio.gather(*saves)
    finally:
        stop.set()
        await working
    await dealer.application.dispatcher.drain(dealer.tenant)
    assert [run["outcome"] for run in await rows(dealer, "rule_runs")] == ["done"] * 15
    for record in cars:
        row = await dealer.read(admin, "cars", record)
        assert [row[f"{name}_notes"] for name in ("technical", "cosmetic", "parts")] == [
            f"Se {name}_notes" for name in ("technical", "cosmetic", "parts")
        ]
        assert row["seller_notes"] == "Runde 19"


async def test_what_others_hold_up_is_tried_again_and_what_never_succeeds_stands_where_it_is_seen(
    dealer: Dealer, moving: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await rule(dealer)
    admin, record = await dealer.person("tenant_admin"), await car(dealer)
    await identify(dealer, record, "WAUZZZF49MA000561")
    stale = 2
    real = CommandContext.change

    async def held_up(ctx: CommandContext, patch: Any, **more: Any) -> Any:
        nonlocal stale
        if "priority" in patch and stale:
            stale -= 1
            raise StaleError
        return await real(ctx, patch, **more)

    monkeypatch.setattr(CommandContext, "change", held_up)
    for _ in range(3):
        await dealer.application.dispatcher.drain(dealer.tenant)
        moving.ahead += timedelta(minutes=5)
    assert [run["outcome"] for run in await rows(dealer, "rule_runs")] == ["done"]
    assert (await dealer.read(admin, "cars", record))["priority"] == "high"
    stale = 5
    second = await car(dealer)
    await identify(dealer, second, "WAUZZZF49MA000562")
    for _ in range(6):
        await dealer.application.dispatcher.drain(dealer.tenant)
        moving.ahead += timedelta(hours=2)
    (failed,) = [run for run in await rows(dealer, "rule_runs") if run["outcome"] == "failed"]
    assert failed["record"] == str(second)
    assert failed["told"].startswith("Noen andre har lagret")
    (letter,) = await rows(dealer, "failed_jobs")
    assert (letter["job"], letter["record"], letter["error"]) == ("rule.run", str(made), failed["told"])
    await dealer.do(admin, "failed_jobs", "retry", UUID(letter["id"]))
    await dealer.application.dispatcher.drain(dealer.tenant)
    assert (await dealer.read(admin, "cars", second))["priority"] == "high"


async def test_what_a_rule_may_not_do_is_written_down_and_holds_up_nothing(dealer: Dealer) -> None:
    await rule(dealer, event="car.archived")
    await rule(dealer, name="Den andre", set_field="seller_notes", set_value="Ring kunden")
    record, gone = await car(dealer), await car(dealer)
    await identify(dealer, record, "WAUZZZF49MA000501")
    await dealer.do(await dealer.person("new_car_sales", "490"), "cars", "archive", gone, reason="cancelled")
    await dealer.application.dispatcher.drain(dealer.tenant)
    admin = await dealer.person("tenant_admin")
    assert (await dealer.read(admin, "cars", record))["seller_notes"] == "Ring kunden"
    outcomes = sorted((run["outcome"], bool(run["told"])) for run in await rows(dealer, "rule_runs"))
    assert outcomes == [("done", False), ("refused", True)]
    (refused,) = [run for run in await rows(dealer, "rule_runs") if run["told"]]
    assert [letter["error"] for letter in await rows(dealer, "failed_jobs")] == [refused["told"]]


async def test_rules_that_go_in_a_circle_are_switched_off(dealer: Dealer) -> None:
    made = await rule(dealer, event="work_item.approved", action="create_work_item", work_kind="other", message="Igjen")
    admin, record = await dealer.person("tenant_admin"), await car(dealer)
    for depth, still_active in ((DEEPEST - 1, True), (DEEPEST, False)):
        async with acting(dealer.application.platform.pipeline, dealer.tenant, "workflow", "test", "", None) as ctx:
            item = await ctx.create("work_items", {"car": record, "description": "Først", "kind": "other"})
            ctx.work.emitting.again(WORK_APPROVED.name, "work_items", item.id, {"depth": depth})
        await dealer.application.dispatcher.drain(dealer.tenant)
        row = await dealer.read(admin, "workflow_rules", made)
        assert row["active"] is still_active
    assert row["stopped_because"] == "circle"
    told = [one["title"] for one in await rows(dealer, "notifications") if one["event"] == "workflow_rules.stopped"]
    assert told == ["Regelen «Regel» er stanset. Regelen går i ring."]
    assert [run["outcome"] for run in await rows(dealer, "rule_runs")].count("stopped") == 1


async def test_a_rule_says_what_its_action_needs(dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin")
    common = {"name": "Regel", "event": "car.sold"}
    for action, missing in (("notify", "notify_role"), ("set_field", "set_field"), ("call_webhook", "webhook")):
        with pytest.raises(InvalidError) as refused:
            await dealer.create(admin, "workflow_rules", **common, action=action)
        assert missing in {problem.field for problem in refused.value.problems}
    with pytest.raises(InvalidError) as refused:
        await dealer.create(admin, "workflow_rules", **common, action="notify", conditions="make Audi")
    assert "conditions" in {problem.field for problem in refused.value.problems}


async def test_only_an_administrator_makes_rules(dealer: Dealer) -> None:
    manager = await dealer.person("manager")
    patch = {"name": "Regel", "event": "car.sold", "action": "notify", "notify_role": "manager", "message": "Solgt"}
    with pytest.raises(ForbiddenError):
        await dealer.application.platform.pipeline.perform(
            Intent(actor=manager, collection="workflow_rules", verb="create", patch=patch, origin="test")
        )
