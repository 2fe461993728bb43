"""What could give way for a job: bookings of lower priority, and where they could go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from fastapi import Response

from directapp.derive import forms, present
from directapp.domains.planning.fields import ResourceTypes
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.features.plan import reads
from directapp.interfaces.web.features.plan.outlook.words import speak_outlook
from directapp.interfaces.web.features.plan.reads import name_of
from directapp.interfaces.web.features.plan.scope import BOOKINGS, CARS, PLAN, may_plan, plan_meta
from directapp.interfaces.web.features.plan.slots import ask, params_of, when
from directapp.interfaces.web.records.record import record_id
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import DirectAppError, ForbiddenError

PATH = f"{PLAN}/room"
_ASKED = ("car", "resource_type", "hours", "earliest", "latest")
_MOVE = ("booking", "resource", "starts_at", "ends_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to make room: where the job would be, and what moves; ``writes`` is what a form brings back."""

    when: str
    who: str
    reason: str
    moves: tuple[str, ...]
    mine: bool
    site: str
    writes: str


async def show_room(ctx: PersonContext) -> Response:
    """Show what could move, least disturbance first."""
    plan_meta(ctx)
    if not may_plan(ctx):
        raise ForbiddenError
    given = {n: ctx.request.query_params.get(n, "") for n in _ASKED}
    return await _room(ctx, given)


async def _room(ctx: RequestContext, given: Mapping[str, str], *, error: DirectAppError | None = None) -> Response:
    told: dict[str, Any] = {"ways": [], "hours": "0"}
    try:
        told = await ask(ctx, "make_room", given)
    except DirectAppError as refused:
        error = error or refused
    summary = forms.sort_problems(error.problems, params_of(ctx, "make_room"), ctx.language)[1] if error else ()
    kinds = {str(k[ResourceTypes.id]): name_of(k, ctx) for k in await reads.read_types(ctx)}
    car = await _car_title(ctx, given["car"])
    p = speak_outlook(ctx.language)
    hours = present.show_span(timedelta(hours=float(told["hours"])), ctx.language)
    return ctx.page(
        "outlook/room.html",
        status=int(error.status) if error else 200,
        here="plan",
        p=p,
        about=p["room_for"].format(work=kinds.get(given["resource_type"], ""), car=car, hours=hours),
        ways=[_way(ctx, way, p) for way in told["ways"]],
        given=given,
        path=PATH,
        plan=PLAN,
        summary=tuple(summary),
        stale_by=None,
    )


async def _car_title(ctx: RequestContext, car: str) -> str:
    if not car:
        return ""
    view = await ctx.platform.reading.view(ctx.person, CARS, record_id(car))
    return ctx.formatter.title(ctx.spec[CARS], view.row)


def _way(ctx: RequestContext, way: Mapping[str, Any], p: Mapping[str, str]) -> Way:
    slot = way["slot"]
    moves = [
        {
            "booking": m["booking"],
            "resource": m["to"]["resource"],
            "starts_at": m["to"]["start"],
            "ends_at": m["to"]["end"],
        }
        for m in way["moves"]
    ]
    job = {"resource": slot["resource"], "starts_at": slot["start"], "ends_at": slot["end"]}
    return Way(
        when=when(ctx, slot["start"], slot["end"]),
        who=", ".join(str(slot[n]) for n in ("resource_name", "site_name")),
        reason=way["reason"],
        moves=tuple(p["room_move"].format(consumer=m["consumer_name"], reason=m["reason"]) for m in way["moves"]),
        mine=slot["site"] == str(ctx.person.site) or "tenant_admin" in ctx.person.roles,
        site=str(slot["site_name"]),
        writes=orjson.dumps({"moves": moves, "job": job}).decode(),
    )


async def make_room(ctx: PersonContext) -> Response:
    """Move what gives way and book the job, all of it or nothing."""
    plan_meta(ctx)
    posted = await read_signed(ctx)
    given = {n: posted.get(n) for n in _ASKED}
    try:
        writes = orjson.loads(posted.get("writes"))
        moves = [{n: str(m[n]) for n in _MOVE} for m in writes["moves"]]
        job = {n: str(writes["job"][n]) for n in _MOVE[1:]}
    except (ValueError, KeyError, TypeError):
        return await _room(ctx, given)
    meta = ctx.meta(BOOKINGS)
    placed = [(record_id(m["booking"]), {n: v for n, v in m.items() if n != "booking"}) for m in moves]
    intents = [ctx.intent(meta, "update", patch, target=target, key=posted.key) for target, patch in placed]
    patch = {**job, "car": given["car"], "resource_type": given["resource_type"]}
    intents.append(ctx.intent(meta, "create", patch, key=posted.key))
    for answer in await ctx.platform.pipeline.perform_all(intents):
        if isinstance(answer, DirectAppError):
            return await _room(ctx, given, error=answer)
    ctx.cookies.append(notes.tell_done(speak_outlook(ctx.language)["room_done"], ctx.now, href=PLAN))
    start = present.read_instant(job["starts_at"])
    return ctx.go(f"{PLAN}?day={oslo_day(start)}" if start else PLAN)


ROUTES = (
    get(PATH, show_room),
    post(PATH, make_room),
)
