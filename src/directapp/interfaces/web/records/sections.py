"""Sections: what hangs on a record, loaded when it is opened: its children, comments, files and history."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Response

from directapp.declare.fields import SUBJECT_ID
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta
from directapp.declare.verbs import Verb
from directapp.derive import forms, pages, tables
from directapp.derive.inputs import Option
from directapp.derive.pages import Child
from directapp.derive.questions import Address
from directapp.derive.shown import Shown, paths_for, readable_anywhere
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.words import WORDS
from directapp.interfaces.web.records.lists import collection_verbs, may_create
from directapp.interfaces.web.records.mentions import USERS, who_see
from directapp.interfaces.web.records.record import record_id
from directapp.kernel.errors import DirectAppError, NotFoundError
from directapp.store.query import Condition, Filter, Junction, Order, Query

COMMENTS, FILES = "comments", "car_files"
_MOST = 50
_COLUMNS = 5


async def _seen(ctx: RequestContext, collection: str, record: str) -> tuple[CollectionMeta, UUID]:
    """Return which record an address means (NotFoundError: this person sees none there)."""
    meta, target = ctx.meta(collection), record_id(record)
    if not await ctx.platform.reading.seen(ctx.person, [(meta.name, target)]):
        raise NotFoundError
    return meta, target


async def show_history(ctx: PersonContext, collection: str, record: str) -> Response:
    """Show what was changed, by whom, when, field by field."""
    meta, target = await _seen(ctx, collection, record)
    entries = await ctx.platform.reading.history(ctx.person, collection, target)
    names = await refs.names_of(ctx, pages.ids_in(meta, entries))
    told = pages.history_of(ctx.formatter, meta, entries, names)
    context = {"happenings": told, "title": ctx.say(WORDS["history"])}
    return _section(ctx, "parts/history.html", meta, target, context)


def _section(
    ctx: RequestContext,
    template: str,
    meta: CollectionMeta,
    target: UUID,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> Response:
    path = f"/app/{meta.name}/{target}"
    context = {"here": meta.name, "path": path, "plural": meta.declared.plural.pick(ctx.language), **context}
    if ctx.partial:
        return ctx.page(template, status=status, **context)
    return ctx.page("section.html", status=status, part=template, **context)


def child_of(ctx: RequestContext, meta: CollectionMeta, name: str) -> Child:
    """Return a collection that hangs on a record by its name (NotFoundError: there is none)."""
    found = next((c for c in pages.children_of(ctx.spec, ctx.person, meta) if c.meta.name == name), None)
    if found is None:
        raise NotFoundError
    return found


async def show_child(ctx: PersonContext, collection: str, record: str, child: str) -> Response:
    """Show the records of one kind that hang on a record."""
    meta, target = await _seen(ctx, collection, record)
    found = child_of(ctx, meta, child)
    if child == COMMENTS:
        return await _comments(ctx, meta, target, found)
    if child == FILES:
        return await show_files(ctx, meta, target, found)
    return await _rows(ctx, meta, target, found)


def belonging(child: Child, target: UUID) -> Filter:
    """Return the filter of what belongs to a record."""
    return Junction("and", tuple(Condition((name,), "eq", value) for name, value in child.given(target).items()))


async def _read(
    ctx: RequestContext, child: Child, target: UUID, names: tuple[str, ...], sort: Order
) -> list[dict[str, Any]]:
    query = Query(
        fields=paths_for(ctx.spec, ctx.person, child.meta, ("id", *names)),
        filter=belonging(child, target),
        sort=(sort,),
        limit=_MOST,
    )
    return await ctx.rows(child.meta.name, query)


async def _rows(ctx: RequestContext, meta: CollectionMeta, target: UUID, child: Child) -> Response:
    readable = readable_anywhere(ctx.person, child.meta)
    own = child.meta.declared.views
    columns = tuple(n for n in own.columns if n in readable and n not in child.given(target))[:_COLUMNS]
    titles = tuple(n for n in child.meta.titles if n in readable)
    rows = await _read(ctx, child, target, tuple(dict.fromkeys((*columns, *titles))), Order("id", descending=True))
    listing = tables.Listing(
        meta=child.meta,
        address=Address(f"/app/{child.meta.name}"),
        columns=columns,
        sort=(),
        readable=readable,
        query=Query(),
    )
    path = f"/app/{meta.name}/{target}"
    which = urlencode(child.given(target))
    context = {
        "columns": tables.columns_of(listing, ctx.language),
        "rows": tables.rows_of(ctx.formatter, listing, rows),
        "all_href": f"/app/{child.meta.name}?{which}",
        "new_href": f"/app/{child.meta.name}/new?{which}&back={path}" if may_create(ctx, child.meta) else None,
        "begin": _beginnings(ctx, child, meta.name),
        "child": child,
        "child_path": f"/app/{child.meta.name}",
        "target": target,
        "title": child.meta.declared.plural.pick(ctx.language),
    }
    return _section(ctx, "parts/children.html", meta, target, context)


def _beginnings(ctx: RequestContext, child: Child, parent: str) -> list[tuple[Verb, str, bool]]:
    """Return the verbs that make a child for this record: verb, the parameter that names it, nothing else asked."""
    found = []
    for verb in collection_verbs(ctx, child.meta):
        column = next((p.name for p in verb.params if p.ref == parent and p.kind is Kind.REF), None)
        if column is not None:
            found.append((verb, column, len(verb.params) == 1))
    return found


# -- comments -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comment:
    """One thing said: by whom, when, what."""

    id: str
    who: str
    initials: str
    when: Shown
    text: str
    about: Shown | None


async def _comments(
    ctx: RequestContext,
    meta: CollectionMeta,
    target: UUID,
    child: Child,
    *,
    typed: str = "",
    problems: tuple[Any, ...] = (),
    status: int = 200,
) -> Response:
    rows = await _read(ctx, child, target, ("text", "created_at", "created_by", SUBJECT_ID), Order("id"))
    told = [_comment(ctx, child.meta, row, target) for row in rows]
    writes = may_create(ctx, child.meta)
    title = child.meta.declared.plural.pick(ctx.language)
    context = {
        "title": title,
        "comments": told,
        "writes": writes,
        "typed": typed,
        "summary": problems,
        "stale_by": None,
    }
    return _section(ctx, "parts/comments.html", meta, target, context, status=status)


def _about(ctx: RequestContext, meta: CollectionMeta, row: dict[str, Any], target: UUID) -> Shown | None:
    """Return which record something belongs to, where that is another than the one whose page it stands on."""
    return None if row.get(SUBJECT_ID) == str(target) else ctx.formatter.value(meta, SUBJECT_ID, row)


def _comment(ctx: RequestContext, meta: CollectionMeta, row: dict[str, Any], target: UUID) -> Comment:
    who = ctx.formatter.value(meta, "created_by", row).text or "–"
    initials = "".join(part[0] for part in who.split()[:2]).upper()
    when, about = ctx.formatter.value(meta, "created_at", row), _about(ctx, meta, row, target)
    return Comment(str(row["id"]), who, initials, when, row.get("text") or "", about)


async def add_comment(ctx: PersonContext, collection: str, record: str) -> Response:
    """Say something about a record; @names of colleagues are mentions."""
    meta, target = await _seen(ctx, collection, record)
    child = child_of(ctx, meta, COMMENTS)
    posted = await read_signed(ctx)
    text = posted.get("text")
    patch: dict[str, Any] = {**child.given(target), "text": text}
    mentions = await _mentioned(ctx, meta, target, posted)
    if mentions:
        patch["mentions"] = mentions
    try:
        await ctx.do(child.meta, "create", patch, posted=posted)
    except DirectAppError as error:
        _, summary = forms.sort_problems(error.problems, child.meta.fields, ctx.language)
        return await _comments(ctx, meta, target, child, typed=text, problems=summary, status=int(error.status))
    if not ctx.partial:
        return ctx.go(f"/app/{collection}/{target}/part/{COMMENTS}")
    return await _comments(ctx, meta, target, child)


async def _mentioned(ctx: RequestContext, meta: CollectionMeta, target: UUID, posted: Posted) -> list[str]:
    """Return the people whose name stands after an @: picked, or typed in full; those who may see the record."""
    said = posted.get("text").casefold()
    if "@" not in said or USERS not in ctx.spec.metas:
        return []
    near: list[Option] = (await refs.options_of(ctx, [USERS])).get(USERS, [])
    picked = await refs.names_of(ctx, {USERS: posted.typed.get("mention", ())})
    named = {**{p.value: p.label for p in near}, **picked}
    wanted = [person for person, label in named.items() if f"@{label.casefold()}" in said]
    return [str(person) for person in await who_see(ctx, meta, target, wanted, most=_MOST)]


# -- files ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a record, as its section shows it."""

    id: str
    file: str
    title: str
    stage: str
    picture: bool
    when: Shown
    who: str
    about: Shown | None


async def show_files(
    ctx: RequestContext,
    meta: CollectionMeta,
    target: UUID,
    child: Child,
    *,
    problems: tuple[Any, ...] = (),
    status: int = 200,
) -> Response:
    """Show the files of a record, and where to add more."""
    query = Query(
        fields=(
            *paths_for(
                ctx.spec, ctx.person, child.meta, ("id", "title", "stage", "created_at", "created_by", SUBJECT_ID)
            ),
            ("file", "id"),
            ("file", "name"),
            ("file", "media_type"),
        ),
        filter=belonging(child, target),
        sort=(Order("id", descending=True),),
        limit=_MOST,
    )
    rows = await ctx.rows(child.meta.name, query)
    context = {
        "title": child.meta.declared.plural.pick(ctx.language),
        "kept": [k for r in rows if (k := _kept(ctx, child.meta, r, target)) is not None],
        "adds": may_create(ctx, child.meta),
        # What belongs to another record than a car has no stages.
        "stages": [] if child.meta.fields[child.column].ref_in else allowed_stages(ctx, child.meta),
        "summary": problems,
        "stale_by": None,
    }
    return _section(ctx, "parts/files.html", meta, target, context, status=status)


def _kept(ctx: RequestContext, meta: CollectionMeta, row: dict[str, Any], target: UUID) -> Kept | None:
    file = row.get("file")
    if not file:
        return None
    tell = ctx.formatter.value
    return Kept(
        str(row["id"]),
        str(file["id"]),
        row.get("title") or file.get("name") or "",
        tell(meta, "stage", row).text,
        str(file.get("media_type", "")).startswith("image/"),
        tell(meta, "created_at", row),
        tell(meta, "created_by", row).text,
        _about(ctx, meta, row, target),
    )


def allowed_stages(ctx: RequestContext, meta: CollectionMeta) -> list[Option]:
    """Return the stages for which this person adds files, from the rows their entries let them make."""
    item = meta.fields["stage"]
    making = [g for g in meta.grants_of(ctx.person.roles) if g.create]
    codes = pages.values_allowed([g.edit_rule for g in making], "stage")
    return [Option(c.code, c.label.pick(ctx.language)) for c in item.choices if codes is None or c.code in codes]


ROUTES = (
    get("/app/{collection}/{record}/history", show_history),
    get("/app/{collection}/{record}/part/{child}", show_child),
    post("/app/{collection}/{record}/part/comments", add_comment),
)
