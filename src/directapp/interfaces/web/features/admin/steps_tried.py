"""Optional steps, tried: which open cars would go another way if a step were used or left out, and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from directapp.declare.workflow import Workflow
from directapp.derive.questions import NONE, Address
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.people.fields import Dealerships
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.features.admin.words import WORDS
from directapp.kernel.text import Text
from directapp.store.query import Condition, Filter, Junction, Query

# Until where a car meets the check or passes it by.
_UNDECIDED_UNTIL = "cosmetic_prep"
_APPRAISED, _USED = "appraised", ("used", "certified")


@dataclass(frozen=True, slots=True)
class Moved:
    """Open cars of a status, and what the change does to them."""

    label: str
    hue: str
    count: int
    href: str
    told: str


@dataclass(frozen=True, slots=True)
class Line:
    """What is asked of the cars: whose they are, at which statuses, what more, and what is said of them."""

    column: str
    states: tuple[str, ...]
    told: Text
    more: tuple[tuple[str, str], ...] = ()
    filter: Filter | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A step that may be left out: its word in addresses, and the field of a site (and of the company) that says so."""

    code: str
    field: str

    def about(self, ctx: RequestContext) -> Text:
        """Return what the step is, with the status as the company calls it."""
        return WORDS[f"{self.code}_about"].fill(status=_flow(ctx).label(_APPRAISED))


QUALITY = Step("quality", Dealerships.quality_check)
APPRAISAL = Step("appraisal", Dealerships.appraisal)


def _flow(ctx: RequestContext) -> Workflow:
    flow = ctx.spec[CARS].declared.workflow
    assert flow is not None
    return flow


async def simulate(ctx: RequestContext, step: Step, here: Sequence[UUID], *, on: bool) -> list[Moved]:
    """Return which open cars of some sites would go another way, by where they stand now.

    Those whose work is not done yet meet the check or pass it by; one that is in it is judged as it would have been,
    and one that has passed it stays where it is. A car that is not registered, or not sent, meets the appraisal.
    """
    lines = _of_quality(ctx, on=on) if step is QUALITY else _of_appraisal(on=on)
    return [moved for line in lines for moved in await _counted(ctx, line, here)]


def _of_quality(ctx: RequestContext, *, on: bool) -> list[Line]:
    flow = _flow(ctx)
    undecided = flow.order(_UNDECIDED_UNTIL)
    states = tuple(s.code for s in flow.states if not s.locked and flow.order(s.code) <= undecided)
    return [Line(Cars.prep_center, states, WORDS["will_be_checked" if on else "will_not_be_checked"])]


def _of_appraisal(*, on: bool) -> list[Line]:
    column, kinds = Cars.dealership, Condition((Cars.car_type,), "in", _USED)
    used = tuple((str(Cars.car_type), kind) for kind in _USED)
    if not on:
        return [Line(column, ("draft", "registered"), WORDS["will_not_be_appraised"], used, kinds)]
    priced = Junction("and", (kinds, Condition((Cars.appraisal_price,), "nnull", value=True)))
    unpriced = Junction("and", (kinds, Condition((Cars.appraisal_price,), "null", value=True)))
    none = (str(Cars.appraisal_price), NONE)
    return [
        Line(column, ("registered",), WORDS["will_be_appraised"], used, priced),
        Line(column, ("draft", "registered"), WORDS["may_be_appraised"], (*used, none), unpriced),
    ]


async def _counted(ctx: RequestContext, line: Line, here: Sequence[UUID]) -> list[Moved]:
    flow = _flow(ctx)
    whose = Condition((line.column,), "in", tuple(here))
    query = Query(filter=Junction("and", (whose, line.filter)) if line.filter else whose)
    counts: dict[str, Any] = await ctx.platform.reading.counts(ctx.person, CARS, query, "status")
    sites = tuple((line.column, str(one)) for one in here)
    return [
        Moved(
            ctx.say(state.label),
            state.phase.hue,
            counts[state.code],
            Address(f"/app/{CARS}", (*sites, *line.more, ("status", state.code))).text,
            ctx.say(line.told),
        )
        for state in flow.states
        if state.code in line.states and counts.get(state.code)
    ]
