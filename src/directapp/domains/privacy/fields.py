"""Public names of privacy: its collections and fields."""

from datetime import datetime
from uuid import UUID

from directapp.declare.names import FieldName, FieldNames, Json

PERSONAL_REQUESTS = "personal_requests"
RETENTION_RULES = "retention_rules"
PERSONAL_VIEWS = "personal_views"


class PersonalRequests(FieldNames):
    """The fields of requests about personal data, as they were answered."""

    kind: FieldName[str]
    about: FieldName[str]
    reason: FieldName[str]
    records: FieldName[int]
    done: FieldName[Json]


class RetentionRules(FieldNames):
    """The fields of rules for how long personal data is kept."""

    subject: FieldName[str]
    status: FieldName[str]
    months: FieldName[int]
    active: FieldName[bool]


class PersonalViews(FieldNames):
    """The fields of who looked at a customer."""

    person: FieldName[UUID]
    car: FieldName[UUID]
    at: FieldName[datetime]
    listed: FieldName[int]
    records: FieldName[Json]
