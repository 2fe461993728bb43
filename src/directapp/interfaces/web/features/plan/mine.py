"""My plan: what a person is booked for, today and the rest of the week; start and finish in one tap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.declare.case import Case
from directapp.declare.names import row_of
from directapp.derive import present
from directapp.derive.shown import Shown, readable_anywhere
from directapp.domains.cars.fields import Cars
from directapp.domains.planning.booking_verbs import worked_hours
from directapp.domains.planning.fields import ResourceBookings, ResourceTypes
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed, tapped_at
from directapp.interfaces.web.features.plan import reads
from directapp.interfaces.web.features.plan.closed import wall
from directapp.interfaces.web.features.plan.page import MARKS, car_page
from directapp.interfaces.web.features.plan.reads import name_of
from directapp.interfaces.web.features.plan.scope import BOOKINGS, CARS, PLAN
from directapp.interfaces.web.features.plan.words import say, speak_plan
from directapp.interfaces.web.records.record import record_id
from directapp.kernel.clock import OSLO
from directapp.kernel.errors import DirectAppError, NotFoundError
from directapp.store.query import Condition, Order, Query

MINE = f"{PLAN}/mine"
_STEPS: Mapping[str, tuple[str, ...]] = {
    "scheduled": ("start",),
    "confirmed": ("start",),
    "in_progress": ("finish",),
}
_VERBS = {"start": ("start", "started_at", "started"), "finish": ("complete", "completed_at", "finished")}
_NEVER = "9999"
_OVER = frozenset({"cancelled", "no_show"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A booking of mine: what to do to which car, when, and the taps that do it."""

    id: str
    version: int
    car_href: str
    plate: Shown
    name: str
    kind: str
    time: str
    length: str
    status: Shown
    due: Shown
    marks: tuple[str, ...]
    note: str
    steps: tuple[str, ...]
    done: bool


async def show_mine(ctx: PersonContext) -> Response:
    """Show my day and my week."""
    return await mine_page(ctx)


async def mine_page(ctx: RequestContext, *, problems: Sequence[str] = (), status: int = 200) -> Response:
    """Return the page, with what was refused above the bookings."""
    meta = ctx.meta(BOOKINGS)
    today = ctx.now.astimezone(OSLO).date()
    later = ctx.request.query_params.get("week") == "next"
    monday = today - timedelta(days=today.weekday())
    first, last = (
        (monday + timedelta(days=7), monday + timedelta(days=14)) if later else (today, monday + timedelta(days=7))
    )
    days = await _days(ctx, first, last)
    p = speak_plan(ctx.language)
    return ctx.page(
        "plan/mine.html",
        status=status,
        here="plan-mine",
        title=p["my_plan"],
        p=p,
        meta=meta,
        today=[] if later else days.pop(today, []),
        week=[(present.show_day(day, today, ctx.language).capitalize(), tasks) for day, tasks in sorted(days.items())],
        ahead=sum(map(len, days.values())),
        later=later,
        problems=problems,
    )


async def _days(ctx: RequestContext, first: date, last: date) -> dict[date, list[Task]]:
    fields = (
        ("id",), ("version",), ("starts_at",), ("ends_at",), ("status",), ("resource_type",), ("note",),
        *((m,) for m in MARKS), ("car", "id"), *(("car", n) for n in ctx.spec[CARS].called),
    )  # fmt: skip
    # Not everyone who works on a car reads when it is promised.
    fields += (
        (("car", Cars.delivery_date),) if Cars.delivery_date in readable_anywhere(ctx.person, ctx.spec[CARS]) else ()
    )
    query = Query(
        fields=fields,
        filter=reads.both(
            Condition(("person",), "eq", ctx.person.user),
            Condition(("ends_at",), "gt", datetime.combine(first, time(), OSLO)),
            Condition(("starts_at",), "lt", datetime.combine(last, time(), OSLO)),
        ),
        sort=(Order("starts_at"), Order("id")),
        limit=200,
    )
    rows = await ctx.rows(BOOKINGS, query)
    names = {str(k[ResourceTypes.id]): name_of(k, ctx) for k in await reads.read_types(ctx)}
    days: dict[date, list[tuple[tuple[bool, str, str], Task]]] = {}
    for row in rows:
        start, end = (
            present.read_instant(row[ResourceBookings.starts_at]),
            present.read_instant(row[ResourceBookings.ends_at]),
        )
        if start is not None and end is not None and row[ResourceBookings.status] not in _OVER:
            day = max(start.astimezone(OSLO).date(), first)
            days.setdefault(day, []).append((_urgency(row), _task(ctx, row, names, start, end)))
    return {day: [task for _, task in sorted(tasks, key=itemgetter(0))] for day, tasks in days.items()}


def _urgency(row: Mapping[str, Any]) -> tuple[bool, str, str]:
    """Return what a day's work is sorted by: what is left to do first, by the day that the car is promised."""
    car = row.get(ResourceBookings.car) or {}
    promised = str(car.get(Cars.delivery_date) or _NEVER)
    return row[ResourceBookings.status] == "completed", promised, str(row[ResourceBookings.starts_at])


def _task(
    ctx: RequestContext, row: Mapping[str, Any], names: Mapping[str, str], start: datetime, end: datetime
) -> Task:
    car, tell, p = row.get(ResourceBookings.car) or {}, ctx.formatter.value, speak_plan(ctx.language)
    return Task(
        id=str(row[ResourceBookings.id]),
        version=int(row[ResourceBookings.version]),
        car_href=car_page(row),
        plate=ctx.formatter.mark(ctx.spec[CARS], car),
        name=ctx.formatter.name(ctx.spec[CARS], car),
        kind=names.get(str(row[ResourceBookings.resource_type]), ""),
        time=f"{wall(start)[11:]}–{wall(end)[11:]}",
        length=present.show_span(end - start, ctx.language),
        status=tell(ctx.spec[BOOKINGS], "status", row),
        due=tell(ctx.spec[CARS], Cars.delivery_date, car),
        marks=tuple(p[f"mark_{m}"] for m in MARKS if row.get(m)),
        note=str(row.get(ResourceBookings.note) or ""),
        steps=_STEPS.get(str(row[ResourceBookings.status]), ()),
        done=row[ResourceBookings.status] == "completed",
    )


async def tap(ctx: PersonContext, booking: str, step: str) -> Response:
    """Start or finish a booking of mine: now, or when it was tapped without network."""
    if step not in _VERBS:
        raise NotFoundError
    posted, target = await read_signed(ctx), record_id(booking)

    async def again(error: DirectAppError) -> Response:
        problems = [ctx.say(p.message) for p in error.problems]
        return await mine_page(ctx, problems=problems, status=int(error.status))

    async with ctx.form(again):
        await _perform(ctx, posted, target, step)
    undo = f"/app/{BOOKINGS}/{target}/undo"
    await ctx.tell(say(_VERBS[step][2], ctx.language), BOOKINGS, target, undo=undo, href=MINE)
    return ctx.go(MINE)


async def _perform(ctx: RequestContext, posted: Posted, target: UUID, step: str) -> None:
    """Do a step; what waited for the network happened when it was tapped."""
    verb, fact, _ = _VERBS[step]
    meta, at = ctx.meta(BOOKINGS), tapped_at(posted, ctx.now)
    if at == ctx.now or await ctx.sent_before(meta, verb, posted, target=target):
        await ctx.do(meta, verb, {}, posted=posted, target=target)
        return
    patch: dict[str, Any] = {fact: at}
    if step == "finish":
        row = (await ctx.platform.reading.view(ctx.person, BOOKINGS, target)).row
        times = {n: present.read_instant(row.get(n)) for n in ("starts_at", "ends_at", "started_at")}
        booked = row_of({**times, ResourceBookings.status: row[ResourceBookings.status]})
        case = Case(row=booked, actor=ctx.person, now=ctx.now)
        patch[ResourceBookings.actual_hours] = worked_hours(case, at)
    await ctx.do(meta, "update", patch, posted=posted, target=target)


ROUTES = (
    get("/app/plan/mine", show_mine),
    post("/app/resource_bookings/{booking}/tap/{step}", tap),
)
