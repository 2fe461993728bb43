"""Public names of automation: its collections and fields."""

from datetime import datetime
from uuid import UUID

from directapp.declare.names import FieldName, FieldNames

WEBHOOKS = "webhooks"
WEBHOOK_DELIVERIES = "webhook_deliveries"
WORKFLOW_RULES = "workflow_rules"
RULE_RUNS = "rule_runs"


class Webhooks(FieldNames):
    """The fields of webhooks."""

    # Webhook
    name: FieldName[str]
    url: FieldName[str]
    events: FieldName[list[str]]
    dealership: FieldName[UUID]
    active: FieldName[bool]
    stopped_because: FieldName[str]

    # Key
    secret: FieldName[str]


class WebhookDeliveries(FieldNames):
    """The fields of webhook deliveries."""

    webhook: FieldName[UUID]
    event: FieldName[str]
    outcome: FieldName[str]
    answer: FieldName[int]
    attempts: FieldName[int]
    error: FieldName[str]
    delivered_at: FieldName[datetime]
    body: FieldName[str]
    record: FieldName[str]


class WorkflowRules(FieldNames):
    """The fields of rules."""

    # When
    name: FieldName[str]
    event: FieldName[str]
    conditions: FieldName[str]

    # Then
    action: FieldName[str]
    notify_role: FieldName[str]
    message: FieldName[str]
    set_field: FieldName[str]
    set_own_field: FieldName[UUID]
    set_value: FieldName[str]
    work_kind: FieldName[str]
    webhook: FieldName[UUID]

    # State
    active: FieldName[bool]
    tried_at: FieldName[datetime]
    tried_events: FieldName[int]
    tried_hits: FieldName[int]
    tried_told: FieldName[str]
    stopped_because: FieldName[str]


class RuleRuns(FieldNames):
    """The fields of rule runs."""

    rule: FieldName[UUID]
    event: FieldName[str]
    collection: FieldName[str]
    record: FieldName[str]
    outcome: FieldName[str]
    told: FieldName[str]
    key: FieldName[str]
