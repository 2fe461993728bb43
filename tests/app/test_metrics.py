"""Metrics: told to whom they are meant for, of what happens, under names that stay few and are nobody's."""

import re
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from app.test_edges import HOME, built, key_of, reached
from directapp.app.container import Application
from directapp.app.watch.watching import beat
from directapp.declare.events import event
from directapp.interfaces.web.features.operations.words import SERVICES
from directapp.kernel.clock import utc_now
from directapp.kernel.errors import DirectAppError
from directapp.services.dispatcher import Dispatcher
from directapp.services.jobs import GiveUpError, Job, JobRun, acting
from directapp.telemetry.outside import FAULTS, TIMEOUT, ServiceState, note_failure, note_good
from support.dealer import Dealer
from support.pages import new_car
from support.small import SPEC as SMALL
from support.text import bilingual

HERE = "127.0.0.1"
SAMPLE = re.compile(r"^(directapp_\w+?)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="([^"]*)"')
TRIAL = event("trial.measured", "cars", bilingual("Prøve", "Trial"))
Sample = tuple[str, dict[str, str], float]


def samples(text: str) -> list[Sample]:
    return [(name, dict(LABEL.findall(labels or "")), float(value)) for name, labels, value in SAMPLE.findall(text)]


def value(found: list[Sample], figure: str, **labels: str) -> float:
    return sum(number for one, has, number in found if one == figure and labels.items() <= has.items())


async def scraped(application: Application) -> list[Sample]:
    async with reached(built(application), HERE) as client:
        return samples((await client.get("/metrics")).text)


async def test_they_are_told_on_this_machine_or_to_who_has_the_token(dealer: Dealer) -> None:
    plain, guarded = built(dealer.application), built(dealer.application, metrics_token="t0ken")
    async with reached(plain, HERE) as here, reached(plain, HOME) as away, reached(guarded, HERE) as other:
        assert (await here.get("/metrics")).status_code == 200
        assert (await here.get("/metrics", headers={"x-forwarded-for": HOME})).status_code == 403, "by a proxy"
        assert (await away.get("/metrics")).status_code == 403
        assert (await other.get("/metrics")).status_code == 401
        assert (await other.get("/metrics", headers={"authorization": "Bearer other"})).status_code == 401
        assert (await other.get("/metrics", headers={"authorization": "Bearer t0ken"})).status_code == 200


async def test_requests_are_counted_by_template_and_status_and_labels_are_nobodys(dealer: Dealer) -> None:
    front = built(dealer.application)
    key = await key_of(dealer, "new_car_sales", "495")
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 4711, customer_name="Nora Fjeldheim")
    async with reached(front, HERE) as client:
        before = samples((await client.get("/metrics")).text)
        for number in range(30):
            await client.get(f"/nowhere-{number}/nora-{number}")
            await client.get(f"/items/Nora{number}/{number}", headers=key)
            await client.request(f"NORA{number}", "/items/cars")
        assert (await client.get(f"/items/cars/{car}?fields=id", headers=key)).status_code == 200
        assert (await client.get("/sign-in")).status_code == 200
        after = samples((await client.get("/metrics")).text)
    known = {"method": "GET", "route": "/items/{collection}/{key}", "status": "200"}
    assert value(after, "directapp_requests_total", **known) == value(before, "directapp_requests_total", **known) + 1
    assert value(after, "directapp_request_seconds_bucket", route="/sign-in", le="+Inf") > 0
    said = {(name, label, word) for name, labels, _ in after for label, word in labels.items()}
    assert not [one for one in said if re.search("nora|nowhere|4711|@", one[2], re.IGNORECASE)]
    grown = {(n, *sorted(has.items())) for n, has, _ in after} - {(n, *sorted(has.items())) for n, has, _ in before}
    assert len(grown) < 150, "ninety addresses that nobody knows are one template"


async def test_every_label_is_one_of_few(dealer: Dealer) -> None:
    """A process counts for all its tests: those of the small installation too."""
    application = dealer.application
    await dealer.application.dispatcher.drain(dealer.tenant)
    spec, front = application.platform.spec, built(application)
    paths = {str(getattr(route, "path", "")) for route in front.app.routes}
    codes = {one.code for one in _subclasses(DirectAppError)} | {"ROW_LEVEL_SECURITY"}
    allowed: dict[str, Any] = {
        "name": lambda word: word in application.dispatcher.names or word.startswith("trial."),
        "event": lambda word: word in application.dispatcher.names or word.startswith("trial"),
        "collection": lambda word: word in {*spec.metas, *SMALL.metas},
        "table": lambda word: word in {*spec.metas, "other"},
        "code": lambda word: word in codes,
        "service": lambda word: word in SERVICES,
        "outcome": lambda word: word in {"done", "later", "failed", "given_up", "refused", "good", *FAULTS},
        "method": lambda word: word in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "SEARCH", "OPTIONS", "other"},
        "status": lambda word: re.fullmatch(r"[1-5]\d\d", word),
        "route": lambda word: word == "none" or word in paths or word.startswith("/"),
        "state": lambda word: re.fullmatch(r"[a-z]+", word),
        "channel": lambda word: re.fullmatch(r"[a-z_]+", word),
        "version": lambda word: re.fullmatch(r"[\d.]+", word),
        "le": lambda word: re.fullmatch(r"[\d.]+|\+Inf", word),
    }
    found = await scraped(application)
    strange = {(n, label, word) for n, has, _ in found for label, word in has.items() if not allowed[label](word)}
    assert strange == set()
    assert len(found) < 6_000


def _subclasses(kind: type[DirectAppError]) -> set[type[DirectAppError]]:
    return {kind} | {one for child in kind.__subclasses__() for one in _subclasses(child)}


async def test_what_is_refused_fails_or_waits_is_counted(dealer: Dealer) -> None:
    application = dealer.application
    planner, seller = await dealer.person("planner", "499"), await dealer.person("new_car_sales", "495")
    before = await scraped(application)
    with pytest.raises(DirectAppError):
        await dealer.do(planner, "resource_bookings", "create", job="nothing")
    with pytest.raises(DirectAppError):
        await dealer.do(seller, "users", "create", first_name="A")
    await application.auth.port.record_failure("account address", at=utc_now(), since=utc_now() - timedelta(hours=1))
    application.loop_watch._note(0.0, 0.3)

    async def fail(_: JobRun) -> None:
        raise GiveUpError("no")

    pipeline = application.platform.pipeline
    async with acting(pipeline, dealer.tenant, "demo", "test", "", None) as ctx:
        car = await ctx.create("cars", {"make": "VW"})
        ctx.work.emitting.again(TRIAL.name, "cars", car.id, {})
    await Dispatcher(pipeline, {}, "workflow", jobs=[Job(event=TRIAL, run=fail)]).drain(dealer.tenant)
    await beat(application)
    after = await scraped(application)

    def more(figure: str, **labels: str) -> float:
        return value(after, figure, **labels) - value(before, figure, **labels)

    assert more("directapp_refusals_total", collection="resource_bookings") == 1
    assert more("directapp_refusals_total", collection="users", code="FORBIDDEN") == 1
    assert more("directapp_jobs_total", name=TRIAL.name, outcome="given_up") == 1
    assert more("directapp_sign_in_failures_total") == 1
    assert more("directapp_event_loop_lag_seconds_count") >= 1
    assert value(after, "directapp_pool_connections", state="idle") > 0
    assert value(after, "directapp_database_up") == 1
    there = {name for name, _, _ in after}
    assert {
        "directapp_queue_jobs", "directapp_queue_age_seconds", "directapp_audit_unsealed_seconds", "directapp_held",
        "directapp_disk_free_bytes", "directapp_schema_differences", "directapp_info",
    } <= there  # fmt: skip


async def test_services_are_told_of_by_every_process_and_what_was_good_stays_known(dealer: Dealer) -> None:
    application, watched = dealer.application, dealer.application.platform.watched
    note_good("sveve")
    await beat(application)
    note_failure("sveve", TIMEOUT)
    await beat(application)
    state, _ = (await watched.states())["sveve"]
    assert (state.error, state.well, state.good_at is not None) == (TIMEOUT, False, True)
    await watched.keep("certificate", ServiceState(good_at=utc_now()), {"expires": 4_000_000_000.0})
    found = await scraped(application)
    assert value(found, "directapp_service_up", service="sveve") == 0
    assert value(found, "directapp_service_good_timestamp_seconds", service="sveve") > 0
    assert value(found, "directapp_service_calls_total", service="sveve", outcome=TIMEOUT) >= 1
    assert value(found, "directapp_certificate_expires_timestamp_seconds") == 4_000_000_000.0
    note_good("sveve")
    await beat(application)
    assert (await watched.states())["sveve"][0].well


COUNT = """
import os, sys
if os.fork() == 0:
    from directapp.telemetry.meters import SIGN_IN_FAILURES
    SIGN_IN_FAILURES.inc(2)
    os._exit(0)
os.wait()
from directapp.telemetry.meters import SIGN_IN_FAILURES
SIGN_IN_FAILURES.inc(3)
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
registry = CollectorRegistry()
MultiProcessCollector(registry)
print(generate_latest(registry).decode())
"""


def test_processes_that_serve_together_are_counted_together(tmp_path: Any) -> None:
    environment = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", COUNT], env=environment, capture_output=True, text=True, check=True)
    assert value(samples(done.stdout), "directapp_sign_in_failures_total") == 5
