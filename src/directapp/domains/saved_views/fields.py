"""Public names of saved views: its collections and fields."""

from uuid import UUID

from directapp.declare.names import FieldName, FieldNames, Json


class SavedViews(FieldNames):
    """The fields of saved views."""

    name: FieldName[str]
    collection: FieldName[str]
    query: FieldName[Json]
    columns: FieldName[Json]
    view: FieldName[str]
    shared_role: FieldName[str]
    shared_site: FieldName[UUID]
    pinned: FieldName[bool]


class ListColumns(FieldNames):
    """The fields of choices of columns."""

    person: FieldName[UUID]
    collection: FieldName[str]
    columns: FieldName[Json]
