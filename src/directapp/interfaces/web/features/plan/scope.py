"""Scope: which days, which site and which kind of work the plan shows, out of its address; and who may see it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from directapp.declare.spec import CollectionMeta
from directapp.derive import present
from directapp.derive.calendar import CalendarPeriod
from directapp.derive.questions import Address
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.typed import asked_day
from directapp.interfaces.web.records.lists import may_create
from directapp.kernel.clock import OSLO, oslo_day
from directapp.kernel.errors import ForbiddenError

PLAN = "/app/plan"
BOOKINGS, RESOURCES, TYPES, CARS = "resource_bookings", "resources", "resource_types", "cars"
ALL = "all"
# Whose hands do the work that is planned, and who begins the day with the plan.
_HANDS = frozenset({"mechanic", "detailer"})
_BEGIN_WITH_PLAN = _HANDS | {"planner"}
WEEK = 7
_OPENED = (BOOKINGS, RESOURCES, TYPES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the plan shows: ``site`` None is every site that the reader sees, ``kind`` None every type.

    ``proposal`` is the plan proposal whose drafts are drawn. ``left_out`` is what the address asks for that cannot be
    read, by its names.
    """

    span: str
    first: date
    site: str | None
    kind: str | None
    address: Address
    proposal: str | None = None
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def days(self) -> tuple[date, ...]:
        """The days shown."""
        return tuple(self.first + timedelta(days=n) for n in range(WEEK if self.span == "week" else 1))

    @property
    def end(self) -> date:
        """The day after the last."""
        return self.days[-1] + timedelta(days=1)

    @property
    def monday(self) -> date:
        """The Monday of the week."""
        return self.first - timedelta(days=self.first.weekday())

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The instants between which it lies, in Norway."""
        return datetime.combine(self.first, time(), OSLO), datetime.combine(self.end, time(), OSLO)

    def at(self, day: date) -> "Scope":
        """Return the same of the days that a day is among."""
        return replace(self, first=day if self.span == "day" else day - timedelta(days=day.weekday()))

    def beside(self, step: int) -> str:
        """Return the address of the days before (-1) or after (1)."""
        there = self.first + timedelta(days=step * (WEEK if self.span == "week" else 1))
        return self.address.but(day=there.isoformat()).text

    def title(self, ctx: RequestContext, week_of: str) -> str:
        """Return what the days are called."""
        if self.span == "day":
            return present.exact_day(self.first, ctx.language)
        month = CalendarPeriod("month", self.first).title(ctx.language).lower()
        return week_of.format(week=self.first.isocalendar().week, month=month)


def opens_plan(ctx: RequestContext) -> bool:
    """Whether a person may open the plan: whoever sees bookings and the resources they are on."""
    return ctx.actor is not None and all(
        (meta := ctx.spec.get(name)) is not None and bool(meta.grants_of(ctx.person.roles)) for name in _OPENED
    )


def plan_home(ctx: RequestContext) -> str:
    """Return where the plan begins for a person: with their own day for those whose hands do the work."""
    return f"{PLAN}/mine" if ctx.person.roles & _HANDS and not may_plan(ctx) else PLAN


def begins_with_plan(ctx: RequestContext) -> bool:
    """Whether a person's day begins with the plan."""
    return opens_plan(ctx) and bool(ctx.person.roles & _BEGIN_WITH_PLAN)


def plan_meta(ctx: RequestContext) -> CollectionMeta:
    """Return what follows from the declaration of bookings.

    Raises:
        ForbiddenError: the person may not open the plan.

    """
    if not opens_plan(ctx):
        raise ForbiddenError
    return ctx.meta(BOOKINGS)


def may_plan(ctx: RequestContext) -> bool:
    """Whether a person makes and moves bookings, and does not only see them."""
    meta = ctx.spec.get(BOOKINGS)
    return meta is not None and may_create(ctx, meta)


def read_scope(ctx: RequestContext, params: Mapping[str, Any] | None = None) -> Scope:
    """Return what an address asks for; what it leaves out is this day at the reader's own site."""
    given = params if params is not None else ctx.request.query_params
    span = "week" if given.get("span") == "week" else "day"
    asked = asked_day(given.get("day"), ctx.now)
    day = asked or oslo_day(ctx.now)
    site, kind = str(given.get("site") or ""), str(given.get("type") or "")
    own = str(ctx.person.site) if ctx.person.site else None
    read = {"day": asked, "site": site == ALL or refs.as_uuid(site), "type": refs.as_uuid(kind)}
    proposal = refs.as_uuid(str(given.get("proposal") or ""))
    wrong = tuple((n, str(given[n])) for n, value in read.items() if given.get(n) and not value)
    said = ((n, str(given[n])) for n in ("span", "day", "site", "type", "view", "proposal") if given.get(n))
    return Scope(
        span=span,
        first=day if span == "day" else day - timedelta(days=day.weekday()),
        site=None if site == ALL else str(refs.as_uuid(site) or own or "") or None,
        kind=str(refs.as_uuid(kind) or "") or None,
        address=Address(PLAN, tuple(one for one in said if one not in wrong)),
        proposal=str(proposal) if proposal else None,
        left_out=wrong,
    )
