"""The set-up guide: its steps, sites by number, people by list, hours by template, samples, and trying."""

import re
from collections.abc import AsyncIterator
from html import unescape
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from directapp.app.container import Application
from directapp.connectors.brreg import Enhetsregisteret
from directapp.connectors.twilio import Twilio
from support.browser import Browser, Opener, field
from support.dealer import Dealer
from support.fakes.brreg import NUMBER, FakeBrreg
from support.fakes.server import Reply
from support.fakes.sms import ACCOUNT, SECRET, FakeTwilio
from support.newcomer import empty_dealer
from support.pages import PASSWORD, give_password
from support.post import rows

GUIDE, SITES, PEOPLE, HOURS, TRYING = (f"/app/setup{end}" for end in ("", "/sites", "/people", "/hours", "/trying"))


@pytest.fixture
async def fake(application: Application, pages: FastAPI) -> AsyncIterator[FakeBrreg]:
    """Let the pages ask a register of our own."""
    asked = pages.state.companies
    async with FakeBrreg() as fake:
        pages.state.companies = Enhetsregisteret(application.http, base=fake.base)
        yield fake
    pages.state.companies = asked


@pytest.fixture
async def newcomer(application: Application, pages: FastAPI) -> AsyncIterator[Browser]:
    """Open the browser of the administrator of an empty company."""
    dealer = await empty_dealer(application)
    actor = await dealer.person("tenant_admin", "")
    email = await give_password(dealer, actor)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=pages), base_url="http://pages.test") as client:
        assert (await client.post("/sign-in", data={"email": email, "password": PASSWORD})).status_code == 303
        yield Browser(client, dealer, actor)


def standings(text: str) -> dict[str, str]:
    steps = re.findall(r'setup-step is-(\w+)[^"]*">(.*?)</li>', text, re.DOTALL)
    return {unescape(re.findall(r"<h2>(.*?)</h2>", body)[0]): standing for standing, body in steps}


async def test_a_newcomer_begins_with_the_guide(newcomer: Browser) -> None:
    home = await newcomer.get("/")
    assert (home.status_code, home.headers["location"]) == (303, GUIDE)
    found = standings((await newcomer.get(GUIDE)).text)
    assert found["Gi virksomheten navn"] == "done"
    assert found["Se over arbeidstypene"] == "done"
    assert found["Legg til anleggene"] == found["Inviter folk"] == found["Planlegg den første bilen"] == "open"


async def test_steps_are_skipped_and_taken_up_again_for_whoever_goes_on(newcomer: Browser) -> None:
    admin, dealer = newcomer.actor, newcomer.dealer
    await dealer.do(admin, "tenants", "update", dealer.tenant, settings={"other": 1})
    assert (await newcomer.send(f"{GUIDE}/skip", step="sharing")).status_code == 303
    assert standings((await newcomer.get(GUIDE)).text)["Del kapasitet mellom anlegg"] == "skipped"
    stored = (await dealer.read(admin, "tenants", dealer.tenant))["settings"]
    assert stored == {"other": 1, "setup": {"skipped": ["sharing"]}}
    await newcomer.send(f"{GUIDE}/skip", step="sharing", take_back="1")
    assert standings((await newcomer.get(GUIDE)).text)["Del kapasitet mellom anlegg"] == "open"
    assert (await newcomer.send(f"{GUIDE}/skip", step="tull")).status_code == 404


async def test_the_guide_is_the_administrators(signed: Opener) -> None:
    for role in ("manager", "planner", "new_car_sales"):
        browser = await signed(role, "499")
        assert (await browser.get(GUIDE)).status_code == 403
        assert (await browser.send(f"{GUIDE}/skip", step="sharing")).status_code == 403
        assert (await browser.send(f"{GUIDE}/samples")).status_code == 403
        assert (await browser.get(SITES)).status_code == 403


# -- sites ----------------------------------------------------------------------------------------------


def places(text: str) -> dict[str, Any]:
    keys = re.findall(r'name="key" value="(\d+)"', text)
    found: dict[str, Any] = {"key": keys, "asked": NUMBER, "_csrf": field(text, "_csrf"), "_key": field(text, "_key")}
    for key in keys:
        found |= {f"{n}.{key}": field(text, f"{n}.{key}") for n in ("name", "town", "number")}
        found |= {f"kind.{key}": "sales_and_prep", f"chosen.{key}": "1"}
    return found


async def test_sites_come_from_the_number_of_the_company(newcomer: Browser, fake: FakeBrreg) -> None:
    form = places((await newcomer.get(f"{SITES}?number=310+000+019")).text)
    first, second = form["key"]
    form |= {f"number.{first}": "410", f"number.{second}": "411", f"kind.{second}": "prep_center_only"}
    assert (await newcomer.client.post(SITES, data=form)).status_code == 303
    made = await rows(newcomer.dealer, newcomer.actor, "dealerships")
    assert [(r["number"], r["name"], r["location"], r["dealership_type"]) for r in made] == [
        ("410", "FJORDBIL SANDNES", "Sandnes", "sales_and_prep"),
        ("411", "FJORDBIL KLARGJØRING", "Stavanger", "prep_center_only"),
    ]
    assert len(fake.heard) == 2


async def test_what_cannot_become_a_site_is_said_and_nothing_typed_is_lost(newcomer: Browser, fake: FakeBrreg) -> None:
    wrong = await newcomer.get(f"{SITES}?number=12")
    assert wrong.status_code == 422
    assert "Et organisasjonsnummer har ni sifre" in wrong.text
    form = places((await newcomer.get(f"{SITES}?number={NUMBER}")).text)
    first, second = form["key"]
    same = {**form, f"number.{first}": "410", f"number.{second}": "410", f"name.{first}": "Sandnes"}
    sent = await newcomer.client.post(SITES, data=same)
    assert sent.status_code == 422
    assert "trenger et eget nummer" in sent.text
    assert 'value="Sandnes"' in sent.text
    none = {name: value for name, value in form.items() if not name.startswith("chosen.")}
    assert "Velg minst én." in unescape((await newcomer.client.post(SITES, data=none)).text)
    assert await rows(newcomer.dealer, newcomer.actor, "dealerships") == []
    fake.then(*(Reply(status=503) for _ in range(5)))
    down = await newcomer.get(f"{SITES}?number={NUMBER}")
    assert down.status_code == 503
    assert "/app/dealerships/new" in down.text


# -- people ---------------------------------------------------------------------------------------------

LIST = """Fornavn\tEtternavn\tE-post\tRolle
Kari\tHolm\tkari.{t}@example.test\tMekaniker
Ola; Nes; ola.{t}@example.test; Detailer
Siv, Lie, siv.{t}@example.test, planner"""


async def test_people_are_looked_over_and_then_invited(dealer: Dealer, signed: Opener) -> None:
    admin, tail = await signed("tenant_admin", ""), dealer.tenant.hex[-8:]
    values = {"list": LIST.format(t=tail), "site": str(dealer.sites["499"])}
    looked = await admin.send(PEOPLE, **values)
    assert looked.status_code == 200
    assert "Inviter 3 personer" in looked.text
    before = len(await rows(dealer, admin.actor, "users"))
    assert (await admin.send(PEOPLE, **values, do="invite")).status_code == 303
    made = (await rows(dealer, admin.actor, "users"))[before:]
    assert [(p["first_name"], p["roles"], p["dealership"]) for p in made] == [
        ("Kari", ["mechanic"], values["site"]),
        ("Ola", ["detailer"], values["site"]),
        ("Siv", ["planner"], values["site"]),
    ]


async def test_what_is_wrong_in_a_list_is_told_by_line(dealer: Dealer, signed: Opener) -> None:
    admin, tail = await signed("tenant_admin", ""), dealer.tenant.hex[-8:]
    wrong = f"Kari;Holm;kari.{tail}@example.test;Astronaut\nOla;ola.{tail}@example.test"
    sent = await admin.send(PEOPLE, list=wrong, do="invite")
    text = unescape(sent.text)
    assert sent.status_code == 422
    assert "Linje 1: «Astronaut» er ingen rolle." in text
    assert "Linje 2: fornavn, etternavn, e-post og rolle må være med." in text
    assert wrong in text
    assert (await admin.send(PEOPLE, list=" ")).status_code == 422
    # One who is refused stands in the list again, the others are in.
    site = str(dealer.sites["499"])
    some = f"Kari;Holm;kari.{tail}@example.test;Mekaniker\nOla;Nes;kari.{tail}@example.test;Mekaniker"
    sent = await admin.send(PEOPLE, list=some, site=site, do="invite")
    assert sent.status_code == 422
    left = unescape(sent.text).split('name="list"')[1].split(">", 1)[1].split("</textarea>")[0]
    assert left == f"Ola;Nes;kari.{tail}@example.test;Mekaniker"


async def test_a_manager_invites_to_the_own_site_and_no_administrators(dealer: Dealer, signed: Opener) -> None:
    manager, tail = await signed("manager", "499"), dealer.tenant.hex[-8:]
    sent = await manager.send(PEOPLE, list=f"Kari;Holm;kari.{tail}@example.test;Administrator", do="invite")
    assert "«Administrator» er ingen rolle." in unescape(sent.text)
    fine = {"list": f"Kari;Holm;kari.{tail}@example.test;Mekaniker", "do": "invite"}
    assert (await manager.send(PEOPLE, **fine)).status_code == 303
    made = (await rows(dealer, manager.actor, "users"))[-1]
    assert made["dealership"] == str(dealer.sites["499"])
    elsewhere = {"list": f"Per;Nes;per.{tail}@example.test;Mekaniker", "site": str(dealer.sites["495"]), "do": "invite"}
    assert (await manager.send(PEOPLE, **elsewhere)).status_code == 422


# -- hours ----------------------------------------------------------------------------------------------


async def test_many_get_the_hours_of_a_template_at_once(dealer: Dealer, signed: Opener) -> None:
    mechanic, detailer = await dealer.person("mechanic", "499"), await dealer.person("detailer", "499")
    admin, site = await signed("tenant_admin", ""), str(dealer.sites["499"])
    text = (await admin.get(f"{HOURS}?site={site}")).text
    assert str(mechanic.user) in text
    people = [str(mechanic.user), str(detailer.user)]
    works = {f"works.{people[0]}": ["technical"], f"works.{people[1]}": ["cosmetic"]}
    form: dict[str, Any] = {"site": site, "person": people, "shown": people, **works}
    assert (await admin.send(HOURS, **form, template="office")).status_code == 303
    made = {r["person"]: r for r in await rows(dealer, admin.actor, "resources")}
    resources = [made[person] for person in people]
    assert [(r["does"], r["kind"]) for r in resources] == [(["technical"], "person"), (["cosmetic"], "person")]
    hours = await rows(dealer, admin.actor, "working_hours", resource=resources[0]["id"])
    assert [(h["weekday"], h["starts"], h["ends"]) for h in hours] == [(d, "08:00", "16:00") for d in "12345"]
    # Once more: in place of the hours that there are, not beside them.
    own = {"template": "own", "day": ["6"], "start": "10:00", "end": "14:30"}
    assert (await admin.send(HOURS, **{**form, "person": people[:1]}, **own)).status_code == 303
    hours = await rows(dealer, admin.actor, "working_hours", resource=resources[0]["id"])
    assert [(h["weekday"], h["starts"], h["ends"]) for h in hours] == [("6", "10:00", "14:30")]
    assert len(await rows(dealer, admin.actor, "working_hours", resource=resources[1]["id"])) == 5


async def test_hours_that_are_none_are_told_and_nothing_is_lost(dealer: Dealer, signed: Opener) -> None:
    mechanic = await dealer.person("mechanic", "499")
    manager, person = await signed("manager", "499"), str(mechanic.user)
    form = {"site": str(dealer.sites["499"]), "shown": person, "template": "own", "start": "tull", "end": "16"}
    for values, said in (
        ({}, "Velg minst én person."),
        ({"person": person}, "Oppgi hva Mechanic På 499 arbeider med."),
        ({"person": person, f"works.{person}": "technical"}, "Velg minst én dag."),
        (
            {"person": person, f"works.{person}": "technical", "day": "1"},
            "Skal være et klokkeslett, for eksempel 07:30.",
        ),
    ):
        sent = await manager.send(HOURS, **{**form, **values})
        assert sent.status_code == 422
        assert said in unescape(sent.text)
        assert 'value="tull"' in sent.text
    assert await rows(dealer, manager.actor, "working_hours") == []
    seller = str((await dealer.person("new_car_sales", "495")).user)
    other = {**form, "site": str(dealer.sites["495"]), "person": seller, "shown": seller, "template": "office"}
    other |= {f"works.{seller}": "delivery"}
    # A manager is offered nobody of another site.
    assert "Velg minst én person." in unescape((await manager.send(HOURS, **other)).text)
    assert await rows(dealer, await dealer.person("tenant_admin"), "resources") == []
    assert (await (await signed("planner", "499")).get(HOURS)).status_code == 403


# -- samples and trying ---------------------------------------------------------------------------------


async def test_sample_cars_come_and_go(dealer: Dealer, signed: Opener) -> None:
    admin = await signed("tenant_admin", "")
    assert (await admin.send(f"{GUIDE}/samples")).status_code == 303
    assert (await admin.send(f"{GUIDE}/samples")).status_code == 303
    made = await rows(dealer, admin.actor, "cars")
    assert [row["order_number"] for row in made] == ["SAMPLE-1", "SAMPLE-2", "SAMPLE-3"]
    assert "Ta bort prøvebilene" in (await admin.get(GUIDE)).text
    assert (await admin.send(f"{GUIDE}/samples/remove")).status_code == 303
    assert {row["status"] for row in await rows(dealer, admin.actor, "cars")} == {"archived"}
    assert "Legg til prøvebiler" in (await admin.get(GUIDE)).text


async def test_a_text_message_is_tried_on_ones_own_phone(
    dealer: Dealer, signed: Opener, pages: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await signed("tenant_admin", "")
    post = dealer.application.post
    assert (await admin.send(f"{TRYING}/text")).status_code == 409
    async with FakeTwilio() as fake:
        monkeypatch.setattr(pages.state, "settings", SimpleNamespace(twilio_account=ACCOUNT), raising=False)
        sender = Twilio(dealer.application.http, account=ACCOUNT, secret=SECRET, sender="Bilhuset", base=fake.base)
        monkeypatch.setattr(post, "sms", sender)
        assert f'href="/app/users/{admin.actor.user}"' in (await admin.get(TRYING)).text
        await dealer.do(admin.actor, "users", "update", admin.actor.user, phone="900 00 011")
        told = (await admin.get(TRYING)).text
        assert "Send en prøve-SMS til 90 00 00 11" in told
        assert (await admin.send(f"{TRYING}/text")).status_code == 303
        assert [form["To"] for form in fake.sent] == ["+4790000011"]


async def test_a_letter_is_tried_and_the_registry_says_why_not(dealer: Dealer, signed: Opener) -> None:
    admin = await signed("tenant_admin", "")
    folder = dealer.application.settings.data / "mail"
    before = len(list(folder.glob("*"))) if folder.exists() else 0
    assert (await admin.send(f"{TRYING}/letter")).status_code == 303
    assert len(list(folder.glob("*"))) == before + 1
    sent = await admin.send(f"{TRYING}/registry", code="EL12345")
    assert sent.status_code == 422
    assert 'value="EL12345"' in sent.text
    assert "SMTP" not in (await admin.get(TRYING)).text
