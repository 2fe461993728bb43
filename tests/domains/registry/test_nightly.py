"""Enrichment: what is empty is filled from the fake registry; what fails is logged, and nothing is done twice."""

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from joserfc.jwk import RSAKey

from directapp.app.container import Application
from directapp.app.registry import FILLED
from directapp.connectors.maskinporten import Client, Maskinporten
from directapp.connectors.vegvesen import RESOURCE, SCOPE, VegvesenBulk
from directapp.domains.registry.lookups import Lookups
from directapp.domains.registry.runs import LOGS, RUNS
from directapp.kernel.clock import OSLO, oslo_day
from directapp.kernel.errors import ConflictError, ForbiddenError
from directapp.services.counters import Counters
from support.dealer import Dealer, Time
from support.fakes.maskinporten import FakeMaskinporten
from support.fakes.registry import FakeRegistry
from support.fakes.server import as_text
from support.fakes.vehicles import ELECTRIC, OWNER, hybrid, vehicle
from support.registry import HURRIED, Asking, enriching, finish, job, night, rows_of, running


def a_vehicle(number: int) -> dict[str, Any]:
    """Return a vehicle of the demo's kind: every other electric, the others chargeable hybrids."""
    plate, vin = f"{'EL' if number % 2 else 'DN'}{30000 + number}", f"WVWZZZE1ZMP{number:06d}"
    found = vehicle(plate, vin) if number % 2 else hybrid(plate, vin)
    if number % 2:
        found["periodiskKjoretoyKontroll"] = {"kontrollfrist": "2028-03-11", "sistGodkjent": "2026-03-01"}
    return found


async def a_car(dealer: Dealer, number: int, **values: Any) -> UUID:
    """Make a used car as it comes in trade: sometimes only its plate is known, sometimes only its VIN."""
    seller = await dealer.person("used_car_sales", "490")
    names = {"license_plate": f"{'EL' if number % 2 else 'DN'}{30000 + number}", "vin": f"WVWZZZE1ZMP{number:06d}"}
    told = (("license_plate",), ("vin",), ("license_plate", "vin"))[number % 3]
    some = {"make": "Volkswagen"} if number % 4 == 0 else {}
    given = {"car_type": "used", **{n: names[n] for n in told}, **some, **values}
    return await dealer.create(seller, "cars", **given)


async def a_yard(dealer: Dealer, registry: FakeRegistry, count: int, *, unknown: int = 0) -> list[UUID]:
    registry.vehicles = [a_vehicle(n) for n in range(count - unknown)]
    return [await a_car(dealer, n) for n in range(count)]


def empty_in(car: dict[str, Any]) -> int:
    return sum(car.get(name) is None for name in FILLED)


async def test_more_than_nine_tenths_of_what_is_empty_is_filled(
    dealer: Dealer, ask: Asking, registry: FakeRegistry
) -> None:
    cars = await a_yard(dealer, registry, 60, unknown=2)
    admin = await dealer.person("tenant_admin")
    before = sum([empty_in(await dealer.read(admin, "cars", car)) for car in cars])
    run = await night(dealer, enriching(ask(), batch=25))
    after = sum([empty_in(await dealer.read(admin, "cars", car)) for car in cars])
    share = (before - after) / before
    assert share > 0.9, f"{before - after} of {before} empty fields filled: {share:.1%}"
    assert (run["status"], run["cars_asked"], run["filled"], run["not_found"]) == ("finished", 60, 58, 2)
    assert (run["fields_empty"], run["fields_filled"]) == (before, before - after)
    assert len(registry.heard) == 60
    print(f"\n{before - after} of {before} empty fields filled: {share:.1%}")  # noqa: T201 - the figure is asked for


async def test_a_persons_value_stands_and_sources_are_noted(
    dealer: Dealer, ask: Asking, registry: FakeRegistry
) -> None:
    registry.vehicles = [a_vehicle(1)]
    car = await a_car(dealer, 1, make="Wolfsburger", color="Havblå")
    await night(dealer, enriching(ask()))
    row = await dealer.read(await dealer.person("tenant_admin"), "cars", car)
    assert (row["make"], row["model"], row["color"]) == ("Wolfsburger", "Modell X", "Havblå")
    assert (row["variant"], row["model_year"], row["year"]) == (None, 2021, 2024)
    assert row["registry_sources"]["model_year"]["source"] == "vin"
    assert row["registry_sources"]["year"]["source"] == "registry"
    assert "make" not in row["registry_sources"]
    (log,) = await rows_of(dealer, LOGS, car=car)
    assert (log["result"], log["asked_by"], "year" in log["fields"]) == ("filled", "vin", True)


async def test_a_second_night_asks_only_after_a_while(
    dealer: Dealer, ask: Asking, registry: FakeRegistry, time: Time
) -> None:
    await a_yard(dealer, registry, 3, unknown=1)
    enricher = enriching(ask())
    await night(dealer, enricher)
    assert len(registry.heard) == 3
    try:
        time.ahead = timedelta(days=1)
        second = await night(dealer, enricher)
        assert (second["cars_asked"], second["status"]) == (0, "finished")
        assert len(registry.heard) == 3
        time.ahead = timedelta(days=9)
        third = await night(dealer, enricher)
        assert (third["not_found"], third["filled"]) == (1, 0)
    finally:
        time.ahead = timedelta()


async def test_one_night_is_one_run(dealer: Dealer, ask: Asking, registry: FakeRegistry) -> None:
    await a_yard(dealer, registry, 1)
    enricher = enriching(ask())
    await night(dealer, enricher)
    await night(dealer, enricher)
    assert len(await rows_of(dealer, RUNS)) == 1
    assert (await rows_of(dealer, RUNS))[0]["night"] == oslo_day(dealer.application.platform.clock())


async def test_it_goes_on_where_it_was_stopped(
    dealer: Dealer, ask: Asking, registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that dies in the middle leaves the run open: the cars it did are not asked for again."""
    await a_yard(dealer, registry, 7)
    lookups = ask()
    await enriching(lookups).begin(job(dealer, RUNS, dealer.tenant))
    run, real, answered = await running(dealer), lookups.keep, 0

    async def dying(*args: Any) -> Any:
        nonlocal answered
        answered += 1
        if answered == 4:
            raise KeyboardInterrupt
        return await real(*args)

    monkeypatch.setattr(lookups, "keep", dying)
    with pytest.raises(KeyboardInterrupt):
        await enriching(lookups).work(job(dealer, RUNS, run))
    assert len(await rows_of(dealer, LOGS, run=run)) == 3
    ended = await finish(dealer, enriching(ask()), run)
    assert (ended["status"], ended["filled"], ended["cars_asked"]) == ("finished", 7, 7)
    assert len(await rows_of(dealer, LOGS, run=run)) == 7
    assert len(registry.heard) == 8, "the one whose answer was lost is asked for once more"


async def test_it_backs_off_and_stops_after_failures_in_a_row(
    dealer: Dealer, ask: Asking, registry: FakeRegistry
) -> None:
    await a_yard(dealer, registry, 5)
    registry.then(*[as_text("", status) for status in (503, 429, 500)])
    run = await night(dealer, enriching(ask(), failures=3))
    assert (run["status"], run["stopped_by"], run["failures_in_row"]) == ("stopped", "failures", 3)
    assert len(registry.heard) == 3
    assert run["finished_at"]


async def test_a_failure_that_passes_costs_nothing(dealer: Dealer, ask: Asking, registry: FakeRegistry) -> None:
    await a_yard(dealer, registry, 3)
    registry.then(as_text("", 503))
    run = await night(dealer, enriching(ask(), failures=3))
    assert (run["status"], run["filled"], run["failed"], run["failures_in_row"]) == ("finished", 3, 0, 0)


async def test_one_odd_car_does_not_hold_the_others_up(dealer: Dealer, ask: Asking, registry: FakeRegistry) -> None:
    await a_yard(dealer, registry, 3)
    registry.then(as_text("", 500), as_text("", 500))
    run = await night(dealer, enriching(ask(), failures=3))
    assert (run["status"], run["filled"], run["failed"]) == ("finished", 2, 1)


async def test_the_quota_ends_the_night_and_leaves_nothing_half_done(
    dealer: Dealer, ask: Asking, registry: FakeRegistry
) -> None:
    await a_yard(dealer, registry, 5)
    run = await night(dealer, enriching(ask(a_day=2)))
    assert (run["status"], run["stopped_by"], run["filled"]) == ("stopped", "quota", 2)


async def test_the_night_leaves_look_ups_for_the_day(dealer: Dealer, ask: Asking, registry: FakeRegistry) -> None:
    await a_yard(dealer, registry, 5)
    run = await night(dealer, enriching(ask(), most=3, batch=2))
    assert (run["status"], run["stopped_by"], run["cars_asked"]) == ("finished", "most", 3)


async def test_a_key_that_is_refused_stops_at_once(dealer: Dealer, ask: Asking, registry: FakeRegistry) -> None:
    await a_yard(dealer, registry, 3)
    lookups = ask()
    registry.api_key = "another"
    run = await night(dealer, enriching(lookups))
    assert (run["status"], run["stopped_by"]) == ("stopped", "refused")
    assert len(registry.heard) == 1


async def test_without_a_key_the_run_says_so(dealer: Dealer, registry: FakeRegistry) -> None:
    await a_yard(dealer, registry, 1)
    run = await night(dealer, enriching(Lookups(dealer.application.platform.pipeline)))
    assert (run["status"], run["stopped_by"]) == ("stopped", "not_set_up")


async def test_what_a_car_refuses_is_logged_with_the_reason(
    dealer: Dealer, ask: Asking, registry: FakeRegistry
) -> None:
    registry.vehicles = [a_vehicle(3)]
    await a_car(dealer, 4, vin="WVWZZZE1ZMP000003")
    twin = await a_car(dealer, 3)
    await night(dealer, enriching(ask()))
    (log,) = await rows_of(dealer, LOGS, car=twin)
    assert (log["result"], log["reason"]) == ("skipped", "refused")


async def test_a_vin_that_somebody_types_meanwhile_is_heeded(
    dealer: Dealer, ask: Asking, registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.vehicles = [a_vehicle(3)]
    car = await a_car(dealer, 3)
    admin = await dealer.person("tenant_admin")
    lookups = ask()
    real = lookups.keep

    async def slowly(*args: Any) -> Any:
        await dealer.do(admin, "cars", "update", car, vin="WVWZZZE1ZMP000099")
        return await real(*args)

    monkeypatch.setattr(lookups, "keep", slowly)
    await night(dealer, enriching(lookups))
    row = await dealer.read(admin, "cars", car)
    assert (row["vin"], row["year"]) == ("WVWZZZE1ZMP000099", None)
    (log,) = await rows_of(dealer, LOGS, car=car)
    assert (log["result"], log["reason"]) == ("skipped", "another_car")


async def test_closed_cars_are_left_alone(dealer: Dealer, ask: Asking, registry: FakeRegistry) -> None:
    registry.vehicles = [a_vehicle(1)]
    car = await a_car(dealer, 1)
    await dealer.do(await dealer.person("used_car_sales", "490"), "cars", "archive", car, reason="cancelled")
    assert (await night(dealer, enriching(ask())))["cars_asked"] == 0


async def test_bulk_look_ups_go_by_batches_and_drop_owners(
    dealer: Dealer, http: httpx2.AsyncClient, registry: FakeRegistry
) -> None:
    rsa = RSAKey.generate_key(2048)
    async with FakeMaskinporten(key=rsa, kid="kid-1") as porten:
        registry.tokens = porten
        client = Client(
            issuer=f"{porten.base}/",
            client_id="client-1",
            scope=SCOPE,
            resource=RESOURCE,
            key=rsa.as_pem(private=True).decode(),
            kid="kid-1",
        )
        bulk = VegvesenBulk(
            http,
            maskinporten=Maskinporten(http, client),
            client_id=str(dealer.tenant),
            quota=Counters(dealer.application.platform.database),
            base=registry.base,
            batch=10,
            patience=HURRIED,
        )
        await a_yard(dealer, registry, 24, unknown=1)
        run = await night(dealer, enriching(Lookups(dealer.application.platform.pipeline, bulk=bulk)))
        assert (run["status"], run["filled"], run["not_found"]) == ("finished", 23, 1)
        assert [len(one.json()) for one in registry.heard] == [10, 6, 8]
        assert len(porten.heard) == 1
    kept = repr(await rows_of(dealer, "registry_answers"))
    assert OWNER["eier"]["person"]["etternavn"] not in kept
    assert "TESTFLÅTE" not in kept


async def test_an_administrator_starts_it_and_the_worker_does_it(
    application: Application, dealer: Dealer, ask: Asking, registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_yard(dealer, registry, 4)
    monkeypatch.setattr(application.registry.enricher, "_lookups", ask())
    admin = await dealer.person("tenant_admin")
    run = await dealer.do(admin, RUNS, "run_now")
    assert run.record is not None
    with pytest.raises(ConflictError):
        await dealer.do(admin, RUNS, "run_now")
    await application.dispatcher.drain(dealer.tenant)
    row = await dealer.read(admin, RUNS, run.record)
    assert (row["trigger"], row["status"], row["filled"]) == ("person", "finished", 4)
    with pytest.raises(ForbiddenError):
        await dealer.do(await dealer.person("manager"), RUNS, "run_now")


async def test_a_run_that_was_left_behind_does_not_hold_up_the_next(
    dealer: Dealer, ask: Asking, registry: FakeRegistry, time: Time
) -> None:
    await a_yard(dealer, registry, 1)
    admin = await dealer.person("tenant_admin")
    left = (await dealer.do(admin, RUNS, "run_now")).record
    assert left is not None
    try:
        time.ahead = timedelta(hours=5)
        ended = await night(dealer, enriching(ask()))
    finally:
        time.ahead = timedelta()
    assert (ended["trigger"], ended["filled"]) == ("night", 1)
    assert (await dealer.read(admin, RUNS, left))["status"] == "stopped"


async def test_it_is_due_at_three_in_the_morning_summer_and_winter(application: Application) -> None:
    schedule = next(s for s in application.registry.schedules if s.name == "registry at night")
    for day in (datetime(2026, 1, 15, 12, tzinfo=OSLO), datetime(2026, 7, 15, 12, tzinfo=OSLO)):
        due = schedule.when.next(day).astimezone(OSLO)
        assert (due.hour, due.minute, due.date()) == (3, 0, day.date() + timedelta(days=1))


async def test_logs_are_for_those_who_see_the_car(dealer: Dealer, ask: Asking, registry: FakeRegistry) -> None:
    registry.vehicles = [deepcopy(ELECTRIC)]
    await a_car(dealer, 1, license_plate="EL12345", vin=None)
    await night(dealer, enriching(ask()))
    actors = [await dealer.person("manager", site) for site in ("490", "495")]
    seen = []
    for actor in actors:
        async with dealer.application.platform.database.unit(actor, readonly=True) as unit:
            seen.append(len(await unit.find(dealer.application.platform.spec[LOGS], 10, {})))
    assert seen == [1, 0]
