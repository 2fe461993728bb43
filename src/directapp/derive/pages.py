"""Pages: the menu, a record's stages, what can be done next, its children and its history; all derived."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from directapp.declare.case import Case
from directapp.declare.fields import Field
from directapp.declare.kinds import Kind, restored
from directapp.declare.names import STATUS, plain, row_of
from directapp.declare.rules import All, Either, Empty, In, Is, Rule, Who
from directapp.declare.spec import CollectionMeta, Spec
from directapp.declare.workflow import Phase, State, Workflow
from directapp.derive import present
from directapp.derive.shown import Formatter, Shown
from directapp.kernel.actor import Actor
from directapp.kernel.languages import Language
from directapp.kernel.text import _

_FEW_STATES = 6


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A collection in the menu."""

    name: str
    label: str
    icon: str
    href: str


def menu_of(spec: Spec, actor: Actor, language: Language) -> tuple[MenuItem, ...]:
    """Return the collections of the menu that the actor may open, from the first that has a workflow on."""
    metas = [s for s in spec.exposed if s.declared.views.menu and s.grants_of(actor.roles)]
    first = next((place for place, s in enumerate(metas) if s.declared.workflow), 0)
    metas = metas[first:] + metas[:first]
    return tuple(
        MenuItem(s.name, s.declared.plural.pick(language), s.declared.views.icon, f"/app/{s.name}") for s in metas
    )


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a record's track: ``place`` is done, now or next; ``note`` says what stands there."""

    label: str
    hue: str
    place: str
    note: str = ""


def track_of(formatter: Formatter, meta: CollectionMeta, row: Mapping[str, Any]) -> tuple[Stage, ...]:
    """Return the stages of a record's workflow as a line, phase by phase where there are many states."""
    flow, state = meta.declared.workflow, None
    state = flow.state(row.get("status")) if flow else None
    if flow is None or state is None:
        return ()
    if len(flow.states) <= _FEW_STATES:
        return _states(formatter, flow, state)
    phases = list(dict.fromkeys(s.phase for s in flow.states if not s.phase.aside or s is state))
    here = phases.index(state.phase)
    return tuple(
        _phase(formatter, row, phase, state, done=place < here)
        for place, phase in enumerate(phases)
        if phase == state.phase or phase.needed is None or row.get(phase.needed) is not False
    )


def _states(formatter: Formatter, flow: Workflow, state: State) -> tuple[Stage, ...]:
    here = flow.order(state.code)
    return tuple(
        Stage(
            s.label.pick(formatter.language), s.phase.hue, "now" if s is state else "done" if place < here else "next"
        )
        for place, s in enumerate(flow.states)
    )


def _phase(formatter: Formatter, row: Mapping[str, Any], phase: Phase, state: State, *, done: bool) -> Stage:
    if phase == state.phase:
        return Stage(state.label.pick(formatter.language), phase.hue, "now")
    finished = present.read_instant(row.get(phase.done)) if phase.done else None
    label = phase.label.pick(formatter.language)
    note = present.show_moment(finished, formatter.now, formatter.language) if finished else ""
    return Stage(label, phase.hue, "done" if done or finished else "next", note)


@dataclass(frozen=True, slots=True)
class NextFact:
    """A fact that a person may set now with one tap, or why not yet; ``moves`` says that the status follows.

    ``because`` is the field that stands in its way.
    """

    field: Field
    value: str
    moves: str | None
    blocked: str | None
    because: str | None = None


def next_facts(
    meta: CollectionMeta, row: Mapping[str, Any], writable: frozenset[str], actor: Actor, now: datetime
) -> tuple[NextFact, ...]:
    """Return the facts a record waits for that this person sets, those that move it first.

    The engine itself is asked what each would lead to; related records are not at hand here, so the answer
    is advice, and the pipeline still judges the write.
    """
    flow = meta.declared.workflow
    state = flow.state(row.get("status")) if flow else None
    if flow is None or state is None or state.locked:
        return ()
    stored = understood(meta, row)
    named = {s.fact for s in flow.steps if state.code in s.origins and s.when is not None}
    found = []
    for fact in flow.facts:
        item = meta.fields[fact.field]
        if fact.field not in writable or item.kind not in {Kind.INSTANT, Kind.BOOLEAN}:
            continue
        offer = _offer(flow, Case(row=stored, before=stored, actor=actor, now=now), item, readable=frozenset(row))
        fits = state.code in fact.states and _group_code(meta, fact.field) == state.phase.code
        if offer is not None and (offer.moves or fact.field in named or (fits and offer.blocked is None)):
            found.append(offer)
    return tuple(sorted(found, key=lambda o: (o.blocked is not None, o.moves is None)))


def _group_code(meta: CollectionMeta, name: str) -> str:
    group = meta.group_of(name)
    return group.code if group else ""


def _offer(flow: Workflow, case: Case, item: Field, *, readable: frozenset[str]) -> NextFact | None:
    value: Any = True if item.kind is Kind.BOOLEAN else case.now
    present_value = plain(case.row).get(item.name)
    again = item.kind is Kind.INSTANT and present_value is not None and flow.again is not None and flow.again(case)
    if present_value is True or (item.kind is Kind.INSTANT and present_value is not None and not again):
        return None
    patch = {item.name: value}
    tried = replace(case, row=row_of({**plain(case.row), **patch}), patch=patch)
    walk = flow.walk(tried)
    language = case.actor.language
    problems = [p for p in walk.problems if p.field is None or p.field == item.name or p.field in readable]
    blocked = problems[0].message.pick(language) if problems else None
    moved = walk.status != case.get(STATUS)
    moves = flow.label(walk.status).pick(language) if moved and blocked is None else None
    because = problems[0].field if problems else None
    return NextFact(item, "true" if value is True else "now", moves, blocked, because)


def understood(meta: CollectionMeta, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as rules judge it: every field, each value of its kind."""
    values: dict[str, Any] = dict.fromkeys(meta.fields)
    for name, value in row.items():
        item = meta.fields.get(name)
        values[name] = value if item is None else restored(item.kind, value)
    return values


@dataclass(frozen=True, slots=True)
class Child:
    """A collection whose records belong to a record of another, and the column that says so."""

    meta: CollectionMeta
    column: str
    parent: str

    def given(self, record: object) -> dict[str, Any]:
        """Return the values by which its records say that they belong to a record."""
        which = self.meta.fields[self.column].ref_in
        return ({which: self.parent} if which else {}) | {self.column: record}


def children_of(spec: Spec, actor: Actor, meta: CollectionMeta) -> tuple[Child, ...]:
    """Return the collections that follow a record: those that go when it goes, and what belongs to any subject."""
    found = []
    attached = {other.name: item.name for other, item in spec.attached} if meta.declared.subject else {}
    for other in spec.exposed:
        if not other.grants_of(actor.roles):
            continue
        column = next((f.name for f in other.stored if f.ref == meta.name and f.on_delete == "cascade"), None)
        if column := column or attached.get(other.name):
            found.append(Child(other, column, meta.name))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a change: what it was and what it became."""

    label: str
    was: Shown
    now: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of a record's history."""

    who: str
    did: str
    when: Shown
    reason: str | None
    differences: tuple[Difference, ...]
    hidden: int
    origin: str


CREATED, CHANGED = _("created"), _("changed")
UNDID, IMPORTED, DELETED = _("undid"), _("imported"), _("deleted")
_DONE = {"create": CREATED, "update": CHANGED, "undo": UNDID, "import": IMPORTED, "delete": DELETED}
SYSTEM = _("The system")


def history_of(
    formatter: Formatter, meta: CollectionMeta, entries: Sequence[Mapping[str, Any]], names: Mapping[str, str]
) -> tuple[Happening, ...]:
    """Return a record's changes as lines to read, newest first; ``names`` are labels of the ids in them."""
    return tuple(_happening(formatter, meta, e, names) for e in entries)


def _happening(
    formatter: Formatter, meta: CollectionMeta, entry: Mapping[str, Any], names: Mapping[str, str]
) -> Happening:
    at = entry["at"]
    moment = at if isinstance(at, datetime) else present.read_instant(at) or datetime.now(UTC)
    verb = meta.verb(str(entry["verb"]))
    known = _DONE.get(str(entry["verb"]))
    did = (known or (verb.label if verb else CHANGED)).pick(formatter.language)
    by_system = str(entry["actor_name"]).startswith("system:")
    when = Shown(
        text=present.show_moment(moment, formatter.now, formatter.language),
        look="time",
        exact=present.exact_moment(moment, formatter.language),
        machine=moment.isoformat(),
    )
    return Happening(
        who=SYSTEM.pick(formatter.language) if by_system else str(entry["actor_name"]),
        did=did if known or verb is None else f"{CHANGED.pick(formatter.language)} ({did})",
        when=when,
        reason=entry.get("reason"),
        differences=tuple(differences(formatter, meta, entry["changes"], names)),
        hidden=int(entry.get("hidden") or 0),
        origin=str(entry.get("origin") or ""),
    )


def differences(
    formatter: Formatter, meta: CollectionMeta, changes: Mapping[str, Sequence[Any]], names: Mapping[str, str]
) -> list[Difference]:
    """Return what became of each field, to read; ``names`` are labels of the ids in them."""
    told = []
    # When the status changed stands at the head of the line already.
    follows = since_of(meta)
    for name, (was, now) in changes.items():
        item = meta.fields.get(name)
        if item is None or name == follows or (was in (None, "", []) and now in (None, "", [], False)):
            continue
        pair = (None, now) if _is_nested(was) else (was, now)
        shown = [_told(formatter, meta, item, value, names) for value in pair]
        told.append(Difference(item.label.pick(formatter.language), *shown))
    return told


def _told(formatter: Formatter, meta: CollectionMeta, item: Field, value: Any, names: Mapping[str, str]) -> Shown:
    if item.kind is Kind.REF and value is not None:
        return Shown(text=names.get(str(value), "•"))
    if _is_nested(value):
        return Shown(text=CHANGED.pick(formatter.language))
    return formatter.value(meta, item.name, {item.name: value}, short=True)


def _is_nested(value: Any) -> bool:
    """Whether a value is made of parts that do not fit in a line: of such it is told that they changed."""
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return any(isinstance(part, Mapping | list) for part in parts)


def ids_in(meta: CollectionMeta, entries: Sequence[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Return the ids that a history names, by the collection they belong to."""
    found: dict[str, set[str]] = {}
    for entry in entries:
        for name, pair in entry["changes"].items():
            item = meta.fields.get(name)
            if item is not None and item.kind is Kind.REF and item.ref:
                found.setdefault(item.ref, set()).update(str(v) for v in pair if v)
    return found


def values_allowed(rules: Sequence[Rule], column: str) -> frozenset[str] | None:
    """Return the values of a column that any of the rules lets pass; None: every value."""
    allowed: set[str] = set()
    for rule in rules:
        named = _named(rule, column)
        if named is None:
            return None
        allowed |= named
    return frozenset(allowed)


def _named(rule: Rule, column: str) -> set[str] | None:
    match rule:
        case In(column=c, values=tuple(values)) if c == column:
            return set(values)
        case Is(column=c, value=str(value)) if c == column and not isinstance(value, Who):
            return {value}
        case Empty(column=c) if c == column:
            return set()
        case Either(parts=parts):
            named = [_named(p, column) for p in parts]
            return None if None in named else set().union(*filter(None, named))
        case All(parts=parts):
            found = [n for p in parts if (n := _named(p, column)) is not None]
            return set.intersection(*found) if found else None
        case _:
            return None


def since_of(meta: CollectionMeta) -> str | None:
    """Return the field that says since when a record has its present status."""
    return meta.declared.workflow.since if meta.declared.workflow else None


def began(meta: CollectionMeta, row: Mapping[str, Any]) -> datetime | None:
    """Return when a record's present status began, where its collection keeps it."""
    since = since_of(meta)
    return present.read_instant(row.get(since)) if since else None


def stay_of(formatter: Formatter, meta: CollectionMeta, row: Mapping[str, Any]) -> str | None:
    """Return how long a record has stood at its status, in days and hours."""
    since = began(meta, row)
    return present.show_stay(since, formatter.now, formatter.language) if since else None


def age_of(formatter: Formatter, meta: CollectionMeta, row: Mapping[str, Any]) -> str | None:
    """Return how long a record has stood at its status."""
    since = began(meta, row)
    return present.show_age(since, formatter.now, formatter.language) if since else None
