"""Capacity: how many hours of a kind of work a site lays out a day, and how much of them is booked."""

from datetime import date
from decimal import Decimal
from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Many, Row
from directapp.declare.collection import Collection, Limit, Unique, Views
from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import Empty, Everything, Rule
from directapp.domains.planning.engine.workdays import holiday
from directapp.domains.planning.periods import PERIOD, period_fits
from directapp.domains.planning.rights import OWN_SITE, OWN_SITES, SYSTEMS, TEAM
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text

DAYS = (
    ("monday", "Mandag", "Monday"),
    ("tuesday", "Tirsdag", "Tuesday"),
    ("wednesday", "Onsdag", "Wednesday"),
    ("thursday", "Torsdag", "Thursday"),
    ("friday", "Fredag", "Friday"),
    ("saturday", "Lørdag", "Saturday"),
    ("sunday", "Søndag", "Sunday"),
)
GONE = frozenset({"cancelled", "no_show"})
_WHERE = (
    field(
        "dealership",
        "Forhandler",
        "Dealership",
        Kind.REF,
        ref="dealerships",
        required=True,
        immutable=True,
        default=lambda case: case.actor.site,
    ),
    field("resource_type", "Type", "Type", Kind.REF, ref="resource_types", required=True, immutable=True),
    field(
        "resource",
        "Bare for",
        "Only for",
        Kind.REF,
        ref="resources",
        on_delete="cascade",
        immutable=True,
        help=Text("Tomt: hele laget.", "Empty: the whole team."),
    ),
)

RULE = Group(
    "all",
    Text("Ukeplan", "Weekly capacity"),
    (
        *_WHERE,
        *(
            field(name, nb, en, Kind.DECIMAL, required=True, default=0, minimum=0, maximum=500, unit="t")
            for name, nb, en in DAYS
        ),
        *PERIOD,
    ),
)


_DELETED = Text("En plan som ikke gjelder lenger, tas bort.", "A plan that no longer holds is taken away.")


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
    label=Text("Ukeplan", "Weekly capacity"),
    plural=Text("Ukeplaner", "Weekly capacities"),
    groups=(RULE,),
    access=Access(systems=SYSTEMS, grants=_grants("all", delete=True), delete_why=_DELETED),
    views=Views(
        columns=("dealership", "resource_type", "resource", *(name for name, _, _ in DAYS[:5])),
        title=("resource_type",),
        filters=("dealership", "resource_type"),
        icon="calendar-repeat",
    ),
    rules=(period_fits,),
    events=tuple((name, "capacity.changed") for name in [*(n for n, _, _ in DAYS), "valid_from", "valid_to"]),
)

DAY = Group(
    "day",
    Text("Dagens kapasitet", "Capacity of the day"),
    (
        *_WHERE,
        field("day", "Dag", "Day", Kind.DATE, required=True, immutable=True),
        field("allocated_hours", "Satt av", "Allocated", Kind.DECIMAL, minimum=0, maximum=500, unit="t"),
        field("reason", "Grunn til unntaket", "Reason for the exception", max_length=120),
    ),
)
USED = Group(
    "used",
    Text("Brukt", "Used"),
    (
        field("exception", "Unntak fra ukeplanen", "Exception", Kind.BOOLEAN, computed=True, default=False),
        field("used_hours", "Booket", "Booked", Kind.DECIMAL, computed=True, default=0, unit="t"),
        field(
            "available_hours",
            "Ledig",
            "Available",
            Kind.DECIMAL,
            unit="t",
            sql="{row}.allocated_hours - {row}.used_hours",
        ),
        field("counted_at", "Regnet ut", "Counted", Kind.INSTANT, computed=True),
    ),
)


def hours_of(booking: Row) -> Decimal:
    """Return the hours that a booking holds: none when it is cancelled or nobody came."""
    if booking.get("status") in GONE or not booking.get("starts_at") or not booking.get("ends_at"):
        return Decimal(0)
    seconds = (booking["ends_at"] - booking["starts_at"]).total_seconds()
    return (Decimal(seconds) / 3600).quantize(Decimal("0.01"))


def rule_hours(rules: list[Row], resource: Any, day: date) -> Decimal | None:
    """Return what the weekly plan lays out on a day, None without one; public holidays lay out nothing.

    Of several plans that hold, the one that began last decides.
    """
    holding = [
        r
        for r in rules
        if r.get("resource") == resource and (r.get("valid_from") or date.min) <= day <= (r.get("valid_to") or date.max)
    ]
    if not holding:
        return None
    if holiday(day) is not None:
        return Decimal(0)
    latest = max(holding, key=lambda r: (r.get("valid_from") or date.min, str(r["id"])))
    return Decimal(latest[DAYS[day.weekday()][0]] or 0)


def count(case: Case) -> dict[str, Any]:
    """Count the bookings of the day; what nobody set for it by hand follows the weekly plan."""
    day = case.get("day")
    if day is None:
        return {}
    resource = case.get("resource")
    mine = [b for b in case.many("bookings") if resource is None or b.get("resource") == resource]
    values: dict[str, Any] = {"used_hours": sum(map(hours_of, mine), Decimal(0))}
    if "allocated_hours" in case.patch and case.get("allocated_hours") is not None:
        values["exception"] = True
    elif case.get("allocated_hours") is None or not case.get("exception"):
        values["exception"] = False
        values["allocated_hours"] = rule_hours(case.many("rules"), resource, day) or Decimal(0)
    return values


def not_below_booked(case: Case) -> list[Problem]:
    """Demand that the hours of a day are not set below what is booked already."""
    used, allocated = case.get("used_hours"), case.get("allocated_hours")
    if used is None or allocated is None or used <= allocated:
        return []
    words = Text(
        "{day}: {used} timer er booket og {allocated} satt av. Flytt bookinger først.",
        "{day}: {used} hours are booked and {allocated} allocated. Move bookings first.",
    ).fill(day=case.get("day").isoformat(), used=f"{used:g}", allocated=f"{allocated:g}")
    return [Problem(words, field="allocated_hours", code="CONFLICT")]


_TWICE = Text("Dagen finnes alt for denne typen.", "The day exists already for this type.")

RESOURCE_CAPACITIES = Collection(
    name="resource_capacities",
    label=Text("Dagskapasitet", "Day capacity"),
    plural=Text("Dagskapasiteter", "Day capacities"),
    groups=(DAY, USED),
    access=Access(systems=SYSTEMS, grants=_grants("day", delete=False)),
    views=Views(
        columns=("day", "dealership", "resource_type", "resource", "allocated_hours", "used_hours", "available_hours"),
        title=("day", "resource_type"),
        sort=("day",),
        filters=("dealership", "resource_type", "day"),
        icon="battery-2",
    ),
    rules=(not_below_booked,),
    fill=(count,),
    related=(
        Many(
            "bookings",
            "resource_bookings",
            "provider",
            via="dealership",
            also=(("resource_type", "resource_type"), ("day", "day")),
        ),
        Many("rules", "capacity_rules", "dealership", via="dealership", also=(("resource_type", "resource_type"),)),
    ),
    limits=(
        Limit(
            lesser="used_hours",
            greater="allocated_hours",
            message=Text("Kapasiteten denne dagen er full.", "The capacity of this day is full."),
        ),
    ),
    unique=(
        Unique(fields=("dealership", "resource_type", "resource", "day"), message=_TWICE),
        Unique(fields=("dealership", "resource_type", "day"), message=_TWICE, where=Empty("resource")),
    ),
    history=False,
)
