"""What an administrator does with background jobs, in a real browser: jobs that failed, webhooks, and rules."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from browser.conftest import PairOpener
from directapp.declare.events import event
from directapp.domains.operations import keep
from directapp.services.dispatcher import Dispatcher
from directapp.services.jobs import GiveUpError, Job, JobRun, acting
from support.axe import look
from support.dealer import Dealer, Time, end_jobs
from support.fakes.server import Fake, Heard, Reply, as_text
from support.pages import new_car
from support.text import bilingual

Opener = Callable[..., Awaitable[Page]]

TRIAL = event("trial.sent", "cars", bilingual("Prøve", "Trial"))


class Receiver(Fake):
    """Another system that is told of what happens here."""

    async def answer(self, _: Heard) -> Reply:
        return as_text("ok")


@pytest.fixture
async def receiver(dealer: Dealer) -> AsyncIterator[Receiver]:
    """Give another system, which the application may reach although it is on this machine."""
    dealer.application.guarded.private = True
    async with Receiver() as receiver:
        yield receiver
    dealer.application.guarded.private = False


async def work(dealer: Dealer) -> None:
    """Run the background jobs that wait."""
    await dealer.application.dispatcher.drain(dealer.tenant)


async def identified(dealer: Dealer, number: int, make: str = "Audi") -> UUID:
    """Return a car that its chassis number was just written down of."""
    seller = await dealer.person("new_car_sales", "495")
    car = await new_car(dealer, seller, number, make=make, vin=None)
    await dealer.do(seller, "cars", "update", car, vin=f"WAUZZZF49MA{number:06d}")
    return car


async def give_up(dealer: Dealer, reason: str) -> None:
    """Let a job fail for good."""

    async def fail(_: JobRun) -> None:
        raise GiveUpError(reason)

    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    pipeline = dealer.application.platform.pipeline
    async with acting(pipeline, dealer.tenant, "demo", "test", "", None) as ctx:
        ctx.work.emitting.again(TRIAL.name, "cars", car, {})
    await Dispatcher(pipeline, {}, "workflow", jobs=[Job(event=TRIAL, run=fail)], keep=keep).drain(dealer.tenant)


def tile(page: Page, name: str) -> Any:
    return page.locator(".tile", has_text=name).locator(".tile-number")


async def write_rule(page: Page, **boxes: str) -> None:
    """Fill in the form of a new rule and create it."""
    await page.goto("/app/workflow_rules/new")
    await page.fill("#name", "Audi haster")
    await page.select_option("#event", label="Understellsnummer registrert")
    for name, value in boxes.items():
        box = page.locator(f"#{name}")
        if await box.evaluate("box => box.tagName") == "SELECT":
            await box.select_option(label=value)
        else:
            await box.fill(value)
    await page.get_by_role("button", name="Opprett", exact=True).click()
    await expect(page.locator("h1")).to_contain_text("Audi haster")


@pytest.fixture
def later(time: Time) -> Iterator[Time]:
    yield time
    time.ahead = timedelta()


async def test_a_job_that_failed_is_tried_again_from_the_page(dealer: Dealer, later: Time, open_as: Opener) -> None:
    await end_jobs(dealer.application)
    for hours in (0, 30):
        later.ahead = timedelta(hours=hours)
        await dealer.application.schedules.once(dealer.tenant)
        await work(dealer)
    later.ahead = timedelta()
    await give_up(dealer, "adressen finnes ikke")
    page = await open_as("tenant_admin")
    await page.goto("/app/operations")
    await expect(tile(page, "Feilet")).to_have_text("1")
    row = page.locator("tr", has_text="adressen finnes ikke")
    await expect(row).to_be_visible()
    schedules = page.get_by_role("region", name="Faste oppgaver")
    await expect(schedules.locator("tr", has_text="Forsegl historikken")).not_to_contain_text("Ikke kjørt ennå")
    await row.get_by_role("link", name="Prøv på nytt").click()
    await page.get_by_role("button", name="Prøv på nytt").click()
    await page.wait_for_url(re.compile(r"/failed_jobs/[0-9a-f-]{36}$"))
    await page.goto("/app/operations")
    await expect(tile(page, "Feilet")).to_have_text("0")
    await expect(page.get_by_text("Ingen jobber har feilet.")).to_be_visible()
    await page.goto("/status")
    await expect(page.get_by_text("Alt virker.")).to_be_visible()


async def test_another_system_subscribes_and_what_it_missed_is_sent_again(
    dealer: Dealer, receiver: Receiver, open_as: Opener
) -> None:
    page = await open_as("tenant_admin")
    await page.goto("/app/webhooks")
    await page.get_by_role("link", name="Ny webhook").first.click()
    await page.get_by_label("Navn").fill("Regnskap")
    await page.get_by_label("Adresse").fill(receiver.base)
    await page.get_by_label("Understellsnummer registrert").check()
    await page.get_by_role("button", name="Ny webhook").click()
    await expect(page.get_by_label("Signeringsnøkkel")).to_have_value(re.compile("whsec_"))
    await expect(page.get_by_role("main")).to_have_count(1)
    receiver.then(as_text("no", 410))
    await identified(dealer, 1)
    await work(dealer)
    await page.goto("/app/webhook_deliveries")
    await expect(page.locator("[data-row]")).to_contain_text("Feilet")
    await page.goto("/app/webhooks")
    await page.locator("[data-row] a").first.click()
    await expect(page.get_by_text("Mottakeren finnes ikke lenger").first).to_be_visible()
    await page.get_by_label("Aktiv", exact=True).select_option(label="Ja")
    await page.get_by_role("button", name="Lagre", exact=True).click()
    await expect(page.locator("#done")).to_contain_text("Lagret")
    await page.goto("/app/webhook_deliveries")
    await page.locator("[data-row] a").first.click()
    await page.get_by_role("button", name="Send på nytt").or_(page.get_by_role("link", name="Send på nytt")).click()
    await work(dealer)
    await page.goto("/app/webhook_deliveries")
    await expect(page.locator("[data-row]")).to_contain_text("Levert")
    assert len({heard.headers["webhook-id"] for heard in receiver.heard}) == 1
    assert len(receiver.heard) == 2


async def test_a_rule_is_written_tried_on_last_month_and_switched_on(dealer: Dealer, open_as: Opener) -> None:
    await identified(dealer, 1)
    await identified(dealer, 2, make="Volkswagen")
    page = await open_as("tenant_admin")
    then = {"action": "Sett felt på bilen", "set_field": "Prioritet", "set_value": "Høy"}
    await write_rule(page, conditions="make = Audi", **then)
    await expect(page.get_by_text("Prøv regelen på siste måned først.")).to_be_visible()
    await page.get_by_role("button", name="Prøv på siste måned").click()
    await work(dealer)
    await page.reload()
    state = page.locator(".field-group").filter(has=page.get_by_role("heading", name="Tilstand"))
    await expect(state).to_contain_text("2")
    await expect(state).to_contain_text("Audi")
    await expect(state).not_to_contain_text("Volkswagen")
    await page.get_by_role("button", name="Slå på").click()
    await expect(page.get_by_role("button", name="Slå av")).to_be_visible()
    car = await identified(dealer, 3)
    await work(dealer)
    await page.goto("/app/rule_runs")
    await expect(page.locator("[data-row]")).to_have_count(1)
    await expect(page.locator("[data-row]")).to_contain_text("Audi haster")
    await page.goto(f"/app/cars/{car}")
    await expect(page.locator("#priority")).to_have_value("high")


async def test_no_page_behind_the_scenes_shuts_anyone_out(
    dealer: Dealer, receiver: Receiver, open_both: PairOpener
) -> None:
    await give_up(dealer, "adressen finnes ikke")
    admin = await dealer.person("tenant_admin")
    subscribed = await dealer.do(
        admin, "webhooks", "subscribe", name="Regnskap", url=receiver.base, events=["car.identified"]
    )
    receiver.then(as_text("no", 500))
    rule = await dealer.create(
        admin,
        "workflow_rules",
        name="Audi haster",
        event="car.identified",
        conditions="make = Audi",
        action="notify",
        notify_role="planner",
        message="Ny Audi",
    )
    await identified(dealer, 2)
    await dealer.do(admin, "workflow_rules", "dry_run", rule)
    await work(dealer)
    (delivery,) = await dealer.application.platform.reading.seen(admin, [("webhooks", subscribed.record or rule)])
    addresses = (
        "/app/operations",
        "/app/failed_jobs",
        "/app/webhooks",
        f"/app/webhooks/{delivery[1]}",
        "/app/webhooks/do/subscribe",
        "/app/webhook_deliveries",
        "/app/workflow_rules",
        "/app/workflow_rules/new",
        f"/app/workflow_rules/{rule}",
        "/app/rule_runs",
        "/app/enrichment_runs",
        "/status",
    )
    assert not await look(await open_both("tenant_admin"), addresses)
