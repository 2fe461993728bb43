"""The palette: one key, and cars, pages, verbs and saved views answer what is typed."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson
from fastapi import Response

from directapp.declare.spec import CollectionMeta
from directapp.derive.sheet.matching import keys_of
from directapp.derive.shown import page_of, paths_for, readable_anywhere
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import Features, get
from directapp.interfaces.web.core.words import ASK
from directapp.interfaces.web.core.words import WORDS as COMMON
from directapp.interfaces.web.records.lists import collection_verbs, may_create
from directapp.interfaces.web.records.views.bar import PATHS, offered_views, saved_views
from directapp.interfaces.web.records.views.words import WORDS
from directapp.kernel.text import Within, _
from directapp.store.query import Order, Query
from directapp.store.words import folded, question_words

_FOUND, _PAGES, _A_QUESTION = 8, 6, 2
_ASK = _("Ask: {question}")
_NO_LETTER = re.compile(r"[\s-]+")


class _Place(NamedTuple):
    """Where something leads, as the page shows it, and other words by which people ask for it."""

    shown: dict[str, str]
    also: str


async def find(ctx: PersonContext, q: str = "") -> Response:
    """Answer what was typed: what it may mean, and where it leads when it names exactly one record."""
    metas = [meta for item in ctx.menu if (meta := ctx.spec[item.name]).declared.workflow and meta.searchable]
    rows = [(meta, row) for meta in metas for row in await _records(ctx, meta, q)]
    typed = _plain(q)
    exact = [(m, r) for m, r in rows if any(_plain(str(r.get(n) or "")) == typed for n in _codes(m))] if typed else []
    found = [_record(ctx, meta, row) for meta, row in rows]
    places = [p async for p in _places(ctx, ctx.spec.get(ctx.main_list or ""))]
    words = folded(q).split()
    pages = [p.shown for p in places if all(w in folded(f"{p.shown['label']} {p.also}") for w in words)]
    go = page_of(exact[0][0].name, exact[0][1]["id"]) if len(exact) == 1 else None
    body = orjson.dumps({"go": go, "items": [*found, *pages[:_PAGES], *_asking(ctx, q)]})
    return Response(body, media_type="application/json")


def _asking(ctx: RequestContext, text: str) -> list[dict[str, str]]:
    """Return that several words can be asked as a question."""
    if len(text.split()) < _A_QUESTION or not ctx.main_list:
        return []
    return [
        _place(ctx.say(WORDS["page"]), ctx.say(_ASK).format(question=text), f"{ASK}?{urlencode({'q': text})}").shown
    ]


def _codes(meta: CollectionMeta) -> tuple[str, ...]:
    """Return the codes by which people know such a record."""
    return tuple(name for name in keys_of(meta, meta.fields) if name != "id")


def _hints(meta: CollectionMeta) -> tuple[str, ...]:
    """Return what tells a record from those of the same title."""
    columns = (n for n in meta.declared.views.columns if meta.fields[n].search)
    return tuple(n for n in dict.fromkeys((*columns, *_codes(meta))) if n not in meta.titles)


def _plain(text: str) -> str:
    return _NO_LETTER.sub("", text).casefold()


async def _records(ctx: RequestContext, meta: CollectionMeta, text: str) -> list[dict[str, Any]]:
    words = question_words(text)
    if not words or not meta.searchable:
        return []
    readable = readable_anywhere(ctx.person, meta)
    shown = (*meta.called, *_codes(meta), *_hints(meta), "status")
    names = tuple(dict.fromkeys(("id", *(n for n in shown if n in readable and n in meta.fields))))
    fields = paths_for(ctx.spec, ctx.person, meta, names)
    query = Query(fields=fields, search=words, sort=(Order("id", descending=True),), limit=_FOUND)
    return await ctx.rows(meta.name, query)


def _record(ctx: RequestContext, meta: CollectionMeta, row: dict[str, Any]) -> dict[str, str]:
    flow = meta.declared.workflow
    state = flow.state(row.get("status")) if flow else None
    told = (state.label.pick(ctx.language) if state else "", *(row.get(n) for n in _hints(meta)))
    return {
        "kind": meta.declared.label.pick(ctx.language),
        "label": ctx.formatter.title(meta, row),
        "hint": " · ".join(str(t) for t in told if t),
        "href": page_of(meta.name, row["id"]),
    }


async def _places(ctx: RequestContext, meta: CollectionMeta | None) -> Any:
    """Yield the pages and verbs that this person has, those of the main list first."""
    page, verb = ctx.say(WORDS["page"]), ctx.say(WORDS["verb"])
    yield _place(page, ctx.say(COMMON["home"]), "/")
    if meta is not None:
        name, path = meta.declared.plural.pick(ctx.language), f"/app/{meta.name}"
        for code in offered_views(meta, readable_anywhere(ctx.person, meta)):
            label = name if code == "table" else f"{name}: {ctx.say(WORDS[code])}"
            yield _place(page, label, path + PATHS[code])
        for one in await saved_views(ctx, meta):
            yield _place(ctx.say(WORDS["saved_views"]), one.name, one.href)
    for item in ctx.menu:
        for place in _of_collection(ctx, ctx.spec[item.name], page, verb, main=item.name == ctx.main_list):
            yield place
    for called, href in ctx.services.get(Features).found_of(ctx):
        yield _place(page, called.pick(ctx.language), href)
    yield _place(page, ctx.say(COMMON["profile"]), "/app/me")


def _of_collection(ctx: RequestContext, meta: CollectionMeta, page: str, verb: str, *, main: bool) -> Iterator[_Place]:
    path = f"/app/{meta.name}"
    if not main:
        yield _place(page, meta.declared.plural.pick(ctx.language), path)
    for one in collection_verbs(ctx, meta):
        yield _place(verb, one.label.pick(ctx.language), f"{path}/do/{one.name}")
    if may_create(ctx, meta):
        label = COMMON["create_what"].fill(what=Within(meta.declared.label)).pick(ctx.language)
        yield _place(verb, label, f"{path}/new", ctx.say(WORDS["create_also"]))


def _place(kind: str, label: str, href: str, also: str = "") -> _Place:
    return _Place({"kind": kind, "label": label, "hint": "", "href": href}, also)


ROUTES = (get("/app/palette", find),)
