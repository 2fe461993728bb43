"""The fields of a booking: what is done to which car, where, by whom and when."""

from typing import Any

from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.declare.workflow import state, status_choices
from directapp.domains.cars.fields import CARS
from directapp.domains.people.fields import DEALERSHIPS, USERS
from directapp.domains.planning.booking_course import DELAYED, OUTCOME, OUTCOMES, as_of_now
from directapp.domains.planning.fields import RESOURCE_SHARING, RESOURCE_TYPES, RESOURCES, ResourceBookings
from directapp.kernel.text import Text, _, pgettext

STATES = (
    state("scheduled", _("Booked"), "indigo"),
    state("confirmed", _("Confirmed"), "blue"),
    state("in_progress", _("In progress"), "violet"),
    state("completed", _("Completed"), "green"),
    state("cancelled", pgettext("booking", "Cancelled"), "grey", locked=True),
    state("no_show", _("No show"), "red", locked=True),
)
AHEAD = frozenset({"scheduled", "confirmed"})
# What is over holds no time: the rest of a job that ended early is free.
HOLDING = ("scheduled", "confirmed", "in_progress")


def _ref(name: str, label: Text, ref: str, **more: Any) -> Any:
    return field(name, label, Kind.REF, ref=ref, **more)


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
    _("Booking"),
    (
        _ref("car", _("Car"), CARS, on_delete="cascade", required=True, immutable=True),
        _ref("resource_type", _("Type"), RESOURCE_TYPES, required=True, immutable=True),
        _ref("resource", _("Resource"), RESOURCES, required=True),
        _ref("person", _("Person"), USERS, on_delete="set_null"),
        field(ResourceBookings.starts_at, _("Starts"), Kind.INSTANT, required=True),
        field(ResourceBookings.ends_at, _("Ends"), Kind.INSTANT, required=True),
        field(
            ResourceBookings.status,
            _("Status"),
            Kind.CHOICE,
            choices=status_choices(STATES),
            computed=True,
            default="scheduled",
        ),
        field(ResourceBookings.pinned, _("Pinned"), Kind.BOOLEAN, default=False),
        field(ResourceBookings.note, _("Note"), Kind.TEXT, max_length=1000, personal="customer"),
    ),
)
HOURS = Group(
    "hours",
    _("Hours"),
    (
        field(ResourceBookings.estimated_hours, _("Estimated"), Kind.DECIMAL, minimum=0, maximum=24, unit="t"),
        field(ResourceBookings.estimate_basis, _("Estimated from"), max_length=120),
        field(ResourceBookings.actual_hours, _("Actual"), Kind.DECIMAL, minimum=0, maximum=24, unit="t"),
    ),
)
COURSE = Group(
    "course",
    pgettext("how it goes", "Course"),
    (
        field(ResourceBookings.confirmed_at, _("Confirmed at"), Kind.INSTANT, fact=True),
        field(ResourceBookings.started_at, _("Started"), Kind.INSTANT, fact=True),
        field(ResourceBookings.completed_at, _("Completed"), Kind.INSTANT, fact=True),
        field(ResourceBookings.cancelled_at, _("Cancelled at"), Kind.INSTANT, computed=True),
        field(ResourceBookings.cancel_reason, _("Cancelled because"), Kind.TEXT, max_length=500, computed=True),
        field(ResourceBookings.no_show_at, _("No show at"), Kind.INSTANT, computed=True),
    ),
)
PLACE = Group(
    "place",
    _("Sites"),
    (
        _ref("provider", pgettext("booking", "Provider"), DEALERSHIPS, computed=True),
        _ref("consumer", pgettext("booking", "Consumer"), DEALERSHIPS, computed=True),
        _ref("agreement", _("Agreement"), RESOURCE_SHARING, computed=True),
        field(ResourceBookings.day, _("Day"), Kind.DATE, computed=True),
        field(ResourceBookings.week, _("Week from"), Kind.DATE, computed=True),
        field(ResourceBookings.lane, _("Lane"), Kind.INTEGER, computed=True),
        field(ResourceBookings.person_lane, _("The person's lane"), Kind.INTEGER, computed=True),
    ),
)
MARKS = Group(
    "marks",
    _("Marks"),
    (
        field(
            ResourceBookings.overrun,
            _("Running over"),
            Kind.BOOLEAN,
            sql="({row}.status = 'in_progress' AND {row}.ends_at < now())",
        ),
        field(ResourceBookings.held_up, _("Held up"), Kind.BOOLEAN, sql=f"({_AHEAD} AND ({_HELD_UP}))"),
        field(
            ResourceBookings.misfit,
            _("No longer fits"),
            Kind.BOOLEAN,
            computed=True,
            default=False,
            help=_("The resource has less room, has moved or is out of use since the time was booked."),
        ),
        field(
            ResourceBookings.absent,
            pgettext("during a booking", "Absence"),
            Kind.BOOLEAN,
            sql=f"({_AHEAD} AND EXISTS ({_AWAY}))",
        ),
        field(
            ResourceBookings.late,
            _("Not started in time"),
            Kind.BOOLEAN,
            sql=f"({_AHEAD} AND {{row}}.starts_at < now() - interval '15 minutes')",
        ),
        field(ResourceBookings.outcome, _("Outcome"), Kind.CHOICE, choices=OUTCOMES, sql=as_of_now(OUTCOME)),
        field(ResourceBookings.delayed, _("Late or run over"), Kind.BOOLEAN, sql=as_of_now(DELAYED)),
    ),
)

GROUPS = (WORK, HOURS, COURSE, PLACE, MARKS)
