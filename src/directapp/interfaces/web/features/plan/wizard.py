"""The wizard: car, work, hours, a free time, confirm. Plain pages, so that it works anywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Response

from directapp.derive import forms, present
from directapp.derive.forms import Complaint
from directapp.derive.shown import readable_anywhere
from directapp.domains.planning.fields import ResourceBookings, Resources, ResourceTypes
from directapp.interfaces.web.core import notes, refs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import Posted, page_or
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.typed import meant_moment
from directapp.interfaces.web.core.words import WORDS as COMMON
from directapp.interfaces.web.features.plan import reads
from directapp.interfaces.web.features.plan.moves import back_of, done
from directapp.interfaces.web.features.plan.reads import Rows, name_of
from directapp.interfaces.web.features.plan.scope import BOOKINGS, CARS, PLAN, may_plan, plan_meta, read_scope
from directapp.interfaces.web.features.plan.slots import Found, Slot, find_slots, find_ways, params_of, read_slot, when
from directapp.interfaces.web.features.plan.usual import makes_templates, templates_of
from directapp.interfaces.web.features.plan.waiting import BOOK, waiting_of, wants_of
from directapp.interfaces.web.features.plan.words import say, speak_plan
from directapp.interfaces.web.records.record import record_id
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import DirectAppError, ForbiddenError, NotFoundError, ReusedKeyError
from directapp.services.intent import Answer, Intent
from directapp.store.query import Condition, Query

CHAIN = "chain"
STEPS = ("step_car", "step_kind", "step_slot", "step_confirm")
_ASKED = ("car", "type", "template", "booking", "hours", "earliest", "latest", "back")


async def show_step(ctx: PersonContext) -> Response:
    """Show the step that comes next."""
    plan_meta(ctx)
    if not may_plan(ctx):
        raise ForbiddenError
    given = {n: ctx.request.query_params.get(n, "") for n in _ASKED}
    chosen = [s for text in ctx.request.query_params.getlist("slot") if (s := read_slot(text)) is not None]
    if given["booking"]:
        given |= await _of_booking(ctx, record_id(given["booking"]), given)
    if not given["car"]:
        return await _choose_car(ctx)
    kinds = await reads.read_types(ctx)
    if not given["type"]:
        return await _choose_kind(ctx, given, kinds)
    if not chosen:
        return await _choose_slot(ctx, given, kinds)
    return await _confirm(ctx, given, chosen, kinds)


async def _of_booking(ctx: RequestContext, target: UUID, given: Mapping[str, str]) -> dict[str, str]:
    """Return what a booking that is to be moved says of itself."""
    row = (await ctx.platform.reading.view(ctx.person, BOOKINGS, target)).row
    start, end = (
        present.read_instant(row[ResourceBookings.starts_at]),
        present.read_instant(row[ResourceBookings.ends_at]),
    )
    hours = (end - start).total_seconds() / 3600 if start and end else 0
    return {
        "car": str(row[ResourceBookings.car]),
        "type": str(row[ResourceBookings.resource_type]),
        "hours": given["hours"] or f"{round(hours, 2):g}",
    }


def _page(ctx: RequestContext, step: int, template: str, *, status: int = HTTPStatus.OK, **context: Any) -> Response:
    p = speak_plan(ctx.language)
    steps = [(p[name], n == step, n < step) for n, name in enumerate(STEPS)]
    common: dict[str, Any] = {"here": "plan", "p": p, "steps": steps, "path": BOOK, "back": back_of(ctx)}
    return ctx.page(template, status=status, **{"summary": (), "stale_by": None} | common | context)


async def _choose_car(ctx: RequestContext) -> Response:
    typed = ctx.request.query_params.get("q", "").strip()
    kinds = await reads.read_types(ctx)
    rows = await reads.read_waiting(ctx, read_scope(ctx, {}))
    found = await refs.search_titles(ctx, ctx.spec[CARS], typed) if typed else []
    return _page(
        ctx,
        0,
        "plan/book_car.html",
        title=speak_plan(ctx.language)["choose_car"],
        waiting=waiting_of(ctx, rows[: reads.MOST_CARS], kinds),
        found=found,
        typed=typed,
    )


async def _car(ctx: RequestContext, car: str) -> tuple[dict[str, Any], str]:
    """Return a car's row as far as it is read, and what it is called."""
    meta, target = ctx.spec[CARS], record_id(car)
    fields = tuple((n,) for n in readable_anywhere(ctx.person, meta))
    rows = await ctx.rows(CARS, Query(fields=fields, filter=_is(target), limit=1))
    if not rows:
        raise NotFoundError
    return rows[0], ctx.formatter.title(meta, rows[0])


def _is(target: UUID) -> Condition:
    return Condition(("id",), "eq", target)


async def _choose_kind(ctx: RequestContext, given: Mapping[str, str], kinds: Rows) -> Response:
    row, title = await _car(ctx, given["car"])
    wants = wants_of(ctx, row, kinds)
    wanted = {w.kind for w in wants}
    others = [
        (name_of(k, ctx), _to(given, type=str(k[ResourceTypes.id])))
        for k in kinds
        if str(k[ResourceTypes.id]) not in wanted
    ]
    chain = _to(given, type=CHAIN) if len(wants) > 1 else None
    templates = [(t.name, t.about, _to(given, type=CHAIN, template=t.id)) for t in await templates_of(ctx, row, kinds)]
    words = say("book_car", ctx.language, car=title)
    return _page(
        ctx,
        1,
        "plan/book_kind.html",
        title=words,
        wants=wants,
        others=others,
        chain=chain,
        templates=templates,
        edits="/app/booking_templates" if makes_templates(ctx) else None,
        row=row,
    )


def _to(given: Mapping[str, str], **more: str) -> str:
    return f"{BOOK}?{urlencode({n: v for n, v in {**given, **more}.items() if v})}"


async def _choose_slot(ctx: RequestContext, given: Mapping[str, str], kinds: Rows) -> Response:
    row, title = await _car(ctx, given["car"])
    chain = given["type"] == CHAIN
    summary: Sequence[Complaint] = ()
    status = HTTPStatus.OK
    values = _when(ctx, given) | {n: given[n] for n in ("car", "template")}
    try:
        if chain:
            found = await find_ways(ctx, values)
        else:
            del values["template"]
            found = await find_slots(ctx, values | {"resource_type": given["type"], "hours": _number(given["hours"])})
    except NotFoundError:
        raise
    except DirectAppError as error:
        found, status = Found(), error.status
        _, summary = forms.sort_problems(error.problems, params_of(ctx, "find_slots"), ctx.language)
    if chain:
        templates = {t.id: t.name for t in await templates_of(ctx, row, kinds)} if given["template"] else {}
        kind = templates.get(given["template"], speak_plan(ctx.language)["whole_chain"])
    else:
        kind = next((name_of(k, ctx) for k in kinds if str(k[ResourceTypes.id]) == given["type"]), "")
    return _page(
        ctx,
        2,
        "plan/book_slot.html",
        status=status,
        title=say("book_car", ctx.language, car=title),
        kind=kind,
        kind_names={str(k[ResourceTypes.id]): name_of(k, ctx) for k in kinds},
        given=given,
        chain=chain,
        found=found,
        hours=given["hours"] or present.input_number(found.hours, ctx.language),
        summary=tuple(summary),
        promised=ctx.formatter.value(ctx.spec[CARS], "delivery_date", row),
        to=lambda slots: _to(given, hours=given["hours"]) + "".join(f"&{urlencode({'slot': s.code})}" for s in slots),
        room=_room({**given, **_when(ctx, given)}),
        manual=_typed(given, "" if chain else given["type"]),
    )


def _when(ctx: RequestContext, given: Mapping[str, str]) -> dict[str, str]:
    """Return between which times a free one is asked for, as typed from where one stands."""
    return {n: meant_moment(given[n], ctx.now) for n in ("earliest", "latest")}


def _room(given: Mapping[str, str]) -> str:
    asked = {n: given[n] for n in ("car", "hours", "earliest", "latest") if given[n]}
    return f"{PLAN}/room?{urlencode({**asked, 'resource_type': given['type']})}"


def _typed(given: Mapping[str, str], kind: str) -> str:
    return f"/app/{BOOKINGS}/new?{urlencode({'car': given['car'], 'resource_type': kind})}"


def _number(text: str) -> str:
    return text.replace(",", ".").strip()


async def _confirm(
    ctx: RequestContext,
    given: Mapping[str, str],
    chosen: Sequence[Slot],
    kinds: Rows,
    *,
    summary: Sequence[Complaint] = (),
    status: int = HTTPStatus.OK,
) -> Response:
    _, title = await _car(ctx, given["car"])
    names = await refs.names_of(ctx, {"resources": [s.resource for s in chosen], "users": [s.person for s in chosen]})
    kind_names = {str(k[ResourceTypes.id]): name_of(k, ctx) for k in kinds}
    shown = [replace(s, when=when(ctx, s.start, s.end), name=names.get(s.resource, "")) for s in chosen]
    asks = [
        s
        for s in chosen
        if not s.person
        and any(k[ResourceTypes.requires_assignment] for k in kinds if str(k[ResourceTypes.id]) == s.kind)
    ]
    return _page(
        ctx,
        3,
        "plan/book_confirm.html",
        status=status,
        title=say("book_car", ctx.language, car=title),
        given=given,
        slots=shown,
        kind_names=kind_names,
        people=await _people(ctx, kinds, asks) if asks else [],
        asks={s.code for s in asks},
        again=_to({n: v for n, v in given.items() if n != "booking" or v}),
        summary=tuple(summary),
    )


async def _people(ctx: RequestContext, kinds: Rows, asks: Sequence[Slot]) -> list[tuple[str, str]]:
    """Return who may do the work of a place that is nobody's own."""
    works = {k[ResourceTypes.work] for k in kinds if str(k[ResourceTypes.id]) in {s.kind for s in asks}}
    rows = await reads.read_resources(ctx, read_scope(ctx, {}), kinds)
    return [
        (str(r[Resources.person]), str(r[Resources.name]))
        for r in rows
        if r.get(Resources.person) and works & set(r.get(Resources.does) or ())
    ]


async def book(ctx: PersonContext) -> Response:
    """Book the chosen time, or all of a chain, or move the booking that asked for a new one."""
    plan_meta(ctx)
    posted = await read_signed(ctx)
    chosen = [s for text in posted.typed.get("slot", []) if (s := read_slot(text)) is not None]
    given = {n: posted.get(n) for n in _ASKED}
    if not chosen or not given["car"]:
        raise NotFoundError
    target = record_id(given["booking"]) if given["booking"] else None
    answers: list[Answer | DirectAppError]
    try:
        answers = await ctx.platform.pipeline.perform_all(
            [_intent(ctx, posted, given, slot, target) for slot in chosen]
        )
    except ReusedKeyError:
        answers = [ReusedKeyError(COMMON["sent_before"])]
    refused = [a for a in answers if isinstance(a, DirectAppError)]
    if any(isinstance(error, NotFoundError) for error in refused):
        raise NotFoundError
    if refused:
        # All of it or nothing: what was chosen stands as it was.
        problems = [problem for error in refused for problem in error.problems]
        _, summary = forms.sort_problems(problems, ctx.spec[BOOKINGS].fields, ctx.language)
        kinds = await reads.read_types(ctx)
        return await _confirm(ctx, given, chosen, kinds, summary=summary, status=int(refused[0].status))
    made = [a.record for a in answers if not isinstance(a, DirectAppError) and a.record is not None]
    if len(made) == 1:
        await done(ctx, "moved" if given["booking"] else "booked", made[0], undo=bool(given["booking"]))
    else:
        words = say("chain_booked", ctx.language, all=len(made))
        ctx.cookies.append(notes.tell_done(words, ctx.now, href=PLAN))
    return ctx.go(page_or(given["back"], _there(chosen)))


def _there(chosen: Sequence[Slot]) -> str:
    """Return the plan's week in which the first of these is."""
    start = present.read_instant(chosen[0].start)
    return f"{PLAN}?day={oslo_day(start)}" if start else PLAN


def _intent(ctx: RequestContext, posted: Posted, given: Mapping[str, str], slot: Slot, target: UUID | None) -> Intent:
    """Return what books one slot, or moves the booking that asked for a new one."""
    person = slot.person or posted.get("person")
    patch: dict[str, Any] = {"starts_at": slot.start, "ends_at": slot.end, "resource": slot.resource}
    patch |= {"person": person} if person else {}
    if target is None:
        patch |= {"car": given["car"], "resource_type": slot.kind}
        patch |= {name: v for name in ("note", "pinned") if (v := posted.get(name))}
    return ctx.intent(
        ctx.meta(BOOKINGS),
        "update" if target else "create",
        patch,
        target=target,
        key=posted.key,
        confirmed=posted.get("_confirm") == "1",
    )


ROUTES = (
    get("/app/plan/book", show_step),
    post("/app/plan/book", book),
)
