"""Keyset paging: where a reader stopped, packed into a text that is opaque to the reader."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind, read
from directapp.declare.spec import CollectionMeta
from directapp.kernel.errors import bad_query
from directapp.kernel.text import _
from directapp.store.query import Order

_SPOKEN = frozenset({Kind.STRING, Kind.TEXT, Kind.CHOICE, Kind.EMAIL, Kind.PHONE})
_LONGEST = 8000
_NOT_OURS = _("The mark of the next page does not fit the question. Begin again without {name}.")


def keys_of(sort: Sequence[Order]) -> tuple[Order, ...]:
    """Return the sort keys with the id that makes them unique, as the store adds it."""
    if any(key.field == "id" for key in sort):
        return tuple(sort)
    return (*sort, Order("id", sort[-1].descending if sort else False))


def _words(keys: Sequence[Order]) -> str:
    return ",".join(f"{'-' if key.descending else ''}{key.field}" for key in keys)


def pack(keys: Sequence[Order], row: Mapping[str, Any]) -> str:
    """Return the mark after a row that was answered."""
    text = orjson.dumps([_words(keys), [row.get(key.field) for key in keys]])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def turn_page(rows: Sequence[dict[str, Any]], keys: Sequence[Order], limit: int, added: Sequence[str]) -> str | None:
    """Return the mark of the next page, None after the last; take fields out of the rows that served it alone."""
    mark = pack(keys, rows[-1]) if rows and len(rows) == limit else None
    for row in rows:
        for name in added:
            row.pop(name, None)
    return mark


def unpack(meta: CollectionMeta, keys: Sequence[Order], text: str) -> tuple[Any, ...]:
    """Return the values a mark stands for.

    Raises:
        BadQueryError: it is none of ours, or of another sort order.

    """
    try:
        padded = text[:_LONGEST] + "=" * (-len(text) % 4)
        words, values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if words != _words(keys) or not isinstance(values, list) or len(values) != len(keys):
            raise bad_query(_NOT_OURS, "cursor")
        return tuple(key_value(meta.fields[key.field], value) for key, value in zip(keys, values, strict=True))
    except (ValueError, TypeError, ArithmeticError, binascii.Error):
        raise bad_query(_NOT_OURS, "cursor") from None


def key_value(item: Field, value: Any) -> Any:
    """Return the value of a sort key as its column holds it.

    Raises:
        ValueError, TypeError, ArithmeticError: it is none.

    """
    if value is None and item.name != "id":
        return None
    if item.kind in _SPOKEN:
        if not isinstance(value, str):
            raise TypeError
        return value.replace("\0", "")
    return read(item.kind, value)
