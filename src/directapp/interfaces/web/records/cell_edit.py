"""Editing a cell: one field of one row, in its place in the list, through the same pipeline as a form."""

from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.declare.fields import Field
from directapp.declare.spec import CollectionMeta
from directapp.derive import forms, inputs, tables
from directapp.derive.questions import Address
from directapp.derive.shown import writable_anywhere
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import Posted, page_or
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.core.words import WORDS
from directapp.interfaces.web.records.covering import steps_of
from directapp.interfaces.web.records.lists import listing_of, record_verbs
from directapp.interfaces.web.records.record import UnresolvedError, read_patch, record_id, stale_answer
from directapp.interfaces.web.records.record_view import Answered, filling_of, look_up
from directapp.interfaces.web.records.views.words import WORDS as VIEW_WORDS
from directapp.kernel.errors import DirectAppError, NotFoundError, StaleError

_SHUT = 409


def _field(ctx: RequestContext, meta: CollectionMeta, name: str) -> Field:
    item = meta.fields.get(name)
    if item is None or name not in tables.editable(meta, writable_anywhere(ctx.person, meta)):
        raise NotFoundError
    return item


async def show_cell(ctx: PersonContext, collection: str, record: str, name: str) -> Response:
    """Show the input of a cell, or say why there is none in this row; without a script, the record's own form."""
    meta, target = ctx.meta(collection), record_id(record)
    item = _field(ctx, meta, name)
    seen = await look_up(ctx, meta, target)
    if not ctx.partial:
        return ctx.go(f"{seen.path}#{name}")
    if name not in seen.view.writable:
        return ctx.page("parts/cell_shut.html", status=_SHUT, why=_why_shut(ctx, seen), act=None)
    covered = {s.fact.field.name: s.act for s in steps_of(ctx, meta, seen.view)}
    if act := covered.get(name):
        return ctx.page("parts/cell_shut.html", status=_SHUT, why=act.blocked or "", act=act)
    return await _editor(ctx, seen, item, Answered())


def _why_shut(ctx: RequestContext, seen: Record) -> str:
    flow = seen.meta.declared.workflow
    state = flow.state(seen.view.row.get("status")) if flow else None
    if state is not None and state.locked:
        return ctx.say(WORDS["read_only"]).format(state=ctx.say(state.label))
    return ctx.say(WORDS["read_only_cell"])


async def _editor(ctx: RequestContext, seen: Record, item: Field, answered: Answered, *, status: int = 200) -> Response:
    filling = await filling_of(ctx, seen, [item], answered)
    made = inputs.build_input(item, filling)
    return ctx.page(
        "parts/cell.html",
        status=status,
        i=made,
        base=inputs.base_of([made]),
        action=f"{seen.path}/cell/{item.name}",
        version=seen.version,
        stale_by=answered.stale_by,
        asks=answered.summary,
        others=[c for c in answered.summary if c.name != item.name],
    )


async def save_cell(ctx: PersonContext, collection: str, record: str, name: str) -> Response:
    """Save a cell and answer with its row as it is now."""
    meta, target = ctx.meta(collection), record_id(record)
    item = _field(ctx, meta, name)
    posted = await read_signed(ctx)
    patch, problems = await read_patch(ctx, [item], posted)
    async with ctx.form(lambda error: _again(ctx, meta, target, item, posted=posted, patch=patch, error=error)):
        if problems:
            raise UnresolvedError(problems)
        if patch:
            await ctx.do(meta, "update", patch, posted=posted, target=target, version=posted.version)
    back = page_or(posted.get("_back"), f"/app/{meta.name}/{target}")
    if patch:
        text = f"{ctx.say(WORDS['saved'])}: {item.label.pick(ctx.language)}"
        undo = f"/app/{meta.name}/{target}/undo" if meta.declared.history else None
        await ctx.tell(text, meta.name, target, undo=undo, href=back)
    return await _row(ctx, meta, target, posted) if ctx.partial else ctx.go(back)


async def _again(
    ctx: RequestContext,
    meta: CollectionMeta,
    target: UUID,
    item: Field,
    *,
    posted: Posted,
    patch: dict[str, Any],
    error: DirectAppError,
) -> Response:
    """Show the input again with what was typed and what is wrong, a stale one with both values."""
    seen = await look_up(ctx, meta, target)
    by_field, summary = forms.sort_problems(error.problems, meta.fields, ctx.language)
    answered = Answered(typed=posted.typed, problems=by_field, summary=summary)
    if isinstance(error, StaleError):
        answered = await stale_answer(ctx, seen, posted, patch, error)
    return await _editor(ctx, seen, item, answered, status=int(error.status))


async def _row(ctx: RequestContext, meta: CollectionMeta, target: UUID, posted: Posted) -> Response:
    """Answer with the row in the columns of the list it stands in; nothing where it left the reader's sight."""
    asked = (("columns", posted.get("_columns")), ("id", str(target)), ("all", "1"))
    listing = listing_of(ctx, meta, Address(f"/app/{meta.name}", asked))
    rows = await ctx.rows(meta.name, listing.query)
    return ctx.page(
        "parts/cell_saved.html",
        columns=tables.columns_of(listing, ctx.language),
        rows=tables.rows_of(ctx.formatter, listing, rows),
        pick=ctx.say(VIEW_WORDS["pick"]) if record_verbs(ctx, meta) else "",
    )


ROUTES = (
    get("/app/{collection}/{record}/cell/{name}", show_cell),
    post("/app/{collection}/{record}/cell/{name}", save_cell),
)
