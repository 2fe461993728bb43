"""Revisions: the history of one record, as far as the reader may see its fields today."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any
from uuid import UUID

import orjson
from starlette.responses import Response

from directapp.interfaces.rest.dialect.input import json_or_value, words
from directapp.interfaces.rest.endpoint import Call
from directapp.interfaces.rest.errors import json_response
from directapp.kernel.errors import BadQueryError, Problem, bad_query
from directapp.kernel.text import _

_MOST = 1000
_PARAMETERS = ("filter", "fields", "limit", "offset", "page", "sort")
_NEWEST_FIRST = frozenset({"-id", "-timestamp"})
_UNSUPPORTED = _("The parameter {name} is not supported here.")
_WHICH = _("Give a filter on collection and item, both with _eq.")
_NUMBER = _("{name} must be a whole number, {low} to {high}.")
_NO_FIELD = _("There is no field {name} here.")


async def read(call: Call) -> Response:
    """Answer the changes of the record that the filter names, newest first."""
    parameters = call.parameters()
    for name in parameters:
        if name not in _PARAMETERS:
            raise bad_query(_UNSUPPORTED, name)
    if set(words(parameters.get("sort"), "sort")) - _NEWEST_FIRST:
        raise bad_query(_UNSUPPORTED, "sort")
    collection, record = _which(parameters)
    limit = _number(parameters, "limit", 100, 0, _MOST)
    offset = _number(parameters, "offset", 0, 0, _MOST)
    if "page" in parameters:
        offset = min((_number(parameters, "page", 1, 1, _MOST) - 1) * limit, _MOST)
    reading = call.application.platform.reading
    found = await reading.history(call.actor, collection, record, limit=min(offset + limit, 2 * _MOST))
    rows = [_revision(entry, collection, record) for entry in found[offset : offset + limit]]
    return json_response(orjson.dumps({"data": _chosen(rows, parameters)}))


def _which(parameters: Mapping[str, Any]) -> tuple[str, UUID]:
    """Return the collection and id that the filter asks for (BadQueryError: it asks for something else)."""
    named: dict[str, str] = {}
    for name, value in _members(json_or_value(parameters.get("filter") or "{}", "filter")):
        if name not in {"collection", "item"} or name in named or not isinstance(value, dict) or set(value) != {"_eq"}:
            raise BadQueryError(Problem(_WHICH, field="filter"))
        named[name] = str(value["_eq"])
    try:
        return named["collection"], UUID(named["item"])
    except (KeyError, ValueError):
        raise BadQueryError(Problem(_WHICH, field="filter")) from None


def _members(raw: Any) -> list[tuple[str, Any]]:
    if not isinstance(raw, dict):
        raise BadQueryError(Problem(_WHICH, field="filter"))
    found: list[tuple[str, Any]] = []
    for name, value in raw.items():
        if name == "_and" and isinstance(value, list):
            found += [pair for part in value if isinstance(part, dict) for pair in part.items()]
        else:
            found.append((name, value))
    return found


def _number(parameters: Mapping[str, Any], name: str, default: int, low: int, high: int) -> int:
    text = str(parameters.get(name, default))
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(high)) else -1
    if not low <= number <= high:
        raise bad_query(_NUMBER, name, low=low, high=high)
    return number


def _revision(entry: Mapping[str, Any], collection: str, record: UUID) -> dict[str, Any]:
    return {
        "id": entry["id"],
        "collection": collection,
        "item": str(record),
        "timestamp": entry["at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "user": entry["actor"],
        "user_name": entry["actor_name"],
        "roles": entry["roles"],
        "via": entry["via"],
        "origin": entry["origin"],
        "request_id": entry["request_id"],
        "reason": entry["reason"],
        "action": entry["verb"],
        "item_version": entry["version"],
        "delta": {name: change[1] for name, change in entry["changes"].items()},
        "before": {name: change[0] for name, change in entry["changes"].items()},
        "hidden": entry["hidden"],
    }


def _chosen(rows: list[dict[str, Any]], parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = words(parameters.get("fields"), "fields")
    if not names or "*" in names:
        return rows
    if rows:
        for name in names:
            if name not in rows[0]:
                raise bad_query(_NO_FIELD, name)
    return [{name: row[name] for name in names} for row in rows]
