"""The status page: whether the installation works, for whoever wonders, also where nobody can sign in."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request, Response

from directapp.interfaces.web.core.context import open_context
from directapp.interfaces.web.core.feature import Route, get
from directapp.interfaces.web.features.operations.words import STATUS, speak_status
from directapp.kernel.errors import UnavailableError
from directapp.kernel.languages import languages
from directapp.services.platform import Platform

PATH = "/status"
_REMEMBERED = 10.0
_PATIENCE = 5.0
# What people notice of a service that is away, by what they call it.
_NOTICED = {
    "mail": ("smtp", "resend"),
    "texts": ("twilio", "sveve"),
    "registry": ("vegvesen", "vegvesen_bulk", "maskinporten"),
    "files": ("bucket",),
}


@dataclass(slots=True)
class Status:
    """Asks at most every ten seconds, however many wonder."""

    platform: Platform
    _found: dict[str, bool] = field(default_factory=dict)
    _asked_at: float = -_REMEMBERED
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def routes(self) -> tuple[Route, ...]:
        """Return the address of the page."""

        async def show_status(request: Request) -> Response:
            """Show what works."""
            ctx = open_context(request)
            asked = request.query_params.get("language", "")
            ctx.language = asked if asked in languages() else ctx.language
            found = await self.found()
            lines: list[dict[str, Any]] = [
                {"label": ctx.say(STATUS[name]), "well": well} for name, well in found.items()
            ]
            answer = ctx.page(
                "operations/status.html", s=speak_status(ctx.language), lines=lines, well=all(found.values())
            )
            answer.headers["Cache-Control"] = "no-store"
            return answer

        return (get(PATH, show_status),)

    async def found(self) -> dict[str, bool]:
        """Return what there is of the installation, and whether it works."""
        async with self._asking:
            if time.monotonic() - self._asked_at > _REMEMBERED:
                self._found, self._asked_at = await self._ask(), time.monotonic()
        return self._found

    async def _ask(self) -> dict[str, bool]:
        platform = self.platform
        try:
            async with asyncio.timeout(_PATIENCE):
                states = await platform.watched.states()
                jobs = await platform.checks["jobs"]() if "jobs" in platform.checks else {"status": "ok"}
        except (UnavailableError, TimeoutError):
            return {"pages": False}
        found = {"pages": True, "jobs": jobs["status"] != "error"}
        for name, services in _NOTICED.items():
            there = [one for one in services if one in platform.services]
            if there:
                found[name] = all(states[one][0].well for one in there if one in states)
        return found
