"""The query dialect's outer form: brackets, repeated parameters and JSON text become plain nested values."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from directapp.kernel.errors import bad_query
from directapp.kernel.text import _

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_STEP = re.compile(r"\[([^\[\]]*)\]")
_DEEPEST = 24
_MOST_PAIRS = 2000

_NOT_READ = _("The parameter {name} cannot be read.")
_TWICE = _("The parameter {name} is given in two ways.")
_NOT_JSON = _("{name} is not valid JSON.")


def nest(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Turn ``a[b][c]=x`` pairs into nested values; what is named twice becomes a list.

    Raises:
        BadQueryError: a key cannot be read, or contradicts another.

    """
    root: dict[str, Any] = {}
    for count, (key, value) in enumerate(pairs):
        match = _KEY.fullmatch(key)
        steps = _STEP.findall(match[2]) if match else []
        if match is None or len(steps) > _DEEPEST or count >= _MOST_PAIRS:
            raise bad_query(_NOT_READ, key)
        _put(root, [match[1], *steps], value, key)
    return {name: _listed(value) for name, value in root.items()}


def _put(root: dict[str, Any], steps: list[str], value: str, key: str) -> None:
    place = root
    for step in steps[:-1]:
        following = place.setdefault(step, {})
        if not isinstance(following, dict):
            raise bad_query(_TWICE, key)
        place = following
    last = steps[-1]
    if last == "" and len(steps) > 1:
        last = str(len(place))
    if isinstance(place.get(last), dict):
        raise bad_query(_TWICE, key)
    present = place.get(last)
    if present is None:
        place[last] = value
    else:
        place[last] = [*(present if isinstance(present, list) else [present]), value]


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    found = {name: _listed(inner) for name, inner in value.items()}
    if found and all(name.isascii() and name.isdigit() for name in found):
        return [found[name] for name in sorted(found, key=lambda n: (len(n), n))]
    return found


def json_or_value(value: Any, name: str) -> Any:
    """Return what a JSON text says; other values stay as they are.

    Raises:
        BadQueryError: a text that is no JSON.

    """
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        raise bad_query(_NOT_JSON, name) from None


def listed(value: Any, name: str) -> Any:
    """Return the list that a text holds as JSON; other values stay as they are.

    Raises:
        BadQueryError: a text that begins as a list and is none.

    """
    return json_or_value(value, name) if isinstance(value, str) and value.lstrip()[:1] == "[" else value


def words(value: Any, name: str) -> list[str]:
    """Return the words of a comma-joined text or a list of them.

    Raises:
        BadQueryError: it is something else.

    """
    if value is None:
        return []
    parts = value if isinstance(value, list) else [value]
    if not all(isinstance(part, str) for part in parts):
        raise bad_query(_NOT_READ, name)
    return [word.strip() for part in parts for word in part.split(",") if word.strip()]


def mapping(value: Any, name: str) -> Mapping[str, Any]:
    """Return an object, read from JSON where it is text.

    Raises:
        BadQueryError: it is no object.

    """
    found = json_or_value(value, name)
    if not isinstance(found, dict):
        raise bad_query(_NOT_READ, name)
    return found
