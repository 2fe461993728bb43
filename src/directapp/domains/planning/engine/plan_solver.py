"""The planning task as a constraint model: CP-SAT of OR-Tools looks for the plan that costs least."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from directapp.domains.planning.engine.plan_first import First
from directapp.domains.planning.engine.plan_parts import (
    DONE,
    FAIR,
    LATE,
    MOVED,
    OUT,
    Chosen,
    Effort,
    Limit,
    Task,
    site_weight,
    task_day,
)
from directapp.domains.planning.engine.slots import QUARTER

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan, whether none can be better, and how long the solver took."""

    chosen: Chosen
    proven: bool
    seconds: float


@dataclass(slots=True)
class _Model:
    """The variables, by piece: its start, on which machine it is, and on which day."""

    model: Any
    task: Task
    planned: list[Any] = field(default_factory=list)
    starts: dict[int, Any] = field(default_factory=dict)
    present: dict[int, dict[int, Any]] = field(default_factory=dict)
    on_day: dict[int, dict[int, Any]] = field(default_factory=dict)
    late: list[Any] = field(default_factory=list)
    counted: list[tuple[Any, int, frozenset[int], frozenset[int]]] = field(default_factory=list)
    kept: list[tuple[Any, int, int]] = field(default_factory=list)
    worst: Any = None


def solve(task: Task, first: First, effort: Effort) -> Solved:
    """Return the best plan found within the effort: never a worse one than the first, nor a later one than it may be.

    ``effort`` is what is left of it.
    """
    # Imported here: it loads numpy and pandas, a second or more that neither the server's start nor any other request
    # shall wait for.
    from ortools.sat.python import cp_model  # noqa: PLC0415

    made = _Model(cp_model.CpModel(), task)
    for car in range(len(task.cars)):
        _add_car(made, car, cp_model)
    _add_machines(made)
    for limit in task.limits:
        _add_limit(made, limit)
    made.model.minimize(_cost(made))
    made.model.add(sum(w * late for w, late in zip(task.weights, made.late, strict=True)) <= first.at_most)
    _hint(made, first.chosen)
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = effort.seed
    solver.parameters.num_workers = 1 if effort.steady else effort.threads
    if effort.steady:
        solver.parameters.max_deterministic_time = effort.seconds
    else:
        solver.parameters.max_time_in_seconds = effort.seconds
    # Probing took a third of the time here and found next to nothing; the plan to begin from is good already.
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.max_presolve_iterations = 1
    status = solver.solve(made.model)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Solved(first.chosen, proven=False, seconds=solver.wall_time)
    return Solved(_chosen(made, solver), proven=status == cp_model.OPTIMAL, seconds=solver.wall_time)


def _chosen(made: _Model, solver: "cp_model.CpSolver") -> Chosen:
    found: Chosen = {}
    for n, machines in made.present.items():
        for machine, present in machines.items():
            if solver.boolean_value(present):
                found[n] = machine, solver.value(made.starts[n])
    return found


def _add_car(made: _Model, car: int, cp_model: Any) -> None:
    """Let a car be planned with all its steps, one after another, or not at all."""
    model, task = made.model, made.task
    planned = model.new_bool_var(f"planned{car}")
    made.planned.append(planned)
    possible = all(task.pieces[n].options for n in task.by_car[car])
    if not possible:
        model.add(planned == 0)
    for n in task.by_car[car]:
        _add_piece(made, n, planned, cp_model)
    for before, after in zip(task.by_car[car], task.by_car[car][1:], strict=False):
        quarters = task.pieces[before].quarters
        model.add(made.starts[after] >= made.starts[before] + quarters).only_enforce_if(planned)
    horizon = task.horizon
    late = model.new_int_var(0, 2 * horizon, f"late{car}")
    made.late.append(late)
    if possible:  # a car that is left out waits longer than any other
        model.add(late == 2 * horizon).only_enforce_if(~planned)
    due = task.due[car]
    if due is not None and task.by_car[car]:
        last = task.by_car[car][-1]
        end = made.starts[last] + task.pieces[last].quarters
        model.add(late >= end - max(due, -horizon)).only_enforce_if(planned)


def _add_piece(made: _Model, n: int, planned: Any, cp_model: Any) -> None:
    model, task, piece = made.model, made.task, made.task.pieces[n]
    every = cp_model.Domain.from_intervals([list(r) for option in piece.options for r in option.ranges] or [[0, 0]])
    start = made.starts[n] = model.new_int_var_from_domain(every, f"start{n}")
    present = made.present[n] = {o.machine: model.new_bool_var(f"on{n}_{o.machine}") for o in piece.options}
    model.add(sum(present.values()) == planned)
    for option in piece.options:
        domain = cp_model.Domain.from_intervals([list(r) for r in option.ranges])
        model.add_linear_expression_in_domain(start, domain).only_enforce_if(present[option.machine])
    days = sorted({task_day(task, low) for option in piece.options for low, _ in option.ranges})
    on_day = made.on_day[n] = {day: model.new_bool_var(f"day{n}_{day}") for day in days}
    model.add(sum(on_day.values()) == planned)
    for day, chosen in on_day.items():
        low, high = task.day_quarters(day)
        model.add_linear_constraint(start, low, high - 1).only_enforce_if(chosen)


def _add_machines(made: _Model) -> None:
    """No lane holds two pieces at a time; lanes without bookings are counted together."""
    intervals: dict[int, list[Any]] = {}
    for n, machines in made.present.items():
        for machine, present in machines.items():
            quarters = made.task.pieces[n].quarters
            piece = made.model.new_optional_fixed_size_interval_var(
                made.starts[n], quarters, present, f"piece{n}_{machine}"
            )
            intervals.setdefault(machine, []).append(piece)
    for machine, pieces in intervals.items():
        lanes = len(made.task.machines[machine].lanes)
        if lanes == 1:
            made.model.add_no_overlap(pieces)
        elif lanes < len(pieces):
            made.model.add_cumulative(pieces, [1] * len(pieces), lanes)


def _add_limit(made: _Model, limit: Limit) -> None:
    """Hold the hours of a day or a week."""
    used = []
    for n, machines, days in limit.members:
        here = [made.present[n][m] for m in machines]
        then = [made.on_day[n][d] for d in days]
        if len(here) == len(made.present[n]):
            counted = sum(then)
        elif len(then) == len(made.on_day[n]):
            counted = sum(here)
        else:
            counted = made.model.new_bool_var(f"counted{n}")
            made.model.add(counted >= sum(here) + sum(then) - 1)
            made.counted.append((counted, n, machines, days))
        used.append(made.task.pieces[n].seconds * counted)
    made.model.add(sum(used) <= limit.left)


def _cost(made: _Model) -> Any:
    """Weighted delay first, then how soon cars are done, then fairness, preferences and what is left in peace."""
    task, terms = made.task, []
    horizon = task.horizon
    for car, weight in enumerate(task.weights):
        terms.append(weight * LATE * made.late[car])
        terms.append(weight * (LATE + DONE) * horizon * OUT * (1 - made.planned[car]))
        terms += [weight * DONE * made.starts[n] for n in task.by_car[car][-1:]]
        for n in task.by_car[car]:
            terms += [o.cost * made.present[n][o.machine] for o in task.pieces[n].options if o.cost]
            terms += _kept(made, n, weight)
    return sum(terms) + _fairness(made, horizon)


def _kept(made: _Model, n: int, weight: int) -> list[Any]:
    """Let a booking that stays cost nothing; one that moves disturbs somebody."""
    task, piece = made.task, made.task.pieces[n]
    booked = piece.step.booked
    if booked is None:
        return []
    quarter = (int(booked.start.timestamp()) - task.origin) // QUARTER
    same = [
        made.present[n][o.machine]
        for o in piece.options
        if task.machines[o.machine].resource.id == booked.resource and any(a <= quarter <= b for a, b in o.ranges)
    ]
    if not same:
        return []
    kept = made.model.new_bool_var(f"kept{n}")
    made.kept.append((kept, n, quarter))
    made.model.add(made.starts[n] == quarter).only_enforce_if(kept)
    made.model.add(sum(same) >= 1).only_enforce_if(kept)
    return [weight * MOVED * (1 - kept)]


def _fairness(made: _Model, horizon: int) -> Any:
    """Count the site whose cars are latest on average once more, by the weight of its agreement."""
    task, sites = made.task, made.task.sites()
    if len(sites) < 2:  # noqa: PLR2004 - nobody to be fair between
        return 0
    share = {site: site_weight(task.finder, site) for site in sites}
    worst = made.worst = made.model.new_int_var(0, (2 * horizon + 1) * max(share.values()), "worst")
    for site, cars in sites.items():
        made.model.add(len(cars) * worst >= share[site] * sum(made.late[n] for n in cars))
    return FAIR * len(task.cars) * worst


def _hint(made: _Model, first: Chosen) -> None:
    """Show the solver the plan to begin from, every variable of it."""
    task, model = made.task, made.model
    late = [task.delay(car, first) for car in range(len(task.cars))]
    for car, pieces in enumerate(task.by_car):
        placed = bool(pieces) and all(n in first for n in pieces)
        model.add_hint(made.planned[car], placed)
        model.add_hint(made.late[car], late[car])
        for n in pieces:
            machine, start = first.get(n, (-1, -1))
            for option, present in made.present[n].items():
                model.add_hint(present, option == machine)
            for day, chosen in made.on_day[n].items():
                model.add_hint(chosen, placed and task_day(task, start) == day)
            ranges = [low for option in task.pieces[n].options for low, _ in option.ranges]
            model.add_hint(made.starts[n], start if placed else min(ranges, default=0))
    for counted, n, machines, days in made.counted:
        model.add_hint(counted, n in first and first[n][0] in machines and task_day(task, first[n][1]) in days)
    for kept, n, quarter in made.kept:
        booked, (machine, start) = task.pieces[n].step.booked, first.get(n, (-1, -1))
        same = booked is not None and n in first and task.machines[machine].resource.id == booked.resource
        model.add_hint(kept, same and start == quarter)
    if made.worst is not None:
        model.add_hint(made.worst, task.worst_share(first))
