"""Public names of the registry: its collections and fields."""

from datetime import date, datetime
from uuid import UUID

from directapp.declare.names import FieldName, FieldNames, Json

ENRICHMENT_RUNS = "enrichment_runs"
ENRICHMENT_LOGS = "enrichment_logs"
INSPECTION_REMINDERS = "inspection_reminders"


class EnrichmentRuns(FieldNames):
    """The fields of vehicle registry."""

    # Course
    night: FieldName[date]
    trigger: FieldName[str]
    asked_by: FieldName[UUID]
    status: FieldName[str]
    stopped_by: FieldName[str]
    started_at: FieldName[datetime]
    finished_at: FieldName[datetime]

    # Figures
    cars_asked: FieldName[int]
    filled: FieldName[int]
    not_found: FieldName[int]
    failed: FieldName[int]
    skipped: FieldName[int]
    fields_empty: FieldName[int]
    fields_filled: FieldName[int]
    failures_in_row: FieldName[int]


class EnrichmentLogs(FieldNames):
    """The fields of registry look-ups."""

    run: FieldName[UUID]
    car: FieldName[UUID]
    asked_by: FieldName[str]
    result: FieldName[str]
    reason: FieldName[str]
    fields: FieldName[Json]
    fields_empty: FieldName[int]
    at: FieldName[datetime]
    message: FieldName[str]


class InspectionReminders(FieldNames):
    """The fields of periodic inspection reminders."""

    car: FieldName[UUID]
    due: FieldName[date]
