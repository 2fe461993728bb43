"""The operations page: figures, what failed and why, the schedules; for the administrator of the own company only."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import orjson
import pytest
from fastapi import FastAPI

from directapp.app.container import Application
from directapp.declare.events import event
from directapp.domains.cars.events import ARCHIVE_DUE, DELIVERED
from directapp.domains.operations import keep
from directapp.kernel.clock import utc_now
from directapp.kernel.text import Text, _
from directapp.services.dispatcher import Dispatcher
from directapp.services.jobs import GiveUpError, Job, JobRun, acting
from directapp.store.query import Query
from directapp.telemetry.outside import REFUSED, ServiceState
from support.browser import Browser, Opener, field
from support.dealer import Dealer, Time
from support.pages import build_pages
from support.post import house_with
from support.server import Server
from support.text import bilingual

PAGE = "/app/operations"

TRIAL = event("trial.sent", "cars", bilingual("Prøve", "Trial"))


@pytest.fixture(scope="module")
async def application(server: Server, time: Time) -> AsyncIterator[Application]:
    """Wire an application of its own: what is asked here is how the work of all its companies stands."""
    async with house_with(server, time) as application:
        yield application


@pytest.fixture(scope="module")
def pages(application: Application) -> FastAPI:
    return build_pages(application)


async def failed(dealer: Dealer, reason: Text | str, count: int = 1) -> None:
    """Let jobs fail for good."""
    pipeline = dealer.application.platform.pipeline

    async def fail(_job: JobRun) -> None:
        raise GiveUpError(reason)

    async with acting(pipeline, dealer.tenant, "demo", "test", "", None) as ctx:
        car = await ctx.create("cars", {"make": "VW"})
        for _place in range(count):
            ctx.work.emitting.again(TRIAL.name, "cars", car.id, {})
    await Dispatcher(pipeline, {}, "workflow", jobs=[Job(event=TRIAL, run=fail)], keep=keep).drain(dealer.tenant)


def figures(html: str) -> dict[str, int]:
    found = re.findall(r'tile-number">(\d+)</span>\s*<span class="tile-name">([^<]+)', html)
    return {name: int(number) for number, name in found}


async def letters(browser: Browser) -> list[dict[str, str]]:
    page = await browser.dealer.application.platform.reading.page(browser.actor, "failed_jobs", Query())
    found: list[dict[str, str]] = orjson.loads(page.json)
    return found


async def test_only_an_administrator_opens_it(signed: Opener) -> None:
    for role, status in (("planner", 403), ("manager", 403), ("tenant_admin", 200)):
        assert (await (await signed(role)).get(PAGE)).status_code == status


async def test_it_shows_the_queue_what_failed_and_when_everything_runs(signed: Opener, dealer: Dealer) -> None:
    admin = await signed("tenant_admin")
    await dealer.application.schedules.once(dealer.tenant)
    await failed(dealer, "adressen finnes ikke")
    html = (await admin.get(PAGE)).text
    assert figures(html)["Feilet"] == 1
    assert "adressen finnes ikke" in html
    assert "Forsegl historikken" in html
    assert "Ikke kjørt ennå" in html
    part = (await admin.part(PAGE)).text
    assert "<html" not in part
    assert figures(part) == figures(html)


async def test_a_reason_is_read_in_ones_own_language_and_an_old_one_as_it_stands(
    signed: Opener, dealer: Dealer
) -> None:
    admin = await signed("tenant_admin")
    await failed(dealer, _("The receiver does not answer."))
    html = (await admin.get(PAGE)).text
    assert "Mottakeren svarer ikke." in html
    assert "The receiver" not in html
    await failed(dealer, "Nei. / No.")
    assert "Nei. / No." in (await admin.get(PAGE)).text


async def test_services_are_told_of_with_the_last_error_in_words(signed: Opener, dealer: Dealer) -> None:
    admin, watched = await signed("tenant_admin"), dealer.application.platform.watched
    await watched.keep("vegvesen", ServiceState(good_at=utc_now() - timedelta(hours=3)))
    await watched.keep("vegvesen", ServiceState(failed_at=utc_now(), error=REFUSED))
    html = (await admin.get(PAGE)).text
    row = re.search(r"Kjøretøyregister.*?</tr>", html, re.DOTALL)
    assert row is not None
    assert "Virker ikke" in row[0]
    assert "godtar ikke nøkkelen" in row[0]
    assert "Enhetsregisteret" in html
    assert "Ikke brukt ennå" in html


async def test_it_shows_what_waits_and_how_long(signed: Opener, dealer: Dealer, time: Time) -> None:
    admin = await signed("tenant_admin")
    await dealer.application.dispatcher.drain(dealer.tenant)
    assert "Ingenting står i kø." in (await admin.get(PAGE)).text
    async with acting(dealer.application.platform.pipeline, dealer.tenant, "demo", "test", "", None) as ctx:
        car = await ctx.create("cars", {"make": "VW"})
        ctx.emit(DELIVERED, on=car)
        ctx.emit(ARCHIVE_DUE, on=car, delay=3600)
    waits = figures((await admin.get(PAGE)).text)
    assert (waits["Venter på sin tid"], waits["Står i kø"] >= 1) == (1, True)
    time.ahead = timedelta(minutes=10)
    try:
        assert "10 minutter" in (await admin.get(PAGE)).text
        health = await dealer.application.jobs()
        assert health["status"] == "error"
    finally:
        time.ahead = timedelta()
    await dealer.application.dispatcher.drain()
    assert (await dealer.application.jobs())["status"] == "ok"


async def test_one_is_tried_again_and_one_dropped_with_a_reason(signed: Opener, dealer: Dealer) -> None:
    admin = await signed("tenant_admin")
    await failed(dealer, "ingen svar", 3)
    one, other, _ = (letter["id"] for letter in await letters(admin))
    for address, values in ((f"/app/failed_jobs/{one}/do/retry", {}), (f"/app/failed_jobs/{other}/do/drop", {})):
        form = (await admin.get(address)).text
        answer = await admin.client.post(
            address, data={"_csrf": field(form, "_csrf"), "_key": field(form, "_key"), **values}
        )
        assert answer.status_code == (303 if "retry" in address else 422)
    address = f"/app/failed_jobs/{other}/do/drop"
    form = (await admin.get(address)).text
    said = {"_csrf": field(form, "_csrf"), "_key": field(form, "_key"), "note": "Kunden er ringt"}
    assert (await admin.client.post(address, data=said)).status_code == 303
    outcomes = {letter["id"]: letter["outcome"] for letter in await letters(admin)}
    assert sorted(outcomes.values()) == ["dropped", "failed", "retried"]
    assert figures((await admin.get(PAGE)).text)["Feilet"] == 1
    form = (await admin.get("/app/failed_jobs/do/retry_all")).text
    said = {"_csrf": field(form, "_csrf"), "_key": field(form, "_key")}
    assert (await admin.client.post("/app/failed_jobs/do/retry_all", data=said)).status_code == 303
    assert figures((await admin.get(PAGE)).text)["Feilet"] == 0


async def test_another_company_is_not_seen(signed: Opener, dealer: Dealer) -> None:
    from support.dealer import settle  # noqa: PLC0415 - a second company, beside the fixture's

    other = await settle(dealer.application)
    await failed(other, "hos naboen")
    admin = await signed("tenant_admin")
    html = (await admin.get(PAGE)).text
    assert "hos naboen" not in html
    assert figures(html)["Feilet"] == 0
    (theirs,) = await letters_of(other)
    assert (await admin.get(f"/app/failed_jobs/{theirs}")).status_code == 404


async def letters_of(dealer: Dealer) -> list[UUID]:
    page = await dealer.application.platform.reading.page(await dealer.person("tenant_admin"), "failed_jobs", Query())
    return [UUID(row["id"]) for row in orjson.loads(page.json)]
