"""Records: the page, saving groups, problems, stale edits, creating, verbs, facts, undo."""

import re
from uuid import UUID

from directapp.domains.people.roles import STAFF, WORKING
from support.browser import Opener, field
from support.dealer import Dealer
from support.floor_cars import planned_car
from support.pages import new_car


async def test_a_page_has_this_roles_part_first_and_the_rest_folded(car: UUID, signed: Opener) -> None:
    seller = (await (await signed("new_car_sales")).get(f"/app/cars/{car}")).text
    assert 'id="g-customer_contact"' in seller
    assert 'id="g-technical"' not in seller
    assert '<span class="plate">EL 20001</span>' in seller
    assert 'aria-current="step"' in seller
    planner = (await (await signed("reception", "499")).get(f"/app/cars/{car}")).text
    assert 'name="customer_name"' not in planner
    assert "Kunde 1" in planner
    assert "350 900" not in planner.replace("\u00a0", " ")


async def test_saving_sends_only_what_was_changed(car: UUID, signed: Opener, dealer: Dealer) -> None:
    browser = await signed("new_car_sales")
    page = f"/app/cars/{car}"
    form = await browser.form(page, "identity", color="Rød", make="Audi", license_plate="el 20009")
    answer = await browser.client.post(page, data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}#g-identity")
    row = await dealer.read(browser.actor, "cars", car)
    assert (row["color"], row["license_plate"], row["model"]) == ("Rød", "EL20009", "A3 Sportback")
    history = await dealer.application.platform.reading.history(browser.actor, "cars", car, limit=1)
    assert set(history[0]["changes"]) == {"color", "license_plate"}
    assert history[0]["origin"] == "web"


async def test_every_problem_stands_at_its_field_and_nothing_typed_is_lost(car: UUID, signed: Opener) -> None:
    browser = await signed("new_car_sales")
    page = f"/app/cars/{car}"
    form = await browser.form(page, "identity", vin="KORT", model_year="nitten", color="Blå <b>")
    answer = await browser.client.post(page, data=form)
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 2
    assert 'value="KORT"' in answer.text
    assert 'value="nitten"' in answer.text
    assert "Blå &lt;b&gt;" in answer.text
    assert '<a href="#vin">' in answer.text
    part = await browser.client.post(page, data=form, headers={"HX-Request": "true"})
    assert part.status_code == 422
    assert part.text.lstrip().startswith("<details")


async def test_two_people_on_different_fields_both_save(car: UUID, signed: Opener, dealer: Dealer) -> None:
    one, other = await signed("new_car_sales"), await signed("manager")
    page = f"/app/cars/{car}"
    mine = await one.form(page, "identity", color="Rød")
    theirs = await other.form(page, "identity", variant="Sport")
    assert (await one.client.post(page, data=mine)).status_code == 303
    assert (await other.client.post(page, data=theirs)).status_code == 303
    row = await dealer.read(one.actor, "cars", car)
    assert (row["color"], row["variant"]) == ("Rød", "Sport")


async def test_a_stale_edit_shows_both_values_and_lets_one_choose(car: UUID, signed: Opener, dealer: Dealer) -> None:
    one, other = await signed("new_car_sales"), await signed("manager")
    page = f"/app/cars/{car}"
    mine, theirs = await one.form(page, "identity", color="Rød"), await other.form(page, "identity", color="Blå")
    assert (await one.client.post(page, data=mine)).status_code == 303
    answer = await other.client.post(page, data=theirs)
    assert answer.status_code == 409
    assert "New På 495 lagret i mellomtiden" in answer.text
    assert 'value="Blå"' in answer.text
    assert "Lagret nå: Rød" in answer.text
    again = {n: field(answer.text.split('id="g-identity"')[1], n) for n in ("_version", "_base", "_fields", "_key")}
    chosen = theirs | again | {"color": "Blå"}
    assert (await other.client.post(page, data=chosen)).status_code == 303
    assert (await dealer.read(one.actor, "cars", car))["color"] == "Blå"


async def test_a_form_without_its_token_is_refused(car: UUID, signed: Opener) -> None:
    browser = await signed("new_car_sales")
    form = await browser.form(f"/app/cars/{car}", "identity", color="Rød")
    answer = await browser.client.post(f"/app/cars/{car}", data=form | {"_csrf": "0" * 64})
    assert answer.status_code == 403


async def test_a_form_sent_twice_is_done_once(signed: Opener) -> None:
    browser = await signed("new_car_sales")
    text = (await browser.get("/app/cars/new")).text
    form = {n: field(text, n) for n in ("_csrf", "_key", "_base", "_fields")}
    form |= {"car_type": "new", "make": "Audi", "model": "Q4", "order_number": "A-1"}
    first, second = [await browser.client.post("/app/cars/new", data=form) for _ in range(2)]
    assert first.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    assert (await browser.part("/app/cars/count")).text == "1 bil"


async def test_creating_says_what_is_wrong_and_keeps_the_rest(signed: Opener) -> None:
    browser = await signed("new_car_sales")
    answer = await browser.send("/app/cars/new", _fields="car_type make vin", make="Audi", vin="x", car_type="new")
    assert answer.status_code == 422
    assert 'value="Audi"' in answer.text
    assert 'aria-invalid="true"' in answer.text


async def test_a_combo_without_script_is_understood_on_the_server(dealer: Dealer, signed: Opener) -> None:
    seller = await dealer.person("new_car_sales", "495")
    first, second = await new_car(dealer, seller, 1), await new_car(dealer, seller, 2)
    await new_car(dealer, seller, 3)
    browser = await signed("new_car_sales")
    page = f"/app/cars/{first}"
    form = await browser.form(page, "order", **{"trade_in_for": "", "trade_in_for.search": "EL20002"})
    assert (await browser.client.post(page, data=form)).status_code == 303
    assert (await dealer.read(seller, "cars", first))["trade_in_for"] == str(second)
    form = await browser.form(page, "order", **{"trade_in_for": str(second), "trade_in_for.search": "EL2000"})
    answer = await browser.client.post(page, data=form)
    assert answer.status_code == 422
    assert "Flere passer" in answer.text


async def test_a_fact_is_one_tap_and_can_be_undone(signed: Opener, dealer: Dealer) -> None:
    mechanic = await signed("mechanic", "499")
    car = await planned_car(dealer, 9)
    page = f"/app/cars/{car}"
    assert f'action="{page}/fact/technical_started_at"' in (await mechanic.get(page)).text
    assert (await mechanic.send(f"{page}/fact/technical_started_at")).status_code == 303
    shown = (await mechanic.get(page)).text
    assert "Teknisk startet" in shown
    assert f'action="{page}/undo"' in shown
    assert (await mechanic.send(f"{page}/undo")).status_code == 303
    assert (await dealer.read(mechanic.actor, "cars", car))["status"] == "planned"
    assert f'action="{page}/undo"' not in (await mechanic.get(page)).text


async def test_what_is_refused_says_why_beside_the_button(car: UUID, signed: Opener) -> None:
    seller = await signed("new_car_sales")
    page = f"/app/cars/{car}"
    text = (await seller.get(page)).text
    assert 'aria-describedby="why-hand_over"' in text
    answer = await seller.send(f"{page}/do/hand_over")
    assert answer.status_code == 409
    assert "Lever til kunde er ikke mulig mens statusen er Registrert." in answer.text


async def test_a_verb_asks_what_it_needs_and_goes_where_it_leads(car: UUID, signed: Opener) -> None:
    seller = await signed("new_car_sales")
    page = f"/app/cars/{car}"
    part = (await seller.part(f"{page}/do/archive")).text
    assert "<form" in part
    assert "<html" not in part
    missing = await seller.send(f"{page}/do/archive", _fields="reason")
    assert missing.status_code == 422
    done = await seller.send(f"{page}/do/archive", reason="cancelled")
    assert (done.status_code, done.headers["location"]) == (303, page)
    assert "kan ikke endres" in (await seller.get(page)).text


async def test_receiving_by_plate_opens_the_car(car: UUID, signed: Opener) -> None:
    reception = await signed("reception", "499")
    assert 'name="code"' in (await reception.get("/app/cars/do/receive")).text
    unknown = await reception.send("/app/cars/do/receive", code="??")
    assert unknown.status_code == 422
    done = await reception.send("/app/cars/do/receive", code="el 20001")
    assert done.headers["location"] == f"/app/cars/{car}"


async def test_an_invited_person_is_managed_by_verbs(signed: Opener, dealer: Dealer) -> None:
    manager = await signed("manager")
    person = {"email": f"ny.{dealer.tenant.hex[-8:]}@example.test", "first_name": "Ny", "last_name": "Ansatt"}
    done = await manager.send("/app/users/do/invite", _fields="roles", roles="new_car_sales", **person)
    assert done.status_code == 303, done.text
    page = done.headers["location"]
    assert "Endre roller" in (await manager.get(page)).text
    done = await manager.send(f"{page}/do/set_roles", _fields="roles", roles=["new_car_sales", "used_car_sales"])
    assert done.status_code == 303
    assert (await manager.send(f"{page}/do/deactivate")).status_code == 303
    for more in ("tenant_admin", "finance"):
        refused = await manager.send(f"{page}/do/set_roles", _fields="roles", roles=[more])
        assert refused.status_code == 403


def offered(page: str) -> dict[str, bool]:
    """Return the roles that a form offers, and whether each is ticked."""
    boxes = re.findall(r'<input[^>]*name="roles"[^>]*>', page)
    return {re.findall(r'value="(\w+)"', box)[0]: " checked" in box for box in boxes}


async def test_the_form_offers_the_roles_that_one_may_give(signed: Opener, dealer: Dealer) -> None:
    manager, admin = await signed("manager"), await signed("tenant_admin")
    staff = set(offered((await manager.get("/app/users/do/invite")).text))
    assert staff == {*STAFF, "manager"}
    assert set(offered((await admin.get("/app/users/do/invite")).text)) == {*WORKING.split(), "tenant_admin"}
    assert set(offered((await manager.get("/app/api_keys/do/create_key")).text)) == {"manager"}
    other = await dealer.person("planner+finance")
    held = offered((await manager.get(f"/app/users/{other.user}/do/set_roles")).text)
    assert {role for role, ticked in held.items() if ticked} == {"planner", "finance"}
    assert "tenant_admin" not in held


async def test_unseen_and_forbidden_are_told_apart_in_words(car: UUID, signed: Opener) -> None:
    other = await signed("new_car_sales", "324")
    unseen = await other.get(f"/app/cars/{car}")
    assert (unseen.status_code, "Finner ikke siden" in unseen.text) == (404, True)
    assert (await other.get("/app/cars/none")).status_code == 404
    assert (await other.get("/app/sessions")).status_code == 404
    forbidden = await other.get("/app/users/new")
    assert (forbidden.status_code, "Daglig leder" in forbidden.text) == (403, True)


async def test_a_failure_says_so_with_its_reference(signed: Opener) -> None:
    browser = await signed("planner")
    platform = browser.dealer.application.platform
    broken = platform.reading.page

    async def fail(*_: object) -> None:
        raise RuntimeError

    platform.reading.page = fail  # type: ignore[method-assign, assignment]
    try:
        answer = await browser.get("/app/cars")
    finally:
        platform.reading.page = broken  # type: ignore[method-assign]
    assert answer.status_code == 500
    assert "Referanse" in answer.text


async def test_the_own_profile_is_ones_own_to_change(signed: Opener) -> None:
    browser = await signed("mechanic", "499")
    text = (await browser.get("/app/me")).text
    form = {n: field(text, n) for n in ("_csrf", "_key", "_version", "_base", "_fields")}
    form |= {"first_name": "Mia", "last_name": "På 499", "language": "en", "appearance": "dark"}
    answer = await browser.client.post("/app/me", data=form)
    assert answer.status_code == 303
    page = (await browser.get("/app/me")).text
    assert "My profile" in page
    assert 'data-bs-theme="dark"' in page
    wrong = await browser.send(
        "/app/me/password",
        current_password="feil",
        new_password="et helt nytt passord",
        repeated="et helt nytt passord",
    )
    assert wrong.status_code == 422
