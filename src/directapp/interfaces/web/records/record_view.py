"""A record as its page shows it: head, stages, what may be done, forms to fill in and groups to read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta
from directapp.declare.workflow import State
from directapp.derive import board, forms, pages
from directapp.derive.forms import Complaint, FormGroup
from directapp.derive.inputs import Filling, Typed
from directapp.derive.pages import Child
from directapp.derive.shown import Shown, paths_for
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.beside import ask_all, count_children
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Features, Link
from directapp.interfaces.web.core.goals import goals_of
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.core.words import WORDS
from directapp.interfaces.web.records.covering import NextStep, offered, steps_of
from directapp.interfaces.web.records.feed import ask_feed, feed_of
from directapp.interfaces.web.records.lists import may_create
from directapp.interfaces.web.records.overview import asks_of, overview_of
from directapp.interfaces.web.records.unblocking import way_on
from directapp.kernel.errors import Problem
from directapp.kernel.text import verbatim
from directapp.services.reading import Offer

_OPEN_FIRST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came back from a form that could not be saved, to be shown again in full."""

    typed: Typed = field(default_factory=dict)
    problems: Mapping[str, Sequence[str]] = field(default_factory=dict)
    summary: tuple[Complaint, ...] = ()
    theirs: Mapping[str, Shown] = field(default_factory=dict)
    stale_by: str | None = None


async def look_up(ctx: RequestContext, meta: CollectionMeta, record: UUID) -> Record:
    """Return a record as this person sees it (NotFoundError: unseen)."""
    view = await ctx.platform.reading.view(ctx.person, meta.name, record)
    linked = tuple(
        f.name for f in meta.fields.values() if f.kind is Kind.REF and f.ref and f.name != "id" and view.row.get(f.name)
    )
    titled: dict[str, Any] = {}
    if linked:
        paths = paths_for(ctx.spec, ctx.person, meta, linked)
        titled = await ctx.one(meta.name, record, paths)
    told = {**view.row, **{n: _linked(titled.get(n)) for n in linked}}
    names = {str(view.row[n]): ctx.formatter.value(meta, n, told).text for n in linked}
    return Record(meta=meta, id=record, view=view, told=told, names=names)


def _linked(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {"id": None}


async def filling_of(ctx: RequestContext, record: Record, fields: Sequence[Field], answered: Answered) -> Filling:
    """Return what stands in a record's forms."""
    small = forms.small_refs(fields, refs.SMALL)
    options = await refs.options_of(ctx, small.values())
    return Filling(
        language=ctx.language,
        row=record.view.row,
        typed=answered.typed,
        problems=answered.problems,
        refs={name: options[ref] for name, ref in small.items() if ref in options},
        names={**refs.labels_in(options), **record.names},
        theirs=answered.theirs,
    )


async def page_context(ctx: RequestContext, record: Record, answered: Answered | None = None) -> dict[str, Any]:
    """Return everything the page of a record writes."""
    answered = answered or Answered()
    meta, view = record.meta, record.view
    parts = [(p, loaded) for p in _features(ctx).parts(meta.name) if (loaded := p.load(ctx, record)) is not None]
    elsewhere = frozenset(name for part, _ in parts for name in part.fields)
    steps = steps_of(ctx, meta, view)
    # An act that is offered for a fact is the one way to set it; once it is set, it may be corrected.
    covered = {s.fact.field.name for s in steps if s.act is not None}
    writable = frozenset(
        n for n in view.writable - elsewhere - covered if n in meta.fields and not meta.fields[n].immutable
    )
    fields = [meta.fields[n] for n in writable]
    filling = await filling_of(ctx, record, fields, answered)
    groups = forms.edit_groups(meta, writable, filling)
    mine, others = _part(meta, groups, steps, makes=may_create(ctx, meta), phase=_phase(meta, view.row))
    written = frozenset(i.name for g in groups for i in g.inputs) | elsewhere
    head = head_of(ctx, record, steps, await goals_of(ctx) if pages.since_of(meta) in view.row else {})
    asked = asks_of(ctx, record)
    children = pages.children_of(ctx.spec, ctx.person, meta) if view.full else ()
    told = [a for _, asks in asked for a in asks]
    feed = ask_feed(ctx, record, ctx.request.query_params.get("feed", ""))
    counted = [count_children(child, record.id) for child in children]
    answers = await ask_all(ctx, [*told, *feed.asks, *counted])
    overview = overview_of(ctx, record, asked, answers, steps)
    counts = [rows[0]["count"] for rows in answers[len(answers) - len(counted) :]]
    sections = sections_of(ctx, record, list(zip(children, counts, strict=True)), without=overview.covered)
    read = forms.read_groups(meta, ctx.formatter, record.told, view.readable, without=written)
    return {
        **head,
        **overview.variables,
        "overview": overview,
        "mine": mine,
        "others": others,
        "read": [g for g in read if g.filled],
        "summary": answered.summary,
        "stale_by": answered.stale_by,
        "feed": await feed_of(ctx, record, feed, answers[len(told) : len(answers) - len(counted)]),
        "sections": [s for s in sections if s.count != 0],
        "empty_sections": [s for s in sections if s.count == 0],
        "live": " ".join(sorted({child.meta.name for child in children})),
        "parts": [p.template for p, _ in parts if not p.beside],
        "parts_beside": [p.template for p, _ in parts if p.beside],
        "links": _features(ctx).links(ctx, record, next_step=False),
        "may_delete": _may_delete(ctx, record),
        **{name: value for _, loaded in parts for name, value in loaded.items()},
    }


def _features(ctx: RequestContext) -> Features:
    return ctx.services.get(Features)


def head_of(ctx: RequestContext, record: Record, steps: Sequence[NextStep], goals: board.Goals) -> dict[str, Any]:
    """Return what the head of a record's page writes: name, status, stages, what may be done."""
    meta, view = record.meta, record.view
    flow = meta.declared.workflow
    state = flow.state(view.row.get("status")) if flow else None
    apart = {verb for part in _features(ctx).parts(meta.name) for verb in part.verbs}
    return {
        "here": meta.name,
        "record": record,
        "path": record.path,
        "title": ctx.formatter.title(meta, record.told),
        "title_parts": ctx.formatter.title_parts(meta, record.told),
        "kind": meta.declared.label.pick(ctx.language),
        "plural": meta.declared.plural.pick(ctx.language),
        "chip": ctx.formatter.value(meta, "status", record.told) if state else None,
        "locked": state.label.pick(ctx.language) if state and state.locked else None,
        "age": pages.stay_of(ctx.formatter, meta, record.told) if state and not state.locked else None,
        "age_tone": board.age_tone(ctx.formatter, meta, record.told, goals),
        "track": pages.track_of(ctx.formatter, meta, record.told),
        "steps": offered(steps)[:4],
        "step_links": _features(ctx).links(ctx, record, next_step=True),
        "ways": dict(_ways(ctx, record, steps)),
        "offers": _sorted_offers([o for o in view.offers if o.verb.name not in apart and _still_comes(meta, state, o)]),
    }


def _ways(ctx: RequestContext, record: Record, steps: Sequence[NextStep]) -> Iterator[tuple[str, Link]]:
    """Yield the way to what unblocks each step and act, by the name of the field or the verb."""
    meta, view = record.meta, record.view
    # What stands there as an open act needs no second link.
    shown = {f"{record.path}/do/{o.verb.name}" for o in view.offers if o.blocked is None}
    shown |= {s.act.page for s in steps if s.act and s.blocked is None}
    blocked = [(s.fact.field.name, Problem(verbatim(""), field=s.fact.because)) for s in steps if s.blocked]
    for name, problem in (*blocked, *((o.verb.name, o.blocked) for o in view.offers if o.blocked)):
        way = way_on(ctx, meta, record.id, view, problem) if problem.field != name else None
        if way is not None and way.href not in shown:
            yield name, way


def _still_comes(meta: CollectionMeta, state: State | None, offer: Offer) -> bool:
    """Whether an act is worth showing: not one of a stage that has passed, nor a side way before its time."""
    flow, states = meta.declared.workflow, offer.verb.states
    if offer.blocked is None or flow is None or state is None or not states:
        return True
    if not offer.verb.primary:
        return state.code in states
    return any(flow.order(code) >= flow.order(state.code) for code in states)


def _sorted_offers(offers: Sequence[Offer]) -> list[Offer]:
    return sorted(offers, key=lambda o: (o.blocked is not None, o.verb.danger, not o.verb.primary))


def _phase(meta: CollectionMeta, row: Mapping[str, Any]) -> str:
    """Return the phase a record stands in; a group of that name is the one worked with."""
    state = meta.declared.workflow.state(row.get("status")) if meta.declared.workflow else None
    return state.phase.code if state else ""


def _part(
    meta: CollectionMeta, groups: Sequence[FormGroup], steps: Sequence[NextStep], *, makes: bool, phase: str
) -> tuple[list[FormGroup], list[FormGroup]]:
    """Part the groups into those this person works with now, and the others.

    Who ``makes`` such records works with their first groups at any time, others with what the next step asks.
    """
    if meta.declared.workflow is None:
        return list(groups), []
    urgent = {s.fact.field.name for s in steps}
    now = {g.code for g in meta.groups if any(f.name in urgent for f in g.fields)}
    own = [g.code for g in sorted(groups, key=lambda g: g.code != phase)]
    first = set(own[:_OPEN_FIRST]) if makes or not now else set()
    mine = [g for g in groups if g.code in now | first or g.wrong]
    mine.sort(key=lambda g: g.code not in now and g.code != phase)
    return mine, [g for g in groups if g not in mine]


@dataclass(frozen=True, slots=True)
class Section:
    """A folded part of the page, loaded when it is opened; ``count`` None is one of which nothing is counted."""

    code: str
    label: str
    icon: str
    href: str
    count: int | None = None


def sections_of(
    ctx: RequestContext, record: Record, children: Sequence[tuple[Child, int]], *, without: frozenset[str]
) -> list[Section]:
    """Return what hangs on a record seen in full: its children, and its history; ``without`` stands elsewhere."""
    if not record.view.full:
        return []
    made = [
        Section(
            child.meta.name,
            child.meta.declared.plural.pick(ctx.language),
            child.meta.declared.views.icon,
            f"{record.path}/part/{child.meta.name}",
            count,
        )
        for child, count in children
        if child.meta.name not in without
    ]
    panels = _features(ctx).panels(ctx, record)
    made += [Section(p.code, ctx.say(p.label), p.icon, f"{record.path}/{p.code}") for p in panels]
    if record.meta.declared.history:
        made.append(Section("history", ctx.say(WORDS["history"]), "history", f"{record.path}/history"))
    return made


def _may_delete(ctx: RequestContext, record: Record) -> bool:
    """Whether a delete is worth offering: some entry deletes, and the record may be written."""
    grants = record.meta.grants_of(ctx.person.roles)
    states = [g.states for g in grants if g.delete]
    status = record.view.row.get("status")
    return bool(record.view.writable) and any(not s or status in s for s in states)
