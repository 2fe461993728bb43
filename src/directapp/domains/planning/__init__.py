"""Planning: whose time there is, how much of it, and what it is booked for.

Adds the collections ``resource_types``, ``resources``, ``working_hours``, ``absences``, ``capacity_rules``,
``resource_capacities``, ``resource_sharing``, ``sharing_weeks``, ``booking_templates``, ``booking_template_steps``,
``resource_bookings``, ``timebank_entries``,
``calendar_feeds``, ``hall_screens`` and ``plan_proposals``.
``engine`` holds the pure arithmetic: working days, slots, estimates, plans, promises, figures.
"""

from directapp.declare.collection import Collection
from directapp.declare.events import Event, events_in
from directapp.domains.planning import events
from directapp.domains.planning.absences import ABSENCES
from directapp.domains.planning.booking_templates import STEPS, TEMPLATES
from directapp.domains.planning.bookings import RESOURCE_BOOKINGS
from directapp.domains.planning.capacities import CAPACITY_RULES, RESOURCE_CAPACITIES
from directapp.domains.planning.feeds import CALENDAR_FEEDS
from directapp.domains.planning.hall import HALL_SCREENS
from directapp.domains.planning.handlers import ALONE, BOOKING_HANDLERS, EVENT_HANDLERS
from directapp.domains.planning.outlook_jobs import ask_for_all
from directapp.domains.planning.proposals import PLAN_PROPOSALS
from directapp.domains.planning.resources import RESOURCES, WORKING_HOURS
from directapp.domains.planning.rights import SYSTEM
from directapp.domains.planning.sharing import RESOURCE_SHARING, SHARING_WEEKS
from directapp.domains.planning.timebank import TIMEBANK_ENTRIES
from directapp.domains.planning.types import RESOURCE_TYPES

__all__ = [
    "ALONE",
    "BOOKING_HANDLERS",
    "COLLECTIONS",
    "EVENTS",
    "EVENT_HANDLERS",
    "SYSTEM",
    "ask_for_all",
]

COLLECTIONS: tuple[Collection, ...] = (
    RESOURCE_TYPES,
    RESOURCES,
    WORKING_HOURS,
    ABSENCES,
    CAPACITY_RULES,
    RESOURCE_CAPACITIES,
    RESOURCE_SHARING,
    SHARING_WEEKS,
    TEMPLATES,
    STEPS,
    RESOURCE_BOOKINGS,
    TIMEBANK_ENTRIES,
    CALENDAR_FEEDS,
    HALL_SCREENS,
    PLAN_PROPOSALS,
)
EVENTS: tuple[Event, ...] = events_in(events)
