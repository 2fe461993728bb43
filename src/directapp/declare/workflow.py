"""Workflow: controlled states that follow from facts. Declared as data, judged by one pure engine."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from directapp.declare.case import Case
from directapp.declare.events import Event
from directapp.declare.fields import Choice
from directapp.declare.names import NO_ROW, STATUS, FieldName, plain, row_of
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _, verbatim

Guard = Callable[[Case], Problem | None]
Condition = Callable[[Case], bool]
# The colours of the style sheet that a status may have.
Hue = Literal["steel", "blue", "amber", "red", "orange", "indigo", "violet", "pink", "olive", "green", "teal", "grey"]
HUES: tuple[str, ...] = get_args(Hue)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """States that are one stage to people: label and colour.

    ``hours`` is how long a record usually stands at one of them before it is noticed, where its site has set no goal.
    ``aside`` phases are shown only while a record stands there. ``needed`` names a field that says no where a record
    skips the phase, ``done`` the instant at which it was completed. A group of fields with the phase's code is what is
    worked with there.
    """

    code: str
    label: Text
    hue: Hue
    hours: float | None = None
    aside: bool = False
    needed: str | None = None
    done: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One status: label, phase and order; ``locked`` records take no edit. ``also``: what else people call it."""

    code: str
    label: Text
    phase: Phase
    locked: bool = False
    also: tuple[str, ...] = ()


def state(code: str, label: Text, hue: Hue, *, hours: float | None = None, locked: bool = False) -> State:
    """Return a state that is a phase of its own."""
    return State(code=code, label=label, phase=Phase(code=code, label=label, hue=hue, hours=hours), locked=locked)


def status_choices(states: Iterable[State]) -> tuple[Choice, ...]:
    """Return the choices of the field that holds a status."""
    return tuple(Choice(s.code, s.label, s.phase.hue, also=s.also) for s in states)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A legal move. ``when`` (of the merged row) moves by itself; None is done by a verb only.

    ``fact`` names the field a person sets to cause it, for messages. ``event`` is emitted.
    """

    origins: tuple[str, ...]
    to: str
    when: Condition | None = None
    guards: tuple[Guard, ...] = ()
    fact: FieldName[Any] | None = None
    event: Event | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A field that people set when something happened, and in which states that makes sense.

    ``clears`` are the states in which a wrong fact may be taken back.
    ``refusal`` says what is missing when the state does not fit; it may use ``{state}``.
    """

    field: FieldName[Any]
    states: tuple[str, ...]
    refusal: Text
    clears: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class Walk:
    """What the engine found: the states passed, the events of the steps, and what refuses."""

    visited: tuple[str, ...]
    events: tuple[Event, ...]
    problems: tuple[Problem, ...]

    @property
    def status(self) -> str:
        """The state the record ends in."""
        return self.visited[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """States, steps and facts of a collection; the state stands in the field ``status``.

    ``replay`` computes the status from the facts alone, for taken-back facts and imports.
    ``words`` maps a status that may be written by name to the fact it stands for.
    ``unlocked`` names fields that may be written in locked states. ``guards`` hold for any write.
    ``since`` names the instant at which the present status began, ``sites`` the references to the sites whose goals
    say how long a record may stand there, the first that has one. ``again`` says whether instants that are set may be
    set anew: the work is to be done once more.
    """

    states: tuple[State, ...]
    steps: tuple[Step, ...]
    replay: Callable[[Case], str]
    initial: str
    facts: tuple[Fact, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    entries: tuple[str, ...] = ()
    unlocked: frozenset[str] = frozenset()
    guards: tuple[Guard, ...] = ()
    again: Condition | None = None
    since: str | None = None
    sites: tuple[str, ...] = ()

    def state(self, code: object) -> State | None:
        """Return the state with a code, or None."""
        return next((s for s in self.states if s.code == code), None)

    def phase(self, code: str) -> Phase | None:
        """Return the phase with a code, or None."""
        return next((s.phase for s in self.states if s.phase.code == code), None)

    def order(self, code: str) -> int:
        """Return the place of a state in the flow, from 0."""
        return next(i for i, s in enumerate(self.states) if s.code == code)

    def label(self, code: object) -> Text:
        """Return the label of a state; an unknown code is its own label."""
        state = self.state(code)
        return state.label if state else verbatim(code)

    def fact(self, name: str) -> Fact | None:
        """Return the fact a field stands for, or None."""
        return next((f for f in self.facts if f.field == name), None)

    def step_to(self, origin: str, to: str) -> Step | None:
        """Return the declared step between two states, or None."""
        return next((s for s in self.steps if s.to == to and origin in s.origins), None)

    def walk(self, case: Case) -> Walk:
        """Follow the steps that the merged row causes and collect every refusal on the way."""
        start = str(case.was(STATUS) or self.initial)
        state = self.state(start)
        if case.before is not None and state is not None and state.locked:
            general = self._general(case)
            return Walk((start,), (), _distinct(self._locked(case, state) + general))
        back, resumed = self._take_back(case, start)
        # What was taken back may lead onwards too: a cancelled order was the last part that was waited for.
        onwards = self.step_to(start, resumed) if resumed != start else None
        led, start = (onwards.event,) if onwards and onwards.event else (), resumed
        visited, events, refused, stuck = self._follow(case.merged(status=start))
        set_now = [f for f in self.facts if case.changed(f.field) and case.get(f.field) is not None]
        late = tuple(self._refuse(f, visited[0]) for f in set_now if not set(visited) & set(f.states))
        kept = tuple(p for f in set_now for guard in f.guards if (p := guard(case)) is not None)
        hindered = stuck if late else ()
        general = self._general(case.merged(status=visited[-1]))
        return Walk(visited, (*led, *events), _distinct(hindered + back + late + kept + refused + general))

    def _general(self, case: Case) -> tuple[Problem, ...]:
        return tuple(p for guard in self.guards if (p := guard(case)) is not None)

    def _take_back(self, case: Case, start: str) -> tuple[tuple[Problem, ...], str]:
        """Judge facts taken back (cleared, or a yes made a no) and find the state that the rest leads to.

        A state that the facts never led to (a corrected or imported one) stays.
        """
        taken = [f for f in self.facts if case.before is not None and _is_taken_back(case, f.field)]
        refused = tuple(self._refuse(f, start) for f in taken if start not in f.clears)
        if not taken or refused or self.replay(replace(case, row=case.before or NO_ROW)) != start:
            return refused, start
        return (), self.replay(case)

    def _locked(self, case: Case, state: State) -> tuple[Problem, ...]:
        message = _("The status is “{state}”, in which this field cannot be changed.").fill(state=state.label)
        return tuple(Problem(message, field=name) for name in case.patch if name not in self.unlocked)

    def _refuse(self, fact: Fact, state: str) -> Problem:
        return Problem(fact.refusal.fill(state=self.label(state)), field=fact.field)

    def _follow(
        self, case: Case
    ) -> tuple[tuple[str, ...], tuple[Event, ...], tuple[Problem, ...], tuple[Problem, ...]]:
        """Take steps while one applies; return the states, events, refusals, and what holds old steps up.

        A step that was due before this write and is refused does not refuse the write: it waits.
        """
        visited = [str(case.get(STATUS))]
        events: list[Event] = []
        problems: list[Problem] = []
        stuck: list[Problem] = []
        while True:
            for step in self.steps:
                if step.when is None or visited[-1] not in step.origins or step.to in visited or not step.when(case):
                    continue
                refused = [p for guard in step.guards if (p := guard(case)) is not None]
                if not refused or not _was_due(step, case):
                    break
                stuck += refused
            else:
                return tuple(visited), tuple(events), tuple(problems), tuple(stuck)
            problems += refused
            visited.append(step.to)
            if step.event:
                events.append(step.event)
            case = case.merged(status=step.to)


def _was_due(step: Step, case: Case) -> bool:
    if case.before is None or step.when is None:
        return False
    return step.when(replace(case, row=row_of({**plain(case.before), STATUS: case.get(STATUS)})))


def _is_taken_back(case: Case, name: FieldName[Any]) -> bool:
    if name not in case.patch:
        return False
    before, after = case.was(name), case.get(name)
    return (before is not None and after is None) or (before is True and after is False)


def _distinct(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple({(p.field, p.message): p for p in problems}.values())
