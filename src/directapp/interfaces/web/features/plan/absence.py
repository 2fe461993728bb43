"""Away: the bookings that an absence meets, each with the way to a new time."""

import asyncio
from uuid import UUID

import orjson
from fastapi import Response

from directapp.domains.planning.fields import ResourceBookings, Resources, ResourceTypes
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.features.plan import reads
from directapp.interfaces.web.features.plan.page import line_of
from directapp.interfaces.web.features.plan.reads import BOOKING_PATHS, name_of
from directapp.interfaces.web.features.plan.scope import BOOKINGS, PLAN, may_plan, plan_meta
from directapp.interfaces.web.features.plan.words import speak_plan
from directapp.interfaces.web.records.record import record_id
from directapp.interfaces.web.records.record_view import look_up
from directapp.store.query import Condition, Order, Query

ABSENCES, TO_MOVE = "absences", "to_move"
_MOST = 200


async def list_them(ctx: PersonContext, record: str) -> Response:
    """Go to the list: asking for it changes nothing."""
    await read_signed(ctx)
    return ctx.go(f"/app/{ABSENCES}/{record_id(record)}/do/{TO_MOVE}")


async def show_to_move(ctx: PersonContext, record: str) -> Response:
    """Show what is booked while somebody is away."""
    plan_meta(ctx)
    target = record_id(record)
    answer = await ctx.do(ctx.meta(ABSENCES), TO_MOVE, {}, target=target)
    found = orjson.loads(answer.json) if answer.json else []
    ids = [u for b in found if (u := refs.as_uuid(b[ResourceBookings.id])) is not None]
    lines, seen = await asyncio.gather(_lines(ctx, ids), look_up(ctx, ctx.meta(ABSENCES), target))
    p = speak_plan(ctx.language)
    who = ctx.formatter.value(seen.meta, "resource", seen.told).text
    path = f"/app/{ABSENCES}/{target}"
    return ctx.page(
        "plan/to_move.html",
        title=p["to_move"],
        here="plan",
        p=p,
        who=who,
        lines=lines,
        may=may_plan(ctx),
        path=path,
        here_path=f"{path}/do/{TO_MOVE}",
        plan=PLAN,
    )


async def _lines(ctx: RequestContext, ids: list[UUID]) -> list[tuple[str, str, object]]:
    if not ids:
        return []
    query = Query(
        fields=BOOKING_PATHS, filter=Condition(("id",), "in", ids), sort=(Order("starts_at"), Order("id")), limit=_MOST
    )
    rows = await reads.rows_of(ctx, BOOKINGS, query)
    kinds = {str(k[ResourceTypes.id]): name_of(k, ctx) for k in await reads.read_types(ctx)}
    meta = ctx.spec[BOOKINGS]
    return [
        (str(r[Resources.id]), ctx.formatter.value(meta, "starts_at", r).text, line_of(ctx, r, kinds)) for r in rows
    ]


ROUTES = (
    get("/app/absences/{record}/do/to_move", show_to_move),
    post("/app/absences/{record}/do/to_move", list_them),
)
