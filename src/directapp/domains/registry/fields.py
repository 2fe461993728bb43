"""Public names of the registry: its collections."""

ENRICHMENT_RUNS = "enrichment_runs"
ENRICHMENT_LOGS = "enrichment_logs"
INSPECTION_REMINDERS = "inspection_reminders"
