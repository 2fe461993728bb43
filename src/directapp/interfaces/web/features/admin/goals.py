"""Stage goals of a site: the hours after which a car turns yellow and red at each status, in a form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import orjson
from fastapi import Response

from directapp.declare.reading import AmbiguousNumberError, BadValueError, read_number
from directapp.declare.workflow import State
from directapp.derive import board, forms, present
from directapp.derive.forms import Complaint
from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.goals import GOALS
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.core.words import WORDS as COMMON
from directapp.interfaces.web.features.admin.overview import PATH
from directapp.interfaces.web.features.admin.words import WORDS, speak_admin
from directapp.interfaces.web.records import sites
from directapp.kernel.errors import DirectAppError, StaleError
from directapp.kernel.text import Text

CARS = "cars"
HERE = f"{PATH}/goals"
LONGEST = 24 * 366
SOON, LATE = board.SOON, board.LATE

Goal = Mapping[str, float]
Goals = Mapping[str, Goal]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalLine:
    """A status of the form: what stands in its two fields, the usual beside them, and what is wrong."""

    code: str
    label: str
    hue: str
    yellow: str
    red: str
    usual: tuple[str, str]
    problems: Mapping[str, str]
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came back and could not be saved: what was typed, what is wrong, what somebody else saved meanwhile."""

    typed: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)
    summary: tuple[Complaint, ...] = ()
    base: Goals | None = None
    stale_by: str | None = None
    status: int = HTTPStatus.OK


def states_of(ctx: RequestContext) -> tuple[State, ...]:
    """Return the statuses that a car may stand at for too long."""
    flow = ctx.spec[CARS].declared.workflow
    return tuple(s for s in flow.states if not s.locked) if flow else ()


async def show_goals(ctx: PersonContext, site: str = "") -> Response:
    """Show a site's goals."""
    seen = await sites.site_of(ctx, site, GOALS)
    return await _page(ctx, seen) if seen else sites.no_site(ctx, WORDS["goals"])


async def save_goals(ctx: PersonContext) -> Response:
    """Save a site's goals, or show the form again with everything that was typed."""
    posted = await read_signed(ctx)
    seen = await sites.demand_site(ctx, posted.get("site"), GOALS)
    states = states_of(ctx)
    typed = {f"{s.code}.{name}": posted.get(f"{s.code}.{name}").strip() for s in states for name in (SOON, LATE)}
    goals, problems = read_goals(ctx, states, typed)
    if problems:
        summary = tuple(_complaint(ctx, states, name, text) for name, text in problems.items())
        status = int(HTTPStatus.UNPROCESSABLE_ENTITY)
        return await _page(ctx, seen, Answered(typed=typed, problems=problems, summary=summary, status=status))
    # A status that the form does not show keeps what it has.
    shown = {s.code for s in states}
    kept = {code: goal for code, goal in _stored(seen).items() if code not in shown}
    try:
        patch = {GOALS: {**kept, **goals}}
        await ctx.do(seen.meta, "update", patch, posted=posted, target=seen.id, version=posted.version)
    except StaleError as error:
        seen = await sites.demand_site(ctx, posted.get("site"), GOALS)
        who = await ctx.last_writer(SITES, seen.id) or ctx.say(COMMON["someone"])
        return await _page(ctx, seen, Answered(typed=typed, base=goals, stale_by=who, status=int(error.status)))
    except DirectAppError as error:
        _, summary = forms.sort_problems(error.problems, seen.meta.fields, ctx.language)
        return await _page(ctx, seen, Answered(typed=typed, summary=summary, status=int(error.status)))
    return sites.saved(ctx, seen, WORDS["goals"], HERE)


def _stored(seen: Record) -> Goals:
    return seen.view.row.get(GOALS) or {}


def _told(goals: Goals) -> str:
    """Return goals as the form carries them along, to see whether somebody changed them meanwhile."""
    told: bytes = orjson.dumps(goals, option=orjson.OPT_SORT_KEYS)
    return told.decode()


# -- reading the form -----------------------------------------------------------------------------------


def read_goals(
    ctx: RequestContext, states: tuple[State, ...], typed: Mapping[str, str]
) -> tuple[dict[str, Goal], dict[str, str]]:
    """Return the goals that were typed, and what is wrong by field."""
    goals: dict[str, Goal] = {}
    problems: dict[str, str] = {}
    for state in states:
        names = (f"{state.code}.{SOON}", f"{state.code}.{LATE}")
        wrong = {name: problem for name in names if (problem := _wrong(typed[name])) is not None}
        hours = [_number(typed[name]) for name in names]
        if not wrong and hours[0] is None and hours[1] is not None:
            wrong[names[0]] = WORDS["no_yellow"]
        if not wrong and hours[0] is not None:
            red = hours[1] if hours[1] is not None else min(2 * hours[0], LONGEST)
            if red < hours[0]:
                wrong[names[1]] = WORDS["red_first"]
            goals[state.code] = {SOON: hours[0], LATE: red}
        problems |= {name: ctx.say(problem) for name, problem in wrong.items()}
    return goals, problems


def _wrong(typed: str) -> Text | None:
    if not typed:
        return None
    try:
        number = read_number(typed)
    except AmbiguousNumberError as error:
        return error.text
    except BadValueError:
        return WORDS["no_number"].fill(typed=typed)
    return None if 0 < number <= LONGEST else WORDS["too_long"].fill(most=LONGEST)


def _number(typed: str) -> float | int | None:
    try:
        number = read_number(typed)
    except BadValueError:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _complaint(ctx: RequestContext, states: tuple[State, ...], name: str, text: str) -> Complaint:
    code, _, which = name.partition(".")
    label = next(s.label for s in states if s.code == code)
    return Complaint(text, name, ctx.say(WORDS[f"{'yellow' if which == SOON else 'red'}_of"].fill(status=label)))


# -- showing it -----------------------------------------------------------------------------------------


async def _page(ctx: RequestContext, seen: Record, answered: Answered | None = None) -> Response:
    stored = _stored(seen)
    typed = answered.typed if answered else _typed(ctx, stored)
    return ctx.page(
        "admin/goals.html",
        status=answered.status if answered else HTTPStatus.OK,
        here=SITES,
        a=speak_admin(ctx.language),
        site=seen,
        name=ctx.formatter.title(seen.meta, seen.told),
        sites=await sites.sites_to_set(ctx, GOALS, seen.id),
        lines=[_line(ctx, state, typed, stored, answered) for state in states_of(ctx)],
        summary=answered.summary if answered else (),
        stale_by=answered.stale_by if answered else None,
        base=_base(stored),
    )


def _base(stored: Goals) -> str:
    return orjson.dumps({GOALS: _told(stored)}).decode()


def _typed(ctx: RequestContext, goals: Goals) -> dict[str, str]:
    return {
        f"{code}.{name}": present.input_number(hours, ctx.language)
        for code, goal in goals.items()
        for name, hours in goal.items()
    }


def _line(
    ctx: RequestContext, state: State, typed: Mapping[str, str], stored: Goals, answered: Answered | None
) -> GoalLine:
    usual = board.limits_of(state, {})
    names = (f"{state.code}.{SOON}", f"{state.code}.{LATE}")
    problems = {n: answered.problems[n] for n in names if n in answered.problems} if answered else {}
    told = [present.input_number(h, ctx.language) for h in usual] if usual else ["", ""]
    return GoalLine(
        code=state.code,
        label=ctx.say(state.label),
        hue=state.phase.hue,
        yellow=typed.get(names[0], ""),
        red=typed.get(names[1], ""),
        usual=(told[0], told[1]),
        problems=problems,
        theirs=_theirs(ctx, state.code, stored, answered),
    )


def _theirs(ctx: RequestContext, code: str, stored: Goals, answered: Answered | None) -> str:
    """Return what is stored at a status now, where somebody else saved something other than was typed."""
    if answered is None or answered.base is None or stored.get(code) == answered.base.get(code):
        return ""
    goal = stored.get(code)
    if goal is None:
        return ctx.say(WORDS["stored_usual"])
    hours = {name: present.input_number(h, ctx.language) for name, h in goal.items()}
    return ctx.say(WORDS["stored_goal"].fill(yellow=hours[SOON], red=hours[LATE]))


ROUTES = (
    get(HERE, show_goals),
    post(HERE, save_goals),
)
