"""Judging a write: fields allowed, values understood, unchanged values dropped. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from directapp.declare.access import Grant
from directapp.declare.case import Case, Many, One
from directapp.declare.events import Event
from directapp.declare.fields import Field
from directapp.declare.kinds import BadValueError, Kind, restored
from directapp.declare.names import STATUS, field_name, plain
from directapp.declare.reading import FOREIGN, ON_PAGES, TYPED, Manner
from directapp.declare.spec import CollectionMeta, Spec
from directapp.declare.workflow import Walk, Workflow
from directapp.kernel.actor import Actor
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError, Problem, UnconfirmedError
from directapp.kernel.text import Text, _, verbatim
from directapp.services.status_words import demand_reached
from directapp.store.unit import Found

AHEAD = timedelta(minutes=5)
CONFLICT, CONFIRM = "CONFLICT", "CONFIRM"
_NOTHING: tuple[Any, ...] = (None, "", [])

LOCKED = _("Cannot be changed by you while the status is {state}.")
_NOT_UNTIL = _("{label} cannot be changed by you while the status is {state}.")
_UNKNOWN = _("There is no field {field}.")
_NOT_YOURS = _("You may not change {label} ({field}).")
_REQUIRED = _("{label} is required.")
_AHEAD = _("{label} cannot be set ahead of time.")
_IMMUTABLE = _("{label} cannot change after creation.")


def writable_anywhere(meta: CollectionMeta, grants: Iterable[Grant], *, create: bool) -> frozenset[str]:
    """Return the fields an actor could write in some row (or in some new row)."""
    picked = [meta.writes(g) for g in grants if g.create or not create]
    return frozenset[str]().union(*picked)


def readable(meta: CollectionMeta, actor: Actor, found: Found) -> frozenset[str]:
    """Return the fields that an actor reads in a row."""
    grants = zip(meta.grants_of(actor.roles), found.sees, strict=True)
    return frozenset[str]().union(*(meta.reads(grant) for grant, sees in grants if sees))


def refuse_fields(meta: CollectionMeta, names: Iterable[str], allowed: frozenset[str]) -> None:
    """Refuse every field that is unknown or not allowed, each by name.

    Raises:
        ForbiddenError: one problem a field.

    """
    problems = []
    for name in names:
        item = meta.fields.get(name)
        if name in allowed:
            continue
        if item is None or item.secret:
            problems.append(Problem(_UNKNOWN.fill(field=name), field=name))
        else:
            problems.append(Problem(_NOT_YOURS.fill(label=item.label, field=name), field=name))
    if problems:
        raise ForbiddenError(problems)


def manner_of(actor: Actor, origin: str) -> Manner:
    """Return how an actor's values are written: a part of the system passes on what nobody can be asked about."""
    return FOREIGN if actor.is_system else ON_PAGES if origin == "web" else TYPED


def understand(
    meta: CollectionMeta, patch: Mapping[str, Any], before: Mapping[str, Any] | None, manner: Manner = TYPED
) -> dict[str, Any]:
    """Read every value, written in that manner, and keep those that differ from the stored row.

    Raises:
        InvalidError: one problem for each value that does not fit.

    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, raw in patch.items():
        item = meta.fields[name]
        stored = None if before is None else before.get(name)
        try:
            value = item.understand(raw, manner, stored)
        except BadValueError as error:
            problems.append(Problem(error.text, field=name))
            continue
        if before is not None and (value == stored or (stored is None and value == [])):
            continue
        if before is not None and item.immutable:
            problems.append(Problem(_IMMUTABLE.fill(label=item.label), field=name))
            continue
        values[name] = value
    if problems:
        raise InvalidError(problems)
    return values


def completeness(meta: CollectionMeta, case: Case) -> list[Problem]:
    """Return a problem for each required field without value and each fact that people set ahead of now."""
    problems, row = [], plain(case.row)
    for item in meta.judged:
        value = row.get(item.name)
        if item.required and value in _NOTHING and not (item.own and _may_lack(meta, case, item)):
            problems.append(Problem(_REQUIRED.fill(label=item.label), field=item.name))
        ahead = item.fact and isinstance(value, datetime) and value > case.now + AHEAD
        if ahead and case.changed(field_name(item.name)) and not case.actor.is_system:
            problems.append(Problem(_AHEAD.fill(label=item.label), field=item.name))
    return problems


def _may_lack(meta: CollectionMeta, case: Case, item: Field) -> bool:
    """Whether a record may be without what a company demands itself.

    One that was there before stays as it is until somebody fills it in, and nobody is asked for what they cannot give.
    """
    if case.before is not None:
        return plain(case.before).get(item.name) in _NOTHING
    actor = case.actor
    return actor.is_system or item.name not in writable_anywhere(meta, meta.grants_of(actor.roles), create=True)


def defaults(meta: CollectionMeta, given: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """Return the declared default of every stored field that was not given."""
    case = Case(row=given, actor=actor, now=now, verb="create")
    values: dict[str, Any] = {}
    for item in meta.stored:
        if item.name not in given and item.default is not None:
            values[item.name] = item.default(case) if callable(item.default) else item.default
    return values


def split(problems: Iterable[Problem]) -> tuple[list[Problem], list[Problem], list[Problem]]:
    """Part the problems of rules into those of values (422), those of the moment and those to be confirmed (409)."""
    values: list[Problem] = []
    moment: list[Problem] = []
    asks: list[Problem] = []
    for problem in problems:
        {CONFLICT: moment, CONFIRM: asks}.get(problem.code or "", values).append(problem)
    return values, moment, asks


def json_value(item: Field, value: Any) -> Any:
    """Return a value as it stands in answers and in the audit."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
    if isinstance(value, date | UUID):
        return str(value)
    if isinstance(value, list) and item.kind is Kind.REFS:
        return [str(v) for v in value]
    return value


def changes(meta: CollectionMeta, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return field -> [before, after] for what differs; secrets only as changed."""
    found: dict[str, list[Any]] = {}
    for name, value in after.items():
        old = None if before is None else before.get(name)
        if old == value or name in {"id", "version", "created_at", "created_by", "updated_at", "updated_by"}:
            continue
        item = meta.fields[name]
        was = None if old is None else json_value(item, old)
        found[name] = ["•", "•"] if item.secret else [was, json_value(item, value)]
    return found


def references(meta: CollectionMeta, row: Mapping[str, Any]) -> dict[str, str]:
    """Return which records a row points to, by field."""
    return {f.name: str(row[f.name]) for f in meta.stored if f.points_to and row.get(f.name) is not None}


class Related(Mapping[str, Any]):
    """A related row as JSON gave it; each value understood when it is asked for."""

    def __init__(self, meta: CollectionMeta, raw: Mapping[str, Any]) -> None:
        """Keep the JSON of the row."""
        self._collection = meta
        self._raw = raw

    def __getitem__(self, name: str) -> Any:
        """Return a column's value."""
        value = self._raw[name]
        item = self._collection.fields.get(name)
        return value if item is None else restored(item.kind, value)

    def __iter__(self) -> Any:
        """Iterate over the columns."""
        return iter(self._raw)

    def __len__(self) -> int:
        """Return how many columns there are."""
        return len(self._raw)


def refuse_created(meta: CollectionMeta, grants: Sequence[Grant], owns: Sequence[bool], given: Iterable[str]) -> None:
    """Refuse a new record, or its values by name, that no matching entry of its writer allows."""
    matching = [g for g, own in zip(grants, owns, strict=False) if own and g.create]
    if not matching:
        raise ForbiddenError
    refuse_fields(meta, given, frozenset[str]().union(*(meta.writes(g) for g in matching)))


def refuse_row(meta: CollectionMeta, grants: Sequence[Grant], found: Found, patch: Mapping[str, Any]) -> None:
    """Refuse what a person may not change in this row, or not in its present state.

    Raises:
        ForbiddenError: the row or a field is not theirs.
        ConflictError: it is, though not while the status is what it is.

    """
    owned = [g for g, own in zip(grants, found.owns, strict=True) if own and g.write]
    edited = [g for g, edit in zip(grants, found.edits, strict=True) if edit and g.write]
    if not owned:
        raise ForbiddenError
    state = state_of(meta, found.row)
    if not edited and not patch:
        raise ConflictError(LOCKED.fill(state=state))
    may_own = frozenset[str]().union(*(meta.writes(g) for g in owned))
    may_edit = frozenset[str]().union(*(meta.writes(g) for g in edited))
    refuse_fields(meta, patch, may_own)
    late = [n for n in patch if n not in may_edit]
    if late:
        raise ConflictError([Problem(_NOT_UNTIL.fill(label=meta.fields[n].label, state=state), field=n) for n in late])


def state_of(meta: CollectionMeta, row: Mapping[str, Any]) -> Text:
    """Return the status of a row in words."""
    flow, status = meta.declared.workflow, row.get("status")
    return flow.label(status) if flow else verbatim(status)


def judged(meta: CollectionMeta, case: Case, *, by_verb: bool, asked: object = None) -> tuple[Case, list[Event]]:
    """Judge a whole write: what is filled in, the workflow's walk, completeness, rules; return it with its events.

    Raises:
        InvalidError: values that cannot stand.
        ConflictError: what the record's present state does not allow, or what is not confirmed.

    """
    case = filled(meta, case)
    walk: Walk | None = None
    flow = meta.declared.workflow
    if flow is not None and not by_verb:
        walk = flow.walk(case)
        case = case.merged(status=walk.status)
    elif flow is not None and case.before is not None:
        _judge_step(flow, case)
    case = filled(meta, case)
    problems = completeness(meta, case)
    for rule in meta.declared.rules:
        problems += rule(case)
    values, moment, asks = split(problems)
    if values:
        raise InvalidError(values)
    if flow and walk and asked is not None:
        demand_reached(meta, flow, asked, walk.visited)
    if walk is not None and walk.problems:
        raise ConflictError([*walk.problems, *moment])
    if moment:
        raise ConflictError(moment)
    if asks and not case.confirmed and not case.actor.is_system:
        raise UnconfirmedError(asks)
    return case, list(walk.events) if walk else _verb_events(flow, case)


def filled(meta: CollectionMeta, case: Case) -> Case:
    """Return a case with what the collection fills in by itself."""
    for fill in meta.declared.fill:
        row = plain(case.row)
        new = {name: value for name, value in fill(case).items() if name not in row or row[name] != value}
        case = case.merged(**new) if new else case
    return case


def pop_related(spec: Spec, meta: CollectionMeta, row: dict[str, Any]) -> dict[str, Any]:
    """Take the related rows out of a looked-up row."""
    found = {asked: row.pop(f"rel#{asked.name}", None) for asked in meta.declared.related}
    return related(
        spec,
        {asked: raw or () if isinstance(asked, Many) else (raw,) if raw else () for asked, raw in found.items()},
    )


def related(spec: Spec, found: Mapping[One | Many, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """Return related rows, as JSON gave them, by the name under which they were asked for."""
    answers: dict[str, Any] = {}
    for asked, rows in found.items():
        understood = [Related(spec[asked.collection], row) for row in rows]
        answers[asked.name] = understood if isinstance(asked, Many) else next(iter(understood), None)
    return answers


def _judge_step(flow: Workflow, case: Case) -> None:
    step = flow.step_to(str(case.was(STATUS)), str(case.get(STATUS)))
    problems = [p for guard in step.guards if (p := guard(case)) is not None] if step else []
    if problems:
        raise ConflictError(problems)


def _verb_events(flow: Workflow | None, case: Case) -> list[Event]:
    step = flow.step_to(str(case.was(STATUS)), str(case.get(STATUS))) if flow and case.before else None
    return [step.event] if step and step.event else []
