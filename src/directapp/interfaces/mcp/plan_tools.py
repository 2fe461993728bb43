"""Tools about the plan: when a car can be done, when it will be, why it is late, and who has how much to do."""

from typing import Any
from uuid import UUID

from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.planning.fields import RESOURCE_BOOKINGS, ResourceBookings
from directapp.interfaces.mcp import arguments as read
from directapp.interfaces.mcp.arguments import Arguments
from directapp.interfaces.mcp.domain_tools import (
    DAY,
    MOMENT,
    NUMBER,
    RECORD,
    WORDS,
    DomainTool,
    Found,
    ToolContext,
    answer_of,
    may,
    opens,
    or_none,
    rows_of,
)
from directapp.interfaces.mcp.tools import PREVIEWED
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import _

_NO_WAY = _("There is no such way. Ask again without way to see them.")
_MOST_WAYS = 20
_REASONS = {"type": "array", "items": WORDS}
_SLOT = {
    "resource": RECORD,
    "resource_name": WORDS,
    "resource_type": RECORD,
    "start": MOMENT,
    "end": MOMENT,
    "reasons": _REASONS,
}
_BOOKED: tuple[str, ...] = (ResourceBookings.resource, ResourceBookings.resource_type, ResourceBookings.person)


async def _schedule(ctx: ToolContext, arguments: Arguments) -> Found:
    car = read.record_id(arguments, "car")
    asked = {name: arguments.get(name) for name in ("template", "site", "earliest", "latest")}
    found = await ctx.ask(RESOURCE_BOOKINGS, "find_chains", car=str(car), **asked)
    ways = [way | {"way": n} for n, way in enumerate(found["chains"], 1)][:_MOST_WAYS]
    answer = {"steps": found["steps"], "ways": ways, "refused": found["refused"], "previews": []}
    if arguments.get("way") is None:
        return answer
    chosen = read.number(arguments, "way", 1, most=_MOST_WAYS)
    if chosen > len(ways):
        raise InvalidError(Problem(_NO_WAY, field="way"))
    previews = [
        await ctx.preview(RESOURCE_BOOKINGS, "create", None, _booking(car, slot)) for slot in ways[chosen - 1]["slots"]
    ]
    return answer | {"previews": previews}


def _booking(car: UUID, slot: Found) -> Found:
    told: Found = {name: slot[name] for name in _BOOKED if slot.get(name)}
    return {
        **told,
        ResourceBookings.car: str(car),
        ResourceBookings.starts_at: slot["start"],
        ResourceBookings.ends_at: slot["end"],
    }


async def _promise(ctx: ToolContext, arguments: Arguments) -> Found:
    return await ctx.ask(RESOURCE_BOOKINGS, "promise", car=str(read.record_id(arguments, "car")))


_LATE = (
    Cars.status,
    Cars.status_since,
    Cars.delivery_date,
    Cars.expected_ready_at,
    Cars.sla_status,
    Cars.late_cause,
    Cars.parts_status,
)


async def _explain_delay(ctx: ToolContext, arguments: Arguments) -> Found:
    car, meta, language = read.record_id(arguments, "car"), ctx.spec[CARS], ctx.actor.language
    row = await ctx.one(CARS, car, _LATE)
    view = await ctx.platform.reading.view(ctx.actor, CARS, car)
    state = meta.declared.workflow.state(row.get(Cars.status)) if meta.declared.workflow else None
    told = {
        name: choice.label.pick(language)
        for name in (Cars.sla_status, Cars.late_cause, Cars.parts_status)
        if (choice := meta.fields[name].choice(row.get(name)))
    }
    outlook = {}
    if may(RESOURCE_BOOKINGS, "promise")(ctx.spec, ctx.actor):
        outlook = await ctx.ask(RESOURCE_BOOKINGS, "promise", car=str(car))
    return {
        "car": {name: row.get(name) for name in _LATE},
        "status": state.label.pick(language) if state else None,
        "late": row.get(Cars.sla_status) in {"delayed", "at_risk"},
        "in_words": told,
        "stands_in_the_way": [
            {"act": offer.verb.label.pick(language), "reason": offer.blocked.message.pick(language)}
            for offer in view.offers
            if offer.blocked is not None
        ],
        "reasons": outlook.get("reasons", []),
        "gains": outlook.get("gains", []),
    }


async def _load(ctx: ToolContext, arguments: Arguments) -> Found:
    asked = {name: arguments.get(name) for name in ("first", "last", "site")}
    found = await ctx.ask(RESOURCE_BOOKINGS, "figures", **asked)
    return {
        "first": found["first"],
        "last": found["last"],
        "resources": sorted(
            (one | {"free": round(max(one["available"] - one["booked"], 0), 2)} for one in found["resources"]),
            key=lambda one: (not one["in_use"], one["share"], one["name"]),
        ),
        "bottlenecks": [one["reason"] for one in found["bottlenecks"]],
    }


_GAINS = rows_of(lever=WORDS, hours=NUMBER, ready_at=MOMENT, reason=WORDS)
_OBJECT: dict[str, Any] = {"type": "object"}

TOOLS = (
    DomainTool(
        name="smart_schedule",
        title=_("Find room for a car"),
        about=_(
            "Ways to do all the work that a car still needs, or the steps of a template, best first, each with its"
            " reasons. With way: previews of the bookings of that way, in order; commit their tokens one after another."
        ),
        takes={
            "car": RECORD,
            "template": RECORD,
            "site": RECORD,
            "earliest": MOMENT,
            "latest": MOMENT,
            "way": {"type": "integer", "minimum": 1, "maximum": _MOST_WAYS},
        },
        required=("car",),
        answers=answer_of(
            steps=rows_of(resource_type=RECORD, hours=WORDS, basis=WORDS),
            ways=rows_of(
                way={"type": "integer"}, finish=MOMENT, late_hours=NUMBER, reasons=_REASONS, slots=rows_of(**_SLOT)
            ),
            refused=_REASONS,
            previews={"type": "array", "items": PREVIEWED},
        ),
        offered=lambda spec, actor: (
            may(RESOURCE_BOOKINGS, "find_chains")(spec, actor) and may(RESOURCE_BOOKINGS, "create")(spec, actor)
        ),
        run=_schedule,
    ),
    DomainTool(
        name="promise_date",
        title=_("When is the car ready?"),
        about=_("When a car is expected to be ready, why, and what would bring it forward most."),
        takes={"car": RECORD},
        required=("car",),
        answers=answer_of(ready_at=or_none(MOMENT), reasons=_REASONS, gains=_GAINS),
        offered=may(RESOURCE_BOOKINGS, "promise"),
        run=_promise,
    ),
    DomainTool(
        name="explain_delay",
        title=_("Why is the car late?"),
        about=_("How a car stands to its promised day: the cause, what stands in the way, and what would help."),
        takes={"car": RECORD},
        required=("car",),
        answers=answer_of(
            car=_OBJECT,
            status=or_none(WORDS),
            late={"type": "boolean"},
            in_words=_OBJECT,
            stands_in_the_way=rows_of(act=WORDS, reason=WORDS),
            reasons=_REASONS,
            gains=_GAINS,
        ),
        offered=opens(CARS, Cars.sla_status),
        run=_explain_delay,
    ),
    DomainTool(
        name="mechanic_load",
        title=_("Who has how much to do"),
        about=_(
            "Hours booked and available of each person, bay and machine in a period, the least loaded first, and"
            " the bottlenecks. first and last are days; without them, this week."
        ),
        takes={"first": DAY, "last": DAY, "site": RECORD},
        answers=answer_of(
            first=DAY,
            last=DAY,
            resources=rows_of(key=RECORD, name=WORDS, booked=NUMBER, available=NUMBER, free=NUMBER, share=NUMBER),
            bottlenecks=_REASONS,
        ),
        offered=may(RESOURCE_BOOKINGS, "figures"),
        run=_load,
    ),
)
