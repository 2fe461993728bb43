"""The fields of a booking: what is done to which car, where, by whom and when."""

from typing import Any

from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.declare.workflow import state, status_choices
from directapp.domains.cars.fields import CARS
from directapp.domains.people.fields import DEALERSHIPS, USERS
from directapp.domains.planning.fields import RESOURCE_SHARING, RESOURCE_TYPES, RESOURCES
from directapp.kernel.text import Text

STATES = (
    state("scheduled", "Booket", "Booked", "indigo"),
    state("confirmed", "Bekreftet", "Confirmed", "blue"),
    state("in_progress", "Pågår", "In progress", "violet"),
    state("completed", "Fullført", "Completed", "green"),
    state("cancelled", "Avlyst", "Cancelled", "grey", locked=True),
    state("no_show", "Ikke møtt", "No show", "red", locked=True),
)
AHEAD = frozenset({"scheduled", "confirmed"})
# What is over holds no time: the rest of a job that ended early is free.
HOLDING = ("scheduled", "confirmed", "in_progress")


def _ref(name: str, nb: str, en: str, ref: str, **more: Any) -> Any:
    return field(name, nb, en, Kind.REF, ref=ref, **more)


# Work that runs over keeps its place, its person, wherever they are to be next, and its car.
_OVERDUE = (
    "EXISTS (SELECT 1 FROM resource_bookings o WHERE o.tenant_id = {row}.tenant_id AND {same}"
    " AND o.day = {row}.day AND o.status = 'in_progress' AND o.ends_at < now() AND o.starts_at < {row}.starts_at)"
)
_SAME = (
    "o.resource = {row}.resource AND o.lane = {row}.lane",
    "o.person = {row}.person",
    "o.car = {row}.car",
)
_HELD_UP = " OR ".join(_OVERDUE.replace("{same}", same) for same in _SAME)
_AWAY = (
    "SELECT 1 FROM absences a WHERE a.tenant_id = {row}.tenant_id"
    " AND (a.resource = {row}.resource OR a.person = {row}.person)"
    " AND a.starts_at < {row}.ends_at AND a.ends_at > {row}.starts_at"
)
_AHEAD = "{row}.status IN ('scheduled', 'confirmed')"

WORK = Group(
    "work",
    Text("Booking", "Booking"),
    (
        _ref("car", "Bil", "Car", CARS, on_delete="cascade", required=True, immutable=True),
        _ref("resource_type", "Type", "Type", RESOURCE_TYPES, required=True, immutable=True),
        _ref("resource", "Ressurs", "Resource", RESOURCES, required=True),
        _ref("person", "Person", "Person", USERS, on_delete="set_null"),
        field("starts_at", "Starter", "Starts", Kind.INSTANT, required=True),
        field("ends_at", "Slutter", "Ends", Kind.INSTANT, required=True),
        field(
            "status",
            "Status",
            "Status",
            Kind.CHOICE,
            choices=status_choices(STATES),
            computed=True,
            default="scheduled",
        ),
        field("pinned", "Festet", "Pinned", Kind.BOOLEAN, default=False),
        field("note", "Merknad", "Note", Kind.TEXT, max_length=1000),
    ),
)
HOURS = Group(
    "hours",
    Text("Timer", "Hours"),
    (
        field("estimated_hours", "Beregnet", "Estimated", Kind.DECIMAL, minimum=0, maximum=24, unit="t"),
        field("estimate_basis", "Beregnet fra", "Estimated from", max_length=120),
        field("actual_hours", "Medgått", "Actual", Kind.DECIMAL, minimum=0, maximum=24, unit="t"),
    ),
)
COURSE = Group(
    "course",
    Text("Gang", "Course"),
    (
        field("confirmed_at", "Bekreftet", "Confirmed at", Kind.INSTANT, fact=True),
        field("started_at", "Startet", "Started", Kind.INSTANT, fact=True),
        field("completed_at", "Fullført", "Completed", Kind.INSTANT, fact=True),
        field("cancelled_at", "Avlyst", "Cancelled at", Kind.INSTANT, computed=True),
        field("cancel_reason", "Grunn til avlysning", "Cancelled because", Kind.TEXT, max_length=500, computed=True),
        field("no_show_at", "Ikke møtt", "No show at", Kind.INSTANT, computed=True),
    ),
)
PLACE = Group(
    "place",
    Text("Anlegg", "Sites"),
    (
        _ref("provider", "Utføres ved", "Provider", DEALERSHIPS, computed=True),
        _ref("consumer", "For", "Consumer", DEALERSHIPS, computed=True),
        _ref("agreement", "Avtale", "Agreement", RESOURCE_SHARING, computed=True),
        field("day", "Dag", "Day", Kind.DATE, computed=True),
        field("week", "Uke fra", "Week from", Kind.DATE, computed=True),
        field("lane", "Plass", "Lane", Kind.INTEGER, computed=True),
        field("person_lane", "Personens plass", "The person's lane", Kind.INTEGER, computed=True),
    ),
)
MARKS = Group(
    "marks",
    Text("Varsler", "Marks"),
    (
        field(
            "overrun",
            "Over tiden",
            "Running over",
            Kind.BOOLEAN,
            sql="({row}.status = 'in_progress' AND {row}.ends_at < now())",
        ),
        field("held_up", "Venter på en som går over", "Held up", Kind.BOOLEAN, sql=f"({_AHEAD} AND ({_HELD_UP}))"),
        field(
            "misfit",
            "Passer ikke lenger",
            "No longer fits",
            Kind.BOOLEAN,
            computed=True,
            default=False,
            help=Text(
                "Ressursen har mindre plass, er flyttet eller tatt ut av bruk etter at tiden ble booket.",
                "The resource has less room, has moved or is out of use since the time was booked.",
            ),
        ),
        field("absent", "Fravær i tiden", "Absence", Kind.BOOLEAN, sql=f"({_AHEAD} AND EXISTS ({_AWAY}))"),
        field(
            "late",
            "Ikke startet i tide",
            "Not started in time",
            Kind.BOOLEAN,
            sql=f"({_AHEAD} AND {{row}}.starts_at < now() - interval '15 minutes')",
        ),
    ),
)

GROUPS = (WORK, HOURS, COURSE, PLACE, MARKS)
