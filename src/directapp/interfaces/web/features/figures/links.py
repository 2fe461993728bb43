"""Lists of exactly the rows that a figure counts, for the period and the sites that were asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from directapp.derive.questions import NONE, Address
from directapp.domains.cars.fields import CAR_STAGES, CARS, Cars, CarStages
from directapp.domains.planning.fields import RESOURCE_BOOKINGS, TIMEBANK_ENTRIES, ResourceBookings, TimebankEntries

Params = tuple[tuple[str, str], ...]
EVERYTHING = ("all", "1")


def between(name: str, first: date | str, last: date | str) -> Params:
    """Return the parameters that ask for values from one day to another."""
    return ((f"{name}.from", str(first)), (f"{name}.to", str(last)))


@dataclass(frozen=True, slots=True)
class Links:
    """The lists of a page; ``site`` is the one that was chosen, "" for all that the reader sees."""

    first: date
    last: date
    sites: Sequence[str]
    site: str = ""

    def bookings(self, *more: tuple[str, str], days: tuple[date, date] | None = None) -> str:
        """Return the bookings at these sites; a list of them leaves out what is cancelled."""
        here = tuple((ResourceBookings.provider, site) for site in self.sites)
        return self._bookings(here, *more, days=days)

    def shared(self, provider: str, consumer: str, kind: str, *more: tuple[str, str]) -> str:
        """Return the bookings of one site's time for another's cars, of a kind of work or of all (``""``)."""
        pair = ((ResourceBookings.provider, provider), (ResourceBookings.consumer, consumer))
        return self._bookings((*pair, (ResourceBookings.resource_type, kind)), *more)

    def _bookings(self, whose: Params, *more: tuple[str, str], days: tuple[date, date] | None = None) -> str:
        span = between(ResourceBookings.day, *(days or (self.first, self.last)))
        return Address(f"/app/{RESOURCE_BOOKINGS}", (*whose, *span, *more)).text

    def hours(self, *more: tuple[str, str], person: str | None = None) -> str:
        """Return the entries of the time bank, of one person or of all."""
        whose = () if person is None else ((TimebankEntries.person, person or NONE),)
        here = tuple((TimebankEntries.provider, site) for site in self.sites)
        span = between(TimebankEntries.day, self.first, self.last)
        return Address(f"/app/{TIMEBANK_ENTRIES}", (*here, *whose, *span, *more)).text

    def stages(self, status: str) -> str:
        """Return the stays at a stage that cars left in the period."""
        span = between(CarStages.left_at, self.first, self.last)
        here = ((CarStages.prep_center, self.site),) if self.site else ()
        return Address(f"/app/{CAR_STAGES}", ((CarStages.status, status), *span, *here)).text

    def ready(self, *more: tuple[str, str]) -> str:
        """Return the cars that became ready in the period, delivered ones too."""
        span = between(Cars.ready_for_delivery_at, self.first, self.last)
        return Address(f"/app/{CARS}", (*self.here, *span, *more, EVERYTHING)).text

    def open_cars(self, *more: tuple[str, str]) -> str:
        """Return the cars that are not done with."""
        return Address(f"/app/{CARS}", (*more, *self.here)).text

    @property
    def here(self) -> Params:
        """The cars that the chosen site prepares, or all that the reader sees."""
        return ((Cars.prep_center, self.site),) if self.site else ()
