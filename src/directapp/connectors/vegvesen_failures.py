"""What can go wrong when the vehicle registry is asked, each with its own words."""

from datetime import datetime, timedelta
from http import HTTPStatus

from directapp.connectors.failures import OutsideBusyError, OutsideDownError, OutsideError
from directapp.kernel.clock import OSLO
from directapp.kernel.dates import clock_text
from directapp.kernel.errors import Problem
from directapp.kernel.text import _


class VehicleNotFoundError(OutsideError):
    """The registry has no such vehicle."""

    status = HTTPStatus.NOT_FOUND
    code = "VEHICLE_NOT_FOUND"
    default = _("The vehicle registry has no car with {code}. Look over the number, or fill in yourself.")

    def __init__(self, code: str) -> None:
        """Name what was asked for."""
        super().__init__(self.default.fill(code=code))


class BadLookUpError(OutsideError):
    """What was asked for cannot be a plate or a chassis number."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "BAD_LOOK_UP"
    default = _("Write a plate or a VIN that the vehicle registry can look up.")

    def __init__(self, field: str | None = None) -> None:
        """Name the field."""
        super().__init__(Problem(self.default, field))


class QuotaUsedUpError(OutsideError):
    """The look-ups of the day are used up, from ``until`` on there are new ones."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "REGISTRY_QUOTA_USED"
    default = _(
        "Today’s look-ups in the vehicle registry are used up. "
        "There are new ones from {clock}. You can fill in yourself."
    )
    passing = True

    def __init__(self, until: datetime, now: datetime) -> None:
        """Keep when there are new ones."""
        words = self.default.fill(clock=clock_text(until))
        super().__init__(words, retry_after=max(0.0, (until - now).total_seconds()))
        self.until = until


class RegistryDownError(OutsideDownError):
    """The registry does not answer."""

    code = "REGISTRY_DOWN"
    default = _("The vehicle registry does not answer now. Try again later, or fill in yourself.")


class RegistrySlowError(RegistryDownError):
    """The registry took too long."""

    code = "REGISTRY_SLOW"
    default = _("The vehicle registry took too long to answer. Try once more, or fill in yourself.")


class RegistryBusyError(OutsideBusyError):
    """The registry asks to be called less often."""

    code = "REGISTRY_BUSY"
    default = _("The vehicle registry is busy. Try again later, or fill in yourself.")


class RegistryRefusedError(OutsideError):
    """The registry does not accept our key."""

    code = "REGISTRY_REFUSED"
    default = _("The vehicle registry does not accept our key. Ask the administrator to look over the set-up.")


class NotSetUpError(OutsideError):
    """Nobody has set look-ups up here; waiting does not help, so it is no 503."""

    status = HTTPStatus.CONFLICT
    code = "REGISTRY_NOT_SET_UP"
    default = _(
        "Look-ups in the vehicle registry are not set up here: the key from Statens vegvesen is missing. "
        "Fill in yourself."
    )


class RegistryUnclearError(OutsideError):
    """The registry answered something that cannot be read, or about another vehicle."""

    code = "REGISTRY_UNCLEAR"
    default = _("The answer of the vehicle registry could not be read. Try again later, or fill in yourself.")
    passing = True


def midnight_after(now: datetime) -> datetime:
    """Return the next midnight in Norway, when the day's quota begins anew."""
    day = now.astimezone(OSLO).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=OSLO)
