"""Bookings: somebody's time, held for a car. Two can never hold the same."""

from directapp.declare.access import Access, Grant, grants
from directapp.declare.collection import Collection, Exclusion, Views
from directapp.declare.events import Emit
from directapp.declare.rules import Empty, In, Not, all_of
from directapp.domains.planning.ahead_verbs import VERBS as AHEAD_VERBS
from directapp.domains.planning.booking_copies import VERBS as COPY_VERBS
from directapp.domains.planning.booking_effects import CONSEQUENCES
from directapp.domains.planning.booking_fields import GROUPS, HOLDING
from directapp.domains.planning.booking_fill import FILL, RELATED
from directapp.domains.planning.booking_flow import WORKFLOW, is_booked, is_moved
from directapp.domains.planning.booking_rules import RULES
from directapp.domains.planning.booking_verbs import VERBS
from directapp.domains.planning.events import BOOKED, MOVED
from directapp.domains.planning.fields import ResourceBookings
from directapp.domains.planning.figures import FIGURES, TIMES
from directapp.domains.planning.rights import BOOKED_BELOW, BOOKED_HERE, CAR_SEEN, MINE, PROVIDED_HERE, SYSTEMS
from directapp.domains.planning.search_verbs import VERBS as SEARCH_VERBS
from directapp.kernel.text import _

_ALL = ("work", "hours", "course", "place", "marks")
_LINES = ("confirm", "start", "complete", "cancel", "no_show", "copy", "split")
_SEARCH = ("figures", "times", "find_slots", "find_chains", "make_room", "promise")
_HELD = In(ResourceBookings.status, HOLDING)

ACCESS = Access(
    systems=SYSTEMS,
    grants=(
        # Whoever follows a car sees what it is booked for.
        *grants(
            "new_car_sales used_car_sales parts reception mechanic detailer sales_manager finance",
            rows=CAR_SEEN,
            read=("work", "course", "marks"),
            verbs=("promise",),
        ),
        *grants(
            "mechanic detailer reception parts",
            rows=MINE,
            read=_ALL,
            write=("hours", "course"),
            verbs=("confirm", "start", "complete"),
        ),
        *grants("mechanic detailer reception parts", rows=PROVIDED_HERE, read=("work", "place", "marks")),
        Grant(
            role="planner",
            rows=BOOKED_HERE,
            read=_ALL,
            write=("work", "hours", "course"),
            create=True,
            verbs=(*_LINES, *_SEARCH),
        ),
        Grant(
            role="manager",
            rows=BOOKED_BELOW,
            read=_ALL,
            write=("work", "hours", "course"),
            create=True,
            verbs=(*_LINES, *_SEARCH),
        ),
        Grant(role="finance", rows=BOOKED_BELOW, read=_ALL, verbs=("figures", "times")),
        Grant(
            role="tenant_admin", read=("*",), write=("work", "hours", "course"), create=True, verbs=(*_LINES, *_SEARCH)
        ),
    ),
)

RESOURCE_BOOKINGS = Collection(
    name="resource_bookings",
    own_fields=True,
    label=_("Booking"),
    plural=_("Bookings"),
    groups=GROUPS,
    access=ACCESS,
    views=Views(
        columns=(
            ResourceBookings.starts_at,
            ResourceBookings.ends_at,
            ResourceBookings.car,
            ResourceBookings.resource_type,
            ResourceBookings.resource,
            ResourceBookings.status,
            ResourceBookings.provider,
            ResourceBookings.consumer,
        ),
        title=(ResourceBookings.starts_at, ResourceBookings.car),
        sort=(ResourceBookings.starts_at,),
        filters=(
            ResourceBookings.status,
            ResourceBookings.provider,
            ResourceBookings.consumer,
            ResourceBookings.resource_type,
            ResourceBookings.resource,
            ResourceBookings.person,
            ResourceBookings.day,
        ),
        assigned=(ResourceBookings.person, ResourceBookings.resource),
        icon="calendar-event",
    ),
    workflow=WORKFLOW,
    verbs=(*VERBS, *COPY_VERBS, FIGURES, TIMES, *SEARCH_VERBS, *AHEAD_VERBS),
    rules=RULES,
    fill=FILL,
    related=RELATED,
    consequences=CONSEQUENCES,
    exclusions=(
        Exclusion(
            same=(ResourceBookings.resource, ResourceBookings.lane),
            span=(ResourceBookings.starts_at, ResourceBookings.ends_at),
            where=all_of(_HELD, Not(Empty(ResourceBookings.resource)), Not(Empty(ResourceBookings.lane))),
            message=_("The time has just been booked by someone else."),
        ),
        Exclusion(
            same=(ResourceBookings.person, ResourceBookings.person_lane),
            span=(ResourceBookings.starts_at, ResourceBookings.ends_at),
            where=all_of(_HELD, Not(Empty(ResourceBookings.person)), Not(Empty(ResourceBookings.person_lane))),
            message=_("The person has just been booked by someone else."),
        ),
    ),
    subject=True,
    indexes=(
        ("provider", "starts_at"),
        ("consumer", "starts_at"),
        ("resource", "day"),
        ("person", "day"),
        ("provider", "resource_type", "day"),
        ("agreement", "week"),
        ("car", "starts_at"),
        ("status", "id"),
    ),
    events=(Emit(event=BOOKED, when=is_booked), Emit(event=MOVED, when=is_moved)),
)
