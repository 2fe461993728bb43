"""The menu follows the modules that a company uses, and stays short."""

import re

from directapp.interfaces.web.core.feature import MOST_IN_MENU
from support.browser import Opener
from support.dealer import Dealer

_MENU = re.compile(r'<nav class="rail".*?</nav>', re.DOTALL)


def entries(page: str) -> tuple[list[str], list[str]]:
    """Return where the menu leads, and what of it stands under "More"."""
    menu = _MENU.findall(page)[0].replace('class="rail-logo"', "")
    folded = "".join(re.findall(r"<details.*?</details>", menu, re.DOTALL))
    links = re.compile(r'<a class="rail-link[^"]*" href="([^"]+)"')
    return links.findall(menu), links.findall(folded)


async def test_what_a_company_does_not_use_is_out_of_the_menu_and_not_out_of_reach(
    dealer: Dealer, signed: Opener
) -> None:
    admin = await signed("tenant_admin", "490")
    assert {"/app/cars", "/app/figures"} <= set(entries((await admin.get("/")).text)[0])
    address = f"/app/tenants/{dealer.tenant}"
    form = await admin.form(address, "modules", modules="fleet")
    assert (await admin.client.post(address, data=form)).status_code == 303
    links = entries((await admin.get("/")).text)[0]
    assert not {"/app/cars", "/app/figures"} & set(links)
    assert (await admin.get("/app/cars")).status_code == 200


async def test_a_company_that_only_deals_in_cars_is_not_offered_the_roles_of_fleets(
    dealer: Dealer, signed: Opener
) -> None:
    admin = await signed("tenant_admin", "490")
    driver = await dealer.person("driver", "490")
    lists = ("/app/users/do/invite", f"/app/users/{driver.user}/do/set_roles", "/app/network_rules/new")
    for used, offered in (("", True), ("dealership,fleet", True), ("dealership", False)):
        form = await admin.form(f"/app/tenants/{dealer.tenant}", "modules", modules=used.split(","))
        await admin.client.post(f"/app/tenants/{dealer.tenant}", data=form)
        for address in lists:
            page = (await admin.get(address)).text
            assert ('value="dispatcher"' in page) is offered, (used, address)
            assert 'value="mechanic"' in page
        assert ("Trafikkleder" in (await admin.get("/app/setup/people")).text) is offered
    # Who has such a role keeps it, by its name.
    page = (await admin.get(lists[1])).text
    assert re.search(r'value="driver"[^>]*checked', page)
    # And whoever's menu has no cars begins on the front page where the installed app opens.
    browser = await signed("driver", "490")
    opened = await browser.get("/app/floor")
    assert (opened.status_code, opened.headers["location"]) == (303, "/")


async def test_nobody_has_a_longer_menu_than_the_most(signed: Opener) -> None:
    for role, site in (("tenant_admin", ""), ("manager", "490"), ("driver", "490")):
        links, folded = entries((await (await signed(role, site)).get("/")).text)
        assert len(links) - len(folded) + bool(folded) <= MOST_IN_MENU


async def test_what_a_fleet_sets_up_once_stands_under_administration(dealer: Dealer, signed: Opener) -> None:
    admin = await signed("tenant_admin", "490")
    set_up = {"/app/service_programs", "/app/resources", "/app/departments"}
    address = f"/app/tenants/{dealer.tenant}"
    form = await admin.form(address, "modules", modules="fleet")
    await admin.client.post(address, data=form)
    for role, led in (("tenant_admin", set_up), ("fleet_manager", {"/app/service_programs"}), ("driver", set())):
        browser = await signed(role, "490")
        links, folded = entries((await browser.get("/")).text)
        assert len(links) - len(folded) + bool(folded) <= MOST_IN_MENU, role
        assert {"/app/vehicles", "/app/maintenance_schedules", "/app/work_orders"} <= set(links), role
        assert not set_up & set(links), role
        inside = (await browser.get("/app/admin")).text if led else ""
        assert led == {one for one in set_up if f'href="{one}"' in inside}, role
        assert ("/app/admin" in links) is bool(led), role
    # A company without a fleet is not led to what only fleets set up.
    form = await admin.form(address, "modules", modules="dealership")
    await admin.client.post(address, data=form)
    assert 'href="/app/service_programs"' not in (await admin.get("/app/admin")).text


async def test_one_search_finds_cars_and_vehicles(dealer: Dealer, signed: Opener) -> None:
    manager = await dealer.person("manager", "490")
    await dealer.create(manager, "cars", make="Volvo", model="EX30", vin="WZZTESTXXRX000021", car_type="new")
    values = {"number": "V-77", "vehicle_type": "truck", "make": "Volvo", "model": "FL", "license_plate": "EX10077"}
    van = await dealer.create(manager, "vehicles", **values)
    browser = await signed("manager", "490")
    found = (await browser.get("/app/palette?q=volvo")).json()["items"]
    assert [one["href"].split("/")[2] for one in found if "Volvo" in one["label"]] == ["cars", "vehicles"]
    assert (await browser.get("/app/palette?q=ex 10077")).json()["go"] == f"/app/vehicles/{van}"
