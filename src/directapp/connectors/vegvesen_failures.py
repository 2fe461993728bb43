"""What can go wrong when the vehicle registry is asked, each with its own words."""

from datetime import datetime, timedelta
from http import HTTPStatus

from directapp.connectors.failures import OutsideBusyError, OutsideDownError, OutsideError
from directapp.kernel.clock import OSLO
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text


class VehicleNotFoundError(OutsideError):
    """The registry has no such vehicle."""

    status = HTTPStatus.NOT_FOUND
    code = "VEHICLE_NOT_FOUND"
    default = Text(
        "Kjøretøyregisteret har ingen bil med {code}. Se over nummeret, eller fyll ut selv.",
        "The vehicle registry has no car with {code}. Look over the number, or fill in yourself.",
    )

    def __init__(self, code: str) -> None:
        """Name what was asked for."""
        super().__init__(self.default.fill(code=code))


class BadLookUpError(OutsideError):
    """What was asked for cannot be a plate or a chassis number."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "BAD_LOOK_UP"
    default = Text(
        "Skriv et skilt eller et understellsnummer som Kjøretøyregisteret kan slå opp.",
        "Write a plate or a VIN that the vehicle registry can look up.",
    )

    def __init__(self, field: str | None = None) -> None:
        """Name the field."""
        super().__init__(Problem(self.default, field))


class QuotaUsedUpError(OutsideError):
    """The look-ups of the day are used up, from ``until`` on there are new ones."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "REGISTRY_QUOTA_USED"
    default = Text(
        "Dagens oppslag i Kjøretøyregisteret er brukt opp. Nye oppslag fra kl. {nb}. Du kan fylle ut selv så lenge.",
        "Today’s look-ups in the vehicle registry are used up. There are new ones from {en}. You can fill in yourself.",
    )
    passing = True

    def __init__(self, until: datetime, now: datetime) -> None:
        """Keep when there are new ones."""
        local = until.astimezone(OSLO)
        words = self.default.fill(nb=local.strftime("%H.%M"), en=local.strftime("%H:%M"))
        super().__init__(words, retry_after=max(0.0, (until - now).total_seconds()))
        self.until = until


class RegistryDownError(OutsideDownError):
    """The registry does not answer."""

    code = "REGISTRY_DOWN"
    default = Text(
        "Kjøretøyregisteret svarer ikke nå. Prøv igjen om litt, eller fyll ut selv.",
        "The vehicle registry does not answer now. Try again later, or fill in yourself.",
    )


class RegistrySlowError(RegistryDownError):
    """The registry took too long."""

    code = "REGISTRY_SLOW"
    default = Text(
        "Kjøretøyregisteret brukte for lang tid på å svare. Prøv en gang til, eller fyll ut selv.",
        "The vehicle registry took too long to answer. Try once more, or fill in yourself.",
    )


class RegistryBusyError(OutsideBusyError):
    """The registry asks to be called less often."""

    code = "REGISTRY_BUSY"
    default = Text(
        "Kjøretøyregisteret har det travelt. Prøv igjen om litt, eller fyll ut selv.",
        "The vehicle registry is busy. Try again later, or fill in yourself.",
    )


class RegistryRefusedError(OutsideError):
    """The registry does not accept our key."""

    code = "REGISTRY_REFUSED"
    default = Text(
        "Kjøretøyregisteret godtar ikke nøkkelen vår. Be administratoren se over oppsettet.",
        "The vehicle registry does not accept our key. Ask the administrator to look over the set-up.",
    )


class NotSetUpError(OutsideError):
    """Nobody has set look-ups up here; waiting does not help, so it is no 503."""

    status = HTTPStatus.CONFLICT
    code = "REGISTRY_NOT_SET_UP"
    default = Text(
        "Oppslag i Kjøretøyregisteret er ikke satt opp her: nøkkelen fra Statens vegvesen mangler. Fyll ut selv.",
        "Look-ups in the vehicle registry are not set up here: the key from Statens vegvesen is missing. "
        "Fill in yourself.",
    )


class RegistryUnclearError(OutsideError):
    """The registry answered something that cannot be read, or about another vehicle."""

    code = "REGISTRY_UNCLEAR"
    default = Text(
        "Svaret fra Kjøretøyregisteret lot seg ikke lese. Prøv igjen om litt, eller fyll ut selv.",
        "The answer of the vehicle registry could not be read. Try again later, or fill in yourself.",
    )
    passing = True


def midnight_after(now: datetime) -> datetime:
    """Return the next midnight in Norway, when the day's quota begins anew."""
    day = now.astimezone(OSLO).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=OSLO)
