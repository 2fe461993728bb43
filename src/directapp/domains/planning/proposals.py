"""Plan proposals: a plan for all waiting cars, made by a solver, that a planner accepts whole or in part."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from directapp.declare.access import Access, Grant
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Views
from directapp.declare.events import Emit
from directapp.declare.fields import Choice, Group, choices, field
from directapp.declare.kinds import BadValueError, Kind
from directapp.declare.names import Row, Values
from directapp.declare.rules import Is, Who
from directapp.declare.verbs import Verb
from directapp.domains.people.fields import DEALERSHIPS
from directapp.domains.planning.engine.lanes import most_at_once
from directapp.domains.planning.engine.spans import local_day
from directapp.domains.planning.engine.words import when_text
from directapp.domains.planning.events import PLAN_ASKED
from directapp.domains.planning.fields import RESOURCE_BOOKINGS, RESOURCES, PlanProposals, ResourceBookings, Resources
from directapp.domains.planning.rights import OWN_SITE, OWN_SITES, SYSTEM, SYSTEMS
from directapp.kernel.errors import ConflictError, DirectAppError, InvalidError, Problem
from directapp.kernel.text import _, pgettext
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

STATUSES: tuple[Choice, ...] = choices(
    ("queued", _("Being made")),
    ("ready", _("Ready to look at")),
    ("failed", _("Could not be made")),
    ("accepted", _("Accepted")),
    ("dropped", _("Dropped")),
)
_DAYS_AHEAD, _MOST_DAYS = 10, 60


_LAST_LINE = 9_999
LINES_FORM = {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": _LAST_LINE}}


def parse_lines(value: Any) -> list[int]:
    """Understand which lines are accepted: their numbers."""
    numbers = {int(n) for n in value if _is_line(n)}
    if not all(map(_is_line, value)):
        raise BadValueError(_("Must be line numbers."))
    return sorted(numbers)


def _is_line(number: object) -> bool:
    text = str(number)
    return isinstance(number, int | str) and text.isascii() and text.isdigit() and len(text) <= len(str(_LAST_LINE))


WANTED = Group(
    "wanted",
    _("Proposal"),
    (
        field(
            PlanProposals.dealership,
            _("Site"),
            Kind.REF,
            ref=DEALERSHIPS,
            required=True,
            immutable=True,
            default=lambda case: case.actor.site,
        ),
        field(
            PlanProposals.first_day,
            _("From"),
            Kind.DATE,
            required=True,
            immutable=True,
            default=lambda c: local_day(c.now),
        ),
        field(
            PlanProposals.last_day,
            pgettext("last day", "To"),
            Kind.DATE,
            required=True,
            immutable=True,
            default=lambda case: local_day(case.now) + timedelta(days=_DAYS_AHEAD),
        ),
        field(
            PlanProposals.move_booked,
            _("May move what is not pinned"),
            Kind.BOOLEAN,
            default=False,
            immutable=True,
        ),
        field(
            PlanProposals.seconds,
            _("Longest time"),
            Kind.INTEGER,
            required=True,
            immutable=True,
            default=5,
            minimum=1,
            maximum=60,
            unit="s",
        ),
    ),
)
MADE = Group(
    "made",
    _("Plan"),
    (
        field(PlanProposals.status, _("Status"), Kind.CHOICE, choices=STATUSES, computed=True, default="queued"),
        field(PlanProposals.lines, _("Lines"), Kind.JSON, computed=True),
        field(PlanProposals.unplanned, _("Without a place"), Kind.JSON, computed=True),
        field(PlanProposals.late_hours, _("Hours after promise"), Kind.DECIMAL, computed=True, unit="t"),
        field(PlanProposals.proven, _("Proven best"), Kind.BOOLEAN, computed=True),
        field(PlanProposals.message, _("Message"), Kind.TEXT, computed=True),
        field(PlanProposals.solved_at, _("Made at"), Kind.INSTANT, computed=True),
    ),
)


def days_fit(case: Case) -> list[Problem]:
    """Demand some days ahead, and not too many."""
    first, last = case.get(PlanProposals.first_day), case.get(PlanProposals.last_day)
    if case.before is not None or first is None or last is None:
        return []
    if last < max(first, local_day(case.now)):
        return [Problem(pgettext("proposal", "The period ends before it begins."), "last_day")]
    if (last - first).days > _MOST_DAYS:
        words = _("At most {days} days at a time.").fill(days=_MOST_DAYS)
        return [Problem(words, "last_day")]
    return []


def lines_of(row: Row) -> list[dict[str, Any]]:
    """Return the lines of a proposal."""
    return list(row.get(PlanProposals.lines) or ())


async def accept(ctx: CommandContext) -> None:
    """Book the chosen lines, or all that are not left out; nothing is booked where one of them no longer fits."""
    lines = {int(line["line"]): line for line in lines_of(ctx.case.row)}
    chosen = ctx.params.get("lines") or sorted(n for n, line in lines.items() if not line.get("left_out"))
    unknown = [n for n in chosen if n not in lines]
    if unknown or not chosen:
        raise InvalidError(Problem(_("Choose lines of the proposal."), "lines"))
    moved = {n: UUID(lines[n]["moves"]) for n in chosen if lines[n]["moves"]}
    await _hold(ctx, [lines[n] for n in chosen], sorted(moved.values()))
    held = {n: await ctx.look_up(RESOURCE_BOOKINGS, booking) for n, booking in moved.items()}
    async with ctx.lifted(RESOURCE_BOOKINGS, list(moved.values())), ctx.confirming():
        for number in chosen:
            await _book(ctx, lines[number], held.get(number))
    rest = [line for number, line in lines.items() if number not in chosen] if ctx.params.get("keep") else []
    await ctx.change({PlanProposals.lines: rest} if rest else {PlanProposals.status: "accepted"}, system="planning")


_HELD_OF_BOOKINGS = (
    ResourceBookings.car,
    ResourceBookings.resource,
    ResourceBookings.provider,
    ResourceBookings.consumer,
    ResourceBookings.person,
)


async def _hold(ctx: CommandContext, lines: list[dict[str, Any]], moved: list[UUID]) -> None:
    """Hold all that the lines touch: the bookings, then what they point to, as a single booking does."""
    names = sorted({UUID(line["resource"]) for line in lines})
    resources = [r.row for r in await ctx.find(RESOURCES, {Resources.id: names}, system=SYSTEM, limit=len(names))]
    bookings = [
        b.row for b in await ctx.find(RESOURCE_BOOKINGS, {ResourceBookings.id: moved}, system=SYSTEM, limit=len(moved))
    ]
    cars = [UUID(line["car"]) for line in lines]
    rows = [r.get(n) for r in bookings for n in _HELD_OF_BOOKINGS]
    rows += [r.get(n) for r in resources for n in (Resources.dealership, Resources.person)]
    await ctx.hold(moved)
    await ctx.hold([*names, *cars, *(r for r in rows if r is not None)])


async def _book(ctx: CommandContext, line: dict[str, Any], held: Seen | None) -> None:
    when: Values = {
        ResourceBookings.starts_at: line["starts_at"],
        ResourceBookings.ends_at: line["ends_at"],
        ResourceBookings.resource: line["resource"],
    }
    try:
        if held is None:
            await ctx.create(
                RESOURCE_BOOKINGS,
                when | {ResourceBookings.car: line["car"], ResourceBookings.resource_type: line["resource_type"]},
            )
        else:
            await ctx.change(when, on=held)
    except DirectAppError as error:
        number, why = line["line"], error.problems[0].message
        words = _("Line {n}, {car}: {why}").fill(n=number, car=line["car_title"], why=why)
        raise ConflictError(Problem(words, "lines", extra={"line": str(number)})) from error


async def adjust(ctx: CommandContext) -> None:
    """Change where a line would be booked, or leave it out; the bookings that stand are asked when it is accepted."""
    lines = lines_of(ctx.case.row)
    line = next((one for one in lines if one["line"] == ctx.params["line"]), None)
    if line is None:
        raise InvalidError(Problem(_("Choose lines of the proposal."), "line"))
    changed = {n: ctx.params[n].isoformat() for n in ("starts_at", "ends_at") if ctx.params.get(n)}
    changed |= {"left_out": ctx.params["left_out"]} if ctx.params.get("left_out") is not None else {}
    resource = (await ctx.look_up(RESOURCES, ctx.params.get("resource") or UUID(line["resource"]))).row
    changed |= {"resource": str(resource[Resources.id]), "resource_name": resource[Resources.name]}
    moved = line | changed
    beside = [one for one in lines if one is not line and not one.get("left_out")]
    if not moved.get("left_out"):
        _refuse_clash(moved, beside, room=int(resource.get(Resources.capacity) or 1))
    await ctx.change({PlanProposals.lines: [moved if one is line else one for one in lines]}, system="planning")


def _refuse_clash(line: dict[str, Any], beside: list[dict[str, Any]], *, room: int) -> None:
    """Refuse a time at which other lines of the proposal have the car, or the resource with all its room."""
    start, end = _span(line)
    if end <= start:
        raise InvalidError(Problem(_("The booking ends before it begins."), "ends_at"))
    meeting = [one for one in beside if _span(one)[0] < end and start < _span(one)[1]]
    of_car = [one for one in meeting if one["car"] == line["car"]]
    there = [one for one in meeting if one["resource"] == line["resource"]]
    at_once = most_at_once((max(a, start), min(b, end)) for a, b in map(_span, there))
    if of_car or at_once >= room:
        other = (of_car or there)[0]
        words = _("The proposal has {car} at {resource} from {start} to {end}.").fill(
            car=other["car_title"],
            resource=other["resource_name"],
            start=when_text(_span(other)[0]),
            end=when_text(_span(other)[1]),
        )
        raise ConflictError(Problem(words, "starts_at"))


def _span(line: dict[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(line["starts_at"]), datetime.fromisoformat(line["ends_at"])


async def drop(ctx: CommandContext) -> None:
    """Put the proposal away."""
    await ctx.change({PlanProposals.status: "dropped"}, system="planning")


def not_ready(case: Case) -> Problem | None:
    """Say that there is nothing to accept, or no longer."""
    if case.get(PlanProposals.status) == "ready":
        return None
    label = next(c.label for c in STATUSES if c.code == case.get(PlanProposals.status))
    return Problem(_("The proposal is: {s}.").fill(s=label), field=PlanProposals.status, code="CONFLICT")


VERBS = (
    Verb(
        name="accept",
        label=_("Accept"),
        run=accept,
        blocked=not_ready,
        params=(
            field("lines", _("Lines"), Kind.JSON, parse=parse_lines, form=LINES_FORM),
            field("keep", _("Keep the rest as a proposal"), Kind.BOOLEAN),
        ),
        icon="check",
        primary=True,
    ),
    Verb(
        name="adjust",
        label=_("Change a line"),
        run=adjust,
        blocked=not_ready,
        params=(
            field("line", _("Line"), Kind.INTEGER, required=True, minimum=0, maximum=_LAST_LINE),
            field("starts_at", _("Starts"), Kind.INSTANT),
            field("ends_at", _("Ends"), Kind.INSTANT),
            field("resource", _("Resource"), Kind.REF, ref=RESOURCES),
            field("left_out", _("Left out"), Kind.BOOLEAN),
        ),
        icon="edit",
    ),
    Verb(name="drop", label=_("Drop"), run=drop, blocked=not_ready, icon="x", danger=True),
)
_DO = ("accept", "adjust", "drop")

PLAN_PROPOSALS = Collection(
    name="plan_proposals",
    label=_("Plan proposal"),
    plural=_("Plan proposals"),
    groups=(WANTED, MADE),
    access=Access(
        systems=SYSTEMS,
        grants=(
            Grant(role="planner", rows=OWN_SITE, write=("wanted",), create=True, verbs=_DO),
            Grant(role="manager", rows=OWN_SITES, write=("wanted",), create=True, verbs=_DO),
            Grant(role="tenant_admin", write=("wanted",), create=True, verbs=_DO),
            Grant(role="planner", rows=Is(PlanProposals.created_by, Who.USER)),
        ),
    ),
    views=Views(
        columns=(
            PlanProposals.created_at,
            PlanProposals.dealership,
            PlanProposals.first_day,
            PlanProposals.last_day,
            PlanProposals.status,
            PlanProposals.late_hours,
            PlanProposals.created_by,
        ),
        title=(PlanProposals.first_day, PlanProposals.last_day),
        filters=(PlanProposals.dealership, PlanProposals.status),
        icon="wand",
    ),
    verbs=VERBS,
    rules=(days_fit,),
    events=(Emit(event=PLAN_ASKED, field=PlanProposals.dealership),),
)
