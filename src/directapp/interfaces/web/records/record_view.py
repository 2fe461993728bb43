"""A record as its page shows it: head, stages, what may be done, forms to fill in and groups to read."""

from collections.abc import Mapping, Sequence
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
from directapp.derive.pages import NextFact
from directapp.derive.shown import Shown, paths_for
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Features
from directapp.interfaces.web.core.goals import goals_of
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.core.words import WORDS
from directapp.interfaces.web.records.lists import may_create
from directapp.services.reading import Offer

_KEY_LINES = 7
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
    writable = frozenset(n for n in view.writable - elsewhere if n in meta.fields and not meta.fields[n].immutable)
    fields = [meta.fields[n] for n in writable]
    filling = await filling_of(ctx, record, fields, answered)
    groups = forms.edit_groups(meta, writable, filling)
    facts = pages.next_facts(meta, view.row, view.writable, ctx.person, ctx.now)
    mine, others = _part(meta, groups, facts, makes=may_create(ctx, meta), phase=_phase(meta, view.row))
    written = frozenset(i.name for g in groups for i in g.inputs) | elsewhere
    head = head_of(ctx, record, await goals_of(ctx) if pages.since_of(meta) in view.row else {})
    read = forms.read_groups(meta, ctx.formatter, record.told, view.readable, without=written)
    return {
        **head,
        "mine": mine,
        "others": others,
        "read": [g for g in read if g.filled],
        "summary": answered.summary,
        "stale_by": answered.stale_by,
        "sections": sections_of(ctx, record),
        "parts": [p.template for p, _ in parts if not p.beside],
        "parts_beside": [p.template for p, _ in parts if p.beside],
        "links": _features(ctx).links(ctx, record, next_step=False),
        "may_delete": _may_delete(ctx, record),
        **{name: value for _, loaded in parts for name, value in loaded.items()},
    }


def _features(ctx: RequestContext) -> Features:
    return ctx.services.get(Features)


def head_of(ctx: RequestContext, record: Record, goals: board.Goals) -> dict[str, Any]:
    """Return what the head of a record's page writes: name, status, key lines, stages, what may be done."""
    meta, view = record.meta, record.view
    flow = meta.declared.workflow
    state = flow.state(view.row.get("status")) if flow else None
    facts = pages.next_facts(meta, view.row, view.writable, ctx.person, ctx.now)
    track = pages.track_of(ctx.formatter, meta, record.told)
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
        "key_lines": key_lines(ctx, record),
        "track": track,
        "facts": facts[:4],
        "step_links": _features(ctx).links(ctx, record, next_step=True),
        "offers": _sorted_offers([o for o in view.offers if o.verb.name not in apart and _still_comes(meta, state, o)]),
    }


def key_lines(ctx: RequestContext, record: Record) -> list[forms.FieldLine]:
    """Return the declared columns that say most, apart from what the title and the chip say."""
    meta = record.meta
    said = {*meta.titles, "status", pages.since_of(meta), "updated_at"}
    lines = []
    for name in meta.declared.views.columns:
        shown = ctx.formatter.value(meta, name, record.told, short=True) if name not in said else None
        if shown:
            lines.append(forms.FieldLine(name, meta.fields[name].label.pick(ctx.language), shown))
    return lines[:_KEY_LINES]


def _still_comes(meta: CollectionMeta, state: State | None, offer: Offer) -> bool:
    """Whether an act is worth showing: not one of a stage that has passed."""
    flow, states = meta.declared.workflow, offer.verb.states
    if offer.blocked is None or flow is None or state is None or not states:
        return True
    return any(flow.order(code) >= flow.order(state.code) for code in states)


def _sorted_offers(offers: Sequence[Offer]) -> list[Offer]:
    return sorted(offers, key=lambda o: (o.blocked is not None, o.verb.danger, not o.verb.primary))


def _phase(meta: CollectionMeta, row: Mapping[str, Any]) -> str:
    """Return the phase a record stands in; a group of that name is the one worked with."""
    state = meta.declared.workflow.state(row.get("status")) if meta.declared.workflow else None
    return state.phase.code if state else ""


def _part(
    meta: CollectionMeta, groups: Sequence[FormGroup], facts: Sequence[NextFact], *, makes: bool, phase: str
) -> tuple[list[FormGroup], list[FormGroup]]:
    """Part the groups into those this person works with now, and the others.

    Who ``makes`` such records works with their first groups at any time, others with what the next step asks.
    """
    if meta.declared.workflow is None:
        return list(groups), []
    urgent = {f.field.name for f in facts}
    now = {g.code for g in meta.groups if any(f.name in urgent for f in g.fields)}
    own = [g.code for g in sorted(groups, key=lambda g: g.code != phase)]
    first = set(own[:_OPEN_FIRST]) if makes or not now else set()
    mine = [g for g in groups if g.code in now | first or g.wrong]
    mine.sort(key=lambda g: g.code not in now and g.code != phase)
    return mine, [g for g in groups if g not in mine]


@dataclass(frozen=True, slots=True)
class Section:
    """A folded part of the page, loaded when it is opened."""

    code: str
    label: str
    icon: str
    href: str
    open: bool = False


def sections_of(ctx: RequestContext, record: Record) -> list[Section]:
    """Return what hangs on a record seen in full: its children, and its history."""
    if not record.view.full:
        return []
    meta = record.meta
    made = [
        Section(
            child.meta.name,
            child.meta.declared.plural.pick(ctx.language),
            child.meta.declared.views.icon,
            f"{record.path}/part/{child.meta.name}",
        )
        for child in pages.children_of(ctx.spec, ctx.person, meta)
    ]
    panels = [
        (p.first, Section(p.code, ctx.say(p.label), p.icon, f"{record.path}/{p.code}"))
        for p in _features(ctx).panels(ctx, record)
    ]
    made = [*(s for first, s in panels if first), *made, *(s for first, s in panels if not first)]
    if meta.declared.history:
        made.append(Section("history", ctx.say(WORDS["history"]), "history", f"{record.path}/history"))
    return made


def _may_delete(ctx: RequestContext, record: Record) -> bool:
    """Whether a delete is worth offering: some entry deletes, and the record may be written."""
    grants = record.meta.grants_of(ctx.person.roles)
    states = [g.states for g in grants if g.delete]
    status = record.view.row.get("status")
    return bool(record.view.writable) and any(not s or status in s for s in states)
