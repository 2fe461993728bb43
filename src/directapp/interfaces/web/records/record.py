"""Records: the page of any record, creating one, and saving its groups."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta
from directapp.derive import forms, inputs, present
from directapp.derive.inputs import SEARCHED, Filling
from directapp.derive.shown import Shown, writable_anywhere
from directapp.interfaces.web.core import notes, refs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import CreatePart, Features, get, post
from directapp.interfaces.web.core.form import Posted, page_or
from directapp.interfaces.web.core.posted import read_signed, tapped_at
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.core.typed import meant
from directapp.interfaces.web.core.words import WORDS
from directapp.interfaces.web.records.lists import may_create
from directapp.interfaces.web.records.record_view import Answered, look_up, page_context
from directapp.kernel.errors import DirectAppError, ForbiddenError, NotFoundError, Problem, StaleError
from directapp.kernel.text import Within


async def lost(_: PersonContext) -> Response:
    """Say that there is no such page."""
    raise NotFoundError(WORDS["not_found"])


def record_id(text: str) -> UUID:
    """Return an id out of an address (NotFoundError: it is none)."""
    found = refs.as_uuid(text)
    if found is None:
        raise NotFoundError
    return found


async def show_record(ctx: PersonContext, collection: str, record: str) -> Response:
    """Show a record's page."""
    seen = await look_up(ctx, ctx.meta(collection), record_id(record))
    return ctx.page("record.html", **await page_context(ctx, seen))


async def show_new(ctx: PersonContext, collection: str) -> Response:
    """Show the form of a new record; the address may say what stands in it already."""
    meta = ctx.meta(collection)
    if not may_create(ctx, meta):
        raise ForbiddenError
    given = {n: [v] for n, v in ctx.request.query_params.items() if n in meta.fields}
    return await new_page(ctx, meta, Answered(typed=given))


async def new_page(
    ctx: RequestContext,
    meta: CollectionMeta,
    answered: Answered,
    status: int = 200,
    *,
    posted: Posted | None = None,
    loaded: Mapping[str, Any] | None = None,
) -> Response:
    """Show the form of a new record with what was typed and ``posted``.

    ``loaded`` stands in place of what the parts of features load for themselves.
    """
    features = ctx.services.get(Features)
    elsewhere = frozenset(name for part in features.parts(meta.name) for name in part.fields)
    writable = writable_anywhere(ctx.person, meta, create=True) - elsewhere
    fields = [meta.fields[n] for n in writable]
    small = forms.small_refs(fields, refs.SMALL)
    options = await refs.options_of(ctx, small.values())
    wanted: dict[str, list[str]] = {}
    for item in fields:
        if item.kind is Kind.REF and item.ref and item.name not in small and (text := answered.typed.get(item.name)):
            wanted.setdefault(item.ref, []).extend(text)
    filling = Filling(
        language=ctx.language,
        row={f.name: f.default for f in fields if not callable(f.default)},
        typed=answered.typed,
        problems=answered.problems,
        refs={name: options[ref] for name, ref in small.items() if ref in options},
        names={**refs.labels_in(options), **await refs.names_of(ctx, wanted)},
    )
    groups = forms.edit_groups(meta, writable, filling)
    parts = [(p, p.load(ctx, meta, posted) if loaded is None else loaded) for p in _parts(ctx, meta)]
    return ctx.page(
        "new.html",
        status=status,
        here=meta.name,
        title=WORDS["create_what"].fill(what=Within(meta.declared.label)).pick(ctx.language),
        path=f"/app/{meta.name}",
        plural=meta.declared.plural.pick(ctx.language),
        groups=groups,
        opened=3,
        summary=answered.summary,
        base=inputs.base_of(i for g in groups for i in g.inputs),
        names=" ".join(i.name for g in groups for i in g.inputs),
        back=ctx.request.query_params.get("back", ""),
        parts=[p.template for p, found in parts if found is not None],
        **{name: value for _, found in parts if found for name, value in found.items()},
    )


def _parts(ctx: RequestContext, meta: CollectionMeta) -> list[CreatePart]:
    return ctx.services.get(Features).create_parts(meta.name)


async def create(ctx: PersonContext, collection: str) -> Response:
    """Create a record from its form."""
    meta = ctx.meta(collection)
    posted = await read_signed(ctx)
    fields = [meta.fields[n] for n in writable_anywhere(ctx.person, meta, create=True)]
    patch, problems = await read_patch(ctx, fields, posted)
    try:
        if problems:
            raise UnresolvedError(problems)
        answer = await ctx.do(meta, "create", patch, posted=posted)
    except DirectAppError as error:
        if isinstance(error, NotFoundError):
            raise
        by_field, summary = forms.sort_problems(error.problems, meta.fields, ctx.language)
        again = Answered(typed=posted.typed, problems=by_field, summary=summary)
        return await new_page(ctx, meta, again, int(error.status), posted=posted)
    if answer.record is not None:
        for part in _parts(ctx, meta):
            await part.created(ctx, meta, answer.record, posted)
    label = meta.declared.label.pick(ctx.language)
    address = page_or(posted.get("back"), f"/app/{collection}/{answer.record}")
    text = f"{ctx.say(WORDS['created_now'])}: {label}"
    if answer.record is None:
        ctx.cookies.append(notes.tell_done(text, ctx.now, href=address))
    else:
        await ctx.tell(text, collection, answer.record, href=address)
    return ctx.go(address)


class UnresolvedError(DirectAppError):
    """What was typed to search for a record fits none, or several."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "FAILED_VALIDATION"


async def read_patch(ctx: RequestContext, fields: list[Field], posted: Posted) -> tuple[dict[str, Any], list[Problem]]:
    """Return what a form changes; words typed into a combo without script are searched for here."""
    patch = inputs.changed(fields, posted.typed, posted.base)
    at = tapped_at(posted, ctx.now)
    patch |= {f.name: meant(f, patch[f.name], at) for f in fields if f.name in patch}
    # A form tells time to the minute; what happened in this minute happened now, after what a tap noted before it.
    minute = present.input_instant(ctx.now.isoformat())
    patch |= {f.name: ctx.now for f in fields if f.fact and f.kind is Kind.INSTANT and patch.get(f.name) == minute}
    problems = []
    for item in fields:
        name, words = item.name, posted.typed.get(item.name + SEARCHED)
        if words is None or item.ref is None or name in patch:
            continue
        text = words[-1].strip()
        if text == posted.base.get(name + SEARCHED, ""):
            continue
        found = await refs.search_titles(ctx, ctx.spec[item.ref], text) if text else []
        if not text:
            patch[name] = None
        elif len(found) == 1:
            patch[name] = found[0].value
        else:
            problems.append(Problem(WORDS["several_found"] if found else WORDS["none_found"], field=name))
    return patch, problems


async def save(ctx: PersonContext, collection: str, record: str) -> Response:
    """Save what a form of a record changes."""
    meta, target = ctx.meta(collection), record_id(record)
    posted = await read_signed(ctx)
    fields = [meta.fields[n] for n in posted.typed["_fields"] if n in meta.fields]
    patch, problems = await read_patch(ctx, fields, posted)
    async with ctx.form(lambda error: _again(ctx, meta, target, posted, patch=patch, error=error)):
        if problems:
            raise UnresolvedError(problems)
        if patch:
            await ctx.do(meta, "update", patch, posted=posted, target=target, version=posted.version)
    done = WORDS["saved"] if patch else WORDS["nothing_to_save"]
    title = ", ".join(f.label.pick(ctx.language) for f in fields if f.name in patch)
    text = f"{ctx.say(done)}: {title}" if title else ctx.say(done)
    path = f"/app/{collection}/{target}"
    undo = f"{path}/undo" if patch and meta.declared.history else None
    await ctx.tell(text, collection, target, undo=undo, href=path)
    if not ctx.partial:
        group = posted.get("_group")
        return ctx.go(f"{path}#g-{group}" if group else path)
    return await _saved_part(ctx, meta, target, posted)


async def _again(
    ctx: RequestContext,
    meta: CollectionMeta,
    target: UUID,
    posted: Posted,
    *,
    patch: dict[str, Any],
    error: DirectAppError,
) -> Response:
    """Show the form again with everything typed and every problem; stale ones with both values."""
    seen = await look_up(ctx, meta, target)
    by_field, summary = forms.sort_problems(error.problems, meta.fields, ctx.language)
    answered = Answered(typed=posted.typed, problems=by_field, summary=summary)
    if isinstance(error, StaleError):
        answered = await stale_answer(ctx, seen, posted, patch, error)
    context = await page_context(ctx, seen, answered)
    if not ctx.partial:
        return ctx.page("record.html", status=int(error.status), **context)
    group = _group(context, posted)
    return ctx.page("parts/group.html", status=int(error.status), **context, group=group, opened=True, mine_too=True)


async def stale_answer(
    ctx: RequestContext, seen: Record, posted: Posted, patch: dict[str, Any], error: StaleError
) -> Answered:
    """Return both values of every field that this person and somebody else changed, and who that was."""
    both = [p.field for p in error.problems if p.field in seen.meta.fields]
    theirs = {n: ctx.formatter.value(seen.meta, n, seen.told) for n in both if n}
    return Answered(
        typed={n: v for n, v in posted.typed.items() if n.removesuffix(SEARCHED) in patch or n == "_fields"},
        theirs={n: s or _nothing(ctx) for n, s in theirs.items()},
        stale_by=await ctx.last_writer(seen.meta.name, seen.id) or ctx.say(WORDS["someone"]),
    )


def _nothing(ctx: RequestContext) -> Shown:
    return Shown(text=ctx.say(WORDS["nothing"]))


def _group(context: dict[str, Any], posted: Posted) -> Any:
    groups = [*context["mine"], *context["others"]]
    return next((g for g in groups if g.code == posted.get("_group")), groups[0])


async def _saved_part(ctx: RequestContext, meta: CollectionMeta, target: UUID, posted: Posted) -> Response:
    """Answer a saved group with itself, and the head and the undo bar beside it."""
    seen = await look_up(ctx, meta, target)
    context = await page_context(ctx, seen)
    groups = {g.code: g for g in (*context["mine"], *context["others"])}
    group = groups.get(posted.get("_group"))
    if group is None:
        return ctx.go(seen.path)
    return ctx.page("parts/saved.html", **context, group=group, opened=True, mine_too=True)


ROUTES = (
    get("/app/{collection}/new", show_new),
    post("/app/{collection}/new", create),
    get("/app/{collection}/{record}", show_record),
    post("/app/{collection}/{record}", save),
)
