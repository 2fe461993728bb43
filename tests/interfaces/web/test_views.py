"""Views of a list: board, calendar, moves, saved views and the palette, and who may what."""

import re
from urllib.parse import quote
from uuid import UUID

from directapp.interfaces.web.core.context import SPOKEN_COOKIE
from directapp.kernel.clock import utc_now
from support.browser import Opener
from support.dealer import Dealer
from support.floor_cars import planned_car
from support.pages import fill_yard, new_car
from support.plan import lay_plan


def lanes(text: str) -> dict[str, int]:
    found = re.findall(r'data-lane="(\w+)".*?lane-count">(\d+)<', text, re.DOTALL)
    return {name: int(count) for name, count in found}


async def test_the_board_counts_the_same_filter_as_the_list(dealer: Dealer, signed: Opener) -> None:
    await fill_yard(dealer, 14)
    browser = await signed("planner", "499")
    page = (await browser.get("/app/cars/board")).text
    assert {n: c for n, c in lanes(page).items() if c} == {
        "registered": 2,
        "in_transit": 2,
        "at_prep_center": 2,
        "inspection": 2,
        "ready_to_plan": 2,
        "planned": 2,
        "technical_prep": 2,
    }
    narrowed = (await browser.get("/app/cars/board?make=audi&status=planned&status=inspection")).text
    assert set(lanes(narrowed)) == {"planned", "inspection"}
    assert "/app/cars?make=audi&amp;status=planned&amp;status=inspection" in narrowed


async def test_bookings_stand_under_their_own_states(signed: Opener) -> None:
    browser = await signed("planner", "499")
    asked = "&".join(f"status={code}" for code in ("confirmed", "in_progress", "cancelled"))
    page = (await browser.get(f"/app/resource_bookings/board?{asked}")).text
    headings = [
        " ".join(re.sub(r"<[^>]+>", "", text).split())
        for text in re.findall(r'<h2 class="phase-name">(.*?)</h2>', page, re.DOTALL)
    ]
    assert headings == ["Bekreftet", "Pågår", "Avlyst"]


async def test_a_bookings_card_says_who_does_what_in_the_readers_language(dealer: Dealer, signed: Opener) -> None:
    plan = await lay_plan(dealer)
    shelf = await plan.resource("Reol 3", "parts")
    await plan.book(await plan.car(), "mechanic", "08:00", "10:00")
    await plan.agreement("495", "parts")
    await plan.book(await plan.car(), "Reol 3", "08:00", "10:00", "parts")
    browser = await signed("planner", "499")
    for language, work, store in (("nb", "Teknisk", "Delelager"), ("en", "Technical", "Parts")):
        browser.client.cookies.set(SPOKEN_COOKIE, f"{language}.{browser.actor.user}")
        page = (await browser.get(f"/app/resource_bookings/board?starts_at={plan.day}")).text
        assert set(re.findall(r'class="card-person">([^<]*)<', page)) == {"Mechanic På 499", "Reol 3"}
        assert {work, store} <= set(re.findall(r'class="quiet">([^<]*)<', page))
        assert f">{store}</" in (await browser.get(f"/app/resource_bookings?resource={shelf}")).text


async def test_a_card_says_that_nobody_has_it_only_where_somebody_could(dealer: Dealer, signed: Opener) -> None:
    browser = await signed("planner", "499")
    car, parts = (await fill_yard(dealer, 7))[5], await dealer.person("parts", "499")
    await dealer.create(browser.actor, "work_items", car=str(car), kind="technical", description="Dør", price=4000)
    await dealer.create(parts, "parts_orders", car=str(car), part_name="Filter")
    assert 'card-person">Ikke tildelt<' in (await browser.get("/app/work_items/board")).text
    assert 'card-person"><' in (await browser.get("/app/parts_orders/board")).text


async def test_what_is_closed_is_left_out_until_asked_for(dealer: Dealer, signed: Opener, car: UUID) -> None:
    seller = await dealer.person("new_car_sales", "495")
    other = await new_car(dealer, seller, 2)
    await dealer.do(seller, "cars", "archive", other, reason="duplicate")
    browser = await signed("new_car_sales")
    page = (await browser.get("/app/cars")).text
    assert str(car) in page
    assert str(other) not in page
    assert "Uten avsluttede" in page
    assert (await browser.get("/app/cars/count")).text == "1 bil"
    everything = (await browser.get("/app/cars?all=1")).text
    assert str(other) in everything
    assert "Med avsluttede" in everything
    assert str(other) in (await browser.get("/app/cars?status=archived")).text
    assert str(other) in (await browser.get("/app/cars?q=el20002")).text


async def test_a_card_is_moved_by_whoever_sets_the_fact(dealer: Dealer, signed: Opener, car: UUID) -> None:
    reception, seller = await signed("reception", "499"), await signed("new_car_sales")
    told = (await reception.client.get(f"/app/cars/{car}/move", headers={"accept": "application/json"})).json()
    assert told["at_prep_center"]["allowed"]
    assert not told["planned"]["allowed"]
    assert "Registrert" in told["planned"]["why"]
    theirs = (await seller.client.get(f"/app/cars/{car}/move", headers={"accept": "application/json"})).json()
    assert not theirs["at_prep_center"]["allowed"]
    assert theirs["in_transit"]["allowed"]
    refused = await seller.send(f"/app/cars/{car}/move", to="at_prep_center")
    assert refused.status_code == 409
    planned = await planned_car(dealer, 9)
    mechanic = await signed("mechanic", "499")
    board = "/app/cars/board?make=audi"
    done = await mechanic.send(f"/app/cars/{planned}/move", to="technical_prep", back=board)
    assert done.headers["location"] == board
    assert (await dealer.read(mechanic.actor, "cars", planned))["status"] == "technical_prep"


async def test_a_move_asks_for_what_is_missing(dealer: Dealer, signed: Opener, car: UUID) -> None:
    reception = await dealer.person("reception", "499")
    for name in ("arrived_prep_center_at", "inspection_started_at"):
        await dealer.do(reception, "cars", "update", car, **{name: utc_now().isoformat()})
    browser = await signed("reception", "499")
    told = (await browser.client.get(f"/app/cars/{car}/move", headers={"accept": "application/json"})).json()
    assert told["ready_to_plan"] == {
        "allowed": True,
        "asks": True,
        "why": None,
        "label": "Klar for planlegging",
    }
    assert told["inspection_failed"]["asks"]
    page = (await browser.get(f"/app/cars/{car}/move?to=inspection_failed")).text
    assert 'name="inspection_notes"' in page
    empty = await browser.send(f"/app/cars/{car}/move", to="inspection_failed", _fields="inspection_notes")
    assert empty.status_code == 409
    given = {"to": "inspection_failed", "_fields": "inspection_notes", "inspection_notes": "Ripe i dør"}
    assert (await browser.send(f"/app/cars/{car}/move", **given)).status_code == 303
    assert (await dealer.read(reception, "cars", car))["status"] == "inspection_failed"


async def test_planning_by_move_asks_for_both_plans(dealer: Dealer, signed: Opener, car: UUID) -> None:
    reception = await dealer.person("reception", "499")
    for name, value in (("arrived_prep_center_at", utc_now().isoformat()), ("inspection_approved", True)):
        await dealer.do(reception, "cars", "update", car, **{name: value})
    browser = await signed("planner", "499")
    names = "scheduled_technical_start scheduled_cosmetic_start"
    page = (await browser.get(f"/app/cars/{car}/move?to=planned")).text
    assert all(f'name="{n}"' in page for n in names.split())
    given = dict.fromkeys(names.split(), "2030-01-02T08:00")
    moved = await browser.send(f"/app/cars/{car}/move", **{"to": "planned", "_fields": names, **given})
    assert moved.status_code == 303, moved.text
    assert (await dealer.read(reception, "cars", car))["status"] == "planned"


async def test_a_saved_view_is_seen_by_those_it_is_shared_with(signed: Opener) -> None:
    planner, reception = await signed("planner", "499"), await signed("reception", "499")
    seller = await signed("new_car_sales", "495")
    shared = {"name": "Venter", "query": '[["status","waiting_parts"]]', "view": "board", "pinned": "1"}
    answer = await planner.send("/app/cars/views", **{**shared, "share": "site:reception"})
    assert answer.headers["location"] == "/app/cars/board?status=waiting_parts"
    await planner.send("/app/cars/views", name="Bare min", query='[["make","Audi"]]', view="table")
    own = (await planner.get("/app/cars")).text
    assert "Venter" in own
    assert "Bare min" in own
    assert 'class="rail-pin"' in own
    theirs = (await reception.get("/app/cars")).text
    assert "Venter" in theirs
    assert "Bare min" not in theirs
    assert "Slett visningen Venter" not in theirs
    assert "Venter</a>" not in (await seller.get("/app/cars")).text
    view = re.findall(r"/app/cars/views/([\w-]+)/delete", own)[0]
    assert (await reception.send(f"/app/cars/views/{view}/delete")).status_code == 404
    assert (await planner.send(f"/app/cars/views/{view}/delete")).status_code == 303


async def test_sharing_beyond_the_own_site_is_for_administrators(signed: Opener) -> None:
    asked = {"name": "Alle", "query": "[]", "view": "table", "share": "role:planner"}
    assert (await (await signed("planner", "499")).send("/app/cars/views", **asked)).status_code == 422
    assert (await (await signed("tenant_admin")).send("/app/cars/views", **asked)).status_code == 303


async def test_the_palette_opens_what_is_named_and_only_what_is_seen(dealer: Dealer, signed: Opener, car: UUID) -> None:
    browser, stranger = await signed("new_car_sales"), await signed("new_car_sales", "490")
    vin = (await dealer.read(browser.actor, "cars", car))["vin"]
    for typed in (vin, vin.lower(), "EL 20001", "el20001", "O00001"):
        told = (await browser.get(f"/app/palette?q={quote(typed)}")).json()
        assert told["go"] == f"/app/cars/{car}", typed
        assert (await stranger.get(f"/app/palette?q={quote(typed)}")).json()["go"] is None
    by_customer = (await browser.get("/app/palette?q=kunde+1")).json()
    assert by_customer["items"][0]["href"] == f"/app/cars/{car}"
    labels = [i["label"] for i in (await browser.get("/app/palette?q=tavle")).json()["items"]]
    assert "Biler: Tavle" in labels


async def test_the_calendar_shows_promised_cars_on_their_day(dealer: Dealer, signed: Opener, car: UUID) -> None:
    browser = await signed("new_car_sales")
    day = (await dealer.read(browser.actor, "cars", car))["delivery_date"]
    page = (await browser.get(f"/app/cars/calendar?day={day}&span=week")).text
    assert f'href="/app/cars/{car}"' in page
    assert str(car) not in (await browser.get("/app/cars/calendar?day=2031-05-01")).text
    assert str(car) not in (await browser.get(f"/app/cars/calendar?day={day}&make=volvo")).text


async def test_what_is_picked_is_done_to_each_for_itself(dealer: Dealer, signed: Opener, car: UUID) -> None:
    seller = await dealer.person("new_car_sales", "495")
    cars = [car, *[await new_car(dealer, seller, n) for n in (2, 3)]]
    browser = await signed("new_car_sales")
    assert f'name="record" value="{car}"' in (await browser.get("/app/cars")).text
    chosen = "&".join(f"record={c}" for c in cars)
    page = (await browser.get(f"/app/cars/bulk?{chosen}")).text
    assert 'value="archive"' in page
    assert 'value="restore"' not in page
    form = (await browser.get(f"/app/cars/bulk?{chosen}&verb=archive")).text
    assert 'name="reason"' in form
    records = [str(c) for c in cars]
    empty = await browser.send("/app/cars/bulk", verb="archive", record=records, _fields="reason")
    assert empty.status_code == 422
    done = await browser.send("/app/cars/bulk", verb="archive", record=records, _fields="reason", reason="duplicate")
    assert "3 av 3 er gjort" in done.text
    assert [(await dealer.read(seller, "cars", c))["status"] for c in cars] == ["archived"] * 3
    strange = await signed("new_car_sales", "490")
    assert (await strange.send("/app/cars/bulk", verb="archive", record=records)).status_code == 409


async def test_a_view_that_is_refused_names_the_field(signed: Opener) -> None:
    browser = await signed("new_car_sales")
    for name, told in (
        ("x" * 61, "Navn: Maks 60 tegn."),
        ("A\u200bb", "Navn: Etter «A» står"),
        (" ", "Navn må fylles ut."),
    ):
        sent = await browser.send("/app/cars/views", name=name, query="[]")
        assert (sent.status_code, told in sent.text) == (422, True), sent.text
