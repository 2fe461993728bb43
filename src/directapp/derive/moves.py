"""Moves: what would bring a record from its status to another: the fact to set, the fields to fill in, or nothing.

The declared steps say which fact leads where; whether it may be set now is for the pipeline to judge, which
is asked with a dry run of each ``Try``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from directapp.declare.case import Case
from directapp.declare.fields import Field
from directapp.declare.kinds import Kind, restored
from directapp.declare.names import STATUS, plain
from directapp.declare.spec import CollectionMeta
from directapp.declare.workflow import State, Workflow
from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _

NO_STEP = _("One cannot go straight from “{state}” to “{to}”.")
BY_ITSELF = _("“{to}” follows once the fields are filled in.")
BY_OTHERS = _("“{to}” follows when “{fact}” is set. Your role does not do that now.")
LEADS_ELSEWHERE = _("What is set here does not lead to “{to}” now.")
CLOSED = _("“{state}” is closed.")


@dataclass(frozen=True, slots=True)
class Try:
    """Something to set: ``patch``, and the fields that a person must be asked for a value of first."""

    patch: Mapping[str, Any]
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A state one may ask for: by which patch, which fields to ask for, at the page of which act, or why not."""

    to: str
    label: str
    hue: str
    patch: Mapping[str, Any] = field(default_factory=dict)
    asks: tuple[str, ...] = ()
    why: str | None = None
    page: str = ""

    @property
    def allowed(self) -> bool:
        """Whether it may be done now."""
        return self.why is None


def tries_from(
    meta: CollectionMeta, row: Mapping[str, Any], writable: frozenset[str], now: datetime
) -> tuple[Try, ...]:
    """Return what this person may set that a step from the record's status waits for."""
    flow = meta.declared.workflow
    state = flow.state(row.get(STATUS)) if flow else None
    if flow is None or state is None or state.locked:
        return ()
    facts = dict.fromkeys(s.fact for s in flow.steps if s.fact and s.when and state.code in s.origins)
    own = (meta.fields[n] for n in facts if n in writable)
    return tuple(t for item in own for t in _tries(meta, item, row, writable, now))


def _tries(
    meta: CollectionMeta, item: Field, row: Mapping[str, Any], writable: frozenset[str], now: datetime
) -> Iterator[Try]:
    value = row.get(item.name)
    if item.kind is Kind.BOOLEAN:
        yield from (Try({item.name: choice}) for choice in (True, False) if value is not choice)
    elif item.kind is Kind.INSTANT and value is not None:
        yield Try({item.name: None})
        if item.fact:
            yield Try({item.name: now.isoformat()})
    elif item.kind is Kind.INSTANT and item.fact:
        yield Try({item.name: now.isoformat()})
    elif item.kind is Kind.INSTANT:
        plans = tuple(n for n in _plans(meta, item) if n in writable and row.get(n) is None)
        tomorrow = (now + timedelta(days=1)).isoformat()
        yield Try(dict.fromkeys(plans, tomorrow), plans)
    elif value is None:
        yield Try({}, (item.name,))


def _plans(meta: CollectionMeta, item: Field) -> tuple[str, ...]:
    """Return the plans that are made together: of one group, named alike at both ends."""
    group = meta.group_of(item.name)
    first, last = item.name.partition("_")[0], item.name.rpartition("_")[2]
    fields = group.fields if group else (item,)
    return tuple(f.name for f in fields if f.kind is item.kind and f.name.startswith(first) and f.name.endswith(last))


def led_to(meta: CollectionMeta, case: Case, patch: Mapping[str, Any]) -> str:
    """Return the state that a patch would lead to if nothing refused it."""
    flow = meta.declared.workflow
    assert flow is not None
    stored = _understood(meta, plain(case.row))
    wanted = {**stored, **_understood(meta, patch, only=True)}
    return flow.walk(replace(case, row=wanted, before=stored, patch=patch)).status


def _understood(meta: CollectionMeta, row: Mapping[str, Any], *, only: bool = False) -> dict[str, Any]:
    values: dict[str, Any] = {} if only else dict.fromkeys(meta.fields)
    for name, value in row.items():
        item = meta.fields.get(name)
        values[name] = value if item is None else restored(item.kind, value)
    return values


def completion(meta: CollectionMeta, tried: Try, named: Sequence[str | None], writable: frozenset[str]) -> Try | None:
    """Return the try with the fields asked for that a refusal names; None when asking does not help."""
    missing = tuple(dict.fromkeys(n for n in named if n is not None))
    helps = missing and None not in named and all(n in writable and n not in tried.patch for n in missing)
    simple = all(meta.fields[n].kind not in {Kind.JSON, Kind.REFS} for n in missing if n in meta.fields)
    return Try(tried.patch, (*tried.asks, *missing)) if helps and simple else None


def missing_move(
    meta: CollectionMeta, row: Mapping[str, Any], to: State, writable: frozenset[str], language: Language
) -> Move:
    """Return why a state cannot be asked for, where no try led to it."""
    flow = meta.declared.workflow
    assert flow is not None
    step = flow.step_to(str(row.get(STATUS)), to.code)
    fact = meta.fields[step.fact].label if step and step.fact else ""
    why = _why_missing(flow, str(row.get(STATUS)), to, writable)
    why = why.fill(state=flow.label(row.get(STATUS)), to=to.label, fact=fact)
    return Move(to=to.code, label=to.label.pick(language), hue=to.phase.hue, why=why.pick(language))


def _why_missing(flow: Workflow, origin: str, to: State, writable: frozenset[str]) -> Text:
    present, step = flow.state(origin), flow.step_to(origin, to.code)
    if present is not None and present.locked:
        return CLOSED
    if step is None:
        return NO_STEP
    if step.fact is None:
        return BY_ITSELF
    if step.fact in writable:
        return LEADS_ELSEWHERE
    return BY_OTHERS
