"""A car's whole chain: technical, then cosmetic, then quality, each where it fits, ranked by when the car is done."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from directapp.domains.planning.engine.slots import Finder
from directapp.domains.planning.engine.spans import hours_between
from directapp.domains.planning.engine.words import about_text, hours_text, when_text
from directapp.domains.planning.engine.world import Answer, PlanJob, Slot
from directapp.kernel.text import Text, _

# How many places are tried for the first step, and for each step after it.
_FIRST, _LATER = 8, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The jobs of one car in the order in which they must be done, each of a kind of its own.

    ``promised`` is the instant at which the car must be done, ``between`` the time that it takes to move the car from
    one site to another.
    """

    steps: tuple[PlanJob, ...]
    promised: datetime | None = None
    between: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Linked:
    """One way to do a chain: a slot for each step, when the car is done, and how that stands to the promise."""

    slots: tuple[Slot, ...]
    finish: datetime
    late_hours: float = 0.0
    reasons: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class ChainAnswer:
    """The ways, best first; where there are none, at which step it stopped and why."""

    chains: tuple[Linked, ...]
    stopped_at: int | None = None
    refused: tuple[Text, ...] = ()


def find_chains(finder: Finder, chain: Chain, *, limit: int = 5) -> ChainAnswer:
    """Return how a car's chain can be done: those that keep the promise first, then the earliest done.

    Waiting with a step never lets a later one begin earlier, so that the first way is the earliest there is. Where
    moving a car takes time, it is the earliest of those that begin among the first places of the first step.
    """
    if len({step.type for step in chain.steps}) != len(chain.steps):
        raise ValueError("each step of a chain needs a kind of its own")
    ways: list[tuple[Slot, ...]] = [()]
    for n, step in enumerate(chain.steps):
        longer: list[tuple[Slot, ...]] = []
        refused: tuple[Text, ...] = ()
        asked: dict[tuple[datetime, str] | None, Answer] = {}
        for way in ways:
            after = (way[-1].end, way[-1].site) if way else None
            if after not in asked:
                asked[after] = _next(finder, chain, step, way, _LATER if way else max(limit, _FIRST))
            answer = asked[after]
            refused = refused or answer.refused
            longer += [(*way, slot) for slot in answer.slots]
        if not longer:
            return ChainAnswer((), n, refused)
        ways = sorted(longer, key=_rank)[: max(limit, _FIRST) * _LATER]
    linked = [_linked(way, chain) for way in ways]
    linked.sort(key=lambda way: (way.late_hours, *_rank(way.slots)))
    return ChainAnswer(tuple(linked[:limit]))


def _next(finder: Finder, chain: Chain, step: PlanJob, way: tuple[Slot, ...], limit: int) -> Answer:
    if not way:
        return finder.find(step, limit=limit, per_day=2)
    done = way[-1].end
    begun = finder.find(replace(step, earliest=max(step.earliest, done)), limit=limit, per_day=1)
    if not chain.between:
        return begun
    moved = finder.find(replace(step, earliest=max(step.earliest, done + chain.between)), limit=limit, per_day=1)
    here = [s for s in begun.slots if s.site == way[-1].site]
    there = [s for s in moved.slots if s.site != way[-1].site]
    return Answer((*here, *there), begun.refused or moved.refused)


def _rank(way: tuple[Slot, ...]) -> tuple[datetime, float, int, int, datetime]:
    return (
        way[-1].end,
        round(sum(s.utilisation for s in way), 2),
        -sum(s.specialised for s in way),
        -sum(s.own_site for s in way),
        # Of two that are done at the same time, the one that begins later keeps the car free for longer.
        way[0].start,
    )


def _linked(way: tuple[Slot, ...], chain: Chain) -> Linked:
    finish = way[-1].end
    reasons = [_("Done {when}.").fill(when=when_text(finish))]
    late = 0.0
    if chain.promised is not None:
        spare = hours_between(finish, chain.promised)
        late = max(0.0, -spare)
        words = _("{h} after the promised time.") if late else _("Done {h} before the promised time.")
        reasons.append(words.fill(h=about_text(abs(spare))))
    waits = sum(hours_between(a.end, b.start) for a, b in pairwise(way))
    if len(way) > 1:
        words = _("Waits {h} between the steps.")
        reasons.append(words.fill(h=hours_text(waits)))
    return Linked(way, finish, late, tuple(reasons))
