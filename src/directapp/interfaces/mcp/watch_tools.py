"""Tools that look over many: cars that stand still, and the people who see a record."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from directapp.declare.names import STATUS
from directapp.declare.workflow import Workflow
from directapp.derive.board import Goals, goals_of_site, limits_of
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.people.fields import DEALERSHIPS, USERS, Dealerships, Users
from directapp.domains.people.roles import ADMIN, MANAGER
from directapp.interfaces.mcp import arguments as read
from directapp.interfaces.mcp.arguments import Arguments
from directapp.interfaces.mcp.domain_tools import (
    MOMENT,
    NUMBER,
    RECORD,
    WORDS,
    DomainTool,
    Found,
    ToolContext,
    answer_of,
    opens,
    or_none,
    rows_of,
)
from directapp.interfaces.mcp.tools import MOST_ROWS
from directapp.kernel.errors import InvalidError, Problem, UnauthenticatedError
from directapp.kernel.text import _
from directapp.services.explain import sight
from directapp.store.query import Condition, Filter, Junction, Order, Query

_HOUR = timedelta(hours=1)
_MOST_SITES, _MOST_READ, _MOST_PEOPLE, _FEW_PEOPLE = 500, 1000, 50, 25
_LONGEST_HOURS = 24 * 366
_TOLD = (
    Cars.id,
    Cars.license_plate,
    Cars.make,
    Cars.model,
    Cars.status,
    Cars.status_since,
    Cars.dealership,
    Cars.prep_center,
)
_NO_STATUS = _("There is no status {name} at which a car can stand still.")


async def _stuck(ctx: ToolContext, arguments: Arguments) -> Found:
    flow, language, now = ctx.spec[CARS].declared.workflow, ctx.actor.language, ctx.platform.clock()
    assert flow is not None
    goals = await _goals(ctx)
    hours = read.number(arguments, "hours", 1, most=_LONGEST_HOURS) if arguments.get("hours") is not None else None
    limit = read.number(arguments, "limit", 25)
    least = {code: found if hours is None else hours for code, found in _least(flow, goals).items()}
    if arguments.get("status") is not None:
        status = read.text(arguments, "status")
        if status not in least:
            raise InvalidError(Problem(_NO_STATUS.fill(name=status[:80]), field="status"))
        least = {status: least[status]}
    parts: list[Filter] = [
        Junction("and", (Condition((STATUS,), "eq", code), Condition((Cars.status_since,), "lt", now - h * _HOUR)))
        for code, h in least.items()
    ]
    fields = tuple((name,) for name in _TOLD if name in ctx.readable(CARS))
    query = Query(
        fields=fields, filter=Junction("or", tuple(parts)), sort=(Order(Cars.status_since),), limit=_MOST_READ
    )
    found = []
    for row in await ctx.rows(CARS, query):
        state = flow.state(row[Cars.status])
        limits = limits_of(state, goals_of_site(flow, state, row, goals)) if state else None
        most = hours if hours is not None else limits[0] if limits else None
        stood = (now - datetime.fromisoformat(row[Cars.status_since])) / _HOUR
        if state is not None and most is not None and stood > most:
            told = {"status_label": state.label.pick(language), "hours": round(stood, 1), "goal_hours": most}
            found.append(row | told)
    found.sort(key=lambda one: one["goal_hours"] - one["hours"])
    return {"cars": found[:limit], "count": len(found), "more": len(found) > limit}


def _least(flow: Workflow, goals: Goals) -> dict[str, float]:
    """Return after how many hours a car is noticed at each status, by the strictest site."""
    least = {}
    for state in flow.states:
        limits = [limits_of(state, own) for own in ({}, *goals.values())]
        known = [one[0] for one in limits if one is not None]
        if known and not state.locked:
            least[state.code] = min(known)
    return least


async def _goals(ctx: ToolContext) -> Goals:
    """Return the goals of the sites whose settings the person sees."""
    if Dealerships.stage_goals not in ctx.readable(DEALERSHIPS):
        return {}
    query = Query(fields=(("id",), (Dealerships.stage_goals,)), sort=(Order("id"),), limit=_MOST_SITES)
    return {str(row["id"]): row.get(Dealerships.stage_goals) or {} for row in await ctx.rows(DEALERSHIPS, query)}


_PERSON = (Users.id, Users.first_name, Users.last_name, Users.roles)


async def _who(ctx: ToolContext, arguments: Arguments) -> Found:
    record = read.record_id(arguments)
    meta = await ctx.platform.reading.meta(ctx.actor, read.text(arguments, "collection"))
    await ctx.one(meta.name, record, ("id",))
    field = arguments.get("field")
    if field is not None and field not in meta.fields:
        raise InvalidError(Problem(read.NOT_TAKEN.fill(name=str(field)[:80]), field="field"))
    limit = read.number(arguments, "limit", _FEW_PEOPLE, most=_MOST_PEOPLE)
    page = read.number(arguments, "page", 1, most=_MOST_READ)
    query = Query(
        fields=tuple((name,) for name in _PERSON),
        filter=Condition((Users.active,), "eq", value=True),
        sort=(Order(Users.last_name), Order(Users.id)),
        limit=limit + 1,
        offset=(page - 1) * limit,
    )
    rows = await ctx.rows(USERS, query)
    people: list[dict[str, Any]] = []
    for row in rows[:limit]:
        try:
            subject = await ctx.trade.load_actor(ctx.actor.tenant, UUID(row[Users.id]))
        except UnauthenticatedError:
            continue
        reads, writes = await sight(ctx.platform.database, subject, meta, record)
        told: Found = {"person": row[Users.id], "name": subject.name, "roles": row[Users.roles], "sees": bool(reads)}
        if field is None:
            people.append(told | {"fields_seen": len(reads), "fields_changed": len(writes)})
        else:
            people.append(told | {"sees_field": field in reads, "changes_field": field in writes})
    return {"people": people, "next_page": page + 1 if len(rows) > limit else None}


TOOLS = (
    DomainTool(
        name="stuck_cars",
        title=_("Cars that stand still"),
        about=_(
            "Cars that have stood longer at their status than their site's goal, or the usual, allows; those furthest"
            " past it first. hours: another limit. status: at one status alone."
        ),
        takes={
            "status": {"type": "string", "maxLength": 60},
            "hours": {"type": "integer", "minimum": 1, "maximum": _LONGEST_HOURS},
            "limit": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS},
        },
        answers=answer_of(
            cars=rows_of(
                id=RECORD, status=WORDS, status_label=WORDS, status_since=MOMENT, hours=NUMBER, goal_hours=NUMBER
            ),
            count={"type": "integer"},
            more={"type": "boolean"},
        ),
        offered=opens(CARS, Cars.status, Cars.status_since),
        run=_stuck,
    ),
    DomainTool(
        name="who_can_see",
        title=_("Who may see this?"),
        about=_("Which people see a record, and how much of it they see and may change; with field: that field."),
        takes={
            "collection": {"type": "string", "maxLength": 80},
            "id": RECORD,
            "field": {"type": "string", "maxLength": 80},
            "limit": {"type": "integer", "minimum": 1, "maximum": _MOST_PEOPLE},
            "page": {"type": "integer", "minimum": 1, "maximum": _MOST_READ},
        },
        required=("collection", "id"),
        answers=answer_of(
            people=rows_of(person=RECORD, name=WORDS, roles={"type": "array"}, sees={"type": "boolean"}),
            next_page=or_none({"type": "integer"}),
        ),
        offered=lambda spec, actor: bool(actor.roles & {ADMIN, MANAGER}) and opens(USERS, Users.roles)(spec, actor),
        run=_who,
    ),
)
