"""Outside services as this process found them: when each last answered, and what was wrong when it did not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from directapp.kernel.clock import utc_now
from directapp.kernel.text import Text, _
from directapp.telemetry.meters import SERVICE_CALLS

UNREACHABLE, TIMEOUT, BROKEN, TOO_LARGE = "unreachable", "timeout", "broken", "too_large"
REFUSED, BUSY, FAILING, UNTRUE = "refused", "busy", "failing", "untrue"
# What is wrong, in words for the operations page.
FAULTS: Mapping[str, Text] = MappingProxyType(
    {
        UNREACHABLE: _("It cannot be reached."),
        TIMEOUT: _("It did not answer in time."),
        BROKEN: _("The connection broke off."),
        TOO_LARGE: _("The answer was too large."),
        REFUSED: _("It refuses the key or password that is set up."),
        BUSY: _("It asks to be called less often."),
        FAILING: _("It answers that it is out of order."),
        UNTRUE: _("What it did does not hold what it should."),
    }
)


@dataclass(frozen=True, slots=True)
class ServiceState:
    """When a service last did what was asked, and when and how it last did not; ``error`` is one of ``FAULTS``."""

    good_at: datetime | None = None
    failed_at: datetime | None = None
    error: str = ""

    @property
    def well(self) -> bool:
        """Whether the last call went well, as far as is known."""
        return self.failed_at is None or (self.good_at is not None and self.good_at >= self.failed_at)


_seen: dict[str, ServiceState] = {}


def note_good(service: str) -> None:
    """Note that a service did what was asked."""
    SERVICE_CALLS.labels(service, "good").inc()
    _seen[service] = replace(_seen.get(service, ServiceState()), good_at=utc_now())


def note_failure(service: str, error: str) -> None:
    """Note that a service did not, and why: one of ``FAULTS``."""
    SERVICE_CALLS.labels(service, error).inc()
    _seen[service] = replace(_seen.get(service, ServiceState()), failed_at=utc_now(), error=error)


def fault_of(status: int) -> str:
    """Return what an HTTP status says is wrong with a service, or with what is set up for it; empty: nothing."""
    if status in {401, 403}:
        return REFUSED
    if status == 429:  # noqa: PLR2004 - too many requests
        return BUSY
    return FAILING if status >= 500 else ""  # noqa: PLR2004 - any failure of a server


def take_seen() -> dict[str, ServiceState]:
    """Return what was noted since this was last asked."""
    seen = dict(_seen)
    _seen.clear()
    return seen
