"""Metrics for Prometheus: what was counted, and what is looked up when somebody asks."""

import asyncio
import hmac
import ipaddress
import os
import shutil
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from directapp.app.container import Application
from directapp.domains.messages.fields import MESSAGES, Messages
from directapp.kernel.errors import UnavailableError

PATH = "/metrics"
SHARED = "PROMETHEUS_MULTIPROC_DIR"
_REMEMBERED = 5.0
# A proxy on this machine asks from here too, for whoever asks it.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


@dataclass(slots=True, eq=False)
class _Found(Collector):
    """What was looked up, as the library wants it."""

    families: Sequence[Metric]

    def collect(self) -> Iterable[Metric]:
        """Return it."""
        return self.families


@dataclass(slots=True)
class Metrics:
    """Answers ``/metrics``; the database is asked at most every five seconds."""

    application: Application
    _families: Sequence[Metric] = ()
    _asked_at: float = -_REMEMBERED
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def answer(self, request: Request) -> Response:
        """Answer who may ask."""
        token = self.application.settings.metrics_token
        if not (_says(request, token) if token else _from_here(request)):
            return Response(status_code=401 if token else 403, headers={"WWW-Authenticate": "Bearer"} if token else {})
        return Response(await self.text(), media_type=CONTENT_TYPE_LATEST)

    async def text(self) -> bytes:
        """Return everything in the text format of Prometheus, of all processes that serve together."""
        async with self._asking:
            if time.monotonic() - self._asked_at > _REMEMBERED:
                self._families = [one async for one in self._look()]
                self._asked_at = time.monotonic()
        counted = REGISTRY
        if SHARED in os.environ:
            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        looked_up = CollectorRegistry()
        looked_up.register(_Found(self._families))
        return await asyncio.to_thread(lambda: generate_latest(counted) + generate_latest(looked_up))

    async def _look(self) -> AsyncIterator[Metric]:
        yield _gauge("directapp_info", "The version that serves.", [((version("directapp"),), 1.0)], "version")
        free = await asyncio.to_thread(lambda: shutil.disk_usage(self.application.settings.data).free)
        yield _gauge("directapp_disk_free_bytes", "Room where the data folder lies.", [((), free)])
        try:
            families = [*await self._queue(), *await self._rows(), *await self._services(), *await self._checks()]
        except UnavailableError:
            families = []
        for one in families:
            yield one
        up = [((), float(bool(families)))]
        yield _gauge("directapp_database_up", "Whether the database answers.", up)

    async def _queue(self) -> list[Metric]:
        backlogs, now = await self.application.dispatcher.backlogs(), self.application.platform.clock()
        numbers = [((name,), sum(getattr(one, name) for one in backlogs)) for name in _QUEUE]
        oldest = min((one.oldest for one in backlogs if one.oldest), default=now)
        return [
            _gauge("directapp_queue_jobs", "Events and jobs, by how they wait.", numbers, "state"),
            _gauge(
                "directapp_queue_age_seconds",
                "How long the oldest has been due.",
                [((), (now - oldest).total_seconds())],
            ),
        ]

    async def _rows(self) -> list[Metric]:
        platform = self.application.platform
        messages: dict[tuple[str, ...], float] = {}
        lag = 0.0
        for tenant in await platform.database.tenants():
            lag = max(lag, await platform.watched.unsealed(tenant))
            found = await platform.watched.of_last_day(tenant, MESSAGES, Messages.channel, Messages.status)
            for key, number in found.items():
                messages[key] = messages.get(key, 0) + number
        return [
            _gauge("directapp_messages", "Messages of the last day.", list(messages.items()), "channel", "state"),
            _gauge("directapp_audit_unsealed_seconds", "Age of the oldest line without a seal.", [((), lag)]),
        ]

    async def _services(self) -> list[Metric]:
        states = await self.application.platform.watched.states()
        good = [((name,), _stamp(state.good_at)) for name, (state, _) in states.items() if state.good_at]
        bad = [((name,), _stamp(state.failed_at)) for name, (state, _) in states.items() if state.failed_at]
        well = [((name,), float(state.well)) for name, (state, _) in states.items()]
        ends = [((), float(detail["expires"])) for _, detail in states.values() if "expires" in detail]
        left = [((name,), float(left)) for name, left in (await self.application.quotas()).items()]
        return [
            _gauge("directapp_service_up", "Whether the last call went well.", well, "service"),
            _gauge("directapp_service_good_timestamp_seconds", "When a service last did it.", good, "service"),
            _gauge("directapp_service_failed_timestamp_seconds", "When it last did not.", bad, "service"),
            _gauge("directapp_service_quota_left", "Calls that are left today.", left, "service"),
            _gauge("directapp_certificate_expires_timestamp_seconds", "Until when it is good.", ends),
        ]

    async def _checks(self) -> list[Metric]:
        schema = await self.application.schema()
        drifted, quiet = float(str(schema["differences"])), float(self.application.platform.quiet)
        return [
            _gauge("directapp_schema_differences", "What is not as the last migration left it.", [((), drifted)]),
            _gauge("directapp_held", "Whether a restored copy waits to be released.", [((), quiet)]),
        ]


_QUEUE = ("due", "running", "waiting", "failing")


def _gauge(name: str, about: str, samples: Sequence[tuple[tuple[str, ...], float]], *labels: str) -> Metric:
    family = GaugeMetricFamily(name, about, labels=labels)
    for values, number in samples:
        family.add_metric(values, number)
    return family


def _stamp(instant: datetime | None) -> float:
    return instant.timestamp() if instant else 0.0


def _says(request: Request, token: str) -> bool:
    kind, _, said = request.headers.get("authorization", "").partition(" ")
    return kind.lower() == "bearer" and hmac.compare_digest(said.encode(), token.encode())


def _from_here(request: Request) -> bool:
    """Whether somebody on this machine asks, and not through a proxy."""
    host = request.client.host if request.client else ""
    try:
        return ipaddress.ip_address(host).is_loopback and not any(name in request.headers for name in _FORWARDED)
    except ValueError:
        return False
