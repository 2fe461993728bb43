"""What automation asks for."""

from directapp.declare.events import event
from directapp.declare.kinds import Kind
from directapp.domains.automation.fields import WEBHOOK_DELIVERIES, WORKFLOW_RULES
from directapp.kernel.text import _

DELIVER = event("webhook.deliver", WEBHOOK_DELIVERIES, _("Send webhook"), internal=True)
RUN = event(
    "rule.run",
    WORKFLOW_RULES,
    _("Do what a rule says"),
    internal=True,
    collection=Kind.STRING,
    record=Kind.REF,
    caused_by=Kind.STRING,
)
TRIAL = event("rule.trial", WORKFLOW_RULES, _("Try a rule"), internal=True)
