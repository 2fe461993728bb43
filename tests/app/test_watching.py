"""Watching: one id through request, statement, job and call; errors reported without people; signs of life."""

import asyncio
import gc
import gzip
import json
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
import sentry_sdk
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from structlog.testing import capture_logs

from app.test_edges import built, key_of, reached
from directapp.app.logs import configure
from directapp.app.watch.lookout import CERTIFICATE, Lookout
from directapp.app.watch.reports import begin_reports
from directapp.app.watch.traces import Collected
from directapp.app.watch.watching import watched
from directapp.connectors.outgoing import Ask, ServiceClient
from directapp.domains.cars.events import REGISTERED
from directapp.services.command import CommandContext
from directapp.services.dispatcher import Dispatcher
from directapp.services.jobs import INSTALLATION, JobRun
from directapp.telemetry import tracing
from directapp.telemetry.outside import UNREACHABLE, ServiceState
from directapp.telemetry.statements import Limit, table_of
from support.dealer import Dealer, end_jobs
from support.fakes.server import Fake, Heard, Reply, as_text

CAR = {
    "car_type": "new", "make": "VW", "model": "Golf", "vin": "WAUZZZF4123000777", "order_number": "O777",
    "license_plate": "EL20777", "customer_name": "Nora Lie", "customer_phone": "90000777",
    "delivery_date": "2027-01-12", "sale_price": 349900,
}  # fmt: skip


class Outside(Fake):
    """Takes whatever is sent."""

    async def answer(self, _: Heard) -> Reply:
        return as_text("ok")


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    async with Outside() as outside:
        yield outside


# -- traces ---------------------------------------------------------------------------------------------


async def test_one_id_leads_from_the_request_to_the_call_of_a_service(
    dealer: Dealer, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Limit, "tables", frozenset(dealer.application.platform.spec.metas))
    key = await key_of(dealer, "new_car_sales", "495")
    await dealer.application.dispatcher.drain(dealer.tenant)
    http = httpx2.AsyncClient()

    async def ask() -> Ask:
        return Ask(method="GET", url=outside.base)

    async def call_somebody(_: CommandContext) -> None:
        await ServiceClient(client=http, name="enhetsregisteret").call(ask)

    dispatcher = Dispatcher(dealer.application.platform.pipeline, {REGISTERED: [call_somebody]}, "workflow")
    tracing_on = Collected(f"{outside.base}/v1/traces")
    with tracing_on:
        async with reached(built(dealer.application)) as client:
            answer = await client.post("/items/cars", headers=key, json=CAR)
        tracing.request_id.set("")
        await dispatcher.drain(dealer.tenant)
    await tracing_on.sent()
    await http.aclose()
    assert answer.status_code == 200, answer.text
    sent = [heard for heard in outside.heard if heard.path == "/v1/traces"]
    bodies = [gzip.decompress(h.body) if h.headers.get("content-encoding") == "gzip" else h.body for h in sent]
    spans = [
        span
        for body in bodies
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    request = answer.headers["x-request-id"]
    mine = [span for span in spans if span.trace_id.hex() == request.ljust(32, "0")]
    names = {span.name for span in mine}
    assert {"request POST", "statement cars", "call enhetsregisteret"} <= names
    (root,) = [span for span in mine if span.name == "request POST"]
    assert root.span_id.hex() == request
    (job,) = [span for span in mine if span.name.startswith("job ") and "call_somebody" in span.name]
    assert job.parent_span_id == root.span_id
    assert not [one for body in bodies for one in (b"Nora", b"INSERT") if one in body]


async def test_off_nothing_is_traced() -> None:
    assert not tracing.is_on()
    assert tracing.span("job", "a") is tracing.span("call", "b"), "nothing is made"


# -- errors ---------------------------------------------------------------------------------------------


@pytest.fixture
async def reports(outside: Outside) -> AsyncIterator[Outside]:
    before = structlog.get_config()
    configure("info")
    begin_reports(outside.base.replace("http://", "http://key@") + "/7")
    yield outside
    sentry_sdk.get_client().close()
    structlog.configure(**before)


async def test_an_error_is_reported_without_who_and_what(reports: Outside) -> None:
    log = structlog.get_logger("test")
    tracing.request_id.set("00ab" * 4)

    def fail(customer: str) -> None:
        raise ValueError(f"no such customer: {customer}, kari@example.no")

    try:
        fail("Nora Fjeldheim")
    except ValueError:
        log.exception("page failed", customer="Nora Fjeldheim")
    log.warning("only a warning", customer="Nora Fjeldheim")
    await asyncio.to_thread(sentry_sdk.flush, 5)
    (heard,) = reports.heard
    body = gzip.decompress(heard.body) if heard.headers.get("content-encoding") == "gzip" else heard.body
    event: dict[str, Any] = json.loads(body.splitlines()[2])
    (one,) = event["exception"]["values"]
    assert (one["type"], one["stacktrace"]["frames"][-1]["function"]) == ("ValueError", "fail")
    assert event["tags"] == {"event": "page failed", "request_id": "00ab" * 4}
    assert heard.path == "/api/7/envelope/"
    assert not [word for word in (b"Nora", b"kari", b"vars", b"context_line") if word in body]


# -- statements -----------------------------------------------------------------------------------------


async def test_a_slow_statement_is_logged_by_table_and_role_without_values(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Limit, "seconds", 0.0)
    monkeypatch.setattr(Limit, "tables", frozenset({"cars"}))
    seller = await dealer.person("new_car_sales", "495")
    with capture_logs() as told:
        await dealer.do(seller, "cars", "create", make="VW", customer_name="Nora Fjeldheim")
    slow = [one for one in told if one["event"] == "slow statement" and one["table"] == "cars"]
    assert slow
    assert slow[0]["roles"] == ["new_car_sales"]
    assert "Nora" not in str(told)
    assert table_of('WITH a AS (INSERT INTO "cars" VALUES ($1)) SELECT 1') == "cars"
    assert table_of("SELECT 1 FROM somebody_elses") == "other"


# -- signs of life --------------------------------------------------------------------------------------


def run(dealer: Dealer) -> JobRun:
    pipeline = dealer.application.platform.pipeline
    return JobRun(
        id=UUID(int=1), pipeline=pipeline, tenant=INSTALLATION, name="", collection="", record=UUID(int=0),
        payload={}, key="", attempt=1, last=False,
    )  # fmt: skip


async def test_a_sign_of_life_is_given_while_jobs_go_well(
    dealer: Dealer, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = dealer.application
    settings = application.settings.model_copy(update={"heartbeat_url": f"{outside.base}/beat"})
    lookout = Lookout(settings, application.http, application.platform)
    assert [one.name for one in lookout.schedules] == ["give a sign of life"]
    state = {"status": "ok"}

    async def jobs() -> dict[str, str]:
        return state

    monkeypatch.setitem(application.platform.checks, "jobs", jobs)
    await lookout.beat(run(dealer))
    assert [heard.path for heard in outside.heard] == ["/beat"]
    state["status"] = "error"
    await lookout.beat(run(dealer))
    assert len(outside.heard) == 1, "whoever waits for it misses it"


def certificate(folder: Path, until: datetime) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(
        name, name, key.public_key(), 1, until - timedelta(days=30), until
    ).sign(key, hashes.SHA256())  # fmt: skip
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "pem").write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "pem")
    return context


async def test_the_end_of_the_certificate_is_noted(dealer: Dealer, tmp_path: Path) -> None:
    until = datetime(2031, 5, 17, 12, tzinfo=UTC)
    context, application = certificate(tmp_path, until), dealer.application

    async def listen(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    settings = application.settings.model_copy(update={"public_url": f"https://127.0.0.1:{port}"})
    lookout = Lookout(settings, application.http, application.platform)
    await lookout.look(run(dealer))
    server.close()
    _, detail = (await application.platform.watched.states())[CERTIFICATE]
    assert detail["expires"] == until.timestamp()
    await lookout.look(run(dealer))
    state, detail = (await application.platform.watched.states())[CERTIFICATE]
    assert not state.well
    assert detail["expires"] == until.timestamp(), "what was known is still known"


# -- pages ----------------------------------------------------------------------------------------------


async def test_everybody_is_told_whether_it_works(dealer: Dealer, monkeypatch: pytest.MonkeyPatch) -> None:
    platform = dealer.application.platform
    monkeypatch.setattr(platform, "services", ("smtp", "bucket"))
    await end_jobs(dealer.application)
    await platform.watched.keep("bucket", ServiceState(good_at=datetime.now(UTC)))
    async with reached(built(dealer.application)) as client:
        page = await client.get("/status?language=en")
        assert page.status_code == 200
        assert "E-mail" in page.text
        assert page.headers["cache-control"] == "no-store"
    failed = ServiceState(failed_at=datetime.now(UTC), error=UNREACHABLE)
    await platform.watched.keep("smtp", failed)
    async with reached(built(dealer.application)) as client:
        page = await client.get("/status?language=en")
    assert "Something does not work" in page.text
    assert page.text.count("Does not work") == 1


async def test_what_is_loaded_is_not_looked_through_again(dealer: Dealer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Limit, "seconds", Limit.seconds)
    monkeypatch.setattr(Limit, "tables", Limit.tables)
    gc.unfreeze()
    async with watched(dealer.application):
        assert gc.get_freeze_count() > 100_000
