"""Messages in a real browser: the bell rings by itself, choices, previews, and pages without a sign-in."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Browser, expect

from browser.conftest import DESK, PHONE, PairOpener
from directapp.kernel.clock import utc_now
from support.axe import look, problems
from support.dealer import Dealer
from support.pages import new_car
from support.post import SELLER, logged, rows, sold_car, told

TOP = Path(__file__).parents[2]


@pytest.fixture
def pictures() -> Path | None:
    """Where pictures are put for a person to look at, when that folder is there."""
    folder = Path("/tmp/msg-pictures")  # noqa: S108 - only looked at
    return folder if folder.is_dir() else None


async def test_the_bell_rings_by_itself_and_stops_when_all_is_read(dealer: Dealer, open_as: Any) -> None:
    await dealer.person("parts", "495")
    page = await open_as("parts", "495")
    bell = page.locator(".topbar .bell")
    await expect(bell.locator("[data-bell-said]")).to_have_text("Ingen uleste varsler")
    await expect(bell.locator("[data-bell-count]")).to_be_hidden()
    await new_car(dealer, await dealer.person(*SELLER), 1)
    await dealer.application.dispatcher.drain(dealer.tenant)
    await expect(bell.locator("[data-bell-count]")).to_have_text("1")
    await expect(bell.locator("[data-bell-said]")).to_have_text("1 ulest varsel")
    await bell.click()
    await expect(page.locator(".note-title")).to_have_text("Ny ordre: EL 20001 Audi A3 Sportback")
    # The list itself keeps up too.
    await new_car(dealer, await dealer.person(*SELLER), 2)
    await dealer.application.dispatcher.drain(dealer.tenant)
    await expect(page.locator(".note")).to_have_count(2)
    await page.get_by_role("button", name="Merk alle som lest").click()
    await expect(page.locator(".empty")).to_contain_text("Du er à jour")
    await expect(bell.locator("[data-bell-count]")).to_be_hidden()


async def test_a_notification_leads_to_its_car_by_keyboard(dealer: Dealer, open_as: Any) -> None:
    await dealer.person("parts", "495")
    await new_car(dealer, await dealer.person(*SELLER), 1)
    await dealer.application.dispatcher.drain(dealer.tenant)
    page = await open_as("parts", "495")
    await page.goto("/app/notifications")
    await page.locator(".note-link").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(r"/app/cars/[0-9a-f-]{36}$"))
    await expect(page.locator("h1")).to_contain_text("EL 20001")


async def test_the_phone_has_the_bell_in_its_bottom_bar(dealer: Dealer, open_as: Any) -> None:
    mechanic = await dealer.person("mechanic", "499")
    planner = await dealer.person("planner", "499")
    car = await new_car(dealer, await dealer.person(*SELLER), 1)
    await dealer.do(planner, "cars", "update", car, assigned_mechanic=str(mechanic.user))
    await dealer.create(planner, "comments", car=str(car), text="Se på bremsene", mentions=[str(mechanic.user)])
    await dealer.application.dispatcher.drain(dealer.tenant)
    page = await open_as("mechanic", "499", **PHONE)
    bell = page.locator(".bottombar [data-bell]")
    await expect(bell.locator("[data-bell-count]")).to_have_text("1")
    assert await page.locator(".bottombar-link").count() == 4
    await bell.tap()
    await expect(page.locator(".note")).to_contain_text("Se på bremsene")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_choices_are_made_and_kept(dealer: Dealer, open_as: Any) -> None:
    parts = await dealer.person("parts", "495")
    page = await open_as("parts", "495")
    await page.goto("/app/me")
    await page.get_by_role("link", name="Varselvalg").click()
    await page.get_by_label("Ny ordre").uncheck()
    await page.get_by_label("Deler ankommet").check()
    await page.get_by_label("Stille fra").fill("22:00")
    await page.get_by_label("Stille til").fill("06:30")
    await page.get_by_role("button", name="Lagre").click()
    await expect(page.locator("#done")).to_contain_text("Varselvalgene er lagret")
    await expect(page.get_by_label("Ny ordre")).not_to_be_checked()
    await expect(page.get_by_label("Stille fra")).to_have_value("22:00")
    (chosen,) = await rows(dealer, parts, "notice_choices")
    assert "parts.arrived" in chosen["email_events"]
    assert "order.new" not in chosen["email_events"]


async def test_letters_are_previewed_in_the_sites_look(dealer: Dealer, open_as: Any) -> None:
    admin = await dealer.person("tenant_admin", "490")
    await dealer.do(admin, "dealerships", "update", dealer.sites["495"], brand_colors={"primary": "#bb0a30"})
    page = await open_as("manager", "495")
    await page.goto("/app/letters?event=customer.pickup")
    frame = page.frame_locator(".letter-frame").first
    await expect(frame.locator("h1")).to_contain_text("klar for henting")
    band = frame.locator("td[style*='background-color:#bb0a30']").first
    await expect(band).to_be_visible()
    await expect(page.locator(".sms-bubble").first).to_contain_text("Hei Nora! Bilen din er klar for henting")
    await page.get_by_role("link", name="Over fristen").click()
    await expect(page.frame_locator(".letter-frame").nth(1).locator("h1")).to_contain_text("Overdue")


async def test_a_call_is_logged_on_the_car(dealer: Dealer, open_as: Any) -> None:
    car = await sold_car(dealer)
    page = await open_as(*SELLER)
    await page.goto(f"/app/cars/{car}")
    await page.locator("#s-messages summary").first.click()
    await page.locator(".talk-log > summary").click()
    await page.get_by_label("Hva ble sagt?").fill("Vil hente fredag klokka tre")
    await page.locator(".talk-log").get_by_role("button", name="Lagre").click()
    await expect(page.locator(".talk-line")).to_contain_text("Vil hente fredag klokka tre")
    await page.get_by_role("button", name="Lag lenke").click()
    await expect(page.locator(".talk-url a")).to_have_attribute("href", re.compile("/status/"))


async def test_a_customer_follows_the_car(
    dealer: Dealer, address: str, chromium: Browser, pictures: Path | None
) -> None:
    at = (utc_now() + timedelta(days=5)).replace(hour=11, minute=0)
    car = await sold_car(dealer, handover_at=at.isoformat(), handover_place="Sørlandsparken 4")
    seller = await dealer.person(*SELLER)
    admin = await dealer.person("tenant_admin", "490")
    look = {"brand_colors": {"primary": "#bb0a30"}, "phone": "38000000", "location": "Kristiansand"}
    await dealer.do(admin, "dealerships", "update", dealer.sites["495"], **look)
    link = (await dealer.do(seller, "status_links", "share", car=str(car))).record
    assert link
    token = dealer.application.post.capabilities.token("status", dealer.tenant, link)
    for scheme, name, device in (("light", "phone", PHONE), ("dark", "desk", DESK)):
        context = await chromium.new_context(color_scheme=scheme, locale="nb-NO", base_url=address, **device)
        page = await context.new_page()
        await page.goto(f"/status/{token}")
        await expect(page.locator("h1")).to_have_text("Her er Audi A3 Sportback")
        await expect(page.locator("[aria-current=step]")).to_contain_text("Bestilt")
        assert await page.get_by_role("link", name="Ring 38 00 00 00").get_attribute("href") == "tel:+4738000000"
        assert await problems(page) == []
        if pictures:
            await page.screenshot(path=pictures / f"status-{name}-{scheme}.png", full_page=True)
        await page.get_by_role("link", name="English").click()
        await expect(page.locator("h1")).to_have_text("Here is your Audi A3 Sportback")
        await context.close()


async def test_a_vendor_answers_on_a_phone(
    dealer: Dealer, address: str, chromium: Browser, pictures: Path | None
) -> None:
    car = await sold_car(dealer)
    planner = await dealer.person("planner", "499")
    item = await dealer.create(planner, "work_items", car=str(car), description="Lakkere støtfanger bak", kind="paint")
    asked = {"vendor_name": "Lakk og Lim", "email": "lakk@example.test", "note": "Nøkkel i skap 4"}
    link = (await dealer.do(planner, "vendor_links", "ask", work_item=str(item), **asked)).record
    assert link
    token = dealer.application.post.capabilities.token("vendor", dealer.tenant, link)
    for scheme in ("dark", "light"):
        context = await chromium.new_context(color_scheme=scheme, locale="nb-NO", base_url=address, **PHONE)
        page = await context.new_page()
        await page.goto(f"/vendor/{token}")
        await expect(page.locator("h1")).to_have_text("Lakkere støtfanger bak")
        await page.get_by_label("Forsinket").check()
        await expect(page.get_by_label("Klar den")).to_be_visible()
        await page.get_by_label("Pris", exact=True).or_(page.locator("[value=price]")).first.check()
        await page.get_by_label("Pris i kroner").fill("2400")
        if pictures:
            await page.screenshot(path=pictures / f"vendor-{scheme}.png", full_page=True)
        assert await problems(page) == []
        if scheme == "light":
            await page.get_by_role("button", name="Send svar").tap()
            await expect(page.locator(".banner-good")).to_contain_text("Takk. Svaret er mottatt")
            if pictures:
                await page.screenshot(path=pictures / "vendor-answered.png", full_page=True)
        await context.close()
    assert (await dealer.read(planner, "work_items", item))["price"] == "2400.00"


async def test_the_pages_shut_nobody_out(dealer: Dealer, open_both: PairOpener) -> None:
    car = await filled(dealer)
    addresses = (
        "/app/notifications",
        "/app/notifications?show=all",
        "/app/letters?event=customer.tomorrow",
        "/app/me/notices",
        "/app/suppressed_addresses",
        f"/app/cars/{car}/part/messages",
    )
    assert not await look(await open_both("manager", "495"), addresses)


async def filled(dealer: Dealer) -> UUID:
    """Return a car about which much was said, to the manager too."""
    manager, seller = await dealer.person("manager", "495"), await dealer.person(*SELLER)
    await dealer.person("parts", "495")
    car = await sold_car(dealer, delivery_date=(utc_now() - timedelta(days=2)).date().isoformat())
    await dealer.create(seller, "comments", car=str(car), text="Kan du se på prisen?", mentions=[str(manager.user)])
    await dealer.do(seller, "status_links", "share", car=str(car), channel="email")
    await dealer.create(seller, "messages", car=str(car), channel="phone", body="Vil hente fredag")
    for number in (2, 3):
        other = await new_car(dealer, seller, number)
        text = "Denne haster, kunden reiser på ferie og må ha bilen før helga."
        await dealer.create(seller, "comments", car=str(other), text=text, mentions=[str(manager.user)])
    await dealer.application.dispatcher.drain(dealer.tenant)
    await logged(dealer, car)
    for schedule in dealer.application.post.schedules:
        await run(dealer, schedule)
    await told(dealer, manager)
    (first, *_) = await rows(dealer, manager, "notifications")
    await dealer.do(manager, "notifications", "mark_read", UUID(first["id"]))
    return car


async def run(dealer: Dealer, schedule: Any) -> None:
    from directapp.services.jobs import JobRun  # noqa: PLC0415 - as the dispatcher makes them

    application = dealer.application
    await schedule.run(
        JobRun(
            id=uuid4(),
            pipeline=application.platform.pipeline,
            tenant=dealer.tenant,
            name=schedule.event,
            collection="",
            record=dealer.tenant,
            payload={},
            key="k",
            attempt=1,
            last=False,
        )
    )
