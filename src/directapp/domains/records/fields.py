"""Public names of records: its collections and fields."""

from uuid import UUID

from directapp.declare.names import FieldName, FieldNames, Json

CAR_FILES = "car_files"
COMMENTS = "comments"


class Files(FieldNames):
    """The fields of files."""

    title: FieldName[str]
    purpose: FieldName[str]
    name: FieldName[str]
    media_type: FieldName[str]
    size_bytes: FieldName[int]
    sha256: FieldName[str]
    width: FieldName[int]
    height: FieldName[int]
    storage_key: FieldName[str]
    car: FieldName[UUID]


class CarFiles(FieldNames):
    """The fields of attachments."""

    subject_collection: FieldName[str]
    subject_id: FieldName[UUID]
    car: FieldName[UUID]
    file: FieldName[UUID]
    stage: FieldName[str]
    kind: FieldName[str]
    title: FieldName[str]
    damage_marks: FieldName[Json]


class Comments(FieldNames):
    """The fields of comments."""

    subject_collection: FieldName[str]
    subject_id: FieldName[UUID]
    car: FieldName[UUID]
    text: FieldName[str]
    mentions: FieldName[list[UUID]]
