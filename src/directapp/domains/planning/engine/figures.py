"""How the capacity is used and how the work went: sums and medians over plain values."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

from directapp.domains.planning.engine.spans import HOUR, floor_second, hours_between, local_day, monday_of
from directapp.domains.planning.engine.words import number_text
from directapp.domains.planning.engine.workdays import WorkingTime
from directapp.domains.planning.engine.world import Agreement, Resource
from directapp.kernel.text import Text

NARROW = 0.9
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A booking as the figures see it: planned, and as far as it has come, as it went."""

    id: str
    type: str
    resource: str
    provider: str
    consumer: str
    start: datetime
    end: datetime
    person: str | None = None
    estimated: float | None = None
    actual: float | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Utilisation:
    """Hours booked of hours available, for a resource or a kind of work."""

    key: str
    booked: float
    available: float

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
class Accuracy:
    """How jobs took beside what was estimated: 1.2 is a fifth longer; over so many jobs."""

    key: str
    ratio: float
    n: int


@dataclass(frozen=True, slots=True)
class Delay:
    """How many minutes late a job began, and how many it ran over its planned length."""

    work: str
    late_start: int
    overrun: int


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


def available_hours(resources: Iterable[Resource], start: datetime, end: datetime) -> dict[str, float]:
    """Return each resource's working hours in a period, times what it holds at a time."""
    first, last = floor_second(start), floor_second(end)
    return {
        r.id: sum(b - a for a, b in WorkingTime(r.schedule).between(first, last)) * max(1, r.capacity) / HOUR
        for r in resources
    }


def by_resource(
    resources: Sequence[Resource], works: Iterable[Work], start: datetime, end: datetime
) -> list[Utilisation]:
    """Return how much of each resource's time in a period is booked."""
    booked = _booked(works, start, end, lambda work: work.resource)
    return [Utilisation(name, booked.get(name, 0.0), h) for name, h in available_hours(resources, start, end).items()]


def by_type(works: Iterable[Work], allocated: Mapping[str, float], start: datetime, end: datetime) -> list[Utilisation]:
    """Return how much of each kind of work is booked in a period, of the hours that are laid out for it."""
    booked = _booked(works, start, end, lambda work: work.type)
    return [Utilisation(k, booked.get(k, 0.0), float(allocated.get(k, 0.0))) for k in sorted({*booked, *allocated})]


def _booked(works: Iterable[Work], start: datetime, end: datetime, key: Callable[[Work], str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for work in works:
        inside = hours_between(max(work.start, start), min(work.end, end))
        if inside > 0:
            found[key(work)] = found.get(key(work), 0.0) + inside
    return found


def bottlenecks(utilised: Iterable[Utilisation], names: Mapping[str, Text] | None = None) -> list[Bottleneck]:
    """Return what is more than nine tenths booked, the fullest first."""
    found = []
    for one in sorted(utilised, key=lambda u: (-u.share, u.key)):
        if one.share > NARROW:
            name = (names or {}).get(one.key, Text(one.key, one.key))
            words = Text("{name}: {p} % belagt ({b} av {a} timer).", "{name}: {p} % utilised ({b} of {a} hours).")
            filled = words.fill(
                name=name,
                p=number_text(one.share * 100, 0),
                b=number_text(one.booked, 1),
                a=number_text(one.available, 1),
            )
            found.append(Bottleneck(one, filled))
    return found


def accuracy(works: Iterable[Work], key: Callable[[Work], str] = lambda work: work.type) -> list[Accuracy]:
    """Return, by kind of work or another key, the median of actual beside estimated hours."""
    ratios = _grouped(
        (key(w), w.actual / w.estimated)
        for w in works
        if w.actual is not None and w.estimated is not None and w.estimated
    )
    return [Accuracy(k, round(median(found), 3), len(found)) for k, found in sorted(ratios.items())]


def delays(works: Iterable[Work], now: datetime, *, tolerance: int = 0) -> list[Delay]:
    """Return the jobs that began late or ran over by more minutes than tolerated, the worst first.

    What has not begun or ended yet is as late as it is now.
    """
    found = []
    for work in works:
        late = max(0, (min(work.started_at or work.completed_at or now, now) - work.start) // _MINUTE)
        over = 0
        if work.started_at is not None:
            ran = (work.completed_at or max(now, work.started_at)) - work.started_at
            over = max(0, (ran - (work.end - work.start)) // _MINUTE)
        if max(late, over) > tolerance:
            found.append(Delay(work.id, late, over))
    return sorted(found, key=lambda d: (-(d.late_start + d.overrun), d.work))


def lent_hours(works: Iterable[Work], agreements: Iterable[Agreement]) -> list[Lent]:
    """Return, week by week, the hours that sites used of each other's, beside each agreement's cap."""
    caps = {(a.provider, a.consumer, a.type): a.hours_per_week for a in agreements}
    sums: dict[tuple[str, str, str, date], float] = {}
    for work in works:
        if work.provider != work.consumer:
            key = work.provider, work.consumer, work.type, monday_of(local_day(work.start))
            sums[key] = sums.get(key, 0.0) + hours_between(work.start, work.end)
    return [Lent(*key, hours, caps.get(key[:3])) for key, hours in sorted(sums.items())]


def time_bank(entries: Iterable[TimeEntry], first: date, last: date) -> list[TimeSum]:
    """Return what each person has worked from one day to another, both included."""
    sums: dict[str, dict[str, Decimal]] = {}
    for entry in entries:
        if first <= entry.day <= last:
            kinds = sums.setdefault(entry.person, {})
            kinds[entry.kind] = kinds.get(entry.kind, Decimal(0)) + entry.hours
    return [TimeSum(p, sum(k.values(), Decimal(0)), tuple(sorted(k.items()))) for p, k in sorted(sums.items())]


def settlements(works: Iterable[Work]) -> list[Settlement]:
    """Return the hours to settle between sites: what the work took, and what was booked where nobody wrote that."""
    sums: dict[tuple[str, str], dict[str, Decimal]] = {}
    for work in works:
        if work.provider == work.consumer or work.completed_at is None:
            continue
        kinds = sums.setdefault((work.provider, work.consumer), {})
        hours = work.actual if work.actual is not None else hours_between(work.start, work.end)
        kinds[work.type] = kinds.get(work.type, Decimal(0)) + _hundredths(hours)
    return [
        Settlement(provider, consumer, sum(kinds.values(), Decimal(0)), tuple(sorted(kinds.items())))
        for (provider, consumer), kinds in sorted(sums.items())
    ]


def _hundredths(hours: float) -> Decimal:
    return Decimal(str(hours)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def idle_hours(works: Iterable[Work]) -> float:
    """Return how long one car waited between its stages of work: from the end of one to the beginning of the next."""
    spans = sorted((w.started_at or w.start, w.completed_at or w.end) for w in works)
    waited, until = 0.0, None
    for start, end in spans:
        if until is not None and start > until:
            waited += hours_between(until, start)
        until = end if until is None else max(until, end)
    return waited


def _grouped(pairs: Iterable[tuple[str, float]]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
