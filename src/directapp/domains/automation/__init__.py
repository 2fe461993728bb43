"""Automation: what a company lets follow from events by itself: webhooks to other systems, and rules of its own.

``handlers.follow`` looks at every event of the catalogue; ``deliveries`` sends webhooks and ``acting`` does what rules
say, both as errands that app wires; ``conditions`` is the small language of a rule's filter.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from directapp.declare.collection import Collection
from directapp.declare.spec import Spec
from directapp.domains.automation.catalogue import CATALOGUE
from directapp.domains.automation.deliveries import DELIVERIES
from directapp.domains.automation.handlers import follow
from directapp.domains.automation.rule_runs import RULE_RUNS
from directapp.domains.automation.webhooks import WEBHOOKS
from directapp.domains.automation.workflow_rules import workflow_rules


def collections(spec: Callable[[], Spec]) -> tuple[Collection, ...]:
    """Return what it adds; ``spec`` is asked, once all is declared, what rules may be about."""
    return (WEBHOOKS, DELIVERIES, workflow_rules(spec), RULE_RUNS)


EVENT_HANDLERS: dict[str, Callable[[Any], Awaitable[None]]] = {choice.code: follow for choice in CATALOGUE}
