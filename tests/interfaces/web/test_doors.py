"""One reading of values behind every door: the same table is sent through each of them."""

import re
from collections.abc import Awaitable, Callable
from decimal import Decimal
from html import unescape
from uuid import UUID

import httpx
import pytest

from directapp.kernel.ids import uuid7
from interfaces.web.test_cells import put, typed
from interfaces.web.test_messages import asked_vendor
from support.browser import Browser, Opener, field
from support.dealer import Dealer
from support.pages import fill_yard, new_car
from support.plan import lay_plan

# What is written, and what it means; None: it is refused, and what was stored stays.
AMOUNTS = {
    "349.900": "349900.00",
    "1.250": "1250.00",
    "kr 349 900,00": "349900.00",
    "349\u202f900,-": "349900.00",
    "349900 NOK": "349900.00",
    "1.234.567,50": "1234567.50",
    "12.34": "12.34",
    "1,234": None,
    "2_024": None,
    "1e3": None,
    "NaN": None,
    "\uff11\uff12": None,
}
DAYS = {
    "01.02.2027": "2027-02-01",
    "2027-03-01T23:30:00Z": "2027-03-02",
    "2027-W01-1": None,
    "20270101": None,
    "2027-12-31tull": None,
}
PHONES = {"0 91 23 45 67": "+4791234567", "+47 (0) 91234567": "+4791234567", "91234567 ext 12": None}
NAMES = {"A\u030ase": "\u00c5se", "Ka\u200bri": None, "Ka\u202eri": None, "Kari\x00": None}
PLATES = {"A\u030aSE12": "\u00c5SE12", "EL\u200b 54321": "EL54321", "4,01E+11": None}
TABLE = {
    "sale_price": AMOUNTS,
    "delivery_date": DAYS,
    "customer_phone": PHONES,
    "customer_name": NAMES,
    "license_plate": PLATES,
}
GROUPS = {"delivery_date": "order", "customer_phone": "customer_contact", "customer_name": "customer"} | {
    "license_plate": "identity",
    "sale_price": "sale",
}
CASES = [(name, *case) for name, cases in TABLE.items() for case in cases.items()]

Door = Callable[[Dealer, Browser, UUID, str, str], Awaitable[bool]]


async def by_rest(_dealer: Dealer, browser: Browser, car: UUID, name: str, written: str) -> bool:
    headers = {"X-CSRF-Token": await browser.token()}
    sent = await browser.client.patch(f"/items/cars/{car}", json={name: written}, headers=headers)
    assert sent.status_code in {200, 422}, sent.text
    return sent.status_code == 200


async def by_batch(_dealer: Dealer, browser: Browser, car: UUID, name: str, written: str) -> bool:
    headers = {"X-CSRF-Token": await browser.token()}
    body = {"keys": [str(car)], "data": {name: written}}
    sent = await browser.client.patch("/items/cars", json=body, headers=headers)
    assert sent.status_code in {200, 422}, sent.text
    return sent.status_code == 200


async def by_form(dealer: Dealer, browser: Browser, car: UUID, name: str, written: str) -> bool:
    meta = dealer.application.platform.spec["cars"]
    group = meta.group_of(name)
    assert group
    form = await browser.form(f"/app/cars/{car}", group.code, **{name: written})
    sent = await browser.client.post(f"/app/cars/{car}", data=form)
    assert sent.status_code in {303, 422}, sent.text
    return sent.status_code == 303


async def by_cell(_dealer: Dealer, browser: Browser, car: UUID, name: str, written: str) -> bool:
    status, text = await put(browser, car, name, await typed(browser, car, name, **{name: written}))
    assert status in {200, 422}, text
    return status == 200


@pytest.mark.parametrize("door", [by_rest, by_batch, by_form, by_cell])
async def test_a_door_reads_as_every_other(dealer: Dealer, signed: Opener, door: Door) -> None:
    """What is read is stored as it was meant; what is refused leaves what was there."""
    browser = await signed("new_car_sales")
    car = await new_car(dealer, browser.actor, 1)
    wrong = []
    for name, written, meant in CASES:
        before = (await dealer.read(browser.actor, "cars", car))[name]
        taken = await door(dealer, browser, car, name, written)
        stored = (await dealer.read(browser.actor, "cars", car))[name]
        if taken != (meant is not None) or stored != (meant if taken else before):
            wrong.append((name, written, taken, stored))
    assert wrong == []


async def test_a_new_record_is_read_alike(dealer: Dealer, signed: Opener) -> None:
    browser = await signed("new_car_sales")
    headers = {"X-CSRF-Token": await browser.token()}
    wrong = []
    for number, (name, written, meant) in enumerate(CASES):
        car = {"make": "VW", "model": "ID.4", "car_type": "new", "order_number": f"N-{number}", name: written}
        sent = await browser.client.post("/items/cars", json=car, headers=headers)
        stored = sent.json()["data"][name] if sent.status_code == 200 else None
        if sent.status_code not in {200, 422} or stored != meant:
            wrong.append((name, written, sent.status_code, stored))
        if sent.status_code == 200 and name == "license_plate":
            # Two cars that are not archived never share a plate.
            await dealer.do(browser.actor, "cars", "archive", UUID(sent.json()["data"]["id"]), reason="duplicate")
    assert wrong == []


@pytest.mark.parametrize(("written", "meant"), AMOUNTS.items())
async def test_a_vendors_price_is_read_alike(
    dealer: Dealer, stranger: httpx.AsyncClient, written: str, meant: str | None
) -> None:
    """What is refused is shown again as it was typed."""
    item, token = await asked_vendor(dealer)
    form = {"_key": uuid7().hex, "answer": "price", "price": written}
    sent = await stranger.post(f"/vendor/{token}", data=form)
    row = await dealer.read(await dealer.person("planner", "499"), "work_items", item)
    if meant is None:
        assert sent.status_code == 422
        assert f'value="{written}"' in sent.text
        assert row["price"] is None
    else:
        assert sent.status_code == 303
        assert Decimal(row["price"]) == Decimal(meant)


async def test_limits_are_read_as_other_amounts(dealer: Dealer, signed: Opener) -> None:
    admin = await signed("tenant_admin", "490")
    site = dealer.sites["490"]
    page = f"/app/admin/limits?site={site}"
    cases: tuple[tuple[dict[str, str], dict[str, int | None] | None], ...] = (
        ({"manager": "50.000"}, {"manager": 50000}),
        ({"manager": "kr 7 500,-", "planner.free": "1"}, {"manager": 7500, "planner": None}),
        ({"manager": "1,234"}, None),
        ({"manager": "1e3"}, None),
        ({"manager": "-1"}, None),
        ({"manager": "10,5"}, None),
        ({"manager": "200 000 000"}, None),
        ({"manager": "tull"}, None),
    )
    kept: dict[str, int | None] = {}
    for written, meant in cases:
        kept = kept if meant is None else meant
        text = (await admin.get(page)).text
        form = {n: field(text, n) for n in ("_csrf", "_key", "_version", "site")}
        sent = await admin.client.post("/app/admin/limits", data={**form, **written})
        stored = (await dealer.read(admin.actor, "dealerships", site))["approval_limits"]
        assert (written, sent.status_code, stored) == (written, 303 if meant else 422, kept)
        stands = f'value="{written["manager"]}"' in sent.text
        assert stands == (meant is None)


async def test_what_is_done_to_many_is_read_before_any_is_done(dealer: Dealer, signed: Opener) -> None:
    """One value for many records is asked about once, and stands in the form again."""
    admin = await signed("tenant_admin", "490")
    cars = (await fill_yard(dealer, 7))[4:6]
    bulk = {"record": [str(car) for car in cars], "_key": uuid7().hex}
    cases: tuple[tuple[str, dict[str, str], str], ...] = (
        ("correct", {"status": "inspection", "reason": "Feil\u200b status"}, "Etter «Feil» står"),
        ("archive", {"reason": "tull"}, "«tull» finnes ikke"),
        ("transfer", {"to": "tull"}, "Skal være en gyldig id."),
        ("transfer", {}, "Til må fylles ut."),
    )
    for verb, values, told in cases:
        sent = await admin.send("/app/cars/bulk", verb=verb, _fields=" ".join(values), **bulk, **values)
        assert (sent.status_code, unescape(sent.text).count(told)) == (422, 1), sent.text
        assert all(text in unescape(sent.text) for text in values.values() if text.startswith("Feil"))
    told = "Bare de første 200 av 250 er tatt med"
    assert told in (await admin.get(f"/app/cars/bulk?{'&'.join(f'record={uuid7()}' for _ in range(250))}")).text
    assert told not in (await admin.get(f"/app/cars/bulk?record={cars[0]}")).text


async def test_a_tap_that_is_refused_keeps_what_was_typed(dealer: Dealer, signed: Opener) -> None:
    hands = await signed("mechanic", "499")
    car = (await fill_yard(dealer, 7))[5]
    planner = await dealer.person("planner", "499")
    await dealer.do(planner, "cars", "update", car, assigned_mechanic=str(hands.actor.user))
    for tap in ("note", "damage", "part"):
        sent = await hands.send(f"/app/floor/{car}/{tap}", text="Ripe\u200b i dør", _key=uuid7().hex)
        assert sent.status_code == 422
        assert sent.text.count("Ripe\u200b i dør") == 1
        assert re.search(
            rf'<details class="sheet" name="sheet-{car}" open>\s*<summary[^>]*>.*?Ripe', sent.text, re.DOTALL
        )


async def test_addresses_that_cannot_be_read_say_so(dealer: Dealer, signed: Opener) -> None:
    planner = await signed("planner", "499")
    plan = await lay_plan(dealer)
    book = f"/app/plan/book?car={await plan.car()}&type={plan.types['mechanical']}"
    digits = "9" * 5000
    cases = {
        f"{book}&hours=1e3": (422, "Timer: Skal være et tall"),
        f"{book}&hours=2.500": (422, "Timer: Maks 24."),
        f"{book}&hours=2,5&earliest=31.11.2026": (422, "Tidligst: Skal være dato og klokkeslett"),
        f"/app/plan/room?resource_type={plan.types['mechanical']}&hours=½": (422, "Timer: Skriv tallet"),
        "/app/figures?first=31.11.2026": (200, "«31.11.2026» kan ikke leses"),
        "/app/figures?site=tull": (200, "Perioden kan ikke brukes"),
        "/app/figures/timebank.csv?first=31.11.2026": (422, "Perioden kan ikke brukes"),
        "/app/figures/timebank.csv?last=2026-W01-1": (422, "Perioden kan ikke brukes"),
        f"/app/cars?rows={digits}": (200, "EL"),
    }
    for address, (status, told) in cases.items():
        answer = await planner.get(address)
        assert (answer.status_code, told in answer.text) == (status, True), (address, answer.text)
    proposal = f"/app/plan/proposals/{uuid7()}/accept"
    assert (await planner.send(proposal, line=digits)).status_code == 404
