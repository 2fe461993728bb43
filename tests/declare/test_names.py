"""Every field is read and written by a name that is typed by its values."""

import importlib
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from inspect import get_annotations
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args
from uuid import UUID

import pytest

from directapp import domains
from directapp.app.spec import load_spec
from directapp.declare.kinds import Kind
from directapp.declare.names import FieldNames, Json

SPEC = load_spec()
TYPES: dict[Kind, Any] = {
    Kind.BOOLEAN: bool,
    Kind.INTEGER: int,
    Kind.DECIMAL: Decimal,
    Kind.MONEY: Decimal,
    Kind.DATE: date,
    Kind.INSTANT: datetime,
    Kind.REF: UUID,
    Kind.REFS: list[UUID],
    Kind.CHOICES: list[str],
    Kind.JSON: Json,
}


def declared() -> Iterator[tuple[str, type[FieldNames]]]:
    """Give the classes of field names, by the collections they are named after; what several have in common is none."""
    for path in sorted(Path(domains.__path__[0]).glob("*/fields.py")):
        module = importlib.import_module(f"{domains.__name__}.{path.parent.name}.fields")
        for name, value in vars(module).items():
            if not isinstance(value, type) or not issubclass(value, FieldNames) or value.__module__ != module.__name__:
                continue
            if not value.__subclasses__():
                yield "".join(f"_{c.lower()}" if c.isupper() else c for c in name).removeprefix("_"), value


CLASSES = MappingProxyType(dict(declared()))


def test_every_collection_has_its_names() -> None:
    assert set(CLASSES) == set(SPEC.metas)


@pytest.mark.parametrize("collection", sorted(CLASSES))
def test_names_and_types_are_those_of_the_declaration(collection: str) -> None:
    names, meta = CLASSES[collection], SPEC[collection]
    annotated = {n: of for one in reversed(names.__mro__) for n, of in get_annotations(one).items() if n in vars(one)}
    assert {name.removesuffix("_"): get_args(of)[0] for name, of in annotated.items()} == {
        name: TYPES.get(field.kind, str) for name, field in meta.fields.items()
    }
    assert {getattr(names, name) for name in annotated} == set(meta.fields)
