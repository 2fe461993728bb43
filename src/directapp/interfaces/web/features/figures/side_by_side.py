"""Numbers of sites side by side and of weeks in a row, as the reader's own lists count them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from directapp.derive.questions import Address
from directapp.domains.cars.fields import CAR_STAGES, CARS, Cars, CarStages
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.features.figures.links import EVERYTHING, Params, between
from directapp.interfaces.web.records.lists import listing_of
from directapp.store.query import Aggregate, Query

WEEKS = 13
SENT_BACK = ((CarStages.status, "qc_failed"),)
_GROUPS = 10_000
_COUNT = Aggregate("count", "*")
_READY = (
    Aggregate("count", Cars.ready_for_delivery_at),
    Aggregate("count", Cars.preparation_days),
    Aggregate("sum", Cars.preparation_days),
)


@dataclass
class Numbers:
    """What came of the cars of a site, a week, or all of them together; ``timed`` have both arrival and ready."""

    ready: int = 0
    timed: int = 0
    days: Decimal = Decimal(0)
    kept: int = 0
    missed: int = 0
    sent_back: int = 0
    open: int = 0
    delayed: int = 0
    causes: Counter[str] = field(default_factory=Counter)

    @property
    def mean(self) -> Decimal | None:
        """The days from arrival to ready, on average."""
        return self.days / self.timed if self.timed else None

    @property
    def share(self) -> float | None:
        """The share of those with a promised day that were ready on it."""
        return self.kept / (self.kept + self.missed) if self.kept + self.missed else None


@dataclass(frozen=True, slots=True)
class Span:
    """The weeks that are looked at: the last one, and those before it."""

    monday: date

    @property
    def mondays(self) -> list[date]:
        """The first day of each week, the earliest first."""
        return [self.monday - timedelta(weeks=n) for n in reversed(range(WEEKS))]

    @property
    def sunday(self) -> date:
        """The last day of the last week."""
        return self.monday + timedelta(days=6)


@dataclass(frozen=True)
class Compared:
    """The numbers by site (of the last week, and of now), by week, and of all sites in the last week."""

    sites: dict[str, Numbers]
    weeks: dict[date, Numbers]
    whole: Numbers


async def compare(ctx: RequestContext, span: Span, by: str, sites: Sequence[str]) -> Compared:
    """Count the cars of each site: ``by`` names the field that says whose a car is."""
    found = Compared({s: Numbers() for s in sites}, {m: Numbers() for m in span.mondays}, Numbers())
    whose = tuple((by, site) for site in sites)
    if not whose:
        return found
    days = between(Cars.ready_for_delivery_at, span.mondays[0], span.sunday)
    by_week = (by, Cars.ready_week, Cars.ready_in_time)
    for row in await _grouped(ctx, CARS, (*whose, *days, EVERYTHING), by_week, _READY):
        for one in _of(found, span, row[by], row[Cars.ready_week]):
            _add_ready(one, row)
    left = (*SENT_BACK, *whose, *between(CarStages.left_at, span.mondays[0], span.sunday))
    for row in await _grouped(ctx, CAR_STAGES, left, (by, CarStages.week), (_COUNT,)):
        for one in _of(found, span, row[by], row[CarStages.week]):
            one.sent_back += int(row["count"])
    for row in await _grouped(ctx, CARS, whose, (by, Cars.sla_status, Cars.late_cause), (_COUNT,)):
        for one in (found.sites[str(row[by])], found.whole):
            _add_open(one, row)
    return found


def _of(found: Compared, span: Span, site: Any, week: str) -> Iterable[Numbers]:
    monday = date.fromisoformat(week)
    yield found.weeks[monday]
    if monday == span.monday:
        yield from (found.sites[str(site)], found.whole)


def _add_ready(one: Numbers, row: dict[str, Any]) -> None:
    count = int(row["count"][Cars.ready_for_delivery_at])
    one.ready += count
    one.timed += int(row["count"][Cars.preparation_days])
    one.days += Decimal(row["sum"][Cars.preparation_days] or 0)
    one.kept += count if row[Cars.ready_in_time] is True else 0
    one.missed += count if row[Cars.ready_in_time] is False else 0


def _add_open(one: Numbers, row: dict[str, Any]) -> None:
    count = int(row["count"])
    one.open += count
    if row[Cars.sla_status] == "delayed":
        one.delayed += count
        one.causes[row[Cars.late_cause]] += count


async def _grouped(
    ctx: RequestContext, collection: str, asked: Params, by: Sequence[str], figures: tuple[Aggregate, ...]
) -> list[dict[str, Any]]:
    listing = listing_of(ctx, ctx.spec[collection], Address(f"/app/{collection}", asked))
    query = Query(filter=listing.query.filter, group_by=tuple(by), aggregate=figures, limit=_GROUPS)
    return await ctx.rows(collection, query)
