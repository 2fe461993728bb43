"""Drafts: the lines of a plan proposal on the timeline, moved or left out before any of them is booked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.derive import forms, present
from directapp.derive.forms import Complaint
from directapp.derive.shown import readable_anywhere
from directapp.domains.cars.fields import Cars
from directapp.domains.planning.fields import PlanProposals, Resources, ResourceTypes
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import Posted, page_or
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.typed import meant_moment
from directapp.interfaces.web.features.plan import reads
from directapp.interfaces.web.features.plan.outlook.proposals import PATH, PROPOSALS, line_told, title_of
from directapp.interfaces.web.features.plan.outlook.words import WORDS, speak_outlook
from directapp.interfaces.web.features.plan.reads import Rows
from directapp.interfaces.web.features.plan.scope import CARS, PLAN, Scope, plan_meta, read_scope
from directapp.interfaces.web.records.record import record_id
from directapp.kernel.clock import OSLO
from directapp.kernel.errors import DirectAppError, ForbiddenError, NotFoundError
from directapp.services.intent import Answer
from directapp.services.reading import View
from directapp.store.query import Condition, Query

DRAFT, LEFT_OUT = "draft", "left_out"
_TIMES = ("starts_at", "ends_at")
_WHEN = (*_TIMES, "resource")
_CAR = ("id", "license_plate", "make", "model", "vin", "order_number", "color")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A proposal that is drawn on the plan: what it says above the calendar."""

    title: str
    proposed: str
    left_out: str
    path: str
    weeks: tuple[tuple[str, str, bool], ...]
    without: str


async def _ready(ctx: RequestContext, scope: Scope) -> View | None:
    """Return the proposal that the address asks for, None where there is none to accept."""
    if scope.proposal is None:
        return None
    try:
        view = await ctx.platform.reading.view(ctx.person, PROPOSALS, UUID(scope.proposal))
    except (ForbiddenError, NotFoundError):
        return None
    return view if view.row[PlanProposals.status] == "ready" else None


def _lines(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(row.get(PlanProposals.lines) or ())


async def draft_of(ctx: RequestContext, scope: Scope) -> Draft | None:
    """Return what the plan says of the proposal that is drawn on it."""
    view = await _ready(ctx, scope)
    if view is None:
        return None
    lines = _lines(view.row)
    left_out = sum(bool(line.get(LEFT_OUT)) for line in lines)
    weeks: dict[date, int] = {}
    for line in lines:
        day = _day(line)
        monday = date.fromordinal(day.toordinal() - day.weekday())
        weeks[monday] = weeks.get(monday, 0) + 1
    words = speak_outlook(ctx.language)
    return Draft(
        title=title_of(ctx, view.row),
        proposed=WORDS["drafts"].fill(count=len(lines) - left_out).pick(ctx.language),
        left_out=WORDS["drafts_left_out"].fill(count=left_out).pick(ctx.language) if left_out else "",
        path=f"{PATH}/{scope.proposal}",
        weeks=tuple(
            (
                words["week"].format(week=monday.isocalendar().week, count=count),
                scope.address.but(span="week", day=monday.isoformat()).text,
                monday == scope.monday,
            )
            for monday, count in sorted(weeks.items())
        ),
        without=scope.address.without("proposal").text,
    )


def _day(line: Mapping[str, Any]) -> date:
    start = present.read_instant(line["starts_at"])
    if start is None:
        raise NotFoundError
    return start.astimezone(OSLO).date()


async def draft_rows(ctx: RequestContext, scope: Scope) -> Rows:
    """Return the lines of these days as the calendar draws bookings."""
    view = await _ready(ctx, scope)
    if view is None:
        return []
    lines = [
        line
        for line in _lines(view.row)
        if scope.first <= _day(line) < scope.end and scope.kind in {None, line["resource_type"]}
    ]
    cars = await _cars(ctx, [line["car"] for line in lines])
    return [
        {
            "id": f"{DRAFT}:{line['line']}",
            "version": 0,
            "status": LEFT_OUT if line.get(LEFT_OUT) else DRAFT,
            "provider": str(view.row[PlanProposals.dealership]),
            "car": cars.get(line["car"]),
            DRAFT: {"proposal": scope.proposal, "line": line["line"], "moves": line["moves"]},
            **{name: line[name] for name in ("resource", "resource_type", "starts_at", "ends_at")},
        }
        for line in lines
    ]


async def _cars(ctx: RequestContext, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    if not ids:
        return {}
    readable = readable_anywhere(ctx.person, ctx.spec[CARS])
    fields = tuple((n,) for n in _CAR if n in readable | {"id"})
    asked = Condition(("id",), "in", [UUID(i) for i in dict.fromkeys(ids)])
    rows = await ctx.rows(CARS, Query(fields=fields, filter=asked, limit=len(ids)))
    return {str(row[Cars.id]): row for row in rows}


async def place_draft(ctx: RequestContext, posted: Posted, *, dry_run: bool = False) -> Answer:
    """Move a draft: judged as the booking that it would become, then beside the other lines of its proposal."""
    target, number = record_id(posted.get("proposal")), posted.get("line")
    view = await ctx.platform.reading.view(ctx.person, PROPOSALS, target)
    line = _line(view, number)
    to = {name: posted.get(name) or line[name] for name in _WHEN}
    booked = record_id(line["moves"]) if line["moves"] else None
    what = {} if booked else {"car": line["car"], "resource_type": line["resource_type"]}
    booking = ctx.intent(
        plan_meta(ctx), "update" if booked else "create", to | what, target=booked, dry_run=True, confirmed=True
    )
    await ctx.platform.pipeline.perform(booking)
    patch = {"line": number, **to}
    return await ctx.platform.pipeline.perform(
        ctx.intent(ctx.meta(PROPOSALS), "adjust", patch, target=target, dry_run=dry_run, key=posted.key)
    )


def _line(view: View, number: str) -> dict[str, Any]:
    found = next((line for line in _lines(view.row) if str(line["line"]) == number), None)
    if found is None:
        raise NotFoundError
    return found


async def show_line(ctx: PersonContext, record: str, line: str) -> Response:
    """Show a draft: as a dialog over the plan, or as a page."""
    return await _page(ctx, record_id(record), line)


async def _page(
    ctx: RequestContext,
    target: UUID,
    number: str,
    *,
    typed: Mapping[str, str] | None = None,
    summary: Sequence[Complaint] = (),
    back: str = "",
    status: int = HTTPStatus.OK,
) -> Response:
    plan_meta(ctx)
    view = await ctx.platform.reading.view(ctx.person, PROPOSALS, target)
    line = _line(view, number)
    kinds = [k for k in await reads.read_types(ctx) if str(k[ResourceTypes.id]) == line["resource_type"]]
    able = {k[ResourceTypes.work] for k in kinds}
    scope = read_scope(ctx, {"site": str(view.row[PlanProposals.dealership])})
    resources = await reads.read_resources(ctx, scope, kinds)
    told = line_told(ctx, line)
    return ctx.page(
        "outlook/draft_part.html" if ctx.partial else "outlook/draft.html",
        status=status,
        here="plan",
        p=speak_outlook(ctx.language),
        title=told.car,
        line=told,
        left_out=bool(line.get(LEFT_OUT)),
        ready=view.row[PlanProposals.status] == "ready" and any(o.verb.name == "adjust" for o in view.offers),
        values={
            "starts_at": present.input_instant(line["starts_at"]),
            "ends_at": present.input_instant(line["ends_at"]),
            "resource": line["resource"],
        }
        | dict(typed or {}),
        resources=[
            (str(r[Resources.id]), str(r[Resources.name])) for r in resources if able & set(r.get(Resources.does) or ())
        ],
        path=f"{PATH}/{target}",
        back=page_or(back or ctx.request.query_params.get("back", ""), f"{PLAN}?proposal={target}"),
        summary=tuple(summary),
        stale_by=None,
    )


async def change_line(ctx: PersonContext, record: str, line: str) -> Response:
    """Move a draft to the time and resource of the form, leave it out or take it in again."""
    target, posted = record_id(record), await read_signed(ctx)
    typed = {name: value for name in _WHEN if (value := posted.get(name))}
    back = posted.get("back")

    async def again(error: DirectAppError) -> Response:
        _, summary = forms.sort_problems(error.problems, plan_meta(ctx).fields, ctx.language)
        return await _page(ctx, target, line, typed=typed, summary=summary, back=back, status=int(error.status))

    async with ctx.form(again):
        if left_out := posted.get(LEFT_OUT):
            patch = {"line": line, LEFT_OUT: left_out}
            await ctx.do(ctx.meta(PROPOSALS), "adjust", patch, posted=posted, target=target)
        else:
            meant = {n: [meant_moment(typed[n], ctx.now)] for n in _TIMES if n in typed}
            more = {**posted.typed, **meant, "proposal": [str(target)], "line": [line]}
            await place_draft(ctx, Posted(typed=more, key=posted.key, path=posted.path))
    ctx.cookies.append(notes.tell_done(speak_outlook(ctx.language)["draft_changed"], ctx.now))
    return ctx.go(page_or(back, f"{PLAN}?proposal={target}"))


ROUTES = (
    get(f"{PATH}/{{record}}/lines/{{line}}", show_line),
    post(f"{PATH}/{{record}}/lines/{{line}}", change_line),
)
