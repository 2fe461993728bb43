"""Public names of planning: its collections and fields."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from directapp.declare.names import FieldName, FieldNames, Json

RESOURCE_TYPES = "resource_types"
RESOURCES = "resources"
WORKING_HOURS = "working_hours"
ABSENCES = "absences"
CAPACITY_RULES = "capacity_rules"
RESOURCE_CAPACITIES = "resource_capacities"
RESOURCE_SHARING = "resource_sharing"
SHARING_WEEKS = "sharing_weeks"
RESOURCE_BOOKINGS = "resource_bookings"
TIMEBANK_ENTRIES = "timebank_entries"
CALENDAR_FEEDS = "calendar_feeds"
PLAN_PROPOSALS = "plan_proposals"
BOOKING_TEMPLATES = "booking_templates"
BOOKING_TEMPLATE_STEPS = "booking_template_steps"


class ResourceTypes(FieldNames):
    """The fields of resource types."""

    code: FieldName[str]
    name_nb: FieldName[str]
    name_en: FieldName[str]
    work: FieldName[str]
    icon: FieldName[str]
    color: FieldName[str]
    default_hours: FieldName[Decimal]
    is_productive: FieldName[bool]
    bookable: FieldName[bool]
    requires_assignment: FieldName[bool]
    order: FieldName[int]


class Resources(FieldNames):
    """The fields of resources."""

    name: FieldName[str]
    dealership: FieldName[UUID]
    kind: FieldName[str]
    person: FieldName[UUID]
    does: FieldName[list[str]]
    capacity: FieldName[int]
    specialisations: FieldName[list[str]]
    available: FieldName[bool]
    works_holidays: FieldName[bool]
    note: FieldName[str]


class BookingTemplates(FieldNames):
    """The fields of preparation templates."""

    name: FieldName[str]
    dealership: FieldName[UUID]
    active: FieldName[bool]


class BookingTemplateSteps(FieldNames):
    """The fields of the steps of preparation templates."""

    template: FieldName[UUID]
    resource_type: FieldName[UUID]
    hours: FieldName[Decimal]
    order: FieldName[int]


class WorkingHours(FieldNames):
    """The fields of working hours."""

    resource: FieldName[UUID]
    weekday: FieldName[str]
    starts: FieldName[str]
    ends: FieldName[str]
    valid_from: FieldName[date]
    valid_to: FieldName[date]


class Absences(FieldNames):
    """The fields of absences."""

    # Absence
    resource: FieldName[UUID]
    person: FieldName[UUID]
    starts_at: FieldName[datetime]
    ends_at: FieldName[datetime]

    # Reason
    kind: FieldName[str]
    note: FieldName[str]


class CapacityRules(FieldNames):
    """The fields of weekly capacities."""

    dealership: FieldName[UUID]
    resource_type: FieldName[UUID]
    resource: FieldName[UUID]
    monday: FieldName[Decimal]
    tuesday: FieldName[Decimal]
    wednesday: FieldName[Decimal]
    thursday: FieldName[Decimal]
    friday: FieldName[Decimal]
    saturday: FieldName[Decimal]
    sunday: FieldName[Decimal]
    valid_from: FieldName[date]
    valid_to: FieldName[date]
    on_holidays: FieldName[bool]


class ResourceCapacities(FieldNames):
    """The fields of day capacities."""

    # Capacity of the day
    dealership: FieldName[UUID]
    resource_type: FieldName[UUID]
    resource: FieldName[UUID]
    day: FieldName[date]
    allocated_hours: FieldName[Decimal]
    reason: FieldName[str]

    # Used
    exception: FieldName[bool]
    used_hours: FieldName[Decimal]
    available_hours: FieldName[Decimal]
    counted_at: FieldName[datetime]


class ResourceSharing(FieldNames):
    """The fields of sharing agreements."""

    provider: FieldName[UUID]
    consumer: FieldName[UUID]
    resource_type: FieldName[UUID]
    enabled: FieldName[bool]
    max_hours_per_week: FieldName[Decimal]
    priority: FieldName[int]
    notes: FieldName[str]


class SharingWeeks(FieldNames):
    """The fields of agreement weeks."""

    agreement: FieldName[UUID]
    week: FieldName[date]
    provider: FieldName[UUID]
    consumer: FieldName[UUID]
    cap_hours: FieldName[Decimal]
    used_hours: FieldName[Decimal]
    available_hours: FieldName[Decimal]
    counted_at: FieldName[datetime]


class ResourceBookings(FieldNames):
    """The fields of bookings."""

    # Booking
    car: FieldName[UUID]
    resource_type: FieldName[UUID]
    resource: FieldName[UUID]
    person: FieldName[UUID]
    starts_at: FieldName[datetime]
    ends_at: FieldName[datetime]
    status: FieldName[str]
    pinned: FieldName[bool]
    note: FieldName[str]

    # Hours
    estimated_hours: FieldName[Decimal]
    estimate_basis: FieldName[str]
    actual_hours: FieldName[Decimal]

    # Course
    confirmed_at: FieldName[datetime]
    started_at: FieldName[datetime]
    completed_at: FieldName[datetime]
    cancelled_at: FieldName[datetime]
    cancel_reason: FieldName[str]
    no_show_at: FieldName[datetime]

    # Sites
    provider: FieldName[UUID]
    consumer: FieldName[UUID]
    agreement: FieldName[UUID]
    day: FieldName[date]
    week: FieldName[date]
    lane: FieldName[int]
    person_lane: FieldName[int]

    # Marks
    overrun: FieldName[bool]
    held_up: FieldName[bool]
    misfit: FieldName[bool]
    absent: FieldName[bool]
    late: FieldName[bool]
    outcome: FieldName[str]
    delayed: FieldName[bool]


class TimebankEntries(FieldNames):
    """The fields of time bank."""

    person: FieldName[UUID]
    day: FieldName[date]
    hours: FieldName[Decimal]
    kind: FieldName[str]
    provider: FieldName[UUID]
    consumer: FieldName[UUID]
    resource_type: FieldName[UUID]
    booking: FieldName[UUID]
    note: FieldName[str]


class CalendarFeeds(FieldNames):
    """The fields of calendar links."""

    user: FieldName[UUID]
    resource: FieldName[UUID]
    dealership: FieldName[UUID]
    secret_hash: FieldName[str]
    last_read_at: FieldName[datetime]
    revoked_at: FieldName[datetime]


class HallScreens(FieldNames):
    """The fields of wall displays."""

    # Wall display
    name: FieldName[str]
    dealership: FieldName[UUID]
    columns: FieldName[list[str]]

    # Link
    secret_hash: FieldName[str]
    last_read_at: FieldName[datetime]
    revoked_at: FieldName[datetime]


class PlanProposals(FieldNames):
    """The fields of plan proposals."""

    # Proposal
    dealership: FieldName[UUID]
    first_day: FieldName[date]
    last_day: FieldName[date]
    move_booked: FieldName[bool]
    seconds: FieldName[int]

    # Plan
    status: FieldName[str]
    lines: FieldName[Json]
    unplanned: FieldName[Json]
    late_hours: FieldName[Decimal]
    proven: FieldName[bool]
    message: FieldName[str]
    solved_at: FieldName[datetime]
