"""Public names of own fields."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

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
    custom_reader: FieldName[UUID]
    custom_writer: FieldName[UUID]
    custom_reader_code: FieldName[str]
    custom_writer_code: FieldName[str]
    deleted_at: FieldName[datetime]
