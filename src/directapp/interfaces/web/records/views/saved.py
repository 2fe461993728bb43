"""Saving a view of a list: a filter with a name, for oneself or shared; and taking one's own away."""

from typing import Any

import orjson
from fastapi import Response

from directapp.declare.spec import CollectionMeta
from directapp.derive.questions import Address
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.records.record import record_id
from directapp.interfaces.web.records.views.bar import PATHS, SAVED, saved_views
from directapp.interfaces.web.records.views.words import WORDS
from directapp.kernel.errors import BadPayloadError, InvalidError, Problem
from directapp.kernel.text import _


async def save_view(ctx: PersonContext, collection: str) -> Response:
    """Save the view that stands in the form, and open it."""
    meta, store = ctx.meta(collection), ctx.meta(SAVED)
    posted = await read_signed(ctx)
    query, view = _json(posted.get("query")), posted.get("view") or "table"
    patch: dict[str, Any] = {
        "name": posted.get("name").strip(),
        "collection": meta.name,
        "query": query,
        "columns": _json(posted.get("columns")) if view == "table" else None,
        "view": view,
        "pinned": bool(posted.get("pinned")),
        **_shared(ctx, posted),
    }
    try:
        answer = await ctx.do(store, "create", patch, posted=posted)
    except InvalidError as error:
        raise InvalidError([_named(store, problem) for problem in error.problems]) from error
    text = ctx.say(WORDS["view_saved"]).format(name=patch["name"])
    ctx.cookies.append(notes.tell_done(text, ctx.now))
    found = next((s for s in await saved_views(ctx, meta) if s.id == str(answer.record)), None)
    return ctx.go(found.href if found else Address(f"/app/{meta.name}{PATHS.get(view, '')}").text)


_ABOUT = _("{label}: {message}")


def _named(store: CollectionMeta, problem: Problem) -> Problem:
    """Return a problem with its field's label before it: no field stands beside it on the page that tells it."""
    item = store.fields.get(problem.field or "")
    said = problem.message
    if item is None or said.english.startswith(item.label.english):
        return problem
    return Problem(_ABOUT.fill(label=item.label, message=said), field=problem.field)


def _json(text: str) -> Any:
    try:
        return orjson.loads(text or "[]")
    except ValueError as error:
        raise BadPayloadError from error


def _shared(ctx: RequestContext, posted: Posted) -> dict[str, Any]:
    """Understand with whom it is shared: nobody, my site, a role at my site, or a role everywhere."""
    where, _, role = posted.get("share").partition(":")
    site = ctx.person.site if where == "site" else None
    return {"shared_site": str(site) if site else None, "shared_role": role or None}


async def delete_view(ctx: PersonContext, collection: str, record: str) -> Response:
    """Take one's own view away."""
    meta, store = ctx.meta(collection), ctx.meta(SAVED)
    posted = await read_signed(ctx)
    await ctx.do(store, "delete", {}, posted=posted, target=record_id(record))
    ctx.cookies.append(notes.tell_done(ctx.say(WORDS["view_deleted"]), ctx.now))
    return ctx.go(f"/app/{meta.name}")


ROUTES = (
    post("/app/{collection}/views", save_view),
    post("/app/{collection}/views/{record}/delete", delete_view),
)
