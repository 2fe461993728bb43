"""Public names of the registry: its collections."""

REGISTRY_ANSWERS = "registry_answers"
ENRICHMENT_RUNS = "enrichment_runs"
ENRICHMENT_LOGS = "enrichment_logs"
INSPECTION_REMINDERS = "inspection_reminders"
