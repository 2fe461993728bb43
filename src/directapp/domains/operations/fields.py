"""Public names of operations: its collections and fields."""

from datetime import datetime

from directapp.declare.names import FieldName, FieldNames, Json


class FailedJobs(FieldNames):
    """The fields of failed jobs."""

    # Job
    job: FieldName[str]
    kind: FieldName[str]
    outcome: FieldName[str]
    error: FieldName[str]
    attempts: FieldName[int]
    asked_at: FieldName[datetime]
    collection: FieldName[str]
    record: FieldName[str]
    note: FieldName[str]

    # Content
    payload: FieldName[Json]
