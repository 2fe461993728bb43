"""Forms that come again: after a lost answer, by a second click, by the worker, or from a page one went back to.

The same form has the same answer and writes once, whatever has become of the record since; a form that was changed is
another one.
"""

import asyncio
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from directapp.interfaces.web.records.imports import starting
from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7
from directapp.store.query import Query
from interfaces.web.test_email_change import letters
from interfaces.web.test_messages import asked_vendor, photograph
from support.browser import Browser, Opener
from support.dealer import Dealer
from support.export import small
from support.floor_cars import planned_car
from support.pages import PASSWORD, new_car
from support.plan import OSLO, Plan, lay_plan


@pytest.fixture
async def plan(dealer: Dealer) -> Plan:
    return await lay_plan(dealer)


async def twice(browser: Browser, address: str, **values: Any) -> httpx.Response:
    """Send a form twice, and hold the answers to be one."""
    values = {"_key": uuid7().hex, **values}
    answers = [await browser.send(address, **values) for _ in range(2)]
    first, again = ((a.status_code, a.headers.get("location")) for a in answers)
    assert first == again, answers[1].text
    assert first[0] in {200, 303}, answers[0].text
    return answers[1]


async def rows(browser: Browser, collection: str) -> list[dict[str, Any]]:
    page = await browser.dealer.application.platform.reading.page(browser.actor, collection, Query(limit=50))
    found: list[dict[str, Any]] = orjson.loads(page.json)
    return found


async def changes(browser: Browser, collection: str, record: UUID, name: str) -> int:
    """Return how often a field was changed."""
    history = await browser.dealer.application.platform.reading.history(browser.actor, collection, record)
    return sum(name in entry["changes"] for entry in history)


async def test_a_verb_for_many_is_done_to_each_once_though_it_is_no_longer_open(
    dealer: Dealer, signed: Opener, car: UUID
) -> None:
    cars = [car, await new_car(dealer, await dealer.person("new_car_sales", "495"), 2)]
    seller = await signed("new_car_sales")
    form = {"verb": "archive", "_fields": "reason", "reason": "duplicate"}
    done = await twice(seller, "/app/cars/bulk", record=[str(c) for c in cars], **form)
    assert "2 av 2 er gjort" in done.text
    assert [await changes(seller, "cars", c, "archived_at") for c in cars] == [1, 1]


async def test_what_was_begun_for_many_goes_on_for_those_that_are_left(
    dealer: Dealer, signed: Opener, car: UUID
) -> None:
    other = await new_car(dealer, await dealer.person("new_car_sales", "495"), 2)
    seller = await signed("new_car_sales")
    form = {"verb": "archive", "_fields": "reason", "reason": "duplicate", "_key": "k" * 64}
    assert "1 av 1 er gjort" in (await seller.send("/app/cars/bulk", record=str(car), **form)).text
    both = await seller.send("/app/cars/bulk", record=[str(car), str(other)], **form)
    assert "2 av 2 er gjort" in both.text


async def test_a_card_is_moved_once(signed: Opener, dealer: Dealer) -> None:
    mechanic, car = await signed("mechanic", "499"), await planned_car(dealer, 9)
    await twice(mechanic, f"/app/cars/{car}/move", to="technical_prep", back="/app/cars/board")
    assert await changes(mechanic, "cars", car, "technical_started_at") == 1


async def test_columns_and_choices_are_made_once_and_then_again_otherwise(signed: Opener) -> None:
    seller = await signed("new_car_sales")
    for wanted in (["make", "model"], ["model"]):
        await twice(seller, "/app/cars/columns", column=wanted, back="/app/cars", _key="columns")
        (kept,) = await rows(seller, "list_columns")
        assert kept["columns"] == wanted
    await twice(seller, "/app/me/notices", email=["car.ready"], digest="1")
    assert len(await rows(seller, "notice_choices")) == 1


async def test_a_tap_in_my_plan_is_known_when_the_worker_sends_it(plan: Plan, signed: Opener) -> None:
    today = utc_now().astimezone(OSLO).date()
    car = await plan.car()
    booking = (await plan.book(car, "mechanic", "08:00", "10:00", actor=plan.demo, day=today)).record
    await plan.book(car, "detailer", "10:00", "12:00", "cosmetic", actor=plan.demo, day=today)
    assert booking
    mechanic = await signed("mechanic", "499")
    waited = str(int((utc_now() - timedelta(seconds=5)).timestamp() * 1000))
    for step in ("start", "finish"):
        form = {"_key": uuid7().hex}
        for at in ({}, {"_at": waited}, {}):
            answer = await mechanic.send(f"/app/resource_bookings/{booking}/tap/{step}", **form, **at)
            assert answer.status_code == 303, answer.text
    assert await changes(mechanic, "resource_bookings", booking, "started_at") == 1
    assert await changes(mechanic, "resource_bookings", booking, "completed_at") == 1


async def test_a_proposal_is_asked_for_and_taken_once(plan: Plan, signed: Opener) -> None:
    await plan.car()
    planner = await signed("planner", "499")
    day = plan.day.isoformat()
    where = (await twice(planner, "/app/plan/proposals", first_day=day, last_day=day)).headers["location"]
    assert len(await rows(planner, "plan_proposals")) == 1
    await plan.dealer.application.dispatcher.drain(plan.dealer.tenant)
    lines = [str(line["line"]) for line in (await rows(planner, "plan_proposals"))[0]["lines"]]
    await twice(planner, f"{where}/accept", line=lines)
    assert len(await rows(planner, "resource_bookings")) == len(lines)


async def test_a_vendor_answers_once_and_may_think_better_of_it(dealer: Dealer, stranger: httpx.AsyncClient) -> None:
    item, token = await asked_vendor(dealer)
    form = {"_key": uuid7().hex, "answer": "price", "price": "2400"}
    content = photograph()
    for _ in range(2):
        photo = {"photos": ("pris.png", content, "image/png")}
        assert (await stranger.post(f"/vendor/{token}", data=form, files=photo)).status_code == 303
    manager = await dealer.person("manager", "495")
    page = await dealer.application.platform.reading.page(manager, "car_files", Query())
    assert len(orjson.loads(page.json)) == 1
    # Gone back to the page and corrected, under the form's own key.
    assert (await stranger.post(f"/vendor/{token}", data={**form, "price": "2600"})).status_code == 303
    assert (await dealer.read(await dealer.person("planner", "499"), "work_items", item))["price"] == "2600.00"


async def test_other_photos_under_one_form_are_kept_beside_each_other(signed: Opener, car: UUID) -> None:
    reception = await signed("reception", "499")
    form = {"_csrf": await reception.token(), "stage": "inspection", "_key": uuid7().hex}
    for content in (b"%PDF-1.7 forst", b"%PDF-1.7 forst", b"%PDF-1.7 neste"):
        file = {"file": ("bilag.pdf", content, "application/pdf")}
        answer = await reception.client.post(f"/app/cars/{car}/part/car_files", data=form, files=file)
        assert answer.status_code == 303, answer.text
    assert len(await rows(reception, "car_files")) == 2


async def test_a_form_without_a_key_is_each_time_another(signed: Opener, car: UUID) -> None:
    reception = await signed("reception", "499")
    form = {"_csrf": await reception.token(), "stage": "inspection"}
    for content in (b"%PDF-1.7 en", b"%PDF-1.7 to"):
        file = {"file": ("bilag.pdf", content, "application/pdf")}
        answer = await reception.client.post(f"/app/cars/{car}/part/car_files", data=form, files=file)
        assert answer.status_code == 303, answer.text
    assert len(await rows(reception, "car_files")) == 2


async def test_an_import_is_tried_and_taken_in_once_and_may_be_tried_otherwise(signed: Opener) -> None:
    manager = await signed("manager", "490")
    content = "Regnr;Merke;Modell\nEL 30001;Audi;A3\n"
    sent = {"files": ("biler.csv", io.BytesIO(content.encode()))}
    about = {"_csrf": await manager.token(), "collection": "cars", "_key": uuid7().hex}
    where = (await manager.client.post("/app/imports/sheet", data=about, files=sent)).headers["location"]
    chosen = {"column-0": "license_plate", "column-1": "make", "column-2": "model", "key": "license_plate"}
    trial = (await twice(manager, where, **chosen)).headers["location"]
    await starting.settled()
    assert len(await rows(manager, "import_runs")) == 1
    # Gone back to the columns, and tried with fewer of them under the same key.
    for columns in (chosen, {n: v for n, v in chosen.items() if v != "model"}):
        other = await manager.send(where, _key="columns", **columns)
        assert other.status_code == 303
        await starting.settled()
    assert len(await rows(manager, "import_runs")) == 3
    run = (await twice(manager, f"{trial}/commit")).headers["location"]
    await starting.settled()
    assert (await twice(manager, f"{run}/resume")).headers["location"] == run
    assert len(await rows(manager, "import_runs")) == 4
    assert [c["license_plate"] for c in await rows(manager, "cars")] == ["EL30001"]
    assert (await manager.get(where)).status_code == 404


async def test_an_export_is_tried_once(signed: Opener) -> None:
    admin = await signed("tenant_admin", "490")
    form = {"_csrf": await admin.token(), "_key": uuid7().hex}
    answers = []
    for _ in range(2):
        sent = [("files", (name, io.BytesIO(content))) for name, content in small(people=False).items()]
        answers.append(await admin.client.post("/app/imports/prototype", data=form, files=sent))
        await starting.settled()
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert len(await rows(admin, "import_runs")) == 1


async def test_a_page_one_went_back_to_is_saved_as_it_reads_now(signed: Opener, car: UUID) -> None:
    seller = await signed("new_car_sales")
    page = f"/app/cars/{car}"
    form = await seller.form(page, "identity")
    for colour in ("Rød", "Rød", "Blå"):
        answer = await seller.client.post(page, data={**form, "color": colour})
        assert answer.status_code == 303, answer.text
        # Where nobody else has been, one's own change is not another person's.
        form["_version"] = str((await seller.dealer.read(seller.actor, "cars", car))["version"])
    assert (await seller.dealer.read(seller.actor, "cars", car))["color"] == "Blå"
    assert await changes(seller, "cars", car, "color") == 2


async def test_a_new_record_that_was_made_is_said_before_another_is(signed: Opener) -> None:
    seller = await signed("new_car_sales")
    form = {"_fields": "make model car_type", "make": "Audi", "model": "A3", "car_type": "new", "_key": uuid7().hex}
    await twice(seller, "/app/cars/new", **form)
    other = await seller.send("/app/cars/new", **{**form, "model": "A4"})
    assert (other.status_code, "Skjemaet er sendt før" in other.text) == (422, True)
    assert 'value="A4"' in other.text
    assert len(await rows(seller, "cars")) == 1


async def test_one_key_at_two_places_is_two_forms(dealer: Dealer, signed: Opener, car: UUID) -> None:
    other = await new_car(dealer, await dealer.person("new_car_sales", "495"), 2)
    seller = await signed("new_car_sales")
    said = {"_key": uuid7().hex, "text": "Ring kunden"}
    first = await seller.send(f"/app/cars/{car}/part/comments", **said)
    assert first.status_code == 303
    second = await seller.send(f"/app/cars/{other}/part/comments", **said)
    assert (second.status_code, "Skjemaet er sendt før" in second.text) == (422, True)
    assert [c["car"] for c in await rows(seller, "comments")] == [str(car)]


async def test_a_password_is_changed_once_and_its_form_may_come_again(signed: Opener) -> None:
    seller = await signed("new_car_sales")
    new = "vinterdekk i mai"
    form = {"_key": uuid7().hex, "current_password": PASSWORD, "new_password": new, "repeated": new}
    await twice(seller, "/app/me/password", **form)
    # Pressed twice at once, by a browser without the script.
    late = {**form, "_key": uuid7().hex, "current_password": new, "new_password": "sommerdekk i juli"}
    late["repeated"] = late["new_password"]
    both = await asyncio.gather(*(seller.send("/app/me/password", **late) for _ in range(2)))
    assert [a.status_code for a in both] == [303, 303]
    async with seller.dealer.application.platform.database.unit(seller.actor, readonly=True) as unit:
        kept = str(await unit.fetch("SELECT actor, key, fingerprint, answer FROM idempotency"))
    assert form["_key"] in kept
    assert not any(word in kept for word in (PASSWORD, "vinterdekk", "sommerdekk"))


@pytest.mark.parametrize("key", ["same", "other"])
async def test_another_new_password_needs_the_present_one(signed: Opener, key: str) -> None:
    seller = await signed("new_car_sales")
    new, other = "vinterdekk i mai", "sommerdekk i juli"
    form = {"_key": "same", "current_password": PASSWORD, "new_password": new, "repeated": new}
    assert (await seller.send("/app/me/password", **form)).status_code == 303
    again = {**form, "_key": key, "new_password": other, "repeated": other}
    refused = await seller.send("/app/me/password", **again)
    assert (refused.status_code, "Nåværende passord er feil" in refused.text) == (422, True)
    known = await seller.send("/app/me/password", **{**again, "current_password": new})
    assert known.status_code == 303
    # The first form is no longer what holds.
    assert (await seller.send("/app/me/password", **form)).status_code == 422


async def test_another_address_is_asked_for_once(signed: Opener) -> None:
    seller = await signed("new_car_sales")
    new = f"ny.{uuid7().hex[-8:]}@example.com"
    await twice(seller, "/app/me/email", new_email=new, current_password=PASSWORD)
    assert len(letters(seller.dealer.application, new)) == 1
