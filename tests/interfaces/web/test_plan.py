"""The plan without a browser: who sees what, its data, judged and refused moves, the wizard, my own day."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest

from directapp.derive.present import exact_day
from directapp.domains.planning.engine.workdays import holiday
from directapp.interfaces.web.features.plan.closed import closed_spans, offsets, working_day
from directapp.kernel.clock import utc_now
from directapp.store.query import Query
from support.browser import Browser, Opener, field
from support.dealer import Dealer
from support.plan import OSLO, Plan, at, lay_plan

DAY = timedelta(days=1)
ALL = Query(limit=100)


@pytest.fixture
async def plan(dealer: Dealer) -> Plan:
    return await lay_plan(dealer)


async def booked(plan: Plan, start: str = "08:00", end: str = "10:00", **more: Any) -> UUID:
    record = (await plan.book(await plan.car(), "mechanic", start, end, **more)).record
    assert record is not None
    return record


async def data(browser: Browser, plan: Plan, more: str = "") -> dict[str, Any]:
    answer = await browser.get(f"/app/plan/data?day={plan.day}&span=week{more}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def asked(browser: Browser, path: str, **values: Any) -> tuple[int, dict[str, Any]]:
    answer = await browser.send(f"/app/plan/{path}", **values)
    return answer.status_code, answer.json()


def wanted(plan: Plan, car: UUID, start: str, end: str) -> dict[str, str]:
    """Return what the script sends for a waiting car: times on Norway's wall clock."""
    return {
        "car": str(car),
        "resource_type": str(plan.types["mechanical"]),
        "resource": str(plan.resources["mechanic"]),
        "starts_at": f"{plan.day}T{start}",
        "ends_at": f"{plan.day}T{end}",
    }


async def test_the_data_holds_rows_bookings_and_what_is_closed(plan: Plan, signed: Opener) -> None:
    booking = await booked(plan)
    await plan.dealer.create(
        await plan.planner(),
        "absences",
        resource=str(plan.resources["detailer"]),
        starts_at=at(plan.day, "12:00").isoformat(),
        ends_at=at(plan.day, "16:00").isoformat(),
        kind="course",
    )
    found = await data(await signed("planner", "499"), plan)
    assert [r["name"] for r in found["resources"]] == ["mechanic", "detailer"]
    (row,) = found["bookings"]
    assert row["id"] == str(booking)
    assert row["car"]["license_plate"].startswith("EL")
    assert row["late"] is False
    assert found["limits"] == ["08:00", "16:00"]
    away = [str(plan.resources["detailer"]), f"{plan.day}T12:00", f"{plan.day}T16:00", True]
    assert away in found["closed"]
    assert all(start[:10] > f"{plan.day + 4 * DAY}" for _, start, _, gone in found["closed"] if not gone)


async def test_the_address_filters_by_day_site_and_type(plan: Plan, signed: Opener) -> None:
    booking = await booked(plan)
    planner = await signed("planner", "499")
    assert (await data(planner, plan, f"&id={booking}"))["bookings"][0]["id"] == str(booking)
    later = await planner.get(f"/app/plan/data?day={plan.day + 7 * DAY}")
    assert later.json()["bookings"] == []
    some = await data(planner, plan, f"&type={plan.types['cosmetic']}")
    assert [r["name"] for r in some["resources"]] == ["detailer"]
    admin = await signed("tenant_admin", "490")
    assert (await data(admin, plan))["resources"] == []
    assert len((await data(admin, plan, f"&site={plan.dealer.sites['499']}"))["resources"]) == 2
    assert len((await data(admin, plan, "&site=all"))["resources"]) == 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("day=tull", "Dag «tull» kan ikke leses og er utelatt."),
        ("view=list&site=tull", "Anlegg «tull» kan ikke leses og er utelatt."),
        ("type=tull", "Type «tull» kan ikke leses og er utelatt."),
    ],
)
async def test_what_of_an_address_cannot_be_read_is_told(plan: Plan, signed: Opener, asked: str, said: str) -> None:
    planner = await signed("planner", "499")
    page = (await planner.get(f"/app/plan?{asked}")).text
    assert said in page
    assert "=tull" not in page
    assert "kan ikke leses" not in (await planner.get(f"/app/plan?day={plan.day}&site=all")).text


async def test_the_consumers_planner_sees_what_is_booked_at_the_provider(plan: Plan, signed: Opener) -> None:
    booking = await booked(plan)
    found = await data(await signed("planner", "495"), plan)
    assert [b["id"] for b in found["bookings"]] == [str(booking)]
    assert found["bookings"][0]["provider"] == str(plan.dealer.sites["499"])
    assert found["resources"] == []
    listed = (await (await signed("planner", "495")).get(f"/app/plan?day={plan.day}&view=list")).text
    assert "Hos 499 Skade og bilpleie" in listed


async def test_who_moves_the_time_alone_is_told_why(plan: Plan, signed: Opener) -> None:
    booking = await booked(plan)
    theirs, own = await signed("planner", "495"), await signed("planner", "499")
    why = "Jobben gjøres hos 499 Skade og bilpleie. Du flytter tiden;"
    page = (await theirs.get(f"/app/plan/booking/{booking}")).text
    assert why in page
    assert 'name="starts_at"' in page
    assert 'name="resource"' not in page
    assert why not in (await own.get(f"/app/plan/booking/{booking}")).text
    status, told = await asked(
        theirs, "put", booking=str(booking), starts_at=f"{plan.day}T13:00", ends_at=f"{plan.day}T15:00"
    )
    assert (status, told["ok"]) == (200, True)


async def test_who_only_sees_the_plan_is_told_so_and_moves_nothing(plan: Plan, signed: Opener) -> None:
    booking = await booked(plan)
    mechanic = await signed("mechanic", "499")
    page = await mechanic.get(f"/app/plan?day={plan.day}")
    assert page.status_code == 200
    assert "Du ser planen, men endrer den ikke." in page.text
    assert "data-new" not in page.text
    assert (await mechanic.get("/app/plan/book")).status_code == 403
    status, told = await asked(mechanic, "put", booking=str(booking), starts_at=f"{plan.day}T11:00")
    assert (status, told["ok"]) == (403, False)
    assert (await (await signed("new_car_sales")).get("/app/plan")).status_code == 403


async def test_judging_writes_nothing_and_says_why(plan: Plan, signed: Opener) -> None:
    await booked(plan)
    car = await plan.car()
    planner = await signed("planner", "499")
    assert await asked(planner, "judge", **wanted(plan, car, "11:00", "12:00")) == (200, {"ok": True})
    _, told = await asked(planner, "judge", **wanted(plan, car, "09:00", "11:00"))
    assert told["ok"] is False
    assert "mechanic er opptatt" in told["why"]
    assert len((await data(planner, plan))["bookings"]) == 1


async def test_a_booking_is_put_and_a_clash_is_refused(plan: Plan, signed: Opener) -> None:
    booking, car = await booked(plan), await plan.car()
    planner = await signed("planner", "499")
    status, told = await asked(planner, "put", **wanted(plan, car, "11:00", "12:00"))
    assert (status, told["ok"]) == (200, True)
    assert "Bilen er booket" in told["done"]
    clash = {"booking": str(booking), "starts_at": f"{plan.day}T11:30", "ends_at": f"{plan.day}T13:30"}
    status, told = await asked(planner, "put", **clash)
    assert (status, told["fields"]) == (409, ["starts_at"])
    stale = {"booking": str(booking), "starts_at": f"{plan.day}T08:15", "_version": "99"}
    assert (await asked(planner, "put", **stale))[0] == 409
    without = await planner.client.post("/app/plan/put", data=wanted(plan, car, "13:00", "14:00"))
    assert without.status_code == 403


async def test_a_booking_is_moved_and_done_without_a_script(plan: Plan, signed: Opener) -> None:
    booking = await booked(plan)
    planner = await signed("planner", "499")
    path = f"/app/plan/booking/{booking}"
    page = (await planner.get(path)).text
    moved = {"starts_at": f"{plan.day}T12:00", "ends_at": f"{plan.day}T14:00", "_version": field(page, "_version")}
    answer = await planner.send(path, **moved)
    assert answer.status_code == 303, answer.text
    refused = await planner.send(path, starts_at=f"{plan.day}T20:00", ends_at=f"{plan.day}T22:00")
    assert refused.status_code == 422
    assert f'value="{plan.day}T20:00"' in refused.text
    assert 'role="alert"' in refused.text
    assert (await planner.send(f"{path}/do/confirm", back="/app/plan?span=day")).headers[
        "location"
    ] == "/app/plan?span=day"
    assert (
        await planner.send(f"{path}/do/cancel", reason="Kunden ombestemte seg", _fields="reason")
    ).status_code == 303
    row = await plan.dealer.read(await plan.planner(), "resource_bookings", booking)
    assert (row["status"], row["cancel_reason"]) == ("cancelled", "Kunden ombestemte seg")


async def test_the_wizard_tells_what_the_hours_rest_on_and_why_a_time_is_good(plan: Plan, signed: Opener) -> None:
    car = await plan.car()
    planner = await signed("planner", "499")
    first = (await planner.get(f"/app/plan/book?car={car}")).text
    assert "Hele klargjøringen" in first
    kind = plan.types["mechanical"]
    slots = (await planner.get(f"/app/plan/book?car={car}&type={kind}&hours=1,5")).text
    assert 'value="1,5"' in slots
    assert "Oppgitt" in slots
    hrefs = re.findall(r'href="(/app/plan/book[^"]*slot=[^"]*)" data-slot', slots)
    assert hrefs
    confirm = (await planner.get(unescape(hrefs[0]))).text
    values = {"car": str(car), "slot": unescape(field(confirm, "slot")), "_key": field(confirm, "_key")}
    answer = await planner.send("/app/plan/book", **values, note="Ring kunden", pinned="true")
    assert answer.status_code == 303, answer.text
    again = await planner.send("/app/plan/book", **values, note="Ring kunden", pinned="true")
    assert again.headers["location"] == answer.headers["location"]
    row = (await plan.dealer.application.platform.reading.page(await plan.planner(), "resource_bookings", ALL)).json
    assert row.count(b'"Ring kunden"') == 1
    taken = await planner.send("/app/plan/book", **{**values, "_key": "another"})
    assert taken.status_code == 409
    assert "Annen tid" in taken.text


async def test_a_car_is_booked_from_its_own_page(plan: Plan, signed: Opener) -> None:
    car = await plan.car()
    planner = await signed("planner", "499")
    page = (await planner.get(f"/app/cars/{car}")).text
    assert f'<a class="btn btn-primary" href="/app/plan/book?car={car}">' in page
    assert "Book tid" in page
    assert (await planner.get(f"/app/plan/book?car={car}")).status_code == 200
    for role in ("mechanic", "reception"):
        assert "/app/plan/book" not in (await (await signed(role, "499")).get(f"/app/cars/{car}")).text
    await plan.dealer.do(await plan.dealer.person("manager", "495"), "cars", "archive", car, reason="cancelled")
    assert "/app/plan/book" not in (await planner.get(f"/app/cars/{car}")).text


async def test_a_car_is_booked_by_the_sites_template_then_copied_and_split(plan: Plan, signed: Opener) -> None:
    planner, car = await plan.planner(), await plan.car()
    made = await plan.dealer.create(planner, "booking_templates", name="Nybil med beskyttelse")
    for order, (kind, hours) in enumerate((("mechanical", "2"), ("cosmetic", "3")), 1):
        step = {"template": str(made), "resource_type": str(plan.types[kind]), "hours": hours, "order": order}
        await plan.dealer.create(planner, "booking_template_steps", **step)
    browser = await signed("planner", "499")
    asked = await browser.get(f"/app/plan/book?car={car}")
    assert "Nybil med beskyttelse" in asked.text
    assert "Teknisk 2 t, Kosmetisk 3 t" in asked.text
    (chosen,) = re.findall(rf'href="([^"]+template={made}[^"]*)"', asked.text)
    ways = await browser.get(f"{unescape(chosen)}&earliest={plan.day}T08:00&latest={plan.day}T16:00")
    assert "Nybil med beskyttelse" in ways.text
    way = re.findall(r'href="([^"]+slot=[^"]+)"', ways.text)[0]
    slots = parse_qs(urlsplit(unescape(way)).query)["slot"]
    assert len(slots) == 2
    booked = await browser.send("/app/plan/book", car=str(car), type="chain", template=str(made), slot=slots)
    assert booked.status_code == 303
    rows = (await browser.get(f"/app/plan/data?day={plan.day}")).json()["bookings"]
    first = next(r for r in rows if r["resource_type"] == str(plan.types["mechanical"]))
    page = f"/app/plan/booking/{first['id']}"
    assert "Kopier bookingen" in (await browser.get(page)).text
    tuesday = plan.day + timedelta(days=1)
    copied = await browser.send(f"{page}/do/copy", starts_at=f"{tuesday}T08:00", _fields="starts_at")
    assert copied.status_code == 303
    wrong = await browser.send(f"{page}/do/split", at=f"{plan.day}T15:00", _fields="at starts_at")
    assert "mellom start og slutt" in wrong.text
    cut = {"at": f"{plan.day}T09:00", "starts_at": f"{tuesday}T12:00", "_fields": "at starts_at"}
    assert (await browser.send(f"{page}/do/split", **cut)).status_code == 303
    week = (await browser.get(f"/app/plan/data?day={plan.day}&span=week")).json()["bookings"]
    assert len([r for r in week if r["resource_type"] == str(plan.types["mechanical"])]) == 3


async def test_where_nothing_is_free_the_wizard_says_why(plan: Plan, signed: Opener) -> None:
    car = await plan.car()
    planner = await signed("planner", "499")
    kind = plan.types["mechanical"]
    none = await planner.get(f"/app/plan/book?car={car}&type={kind}&hours=20")
    assert "Ingen ledig tid" in none.text
    wrong = await planner.get(f"/app/plan/book?car={car}&type={kind}&earliest=2030-01-02T08:00&latest=2030-01-01T08:00")
    assert wrong.status_code == 422
    assert "Slutten må være etter starten." in wrong.text


async def test_a_new_time_is_found_for_what_an_absence_meets(plan: Plan, signed: Opener) -> None:
    booking = await booked(plan)
    absence = await plan.dealer.create(
        await plan.planner(),
        "absences",
        resource=str(plan.resources["mechanic"]),
        starts_at=at(plan.day, "08:00").isoformat(),
        ends_at=at(plan.day, "12:00").isoformat(),
        kind="illness",
    )
    planner = await signed("planner", "499")
    path = f"/app/absences/{absence}/do/to_move"
    assert f'action="{path}"' in (await planner.get(f"/app/absences/{absence}")).text
    assert (await planner.send(path)).headers["location"] == path
    page = (await planner.get(path)).text
    assert "Dette er booket mens mechanic er borte." in page
    found = (await planner.get(f"/app/plan/book?booking={booking}&back={path}")).text
    href = unescape(re.findall(r'href="(/app/plan/book[^"]*slot=[^"]*)" data-slot', found)[0])
    confirm = (await planner.get(href)).text
    names = ("car", "booking", "back", "slot", "_key")
    answer = await planner.send("/app/plan/book", **{n: unescape(field(confirm, n)) for n in names})
    assert answer.headers["location"] == path
    assert "Ingen bookinger i fraværet." in (await planner.get(path)).text


async def test_a_tap_that_waited_for_the_network_tells_when_it_was_made(plan: Plan, signed: Opener) -> None:
    today = utc_now().astimezone(OSLO).date()
    car = await plan.car()
    booking = (await plan.book(car, "mechanic", "08:00", "10:00", actor=plan.demo, day=today)).record
    await plan.book(car, "detailer", "10:00", "12:00", "cosmetic", actor=plan.demo, day=today)
    assert booking is not None
    mechanic = await signed("mechanic", "499")
    page = (await mechanic.get("/app/plan/mine")).text
    assert f'action="/app/resource_bookings/{booking}/tap/start"' in page
    earlier = utc_now() - timedelta(hours=2)
    answer = await mechanic.send(
        f"/app/resource_bookings/{booking}/tap/start", _at=str(int(earlier.timestamp() * 1000))
    )
    assert answer.status_code == 303, answer.text
    row = await plan.dealer.read(mechanic.actor, "resource_bookings", booking)
    assert row["status"] == "in_progress"
    assert row["started_at"][:16] == earlier.isoformat()[:16]
    later = str(int((earlier + timedelta(minutes=90)).timestamp() * 1000))
    assert (await mechanic.send(f"/app/resource_bookings/{booking}/tap/finish", _at=later)).status_code == 303
    row = await plan.dealer.read(mechanic.actor, "resource_bookings", booking)
    assert (row["status"], float(row["actual_hours"])) == ("completed", 1.5)
    over = await mechanic.send(f"/app/resource_bookings/{booking}/tap/start")
    assert over.status_code == 409
    assert 'role="alert"' in over.text
    assert (await mechanic.send(f"/app/resource_bookings/{booking}/tap/nothing")).status_code == 404
    assert "Neste uke" in (await mechanic.get("/app/plan/mine?week=next")).text


async def test_capacity_agreements_and_waiting_cars_stand_beside_the_calendar(plan: Plan, signed: Opener) -> None:
    await booked(plan)
    car = await plan.car()
    days = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), 8)
    kind, site = str(plan.types["mechanical"]), str(plan.dealer.sites["499"])
    await plan.dealer.create(plan.demo, "capacity_rules", dealership=site, resource_type=kind, **days)
    await booked(plan, "11:00", "12:00")
    side = (await (await signed("planner", "499")).get(f"/app/plan/side?day={plan.day}&span=week")).text
    assert "3 av 8 t" in side
    assert "0 av 8 t" in side
    assert "3 av 40 t" in side
    assert f'data-car="{car}"' in side


async def test_a_stranger_gets_nowhere(stranger: httpx.AsyncClient) -> None:
    some = UUID(int=1)
    for path in ("", "/data", "/side", "/book", "/mine", f"/booking/{some}"):
        answer = await stranger.get(f"/app/plan{path}")
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in"), path
    for path in ("/app/plan/judge", "/app/plan/put", "/app/plan/book", f"/app/resource_bookings/{some}/tap/start"):
        assert (await stranger.post(path)).status_code == 303, path


def test_days_that_change_the_clock_have_two_offsets() -> None:
    assert [minutes for _, minutes in offsets([date(2026, 3, 29)])] == [60, 120]
    assert [minutes for _, minutes in offsets([date(2026, 6, 1)])] == [120]


def test_a_holiday_is_closed_unless_one_works_then() -> None:
    days = [date(2026, 5, 17), date(2026, 5, 18)]
    hours = [{"resource": "a", "weekday": d, "starts": "08:00", "ends": "16:00"} for d in ("1", "7")]
    hours += [{**h, "resource": "b"} for h in hours]
    rows: list[dict[str, Any]] = [{"id": "a"}, {"id": "b", "works_holidays": True}]
    assert closed_spans(rows, hours, [], days, ("08:00", "16:00")) == [
        ("a", "2026-05-17T08:00", "2026-05-17T16:00", False)
    ]


@pytest.mark.parametrize(
    ("asked", "opened"),
    [
        ("2026-12-04", "2026-12-04"),
        ("2026-12-05", "2026-12-07"),
        ("2026-12-24", "2026-12-24"),
        ("2026-12-25", "2026-12-28"),
    ],
)
def test_the_plan_opens_on_the_next_day_on_which_somebody_works(asked: str, opened: str) -> None:
    hours = [{"weekday": n, "starts": "08:00", "ends": "16:00", "resource": {}} for n in range(1, 6)]
    assert working_day(date.fromisoformat(asked), hours) == date.fromisoformat(opened)
    assert working_day(date.fromisoformat(asked), []) == date.fromisoformat(asked)


async def test_the_plan_opens_on_a_working_day_of_its_site(dealer: Dealer, signed: Opener) -> None:
    plan = Plan(dealer)
    today = utc_now().astimezone(OSLO).date()
    day = next(today + n * DAY for n in range(1, 9) if holiday(today + n * DAY) is None)
    made = await dealer.create(
        plan.demo, "resources", name="Bukk", dealership=str(dealer.sites["499"]), does=["technical"]
    )
    await dealer.create(
        plan.demo, "working_hours", resource=str(made), weekday=str(day.isoweekday()), starts="08:00", ends="16:00"
    )
    planner = await signed("planner", "499")
    page = (await planner.get("/app/plan")).text
    assert exact_day(day, "nb") in unescape(page)
    assert f"day={today}" in page


async def test_my_day_is_by_deadline_with_what_is_done_last_and_the_week_folded(plan: Plan, signed: Opener) -> None:
    today = utc_now().astimezone(OSLO).date()
    given = (("08:00", "09:00", "10:00", 9), ("10:00", "11:00", "12:00", 3), ("12:00", "13:00", "14:00", 6))
    tasks = []
    for start, end, washed, ahead in given:
        car = await plan.car()
        due = (today + ahead * DAY).isoformat()
        await plan.dealer.do(plan.demo, "cars", "update", car, delivery_date=due)
        tasks.append((await plan.book(car, "mechanic", start, end, actor=plan.demo, day=today)).record)
        await plan.book(car, "detailer", end, washed, "cosmetic", actor=plan.demo, day=today)
    await booked(plan)
    mechanic = await signed("mechanic", "499")
    page = (await mechanic.get("/app/plan/mine")).text
    shown = re.findall(r'id="task-([-0-9a-f]+)"', page.partition('<details class="plan-later"')[0])
    assert shown == [str(tasks[n]) for n in (1, 2, 0)]
    assert page.count("Frist ") == 3
    await mechanic.send(f"/app/resource_bookings/{tasks[1]}/tap/start")
    await mechanic.send(f"/app/resource_bookings/{tasks[1]}/tap/finish")
    page = (await mechanic.get("/app/plan/mine")).text
    shown = re.findall(r'id="task-([-0-9a-f]+)"', page.partition('<details class="plan-later"')[0])
    assert shown == [str(tasks[n]) for n in (2, 0, 1)]


async def test_the_plan_asks_before_the_same_work_is_booked_once_more(plan: Plan, signed: Opener) -> None:
    car = await plan.car()
    await plan.book(car, "mechanic", "08:00", "10:00")
    planner = await signed("planner", "499")
    status, said = await asked(planner, "put", **wanted(plan, car, "13:00", "14:00"))
    assert (status, said["asks"]) == (409, True)
    assert "allerede booket for dette arbeidet" in said["why"]
    start, end = (at(plan.day, clock).isoformat() for clock in ("13:00", "14:00"))
    slot = "|".join((str(plan.types["mechanical"]), str(plan.resources["mechanic"]), "", start, end))
    page = await planner.send("/app/plan/book", car=str(car), type=str(plan.types["mechanical"]), slot=slot)
    assert page.status_code == 409
    assert 'name="_confirm"' in page.text
    done = await planner.send(
        "/app/plan/book", car=str(car), type=str(plan.types["mechanical"]), slot=slot, _confirm="1"
    )
    assert done.status_code == 303
