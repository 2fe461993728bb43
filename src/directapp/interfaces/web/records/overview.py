"""Overview: the first screen of a record's page, from its declaration and from what features tell of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from directapp.derive import pages
from directapp.derive.pages import NextFact
from directapp.derive.shown import Shown
from directapp.domains.people.roles import LABELS
from directapp.interfaces.web.core.beside import Ask
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Features, Link, Overview, OverviewCard, OverviewLine, Rows
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.core.words import WORDS
from directapp.interfaces.web.records.covering import NextStep

_KEY_LINES = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The overview as its template writes it."""

    why: Sequence[OverviewLine] = ()
    next: Sequence[OverviewLine] = ()
    facts: Sequence[OverviewLine] = ()
    cards: Sequence[OverviewCard] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)

    @property
    def covered(self) -> frozenset[str]:
        """The codes of what stands in it, and so in no section."""
        return frozenset(card.code for card in self.cards)


def asks_of(ctx: RequestContext, record: Record) -> list[tuple[Overview, Sequence[Ask]]]:
    """Return what features ask for the overview of a record."""
    return [(o, o.asks(ctx, record)) for o in ctx.services.get(Features).overviews(record.meta.name)]


def overview_of(
    ctx: RequestContext,
    record: Record,
    asked: Sequence[tuple[Overview, Sequence[Ask]]],
    answers: Sequence[Rows],
    own: Sequence[NextStep],
) -> Told:
    """Return the overview of a record; ``answers`` are the rows of all that was asked, in its order.

    ``own`` are the steps that this person may take.
    """
    told: list[OverviewLine | OverviewCard] = []
    begin = 0
    for overview, asks in asked:
        told += overview.tell(ctx, record, answers[begin : begin + len(asks)])
        begin += len(asks)
    lines = [t for t in told if isinstance(t, OverviewLine)]
    cards = [t for t in told if isinstance(t, OverviewCard)]
    step = _next_step(ctx, record)
    facts = [line for line in lines if line.place == "fact"]
    return Told(
        why=[*_urgency(ctx, record), *_held_up(ctx, record, step), *(line for line in lines if line.place == "why")],
        next=[*_step_line(ctx, record, step, own), *(line for line in lines if line.place == "next")],
        facts=facts or key_lines(ctx, record),
        cards=cards,
        variables={name: value for card in cards for name, value in card.variables.items()},
    )


def _urgency(ctx: RequestContext, record: Record) -> list[OverviewLine]:
    """Return how urgent a record is by its declared field, where that is more than usual."""
    name = record.meta.declared.views.urgency
    shown = ctx.formatter.value(record.meta, name, record.told) if name else None
    if not name or not shown or shown.tone not in {"late", "soon"}:
        return []
    return [OverviewLine(label=_label(ctx, record, name), shown=(shown,), place="why", tone=shown.tone)]


def _next_step(ctx: RequestContext, record: Record) -> NextFact | None:
    """Return the fact that a record waits for, whoever sets it: the first that moves it, else the first of all."""
    facts = pages.next_facts(record.meta, record.view.row, frozenset(record.meta.fields), ctx.person, ctx.now)
    return facts[0] if facts else None


def _step_line(
    ctx: RequestContext, record: Record, step: NextFact | None, own: Sequence[NextStep]
) -> list[OverviewLine]:
    """Return the next step: what it leads to, and whose it is; by the name of the act that this person is offered."""
    if step is None:
        return []
    act = next((s.act for s in own if s.fact.field is step.field and s.act and s.act.verb.primary), None)
    name, note = step.field.label.pick(ctx.language), [_whose(ctx, record, step.field.name)]
    if step.moves and step.moves != name:
        note.insert(0, ctx.say(WORDS["leads_to"].fill(state=step.moves)))
    return [
        OverviewLine(
            label=ctx.say(WORDS["next_steps"]),
            shown=(Shown(text=act.verb.label.pick(ctx.language) if act else name),),
            place="next",
            note=" · ".join(filter(None, note)),
        )
    ]


def _whose(ctx: RequestContext, record: Record, name: str) -> str:
    """Return the role that sets a field: of those that may, the one that writes least beside it, if there is one."""
    wide: dict[str, int] = {}
    for grant in record.meta.declared.access.grants:
        writes = record.meta.writes(grant)
        if name in writes and "*" not in grant.write:
            wide[grant.role] = max(wide.get(grant.role, 0), len(writes))
    least = [role for role, count in wide.items() if count == min(wide.values())]
    return LABELS[least[0]].pick(ctx.language) if len(least) == 1 else ""


def _held_up(ctx: RequestContext, record: Record, step: NextFact | None) -> list[OverviewLine]:
    """Return why the next step cannot be taken, with the way to the field that lets it."""
    if step is None or step.blocked is None:
        return []
    group = record.meta.group_of(step.because) if step.because in record.view.writable else None
    link = Link(f"#g-{group.code}", group.label.pick(ctx.language), "pencil") if group else None
    shown = Shown(text=step.blocked)
    return [OverviewLine(label=ctx.say(WORDS["blocked"]), shown=(shown,), place="why", link=link, tone="soon")]


def key_lines(ctx: RequestContext, record: Record) -> list[OverviewLine]:
    """Return the declared columns that say most, apart from what the title and the chip say."""
    meta = record.meta
    said = {*meta.titles, "status", pages.since_of(meta), "updated_at"}
    lines = []
    for name in meta.declared.views.columns:
        shown = ctx.formatter.value(meta, name, record.told, short=True) if name not in said else None
        if shown:
            lines.append(OverviewLine(label=_label(ctx, record, name), shown=(shown,)))
    return lines[:_KEY_LINES]


def _label(ctx: RequestContext, record: Record, name: str) -> str:
    return record.meta.fields[name].label.pick(ctx.language)
