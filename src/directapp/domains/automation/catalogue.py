"""What automation chooses from, and who may arrange it."""

from collections.abc import Iterable
from datetime import timedelta

from directapp.declare.events import Event
from directapp.declare.fields import Choice

SYSTEM = "automation"

# A chain of rules longer than this goes in a circle.
DEEPEST = 8
CIRCLE, GONE, UNREADABLE = "circle", "gone", "unreadable"
# So many times within an hour the same is told of the same record; then the receiver and we answer each other.
ROUNDS, ROUND_TIME = 10, timedelta(hours=1)


def event_choices(events: Iterable[Event]) -> tuple[Choice, ...]:
    """Return the events that webhooks and rules may listen to, as choices."""
    return tuple(Choice(each.name, each.label) for each in events if not each.internal)
