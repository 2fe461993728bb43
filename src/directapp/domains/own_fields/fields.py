"""Public names of own fields."""

from datetime import datetime
from decimal import Decimal

from directapp.declare.names import FieldName, FieldNames

OWN_FIELDS = "own_fields"


class OwnFields(FieldNames):
    """The fields of own fields."""

    collection: FieldName[str]
    code: FieldName[str]
    kind: FieldName[str]
    placed_in: FieldName[str]
    label_nb: FieldName[str]
    label_en: FieldName[str]
    help_nb: FieldName[str]
    help_en: FieldName[str]
    required: FieldName[bool]
    choices: FieldName[str]
    minimum: FieldName[Decimal]
    maximum: FieldName[Decimal]
    max_length: FieldName[int]
    pattern: FieldName[str]
    search: FieldName[bool]
    personal: FieldName[bool]
    readers: FieldName[list[str]]
    writers: FieldName[list[str]]
    deleted_at: FieldName[datetime]
