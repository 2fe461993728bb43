"""One new car and its trade-in go from order to archive: a person at each step, two sites, two languages."""

import asyncio
import csv
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest
import uvicorn
from playwright.async_api import Page, expect

from directapp.app.container import Application
from directapp.app.web import build_app
from directapp.domains.people.principal import load_actor
from directapp.domains.workshop import SEED_TEMPLATES
from directapp.kernel.actor import system_actor
from support.dealer import Dealer, Time
from support.journey import Person, api_row
from support.pages import PASSWORD, give_password

Opener = Callable[..., Awaitable[Page]]
MATRIX = Path(__file__).parents[1] / "data/matrix.csv"
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PREP, AUDI = "499 Skade og bilpleie", "495 Audi"
NEW_VIN, USED_VIN, PLATE = "WAUZZZF47RA012345", "WVWZZZAUZHW123456", "EK45678"
TOO_EARLY = "Kvaliteten vurderes når alt nødvendig arbeid er fullført."
MISSING_PARTS = (
    "Deler er bestilt, men ikke ankommet. Teknisk arbeid kan fullføres når delelageret har bekreftet ankomst."
)


@pytest.fixture(scope="module")
async def address(application: Application) -> AsyncIterator[str]:
    """Serve the whole application, as it is served to people, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(build_app(application), port=port, log_config=None, access_log=False, ws="none")
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


class Cast:
    """The people of a story, each signed in at the first call, on the device they work with."""

    def __init__(self, dealer: Dealer, open_as: Opener, language: str) -> None:
        self._dealer, self._open_as, self._language = dealer, open_as, language
        self._people: dict[tuple[str, str], Person] = {}

    async def hire(self, role: str, site: str) -> str:
        """Let a person of the story's language work here, and return the name they have in the dealer's cast."""
        key = f"{role}.{self._language}"
        if (key, site) not in self._dealer.people:
            user = await self._dealer.create(
                system_actor(self._dealer.tenant, "demo"),
                "users",
                first_name=role.replace("_", " ").capitalize(),
                last_name=f"{self._language} {site}",
                email=f"{role.replace('_', '-')}.{site}.{self._language}.{self._dealer.tenant.hex[-10:]}@example.test",
                roles=[role],
                dealership=str(self._dealer.sites[site]),
                language=self._language,
                active=True,
            )
            async with self._dealer.application.auth.open(self._dealer.tenant) as rows:
                self._dealer.people[key, site] = await load_actor(rows, self._dealer.tenant, user)
        return key

    async def __call__(self, role: str, site: str = "499", car: UUID | None = None) -> Person:
        if (role, site) not in self._people:
            device = PHONE if role in {"mechanic", "detailer"} else {}
            name = await self.hire(role, site)
            page = await self._open_as(name, site, language=self._language, at="about:blank", **device)
            self._people[role, site] = Person(page, self._language)
        person = self._people[role, site]
        # Who is done leaves the page: seventeen open ones would all be drawn anew at each step of the car.
        for other in self._people.values():
            if other is not person and other.page.url != "about:blank":
                await other.page.goto("about:blank")
        if car is not None:
            await person.open(f"/app/cars/{car}")
        return person


def _at(hours: float) -> str:
    return (datetime.now(ZoneInfo("Europe/Oslo")) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")


async def _record(person: Person) -> UUID:
    await person.page.wait_for_url(re.compile(r"/app/\w+/[0-9a-f-]{36}$"))
    return UUID(person.page.url[-36:])


# -- the new car, in Norwegian ------------------------------------------------------------------------------


async def order_new_car(cast: Cast) -> UUID:
    seller = await cast("new_car_sales", "495")
    await seller.open("/app/cars")
    await seller.page.get_by_role("link", name="Ny", exact=True).first.click()
    typed = {"Biltype": "Nybil", "Merke": "Audi", "Modell": "Q4 e-tron", "Understellsnummer": "KORT", "Farge": "Grå"}
    typed |= {"Ordrenummer": "A-1001", "Kundens navn": "Nora Hagen", "Kundens e-post": "nora"}
    await seller.may_not_create(typed, "Understellsnummer", "Kundens e-post")
    await seller.create({"Understellsnummer": "", "Kundens e-post": "nora@example.test"})
    await seller.stands("Registrert")
    await seller.add("Tilbehør", {"Navn": "Hengerfeste", "Pris": "12 900"})
    return await _record(seller)


async def send_new_car(cast: Cast, car: UUID) -> None:
    parts = await cast("parts", "495", car)
    await parts.add("Delebestillinger", {"Del": "Hengerfeste"})
    await (await cast("reception", car=car)).begin("Ta imot bil")
    seller = await cast("new_car_sales", "495", car)
    await seller.save("Bil", {"Understellsnummer": NEW_VIN.lower()})
    await seller.do("Send bilen", {"Til": PREP})
    await seller.stands("Underveis")


async def receive_new_car(cast: Cast, car: UUID) -> None:
    reception = await cast("reception")
    typed = {"Understellsnummer eller skilt": "??", "Oppstillingsplass": "B12"}
    await reception.may_not_receive("Ta imot bil", typed, "Understellsnummer")
    await reception.receive("Ta imot bil", {"Understellsnummer eller skilt": NEW_VIN, "Oppstillingsplass": "B12"})
    await reception.stands("Ankommet klargjøring")
    assert await _record(reception) == car
    hasty = {"Kvalitet godkjent": "Ja", "Notat fra kvalitetskontroll": "Ser fin ut"}
    await reception.may_not_save("Kvalitetskontroll", hasty, TOO_EARLY)


async def inspect_new_car(cast: Cast, car: UUID) -> None:
    reception = await cast("reception", car=car)
    part = await reception.unfold("Kontroller")
    await part.get_by_role("button", name="Ta mottakskontroll").click()
    await reception.may_not("Signer kontrollen", "Gjenstår: ")
    await reception.answer_all("OK", "{count} gjenstår")
    page = reception.page
    wheels = page.get_by_role("group", name="Felger og dekk")
    await wheels.get_by_text("Merknad", exact=True).click()
    await reception.may_not("Signer kontrollen", "Skriv hva som er funnet: ")
    found = wheels.get_by_label("Hva er funnet?")
    await found.fill("Høyre forfelg er skrapt")
    await found.blur()
    inspection = page.url
    await wheels.get_by_role("link", name="Lag arbeidspunkt").click()
    form = page.locator("form.act-form")
    await reception.fill({"Type arbeid": "Dekk og felg"}, form)
    assert await reception.send(form.get_by_role("button", name="Lag arbeidspunkt")) == 200
    await expect(page.locator("#done .undo-bar")).to_contain_text("Lag arbeidspunkt")
    await expect(page.locator("#done").get_by_role("button", name="Angre")).to_have_count(0)
    assert page.url == inspection
    await reception.do("Signer kontrollen", {"Godkjent": "Ja"})
    await reception.open(f"/app/cars/{car}")
    await reception.stands("Venter på deler")


async def plan_new_car(cast: Cast, car: UUID) -> None:
    planner = await cast("planner", car=car)
    await planner.follow("Arbeidspunkter", "Høyre forfelg er skrapt")
    form = await planner.begin("Godkjenn")
    await planner.fill({"Godkjent pris": "7 500"}, form)
    assert await planner.send(form.get_by_role("button", name="Godkjenn")) == 403
    await planner.told("Du kan godkjenne inntil 5\u00a0000\u00a0kr")
    await planner.holds({"Godkjent pris": "7 500"}, planner.page.locator("#act form"))
    await planner.do("Godkjenn", {"Godkjent pris": "1 500"})
    await planner.stands("Godkjent")
    parts = await cast("parts", "495", car)
    await parts.follow("Delebestillinger", "Hengerfeste")
    await parts.do("Ta imot delen")
    await parts.stands("Ankommet")
    await cast.hire("mechanic", "499")
    planner = await cast("planner", car=car)
    await planner.stands("Klar for planlegging")
    await planner.save(
        "Planlegging",
        {"Planlagt teknisk": _at(1), "Planlagt kosmetisk": _at(4), "Mekaniker": "Mechanic nb 499"},
    )
    await planner.stands("Planlagt")


async def prepare_new_car(cast: Cast, car: UUID) -> None:
    mechanic = await cast("mechanic")
    await mechanic.open("/")
    await mechanic.page.get_by_role("main").get_by_role("link", name="Q4 e-tron").click()
    await mechanic.note("Teknisk startet", "Teknisk klargjøring")
    await mechanic.follow("Arbeidspunkter", "Høyre forfelg er skrapt")
    await mechanic.press("Start arbeidet")
    await mechanic.stands("Pågår")
    await mechanic.do("Fullfør arbeidet", {"Medgåtte timer": "1,5"})
    await mechanic.stands("Utført")
    parts = await cast("parts", car=car)
    await parts.add("Delebestillinger", {"Del": "Pakning"})
    await mechanic.open(f"/app/cars/{car}")
    await mechanic.may_not("Teknisk fullført", MISSING_PARTS)
    typed = {"Teknisk fullført": _at(0.05), "Notat fra teknisk": "Venter på pakning"}
    await mechanic.may_not_save("Teknisk klargjøring", typed, MISSING_PARTS)
    await parts.follow("Delebestillinger", "Pakning")
    await parts.do("Ta imot delen")
    await parts.stands("Ankommet")
    await mechanic.open(f"/app/cars/{car}")
    await mechanic.note("Teknisk fullført", "Teknisk klargjøring")
    detailer = await cast("detailer")
    await detailer.receive("Ta neste bil", {})
    assert await _record(detailer) == car
    await detailer.note("Kosmetisk startet", "Kosmetisk klargjøring")
    await detailer.note("Kosmetisk fullført", "Kvalitetskontroll")


async def check_new_car(cast: Cast, car: UUID) -> None:
    reception = await cast("reception", car=car)
    silent = {"Kvalitet godkjent": "Nei"}
    needed = ("Skriv hva som ikke er godt nok.", "Velg hvilket arbeid som må gjøres om.")
    await reception.may_not_save("Kvalitetskontroll", silent, *needed)
    told = {"Notat fra kvalitetskontroll": "Vannflekker på panseret", "Må gjøres om": "Kosmetisk"}
    await reception.save("Kvalitetskontroll", {**silent, **told})
    await reception.stands("Ikke godkjent")
    detailer = await cast("detailer", car=car)
    await detailer.note("Kosmetisk startet", "Kosmetisk klargjøring")
    await detailer.note("Kosmetisk fullført", "Kvalitetskontroll")
    reception = await cast("reception", car=car)
    await reception.note("Kvalitet godkjent", "Klar for levering")


async def bring_new_car_home(cast: Cast, car: UUID) -> None:
    planner = await cast("planner", car=car)
    await planner.do("Send bilen", {"Til": AUDI})
    parts = await cast("parts", "495")
    await parts.receive("Ta imot bil", {"Understellsnummer eller skilt": NEW_VIN})
    await parts.stands("Levert til selgende anlegg")
    seller = await cast("new_car_sales", "495", car)
    await seller.may_not("Lever til kunde", "Bilen er ikke solgt.")
    await seller.open(f"/app/cars/{car}")
    await seller.may_not("Solgt", "Kundens telefonnummer mangler.")
    await seller.save("Kundens kontaktopplysninger", {"Kundens telefon": "912 34 567"})
    await seller.save("Selger og overlevering", {"Avtalt overlevering": _at(20), "Overleveres på": "Sørlandsparken"})


async def deliver_new_car(cast: Cast, car: UUID) -> None:
    manager = await cast("sales_manager", "495", car)
    part = await manager.unfold("Kontroller")
    await part.get_by_role("link", name="Ny", exact=True).click()
    await manager.create({"Type": "Overlevering", "Skilt er på plass": "Ja", "Forsikring er tegnet": "Ja"})
    await manager.follow("Kontroller", "Overlevering")
    await manager.may_not("Signer kontrollen", "Gjenstår: Omregistrert til kunden")
    checks = ("Omregistrert til kunden", "Heftelser er sjekket og slettet", "Alle nøkler er overlevert")
    await manager.save("Overlevering", dict.fromkeys(checks, "Ja"))
    await manager.do("Signer kontrollen")
    seller = await cast("new_car_sales", "495", car)
    await seller.note("Solgt", "Solgt")
    await seller.do("Lever til kunde")
    await seller.stands("Levert til kunde")


# -- the trade-in, in English -------------------------------------------------------------------------------


async def take_in_trade(cast: Cast) -> UUID:
    seller = await cast("used_car_sales", "495")
    await seller.open("/app/cars")
    await seller.page.get_by_role("link", name="New", exact=True).first.click()
    typed = {"Car type": "Used", "Licence plate": "ek 45678", "Make": "Volkswagen", "Model": "e-Golf", "VIN": NEW_VIN}
    await seller.may_not_create(typed, "Another car has this VIN.")
    await seller.create({"VIN": ""})
    await seller.stands("Registered")
    car = await _record(seller)
    await seller.save("Price", {"Appraisal price": "145 000", "Sale price": "169 900"})
    await seller.stands("Appraised")
    manager = await cast("sales_manager", "495", car)
    part = manager.group("Order")
    await manager.fill({"Trade-in for": NEW_VIN}, part)
    await part.get_by_role("listbox").get_by_role("option").click()
    await manager.save("Order", {"Priority": "High"})
    await expect(manager.field("Trade-in for", part)).to_have_value(re.compile("Audi Q4 e-tron"))
    return car


async def receive_trade_in(cast: Cast, car: UUID) -> None:
    seller = await cast("used_car_sales", "495", car)
    await seller.do("Send the car", {"To": PREP})
    await seller.stands("In transit")
    reception = await cast("reception")
    typed = {"VIN or plate": PLATE, "Key location": "Hook 14"}
    await reception.may_not_receive("Receive a car", typed, "The VIN is missing.")
    seller = await cast("used_car_sales", "495", car)
    await seller.save("Car", {"VIN": USED_VIN})
    await reception.receive("Receive a car", typed)
    await reception.stands("At prep centre")


async def inspect_trade_in(cast: Cast, car: UUID) -> None:
    reception = await cast("reception", car=car)
    part = await reception.unfold("Inspections")
    await part.get_by_role("button", name="Inspect the car").click()
    await reception.answer_all("OK", "{count} left")
    form = await reception.begin("Sign the inspection")
    await reception.fill({"Approved": "No"}, form)
    assert await reception.send(form.get_by_role("button", name="Sign the inspection")) == 422
    await reception.told("Write what is wrong.")
    form = reception.page.locator("#act form")
    await reception.fill({"Note": "The charging cable is missing"}, form)
    assert await reception.send(form.get_by_role("button", name="Sign the inspection")) == 200
    await expect(form).to_have_count(0)
    await reception.open(f"/app/cars/{car}")
    await reception.stands("Inspection failed")
    await reception.do("Decide the inspection without a checklist", {"Approved": "Yes", "Reason": "The cable is here"})
    await reception.stands("Ready to plan")


async def prepare_trade_in(cast: Cast, car: UUID) -> None:
    for role in ("mechanic", "detailer"):
        await cast.hire(role, "499")
    planner = await cast("planner", car=car)
    plan = {"Technical planned": _at(1), "Cosmetic planned": _at(2)}
    people = {"Mechanic": "Mechanic en 499", "Detailer": "Detailer en 499"}
    await planner.save("Planning", {**plan, **people})
    await planner.stands("Planned")
    detailer = await cast("detailer", car=car)
    await detailer.note("Cosmetic started", "Cosmetic preparation")
    await detailer.note("Cosmetic completed", "Cosmetic preparation")
    mechanic = await cast("mechanic", car=car)
    await mechanic.note("Technical started", "Technical preparation")
    await mechanic.note("Technical completed", "Quality check")
    reception = await cast("reception", car=car)
    await reception.note("Quality approved", "Ready for delivery")


async def sell_trade_in(cast: Cast, car: UUID) -> None:
    planner = await cast("planner", car=car)
    await planner.do("Send the car", {"To": AUDI})
    seller = await cast("used_car_sales", "495")
    await seller.receive("Receive a car", {"VIN or plate": PLATE})
    await seller.stands("Ready for sale")
    await seller.may_not("Reserved", "The customer's name is missing.")
    await seller.save("Customer", {"Customer name": "Per Lund"})
    await neighbours_look(cast, car)
    await seller.open(f"/app/cars/{car}")
    await seller.note("Reserved", "Reserved")
    await seller.save("Customer contact", {"Customer phone": "+47 412 34 567"})
    await seller.note("Sold", "Sold")
    await seller.do("Deliver to customer")
    await seller.stands("Delivered")


async def neighbours_look(cast: Cast, car: UUID) -> None:
    """A neighbour's used-car seller has the bank view, a new-car seller nothing."""
    other = await cast("used_car_sales", "324", car)
    main = other.page.get_by_role("main")
    await expect(main).to_contain_text("e-Golf")
    for hidden in ("Per Lund", "145 000", "History", "Comments"):
        await expect(main).not_to_contain_text(hidden)
    await expect(main.get_by_role("button", name="Save")).to_have_count(0)
    stranger = (await cast("new_car_sales", "324")).page
    answer = await stranger.goto(f"/app/cars/{car}")
    assert answer is not None
    assert answer.status == 404
    await expect(stranger.get_by_role("alert")).to_contain_text("it belongs to another site than yours")


# -- the end ------------------------------------------------------------------------------------------------


def readable(role: str) -> tuple[set[str], set[str]]:
    """Return the car's fields that a role reads, and those hidden from it, as the matrix has them."""
    seen: set[str] = set()
    hidden: set[str] = set()
    with MATRIX.open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            if line["collection"] == "cars" and line["group"] not in {"registry", "system"}:
                (hidden if line[role] == "-" else seen).update(line["fields"].split())
    return seen, hidden


async def same_end_for_all(cast: Cast, dealer: Dealer, address: str, car: UUID, seller: str) -> None:
    """The API gives every role the same final state, and only the fields that are theirs."""
    people = [(seller, "495"), ("parts", "495"), ("parts", "499"), ("reception", "499"), ("planner", "499")]
    people += [("mechanic", "499"), ("detailer", "499"), ("sales_manager", "495")]
    people += [("finance", "495"), ("manager", "499")]
    async with httpx.AsyncClient(base_url=address) as client:
        for role, site in (*people, ("new_car_sales", "324")):
            email = await give_password(dealer, await dealer.person(await cast.hire(role, site), site))
            status, row = await api_row(client, email, PASSWORD, f"/items/cars/{car}")
            seen, hidden = readable(role) if site != "324" else (set(), set(row))
            assert (status, row.get("status")) == ((404, None) if site == "324" else (200, "archived")), (role, site)
            assert seen <= set(row), (role, seen - set(row))
            assert not hidden & set(row), (role, hidden & set(row))


async def each_step_is_told(cast: Cast, car: UUID, role: str, section: str, told: list[tuple[str, str]]) -> None:
    """The history names who did what, in the order it was done."""
    lines = await (await cast(role, "495", car)).history(section)
    rest = iter(reversed(lines))
    for who, what in told:
        assert any(line.startswith(who) and what in line for line in rest), (who, what, lines)


NEW_TOLD = [
    ("New car sales nb 495", "opprettet"),
    ("Parts nb 495", "Deler bestilt hos selgende anlegg"),
    ("New car sales nb 495", "Understellsnummer"),
    ("New car sales nb 495", "Underveis"),
    ("Reception nb 499", "Ankommet klargjøring"),
    ("Reception nb 499", "Mottakskontroll startet"),
    ("Reception nb 499", "Venter på deler"),
    ("Parts nb 495", "Klar for planlegging"),
    ("Planner nb 499", "Planlagt"),
    ("Mechanic nb 499", "Teknisk startet"),
    ("Parts nb 499", "Deler bestilt på klargjøring"),
    ("Parts nb 499", "Deler ankommet på klargjøring"),
    ("Mechanic nb 499", "Teknisk fullført"),
    ("Detailer nb 499", "Kosmetisk fullført"),
    ("Reception nb 499", "Ikke godkjent"),
    ("Detailer nb 499", "Kosmetisk fullført"),
    ("Reception nb 499", "Klar for levering"),
    ("Parts nb 495", "Levert til selgende anlegg"),
    ("New car sales nb 495", "Avtalt overlevering"),
    ("New car sales nb 495", "Solgt"),
    ("New car sales nb 495", "Levert til kunde"),
    ("", "Arkivert"),
]
USED_TOLD = [
    ("Used car sales en 495", "created"),
    ("Used car sales en 495", "Appraised"),
    ("Sales manager en 495", "Trade-in for"),
    ("Used car sales en 495", "In transit"),
    ("Reception en 499", "Arrived at prep centre"),
    ("Reception en 499", "Inspection failed"),
    ("Reception en 499", "Ready to plan"),
    ("Planner en 499", "Planned"),
    ("Detailer en 499", "Cosmetic completed"),
    ("Mechanic en 499", "Quality check"),
    ("Reception en 499", "Ready for delivery"),
    ("Used car sales en 495", "Ready for sale"),
    ("Used car sales en 495", "Reserved"),
    ("Used car sales en 495", "Sold"),
    ("Used car sales en 495", "Delivered"),
    ("", "Archived"),
]


@pytest.mark.slow
async def test_two_cars_go_from_order_to_archive(
    dealer: Dealer, time: Time, open_as: Opener, address: str, application: Application
) -> None:
    admin = await dealer.person("tenant_admin")
    for template in SEED_TEMPLATES:
        await dealer.create(admin, "inspection_templates", **template)
    norwegian, english = Cast(dealer, open_as, "nb"), Cast(dealer, open_as, "en")
    new_car = await order_new_car(norwegian)
    for stage in (send_new_car, receive_new_car, inspect_new_car):
        await stage(norwegian, new_car)
    used_car = await take_in_trade(english)
    for stage in (plan_new_car, prepare_new_car, check_new_car, bring_new_car_home, deliver_new_car):
        await stage(norwegian, new_car)
    for stage in (receive_trade_in, inspect_trade_in, prepare_trade_in, sell_trade_in):
        await stage(english, used_car)
    time.ahead += timedelta(minutes=2)
    try:
        await application.dispatcher.drain(dealer.tenant)
        seller = await norwegian("new_car_sales", "495", new_car)
        await seller.stands("Arkivert")
        await expect(seller.page.get_by_role("main")).to_contain_text("Arkivert: kan ikke endres.")
        await each_step_is_told(norwegian, new_car, "new_car_sales", "Historikk", NEW_TOLD)
        await each_step_is_told(english, used_car, "used_car_sales", "History", USED_TOLD)
        await same_end_for_all(norwegian, dealer, address, new_car, "new_car_sales")
        await same_end_for_all(english, dealer, address, used_car, "used_car_sales")
        row = await dealer.read(admin, "cars", used_car)
        assert row["trade_in_for"] == str(new_car)
    finally:
        time.ahead -= timedelta(minutes=2)
