"""The wall display in a browser: what it tells, that it fits, turns its pages and follows the work; and its link."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect

from directapp.kernel.clock import utc_now
from support.axe import violations
from support.dealer import Dealer
from support.plan import Plan, lay_plan

Opener = Callable[..., Awaitable[Page]]
WIDE: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}
SMALL: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
MANY = 14
_CUT = """() => [...document.querySelectorAll('.hall-car:not([hidden])')].filter(
  one => one.getBoundingClientRect().bottom > one.parentElement.getBoundingClientRect().bottom + 1).length"""


async def screen(plan: Plan, **more: Any) -> str:
    """Make a display of 499 and return its address."""
    admin = await plan.dealer.person("tenant_admin", "490")
    values = {"name": "Hall", "dealership": str(plan.dealer.sites["499"])} | more
    address: str = (await plan.dealer.do(admin, "hall_screens", "issue", **values)).shown_once["address"]
    return address


@pytest.mark.parametrize(
    ("language", "device"),
    [("nb", WIDE), ("en", SMALL)],
    ids=["nb", "en"],
)
async def test_the_display_tells_of_cars_by_step_late_first_and_of_no_customer(
    language: str, device: dict[str, Any], dealer: Dealer, chromium: Browser, address: str
) -> None:
    plan = await lay_plan(dealer)
    today = utc_now().date()
    cars = [await plan.car() for _ in range(MANY)]
    for n, days in ((1, 20), (2, -3)):
        due = (today + timedelta(days=days)).isoformat()
        await dealer.do(plan.demo, "cars", "update", cars[n], delivery_date=due, customer_name="Ola Nordmann")
    booked = await plan.book(cars[0], "mechanic", "08:00", "10:00")
    await plan.book(cars[0], "detailer", "11:00", "12:00", "cosmetic")
    assert booked.record
    late = await dealer.read(plan.demo, "cars", cars[2])
    there = await screen(plan)
    context = await chromium.new_context(base_url=address, reduced_motion="reduce", **device)
    page = await context.new_page()
    await page.goto(f"{there}?language={language}")
    columns = page.locator(".hall-column")
    await expect(columns).to_have_count(6)
    await expect(columns.first.locator("h2")).to_contain_text(str(MANY - 1))
    title = {"nb": "Klare for planlegging", "en": "Ready to plan"}[language]
    await expect(columns.first.locator("h2")).to_contain_text(title)
    plate = late["license_plate"]
    await expect(columns.first.locator(".hall-car").first).to_contain_text(f"{plate[:2]} {plate[2:]}")
    await expect(columns.first.locator(".hall-car").first).to_have_class("hall-car is-late")
    await expect(columns.nth(1)).to_contain_text("mechanic")
    assert "Nordmann" not in await page.content()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert await page.evaluate(_CUT) == 0
    first = await columns.first.locator("[data-hall-page]").inner_text()
    assert first
    await expect(columns.first.locator("[data-hall-page]")).not_to_have_text(first)
    assert await page.evaluate(_CUT) == 0
    assert await violations(page) == []
    await context.close()


async def test_the_display_shows_the_chosen_columns_follows_the_work_and_goes_dark_when_revoked(
    dealer: Dealer, chromium: Browser, address: str
) -> None:
    plan = await lay_plan(dealer)
    there = await screen(plan, columns=["planned"])
    context = await chromium.new_context(base_url=address, **SMALL)
    page = await context.new_page()
    await page.goto(there)
    await expect(page.locator(".hall-column")).to_have_count(1)
    await expect(page.locator(".hall-car")).to_have_count(0)
    car = await plan.car()
    await plan.book(car, "mechanic", "08:00", "10:00")
    await plan.book(car, "detailer", "11:00", "12:00", "cosmetic")
    await expect(page.locator(".hall-car")).to_have_count(1)
    admin = await dealer.person("tenant_admin", "490")
    record = there.split("_")[2]
    await dealer.do(admin, "hall_screens", "revoke", UUID(hex=record))
    await expect(page.locator(".hall-column")).to_have_count(0)
    await expect(page.get_by_role("heading")).to_be_visible()
    await context.close()
