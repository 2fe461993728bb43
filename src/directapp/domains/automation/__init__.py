"""Automation: what a company lets follow from events by itself: webhooks to other systems, and rules of its own.

``handlers.follow`` looks at every event that may be listened to; ``deliveries`` sends webhooks and ``acting`` does what
rules say, both as jobs that app wires; ``conditions`` is the small language of a rule's filter.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from directapp.declare.collection import Collection
from directapp.declare.events import Event, events_in
from directapp.declare.spec import Spec
from directapp.domains.automation import events
from directapp.domains.automation.deliveries import deliveries
from directapp.domains.automation.handlers import follow
from directapp.domains.automation.rule_runs import rule_runs
from directapp.domains.automation.webhooks import webhooks
from directapp.domains.automation.workflow_rules import workflow_rules

EVENTS: tuple[Event, ...] = events_in(events)


def collections(spec: Callable[[], Spec], known: Sequence[Event]) -> tuple[Collection, ...]:
    """Return what it adds, to choose from the ``known`` events; ``spec`` is asked, once all is declared."""
    return (webhooks(known), deliveries(known), workflow_rules(spec, known), rule_runs(known))


def event_handlers(known: Sequence[Event]) -> dict[Event, Callable[[Any], Awaitable[None]]]:
    """Return what follows each of the events that anybody may listen to."""
    return {each: follow for each in known if not each.internal}
