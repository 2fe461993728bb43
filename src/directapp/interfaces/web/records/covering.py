"""Covering: the acts that stand on a record's page in the place of bare facts, as verbs declare it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from directapp.declare.case import Case
from directapp.declare.kinds import Kind
from directapp.declare.names import STATUS
from directapp.declare.spec import CollectionMeta
from directapp.declare.verbs import Verb
from directapp.derive import pages
from directapp.derive.pages import NextFact
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.records.lists import collection_verbs
from directapp.services.reading import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A verb that covers a fact of a record: its form is at ``href``.

    ``given`` is what the record itself answers of what it asks. ``own``: it stands among the record's own acts.
    """

    verb: Verb
    href: str
    given: Mapping[str, str]
    blocked: str | None
    own: bool

    @property
    def asks(self) -> bool:
        """Whether there is more to fill in."""
        return any(p.name not in self.given for p in self.verb.params)

    @property
    def page(self) -> str:
        """The address of its form, with what is given."""
        return f"{self.href}?{urlencode(self.given)}" if self.given else self.href


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """A fact that a record waits for, and the act that is offered in its place, where there is one."""

    fact: NextFact
    act: Act | None = None

    @property
    def blocked(self) -> str | None:
        """Why it may not be done yet."""
        if self.act is None:
            return self.fact.blocked
        # What stands in the way of the fact alone, the act may ask for.
        asked = {p.name for p in self.act.verb.params}
        return self.act.blocked or (None if self.fact.because in asked else self.fact.blocked)

    @property
    def moves(self) -> bool:
        """Whether the record goes on to another status."""
        return self.act.verb.primary if self.act else self.fact.moves is not None


def steps_of(ctx: RequestContext, meta: CollectionMeta, view: View) -> list[NextStep]:
    """Return what a record waits for that this person does, each as the act that covers it, or as the bare fact."""
    acts = acts_of(ctx, meta, view)
    facts = pages.next_facts(meta, view.row, view.writable, ctx.person, ctx.now)
    return [NextStep(fact=fact, act=acts.get(fact.field.name)) for fact in facts]


def offered(steps: Sequence[NextStep]) -> list[NextStep]:
    """Return the steps to offer, each act once; those that stand among the record's own acts are left to these."""
    shown: dict[object, NextStep] = {}
    for step in steps:
        if step.act is None or not step.act.own:
            shown.setdefault(step.act.href if step.act else step.fact.field, step)
    return list(shown.values())


def acts_of(ctx: RequestContext, meta: CollectionMeta, view: View) -> dict[str, Act]:
    """Return the act that covers each fact of a record where it stands now, those that come first before others."""
    found: dict[str, Act] = {}
    acts = [*_own(ctx, meta, view), *_elsewhere(ctx, meta, view)]
    for act in sorted(acts, key=lambda a: not a.verb.primary):
        for name in act.verb.covers:
            found.setdefault(name, act)
    return found


def _own(ctx: RequestContext, meta: CollectionMeta, view: View) -> Iterator[Act]:
    path = f"/app/{meta.name}/{view.row['id']}/do"
    for offer in view.offers:
        verb, why = offer.verb, offer.blocked
        if not verb.covers or verb.covers_in or (verb.states and view.row.get(STATUS) not in verb.states):
            continue
        blocked = why.message.pick(ctx.language) if why else None
        yield Act(verb=verb, href=f"{path}/{verb.name}", given={}, blocked=blocked, own=True)


def _elsewhere(ctx: RequestContext, meta: CollectionMeta, view: View) -> Iterator[Act]:
    """Yield the verbs on a whole collection, this one or another, that cover facts of its records."""
    row = pages.understood(meta, view.row)
    case = Case(row=row, before=row, actor=ctx.person, now=ctx.now)
    for other in ctx.spec.exposed:
        for verb in collection_verbs(ctx, other):
            if not verb.covers or (verb.covers_in or other.name) != meta.name:
                continue
            if verb.blocked and verb.blocked(case):
                continue
            given = dict(_given(verb, meta, view.row))
            yield Act(verb=verb, href=f"/app/{other.name}/do/{verb.name}", given=given, blocked=None, own=False)


def _given(verb: Verb, meta: CollectionMeta, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a record answers: which it is, and what it is called by the codes that are asked for."""
    for item in verb.params:
        if item.kind is Kind.REF and item.ref == meta.name:
            yield item.name, str(row["id"])
        elif item.name in meta.called and row.get(item.name) is not None:
            yield item.name, str(row[item.name])
