"""A vendor's answer by text message, as the planner sees it arrive on the car."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
import uvicorn
from playwright.async_api import Browser, Page, expect

from support.dealer import Dealer, Time, settle
from support.fakes.replies import TO, Telephone
from support.fakes.sms import ACCOUNT, FakeTwilio
from support.fakes.sms import SECRET as TOKEN
from support.pages import PASSWORD, build_pages, give_password
from support.post import house_with, logged, sold_car
from support.server import Server

VENDOR = "+4791234567"


@dataclass(frozen=True)
class Served:
    """An application with text messages that is served, and the telephone of a vendor."""

    dealer: Dealer
    phone: Telephone
    address: str


@pytest.fixture
async def served(server: Server) -> AsyncIterator[Served]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    async with FakeTwilio() as twilio:
        settings = {
            "twilio_account": ACCOUNT,
            "twilio_token": TOKEN,
            "twilio_url": twilio.base,
            "sms_from": TO,
            "sms_replies": True,
            "public_url": address,
        }
        async with house_with(server, Time(), **settings) as application:
            config = uvicorn.Config(build_pages(application), port=port, log_config=None, access_log=False, ws="none")
            web = uvicorn.Server(config)
            serving = asyncio.create_task(web.serve())
            while not web.started:
                await asyncio.sleep(0.02)
            async with httpx.AsyncClient(base_url=address) as client:
                yield Served(await settle(application), Telephone(client, address), address)
            web.should_exit = True
            await serving


async def signed_in(chromium: Browser, served: Served) -> Page:
    email = await give_password(served.dealer, await served.dealer.person("planner", "499"))
    context = await chromium.new_context(base_url=served.address, locale="nb-NO", timezone_id="Europe/Oslo")
    page = await context.new_page()
    page.set_default_timeout(8000)
    await page.goto("/sign-in")
    await page.fill("#email", email)
    await page.fill("#password", PASSWORD)
    await page.click(".stack button")
    await page.wait_for_url(lambda url: "sign-in" not in url)
    return page


async def test_a_planner_sees_the_vendors_text_message_on_the_car(served: Served, chromium: Browser) -> None:
    dealer = served.dealer
    planner = await dealer.person("planner", "499")
    car = await sold_car(dealer)
    item = await dealer.create(planner, "work_items", car=str(car), description="Lakkere støtfanger", kind="paint")
    await dealer.do(planner, "work_items", "approve", item, price="1000")
    await dealer.do(planner, "vendor_links", "ask", work_item=str(item), vendor_name="Lakk og Lim", phone=VENDOR)
    await logged(dealer, car)
    page = await signed_in(chromium, served)
    bell = page.locator(".topbar .bell [data-bell-count]")
    await expect(bell).to_be_hidden()

    said = await served.phone.by_twilio(VENDOR, "Ikke helt ferdig, mangler klips")
    assert said.status_code == 200
    await dealer.application.dispatcher.drain(dealer.tenant)
    await expect(bell).to_have_text("1")
    await page.goto("/app/notifications")
    await expect(page.locator(".note-title")).to_have_text(
        "Lakk og Lim har svart med egne ord: EL 20001 Audi A3 Sportback"
    )

    assert (await served.phone.by_twilio(VENDOR, "Da er den ferdig")).status_code == 200
    await dealer.application.dispatcher.drain(dealer.tenant)
    await page.locator(".note-link").first.click()
    await page.goto(f"/app/cars/{car}/part/messages")
    lines = page.locator(".talk-line", has_text="fra Leverandør")
    await expect(lines).to_have_count(2)
    await expect(lines.nth(0).locator(".talk-head")).to_have_text("Lakk og Lim: Da er den ferdig")
    await expect(lines.nth(0).locator(".chip")).to_have_text("SMS: Mottatt")
    await lines.nth(1).locator("summary").click()
    await expect(lines.nth(1).locator(".prose")).to_have_text("Ikke helt ferdig, mangler klips")
    assert (await dealer.read(planner, "work_items", item))["status"] == "done"
    await page.context.close()
