"""The figures in a real browser: readable by all in both themes, on a desk and a phone, with nothing cut off."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Page, expect

from browser.conftest import PairOpener
from support.axe import problems
from support.dealer import Dealer, Time
from support.plan import Plan, at, lay_plan

Opener = Callable[..., Awaitable[Page]]


async def worked(dealer: Dealer, time: Time) -> Plan:
    """Lay a plan in which a full day is booked and one job has been done, late."""
    plan = await lay_plan(dealer)
    planner, cars = await plan.planner(), [await plan.car() for _ in range(4)]
    first = await plan.book(cars[0], "mechanic", "08:00", "10:00", estimated_hours=2)
    await plan.book(cars[0], "detailer", "12:00", "13:00", "cosmetic")
    for car, hour in zip(cars[1:], (10, 12, 14), strict=True):
        await plan.book(car, "mechanic", f"{hour}:00", f"{hour + 2}:00")
    for verb, clock in (("start", "08:30"), ("complete", "10:45")):
        time.ahead += at(plan.day, clock) - time()
        await plan.dealer.do(planner, "resource_bookings", verb, first.record)
    time.ahead = timedelta()
    return plan


async def test_everyone_can_read_the_figures(dealer: Dealer, time: Time, open_both: PairOpener) -> None:
    plan = await worked(dealer, time)
    for page in await open_both("planner", "499"):
        await page.goto(f"/app/figures?first={plan.day}&last={plan.day}")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Tall")
        await expect(page.get_by_text("mechanic: 100 % belegg (8 av 8 timer).")).to_be_visible()
        await expect(page.locator("[aria-labelledby=resources-title] table")).to_be_visible()
        assert not await problems(page)
        await page.get_by_role("link", name="Anleggene side om side").click()
        await expect(page.locator(".trend canvas")).to_have_count(4)
        await expect(page.locator("[aria-labelledby=weeks-title] tbody tr")).to_have_count(13)
        assert not await problems(page)


async def test_a_period_is_chosen_by_hand_and_the_hours_are_taken_home(
    dealer: Dealer, time: Time, open_as: Opener
) -> None:
    plan = await worked(dealer, time)
    page = await open_as("planner", "499", at="/app/figures")
    await page.get_by_label("Fra og med").fill(plan.day.isoformat())
    await page.get_by_label("Til og med").fill((plan.day + timedelta(days=6)).isoformat())
    await page.get_by_role("button", name="Vis").click()
    await page.wait_for_url("**/app/figures?first=*")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Last ned for lønn (CSV)").click()
    taken = await download.value
    assert taken.suggested_filename == f"timebank_{plan.day}_{plan.day + timedelta(days=6)}.csv"
    text = Path(await taken.path()).read_bytes().decode("utf-8-sig")
    assert ";Arbeid;2,25" in text
    await expect(page.get_by_role("button", name="Skriv ut")).to_be_visible()
    await page.emulate_media(media="print")
    await expect(page.get_by_role("button", name="Skriv ut")).to_be_hidden()
    await expect(page.locator("[aria-labelledby=time-bank-title] table")).to_be_visible()
