"""Board: a list's rows as cards under their status, from the declared workflow and the reader's rights."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from directapp.declare.kinds import Kind
from directapp.declare.names import STATUS
from directapp.declare.spec import CollectionMeta
from directapp.declare.workflow import State, Workflow
from directapp.derive.pages import age_of, began
from directapp.derive.questions import Address
from directapp.derive.shown import NOTHING, Formatter, Shown, page_of, paths_for
from directapp.kernel.actor import Actor
from directapp.kernel.languages import Language
from directapp.store.query import Path

EVERYTHING = "all"
# What a goal is made of: the hours after which a record is noticed, and those after which it is late.
SOON, LATE = "yellow", "red"
_LATE = 2

# Goals by the id of the site that set them, then by status.
Goals = Mapping[str, Mapping[str, Mapping[str, float]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A record on the board: what names it, whose it is, when it is due, how long it has stood, who has it.

    ``assigned`` is empty where nobody has it, None where it is nobody's to have or the reader does not see who.
    """

    id: str
    href: str
    title: str
    plate: Shown
    who: Shown
    place: Shown
    due: Shown
    due_tone: str | None
    age: str | None
    age_tone: str | None
    assigned: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One status: its name and colour, how many stand there, the first cards and where the rest are.

    Lanes of one ``phase`` stand together under ``phase_label``.
    """

    code: str
    label: str
    hue: str
    phase: str
    phase_label: str
    count: int
    cards: tuple[Card, ...] = ()
    more_href: str | None = None


@dataclass(frozen=True, slots=True)
class Faces:
    """The fields that a card shows of one collection."""

    titles: tuple[str, ...]
    who: str | None
    place: str | None
    due: str | None
    assigned: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        single = (n for n in (self.who, self.place, self.due) if n)
        return tuple(dict.fromkeys(("id", STATUS, *self.titles, *single, *self.assigned)))


def hides_closed(address: Address, meta: CollectionMeta) -> bool:
    """Whether a list leaves out what is done with: nothing is asked that could be about it."""
    flow = meta.declared.workflow
    closed = flow is not None and any(s.locked for s in flow.states)
    return closed and not any(address.get(name) for name in (STATUS, EVERYTHING, "q"))


def open_only(address: Address, meta: CollectionMeta) -> Address:
    """Return the address with the open states spelled out where the list leaves out the closed ones."""
    flow = meta.declared.workflow
    if flow is None or not hides_closed(address, meta):
        return address
    return Address(address.path, (*address.params, *((STATUS, s.code) for s in flow.states if not s.locked)))


def faces_of(meta: CollectionMeta, readable: frozenset[str]) -> Faces:
    """Return what a card shows: the declared title, and of the columns the first that fits each place."""
    declared = meta.declared.views
    titles = tuple(n for n in meta.called if n in readable)
    columns = [meta.fields[n] for n in declared.columns if n in readable and n not in titles]
    refs = [f for f in columns if f.kind is Kind.REF]
    return Faces(
        titles=titles,
        who=next((f.name for f in columns if f.kind is Kind.STRING), None),
        place=next((f.name for f in refs if f.name not in declared.assigned), None),
        due=next((f.name for f in columns if f.kind is Kind.DATE), None),
        assigned=tuple(n for n in declared.assigned if n in readable),
    )


def card_paths(formatter: Formatter, meta: CollectionMeta, readable: frozenset[str]) -> tuple[Path, ...]:
    """Return the paths that fetch what cards show."""
    wanted = (*faces_of(meta, readable).names, *judged_by(meta), "updated_at")
    names = tuple(dict.fromkeys(n for n in wanted if n in readable))
    return paths_for(formatter.spec, formatter.actor, meta, names)


def judged_by(meta: CollectionMeta) -> tuple[str, ...]:
    """Return the fields that say how urgent a record is and how long it has stood at its status."""
    flow, urgency = meta.declared.workflow, meta.declared.views.urgency
    stood = (STATUS, flow.since, *flow.sites) if flow and flow.since else ()
    return (*stood, *((urgency,) if urgency else ()))


def cards_of(
    formatter: Formatter,
    meta: CollectionMeta,
    rows: Iterable[Mapping[str, Any]],
    readable: frozenset[str],
    goals: Goals,
) -> tuple[Card, ...]:
    """Return the cards of rows; ``goals`` are those that the reader may know of."""
    faces = faces_of(meta, readable)
    return tuple(_card(formatter, meta, row, faces, goals) for row in rows)


def _card(formatter: Formatter, meta: CollectionMeta, row: Mapping[str, Any], faces: Faces, goals: Goals) -> Card:
    def told(name: str | None) -> Shown:
        return formatter.value(meta, name, row, short=True) if name else NOTHING

    plate = next((s for n in faces.titles if (s := told(n)).look == "plate"), NOTHING)
    title = formatter.title(meta, row)
    urgency = told(meta.declared.views.urgency)
    return Card(
        id=str(row["id"]),
        href=page_of(meta.name, row["id"]),
        title=title.removeprefix(plate.text).strip() or title,
        plate=plate,
        who=told(faces.who),
        place=told(faces.place),
        due=told(faces.due),
        due_tone=urgency.tone if urgency.tone != "done" else None,
        age=age_of(formatter, meta, row),
        age_tone=age_tone(formatter, meta, row, goals),
        assigned=next((s.text for n in faces.assigned if (s := told(n))), "" if faces.assigned else None),
    )


def age_tone(formatter: Formatter, meta: CollectionMeta, row: Mapping[str, Any], goals: Goals) -> str | None:
    """Return soon past the first goal of the stage, late past the second; none where nothing is expected."""
    flow, since = meta.declared.workflow, began(meta, row)
    state = flow.state(row.get(STATUS)) if flow else None
    if flow is None or state is None or since is None or state.locked:
        return None
    limits = limits_of(state, goals_of_site(flow, state, row, goals))
    stood = (formatter.now - since) / timedelta(hours=1)
    return None if limits is None or stood <= limits[0] else "late" if stood > limits[1] else "soon"


def limits_of(state: State, goals: Mapping[str, Mapping[str, float]]) -> tuple[float, float] | None:
    """Return the hours after which a record is noticed and late at a state, by a site's goals or the usual ones."""
    own = goals.get(state.code)
    if own:
        return own[SOON], own[LATE]
    usual = state.phase.hours
    return None if usual is None else (usual, _LATE * usual)


def goals_of_site(
    flow: Workflow, state: State, row: Mapping[str, Any], goals: Goals
) -> Mapping[str, Mapping[str, float]]:
    """Return the goals of the first site of the record that has one."""
    for name in flow.sites:
        value = row.get(name)
        site = str(value.get("id")) if isinstance(value, Mapping) else str(value)
        if state.code in goals.get(site, {}):
            return goals[site]
    return {}


def lanes_reached(
    meta: CollectionMeta, actor: Actor, writable: frozenset[str], counts: Mapping[str, int], asked: Sequence[str]
) -> tuple[State, ...]:
    """Return the states that are a column: those asked for, else where something stands or the role moves it."""
    flow = meta.declared.workflow
    if flow is None:
        return ()
    if asked:
        return tuple(s for s in flow.states if s.code in asked)
    moved = _moved_by(flow, writable) | {state for g in meta.grants_of(actor.roles) for state in g.states}
    return tuple(s for s in flow.states if counts.get(s.code) or (s.code in moved and not s.locked))


def _moved_by(flow: Workflow, writable: frozenset[str]) -> set[str]:
    steps = [s for s in flow.steps if s.fact in writable]
    return {s.to for s in steps} | {origin for s in steps for origin in s.origins}


def lane_of(
    state: State, language: Language, *, count: int, cards: tuple[Card, ...] = (), more_href: str | None = None
) -> Lane:
    """Return a state's column."""
    phase = state.phase
    return Lane(
        code=state.code,
        label=state.label.pick(language),
        hue=phase.hue,
        phase=phase.code,
        phase_label=phase.label.pick(language),
        count=count,
        cards=cards,
        more_href=more_href,
    )
