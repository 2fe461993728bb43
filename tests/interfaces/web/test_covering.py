"""One way to do a thing: where an act covers a fact, pages offer the act alone."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from directapp.kernel.clock import utc_now
from directapp.kernel.errors import ConflictError
from support.browser import Browser, Opener, field
from support.dealer import Dealer
from support.floor_cars import planned_car


def taps(page: str) -> set[str]:
    """Return the facts that a page lets one set with a tap."""
    return set(re.findall(r'action="[^"]*/fact/([a-z_]+)"', page))


def typed(page: str) -> set[str]:
    """Return the fields that the forms of a page ask for."""
    return set(re.findall(r'name="([a-z_]+)"', page.split('class="two-columns"')[1]))


async def board(browser: Browser, car: UUID) -> dict[str, dict[str, object]]:
    answer = await browser.get(f"/app/cars/{car}/move", accept="application/json")
    return dict(answer.json())


async def test_a_car_that_is_expected_is_received_and_not_ticked(car: UUID, signed: Opener, dealer: Dealer) -> None:
    reception = await signed("reception", "499")
    page = (await reception.get(f"/app/cars/{car}")).text
    assert taps(page) == set()
    assert "arrived_prep_center_at" not in typed(page)
    theirs = " ".join(
        re.sub(r"<[^>]+>", " ", (await (await signed("new_car_sales")).get(f"/app/cars/{car}")).text).split()
    )
    assert "Neste steg Send bilen" in theirs
    form = re.search(r'href="(/app/cars/do/receive[?][^"]+)"', page)
    assert form
    asked = (await reception.get(form[1].replace("&amp;", "&"))).text
    assert field(asked, "_fields").split()[-1] == "mileage_km"
    row = await dealer.read(reception.actor, "cars", car)
    assert f'value="{row["vin"]}"' in asked
    assert (await board(reception, car))["at_prep_center"] == {
        "allowed": True,
        "asks": True,
        "why": None,
        "label": "Ankommet klargjøring",
    }
    moved = await reception.send(f"/app/cars/{car}/move", to="at_prep_center")
    assert moved.headers["location"].startswith("/app/cars/do/receive?")
    given = {"vin": row["vin"], "parking_spot": "B7", "_fields": "code vin parking_spot"}
    assert (await reception.send("/app/cars/do/receive", **given)).headers["location"] == f"/app/cars/{car}"
    before, row = row, await dealer.read(reception.actor, "cars", car)
    assert (row["status"], row["parking_spot"]) == ("at_prep_center", "B7")
    page = (await reception.get(f"/app/cars/{car}")).text
    assert "arrived_prep_center_at" in typed(page)
    # The bar names the car, and the way back is there for a minute, as after any other act.
    bar = page.split('class="undo-bar"')[1].split("</form>")[0]
    assert f'action="/app/cars/{car}/undo"' in bar
    assert "Ta imot bil" in bar
    assert (await reception.send(f"/app/cars/{car}/undo")).status_code == 303
    row = await dealer.read(reception.actor, "cars", car)
    assert (row["status"], row["parking_spot"]) == (before["status"], before["parking_spot"])


async def test_a_car_that_nobody_knew_cannot_be_unmade(signed: Opener) -> None:
    reception = await signed("reception", "499")
    made = await reception.send("/app/cars/do/receive", code="EL 98765", _fields="code")
    page = (await reception.get(made.headers["location"])).text
    assert "Ta imot bil" in page.split('class="undo-bar"')[1]
    assert "/undo" not in page.split('class="undo-bar"')[1].split("</div>")[0]


async def test_who_has_no_act_keeps_the_fact(car: UUID, signed: Opener) -> None:
    admin = await signed("tenant_admin")
    assert "arrived_prep_center_at" in taps((await admin.get(f"/app/cars/{car}")).text)


async def test_an_inspection_is_decided_by_its_checklist_or_with_a_reason(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 9, upto="arrived")
    reception, manager = await signed("reception", "499"), await signed("manager", "499")
    page = (await reception.get(f"/app/cars/{car}")).text
    assert taps(page) == set()
    assert "inspection_approved" not in typed(page)
    begin = page.split('action="/app/inspections/do/begin"')[1].split("</form>")[0]
    assert f'name="car" value="{car}"' in begin
    assert "btn-primary" in begin
    theirs = (await manager.get(f"/app/cars/{car}")).text
    assert "inspection_approved" not in taps(theirs)
    assert re.search(r'<a class="btn" href="[^"]*/do/decide_inspection"', theirs)
    place = f"/app/cars/{car}/do/decide_inspection"
    assert (await manager.send(place, approved="true", _fields="approved reason")).status_code == 422
    given = {"approved": "true", "reason": "Kontrollert hos importøren", "_fields": "approved reason"}
    assert (await manager.send(place, **given)).status_code == 303
    row = await dealer.read(manager.actor, "cars", car)
    assert (row["status"], row["inspection_notes"]) == ("ready_to_plan", "Kontrollert hos importøren")


async def test_a_prep_centre_that_asks_for_checklists_lets_nobody_decide_without(
    signed: Opener, dealer: Dealer
) -> None:
    car = await planned_car(dealer, 9, upto="arrived")
    admin = await dealer.person("tenant_admin")
    await dealer.do(admin, "dealerships", "update", dealer.sites["499"], decide_without_checklist=False)
    manager = await signed("manager", "499")
    assert "bare med sjekkliste" in (await manager.get(f"/app/cars/{car}")).text
    given = {"approved": "true", "reason": "Ser bra ut", "_fields": "approved reason"}
    assert (await manager.send(f"/app/cars/{car}/do/decide_inspection", **given)).status_code == 409
    with pytest.raises(ConflictError, match="checklist"):
        await dealer.do(manager.actor, "cars", "update", car, inspection_approved=True)
    reception = await dealer.person("reception", "499")
    made = (await dealer.do(reception, "inspections", "begin", car=str(car))).record
    await dealer.do(reception, "inspections", "complete", made, approved=True)
    assert (await dealer.read(reception, "cars", car))["status"] == "ready_to_plan"


async def test_parts_bookings_and_deliveries_are_done_by_their_acts(signed: Opener, dealer: Dealer) -> None:
    parts = await signed("parts", "499")
    car = await planned_car(dealer, 8)
    order = await dealer.create(parts.actor, "parts_orders", car=str(car), part_name="Filter")
    page = (await parts.get(f"/app/parts_orders/{order}")).text
    assert taps(page) == {"sent_at"}
    assert "Avbestill" in page
    assert "Avbestilt" not in page.split('class="acts"')[1].split("</section>")[0]
    admin, car, now = await dealer.person("tenant_admin"), await planned_car(dealer, 9), utc_now()
    for name in ("technical_started_at", "technical_completed_at", "cosmetic_started_at", "cosmetic_completed_at"):
        await dealer.do(admin, "cars", "update", car, **{name: now.isoformat()})
    await dealer.do(admin, "cars", "update", car, quality_approved=True)
    seller = await signed("new_car_sales", "495")
    await dealer.do(seller.actor, "cars", "update", car, sold_at=(now - timedelta(hours=1)).isoformat())
    page = (await seller.get(f"/app/cars/{car}")).text
    assert "delivered_to_customer_at" not in taps(page) | typed(page)
    assert re.search(r'btn-primary" href="/app/cars/[^"]*/do/hand_over"', page)


async def test_the_way_back_names_its_record_and_stays_with_it(signed: Opener, dealer: Dealer) -> None:
    mechanic, other = await signed("mechanic", "499"), await planned_car(dealer, 8)
    car = await planned_car(dealer, 9)
    await mechanic.send(f"/app/cars/{car}/fact/technical_started_at")
    for page in (f"/app/cars/{car}", "/app/cars"):
        shown = (await mechanic.get(page)).text
        assert re.search(r"<strong>EL ?20009[^<]*</strong> Teknisk startet", shown.replace("\u00a0", " "))
        assert f'action="/app/cars/{car}/undo"' in shown
    assert 'class="undo-bar"' not in (await mechanic.get(f"/app/cars/{other}")).text
    assert f'action="/app/cars/{car}/undo"' in (await mechanic.get(f"/app/cars/{car}")).text


async def test_a_refusal_says_a_thing_once(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 9, upto="arrived")
    manager = await signed("manager", "499")
    place = f"/app/cars/{car}/do/decide_inspection"
    page = (await manager.send(place, approved="true", _fields="approved reason")).text
    assert page.count("Begrunnelse må fylles ut") == 1
    assert '<a href="#act-reason">Begrunnelse</a>' in page
