"""One reading of values behind every door: the same table is sent through each of them."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from uuid import UUID

import httpx
import pytest

from directapp.kernel.ids import uuid7
from interfaces.web.test_cells import put, typed
from interfaces.web.test_messages import asked_vendor
from support.browser import Browser, Opener
from support.dealer import Dealer
from support.pages import new_car

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


async def test_limits_and_goals_are_read_alike(dealer: Dealer, signed: Opener) -> None:
    """Lines of names and numbers, as a form has them."""
    admin = await signed("tenant_admin", "490")
    site = dealer.sites["490"]
    group = dealer.application.platform.spec["dealerships"].group_of("approval_limits")
    assert group
    page = f"/app/dealerships/{site}"
    for written, meant in (("manager: 50.000", 50000), ("manager: kr 7 500,-", 7500), ("manager: 1,234", None)):
        form = await admin.form(page, group.code, approval_limits=written)
        sent = await admin.client.post(page, data=form)
        stored = (await dealer.read(admin.actor, "dealerships", site))["approval_limits"]
        assert (sent.status_code, stored) == ((303, {"manager": meant}) if meant else (422, {"manager": 7500}))
