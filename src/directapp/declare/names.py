"""Field names: what code reads and writes the fields of records by, typed by their values."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, cast, overload
from uuid import UUID

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

# A value that JSON can hold.
Json: TypeAlias = Any
# What is asked for or to be written, by field.
Patch: TypeAlias = Mapping[str, Any]
# The same while it is being put together.
Values: TypeAlias = dict[str, Any]
# Asks for all records.
ALL: Patch = MappingProxyType({})


class FieldName(str, Generic[T_co]):
    """The name of a field, typed by its values for the type checker alone: at run time it is a plain string."""

    __slots__ = ()


class FieldNames:
    """The fields of a collection, those that every record has first; a subclass annotates its own."""

    id: FieldName[UUID]
    version: FieldName[int]
    created_at: FieldName[datetime]
    created_by: FieldName[UUID]
    updated_at: FieldName[datetime]
    updated_by: FieldName[UUID]

    def __init_subclass__(cls) -> None:
        """Give each annotated field its name; one that is a word of Python, as ``from``, is annotated ``from_``."""
        _give_names(cls)


def _give_names(fields: type[FieldNames]) -> None:
    for name in fields.__annotations__:
        setattr(fields, name, name.removesuffix("_"))


_give_names(FieldNames)


class Row(Protocol):
    """A record's values by field; ``[]`` where there is a value, ``get`` where there may be none."""

    def __getitem__(self, name: FieldName[T], /) -> T:
        """Return the value of a field that has one."""

    @overload
    def get(self, name: FieldName[T], /) -> T | None: ...

    @overload
    def get(self, name: FieldName[T], default: T, /) -> T: ...

    def __len__(self) -> int:
        """Return how many fields there are: none where there is no record."""

    def __contains__(self, name: object, /) -> bool:
        """Whether there is such a field."""


NO_ROW: Row = MappingProxyType[str, Any]({})


# The status of what has a workflow.
STATUS: FieldName[str] = cast("FieldName[str]", "status")


def plain(row: Row) -> Mapping[str, Any]:
    """Return a row as what it is at run time, for code that goes by names it does not know."""
    return cast("Mapping[str, Any]", row)


def row_of(values: Mapping[str, Any]) -> Row:
    """Return values by name as the row that they are."""
    return values


def field_name(name: str) -> FieldName[Any]:
    """Return the name of some field, for code that is told which."""
    return cast("FieldName[Any]", name)
