"""The front page: each number opens exactly what it counts, for every role; what is due first waits on top."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest

from directapp.domains.people.roles import LABELS, OPERATOR
from directapp.interfaces.web.features.home.asks import FRONTS
from directapp.kernel.actor import Actor
from directapp.kernel.clock import oslo_day, utc_now
from support.browser import Browser, Opener
from support.dealer import Dealer
from support.pages import fill_yard, new_car

SITES = {"new_car_sales": "495", "used_car_sales": "495", "sales_manager": "495", "finance": "495"}
ROLES = [(role, SITES.get(role, "499")) for role in FRONTS]
_TILE = re.compile(
    r'<a class="tile[^"]*" href="([^"]+)">\s*<span class="tile-number">(\d+)</span>\s*<span[^>]*>([^<]+)<'
)
_BAR = re.compile(r'class="line-link" href="([^"]+)">(?:<span class="chip[^>]+>)?([^<]+)<.*?"figures">(\d+)<')
_ALL = re.compile(r'<a href="(/app/[^"]+)">Vis alle \((\d+)\)')


async def counted(browser: Browser, href: str) -> tuple[int, str]:
    """Return how many rows a list has by its table, page by page, and what stands over it."""
    page = (await browser.get(unescape(href))).text
    total, rest = page.count('<tr class="list-row"'), page
    while follow := re.search(r'hx-get="(/app/[^"]*after=[^"]+)"', rest):
        rest = (await browser.part(unescape(follow[1]))).text
        total += rest.count('<tr class="list-row"')
    return total, page


async def fleet(dealer: Dealer) -> None:
    """Bring vehicles to a site, and a driver who has something to fetch and something to be approved."""
    leader, driver = await dealer.person("fleet_manager", "499"), await dealer.person("driver", "499")
    vans = [
        await dealer.create(leader, "vehicles", number=f"V{n}", vehicle_type="van", classification="pool")
        for n in (1, 2)
    ]
    for van in vans:
        await dealer.do(leader, "vehicles", "activate", van)
    await dealer.do(leader, "vehicles", "take_out", vans[1], reason="Bremser")
    chief = await dealer.person("supervisor", "499")
    whose = {"user": str(driver.user), "manager": str(chief.user)}
    row = await dealer.create(leader, "drivers", name="Sjåfør", **whose)
    await dealer.create(leader, "certifications", driver=str(row), kind="licence_b")
    given = await dealer.create(leader, "assignments", vehicle=str(vans[0]), driver=str(row))
    await dealer.do(leader, "assignments", "submit", given)
    times = {"starts_at": utc_now().isoformat(), "ends_at": (utc_now() + timedelta(hours=1)).isoformat()}
    await dealer.create(driver, "reservations", vehicle=str(vans[0]), **times)


async def livestock(dealer: Dealer) -> None:
    """Bring cars, parts, work and money to the sites, so that hardly any number is nothing."""
    cars = await fill_yard(dealer, 28)
    used, parts = await dealer.person("used_car_sales", "495"), await dealer.person("parts", "499")
    planner, admin = await dealer.person("planner", "499"), await dealer.person("tenant_admin")
    mechanic, detailer = await dealer.person("mechanic", "499"), await dealer.person("detailer", "499")
    hands = {"assigned_mechanic": str(mechanic.user), "assigned_detailer": str(detailer.user)}
    for car in cars[5:28:7]:
        await dealer.do(planner, "cars", "update", car, **hands)
    for number in range(3):
        await new_car(dealer, used, 100 + number, car_type="used", order_number=None, delivery_date=None)
    accessory = await dealer.create(
        await dealer.person("new_car_sales", "495"), "car_accessories", car=str(cars[0]), name="Hengerfeste"
    )
    late = (oslo_day(utc_now()) - timedelta(days=3)).isoformat()
    await dealer.create(parts, "parts_orders", car=str(cars[2]), part_name="Filter", eta=late)
    await dealer.create(parts, "parts_orders", car=str(cars[3]), part_name="Belte")
    await dealer.create(admin, "work_items", car=str(cars[3]), description="Bulk i dør", price="9000")
    await dealer.do(parts, "car_accessories", "update", accessory, status="ordered")
    await fleet(dealer)
    sold = {"sold_at": utc_now().isoformat()}
    await dealer.do(await dealer.person("new_car_sales", "495"), "cars", "update", cars[1], **sold)


def test_every_role_has_a_front_page() -> None:
    assert set(FRONTS) == set(LABELS) - {OPERATOR}
    assert all(0 < len(front.tiles) <= 6 for front in FRONTS.values())


@pytest.mark.parametrize(("role", "site"), ROLES)
async def test_each_number_opens_exactly_what_it_counts(role: str, site: str, dealer: Dealer, signed: Opener) -> None:
    await livestock(dealer)
    browser = await signed(role, site)
    text = (await browser.get("/")).text
    tiles = _TILE.findall(text)
    assert len(tiles) == len(FRONTS[role].tiles), tiles
    assert any(number != "0" for _, number, _ in tiles), tiles
    for href, number, name in tiles:
        assert (await counted(browser, href))[0] == int(number), (name, href)
    for href, name, number in _BAR.findall(text):
        assert (await counted(browser, href))[0] == int(number), (name, href)
    for href, number in _ALL.findall(text):
        assert (await counted(browser, href))[0] == int(number), href


async def test_what_is_due_first_waits_on_top(dealer: Dealer, signed: Opener) -> None:
    await fill_yard(dealer, 28)
    browser = await signed("planner", "499")
    text = (await browser.get("/")).text
    work = text.split('id="home-work"')[1].split('id="home-stages"')[0]
    due = re.findall(r'class="home-due[^"]*"><time datetime="([^"]+)"', work)
    assert len(due) > 2
    assert due == sorted(due)
    states = set(re.findall(r'class="chip hue-\w+"[^>]*>([^<]+)<', work))
    assert states == {"Klar for planlegging"}


async def test_a_planner_is_not_told_of_other_peoples_work(dealer: Dealer, signed: Opener) -> None:
    await fill_yard(dealer, 28)
    text = (await (await signed("planner", "499")).get("/")).text
    waiting = {name: number for _, number, name in _TILE.findall(text)}["Venter på planlegging"]
    assert waiting == str(len(range(4, 28, 7)))


async def test_nothing_waits_for_a_new_person(signed: Opener) -> None:
    for role, site in (("mechanic", "499"), ("manager", "490"), ("parts", "495")):
        assert "Ingenting venter på deg." in (await (await signed(role, site)).get("/")).text


async def test_the_roles_of_a_person_share_six_tiles(dealer: Dealer, signed: Opener) -> None:
    await fill_yard(dealer, 7)
    text = (await (await signed("reception+planner", "499")).get("/")).text
    names = [name for _, _, name in _TILE.findall(text)]
    assert names[:2] == ["Å kontrollere", "Venter på planlegging"]
    assert len(names) == len(set(names)) == 6
    assert 'id="work-reception"' in text
    assert 'id="work-planner"' in text


@pytest.mark.parametrize(
    ("role", "label", "address"),
    [
        ("planner", "Plan", "/app/plan"),
        ("mechanic", "Min plan", "/app/plan/mine"),
        ("detailer", "Min plan", "/app/plan/mine"),
        ("reception", None, None),
    ],
)
async def test_who_lives_by_the_plan_opens_it_from_here(
    role: str, label: str | None, address: str | None, signed: Opener
) -> None:
    text = (await (await signed(role, "499")).get("/")).text
    head = text.split('<div class="page-head">')[1].split('<div id="home">')[0]
    found = re.findall(r'href="(/app/plan[^"]*)">(?:<svg.*?</svg>)?([^<]+)<', head)
    assert found == ([(address, label)] if label else [])


async def test_a_part_of_the_page_is_what_keeps_up(dealer: Dealer, signed: Opener) -> None:
    await fill_yard(dealer, 7)
    browser = await signed("reception", "499")
    part = (await browser.part("/")).text
    assert "<html" not in part
    assert part.count("data-live") == 3


async def test_lead_times_say_what_they_rest_on(dealer: Dealer, signed: Opener) -> None:
    manager = await signed("manager", "490")
    assert "Ingen biler er blitt klare de siste 90 dagene." in (await manager.get("/")).text
    await _made_ready(dealer)
    text = (await manager.get("/")).text
    assert "1 bil som ble klar siste 90 dager." in text
    times = text.split('id="times-title"')[1].split("</table>")[0]
    assert "Mottakskontroll" in times
    assert "Teknisk klargjøring" in times
    # The figures page says the same of the same days.
    figures = unescape(text.split('id="lead-title"')[1].split('href="', 1)[1].split('"')[0])
    answer = (await manager.get(figures)).text
    there = answer.split('id="stages-title"')[1].split("</table>")[0]
    mean = re.compile(r'hue-\w+">([^<]+)</span>\s*</th>\s*<td[^>]*figures[^>]*>\s*([^<]+?)\s*<')
    told, same = dict(mean.findall(times)), dict(mean.findall(there))
    assert told
    assert told.items() <= same.items()


async def _made_ready(dealer: Dealer, number: int = 7) -> UUID:
    """Bring one car of the manager's own site through its preparation."""
    seller = await dealer.person("new_car_sales", "490")
    car = await new_car(dealer, seller, number)
    everyone = {role: await dealer.person(role, "490") for role in ("reception", "planner")}

    async def set_facts(actor: Actor, *names: str) -> None:
        for name in names:
            value = True if name.endswith("_approved") else utc_now().isoformat()
            await dealer.do(actor, "cars", "update", car, **{name: value})

    arrival = ("arrived_prep_center_at", "inspection_started_at", "inspection_completed_at", "inspection_approved")
    await set_facts(everyone["reception"], *arrival)
    await set_facts(everyone["planner"], "scheduled_technical_start", "scheduled_cosmetic_start")
    await set_facts(everyone["planner"], "technical_started_at", "technical_completed_at")
    await set_facts(everyone["planner"], "cosmetic_started_at", "cosmetic_completed_at")
    await set_facts(everyone["reception"], "quality_checked_at", "quality_approved")
    assert (await dealer.read(seller, "cars", car))["ready_for_delivery_at"]
    return car


async def test_finance_sees_cost_and_margin(dealer: Dealer, signed: Opener) -> None:
    seller, finance = await dealer.person("new_car_sales", "490"), await dealer.person("finance", "490")
    car = await new_car(dealer, seller, 3, sale_price=400000)
    await dealer.do(finance, "cars", "update", car, purchase_price=350000)
    await dealer.do(seller, "cars", "update", car, sold_at=utc_now().isoformat())
    text = (await (await signed("finance", "490")).get("/")).text
    table = unescape(text.split('id="money-title"')[1].split("</table>")[0])
    figures = re.sub(r"\s", " ", table.replace("\u202f", " ").replace("\xa0", " "))
    assert "400 000 kr" in figures
    assert "50 000 kr" in figures
    assert "Fortjeneste" in figures
    assert "har innkjøpspris" not in text
    other = await new_car(dealer, seller, 4, sale_price=300000, sold_at=utc_now().isoformat())
    text = (await (await signed("finance", "490")).get("/")).text
    left_out = re.findall(r'<a href="([^"]*)">1 av 2 har innkjøpspris\.</a>', text)
    listed = (await (await signed("finance", "490")).get(unescape(left_out[0]))).text
    assert (str(other) in listed, str(car) in listed) == (True, False)


async def test_a_technician_is_told_of_work_that_nobody_has(dealer: Dealer, signed: Opener) -> None:
    leader = await dealer.person("fleet_manager", "499")
    van = await dealer.create(leader, "vehicles", number="V1", vehicle_type="van")
    await dealer.create(leader, "work_orders", title="Bremser", vehicle=str(van))
    browser = await signed("technician", "499")
    numbers = {name: (href, number) for href, number, name in _TILE.findall((await browser.get("/")).text)}
    href, number = numbers["Arbeidsordrer ingen har"]
    assert number == "1"
    assert "Bremser" in (await browser.get(unescape(href))).text
