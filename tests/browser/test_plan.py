"""The plan in a browser: drag, resize, refusal with its reason, keyboard, two planners, the wizard, the phone."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from playwright.async_api import Locator, Page, Route, expect

from browser.conftest import PairOpener
from browser.test_floor import Gate, gate, keep, phone
from browser.test_pages import SHIFT
from browser.test_views import DESK, PHONE
from directapp.kernel.clock import utc_now
from support.axe import look, problems, violations
from support.dealer import Dealer
from support.plan import OSLO, Plan, at, lay_plan

Opener = Callable[..., Awaitable[Page]]
__all__ = ["gate", "phone"]
HOUR = 1.0
TABLET: dict[str, Any] = {"viewport": {"width": 820, "height": 1180}}
SLOW = 0.6
# Of the screen, as the browser counts it.
MOST_MOVED = 0.1


async def opened(page: Page, plan: Plan, more: str = "&span=day") -> Page:
    """Open the plan on the day of the story and wait until its calendar is drawn and listens."""
    async with page.expect_response(re.compile(r"/app/live\?")):
        await page.goto(f"/app/plan?day={plan.day.isoformat()}{more}")
    await expect(page.locator("[data-plan]")).to_have_attribute("data-ready", "1")
    return page


def drawn(page: Page, booking: UUID) -> Locator:
    return page.locator(f'.ec-event[data-id="{booking}"]:not(.ec-ghost):not(.ec-preview)')


def hold(page: Page, booking: UUID) -> Locator:
    return page.locator(f'button[data-booking="{booking}"]')


def told(page: Page) -> Locator:
    return page.locator("[data-plan-said]")


async def box(place: Locator) -> dict[str, float]:
    found = await place.bounding_box()
    assert found
    return {"x": found["x"], "y": found["y"], "width": found["width"], "height": found["height"]}


async def pull(page: Page, place: Locator, hours: float, *, per_hour: float, down: float = 0) -> None:
    """Take hold of something and move it so many hours, without letting go."""
    held = await box(place)
    x, y = held["x"] + held["width"] / 2, held["y"] + held["height"] / 2
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 8, y, steps=2)
    await page.mouse.move(x + hours * per_hour, y + down, steps=6)


async def wide(page: Page, booking: UUID, hours: float) -> float:
    """Return how wide an hour is, by a booking of so many."""
    return (await box(drawn(page, booking)))["width"] / hours


async def times(plan: Plan, booking: UUID) -> tuple[str, str]:
    row = await plan.dealer.read(await plan.planner(), "resource_bookings", booking)
    clock = [datetime.fromisoformat(row[n]).astimezone(OSLO) for n in ("starts_at", "ends_at")]
    return f"{clock[0]:%H:%M}", f"{clock[1]:%H:%M}"


@pytest.fixture
async def plan(dealer: Dealer) -> Plan:
    return await lay_plan(dealer)


async def booked(plan: Plan, start: str, end: str, who: str = "mechanic", **more: Any) -> UUID:
    kind = "mechanical" if who == "mechanic" else "cosmetic"
    record = (await plan.book(await plan.car(), who, start, end, kind, **more)).record
    assert record
    return record


async def test_a_booking_is_dragged_to_another_time(plan: Plan, open_as: Opener) -> None:
    booking = await booked(plan, "08:00", "10:00")
    page = await opened(await open_as("planner", "499"), plan)
    hour = await wide(page, booking, 2)
    await pull(page, drawn(page, booking), 2, per_hour=hour)
    await expect(page.locator("[data-plan-verdict]")).to_contain_text("Det er plass.")
    await page.mouse.up()
    await expect(told(page)).to_contain_text("10:00–12:00, mechanic.")
    assert await times(plan, booking) == ("10:00", "12:00")
    await expect(page.locator("[data-plan-verdict]")).to_be_hidden()
    await page.locator("#done").get_by_role("button", name="Angre").click()
    await page.wait_for_url("**/app/plan?day=*")
    assert await times(plan, booking) == ("08:00", "10:00")


async def test_a_draft_is_dragged_another_left_out_and_the_rest_accepted(plan: Plan, open_as: Opener) -> None:
    cars = [await plan.car() for _ in range(2)]
    planner, day = await plan.planner(), plan.day.isoformat()
    asked = await plan.dealer.create(planner, "plan_proposals", first_day=day, last_day=day, seconds=1)
    await plan.dealer.application.dispatcher.drain(plan.dealer.tenant)
    page = await opened(await open_as("planner", "499"), plan, f"&span=day&proposal={asked}")
    drafts = page.locator(".ec-event.is-draft:not(.ec-ghost):not(.ec-preview)")
    await expect(drafts).to_have_count(4)
    assert await violations(page) == []

    async def lines() -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = (await plan.dealer.read(planner, "plan_proposals", asked))["lines"]
        return made

    last = max(await lines(), key=lambda line: line["starts_at"])
    bar = page.locator(f'.ec-event[data-id="draft:{last["line"]}"]:not(.ec-ghost):not(.ec-preview)')
    await pull(page, bar, 0.5, per_hour=(await box(bar))["width"] / 2.5)
    await expect(page.locator("[data-plan-verdict]")).to_contain_text("Det er plass.")
    await page.mouse.up()
    await expect(told(page)).to_contain_text("Flyttet til")
    moved = next(line for line in await lines() if line["line"] == last["line"])
    assert moved["starts_at"] > last["starts_at"]
    # By keyboard: opened, and left out.
    other = next(line for line in await lines() if line["car"] != last["car"] and line["resource_name"] == "detailer")
    await page.locator(f'[data-booking="draft:{other["line"]}"]').focus()
    await page.keyboard.press("Enter")
    assert await violations(page) == []
    await page.get_by_role("button", name="Hold utenfor").press("Enter")
    await expect(page.locator("#plan-draft")).to_contain_text("3 bookinger er foreslått. 1 er holdt utenfor.")
    await expect(page.locator(".ec-event.is-left_out")).to_have_count(1)
    await page.get_by_role("button", name="Ta i bruk alt").click()
    await expect(page.locator(".ec-event.is-scheduled")).to_have_count(3)
    rows = {str(car): await plan.dealer.read(planner, "cars", car) for car in cars}
    assert rows[last["car"]]["scheduled_cosmetic_start"][:16] == moved["starts_at"][:16]
    assert rows[other["car"]]["scheduled_cosmetic_start"] is None


@pytest.mark.parametrize("device", [DESK, TABLET, PHONE], ids=["desk", "tablet", "phone"])
async def test_nothing_moves_when_the_plan_comes_late(device: dict[str, Any], plan: Plan, open_as: Opener) -> None:
    await booked(plan, "08:00", "10:00")
    for number in range(8):
        await plan.resource(f"Løfter {number}", "technical")
    for _ in range(4):
        await plan.car()

    async def late(route: Route) -> None:
        if route.request.resource_type == "fetch":
            await asyncio.sleep(SLOW)
        await route.continue_()

    page = await open_as("planner", "499", service_workers="block", motion=True, **device)
    await page.route("**/app/plan**", late)
    await page.goto(f"/app/plan?day={plan.day.isoformat()}&span=day")
    shown = page.locator("[data-plan-list] .plan-line" if device is PHONE else ".ec-event[data-id]")
    await expect(shown).to_have_count(1)
    await expect(page.locator(".plan-car").first).to_be_visible()
    assert await page.evaluate(SHIFT) < MOST_MOVED
    if device is not PHONE:
        await plan.car()
        await booked(plan, "13:00", "14:00")
        await expect(shown).to_have_count(2)
        assert await page.evaluate(SHIFT) < MOST_MOVED


async def test_a_booking_is_made_longer_at_its_end(plan: Plan, open_as: Opener) -> None:
    booking = await booked(plan, "08:00", "10:00")
    page = await opened(await open_as("planner", "499"), plan)
    hour = await wide(page, booking, 2)
    await drawn(page, booking).hover()
    await pull(page, drawn(page, booking).locator(".ec-resizer"), 1, per_hour=hour)
    await page.mouse.up()
    await expect(told(page)).to_contain_text("08:00–11:00")
    assert await times(plan, booking) == ("08:00", "11:00")


async def test_a_refused_drop_goes_back_and_says_why(plan: Plan, open_as: Opener) -> None:
    booking = await booked(plan, "08:00", "10:00")
    await booked(plan, "11:00", "13:00")
    page = await opened(await open_as("planner", "499"), plan)
    hour, before = await wide(page, booking, 2), await box(drawn(page, booking))
    await pull(page, drawn(page, booking), 2, per_hour=hour)
    await expect(page.locator("[data-plan-verdict].is-bad")).to_contain_text("mechanic er opptatt")
    await page.mouse.up()
    await expect(page.locator(".plan-told")).to_contain_text("Ikke flyttet. mechanic er opptatt")
    assert abs((await box(drawn(page, booking)))["x"] - before["x"]) < 1
    assert await times(plan, booking) == ("08:00", "10:00")
    await pull(page, drawn(page, booking), 0.5, per_hour=hour, down=40)
    await expect(page.locator("[data-plan-verdict].is-bad")).to_contain_text("detailer gjør ikke dette arbeidet.")
    await page.mouse.up()
    await expect(page.locator(".plan-told")).to_contain_text("detailer gjør ikke dette arbeidet.")


async def test_a_waiting_car_is_dragged_onto_a_row(plan: Plan, open_as: Opener) -> None:
    known = await booked(plan, "08:00", "10:00")
    car = await plan.car()
    page = await opened(await open_as("planner", "499"), plan)
    hour, row = await wide(page, known, 2), await box(drawn(page, known))
    want = page.locator(f'[data-want][data-car="{car}"]', has_text="Teknisk")
    held = await box(want)
    await page.mouse.move(held["x"] + 10, held["y"] + 10)
    await page.mouse.down()
    await page.mouse.move(row["x"] + 1.1 * hour, row["y"] + 8, steps=8)
    await expect(page.locator("[data-plan-verdict].is-bad")).to_contain_text("mechanic er opptatt")
    await page.mouse.move(row["x"] + 3.05 * hour, row["y"] + 8, steps=4)
    await expect(page.locator("[data-plan-verdict].is-good")).to_contain_text("Det er plass.")
    await page.mouse.up()
    await expect(told(page)).to_contain_text("Booket")
    await expect(page.locator(".ec-event[data-id]")).to_have_count(2)
    rows = await plan.dealer.read(await plan.planner(), "cars", car)
    assert datetime.fromisoformat(rows["scheduled_technical_start"]) == at(plan.day, "11:00")
    await expect(want).to_have_count(0)
    assert "/app/plan?" in page.url


async def test_a_booking_is_moved_by_keyboard(plan: Plan, open_as: Opener) -> None:
    booking, other = await booked(plan, "08:00", "10:00"), await booked(plan, "12:00", "13:00")
    page = await opened(await open_as("planner", "499"), plan)
    await hold(page, booking).focus()
    await page.keyboard.press("ArrowRight")
    await expect(hold(page, other)).to_be_focused()
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("m")
    await expect(told(page)).to_contain_text("Tatt opp:")
    for _ in range(4):
        await page.keyboard.press("ArrowRight")
    await expect(told(page)).to_contain_text("09:00–11:00, mechanic. Det er plass.")
    await page.keyboard.press("Shift+ArrowRight")
    await expect(told(page)).to_contain_text("09:00–11:15")
    await page.keyboard.press("Enter")
    await expect(told(page)).to_contain_text("Flyttet til")
    assert await times(plan, booking) == ("09:00", "11:15")
    await expect(hold(page, booking)).to_be_focused()
    await page.keyboard.press("m")
    await page.keyboard.press("ArrowDown")
    await expect(told(page)).to_contain_text("detailer gjør ikke dette arbeidet.")
    await page.keyboard.press("Enter")
    await expect(page.locator(".plan-told")).to_contain_text("Ikke flyttet. detailer gjør ikke dette arbeidet.")
    await expect(hold(page, booking)).to_be_focused()
    await page.keyboard.press("m")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Escape")
    await expect(told(page)).to_contain_text("Lagt tilbake.")
    assert await times(plan, booking) == ("09:00", "11:15")
    await expect(hold(page, booking)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-plan-dialog]")).to_contain_text("Flytt bookingen")
    await page.keyboard.press("Escape")
    await page.keyboard.press("n")
    await page.wait_for_url("**/app/plan/book")


async def test_the_list_on_a_phone_follows_what_others_book(plan: Plan, open_as: Opener) -> None:
    first = await booked(plan, "08:00", "10:00")
    page = await open_as("planner", "499", **PHONE)
    begun = asyncio.Event()

    async def late(route: Route) -> None:
        await begun.wait()
        await route.continue_()

    await page.route("**/app/live?*", late)
    await page.goto(f"/app/plan?day={plan.day.isoformat()}&span=day")
    lines = page.locator("[data-plan-listed] .plan-time")
    await expect(lines).to_have_text(["08:00–10:00"])
    second = await booked(plan, "13:00", "14:00", "detailer")
    begun.set()
    await expect(lines).to_have_count(2)
    planner = await plan.planner()
    await plan.dealer.do(planner, "resource_bookings", "update", first, ends_at=at(plan.day, "11:00").isoformat())
    await expect(page.locator("[data-plan-listed]")).to_contain_text("08:00–11:00")
    await plan.dealer.do(planner, "resource_bookings", "cancel", second)
    await expect(lines).to_have_text(["08:00–11:00"])


async def test_two_planners_see_each_other_at_once(plan: Plan, open_as: Opener) -> None:
    first, second = await booked(plan, "08:00", "10:00"), await booked(plan, "13:00", "14:00")
    one, other = await open_as("planner", "499"), await open_as("manager", "499")
    await opened(one, plan)
    await opened(other, plan)
    hour, before = await wide(one, first, 2), await box(drawn(other, first))
    await pull(other, drawn(other, second), 1, per_hour=hour)
    await pull(one, drawn(one, first), 1, per_hour=hour)
    await one.mouse.up()
    await expect(told(one)).to_contain_text("09:00–11:00")
    # What the other holds is left alone until it is let go.
    await other.wait_for_timeout(600)
    await expect(other.locator(".ec-preview")).to_have_count(1)
    assert abs((await box(drawn(other, first)))["x"] - before["x"]) < 1
    await other.mouse.up()
    await expect(told(other)).to_contain_text("14:00–15:00")
    await other.wait_for_function(
        "([id, x]) => document.querySelector(`.ec-event[data-id='${id}']`).getBoundingClientRect().x > x + 5",
        arg=[str(first), before["x"]],
    )
    await booked(plan, "15:00", "16:00", "detailer")
    await expect(one.locator(".ec-event[data-id]")).to_have_count(3)
    await expect(other.locator(".ec-event[data-id]")).to_have_count(3)
    await plan.dealer.do(await plan.planner(), "resource_bookings", "cancel", second)
    await expect(drawn(one, second)).to_have_count(0)


@pytest.mark.parametrize("device", [DESK, PHONE | {"java_script_enabled": False}], ids=["desk", "phone-plain"])
async def test_the_wizard_books_a_waiting_car(device: dict[str, Any], plan: Plan, open_as: Opener) -> None:
    car = await plan.car()
    page = await open_as("planner", "499", **device)
    await page.goto("/app/plan/book")
    await page.locator(f'a[href="/app/plan/book?car={car}"]').click()
    await page.get_by_role("link", name=re.compile("^Teknisk")).click()
    assert await page.get_by_label("Timer").input_value()
    best = page.locator("[data-slot]").first
    assert await best.locator(".plan-why").inner_text()
    await best.click()
    await page.get_by_role("button", name="Book").click()
    await page.wait_for_url("**/app/plan?day=*")
    row = await plan.dealer.read(await plan.planner(), "cars", car)
    assert row["scheduled_technical_start"]
    assert row["assigned_mechanic"] == str((await plan.dealer.person("mechanic", "499")).user)


COUNT = """for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, (event) => {
  if (event.isTrusted) sessionStorage.deeds = Number(sessionStorage.deeds ?? 0) + 1;
}, true);"""


@pytest.mark.parametrize("way", ["by the plan", "by the car"])
async def test_a_waiting_car_is_booked_from_the_front_page_in_a_few_steps(
    way: str, plan: Plan, open_as: Opener
) -> None:
    car = await plan.car()
    page = await open_as("planner", "499")
    await page.add_init_script(COUNT)
    await page.goto("/")
    head, work = page.locator(".page-head"), page.locator("#home-work")
    if way == "by the plan":
        await head.get_by_role("link", name="Plan", exact=True).click()
        await page.locator(f'[data-want][data-car="{car}"]', has_text="Teknisk").click()
    else:
        await work.get_by_role("link").first.click()
        await page.get_by_role("link", name="Book tid").click()
        await page.get_by_role("link", name=re.compile("^Teknisk")).click()
    await page.locator("[data-slot]").first.click()
    await expect(page.get_by_role("button", name="Book")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/app/plan?day=*")
    assert (await plan.dealer.read(await plan.planner(), "cars", car))["scheduled_technical_start"]
    assert int(await page.evaluate("sessionStorage.deeds")) == {"by the plan": 4, "by the car": 5}[way]


async def test_the_row_of_another_site_is_explained(plan: Plan, open_as: Opener) -> None:
    booking = await booked(plan, "08:00", "10:00")
    theirs = await opened(await open_as("planner", "495"), plan)
    await expect(drawn(theirs, booking)).to_be_visible()
    await expect(theirs.get_by_text("hvem som gjør jobben, bestemmer anlegget")).to_be_visible()
    own = await opened(await open_as("planner", "499"), plan)
    await expect(own.locator("[data-plan-elsewhere]")).to_be_hidden()


async def test_the_whole_preparation_is_booked_in_one_go(plan: Plan, open_as: Opener) -> None:
    car = await plan.car()
    page = await open_as("planner", "499")
    await page.goto("/app/plan")
    await page.get_by_role("link", name="Hele klargjøringen").click()
    await page.locator("[data-slot]").first.click()
    await page.get_by_role("button", name="Book alle").click()
    await page.wait_for_url("**/app/plan?day=*")
    row = await plan.dealer.read(await plan.planner(), "cars", car)
    assert row["status"] == "planned"
    assert row["scheduled_technical_start"] < row["scheduled_cosmetic_start"]


async def test_work_is_started_and_finished_with_one_tap_each(plan: Plan, open_as: Opener) -> None:
    today = utc_now().astimezone(OSLO).date()
    car = await plan.car()
    booking = (await plan.book(car, "mechanic", "08:00", "10:00", actor=plan.demo, day=today)).record
    await plan.book(car, "detailer", "10:00", "12:00", "cosmetic", actor=plan.demo, day=today)
    assert booking
    page = await open_as("mechanic", "499", **PHONE)
    await page.goto("/app/plan/mine")
    task = page.locator(f"#task-{booking}")
    start = task.get_by_role("button", name="Start")
    assert (await box(start))["height"] >= 48
    await start.tap()
    await expect(task.locator(".chip")).to_have_text("Pågår")
    await task.get_by_role("button", name="Ferdig").tap()
    await expect(task.locator(".chip")).to_have_text("Fullført")
    row = await plan.dealer.read(await plan.planner(), "resource_bookings", booking)
    assert row["status"] == "completed"
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


async def test_taps_on_my_plan_wait_for_the_network(plan: Plan, phone: tuple[Page, Gate]) -> None:
    today = utc_now().astimezone(OSLO).date()
    car = await plan.car()
    booking = (await plan.book(car, "mechanic", "08:00", "10:00", actor=plan.demo, day=today)).record
    await plan.book(car, "detailer", "10:00", "12:00", "cosmetic", actor=plan.demo, day=today)
    page, gate = phone
    await keep(page)
    await page.goto("/app/plan/mine")
    task = page.locator(f"#task-{booking}")
    gate.close()
    await task.get_by_role("button", name="Start").tap()
    await expect(page.locator("[data-queue]")).to_have_text("1 endring venter på nett")
    await task.get_by_role("button", name="Ferdig").tap()
    await expect(page.locator("[data-queue]")).to_have_text("2 endringer venter på nett")
    gate.open()
    await page.goto("/app/offline")
    await expect(page.locator("[data-no-entries]")).to_be_visible()
    assert booking
    row = await plan.dealer.read(await plan.planner(), "resource_bookings", booking)
    assert row["status"] == "completed"


async def test_the_plan_shuts_nobody_out(plan: Plan, open_both: PairOpener) -> None:
    booking = await booked(plan, "08:00", "10:00")
    await booked(plan, "11:00", "12:00", "detailer")
    car = await plan.car()
    desk, phone = await open_both("planner", "499")
    kind, day = plan.types["mechanical"], plan.day.isoformat()
    found = []
    for page, span in ((desk, ""), (desk, "&span=day"), (phone, "")):
        await page.goto(f"/app/plan?day={day}{span}")
        await expect(page.locator("[data-plan][data-ready], [data-plan-listed]").first).to_be_attached()
        found += await problems(page)
    found += await look(
        (desk, phone),
        (
            f"/app/plan?day={day}&view=list",
            "/app/plan/mine",
            f"/app/plan/booking/{booking}",
            "/app/plan/book",
            f"/app/plan/book?car={car}",
            f"/app/plan/book?car={car}&type={kind}",
            f"/app/plan/book?car={car}&type=chain",
            f"/app/cars/{car}",
            "/",
        ),
    )
    assert not found, "\n".join(found)


def rows(page: Page) -> Locator:
    return page.locator("[data-plan] .plan-row-name")


@pytest.mark.parametrize("language", ["nb", "en"])
async def test_rows_stand_by_trade_and_who_is_off_is_behind_a_button(
    language: str, plan: Plan, open_as: Opener
) -> None:
    later = await plan.resource("Bukk", "technical")
    off = await plan.resource("Avdeling", "technical")
    await plan.dealer.create(
        plan.demo,
        "absences",
        resource=str(off),
        starts_at=at(plan.day, "00:00").isoformat(),
        ends_at=at(plan.day, "23:59").isoformat(),
        kind="course",
    )
    await plan.book(await plan.car(), "mechanic", "08:00", "10:00")
    planner, admin = await plan.planner(), await plan.dealer.person("tenant_admin", "490")
    await plan.dealer.do(admin, "users", "update", planner.user, language=language)
    page = await open_as("planner", "499", language=language)
    await opened(page, plan)
    await expect(rows(page)).to_have_text(["Bukk", "mechanic", "detailer"])
    trades = {
        "nb": ["Teknisk klargjøring", "Kosmetisk klargjøring"],
        "en": ["Technical preparation", "Cosmetic preparation"],
    }
    await expect(page.locator("[data-plan] .plan-trade")).to_have_text(trades[language])
    names = {
        "nb": ("Vis alle (1)", "Skjul rader uten noe den dagen"),
        "en": ("Show all (1)", "Hide rows with nothing to do"),
    }
    more, less = names[language]
    await page.get_by_role("button", name=more).click()
    await expect(rows(page)).to_have_text(["Avdeling", "Bukk", "mechanic", "detailer"])
    await page.get_by_role("button", name=less).click()
    await expect(rows(page)).to_have_count(3)
    assert later


async def test_a_full_day_is_red_and_a_nearly_full_one_orange(plan: Plan, open_as: Opener) -> None:
    for kind, hours in (("mechanical", 2), ("cosmetic", 2.1)):
        await plan.dealer.create(
            plan.demo,
            "capacity_rules",
            dealership=str(plan.dealer.sites["499"]),
            resource_type=str(plan.types[kind]),
            monday=hours,
        )
    page = await open_as("planner", "499")
    seen = []
    for step in (None, "mechanic", "detailer"):
        if step:
            await booked(plan, "08:00", "10:00", step)
        await opened(page, plan)
        seen.append(
            await page.locator("#plan-capacity .plan-meter").evaluate_all(
                "all => all.map(one => one.className.split('is-')[1])"
            )
        )
    assert seen == [["room", "room"], ["full", "room"], ["full", "tight"]]
    red, orange = await filled(page.locator("#plan-capacity meter"))
    assert red[0] > 2 * red[1]
    assert orange[0] > orange[1] > orange[2]
    assert orange[1] > red[1]


async def filled(bars: Locator) -> list[tuple[int, ...]]:
    """Return the colours in which bars are filled; the plan may draw them anew meanwhile, at the same places."""
    places = await bars.evaluate_all(
        """all => all.map((bar) => bar.getBoundingClientRect())
          .map((box) => [scrollX + box.x + box.width / 3, scrollY + box.y + box.height / 2])"""
    )
    image = Image.open(BytesIO(await bars.page.screenshot(full_page=True))).convert("RGB")
    found = [image.getpixel((round(x), round(y))) for x, y in places]
    assert all(isinstance(colour, tuple) for colour in found)
    return [tuple(int(part) for part in colour) for colour in found]
