"""What an administrator without a site reaches, and that settings are forms in words: no JSON, no codes."""

import asyncio
import re
from html import unescape
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from directapp.app.container import Application
from directapp.kernel.actor import system_actor
from directapp.kernel.errors import ForbiddenError
from directapp.kernel.ids import uuid7
from support.browser import Browser, Opener, field
from support.dealer import Dealer
from support.pages import PASSWORD, fill_yard, give_password
from support.post import prepared, sold_car

ADMIN, LIMITS = "/app/admin", "/app/admin/limits"
HOURS = "mandag: 07:00-16:00\nlørdag: 10:00-14:00"
NO_SITE = "Ingen anlegg ennå. Det som settes for et anlegg, begynner med det første."


def places(text: str) -> list[str]:
    return re.findall(
        r'class="line-link" href="([^"]+)"', text.split("admin-heading", maxsplit=1)[1].split("</main>", maxsplit=1)[0]
    )


async def empty_tenant(application: Application, pages: FastAPI) -> Browser:
    """Open the browser of the administrator of a company that has nothing yet."""
    dealer = Dealer(application, uuid7())
    company = {"id": str(dealer.tenant), "name": "Tomt Bil", "second_factor_roles": []}
    await dealer.create(system_actor(dealer.tenant, "demo"), "tenants", **company)
    actor = await dealer.person("tenant_admin", "")
    email = await give_password(dealer, actor)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=pages), base_url="http://pages.test")
    assert (await client.post("/sign-in", data={"email": email, "password": PASSWORD})).status_code == 303
    return Browser(client, dealer, actor)


async def test_an_administrator_without_a_site_reaches_everything(signed: Opener) -> None:
    admin = await signed("tenant_admin", "")
    offered = places((await admin.get(ADMIN)).text)
    collections = {"resource_types", "working_hours", "capacity_rules", "resource_capacities", "resource_sharing"}
    assert {f"/app/{name}" for name in collections | {"absences", "api_keys", "users"}} <= {
        *offered,
        "/app/users",
    }
    assert {"/app/admin/company", "/app/branding", LIMITS} <= set(offered)
    for href in offered:
        assert (await admin.get(href)).status_code == 200, href
    for name in collections | {"absences"}:
        assert (await admin.get(f"/app/{name}/new")).status_code == 200, name


async def test_nothing_is_refused_in_a_company_without_sites(application: Application, pages: FastAPI) -> None:
    admin = await empty_tenant(application, pages)
    for href in places((await admin.get(ADMIN)).text):
        assert (await admin.get(href)).status_code == 200, href
    for href in ("/app/branding", "/app/admin/goals", LIMITS):
        text = unescape((await admin.get(href)).text)
        assert NO_SITE in text, href
        assert 'href="/app/dealerships/new?' in text, href
    await admin.client.aclose()


async def test_a_manager_sets_up_the_own_site_and_not_the_company(dealer: Dealer, signed: Opener) -> None:
    manager = await signed("manager", "499")
    offered = places((await manager.get(ADMIN)).text)
    assert {"/app/working_hours", "/app/capacity_rules", LIMITS} <= set(offered)
    assert not {"/app/admin/company", "/app/resource_types", "/app/resource_sharing"} & set(offered)
    assert (await manager.get(f"{LIMITS}?site={dealer.sites['495']}")).status_code == 403
    assert (await (await signed("planner", "499")).get(LIMITS)).status_code == 403
    assert (await (await signed("planner", "499")).get(ADMIN)).status_code == 403


@pytest.mark.parametrize("role", ["tenant_admin", "manager"])
async def test_settings_are_no_json(role: str, dealer: Dealer, signed: Opener) -> None:
    admin = await dealer.person("tenant_admin")
    values = {
        "stage_goals": {"inspection": {"yellow": 4, "red": 8}},
        "approval_limits": {"planner": 5000, "finance": None},
        "brand_colors": {"primary": "#aa0000"},
        "opening_hours": {"mon": "07:00-16:00", "sat": "10:00-14:00"},
    }
    await dealer.do(admin, "dealerships", "update", dealer.sites["490"], **values)
    browser = await signed(role, "490")
    addresses = [f"/app/dealerships/{dealer.sites['490']}", "/app/admin/company"]
    addresses += ["/app/dealerships/new", "/app/resource_types/new"] if role == "tenant_admin" else []
    for address in addresses:
        text = unescape((await browser.get(address)).text)
        # Opening hours are lines; every other structure has a form of its own.
        structures = re.findall(r'<textarea class="form-control mono"[^>]* name="(\w+)"[^>]*>([^<]*)<', text)
        assert text.count('<textarea class="form-control mono"') == len(structures), address
        assert set(structures) <= {("opening_hours", ""), ("opening_hours", HOURS)}, address
        assert "{'" not in text, address
        assert not re.search(r'name="(stage_goals|approval_limits|brand_colors|settings)"', text), address
    text = unescape((await browser.get(addresses[0])).text)
    assert (HOURS in text) is (role == "tenant_admin")
    if role == "tenant_admin":
        place = addresses[0]
        form = await browser.form(place, "public", opening_hours="Mandag: 08:00–16:00\nsat: 10:00-14:00")
        assert (await browser.client.post(place, data=form)).status_code == 303
        row = await dealer.read(admin, "dealerships", dealer.sites["490"])
        assert row["opening_hours"] == {"mon": "08:00-16:00", "sat": "10:00-14:00"}
    assert "gul etter 4 t, rød etter 8 t" in text
    assert "5\u00a0000" in text
    assert "Uten grense" in text
    assert f'href="{LIMITS}?site={dealer.sites["490"]}"' in text


async def test_a_colour_is_chosen_and_not_written(signed: Opener) -> None:
    admin = await signed("tenant_admin", "")
    assert re.search(r'type="color" value="#4263eb" id="color"', (await admin.get("/app/resource_types/new")).text)


async def test_limits_that_another_saved_meanwhile_are_not_overwritten(dealer: Dealer, signed: Opener) -> None:
    admin, site = await signed("tenant_admin", "490"), dealer.sites["490"]
    text = (await admin.get(f"{LIMITS}?site={site}")).text
    form = {n: field(text, n) for n in ("_csrf", "_key", "_version", "site")}
    other = await dealer.person("manager", "490")
    await dealer.do(other, "dealerships", "update", site, approval_limits={"planner": 1})
    sent = await admin.client.post(LIMITS, data={**form, "planner": "7000"})
    assert sent.status_code == 409
    assert 'value="7000"' in sent.text
    again = {**form, "_version": field(sent.text, "_version"), "_key": field(sent.text, "_key")}
    assert (await admin.client.post(LIMITS, data={**again, "planner": "7000"})).status_code == 303
    assert (await dealer.read(admin.actor, "dealerships", site))["approval_limits"] == {"planner": 7000}


# -- optional steps -------------------------------------------------------------------------------------

STEPS = "/app/admin/steps"


async def test_what_a_step_would_change_is_shown_before_it_is_switched(dealer: Dealer, signed: Opener) -> None:
    await fill_yard(dealer, 8)
    admin, site = await signed("tenant_admin", ""), dealer.sites["499"]
    shown = unescape((await admin.get(f"{STEPS}?site={site}&quality=off")).text)
    # One car at each of seven stages, and one more at the first: all of them before their work is done.
    assert "8 åpne biler går en annen vei." in shown
    rows = re.findall(r'status=(\w+)">(\d+)</a>', shown)
    assert ("registered", "2") in rows
    assert sum(int(count) for _, count in rows) == 8
    assert (await dealer.read(admin.actor, "dealerships", site))["quality_check"] is True
    other = unescape((await admin.get(f"{STEPS}?site={dealer.sites['495']}&quality=off")).text)
    assert "0 åpne biler går en annen vei." in other


@pytest.mark.parametrize(("wanted", "status"), [("off", "ready_for_delivery"), ("on", "quality_check")])
async def test_the_simulation_is_what_then_happens(wanted: str, status: str, dealer: Dealer, signed: Opener) -> None:
    car = await sold_car(dealer)
    admin, site = await signed("tenant_admin", ""), dealer.sites["499"]
    if wanted == "on":
        await dealer.do(admin.actor, "dealerships", "update", site, quality_check=False)
    text = unescape((await admin.get(f"{STEPS}?site={site}&quality={wanted}")).text)
    said = {
        "off": "Klar for levering så snart arbeidet er gjort, uten kontroll",
        "on": "Kontrolleres når arbeidet er gjort",
    }
    assert said[wanted] in text
    form = {n: field(text, n) for n in ("_csrf", "_key", "_version")}
    sent = await admin.client.post(STEPS, data={**form, "site": str(site), "quality": wanted})
    assert sent.status_code == 303
    await prepared(dealer, car)
    assert (await dealer.read(admin.actor, "cars", car))["status"] == status


async def test_a_manager_switches_steps_of_the_own_site(dealer: Dealer, signed: Opener) -> None:
    manager = await signed("manager", "499")
    assert (await manager.get(STEPS)).status_code == 200
    assert (await manager.get(f"{STEPS}?site={dealer.sites['495']}")).status_code == 403
    assert (await (await signed("planner", "499")).get(STEPS)).status_code == 403


async def used_car(dealer: Dealer, number: int, **more: object) -> UUID:
    seller = await dealer.person("used_car_sales", "495")
    values = {"license_plate": f"EL1234{number}", "make": "Audi", "model": "A4", "car_type": "used"}
    return await dealer.create(seller, "cars", **values, **more)


async def switch(admin: Browser, site: object, **step: str) -> int:
    text = (await admin.get(f"{STEPS}?site={site}&{urlencode(step)}")).text
    form = {n: field(text, n) for n in ("_csrf", "_key", "_version")}
    return (await admin.client.post(STEPS, data={**form, "site": str(site), **step})).status_code


@pytest.mark.parametrize(("wanted", "status"), [("off", "registered"), ("on", "appraised")])
async def test_what_appraisal_would_change_is_what_then_happens(
    wanted: str, status: str, dealer: Dealer, signed: Opener
) -> None:
    admin, site = await signed("tenant_admin", ""), dealer.sites["495"]
    if wanted == "on":
        assert await switch(admin, site, appraisal="off") == 303
    car = await used_car(dealer, 5)
    shown = unescape((await admin.get(f"{STEPS}?site={site}&appraisal={wanted}")).text)
    assert "1 åpen bil går en annen vei." in shown
    said = {"off": "Går videre uten statusen, med eller uten takstpris", "on": "Får statusen når takstprisen settes"}
    assert said[wanted] in shown
    assert (await dealer.read(admin.actor, "dealerships", site))["appraisal"] is (wanted == "off")
    assert await switch(admin, site, appraisal=wanted) == 303
    seller = await dealer.person("used_car_sales", "495")
    await dealer.do(seller, "cars", "update", car, appraisal_price=200_000)
    assert (await dealer.read(seller, "cars", car))["status"] == status


async def test_a_price_that_stands_already_counts_when_appraisal_is_used_again(dealer: Dealer, signed: Opener) -> None:
    admin, site = await signed("tenant_admin", ""), dealer.sites["495"]
    assert await switch(admin, site, appraisal="off") == 303
    car = await used_car(dealer, 6, appraisal_price=150_000)
    assert (await dealer.read(admin.actor, "cars", car))["status"] == "registered"
    shown = unescape((await admin.get(f"{STEPS}?site={site}&appraisal=on")).text)
    assert "Får statusen ved neste endring, fordi takstprisen står" in shown
    assert await switch(admin, site, appraisal="on") == 303
    await dealer.do(await dealer.person("used_car_sales", "495"), "cars", "update", car, color="Blå")
    assert (await dealer.read(admin.actor, "cars", car))["status"] == "appraised"


async def test_a_step_is_left_out_at_every_site_at_once_and_at_new_ones(dealer: Dealer, signed: Opener) -> None:
    await fill_yard(dealer, 8)
    admin = await signed("tenant_admin", "")
    await dealer.do(admin.actor, "dealerships", "update", dealer.sites["495"], quality_check=False)
    shown = unescape((await admin.get(f"{STEPS}?site=all&quality=off")).text)
    assert "1 anlegg har det annerledes nå: 495 Audi." in shown
    assert "8 åpne biler går en annen vei." in shown
    assert (await dealer.read(admin.actor, "dealerships", dealer.sites["499"]))["quality_check"] is True
    assert await switch(admin, "all", quality="off") == 303
    for site in dealer.sites.values():
        assert (await dealer.read(admin.actor, "dealerships", site))["quality_check"] is False
    new = await dealer.create(admin.actor, "dealerships", number="777", name="Ny", dealership_type="sales_and_prep")
    await dealer.application.dispatcher.drain(dealer.tenant)
    row = await dealer.read(admin.actor, "dealerships", new)
    assert (row["quality_check"], row["appraisal"]) == (False, True)
    manager = await signed("manager", "499")
    assert (await manager.get(f"{STEPS}?site=all")).status_code == 403
    assert await switch(manager, dealer.sites["499"], quality="on") == 303
    assert (await dealer.read(admin.actor, "dealerships", dealer.sites["499"]))["quality_check"] is True


@pytest.mark.parametrize(
    ("verb", "patch"),
    [("deactivate", {}), ("set_roles", {"roles": ["mechanic"]}), ("update", {"active": False}), ("delete", {})],
)
async def test_of_two_who_shut_each_other_out_one_stays(dealer: Dealer, verb: str, patch: dict[str, Any]) -> None:
    admins = [await dealer.person("tenant_admin", site) for site in ("490", "499")]
    # Each was let in as an administrator, and the other does it before this one's turn comes.
    told = [dealer.do(one, "users", verb, other.user, **patch) for one, other in (admins, admins[::-1])]
    done = await asyncio.gather(*told, return_exceptions=True)
    assert sorted(isinstance(one, ForbiddenError) for one in done) == [False, True], done
    async with dealer.application.auth.open(dealer.tenant) as rows:
        left = await rows.find("users", {"administrator": True, "active": True})
    assert len(left) == 1
