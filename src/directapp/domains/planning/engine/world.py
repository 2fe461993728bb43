"""What the engine is told: who can do what, what is taken, and what the sites have agreed to lend each other."""

from dataclasses import dataclass
from datetime import date, datetime

from directapp.domains.planning.engine.spans import Span
from directapp.domains.planning.engine.workdays import Schedule
from directapp.kernel.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A person, bay or piece of equipment; ``capacity`` is how many jobs it holds at a time, each in a lane of its own.

    Lanes are numbered from ``World.first_lane``.
    """

    id: str
    site: str
    types: tuple[str, ...]
    schedule: Schedule
    capacity: int = 1
    specialisations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Busy:
    """Time that is taken on a resource; without a lane it is put in the first that is free."""

    resource: str
    start: datetime
    end: datetime
    lane: int | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The hours of a kind of work that a site lays out for a day; with ``resource``, of that one only."""

    site: str
    type: str
    day: date
    allocated: float
    used: float
    resource: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """That one site does a kind of work for another; priority 0-100 decides when both cannot be served."""

    provider: str
    consumer: str
    type: str
    priority: int = 50
    hours_per_week: float | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class WeekUse:
    """The hours of one week that a consumer has booked under an agreement."""

    provider: str
    consumer: str
    type: str
    monday: date
    used: float


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that a search looks at.

    A day that has no ledger is limited by the working hours alone, unless ``ledger_required``.
    """

    resources: tuple[Resource, ...]
    busy: tuple[Busy, ...] = ()
    ledgers: tuple[Ledger, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    week_uses: tuple[WeekUse, ...] = ()
    ledger_required: bool = False
    first_lane: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanJob:
    """A piece of work to be placed: ``site`` owns the car, ``latest`` is when the work must have ended.

    ``blocked`` is when the car is elsewhere; ``resources`` narrows the search to some.
    """

    type: str
    hours: float
    site: str
    earliest: datetime
    latest: datetime
    specialisations: tuple[str, ...] = ()
    specialist_required: bool = False
    blocked: tuple[Span, ...] = ()
    resources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place where a job fits, and why it stands where it stands in the list."""

    resource: str
    site: str
    lane: int
    start: datetime
    end: datetime
    own_site: bool
    specialised: bool
    utilisation: float
    hours_left: float | None = None
    reasons: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The slots, best first; where there are none, why."""

    slots: tuple[Slot, ...]
    refused: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A booking that stands: what it is counted as, and whose car it is for."""

    id: str
    resource: str
    type: str
    site: str
    start: datetime
    end: datetime
    lane: int | None = None
