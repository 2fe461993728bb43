"""Nothing done in a hurry is lost: damage, comments, forms, ticks and drags on a slow network, by two people."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import orjson
from playwright.async_api import Page, Route, expect

from browser.test_plan import booked, box, drawn, opened, plan, pull, times, wide
from browser.test_taps import begun
from browser.test_views import PHONE
from directapp.store.query import Query
from support.dealer import Dealer
from support.pages import fill_yard, new_car
from support.plan import Plan

Opener = Callable[..., Awaitable[Page]]
__all__ = ["plan"]
SLOW = 0.6


async def slowly(page: Page, address: str) -> list[str]:
    """Let forms take their time on the way; return what was sent, in order."""
    sent: list[str] = []

    async def pass_on(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.post_data or "")
            await asyncio.sleep(SLOW)
        await route.continue_()

    await page.route(address, pass_on)
    return sent


async def stands_at(page: Page, booking: UUID, x: float) -> None:
    """Wait until a booking is drawn where it was let go of: a hand takes hold of what it sees."""
    async with asyncio.timeout(20):
        while abs((await box(drawn(page, booking)))["x"] - x) > 1:
            await page.wait_for_timeout(20)


async def marks(dealer: Dealer, inspection: UUID) -> list[str]:
    row = await dealer.read(await dealer.person("reception", "499"), "inspections", inspection)
    return sorted(m["note"] for m in row["damage_marks"] or ())


async def rows(dealer: Dealer, role: str, collection: str, site: str = "495") -> list[dict[str, Any]]:
    page = await dealer.application.platform.reading.page(await dealer.person(role, site), collection, Query(limit=100))
    found: list[dict[str, Any]] = orjson.loads(page.json)
    return found


async def mark(page: Page, note: str, at: float) -> None:
    await page.locator('[data-outline="left"] svg').tap(position={"x": 40 + 120 * at, "y": 30})
    await page.fill("#damage-note", note)
    await page.locator("[data-damage-form] button[type=submit]").tap()


async def test_damage_marked_quickly_is_all_kept(dealer: Dealer, open_as: Opener) -> None:
    made = await begun(dealer, 1)
    page = await open_as("reception", "499", **PHONE, service_workers="block", at=f"/app/inspections/{made}")
    sent = await slowly(page, "**/marks")
    for number in range(4):
        await mark(page, f"Ripe {number}", number / 5)
    await page.fill("#damage-note", "Begynt på den femte")
    await expect(page.locator(".damage-item")).to_have_count(4)
    assert await marks(dealer, made) == [f"Ripe {n}" for n in range(4)]
    assert len(sent) == 4
    await expect(page.locator("#damage-note")).to_have_value("Begynt på den femte")


async def test_two_people_mark_damage_on_one_car(dealer: Dealer, open_as: Opener) -> None:
    made = await begun(dealer, 1)
    at = f"/app/inspections/{made}"
    one = await open_as("reception", "499", **PHONE, service_workers="block", at=at)
    other = await open_as("planner+reception", "499", **PHONE, service_workers="block", at=at)
    for page in (one, other):
        await slowly(page, "**/marks")
    await asyncio.gather(mark(one, "Ripe", 0.2), mark(other, "Bulk", 0.7))
    await asyncio.gather(mark(one, "Steinsprut", 0.4), mark(other, "Rust", 0.9))
    for page in (one, other):
        await expect(page.locator(".damage-item")).to_have_count(4)
    assert await marks(dealer, made) == ["Bulk", "Ripe", "Rust", "Steinsprut"]
    await one.locator(".damage-item:has-text('Bulk') button").tap()
    await mark(other, "Sprekk", 0.5)
    for page in (one, other):
        await expect(page.locator(".damage-item:has-text('Sprekk')")).to_be_visible()
        await expect(page.locator(".damage-item:has-text('Bulk')")).to_have_count(0)
    assert await marks(dealer, made) == ["Ripe", "Rust", "Sprekk", "Steinsprut"]


async def test_comments_in_a_hurry_are_kept_in_order_and_once(dealer: Dealer, open_as: Opener) -> None:
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    page = await open_as("new_car_sales", service_workers="block", at=f"/app/cars/{car}")
    text, send = page.locator("#comment-text"), page.locator("#last-comments button[type=submit]")
    await slowly(page, "**/part/comments")
    for words in ("Først", "Så", "Til slutt"):
        await text.fill(words)
        await send.dblclick()
    await text.fill("Ikke sendt ennå")
    # Another's comment comes in meanwhile and takes nothing away.
    await dealer.create(await dealer.person("manager", "495"), "comments", car=str(car), text="Fra sjefen")
    for words in ("Først", "Så", "Til slutt", "Fra sjefen"):
        await expect(page.locator(f"#feed .feed-line:has-text('{words}')")).to_have_count(1)
    await expect(text).to_have_value("Ikke sendt ennå")
    said = [c["text"] for c in await rows(dealer, "new_car_sales", "comments")]
    assert sorted(said) == sorted(["Først", "Så", "Til slutt", "Fra sjefen"])


async def test_a_second_click_sends_nothing(dealer: Dealer, open_as: Opener) -> None:
    page = await open_as("new_car_sales", service_workers="block", at="/app/cars/new")
    sent = await slowly(page, "**/app/cars/new")
    await page.fill("#make", "Audi")
    await page.fill("#model", "A3")
    await page.select_option("#car_type", "new")
    await page.locator("main form button.btn-primary[type=submit]").last.dblclick()
    await page.wait_for_url("**/app/cars/*-*")
    assert len(sent) == 1
    (car,) = await rows(dealer, "new_car_sales", "cars")
    for colour in ("Rød", "Blå"):
        await page.goto(f"/app/cars/{car['id']}")
        await page.fill("#color", colour)
        await page.locator("form:has(#color) button[type=submit]").dblclick()
        await expect(page.locator("form:has(#color) input[name=_version]")).not_to_have_value(str(car["version"]))
        (car,) = await rows(dealer, "new_car_sales", "cars")
        assert (car["color"], car["version"]) == (colour, {"Rød": 2, "Blå": 3}[colour])


async def test_ticks_in_a_list_stay_where_they_are(dealer: Dealer, open_as: Opener) -> None:
    cars = await fill_yard(dealer, 14)
    page = await open_as("planner", "499", at="/app/cars?sort=-created_at", viewport={"width": 1440, "height": 420})
    ticks = page.locator("input[name=record]")
    await expect(ticks).to_have_count(len(cars))
    mine = page.locator("[data-row]").nth(5)
    box_of = mine.locator("input[name=record]")
    for n in (2, 5, 8):
        await ticks.nth(n).check()
    chosen = await page.locator("input[name=record]:checked").evaluate_all("all => all.map((e) => e.value)")
    await box_of.hover()
    name = await box_of.get_attribute("value")
    mine = page.locator(f"[data-row]:has(input[value='{name}'])")
    before = await box(mine)
    seller = await dealer.person("new_car_sales", "495")
    made = await new_car(dealer, seller, 900)
    await dealer.do(await dealer.person("planner", "499"), "cars", "update", UUID(chosen[0]), parking_spot="B12")
    await expect(page.locator(f"input[value='{made}']")).to_have_count(1)
    assert abs((await box(mine))["y"] - before["y"]) < 2
    now = await page.locator("input[name=record]:checked").evaluate_all("all => all.map((e) => e.value)")
    assert now == chosen
    # One that leaves the list while it is ticked stays until the tick is gone.
    await dealer.do(seller, "cars", "archive", UUID(chosen[1]), reason="duplicate")
    await dealer.do(seller, "cars", "update", made, color="Rød")
    await page.wait_for_timeout(1500)
    await expect(page.locator(f"input[value='{chosen[1]}']")).to_be_checked()


async def test_drags_in_a_hurry_all_count(plan: Plan, open_as: Opener) -> None:
    booking, other = await booked(plan, "08:00", "09:00"), await booked(plan, "12:00", "13:00")
    page = await opened(await open_as("planner", "499", service_workers="block"), plan)
    hour = await wide(page, booking, 1)
    sent = await slowly(page, "**/app/plan/put")
    begun = (await box(drawn(page, booking)))["x"]
    for hours in (1, 2):
        await pull(page, drawn(page, booking), 1, per_hour=hour)
        await page.mouse.up()
        await stands_at(page, booking, begun + hours * hour)
    await pull(page, drawn(page, other), 1, per_hour=hour)
    await page.mouse.up()
    # In the hand when the first answers come: it is neither dropped nor drawn elsewhere.
    await pull(page, drawn(page, booking), -0.5, per_hour=hour)
    await page.wait_for_timeout(2500)
    await page.mouse.up()
    for _ in range(100):
        if (await times(plan, booking), await times(plan, other)) == (("09:30", "10:30"), ("13:00", "14:00")):
            break
        await page.wait_for_timeout(100)
    assert (await times(plan, booking), await times(plan, other)) == (("09:30", "10:30"), ("13:00", "14:00"))
    assert len(sent) == 4


async def test_a_drag_whose_answer_is_lost_is_stored_once(plan: Plan, open_as: Opener) -> None:
    booking = await booked(plan, "08:00", "09:00")
    page = await opened(await open_as("planner", "499", service_workers="block"), plan)
    tries = 0

    async def lose(route: Route) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/app/plan/put", lose)
    await pull(page, drawn(page, booking), 2, per_hour=await wide(page, booking, 1))
    await page.mouse.up()
    await expect(page.locator("#done")).to_contain_text("flyttet")
    assert await times(plan, booking) == ("10:00", "11:00")
    assert (await plan.dealer.read(await plan.planner(), "resource_bookings", booking))["version"] == 2
