"""Bulk: one verb for every record that was picked in a list, with what came of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.declare.kinds import BadValueError, Kind
from directapp.declare.spec import CollectionMeta
from directapp.declare.verbs import Verb
from directapp.derive import forms, inputs
from directapp.derive.inputs import Filling
from directapp.domains.registry.preview import FILL
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.records.lists import collection_verbs
from directapp.interfaces.web.records.record import read_patch
from directapp.interfaces.web.records.views.words import WORDS, speak_views
from directapp.kernel.errors import DirectAppError, NotFoundError, Problem
from directapp.services.intent import Intent
from directapp.services.reading import View

MOST = 100
# What is looked up is one car's alone.
_ONE_BY_ONE = frozenset({FILL})


@dataclass(frozen=True, slots=True)
class Picked:
    """A picked record: what it is called, where it is, and what came of the verb (None: not tried)."""

    id: UUID
    title: str
    href: str
    view: View
    done: bool | None = None
    why: str = ""


async def _picked(ctx: RequestContext, meta: CollectionMeta, ids: list[str]) -> list[Picked]:
    found = []
    for record in dict.fromkeys(u for i in ids[:MOST] if (u := refs.as_uuid(i)) is not None):
        try:
            view = await ctx.platform.reading.view(ctx.person, meta.name, record)
        except NotFoundError:
            continue
        found.append(Picked(record, ctx.formatter.title(meta, view.row), f"/app/{meta.name}/{record}", view))
    return found


def shared_verbs(ctx: RequestContext, meta: CollectionMeta, picked: list[Picked]) -> tuple[Verb, ...]:
    """Return the verbs that are open for every one of the records now, and those that take some of them at once."""
    if not picked:
        return ()
    open_for = [{o.verb.name for o in p.view.offers if o.blocked is None} for p in picked]
    common = set.intersection(*open_for)
    single = tuple(o.verb for o in picked[0].view.offers if o.verb.name in common - _ONE_BY_ONE)
    return (*single, *(v for v in collection_verbs(ctx, meta) if which_param(meta, v)))


def which_param(meta: CollectionMeta, verb: Verb) -> str | None:
    """Return the parameter by which a verb on the collection is told which records it is about, None without one."""
    if verb.on == "record":
        return None
    return next((p.name for p in verb.params if p.kind is Kind.REFS and p.ref == meta.name), None)


async def show_bulk(ctx: PersonContext, collection: str, verb: str = "") -> Response:
    """Show what may be done with all that was picked, or the form of the verb that was chosen."""
    meta = ctx.meta(collection)
    ids = ctx.request.query_params.getlist("record")
    picked = await _picked(ctx, meta, ids)
    verbs = shared_verbs(ctx, meta, picked)
    chosen = next((v for v in verbs if v.name == verb), None)
    told = ctx.say(WORDS["most_picked"].fill(most=MOST, count=len(ids))) if len(ids) > MOST else ""
    return await _page(ctx, meta, picked, verbs, chosen, told=told)


async def do_bulk(ctx: PersonContext, collection: str) -> Response:
    """Do a verb to each of the picked records, each for itself, and tell what came of it."""
    meta = ctx.meta(collection)
    posted = await read_signed(ctx)
    picked = await _picked(ctx, meta, list(posted.typed.get("record", ())))
    verbs = shared_verbs(ctx, meta, picked)
    chosen = next((v for v in verbs if v.name == posted.get("verb")), None)
    if chosen is None and await _begun(ctx, meta, picked, posted):
        chosen = meta.verb(posted.get("verb"))
    if chosen is None:
        return await _page(ctx, meta, picked, verbs, None, status=HTTPStatus.CONFLICT)
    patch, problems = await read_patch(ctx, list(chosen.params), posted)
    problems += _misfits(chosen, patch)
    if problems:
        return await _page(ctx, meta, picked, verbs, chosen, typed=posted, problems=problems, status=422)
    results = [await _do(ctx, meta, chosen, p, patch=patch, posted=posted) for p in picked]
    return ctx.page("views/bulk_done.html", **_common(ctx, meta), verb=chosen, picked=results)


def _misfits(verb: Verb, patch: Mapping[str, Any]) -> list[Problem]:
    """Return what is missing or cannot be read: the same for every record, so it is asked about before any is done."""
    found = []
    for item in verb.params:
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
    asked = [_intent(ctx, meta, verb, one, patch={}, posted=posted) for one in picked] if verb else []
    return any([await ctx.platform.pipeline.recall(intent) is not None for intent in asked])


def _intent(
    ctx: RequestContext, meta: CollectionMeta, verb: Verb, one: Picked, *, patch: dict[str, Any], posted: Posted
) -> Intent:
    which = which_param(meta, verb)
    patch = {**patch, which: [str(one.id)]} if which else dict(patch)
    key, said = posted.key_of(one.id), posted.said_but("record")
    return ctx.intent(meta, verb.name, patch, target=None if which else one.id, key=key, said=said)


async def _do(
    ctx: RequestContext, meta: CollectionMeta, verb: Verb, one: Picked, *, patch: dict[str, Any], posted: Posted
) -> Picked:
    try:
        await ctx.platform.pipeline.perform(_intent(ctx, meta, verb, one, patch=patch, posted=posted))
    except DirectAppError as error:
        why = " ".join(p.message.pick(ctx.language) for p in error.problems)
        return Picked(one.id, one.title, one.href, one.view, done=False, why=why)
    return Picked(one.id, one.title, one.href, one.view, done=True)


def _common(ctx: RequestContext, meta: CollectionMeta) -> dict[str, Any]:
    return {
        "here": meta.name,
        "path": f"/app/{meta.name}",
        "plural": meta.declared.plural.pick(ctx.language),
        "title": ctx.say(WORDS["with_picked"]),
        "v": speak_views(ctx.language),
    }


async def _page(
    ctx: RequestContext,
    meta: CollectionMeta,
    picked: list[Picked],
    verbs: tuple[Verb, ...],
    chosen: Verb | None,
    *,
    typed: Posted | None = None,
    problems: Sequence[Problem] = (),
    told: str = "",
    status: int = HTTPStatus.OK,
) -> Response:
    params = list(chosen.params) if chosen else []
    small = forms.small_refs(params, refs.SMALL)
    options = await refs.options_of(ctx, small.values())
    by_field, summary = forms.sort_problems(problems, {f.name: f for f in params}, ctx.language)
    filling = Filling(
        language=ctx.language,
        row={f.name: f.default for f in params if not callable(f.default)},
        typed=typed.typed if typed else {},
        problems=by_field,
        refs={name: options[ref] for name, ref in small.items() if ref in options},
        names=refs.labels_in(options),
        actor=ctx.person,
    )
    made = [i for f in params if (i := inputs.build_input(f, filling)).control != "none"]
    return ctx.page(
        "views/bulk.html",
        status=int(status),
        **_common(ctx, meta),
        picked=picked,
        verbs=verbs,
        verb=chosen,
        inputs=made,
        summary=summary,
        stale_by=None,
        told=told,
    )


ROUTES = (
    get("/app/{collection}/bulk", show_bulk),
    post("/app/{collection}/bulk", do_bulk),
)
