"""What belongs to a work item or a transfer, on a phone: said, photographed and heard of at once."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Page, expect

from support.axe import violations
from support.dealer import Dealer
from support.pages import new_car

Opener = Callable[..., Awaitable[Page]]
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


async def test_a_work_item_is_talked_about_on_a_phone_and_at_a_desk(dealer: Dealer, open_as: Opener) -> None:
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    planner = await dealer.person("planner", "499")
    item = await dealer.create(planner, "work_items", car=str(car), description="Bytt bremser")
    desk = await open_as("new_car_sales", **DESK, at=f"/app/work_items/{item}")
    phone = await open_as("planner", "499", **PHONE, at=f"/app/work_items/{item}")
    await phone.fill("#comment-text", "Deler kommer i morgen.")
    await phone.tap("#last-comments button[type=submit]")
    await expect(phone.locator(".comment")).to_contain_text("Deler kommer i morgen.")
    await expect(desk.locator(".comment")).to_contain_text("Deler kommer i morgen.")
    await phone.evaluate("scrollTo(0, 0)")
    assert await violations(phone) == []
    assert await phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await desk.goto(f"/app/cars/{car}")
    await desk.locator(".comment-head a").click()
    await expect(desk).to_have_url(f"{desk.url.partition('/app/')[0]}/app/work_items/{item}")


async def test_a_transfer_is_photographed_and_called_about_on_a_phone(
    dealer: Dealer, open_as: Opener, tmp_path: Path
) -> None:
    seller = await dealer.person("new_car_sales", "495")
    car = await new_car(dealer, seller, 1)
    sent = await dealer.create(seller, "car_transfers", car=str(car), to=str(dealer.sites["490"]))
    photo = tmp_path / "kvittering.jpg"
    Image.new("RGB", (640, 480), "#336699").save(photo)
    page = await open_as("reception", "490", **PHONE, at=f"/app/car_transfers/{sent}")
    await page.tap("#s-car_files summary")
    await page.set_input_files("#file-input", photo)
    await expect(page.locator(".file-grid img")).to_have_count(1)
    await page.tap("#s-messages summary")
    await page.tap(".talk-log summary")
    await page.fill("#call-body", "Sjåføren er forsinket.")
    await page.tap(".talk-log button[type=submit]")
    await expect(page.locator(".talk-list")).to_contain_text("Sjåføren er forsinket.")
    await page.evaluate("scrollTo(0, 0)")
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
