"""Acts: verbs with their small forms, facts set with one tap, undo and delete."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta
from directapp.declare.verbs import Verb
from directapp.derive import forms, inputs
from directapp.derive.inputs import Filling
from directapp.interfaces.web.core import notes, refs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import Posted, page_or
from directapp.interfaces.web.core.posted import read_signed, tapped_at
from directapp.interfaces.web.core.words import WORDS
from directapp.interfaces.web.records.lists import collection_verbs
from directapp.interfaces.web.records.record import UnresolvedError, read_patch, record_id
from directapp.interfaces.web.records.record_view import Answered, look_up, page_context
from directapp.kernel.errors import DirectAppError, ForbiddenError, NotFoundError
from directapp.services.intent import Answer
from directapp.services.undo import UNDO


def _verb(ctx: RequestContext, meta: CollectionMeta, name: str, *, on_record: bool) -> Verb:
    verb = meta.verb(name)
    if verb is None or (verb.on == "record") != on_record:
        raise NotFoundError
    if not on_record and verb not in collection_verbs(ctx, meta):
        raise ForbiddenError
    return verb


def _path(meta: CollectionMeta, record: UUID | None) -> str:
    return f"/app/{meta.name}/{record}" if record else f"/app/{meta.name}"


async def show_act(ctx: PersonContext, collection: str, verb: str, record: str | None = None) -> Response:
    """Show a verb's form: in its place on the page, or as a page of its own."""
    meta = ctx.meta(collection)
    found = _verb(ctx, meta, verb, on_record=record is not None)
    given = {n: [v] for n, v in ctx.request.query_params.items()}
    return await _act_page(ctx, meta, found, record_id(record) if record else None, Answered(typed=given))


async def _act_page(
    ctx: RequestContext,
    meta: CollectionMeta,
    verb: Verb,
    target: UUID | None,
    answered: Answered,
    *,
    status: int = HTTPStatus.OK,
) -> Response:
    small = forms.small_refs(verb.params, refs.SMALL)
    options = await refs.options_of(ctx, small.values())
    wanted: dict[str, list[str]] = {}
    for item in verb.params:
        if item.kind is Kind.REF and item.ref and item.name not in small:
            wanted.setdefault(item.ref, []).extend(answered.typed.get(item.name, ()))
    filling = Filling(
        language=ctx.language,
        row={f.name: f.default for f in verb.params if not callable(f.default)} | await _held(ctx, meta, verb, target),
        typed=answered.typed,
        problems=answered.problems,
        refs={name: options[ref] for name, ref in small.items() if ref in options},
        names={**refs.labels_in(options), **await refs.names_of(ctx, wanted)},
        actor=ctx.person,
    )
    made = [i for f in verb.params if (i := inputs.build_input(f, filling)).control != "none"]
    context: dict[str, Any] = {
        "verb": verb,
        "inputs": made,
        "action": f"{_path(meta, target)}/do/{verb.name}",
        "cancel": _path(meta, target),
        "version": ctx.request.query_params.get("version"),
        "summary": answered.summary,
        "stale_by": None,
        "here": meta.name,
        "title": verb.label.pick(ctx.language),
        "plural": meta.declared.plural.pick(ctx.language),
    }
    if ctx.partial:
        return ctx.page("parts/act.html", status=status, **context)
    if target is not None:
        seen = await look_up(ctx, meta, target)
        context["subject"] = ctx.formatter.title(meta, seen.told)
    return ctx.page("act.html", status=status, **{"subject": None, **context})


async def _held(ctx: RequestContext, meta: CollectionMeta, verb: Verb, target: UUID | None) -> dict[str, Any]:
    """Return what a record holds of the lists that a verb asks for: a list is changed from what it is."""
    lists = [f.name for f in verb.params if f.kind is Kind.CHOICES and f.name in meta.fields]
    if target is None or not lists:
        return {}
    row = (await look_up(ctx, meta, target)).view.row
    return {name: row.get(name) for name in lists}


async def act(ctx: PersonContext, collection: str, verb: str, record: str | None = None) -> Response:
    """Do a verb."""
    meta = ctx.meta(collection)
    target = record_id(record) if record else None
    found = _verb(ctx, meta, verb, on_record=target is not None)
    posted = await read_signed(ctx)
    patch, problems = await read_patch(ctx, list(found.params), posted)
    async with ctx.form(lambda error: _refused(ctx, meta, found, target, posted=posted, error=error)):
        if problems:
            raise UnresolvedError(problems)
        answer = await ctx.do(meta, verb, patch, posted=posted, target=target, version=posted.version)
    told = ctx.platform.shown_once(found, answer)
    if told:
        return _show_once(ctx, meta, found, _path(meta, target or answer.record), told)
    return await _acted(ctx, meta, found, target, answer)


async def _refused(
    ctx: RequestContext, meta: CollectionMeta, verb: Verb, target: UUID | None, *, posted: Posted, error: DirectAppError
) -> Response:
    fields = {f.name: f for f in verb.params}
    by_field, summary = forms.sort_problems(error.problems, fields, ctx.language)
    answered = Answered(typed=posted.typed, problems=by_field, summary=summary)
    if verb.params or target is None:
        return await _act_page(ctx, meta, verb, target, answered, status=int(error.status))
    context = await page_context(ctx, await look_up(ctx, meta, target), Answered(summary=summary))
    return ctx.page("record.html", status=int(error.status), **context)


def _show_once(ctx: RequestContext, meta: CollectionMeta, verb: Verb, back: str, told: dict[str, str]) -> Response:
    title = verb.label.pick(ctx.language)
    shown = [(s.name, ctx.say(s.label), ctx.say(s.help), told[s.name]) for s in verb.secrets]
    template = "parts/shown_once.html" if ctx.partial else "shown_once.html"
    return ctx.page(template, here=meta.name, title=title, shown=shown, back=back)


async def _acted(
    ctx: RequestContext, meta: CollectionMeta, verb: Verb, target: UUID | None, answer: Answer
) -> Response:
    """Go where the act led: the record, the one it answered with, or the list when it left our sight."""
    label = verb.label.pick(ctx.language)
    there = meta if target is not None else ctx.spec.get(answer.collection or "") or meta
    record = target or answer.record
    visible = record is not None and await _sees(ctx, there, record)
    path = _path(there, record if visible else None)
    # What the act made elsewhere is not the record's own last change: undoing that would take back something else.
    acted_on = target or answer.acted_on
    undoable = acted_on is not None and visible and meta.declared.history and answer.record in {None, acted_on}
    undo = f"{path}/{UNDO.name}" if undoable else None
    if record is not None and visible:
        await ctx.tell(label, there.name, record, undo=undo, href=path)
    else:
        ctx.cookies.append(notes.tell_done(label, ctx.now, href=path))
    return ctx.go(path)


async def _sees(ctx: RequestContext, meta: CollectionMeta, record: UUID) -> bool:
    try:
        await ctx.one(meta.name, record, (("id",),))
    except NotFoundError:
        return False
    return True


async def set_fact(ctx: PersonContext, collection: str, record: str, name: str) -> Response:
    """Set a fact with one tap: it happened when it was tapped, or yes."""
    meta, target = ctx.meta(collection), record_id(record)
    item = meta.fields.get(name)
    posted = await read_signed(ctx)
    if item is None or item.kind not in {Kind.INSTANT, Kind.BOOLEAN}:
        raise NotFoundError
    value: Any = True if item.kind is Kind.BOOLEAN else tapped_at(posted, ctx.now)

    async def again(error: DirectAppError) -> Response:
        # Nothing was typed: the reason stands at the top, where the tap was, and marks no input far below.
        _, summary = forms.sort_problems(error.problems, meta.fields, ctx.language)
        context = await page_context(ctx, await look_up(ctx, meta, target), Answered(summary=summary))
        return ctx.page("record.html", status=int(error.status), **context)

    async with ctx.form(again):
        await ctx.do(meta, "update", {name: value}, posted=posted, target=target)
    path = _path(meta, target)
    text = item.label.pick(ctx.language)
    await ctx.tell(text, meta.name, target, undo=f"{path}/{UNDO.name}", href=path)
    return ctx.go(path if await _sees(ctx, meta, target) else _path(meta, None))


async def undo(ctx: PersonContext, collection: str, record: str) -> Response:
    """Take the last change back, within a minute."""
    meta, target = ctx.meta(collection), record_id(record)
    posted = await read_signed(ctx)
    ctx.cookies.append(notes.forget_done())

    async def again(error: DirectAppError) -> Response:
        _, summary = forms.sort_problems(error.problems, {}, ctx.language)
        context = await page_context(ctx, await look_up(ctx, meta, target), Answered(summary=summary))
        return ctx.page("record.html", status=int(error.status), **context)

    async with ctx.form(again):
        await ctx.do(meta, UNDO.name, {}, posted=posted, target=target)
    await ctx.tell(ctx.say(WORDS["undone"]), meta.name, target)
    back = page_or(posted.get("back"), "")
    return ctx.go(back or _path(meta, target if await _sees(ctx, meta, target) else None))


async def delete(ctx: PersonContext, collection: str, record: str) -> Response:
    """Delete a record, where the declaration lets anyone."""
    meta, target = ctx.meta(collection), record_id(record)
    posted = await read_signed(ctx)
    await ctx.do(meta, "delete", {}, posted=posted, target=target, version=posted.version)
    text = f"{ctx.say(WORDS['deleted_now'])}: {meta.declared.label.pick(ctx.language)}"
    ctx.cookies.append(notes.tell_done(text, ctx.now))
    return ctx.go(page_or(posted.get("back"), _path(meta, None)))


ROUTES = (
    get("/app/{collection}/do/{verb}", show_act),
    post("/app/{collection}/do/{verb}", act),
    get("/app/{collection}/{record}/do/{verb}", show_act),
    post("/app/{collection}/{record}/do/{verb}", act),
    post("/app/{collection}/{record}/fact/{name}", set_fact),
    post("/app/{collection}/{record}/undo", undo),
    post("/app/{collection}/{record}/delete", delete),
)
