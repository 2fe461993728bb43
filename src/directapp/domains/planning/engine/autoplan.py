"""Auto-plan: a proposal for all cars that are ready to plan, with the reason for each; nothing is booked by it.

The cost of a plan is, in this order of weight: cars left out, hours after the promised time, how soon cars are done,
fairness between the sites whose cars they are, bookings moved, and work at another site or without the specialisation.
A car counts for its priority times what its site's agreement says; a site that does the work itself counts most.
Solving takes seconds of processor time: run it in a thread.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from directapp.domains.planning.engine.chains import Chain, find_chains
from directapp.domains.planning.engine.lanes import folded
from directapp.domains.planning.engine.plan_first import Price, first_plan
from directapp.domains.planning.engine.plan_parts import (
    Chosen,
    Effort,
    Piece,
    PlanCar,
    PlanStep,
    Task,
    lane_numbers,
    task_of,
)
from directapp.domains.planning.engine.plan_solver import Solved, solve
from directapp.domains.planning.engine.slots import Finder
from directapp.domains.planning.engine.spans import HOUR, day_of, hours_between, instant, monday_of
from directapp.domains.planning.engine.words import about_text, when_text
from directapp.domains.planning.engine.world import Booking, Slot, World
from directapp.kernel.text import Text, _, verbatim

__all__ = ["Effort", "Plan", "PlanCar", "PlanStep", "Proposal", "Unplanned", "autoplan"]


# The solver is asked at any rate: of a few cars it proves that nothing is better.
_LEAST = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Where one step of a car is proposed to be; ``moves`` is the booking that stands now, where it would be moved."""

    car: str
    step: int
    type: str
    slot: Slot
    reason: Text
    moves: Booking | None = None


@dataclass(frozen=True, slots=True)
class Unplanned:
    """A car that found no place, and why."""

    car: str
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The proposals in the order of time. ``proven`` says that no plan can be better."""

    proposals: tuple[Proposal, ...]
    unplanned: tuple[Unplanned, ...]
    proven: bool
    seconds: float
    late_hours: float


def autoplan(
    world: World, cars: Iterable[PlanCar], *, start: datetime, until: datetime, effort: Effort | None = None
) -> Plan:
    """Propose a plan for cars between two instants. What is pinned or belongs to other cars stays where it is."""
    ordered = sorted(cars, key=lambda car: car.id)
    finder = Finder(world)
    task = task_of(finder, ordered, start, until)
    effort = effort or Effort()
    solved = planned(task, effort)
    lanes = lane_numbers(task, solved.chosen)
    proposals = [_proposal(task, n, solved.chosen, lanes[n]) for n in solved.chosen]
    proposals.sort(key=lambda p: (p.slot.start, p.car, p.step))
    left = [n for n, pieces in enumerate(task.by_car) if pieces and pieces[0] not in solved.chosen]
    return Plan(
        proposals=tuple(p for p in proposals if not _stays(p)),
        unplanned=tuple(Unplanned(task.cars[n].id, _why_not(task, n, until)) for n in left),
        proven=solved.proven,
        seconds=solved.seconds,
        late_hours=sum(_late(task, n, solved.chosen) for n in range(len(task.cars)) if n not in left),
    )


def planned(task: Task, effort: Effort) -> Solved:
    """Return the plan of a task: never later, by the weight of the cars, than either simple rule makes it."""
    first = first_plan(task, effort)
    solved = solve(task, first, replace(effort, seconds=max(_LEAST, effort.seconds - first.seconds)))
    price, seconds = Price(task), first.seconds + solved.seconds
    # Short of time, the solver may end with a plan of its own that is worse than the one it was shown.
    worse = not solved.proven and price.exact(solved.chosen) > price.exact(first.chosen)
    return replace(solved, chosen=first.chosen if worse else solved.chosen, seconds=seconds)


def _stays(proposal: Proposal) -> bool:
    booked = proposal.moves
    return booked is not None and (booked.resource, booked.start, booked.end) == (
        proposal.slot.resource,
        proposal.slot.start,
        proposal.slot.end,
    )


def _proposal(task: Task, n: int, chosen: Chosen, lane: int) -> Proposal:
    piece = task.pieces[n]
    machine, quarter = chosen[n]
    resource, begin = task.machines[machine].resource, task.second(quarter)
    shared = resource.site != piece.job.site
    day, ledgers = day_of(begin), task.finder.ledgers
    left = ledgers.week_left(resource.site, piece.job.site, piece.job.type, day) if shared else None
    slot = Slot(
        resource=resource.id,
        site=resource.site,
        lane=lane,
        start=instant(begin),
        end=instant(begin + piece.seconds),
        own_site=not shared,
        specialised=bool(folded(piece.job.specialisations) & folded(resource.specialisations)),
        utilisation=task.finder.track(resource.id).load(monday_of(day)),
        hours_left=None if left is None else left / HOUR,
    )
    car = task.cars[piece.car]
    return Proposal(
        car=car.id,
        step=car.steps.index(piece.step),
        type=piece.step.type,
        slot=slot,
        reason=_reason(task, piece, chosen),
        moves=piece.step.booked,
    )


def _done(task: Task, car: int, chosen: Chosen) -> datetime | None:
    ends = [task.second(chosen[n][1]) + task.pieces[n].seconds for n in task.by_car[car] if n in chosen]
    return instant(max(ends)) if ends else None


def _late(task: Task, car: int, chosen: Chosen) -> float:
    done, promised = _done(task, car, chosen), task.cars[car].promised
    return max(0.0, hours_between(promised, done)) if done is not None and promised is not None else 0.0


_PRIORITIES = (_("low"), _("normal"), _("high"), _("urgent"))


def _reason(task: Task, piece: Piece, chosen: Chosen) -> Text:
    car, done = task.cars[piece.car], _done(task, piece.car, chosen)
    assert done is not None
    values = {"p": _PRIORITIES[max(0, min(3, car.priority))], "done": when_text(done)}
    if car.promised is None:
        return _("Done {done}. Priority: {p}.").fill(**values)
    spare = hours_between(done, car.promised)
    words = (
        _("Done {done}, {h} before the promised time. Priority: {p}.")
        if spare >= 0
        else _("Done {done}, {h} after the promised time; there is no room before. Priority: {p}.")
    )
    return words.fill(**values, h=about_text(abs(spare)))


def _why_not(task: Task, car: int, until: datetime) -> Text:
    """Return why a car has no place: because it cannot be done at all, or because others go before it."""
    pieces = [task.pieces[n] for n in task.by_car[car]]
    alone = find_chains(task.finder, Chain(steps=tuple(piece.job for piece in pieces)), limit=1)
    if alone.stopped_at is None:
        words = _("The capacity until {until} goes to cars that are more urgent.")
        return words.fill(until=when_text(until))
    step = pieces[alone.stopped_at].step
    label = step.label or verbatim(step.type)
    return _("{step}: {why}").fill(step=label, why=alone.refused[0])
