"""How the server is: for monitors without sign-in, and a little more for those who have signed in."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import orjson
import structlog
from starlette.responses import Response

from directapp.interfaces.rest.endpoint import Call, Surroundings
from directapp.interfaces.rest.errors import json_response

_log = structlog.get_logger(__name__)

_PATIENCE = 5.0
_REMEMBERED = 1.0

Probe = Callable[[], Awaitable[Any]]


@dataclass(slots=True)
class Health:
    """Asks every part, at most once a second however often it is asked itself."""

    application: Surroundings
    _asked_at: float = 0.0
    _found: dict[str, Any] = field(default_factory=dict)
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def answer(self, _: Call) -> Response:
        """Answer the status, and of each part how long it took to say so."""
        async with self._asking:
            if time.monotonic() - self._asked_at > _REMEMBERED:
                self._found = await self._ask()
                self._asked_at = time.monotonic()
        status = 200 if self._found["status"] != "error" else 503
        response = json_response(orjson.dumps(self._found), status)
        response.headers["Content-Type"] = "application/health+json"
        return response

    async def ready(self, _: Call) -> Response:
        """Answer whether requests can be served here: whether the database answers, and nothing else."""
        found = await _probed("database", lambda: self.application.platform.database.plain("SELECT 1"))
        return json_response(orjson.dumps(found), 200 if found["status"] == "ok" else 503)

    async def _ask(self) -> dict[str, Any]:
        platform = self.application.platform
        probes: dict[str, Probe] = {
            "database": lambda: platform.database.plain("SELECT 1"),
            "storage": self.application.attachments.storage.check,
            **platform.checks,
        }
        results = await asyncio.gather(*(_probed(name, probe) for name, probe in probes.items()))
        checks = dict(zip(probes, results, strict=True))
        words = {check["status"] for check in results}
        overall = "error" if "error" in words else "warn" if "warn" in words else "ok"
        return {"status": overall, "checks": checks}


async def _probed(name: str, probe: Probe) -> dict[str, Any]:
    started = time.perf_counter()
    found: dict[str, Any] = {"status": "ok"}
    try:
        detail = await asyncio.wait_for(probe(), _PATIENCE)
    except Exception:  # noqa: BLE001 - a probe may fail in any way; that is what it is for
        _log.warning("health check failed", check=name, exc_info=True)
        found = {"status": "error"}
    else:
        if isinstance(detail, dict):
            found |= {k: v for k, v in detail.items() if isinstance(v, str | int | float | bool)}
    return found | {"latency_ms": round((time.perf_counter() - started) * 1000, 1)}


async def ping(_: Call) -> Response:
    """Answer that somebody is there."""
    return Response("pong", media_type="text/plain")


async def info(call: Call) -> Response:
    """Answer what this installation is."""
    data = {
        "project": {"project_name": "DirectApp", "default_language": "nb"},
        "version": version("directapp"),
        "url": call.application.platform.public_url,
        "demo": call.application.platform.demo,
        "queryLimit": {"default": 100, "max": 10_000},
    }
    return json_response(orjson.dumps({"data": data}))
