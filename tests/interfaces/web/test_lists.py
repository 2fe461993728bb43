"""Lists: columns, order, filters, search, paging, export."""

import re
from uuid import UUID

from support.browser import Opener
from support.dealer import Dealer
from support.pages import new_car


def plates(text: str) -> list[str]:
    return re.findall(r'class="plate">([^<]+)<', text)


async def several(dealer: Dealer, count: int) -> list[UUID]:
    seller = await dealer.person("new_car_sales", "495")
    return [await new_car(dealer, seller, n) for n in range(count)]


async def test_a_list_shows_the_declared_columns_and_sorts_by_header(dealer: Dealer, signed: Opener) -> None:
    await several(dealer, 3)
    browser = await signed("new_car_sales")
    page = (await browser.get("/app/cars?sort=license_plate")).text
    assert plates(page) == ["EL 20000", "EL 20001", "EL 20002"]
    assert 'aria-sort="ascending"' in page
    assert plates((await browser.get("/app/cars?sort=-license_plate")).text) == ["EL 20002", "EL 20001", "EL 20000"]


async def test_every_button_over_a_list_has_its_icon(signed: Opener) -> None:
    text = (await (await signed("manager", "495")).get("/app/cars")).text
    head = text.split('class="page-head-end"')[1].split('class="list-tools"')[0]
    buttons = re.findall(r'<a class="btn[^>]*>(.*?)</a>', head, re.DOTALL)
    assert any("EU-kontroll" in button for button in buttons)
    assert [b for b in buttons if 'class="icon"' not in b] == []


async def test_filters_follow_the_kind_of_field(dealer: Dealer, signed: Opener) -> None:
    await several(dealer, 8)
    browser = await signed("new_car_sales")
    assert len(plates((await browser.get("/app/cars?make=audi")).text)) == 4
    assert len(plates((await browser.get("/app/cars?status=registered&status=draft")).text)) == 8
    assert plates((await browser.get("/app/cars?sale_price.from=355900")).text) == ["EL 20007", "EL 20006"]
    assert plates((await browser.get("/app/cars?reserved_at=_null&make=kia")).text) == []
    assert len(plates((await browser.get("/app/cars?needs_technical=true&created_at.from=2020-01-01")).text)) == 8
    assert len(plates((await browser.get(f"/app/cars?dealership={dealer.sites['495']}")).text)) == 8


async def test_an_order_or_a_place_that_cannot_be_understood_narrows_nothing(dealer: Dealer, signed: Opener) -> None:
    await several(dealer, 2)
    browser = await signed("new_car_sales")
    odd = "sort=nothing&after=%21"
    assert len(plates((await browser.get(f"/app/cars?{odd}")).text)) == 2


async def test_search_answers_with_the_part_that_changes(dealer: Dealer, signed: Opener) -> None:
    await several(dealer, 3)
    browser = await signed("new_car_sales")
    part = await browser.part("/app/cars?q=el20002&sort=&after=")
    assert plates(part.text) == ["EL 20002"]
    assert "<html" not in part.text
    assert part.headers["hx-push-url"] == "/app/cars?q=el20002"


async def test_a_long_list_goes_on_where_it_stopped(dealer: Dealer, signed: Opener) -> None:
    await several(dealer, 53)
    browser = await signed("new_car_sales")
    first = (await browser.get("/app/cars?sort=license_plate")).text
    follow = re.search(r'hx-get="(/app/cars\?[^"]*after=[^"]+)"', first)
    assert follow
    rest = (await browser.part(follow[1].replace("&amp;", "&"))).text
    assert len(plates(first)) == 50
    assert plates(rest) == ["EL 20050", "EL 20051", "EL 20052"]
    assert (await browser.part("/app/cars/count")).text == "53 biler"


def heads(text: str) -> list[str]:
    return re.findall(r'<th scope="col" data-field="(\w+)"', text)


async def test_columns_are_chosen_ordered_and_kept_with_the_person(dealer: Dealer, signed: Opener) -> None:
    await several(dealer, 1)
    browser, other = await signed("new_car_sales"), await signed("sales_manager")
    standard = heads((await browser.get("/app/cars")).text)
    wanted = ["license_plate", "customer_phone", "make", "purchase_price", "nonsense"]
    kept = await browser.send("/app/cars/columns", column=wanted, back="/app/cars?make=audi")
    assert kept.headers["location"] == "/app/cars?make=audi"
    page = (await browser.get("/app/cars")).text
    assert heads(page) == ["license_plate", "customer_phone", "make"]
    assert "tel:+4790000000" in page
    # The same person in another browser; another person has their own.
    assert heads((await (await signed("new_car_sales")).get("/app/cars")).text) == heads(page)
    assert heads((await other.get("/app/cars")).text) == standard
    exported = (await browser.get("/app/cars/export.csv")).text
    assert exported.splitlines()[0].lstrip("\ufeff").split(";")[:2] == ["Skilt", "Kundens telefon"]
    # Without a script one column is moved at a time.
    await browser.send("/app/cars/columns", column=wanted[:3], up="make")
    assert heads((await browser.get("/app/cars")).text) == ["license_plate", "make", "customer_phone"]
    await browser.send("/app/cars/columns", column=wanted[:3], down="license_plate")
    assert heads((await browser.get("/app/cars")).text) == ["customer_phone", "license_plate", "make"]
    # A view with columns of its own shows them, and changes nothing.
    assert heads((await browser.get("/app/cars?columns=vin,make")).text) == ["vin", "make"]
    assert heads((await browser.get("/app/cars")).text)[0] == "customer_phone"
    await browser.send("/app/cars/columns", standard="1")
    assert heads((await browser.get("/app/cars")).text) == standard


async def test_an_open_list_asks_for_as_many_rows_as_it_shows(dealer: Dealer, signed: Opener) -> None:
    await several(dealer, 53)
    browser = await signed("new_car_sales")
    asked = (await browser.part("/app/cars?sort=license_plate&rows=52")).text
    assert len(plates(asked)) == 52
    assert "rows=" not in re.findall(r'hx-get="(/app/cars\?[^"]*after=[^"]+)"', asked)[0]
    assert len(plates((await browser.part("/app/cars?rows=100000")).text)) == 53
    assert len(plates((await browser.part("/app/cars?rows=nonsense")).text)) == 50


async def test_a_combo_finds_records_by_a_typed_word(dealer: Dealer, signed: Opener) -> None:
    cars = await several(dealer, 3)
    browser = await signed("new_car_sales")
    found = (await browser.get("/app/cars/options?q=el20001")).json()
    assert found == [{"value": str(cars[1]), "label": "EL 20001 Audi A3 Sportback"}]


async def test_an_empty_list_says_why(signed: Opener) -> None:
    browser = await signed("new_car_sales")
    assert "Ingenting her ennå" in (await browser.get("/app/cars")).text
    assert "Ingen treff" in (await browser.get("/app/cars?status=draft")).text
