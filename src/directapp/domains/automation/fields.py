"""Public names of automation: its collections."""

WEBHOOKS = "webhooks"
WEBHOOK_DELIVERIES = "webhook_deliveries"
WORKFLOW_RULES = "workflow_rules"
RULE_RUNS = "rule_runs"
