"""Plan proposals: a plan for all waiting cars, made by a solver, that a planner accepts whole or in part."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from directapp.declare.access import Access, Grant
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Views
from directapp.declare.events import Emit
from directapp.declare.fields import Choice, Group, choices, field
from directapp.declare.kinds import BadValueError, Kind
from directapp.declare.rules import Is, Who
from directapp.declare.verbs import Verb
from directapp.domains.people.fields import DEALERSHIPS
from directapp.domains.planning.engine.spans import local_day
from directapp.domains.planning.events import PLAN_ASKED
from directapp.domains.planning.fields import RESOURCE_BOOKINGS, RESOURCES
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
            "dealership",
            _("Dealership"),
            Kind.REF,
            ref=DEALERSHIPS,
            required=True,
            immutable=True,
            default=lambda case: case.actor.site,
        ),
        field("first_day", _("From"), Kind.DATE, required=True, immutable=True, default=lambda c: local_day(c.now)),
        field(
            "last_day",
            pgettext("last day", "To"),
            Kind.DATE,
            required=True,
            immutable=True,
            default=lambda case: local_day(case.now) + timedelta(days=_DAYS_AHEAD),
        ),
        field(
            "move_booked",
            _("May move what is not pinned"),
            Kind.BOOLEAN,
            default=False,
            immutable=True,
        ),
        field(
            "seconds",
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
        field("status", _("Status"), Kind.CHOICE, choices=STATUSES, computed=True, default="queued"),
        field("lines", _("Lines"), Kind.JSON, computed=True),
        field("unplanned", _("Without a place"), Kind.JSON, computed=True),
        field("late_hours", _("Hours after promise"), Kind.DECIMAL, computed=True, unit="t"),
        field("proven", _("Proven best"), Kind.BOOLEAN, computed=True),
        field("message", _("Message"), Kind.TEXT, computed=True),
        field("solved_at", _("Made at"), Kind.INSTANT, computed=True),
    ),
)


def days_fit(case: Case) -> list[Problem]:
    """Demand some days ahead, and not too many."""
    first, last = case.get("first_day"), case.get("last_day")
    if case.before is not None or first is None or last is None:
        return []
    if last < max(first, local_day(case.now)):
        return [Problem(pgettext("proposal", "The period ends before it begins."), "last_day")]
    if (last - first).days > _MOST_DAYS:
        words = _("At most {days} days at a time.").fill(days=_MOST_DAYS)
        return [Problem(words, "last_day")]
    return []


async def accept(ctx: CommandContext) -> None:
    """Book the chosen lines, or all; nothing is booked where one of them no longer fits."""
    lines = {int(line["line"]): line for line in ctx.case.get("lines") or ()}
    chosen = ctx.params.get("lines") or sorted(lines)
    unknown = [n for n in chosen if n not in lines]
    if unknown or not chosen:
        raise InvalidError(Problem(_("Choose lines of the proposal."), "lines"))
    moved = {n: UUID(lines[n]["moves"]) for n in chosen if lines[n]["moves"]}
    await _hold(ctx, [lines[n] for n in chosen], sorted(moved.values()))
    held = {n: await ctx.look_up(RESOURCE_BOOKINGS, booking) for n, booking in moved.items()}
    async with ctx.lifted(RESOURCE_BOOKINGS, list(moved.values())):
        for number in chosen:
            await _book(ctx, lines[number], held.get(number))
    await ctx.change({"status": "accepted"}, system="planning")


async def _hold(ctx: CommandContext, lines: list[dict[str, Any]], moved: list[UUID]) -> None:
    """Hold all that the lines touch: the bookings, then what they point to, as a single booking does."""
    names = sorted({UUID(line["resource"]) for line in lines})
    resources = [r.row for r in await ctx.find(RESOURCES, system=SYSTEM, limit=len(names), id=names)]
    bookings = [b.row for b in await ctx.find(RESOURCE_BOOKINGS, system=SYSTEM, limit=len(moved), id=moved)]
    cars = [UUID(line["car"]) for line in lines]
    rows = [r[n] for r in bookings for n in ("car", "resource", "provider", "consumer", "person")]
    rows += [r[n] for r in resources for n in ("dealership", "person")]
    await ctx.hold(moved)
    await ctx.hold([*names, *cars, *(r for r in rows if r is not None)])


async def _book(ctx: CommandContext, line: dict[str, Any], held: Seen | None) -> None:
    when = {"starts_at": line["starts_at"], "ends_at": line["ends_at"], "resource": line["resource"]}
    try:
        if held is None:
            await ctx.create(RESOURCE_BOOKINGS, when | {"car": line["car"], "resource_type": line["resource_type"]})
        else:
            await ctx.change(when, on=held)
    except DirectAppError as error:
        number, why = line["line"], error.problems[0].message
        words = _("Line {n}, {car}: {why}").fill(n=number, car=line["car_title"], why=why)
        raise ConflictError(Problem(words, "lines", extra={"line": str(number)})) from error


async def drop(ctx: CommandContext) -> None:
    """Put the proposal away."""
    await ctx.change({"status": "dropped"}, system="planning")


def not_ready(case: Case) -> Problem | None:
    """Say that there is nothing to accept, or no longer."""
    if case.get("status") == "ready":
        return None
    label = next(c.label for c in STATUSES if c.code == case.get("status"))
    return Problem(_("The proposal is: {s}.").fill(s=label), field="status", code="CONFLICT")


VERBS = (
    Verb(
        name="accept",
        label=_("Accept"),
        run=accept,
        blocked=not_ready,
        params=(field("lines", _("Lines"), Kind.JSON, parse=parse_lines, form=LINES_FORM),),
        icon="check",
        primary=True,
    ),
    Verb(name="drop", label=_("Drop"), run=drop, blocked=not_ready, icon="x", danger=True),
)
_DO = ("accept", "drop")

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
            Grant(role="planner", rows=Is("created_by", Who.USER)),
        ),
    ),
    views=Views(
        columns=("created_at", "dealership", "first_day", "last_day", "status", "late_hours", "created_by"),
        title=("first_day", "last_day"),
        filters=("dealership", "status"),
        icon="wand",
    ),
    verbs=VERBS,
    rules=(days_fit,),
    events=(Emit(event=PLAN_ASKED, field="dealership"),),
)
