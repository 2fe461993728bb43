"""How the capacity is used and how the work went: sums and medians over plain values."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from operator import itemgetter

from directapp.domains.planning.engine.spans import HOUR
from directapp.domains.planning.engine.words import number_text
from directapp.domains.planning.engine.workdays import WorkingTime
from directapp.domains.planning.engine.world import Agreement, Resource
from directapp.kernel.text import Text, _, verbatim

NARROW = 0.9
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Utilisation:
    """Hours booked of hours available, for a resource or a kind of work; ``limit`` is what it has fewest hours of."""

    key: str
    booked: float
    available: float
    limit: str | None = None

    @property
    def share(self) -> float:
        """From 0 to 1, and over where more is booked than there is; nothing available and something booked is 1."""
        if self.available > 0:
            return self.booked / self.available
        return 1.0 if self.booked else 0.0


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """Something that more than nine tenths of is booked, and that in words."""

    utilisation: Utilisation
    reason: Text


@dataclass(frozen=True, slots=True)
class Lent:
    """The hours that one site used of another's in a week, beside what they agreed."""

    provider: str
    consumer: str
    type: str
    monday: date
    hours: float
    cap: float | None

    @property
    def share(self) -> float | None:
        """From 0 to 1 of the cap; None without one."""
        return None if not self.cap else self.hours / self.cap


@dataclass(frozen=True, slots=True)
class TimeEntry:
    """Hours that a person worked on a day; a kind such as work, overtime or course."""

    person: str
    day: date
    hours: Decimal
    kind: str = "work"


@dataclass(frozen=True, slots=True)
class TimeSum:
    """What one person has worked in a period, in all and by kind."""

    person: str
    hours: Decimal
    kinds: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """Hours that a consumer owes a provider for a period, and for which kinds of work."""

    provider: str
    consumer: str
    hours: Decimal
    types: tuple[tuple[str, Decimal], ...]


def daily_hours(resources: Iterable[Resource], first: date, last: date) -> dict[str, dict[date, float]]:
    """Return each resource's working hours on the days of a period, times what it holds at a time."""
    days = [first + n * _ONE_DAY for n in range((last - first).days + 1)]
    found = {}
    for one in resources:
        working = WorkingTime(one.schedule)
        found[one.id] = {day: sum(b - a for a, b in working.on(day)) * max(1, one.capacity) / HOUR for day in days}
    return found


def by_resource(hours: Mapping[str, Mapping[date, float]], booked: Mapping[str, float]) -> list[Utilisation]:
    """Return how much of each resource's time in a period is booked."""
    return [Utilisation(name, booked.get(name, 0.0), sum(days.values())) for name, days in hours.items()]


def by_type(booked: Mapping[str, float], limits: Mapping[str, Sequence[Mapping[str, float]]]) -> list[Utilisation]:
    """Return how much of each kind of work is booked, of the hours of what limits it.

    ``limits`` are, by kind of work, the hours of people, of bays and those that are laid out at each site on each day:
    no more can be done there than it has of the scarcest. What is named is what limits most often.
    """
    found = []
    for kind in sorted({*booked, *limits}):
        least = [min(hours.items(), key=itemgetter(1)) for hours in limits.get(kind, ()) if any(hours.values())]
        often = Counter(name for name, _ in least).most_common(1)
        limit = often[0][0] if often else None
        found.append(Utilisation(kind, booked.get(kind, 0.0), sum(hours for _, hours in least), limit))
    return found


def bottlenecks(utilised: Iterable[Utilisation], names: Mapping[str, Text] | None = None) -> list[Bottleneck]:
    """Return what is more than nine tenths booked, the fullest first."""
    found = []
    for one in sorted(utilised, key=lambda u: (-u.share, u.key)):
        if one.share > NARROW:
            name = (names or {}).get(one.key, verbatim(one.key))
            words = _("{name}: {p} % utilised ({b} of {a} hours).")
            filled = words.fill(
                name=name,
                p=number_text(one.share * 100, 0),
                b=number_text(one.booked, 1),
                a=number_text(one.available, 1),
            )
            found.append(Bottleneck(one, filled))
    return found


def lent_hours(hours: Mapping[tuple[str, str, str, date], float], agreements: Iterable[Agreement]) -> list[Lent]:
    """Return the hours that sites used of each other's, by type and week, beside each agreement's cap."""
    caps = {(a.provider, a.consumer, a.type): a.hours_per_week for a in agreements}
    return [Lent(*key, used, caps.get(key[:3])) for key, used in sorted(hours.items())]


def time_bank(entries: Iterable[TimeEntry], first: date, last: date) -> list[TimeSum]:
    """Return what each person has worked from one day to another, both included."""
    sums: dict[str, dict[str, Decimal]] = {}
    for entry in entries:
        if first <= entry.day <= last:
            kinds = sums.setdefault(entry.person, {})
            kinds[entry.kind] = kinds.get(entry.kind, Decimal(0)) + entry.hours
    return [TimeSum(p, sum(k.values(), Decimal(0)), tuple(sorted(k.items()))) for p, k in sorted(sums.items())]


def settlements(owed: Mapping[tuple[str, str, str], Decimal]) -> list[Settlement]:
    """Return the hours to settle between sites: of a provider, by a consumer, for a type of work."""
    sums: dict[tuple[str, str], dict[str, Decimal]] = {}
    for (provider, consumer, kind), hours in owed.items():
        sums.setdefault((provider, consumer), {})[kind] = hours
    return [
        Settlement(provider, consumer, sum(kinds.values(), Decimal(0)), tuple(sorted(kinds.items())))
        for (provider, consumer), kinds in sorted(sums.items())
    ]
