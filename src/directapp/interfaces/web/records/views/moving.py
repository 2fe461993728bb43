"""Moving a card: which states it may be moved to now and why not to the others; and the move itself."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from uuid import UUID

import orjson
from fastapi import Response

from directapp.declare.case import Case
from directapp.declare.names import STATUS
from directapp.declare.spec import CollectionMeta
from directapp.derive import forms, inputs, moves
from directapp.derive.inputs import Filling, Input
from directapp.derive.moves import Move, Try
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import page_or
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.records.covering import Act, acts_of
from directapp.interfaces.web.records.record import read_patch, record_id
from directapp.interfaces.web.records.record_view import Answered
from directapp.interfaces.web.records.views.words import WORDS, speak_views
from directapp.kernel.errors import ConflictError, DirectAppError, NotFoundError, Problem
from directapp.kernel.text import _, verbatim
from directapp.services.reading import View

MISSING = _("{label} is required.")


async def show_moves(ctx: PersonContext, collection: str, record: str, to: str = "", back: str = "") -> Response:
    """Tell where a record may be moved: as data for a drag, as a dialog, or as a page of its own."""
    meta, target = ctx.meta(collection), record_id(record)
    view = await ctx.platform.reading.view(ctx.person, collection, target)
    found = await moves_of(ctx, meta, target, view)
    if ctx.request.headers.get("accept") == "application/json":
        told = {
            m.to: {"allowed": m.allowed, "asks": bool(m.asks or m.page), "why": m.why, "label": m.label} for m in found
        }
        return Response(orjson.dumps(told), media_type="application/json")
    wanted = tuple(m for m in found if m.to == to) or found
    return await _moves_page(ctx, meta, target, view, wanted, back=back)


async def moves_of(ctx: RequestContext, meta: CollectionMeta, target: UUID, view: View) -> tuple[Move, ...]:
    """Return a move for every other state that is not the end of the way, each allowed or with the reason.

    The pipeline itself is asked, by a dry run of each thing this person could set.
    """
    flow = meta.declared.workflow
    if flow is None:
        raise NotFoundError
    tries = moves.tries_from(meta, view.row, view.writable, ctx.now)
    judged = await asyncio.gather(*(_judge(ctx, meta, target, view, t) for t in tries))
    known: dict[str, Move] = {}
    acts = acts_of(ctx, meta, view)
    for one in (_by_act(acts, m) for m in judged if m is not None):
        if one.to not in known or (one.allowed, not one.asks) > (known[one.to].allowed, not known[one.to].asks):
            known[one.to] = one
    present = view.row.get(STATUS)
    steps = {s.to for s in flow.steps if present in s.origins and s.when is not None}
    states = (s for s in flow.states if s.code != present and (not s.locked or s.code in steps))
    return tuple(
        known.get(s.code) or moves.missing_move(meta, view.row, s, view.writable, ctx.language) for s in states
    )


def _by_act(acts: Mapping[str, Act], one: Move) -> Move:
    """Return a move as the act that covers the fact it sets, where one does."""
    covering = (acts[n] for n, value in one.patch.items() if n in acts and value not in (None, False))
    act = next(covering, None) if one.allowed else None
    if act is None:
        return one
    return replace(one, patch={}, asks=(), page=act.page, why=act.blocked)


async def _judge(ctx: RequestContext, meta: CollectionMeta, target: UUID, view: View, tried: Try) -> Move | None:
    """Return where a try leads, None when it leads nowhere else."""
    case = Case(row=view.row, before=view.row, actor=ctx.person, now=ctx.now)
    if not tried.patch:
        fact = tried.asks[0]
        flow, present = meta.declared.workflow, view.row.get(STATUS)
        to = next((s.to for s in flow.steps if s.fact == fact and present in s.origins), None) if flow else None
        return _move(ctx, meta, to, tried) if to else None
    try:
        answer = await ctx.do(meta, "update", dict(tried.patch), target=target, dry_run=True)
    except NotFoundError:
        return None
    except DirectAppError as error:
        to = moves.led_to(meta, case, tried.patch)
        asked = moves.completion(meta, tried, [p.field for p in error.problems], view.writable)
        why = " ".join(dict.fromkeys(p.message.pick(ctx.language) for p in error.problems))
        return None if to == view.row.get(STATUS) else _move(ctx, meta, to, asked or tried, None if asked else why)
    return _move(ctx, meta, answer.changes[STATUS][1], tried) if STATUS in answer.changes else None


def _move(ctx: RequestContext, meta: CollectionMeta, to: str, tried: Try, why: str | None = None) -> Move:
    flow = meta.declared.workflow
    state = flow.state(to) if flow else None
    label, hue = (state.label.pick(ctx.language), state.phase.hue) if state else (to, "steel")
    return Move(to=to, label=label, hue=hue, patch=tried.patch, asks=tried.asks, why=why)


async def move(ctx: PersonContext, collection: str, record: str) -> Response:
    """Move a record: set the fact that the asked state waits for, with what the small form brought."""
    meta, target = ctx.meta(collection), record_id(record)
    posted = await read_signed(ctx)
    view = await ctx.platform.reading.view(ctx.person, collection, target)
    back = posted.get("back")
    if await ctx.sent_before(meta, "update", posted, target=target):
        return await _moved(ctx, meta, target, posted.get("to"), back)
    found = await moves_of(ctx, meta, target, view)
    wanted = next((m for m in found if m.to == posted.get("to")), None)
    if wanted is None:
        raise NotFoundError
    if wanted.page and wanted.allowed:
        return ctx.go(wanted.page)
    fields = [meta.fields[n] for n in wanted.asks]
    patch, problems = await read_patch(ctx, fields, posted)

    async def again(error: DirectAppError) -> Response:
        by_field, summary = forms.sort_problems(error.problems, meta.fields, ctx.language)
        answered = Answered(typed=posted.typed, problems=by_field, summary=summary)
        status = int(error.status)
        return await _moves_page(ctx, meta, target, view, (wanted,), back=back, answered=answered, status=status)

    async with ctx.form(again):
        _refuse(meta, wanted, patch, problems)
        given = {n: v for n, v in wanted.patch.items() if n not in wanted.asks}
        await ctx.do(meta, "update", {**given, **patch}, posted=posted, target=target)
    return await _moved(ctx, meta, target, wanted.to, back)


async def _moved(ctx: RequestContext, meta: CollectionMeta, target: UUID, to: str, back: str) -> Response:
    """Say that a record was moved, and go back to where it was moved."""
    state = meta.declared.workflow.state(to) if meta.declared.workflow else None
    path = f"/app/{meta.name}/{target}"
    text = ctx.say(WORDS["moved"]).format(to=state.label.pick(ctx.language) if state else to)
    undo = f"{path}/undo" if meta.declared.history else None
    await ctx.tell(text, meta.name, target, undo=undo, href=path)
    return ctx.go(page_or(back, path))


def _refuse(meta: CollectionMeta, wanted: Move, patch: dict[str, Any], problems: list[Problem]) -> None:
    """Refuse a move that is not allowed, or whose small form is not filled in."""
    if wanted.why is not None:
        raise ConflictError(verbatim(wanted.why))
    if problems:
        raise ConflictError(problems)
    missing = [n for n in wanted.asks if patch.get(n) in (None, "")]
    if missing:
        raise ConflictError([Problem(MISSING.fill(label=meta.fields[n].label), field=n) for n in missing])


async def _moves_page(
    ctx: RequestContext,
    meta: CollectionMeta,
    target: UUID,
    view: View,
    found: tuple[Move, ...],
    *,
    back: str,
    answered: Answered | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    answered = answered or Answered()
    asked = [meta.fields[n] for m in found if m.allowed for n in m.asks]
    small = forms.small_refs(asked, refs.SMALL)
    options = await refs.options_of(ctx, small.values())
    filling = Filling(
        language=ctx.language,
        row={f.name: view.row.get(f.name) for f in asked},
        typed=answered.typed,
        problems=answered.problems,
        refs={name: options[ref] for name, ref in small.items() if ref in options},
        names=refs.labels_in(options),
    )
    made: dict[str, Input] = {f.name: inputs.build_input(f, filling) for f in asked}
    flow = meta.declared.workflow
    near = {s.to for s in flow.steps if view.row.get(STATUS) in s.origins} if flow else set[str]()
    context: dict[str, Any] = {
        "title": ctx.say(WORDS["move_title"]).format(title=ctx.formatter.title(meta, view.row)),
        "here": meta.name,
        "v": speak_views(ctx.language),
        "action": f"/app/{meta.name}/{target}/move",
        "allowed": [(m, [made[n] for n in m.asks]) for m in found if m.allowed],
        "refused": [m for m in found if not m.allowed and (m.to in near or len(found) == 1)],
        "summary": answered.summary,
        "named": [name for name, one in made.items() if one.problems],
        "stale_by": None,
        "back": page_or(back, f"/app/{meta.name}/{target}"),
    }
    return ctx.page("views/moves.html" if ctx.partial else "views/move.html", status=status, **context)


ROUTES = (
    get("/app/{collection}/{record}/move", show_moves),
    post("/app/{collection}/{record}/move", move),
)
