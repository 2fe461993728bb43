"""Bulk: one verb or one field for every record that was picked in a list: looked at first, done, and taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Response

from directapp.declare.fields import Field
from directapp.declare.kinds import BadValueError
from directapp.declare.spec import CollectionMeta
from directapp.declare.verbs import Verb
from directapp.derive import forms, inputs, pages
from directapp.derive.inputs import Filling
from directapp.interfaces.web.core import notes, refs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.words import WORDS as COMMON
from directapp.interfaces.web.records.record import read_patch
from directapp.interfaces.web.records.views.picked import (
    MOST,
    Picked,
    ids_of,
    partly_open,
    picked_of,
    refused,
    sent_on,
    shared_fields,
    shared_verbs,
    which_param,
)
from directapp.interfaces.web.records.views.words import WORDS, speak_views
from directapp.kernel.errors import DirectAppError, NotFoundError, Problem
from directapp.kernel.text import Text
from directapp.services.intent import Intent
from directapp.services.undo import UNDO, WINDOW

# What changes with every write says nothing in a preview.
_PASSING = frozenset({"version", "updated_at", "updated_by"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What is done to each: a verb with its parameters, or a field that gets a value."""

    verb: Verb | None = None
    field: Field | None = None

    @property
    def asks(self) -> tuple[Field, ...]:
        """What is to be filled in."""
        return self.verb.params if self.verb else (self.field,) if self.field else ()

    @property
    def label(self) -> Text:
        """What it is called."""
        return self.verb.label if self.verb else WORDS["set_field"].fill(label=self.asks[0].label)

    @property
    def name(self) -> str:
        """The verb of the write."""
        return self.verb.name if self.verb else "update"


def _deed(ctx: RequestContext, meta: CollectionMeta, picked: Sequence[Picked], verb: str, field: str) -> Deed | None:
    if verb:
        found = next((v for v in shared_verbs(ctx, meta, picked) if v.name == verb), None)
        return Deed(verb=found) if found else None
    item = next((f for f in shared_fields(ctx, meta, picked) if f.name == field), None) if field else None
    return Deed(field=item) if item else None


async def show_bulk(ctx: PersonContext, collection: str, verb: str = "", field: str = "") -> Response:
    """Show what may be done with all that was picked, or the form of what was chosen."""
    meta, asked = ctx.meta(collection), ctx.request.query_params
    ids, count = asked.getlist("record"), len(asked.getlist("record"))
    if "filter" in asked:
        ids, count = await ids_of(ctx, meta, asked["filter"])
    picked = await picked_of(ctx, meta, ids)
    told = ctx.say(WORDS["most_picked"].fill(most=MOST, count=ctx.count(count))) if count > MOST else ""
    return await _page(ctx, meta, picked, _deed(ctx, meta, picked, verb, field), told=told)


async def do_bulk(ctx: PersonContext, collection: str) -> Response:
    """Look at what would come of it, or do it to each of the picked records for itself and tell what came of it."""
    meta = ctx.meta(collection)
    posted = await read_signed(ctx)
    picked = await picked_of(ctx, meta, list(posted.typed.get("record", ())))
    deed = _deed(ctx, meta, picked, posted.get("verb"), posted.get("field"))
    if deed is None and await _begun(ctx, meta, picked, posted):
        deed = Deed(verb=meta.verb(posted.get("verb")))
    if deed is None:
        return await _page(ctx, meta, picked, None, status=HTTPStatus.CONFLICT)
    patch, problems = await read_patch(ctx, list(deed.asks), posted)
    problems += _misfits(deed, patch)
    if problems:
        return await _page(ctx, meta, picked, deed, typed=posted, problems=problems, status=422)
    if posted.get("preview"):
        tried = await _tried(ctx, meta, deed, picked, patch=patch)
        fitting = [p for p in tried if p.done]
        return ctx.page(
            "views/bulk_preview.html",
            **_common(ctx, meta, deed.label),
            fitting=fitting,
            refused=[p for p in tried if not p.done],
            deed=deed,
            fields=" ".join(f.name for f in deed.asks),
            values=sent_on(posted.typed),
        )
    results = [await _do(ctx, meta, deed, p, patch=patch, posted=posted) for p in picked]
    return _told(ctx, meta, deed.label, results, undo=meta.declared.history)


def _told(ctx: RequestContext, meta: CollectionMeta, label: Text, results: list[Picked], *, undo: bool) -> Response:
    done = sum(p.done is True for p in results)
    text = f"{ctx.say(label)}: {ctx.say(WORDS['bulk_done']).format(done=done, count=len(results))}"
    way = f"/app/{meta.name}/bulk/undo/{ctx.request_id}" if undo and done else None
    ctx.cookies.append(notes.tell_done(text, ctx.now, undo=way))
    return ctx.page("views/bulk_done.html", **_common(ctx, meta, label), picked=results)


async def undo_bulk(ctx: PersonContext, collection: str, request: str) -> Response:
    """Take back what one such form did, record by record."""
    meta = ctx.meta(collection)
    posted = await read_signed(ctx)
    ctx.cookies.append(notes.forget_done())
    ids = await ctx.platform.reading.touched(ctx.person, collection, request, ctx.now - WINDOW)
    picked = await picked_of(ctx, meta, [str(i) for i in ids])
    results = [await _do(ctx, meta, Deed(verb=UNDO), p, patch={}, posted=posted) for p in picked]
    return _told(ctx, meta, COMMON["undone"], results, undo=False)


def _misfits(deed: Deed, patch: Mapping[str, Any]) -> list[Problem]:
    """Return what is missing or cannot be read: the same for every record, so it is asked about before any is done."""
    found = []
    for item in deed.asks:
        value = patch.get(item.name)
        if value in (None, "") and item.required:
            found.append(Problem(WORDS["fill_in"].fill(label=item.label), field=item.name))
        try:
            item.understand(value)
        except BadValueError as error:
            found.append(Problem(error.text, field=item.name))
    return found


async def _begun(ctx: RequestContext, meta: CollectionMeta, picked: list[Picked], posted: Posted) -> bool:
    """Whether just this was begun before: what was done then has its answer, and the rest is done now."""
    verb = meta.verb(posted.get("verb"))
    asked = [_intent(ctx, meta, Deed(verb=verb), one, {}, **_keyed(posted, one)) for one in picked] if verb else []
    return any([await ctx.platform.pipeline.recall(intent) is not None for intent in asked])


def _keyed(posted: Posted, one: Picked) -> dict[str, Any]:
    return {"key": posted.key_of(one.id), "said": posted.said_but("record")}


def _intent(
    ctx: RequestContext, meta: CollectionMeta, deed: Deed, one: Picked, patch: Mapping[str, Any], **more: Any
) -> Intent:
    which = which_param(meta, deed.verb) if deed.verb else None
    values = {**patch, which: [str(one.id)]} if which else dict(patch)
    return ctx.intent(meta, deed.name, values, target=None if which else one.id, **more)


async def _tried(
    ctx: RequestContext, meta: CollectionMeta, deed: Deed, picked: list[Picked], *, patch: Mapping[str, Any]
) -> list[Picked]:
    """Return what would come of it, each with its changes or the reasons against; nothing is kept."""
    intents = [_intent(ctx, meta, deed, one, patch, dry_run=True, read_back=True) for one in picked]
    answers = await ctx.platform.pipeline.perform_all(intents, atomic=False)
    changes: dict[Any, dict[str, list[Any]]] = {}
    for one, answer in zip(picked, answers, strict=True):
        if not isinstance(answer, DirectAppError) and answer.json and answer.record == one.id:
            after = orjson.loads(answer.json)
            skip = _PASSING | {pages.since_of(meta)}
            changes[one.id] = {
                n: [was, after[n]]
                for n, was in one.view.row.items()
                if n in after and after[n] != was and n not in skip
            }
    named = pages.ids_in(meta, [{"changes": found} for found in changes.values()])
    names = await refs.names_of(ctx, {of: sorted(ids) for of, ids in named.items()})
    tried = []
    for one, answer in zip(picked, answers, strict=True):
        if isinstance(answer, DirectAppError):
            tried.append(refused(ctx, meta, one, answer.problems))
        else:
            told = pages.differences(ctx.formatter, meta, changes.get(one.id, {}), names)
            tried.append(replace(one, done=True, changes=tuple(told)))
    return tried


async def _do(
    ctx: RequestContext, meta: CollectionMeta, deed: Deed, one: Picked, *, patch: Mapping[str, Any], posted: Posted
) -> Picked:
    try:
        await ctx.platform.pipeline.perform(_intent(ctx, meta, deed, one, patch, **_keyed(posted, one)))
    except NotFoundError as error:
        return refused(ctx, meta, one, error.problems)
    except DirectAppError as error:
        return refused(ctx, meta, one, error.problems)
    return replace(one, done=True)


def _common(ctx: RequestContext, meta: CollectionMeta, title: Text) -> dict[str, Any]:
    return {
        "here": meta.name,
        "path": f"/app/{meta.name}",
        "plural": meta.declared.plural.pick(ctx.language),
        "title": ctx.say(title),
        "v": speak_views(ctx.language),
    }


async def _page(
    ctx: RequestContext,
    meta: CollectionMeta,
    picked: list[Picked],
    deed: Deed | None,
    *,
    typed: Posted | None = None,
    problems: Sequence[Problem] = (),
    told: str = "",
    status: int = HTTPStatus.OK,
) -> Response:
    asks = list(deed.asks) if deed else []
    small = forms.small_refs(asks, refs.SMALL)
    options = await refs.options_of(ctx, small.values())
    by_field, summary = forms.sort_problems(problems, {f.name: f for f in asks}, ctx.language)
    filling = Filling(
        language=ctx.language,
        row={f.name: f.default for f in asks if deed and deed.verb and not callable(f.default)},
        typed=typed.typed if typed else {},
        problems=by_field,
        refs={name: options[ref] for name, ref in small.items() if ref in options},
        names=refs.labels_in(options),
        actor=ctx.person,
    )
    which = which_param(meta, deed.verb) if deed and deed.verb else None
    made = [i for f in asks if f.name != which and (i := inputs.build_input(f, filling)).control != "none"]
    fields = shared_fields(ctx, meta, picked) if deed is None else ()
    groups = [(g.label, [f for f in g.fields if f in fields]) for g in meta.groups]
    return ctx.page(
        "views/bulk.html",
        status=int(status),
        **_common(ctx, meta, deed.label if deed else WORDS["with_picked"]),
        picked=picked,
        verbs=shared_verbs(ctx, meta, picked),
        groups=[(ctx.say(label), [(f.name, ctx.say(f.label)) for f in found]) for label, found in groups if found],
        shut=partly_open(ctx, meta, picked) if deed is None else (),
        deed=deed,
        inputs=made,
        summary=summary,
        stale_by=None,
        told=told,
    )


ROUTES = (
    get("/app/{collection}/bulk", show_bulk),
    post("/app/{collection}/bulk", do_bulk),
    post("/app/{collection}/bulk/undo/{request}", undo_bulk),
)
