"""Administration: who opens what, the tree of sites, stage goals, inspection templates."""

import re
from html import unescape
from typing import Any
from uuid import UUID

import pytest

from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7
from support.browser import Browser, Opener, field
from support.dealer import Dealer

GOALS, TEMPLATES, PEOPLE = "/app/admin/goals", "/app/admin/templates", "/app/admin/people"
ITEMS = [
    {"code": "paint", "nb": "Lakk", "en": "Paint"},
    {"code": "brakes", "nb": "Bremser", "en": "Brakes", "critical": True},
    {"code": "keys", "nb": "Nøkler", "en": "Keys"},
]


def places(text: str) -> list[str]:
    return re.findall(
        r'class="line-link" href="([^"]+)"', text.split("admin-heading", maxsplit=1)[1].split("</main>", maxsplit=1)[0]
    )


# -- the front page of administration -------------------------------------------------------------------


async def test_each_opens_what_they_may_change(signed: Opener) -> None:
    everything = (await (await signed("tenant_admin", "490")).get("/app/admin")).text
    assert {
        PEOPLE,
        "/app/admin/sites",
        "/app/branding",
        GOALS,
        TEMPLATES,
        "/app/imports",
        "/app/permissions",
    } <= (set(places(everything)))
    managed = places((await (await signed("manager")).get("/app/admin")).text)
    assert {PEOPLE, GOALS, TEMPLATES, "/app/permissions"} <= set(managed)


@pytest.mark.parametrize("role", ["tenant_admin", "manager"])
async def test_every_page_that_is_offered_opens(role: str, signed: Opener) -> None:
    browser = await signed(role, "490")
    page = (await browser.get("/app/admin")).text
    for href in places(page):
        assert (await browser.get(href)).status_code == 200, href


async def test_it_stands_in_the_rail_of_those_who_have_it(signed: Opener) -> None:
    def rail(text: str) -> str:
        return text.split('class="rail"')[1].split("</nav>", maxsplit=1)[0]

    manager = rail((await (await signed("manager")).get("/")).text)
    assert 'href="/app/admin"' in manager
    assert 'href="/app/users"' not in manager
    mechanic = await signed("mechanic", "499")
    page = rail((await mechanic.get("/")).text)
    assert 'href="/app/admin"' not in page
    assert 'href="/app/users"' in page
    assert (await mechanic.get("/app/admin")).status_code == 403


# -- people ---------------------------------------------------------------------------------------------


async def test_a_manager_has_the_people_of_the_site_in_one_place(dealer: Dealer, signed: Opener) -> None:
    colleague = await dealer.person("used_car_sales", "495")
    stranger = await dealer.person("planner", "499")
    manager = await signed("manager", "495")
    invited = {"first_name": "Ny", "last_name": "Hansen", "email": f"ny.{dealer.tenant.hex}@example.test"}
    await dealer.do(manager.actor, "users", "invite", roles=["used_car_sales"], **invited)
    text = (await manager.get(PEOPLE)).text
    assert str(stranger.user) not in text
    assert f'href="/app/users/{colleague.user}/do/set_roles"' in text
    assert f'href="/app/users/{colleague.user}/do/deactivate"' in text
    assert f"/app/users/{colleague.user}/do/activate" not in text
    assert f"/app/users/{manager.actor.user}/do/" not in text
    assert "ikke logget inn ennå" in text.split("Hansen")[1].split("</li>", maxsplit=1)[0]
    await manager.send(f"/app/users/{colleague.user}/do/deactivate")
    text = (await manager.get(PEOPLE)).text
    assert f'href="/app/users/{colleague.user}/do/activate"' in text
    assert "Deaktivert: 1" in text
    assert 'href="/app/users/do/invite"' in text


async def test_an_administrator_chooses_the_site_whose_people_are_shown(dealer: Dealer, signed: Opener) -> None:
    planner = await dealer.person("planner", "499")
    admin = await signed("tenant_admin", "490")
    assert str(planner.user) in (await admin.get(PEOPLE)).text
    assert str(planner.user) not in (await admin.get(f"{PEOPLE}?site={dealer.sites['495']}")).text
    assert (await (await signed("planner", "499")).get(PEOPLE)).status_code == 403


# -- the tree -------------------------------------------------------------------------------------------


async def test_sites_stand_under_their_head_office(dealer: Dealer, signed: Opener) -> None:
    admin = await dealer.person("tenant_admin")
    for number, parent in (("499", "490"), ("495", "490"), ("324", "495")):
        await dealer.do(
            admin, "dealerships", "update", dealer.sites[number], parent_dealership=str(dealer.sites[parent])
        )
    await dealer.do(admin, "dealerships", "update", dealer.sites["324"], active=False)
    text = (await (await signed("tenant_admin", "490")).get("/app/admin/sites")).text
    tree = text.split('class="lines tree"')[1].split("</main>")[0]
    depth, found = 0, {}
    for mark in re.finditer(r"<ul>|</ul>|tree-number\">(\d+)<", tree):
        depth += {"<ul>": 1, "</ul>": -1}.get(mark[0], 0)
        if mark[1]:
            found[mark[1]] = depth
    assert found == {"490": 0, "499": 1, "495": 1, "324": 2}
    assert f'href="/app/dealerships/{dealer.sites["495"]}"' in tree
    assert tree.count("Ikke i drift") == 1
    assert "Klargjøres hos 499 Skade og bilpleie" in tree
    assert "Klargjør for 2" in tree
    assert "/app/dealerships/new" in text
    assert "/app/dealerships/new" not in (await (await signed("manager")).get("/app/admin/sites")).text


# -- stage goals ----------------------------------------------------------------------------------------


async def goals_form(browser: Browser, site: UUID, **values: str) -> dict[str, Any]:
    text = (await browser.get(f"{GOALS}?site={site}")).text
    found = {n: field(text, n) for n in ("_csrf", "_key", "_version", "_base", "site")}
    typed = re.findall(r'name="(\w+\.(?:yellow|red))" value="([^"]*)"', text)
    return found | dict(typed) | {n.replace("__", "."): v for n, v in values.items()}


async def stored_goals(dealer: Dealer, site: str) -> Any:
    return (await dealer.read(await dealer.person("tenant_admin"), "dealerships", dealer.sites[site]))["stage_goals"]


async def test_goals_are_set_in_a_form_and_empty_is_the_usual(dealer: Dealer, signed: Opener) -> None:
    manager, site = await signed("manager", "499"), dealer.sites["499"]
    form = await goals_form(manager, site, inspection__yellow="4", inspection__red="6,5", quality_check__yellow="2")
    assert (await manager.client.post(GOALS, data=form)).status_code == 303
    assert await stored_goals(dealer, "499") == {
        "inspection": {"yellow": 4, "red": 6.5},
        "quality_check": {"yellow": 2, "red": 4},
    }
    again = await goals_form(manager, site)
    assert again["inspection.red"] == "6,5"
    assert again["planned.yellow"] == ""
    emptied = {name: "" if name.startswith("inspection.") else value for name, value in again.items()}
    assert (await manager.client.post(GOALS, data=emptied)).status_code == 303
    assert set(await stored_goals(dealer, "499")) == {"quality_check"}


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("inspection.yellow", "snart", "«snart» er ikke et antall timer."),
        ("inspection.red", "-3", "Fra litt over 0 til 8784 timer."),
        ("inspection.red", "1", "Rødt kan ikke komme før gult."),
        ("planned.red", "8", "Skriv når den blir gul."),
    ],
)
async def test_what_is_wrong_stands_at_its_field(
    name: str, typed: str, told: str, dealer: Dealer, signed: Opener
) -> None:
    manager = await signed("manager", "499")
    form = await goals_form(manager, dealer.sites["499"], inspection__yellow="4", in_transit__yellow="30")
    answer = await manager.client.post(GOALS, data=form | {name: typed})
    assert answer.status_code == 422
    text = unescape(answer.text)
    wrong = "planned.yellow" if name == "planned.red" else name
    assert re.search(rf'id="{re.escape(wrong)}-about">{re.escape(told)}<', text)
    assert f'href="#{wrong}"' in text
    assert text.count(told) == 1
    assert f'name="{name}" value="{typed}"' in text
    assert 'name="in_transit.yellow" value="30"' in text
    assert await stored_goals(dealer, "499") == {}


async def test_goals_saved_by_another_are_shown_beside_ones_own(dealer: Dealer, signed: Opener) -> None:
    manager, site = await signed("manager", "499"), dealer.sites["499"]
    form = await goals_form(manager, site, inspection__yellow="4")
    admin = await dealer.person("tenant_admin")
    await dealer.do(admin, "dealerships", "update", site, stage_goals={"inspection": {"yellow": 9, "red": 10}})
    answer = await manager.client.post(GOALS, data=form)
    assert answer.status_code == 409
    assert "Lagret nå: gul 9, rød 10" in answer.text
    assert 'name="inspection.yellow" value="4"' in answer.text
    again = form | {n: field(answer.text, n) for n in ("_key", "_version", "_base")}
    assert (await manager.client.post(GOALS, data=again)).status_code == 303
    assert (await stored_goals(dealer, "499"))["inspection"]["yellow"] == 4


async def test_another_change_of_the_site_is_no_conflict(dealer: Dealer, signed: Opener) -> None:
    manager, site = await signed("manager", "499"), dealer.sites["499"]
    form = await goals_form(manager, site, inspection__yellow="4")
    await dealer.do(await dealer.person("tenant_admin"), "dealerships", "update", site, location="Sørlandsparken")
    assert (await manager.client.post(GOALS, data=form)).status_code == 303


async def test_the_goals_of_another_site_are_not_ones_own(dealer: Dealer, signed: Opener) -> None:
    manager = await signed("manager", "495")
    assert (await manager.get(f"{GOALS}?site={dealer.sites['499']}")).status_code == 403
    assert (await (await signed("planner", "499")).get(GOALS)).status_code == 403
    admin = (await (await signed("tenant_admin", "490")).get(GOALS)).text
    assert admin.count("<option") == len(dealer.sites)


@pytest.mark.parametrize(
    ("address", "mark"),
    [
        ("/app/cars/board", r'class="card-age age-(\w+)"'),
        ("/app/cars?columns=license_plate,status_since", r'<time class="age-(\w+)"'),
        ("/", r'class="home-age age-(\w+)"'),
    ],
)
async def test_ages_follow_the_goals_of_the_site_that_prepares(
    address: str, mark: str, dealer: Dealer, signed: Opener, car: UUID
) -> None:
    admin = await dealer.person("tenant_admin")
    reception = await dealer.person("reception", "499")
    for name in ("arrived_prep_center_at", "inspection_started_at", "inspection_approved"):
        value: Any = True if name == "inspection_approved" else utc_now().isoformat()
        await dealer.do(reception, "cars", "update", car, **{name: value})
    browser = await signed("planner", "499")
    assert re.findall(mark, (await browser.get(address)).text) == []
    for goal, tone in (({"yellow": 1e-9, "red": 8000}, "soon"), ({"yellow": 1e-9, "red": 2e-9}, "late")):
        await dealer.do(admin, "dealerships", "update", dealer.sites["499"], stage_goals={"ready_to_plan": goal})
        assert re.findall(mark, (await browser.get(address)).text) == [tone]


# -- inspection templates -------------------------------------------------------------------------------


async def template(dealer: Dealer, **values: Any) -> UUID:
    named = {"name_nb": "Kort", "name_en": "Short", "car_type": "new", "items": ITEMS}
    return await dealer.create(await dealer.person("tenant_admin"), "inspection_templates", **{**named, **values})


async def sheet(browser: Browser, address: str) -> dict[str, Any]:
    text = (await browser.get(address)).text
    text = text.split("data-points")[1].split("<template")[0]
    hidden = {n: field(text, n) for n in ("_csrf", "_key")}
    version = re.search(r'name="_version" value="(\d+)"', text)
    names = {n: unescape(re.search(rf'name="{n}" value="([^"]*)"', text)[1]) for n in ("name_nb", "name_en")}  # type: ignore[index]
    chosen = re.findall(r'<option value="(\w+)" selected', text)
    lists = {n: [unescape(v) for v in re.findall(rf'name="{n}" value="([^"]*)"', text)] for n in ("code", "nb", "en")}
    marked = re.findall(r'name="critical" value="([^"]+)" checked', text)
    values = dict(zip(("car_type", "kind"), chosen, strict=False))
    version_of = {"_version": version[1]} if version else {}
    return hidden | version_of | names | values | lists | {"critical": marked, "active": "true"}


async def items(dealer: Dealer, record: UUID) -> Any:
    return (await dealer.read(await dealer.person("tenant_admin"), "inspection_templates", record))["items"]


async def test_lines_are_moved_added_and_removed_without_a_script(dealer: Dealer, signed: Opener) -> None:
    record = await template(dealer)
    manager, address = await signed("manager"), f"{TEMPLATES}/{record}"
    form = await sheet(manager, address)
    form["nb"][0] = "Lakk og folie"
    moved = await manager.client.post(address, data={**form, "do": "down.paint"})
    assert moved.status_code == 200
    assert re.findall(r'name="nb" value="([^"]+)"', moved.text) == ["Bremser", "Lakk og folie", "Nøkler"]
    assert 'data-focus-on="down-paint"' in moved.text
    removed = await manager.client.post(address, data={**form, "do": "remove.keys"})
    assert re.findall(r'name="code" value="(\w+)"', removed.text.split("<template")[0]) == ["paint", "brakes"]
    added = await manager.client.post(address, data={**form, "do": "add"})
    assert added.text.split("<template")[0].count("data-point>") == 4
    assert await items(dealer, record) == ITEMS


async def test_a_template_is_saved_in_its_order_with_codes_of_their_own(dealer: Dealer, signed: Opener) -> None:
    record = await template(dealer)
    manager, address = await signed("manager"), f"{TEMPLATES}/{record}"
    form = await sheet(manager, address)
    assert form["critical"] == ["brakes"]
    form |= {
        "code": ["brakes", "paint", "new-1", "new-2", "new-3"],
        "nb": ["Bremser", "Lakk", "Påhengsfeste", "Lakk", ""],
        "en": ["Brakes", "Paint", "Tow bar", "Paint, again", ""],
        "critical": ["paint", "new-1"],
    }
    assert (await manager.client.post(address, data=form)).status_code == 303
    assert await items(dealer, record) == [
        {"code": "brakes", "nb": "Bremser", "en": "Brakes"},
        {"code": "paint", "nb": "Lakk", "en": "Paint", "critical": True},
        {"code": "pahengsfeste", "nb": "Påhengsfeste", "en": "Tow bar", "critical": True},
        {"code": "lakk", "nb": "Lakk", "en": "Paint, again"},
    ]


async def test_nothing_typed_is_lost_by_an_error(dealer: Dealer, signed: Opener) -> None:
    manager = await signed("manager")
    form = await sheet(manager, f"{TEMPLATES}/new")
    form |= {"name_nb": "Bruktbil", "name_en": "", "code": ["new-1"], "nb": ["Dekk"], "en": [""], "critical": ["new-1"]}
    form |= {"car_type": "used", "kind": "mottak"}
    answer = await manager.client.post(f"{TEMPLATES}/new", data=form)
    assert answer.status_code == 422
    text = unescape(answer.text)
    assert 'id="name_en-about">Skriv et navn.' in text
    assert 'id="en-new-1-about">Skriv teksten på engelsk.' in text
    assert 'href="#en-new-1"' in text
    assert 'name="name_nb" value="Bruktbil"' in text
    assert 'name="nb" value="Dekk"' in text
    assert 'name="critical" value="new-1" checked' in text
    empty = await manager.client.post(f"{TEMPLATES}/new", data=form | {"name_en": "Used", "nb": [""], "critical": []})
    assert "Skriv minst ett punkt." in empty.text
    done = await manager.client.post(f"{TEMPLATES}/new", data=form | {"name_en": "Used", "en": ["Tyres"]})
    assert done.status_code == 303
    made = UUID(done.headers["location"].rpartition("/")[2])
    assert await items(dealer, made) == [{"code": "dekk", "nb": "Dekk", "en": "Tyres", "critical": True}]


async def test_two_who_edit_the_same_template_see_both(dealer: Dealer, signed: Opener) -> None:
    record = await template(dealer)
    manager, address = await signed("manager"), f"{TEMPLATES}/{record}"
    form = await sheet(manager, address)
    other = [{"code": "glass", "nb": "Ruter", "en": "Windows"}]
    await dealer.do(await dealer.person("tenant_admin"), "inspection_templates", "update", record, items=other)
    form["nb"][0] = "Lakk og folie"
    answer = await manager.client.post(address, data=form)
    assert answer.status_code == 409
    assert "Ruter / Windows" in answer.text
    assert 'name="nb" value="Lakk og folie"' in answer.text
    again = form | {n: field(answer.text, n) for n in ("_key", "_version")}
    assert (await manager.client.post(address, data=again)).status_code == 303
    assert (await items(dealer, record))[0]["nb"] == "Lakk og folie"


async def test_the_list_says_which_template_new_inspections_use(dealer: Dealer, signed: Opener) -> None:
    await template(dealer)
    await template(dealer, name_nb="Nyere", name_en="Newer")
    await template(dealer, name_nb="Gammel", name_en="Old", car_type="used", active=False)
    text = (await (await signed("manager")).get(TEMPLATES)).text
    told = re.findall(r'line-link" href="[^"]+">([^<]+)<.*?template-use is-(\w+)', text, re.DOTALL)
    assert told == [("Kort", "used"), ("Nyere", "outranked"), ("Gammel", "unused")]


async def test_a_new_inspection_uses_the_edited_template(dealer: Dealer, signed: Opener, car: UUID) -> None:
    record = await template(dealer)
    manager, address = await signed("manager"), f"{TEMPLATES}/{record}"
    form = await sheet(manager, address)
    form |= {"code": ["new-1"], "nb": ["Dekk"], "en": ["Tyres"], "critical": ["new-1"]}
    assert (await manager.client.post(address, data=form)).status_code == 303
    reception = await signed("reception", "499")
    await dealer.do(reception.actor, "cars", "update", car, arrived_prep_center_at=utc_now().isoformat())
    begun = await dealer.do(reception.actor, "inspections", "begin", car=str(car))
    assert begun.record is not None
    assert "Dekk (kritisk punkt)" in (await reception.get(f"/app/inspections/{begun.record}")).text
    answers = [{"item": "dekk", "result": "remark", "note": "Slitt"}]
    await dealer.do(reception.actor, "inspections", "update", begun.record, answers=answers)
    page = f"/app/inspections/{begun.record}"
    refused = await reception.send(f"{page}/do/complete", approved="true")
    assert refused.status_code == 409
    assert "lag arbeidspunkt av det kritiske funnet" in refused.text


async def test_who_only_reads_a_template_gets_no_buttons(dealer: Dealer, signed: Opener) -> None:
    record = await template(dealer)
    planner = await signed("planner", "499")
    text = (await planner.get(f"{TEMPLATES}/{record}")).text
    assert "readonly" in text
    assert 'name="do"' not in text
    assert (await planner.get(f"{TEMPLATES}/new")).status_code == 403
    form = await sheet(await signed("manager"), f"{TEMPLATES}/{record}") | {"name_nb": "Mitt"}
    own = form | {"_csrf": await planner.token(), "_key": uuid7().hex}
    assert (await planner.send(f"{TEMPLATES}/{record}", **own)).status_code == 403
    assert (await dealer.read(planner.actor, "inspection_templates", record))["name_nb"] != "Mitt"
