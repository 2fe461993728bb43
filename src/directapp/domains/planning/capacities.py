"""Capacity: how many hours of a kind of work a site lays out a day, and how much of them is booked."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Many, One
from directapp.declare.collection import Collection, Limit, Tally, Unique, Views
from directapp.declare.events import Emit
from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Row, Values
from directapp.declare.rules import Empty, Everything, In, Not, Rule
from directapp.domains.people.fields import DEALERSHIPS
from directapp.domains.planning.booking_hours import GONE
from directapp.domains.planning.engine.words import hours_text
from directapp.domains.planning.engine.workdays import holiday
from directapp.domains.planning.events import CAPACITY_CHANGED
from directapp.domains.planning.fields import (
    RESOURCE_BOOKINGS,
    RESOURCE_TYPES,
    RESOURCES,
    CapacityRules,
    ResourceCapacities,
    Resources,
)
from directapp.domains.planning.periods import PERIOD, period_fits
from directapp.domains.planning.rights import OWN_SITE, OWN_SITES, SYSTEM, SYSTEMS, TEAM
from directapp.kernel.dates import day_text
from directapp.kernel.errors import Problem
from directapp.kernel.text import _

DAYS = (
    (CapacityRules.monday, _("Monday")),
    (CapacityRules.tuesday, _("Tuesday")),
    (CapacityRules.wednesday, _("Wednesday")),
    (CapacityRules.thursday, _("Thursday")),
    (CapacityRules.friday, _("Friday")),
    (CapacityRules.saturday, _("Saturday")),
    (CapacityRules.sunday, _("Sunday")),
)
_WHERE = (
    field(
        CapacityRules.dealership,
        _("Site"),
        Kind.REF,
        ref=DEALERSHIPS,
        required=True,
        immutable=True,
        default=lambda case: case.actor.site,
    ),
    field(CapacityRules.resource_type, _("Type"), Kind.REF, ref=RESOURCE_TYPES, required=True, immutable=True),
    field(
        CapacityRules.resource,
        _("Only for"),
        Kind.REF,
        ref=RESOURCES,
        on_delete="cascade",
        immutable=True,
        help=_("Empty: the whole team."),
    ),
)

RULE = Group(
    "all",
    _("Weekly capacity"),
    (
        *_WHERE,
        *(
            field(name, label, Kind.DECIMAL, required=True, default=0, minimum=0, maximum=500, unit="t")
            for name, label in DAYS
        ),
        *PERIOD,
        field(
            CapacityRules.on_holidays,
            _("Holds on public holidays too"),
            Kind.BOOLEAN,
            default=False,
            help=_("Otherwise the plan lays out no hours on public holidays. A single day is set as a day capacity."),
        ),
    ),
)


_DELETED = _("A plan that no longer holds is taken away.")


def _grants(group: str, *, delete: bool) -> tuple[Grant, ...]:
    def write(role: str, rows: Rule) -> Grant:
        return Grant(role=role, rows=rows, write=(group,), create=True, delete=delete)

    return (
        *grants(TEAM, rows=OWN_SITE),
        write("planner", OWN_SITE),
        write("manager", OWN_SITES),
        Grant(role="finance", rows=OWN_SITES),
        write("tenant_admin", Everything()),
    )


CAPACITY_RULES = Collection(
    name="capacity_rules",
    label=_("Weekly capacity"),
    plural=_("Weekly capacities"),
    groups=(RULE,),
    access=Access(systems=SYSTEMS, grants=_grants("all", delete=True), delete_why=_DELETED),
    views=Views(
        columns=(
            CapacityRules.dealership,
            CapacityRules.resource_type,
            CapacityRules.resource,
            *(name for name, _label in DAYS[:5]),
        ),
        title=(CapacityRules.resource_type,),
        filters=(CapacityRules.dealership, CapacityRules.resource_type),
        icon="calendar-repeat",
    ),
    rules=(period_fits,),
    events=(
        *(Emit(event=CAPACITY_CHANGED, field=name) for name, _label in DAYS),
        Emit(event=CAPACITY_CHANGED, field=CapacityRules.valid_from),
        Emit(event=CAPACITY_CHANGED, field=CapacityRules.valid_to),
        Emit(event=CAPACITY_CHANGED, field=CapacityRules.on_holidays),
        Emit(event=CAPACITY_CHANGED, deletion=True),
    ),
)

DAY = Group(
    "day",
    _("Capacity of the day"),
    (
        *_WHERE,
        field(ResourceCapacities.day, _("Day"), Kind.DATE, required=True, immutable=True),
        field(ResourceCapacities.allocated_hours, _("Allocated"), Kind.DECIMAL, minimum=0, maximum=500, unit="t"),
        field(ResourceCapacities.reason, _("Reason for the exception"), max_length=120),
    ),
)
USED = Group(
    "used",
    _("Used"),
    (
        field(ResourceCapacities.exception, _("Exception"), Kind.BOOLEAN, computed=True, default=False),
        field(ResourceCapacities.used_hours, _("Booked"), Kind.DECIMAL, computed=True, default=0, unit="t"),
        field(
            ResourceCapacities.available_hours,
            _("Available"),
            Kind.DECIMAL,
            unit="t",
            sql="{row}.allocated_hours - {row}.used_hours",
        ),
        field(ResourceCapacities.counted_at, _("Counted"), Kind.INSTANT, computed=True),
    ),
)


def rule_hours(rules: Sequence[Row], resource: Any, day: date, *, on_holidays: bool = False) -> Decimal | None:
    """Return what the weekly plan lays out on a day, None without one: then nothing limits the day.

    Of several plans that hold, the one that began last decides. On a public holiday only a plan holds that says so,
    and that of a resource that works then (``on_holidays``).
    """
    holding = [
        r
        for r in rules
        if r.get(CapacityRules.resource) == resource
        and (r.get(CapacityRules.valid_from) or date.min) <= day <= (r.get(CapacityRules.valid_to) or date.max)
    ]
    latest = max(
        holding, key=lambda r: (r.get(CapacityRules.valid_from) or date.min, str(r[CapacityRules.id])), default=None
    )
    if latest is None or (holiday(day) is not None and not (latest.get(CapacityRules.on_holidays) or on_holidays)):
        return None
    return Decimal(latest.get(DAYS[day.weekday()][0]) or 0)


def laid_out(row: Row | None, rules: list[Row], resource: Row, day: date, *, own: bool) -> Decimal | None:
    """Return the hours of a day, of a resource's own or of its team: those set by hand, else those of the plan."""
    if row is not None and row.get(ResourceCapacities.exception):
        return Decimal(row.get(ResourceCapacities.allocated_hours) or 0)
    works = own and bool(resource.get(Resources.works_holidays))
    return rule_hours(rules, resource.get(Resources.id) if own else None, day, on_holidays=works)


def follow_plan(case: Case) -> Values:
    """Let the hours that nobody set by hand follow the weekly plan; what is booked already keeps its room."""
    day = case.get(ResourceCapacities.day)
    if day is None:
        return {}
    if ResourceCapacities.allocated_hours in case.patch and case.get(ResourceCapacities.allocated_hours) is not None:
        return {ResourceCapacities.exception: True}
    if case.get(ResourceCapacities.allocated_hours) is not None and case.get(ResourceCapacities.exception):
        return {}
    own = case.get(ResourceCapacities.resource) is not None
    hours = laid_out(None, case.many("rules"), case.one("resource"), day, own=own)
    return {
        ResourceCapacities.exception: False,
        ResourceCapacities.allocated_hours: None
        if hours is None
        else max(hours, case.get(ResourceCapacities.used_hours) or Decimal(0)),
    }


def not_below_booked(case: Case) -> list[Problem]:
    """Demand that the hours of a day are not set below what is booked already."""
    day = case.get(ResourceCapacities.day)
    used, allocated = case.get(ResourceCapacities.used_hours), case.get(ResourceCapacities.allocated_hours)
    if day is None or used is None or allocated is None or used <= allocated:
        return []
    words = _("{day}: {used} are booked and {allocated} allocated. Move or cancel bookings first.").fill(
        day=day_text(day),
        used=hours_text(float(used)),
        allocated=hours_text(float(allocated)),
    )
    return [Problem(words, field=ResourceCapacities.allocated_hours, code="CONFLICT")]


_TWICE = _("The day exists already for this type.")

RESOURCE_CAPACITIES = Collection(
    name="resource_capacities",
    label=_("Day capacity"),
    plural=_("Day capacities"),
    groups=(DAY, USED),
    access=Access(systems=SYSTEMS, grants=_grants("day", delete=False)),
    views=Views(
        columns=(
            ResourceCapacities.day,
            ResourceCapacities.dealership,
            ResourceCapacities.resource_type,
            ResourceCapacities.resource,
            ResourceCapacities.allocated_hours,
            ResourceCapacities.used_hours,
            ResourceCapacities.available_hours,
        ),
        title=(ResourceCapacities.day, ResourceCapacities.resource_type),
        sort=(ResourceCapacities.day,),
        filters=(ResourceCapacities.dealership, ResourceCapacities.resource_type, ResourceCapacities.day),
        icon="battery-2",
    ),
    rules=(not_below_booked,),
    fill=(follow_plan,),
    related=(
        # Held, so that a day that begins to be counted misses no booking that is being made.
        One("dealership", ResourceCapacities.dealership, DEALERSHIPS),
        One("resource", ResourceCapacities.resource, RESOURCES, hold=False),
        Many("rules", "capacity_rules", "dealership", via="dealership", also=(("resource_type", "resource_type"),)),
    ),
    limits=(
        Limit(
            lesser=ResourceCapacities.used_hours,
            greater=ResourceCapacities.allocated_hours,
            message=_("The capacity of this day is full."),
        ),
    ),
    tallies=(
        Tally(
            column=ResourceCapacities.used_hours,
            at=ResourceCapacities.counted_at,
            of=RESOURCE_BOOKINGS,
            agree=(("dealership", "provider"), ("resource_type", "resource_type"), ("day", "day")),
            unless_empty=(("resource", "resource"),),
            span=("starts_at", "ends_at"),
            where=Not(In("status", GONE)),
            system=SYSTEM,
        ),
    ),
    unique=(
        Unique(
            fields=(
                ResourceCapacities.dealership,
                ResourceCapacities.resource_type,
                ResourceCapacities.resource,
                ResourceCapacities.day,
            ),
            message=_TWICE,
        ),
        Unique(
            fields=(ResourceCapacities.dealership, ResourceCapacities.resource_type, ResourceCapacities.day),
            message=_TWICE,
            where=Empty(ResourceCapacities.resource),
        ),
    ),
    history=False,
)
