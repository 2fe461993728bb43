"""One booking: what it is, its next steps, and a form that moves it without dragging."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.declare.kinds import Kind
from directapp.derive import forms, inputs, present
from directapp.derive.forms import Complaint
from directapp.derive.inputs import Filling
from directapp.domains.planning.fields import ResourceBookings, Resources, ResourceTypes
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.core.typed import meant_moment
from directapp.interfaces.web.features.plan import reads
from directapp.interfaces.web.features.plan.moves import back_of, done, patch_of
from directapp.interfaces.web.features.plan.page import MARKS, car_page
from directapp.interfaces.web.features.plan.scope import BOOKINGS, PLAN, plan_meta, read_scope
from directapp.interfaces.web.features.plan.words import say, speak_plan
from directapp.interfaces.web.records.record import read_patch, record_id
from directapp.interfaces.web.records.record_view import look_up
from directapp.kernel.errors import DirectAppError, NotFoundError

_FACTS = ("resource_type", "resource", "person", "provider", "consumer", "estimated_hours", "actual_hours", "note")
_TIMES = ("starts_at", "ends_at")
_MOVABLE = (*_TIMES, "resource")
_QUARTER = timedelta(minutes=15)


async def show_booking(ctx: PersonContext, booking: str) -> Response:
    """Show a booking: as a dialog over the plan, or as a page."""
    return await booking_page(ctx, record_id(booking))


async def booking_page(
    ctx: RequestContext,
    target: UUID,
    *,
    summary: Sequence[Complaint] = (),
    typed: dict[str, str] | None = None,
    back: str = "",
    status: int = HTTPStatus.OK,
) -> Response:
    """Return the booking's page, with what was refused above it."""
    meta = plan_meta(ctx)
    seen = await look_up(ctx, meta, target)
    row, tell = seen.view.row, ctx.formatter.value
    resources = []
    if "resource" in seen.view.writable:
        scope = read_scope(ctx, {"site": str(row.get(ResourceBookings.provider) or "")})
        kinds = [
            k
            for k in await reads.read_types(ctx)
            if str(k[ResourceTypes.id]) == str(row[ResourceBookings.resource_type])
        ]
        able = {k[ResourceTypes.work] for k in kinds}
        rows = await reads.read_resources(ctx, scope, kinds)
        resources = [
            (str(r[Resources.id]), str(r[Resources.name])) for r in rows if able & set(r.get(Resources.does) or ())
        ]
    p = speak_plan(ctx.language)
    facts = [(meta.fields[n].label.pick(ctx.language), tell(meta, n, seen.told)) for n in _FACTS]
    offers = [o for o in seen.view.offers if o.verb.name not in {"find_slots", "find_chains"} and o.blocked is None]
    context: dict[str, Any] = {
        "title": ctx.formatter.title(ctx.spec["cars"], seen.told["car"]) if seen.told.get("car") else p["booking"],
        "here": "plan",
        "p": p,
        "record": seen,
        "status_chip": tell(meta, "status", seen.told),
        "marks": [p[f"mark_{m}"] for m in MARKS if row.get(m)],
        "time": (tell(meta, "starts_at", row), tell(meta, "ends_at", row)),
        "facts": [(label, value) for label, value in facts if value],
        "moves": set(_MOVABLE) <= seen.view.writable,
        "values": {
            "starts_at": present.input_instant(row[ResourceBookings.starts_at]),
            "ends_at": present.input_instant(row[ResourceBookings.ends_at]),
            "resource": str(row.get(ResourceBookings.resource) or ""),
        }
        | (typed or {}),
        "resources": resources,
        "elsewhere": None if resources else say("elsewhere_one", ctx.language, site=_provider(ctx, seen)),
        "offers": [(o.verb, _inputs(ctx, o.verb.params, _given(o.verb.name, row))) for o in offers],
        "summary": tuple(summary),
        "stale_by": None,
        "car_href": car_page(row),
        "slot_href": f"{PLAN}/book?booking={target}" if set(_MOVABLE) <= seen.view.writable else None,
        "back": back_of(ctx, back),
    }
    return ctx.page("plan/booking_part.html" if ctx.partial else "plan/booking.html", status=status, **context)


def _provider(ctx: RequestContext, seen: Record) -> str:
    """Return the site that does the work."""
    return ctx.formatter.value(seen.meta, "provider", seen.told).text


def _given(verb: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands in the form of a verb at first: a copy at the same clock, a split in the middle."""
    start, end = (present.read_instant(row[n]) for n in _TIMES)
    if start is None or end is None:
        return {}
    middle = start + round((end - start) / 2 / _QUARTER) * _QUARTER
    return {"copy": {"starts_at": start.isoformat()}, "split": {"at": middle.isoformat()}}.get(verb, {})


def _inputs(ctx: RequestContext, fields: Sequence[Any], given: Mapping[str, Any]) -> list[inputs.Input]:
    filling = Filling(language=ctx.language, row=given)
    made = (inputs.build_input(f, filling) for f in fields if f.kind is not Kind.REF)
    return [i for i in made if i.control != "none"]


async def move_booking(ctx: PersonContext, booking: str) -> Response:
    """Move a booking to the time and resource of the form."""
    meta, target = plan_meta(ctx), record_id(booking)
    posted = await read_signed(ctx)
    typed = patch_of(posted, _MOVABLE)
    patch = typed | {n: meant_moment(typed[n], ctx.now) for n in _TIMES if n in typed}

    async def again(error: DirectAppError) -> Response:
        _, summary = forms.sort_problems(error.problems, meta.fields, ctx.language)
        return await booking_page(
            ctx, target, summary=summary, typed=typed, back=posted.get("back"), status=int(error.status)
        )

    async with ctx.form(again):
        await ctx.do(meta, "update", patch, posted=posted, target=target, version=posted.version)
    await done(ctx, "moved", target, undo=True, back=posted.get("back"))
    return ctx.go(back_of(ctx, posted.get("back")))


async def do_verb(ctx: PersonContext, booking: str, verb: str) -> Response:
    """Do a verb to a booking and go back to the plan."""
    meta, target = plan_meta(ctx), record_id(booking)
    found = meta.verb(verb)
    if found is None or found.on != "record":
        raise NotFoundError
    posted = await read_signed(ctx)
    patch, problems = await read_patch(ctx, list(found.params), posted)
    made: UUID | None = None
    try:
        if not problems:
            made = (await ctx.do(meta, verb, patch, posted=posted, target=target, version=posted.version)).record
    except NotFoundError:
        raise
    except DirectAppError as error:
        problems = list(error.problems)
    if problems:
        _, summary = forms.sort_problems(problems, meta.fields, ctx.language)
        return await booking_page(
            ctx, target, summary=summary, back=posted.get("back"), status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    label, back = found.label.pick(ctx.language), back_of(ctx, posted.get("back"))
    # What was made beside the booking is not taken back with it.
    undo = f"/app/{BOOKINGS}/{target}/undo" if made in {None, target} else None
    await ctx.tell(label, BOOKINGS, target, undo=undo, href=back)
    return ctx.go(back_of(ctx, posted.get("back")))


ROUTES = (
    get("/app/plan/booking/{booking}", show_booking),
    post("/app/plan/booking/{booking}", move_booking),
    post("/app/plan/booking/{booking}/do/{verb}", do_verb),
)
