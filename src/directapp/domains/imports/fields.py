"""Public names of imports: its collections and fields."""

from datetime import datetime
from uuid import UUID

from directapp.declare.names import FieldName, FieldNames, Json


class ImportRuns(FieldNames):
    """The fields of imports."""

    # Source
    source: FieldName[str]
    name: FieldName[str]
    file: FieldName[UUID]
    collection: FieldName[str]
    columns: FieldName[Json]
    dealership: FieldName[UUID]

    # Course
    status: FieldName[str]
    dry_run: FieldName[bool]
    started_at: FieldName[datetime]
    finished_at: FieldName[datetime]
    failure: FieldName[str]

    # Result
    rows_total: FieldName[int]
    rows_done: FieldName[int]
    created: FieldName[int]
    changed: FieldName[int]
    unchanged: FieldName[int]
    repaired: FieldName[int]
    held: FieldName[int]
    rejected: FieldName[int]
    report: FieldName[Json]


class ImportRows(FieldNames):
    """The fields of import rows."""

    # Read
    run: FieldName[UUID]
    collection: FieldName[str]
    row_number: FieldName[int]
    external_id: FieldName[str]
    hash: FieldName[str]
    data: FieldName[Json]

    # Outcome
    outcome: FieldName[str]
    notes: FieldName[Json]
    record: FieldName[UUID]

    # Correction
    corrected: FieldName[Json]
    decision: FieldName[str]
