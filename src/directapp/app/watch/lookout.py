"""The lookout: a sign of life to whoever waits for one, and until when the certificate is good."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from directapp.app.settings import Settings
from directapp.connectors.certificates import expires_at
from directapp.connectors.outgoing import AT_ONCE, Ask, ServiceClient
from directapp.kernel.text import _
from directapp.services.jobs import Every, JobRun, Schedule
from directapp.services.platform import Platform
from directapp.telemetry.outside import UNREACHABLE, ServiceState

HEARTBEAT, CERTIFICATE = "heartbeat", "certificate"
_HTTPS = 443


@dataclass(frozen=True, slots=True)
class Lookout:
    """What an installation does so that others notice when it cannot do it any more."""

    settings: Settings
    http: httpx2.AsyncClient
    platform: Platform

    @property
    def schedules(self) -> Sequence[Schedule]:
        """Return what is done again and again, as far as it is set up."""
        beat = Schedule(
            name="give a sign of life",
            label=_("Tell the monitor that everything runs"),
            when=Every(60),
            run=self.beat,
            tenants=False,
        )
        look = Schedule(
            name="look at the certificate",
            label=_("Check when the certificate expires"),
            when=Every(21_600),
            run=self.look,
            tenants=False,
        )
        encrypted = self.settings.url.startswith("https:")
        return (*((beat,) if self.settings.heartbeat_url else ()), *((look,) if encrypted else ()))

    async def beat(self, _: JobRun) -> None:
        """Call the address that waits for it, unless background jobs are behind; a failure is seen there."""
        if (await self.platform.checks["jobs"]())["status"] == "error":
            return

        async def ask() -> Ask:
            return Ask(method="GET", url=self.settings.heartbeat_url)

        await ServiceClient(client=self.http, name=HEARTBEAT, patience=AT_ONCE).call(ask)

    async def look(self, job: JobRun) -> None:
        """Note until when the certificate of the pages is good."""
        parts, now = urlsplit(self.settings.url), job.pipeline.clock()
        try:
            ends = await expires_at(parts.hostname or "", parts.port or _HTTPS)
        except OSError:
            await self.platform.watched.keep(CERTIFICATE, ServiceState(failed_at=now, error=UNREACHABLE))
        else:
            await self.platform.watched.keep(CERTIFICATE, ServiceState(good_at=now), {"expires": ends.timestamp()})
