"""What a tool is called with: read as every other interface reads JSON, and refused by name."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from directapp.interfaces.mcp.tools import MOST_ROWS
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import _

Arguments = Mapping[str, Any]
MISSING = _("{name} is missing.")
_NO_ID = _("{name} must be an id.")
NOT_TAKEN = _("{name} is not taken here.")
MUST_BE_TEXT = _("{name} must be a text.")
_OBJECT = _("{name} must be an object.")
_TOO_LARGE = _("The number is too large.")


def read(arguments: Arguments) -> Arguments:
    """Return arguments as every other interface reads JSON: numbers of 64 bits, none that is infinite or none."""
    try:
        found: Arguments = orjson.loads(orjson.dumps(arguments))
    except orjson.JSONEncodeError:
        raise InvalidError(_TOO_LARGE) from None
    return found


def refuse_others(arguments: Arguments, names: tuple[str, ...]) -> None:
    """Refuse what a tool does not take (InvalidError)."""
    problems = [Problem(NOT_TAKEN.fill(name=name[:80]), field=name[:80]) for name in arguments if name not in names]
    if problems:
        raise InvalidError(problems)


def text(arguments: Arguments, name: str) -> str:
    """Return a text that must be given (InvalidError)."""
    value = arguments.get(name)
    if value in (None, ""):
        raise InvalidError(Problem(MISSING.fill(name=name), field=name))
    if not isinstance(value, str):
        raise InvalidError(Problem(MUST_BE_TEXT.fill(name=name), field=name))
    return value


def record_id(arguments: Arguments, name: str = "id") -> UUID:
    """Return an id that must be given (InvalidError)."""
    try:
        return UUID(text(arguments, name))
    except ValueError:
        raise InvalidError(Problem(_NO_ID.fill(name=name), field=name)) from None


def number(arguments: Arguments, name: str, default: int, *, most: int = MOST_ROWS) -> int:
    """Return a whole number from one to ``most`` (InvalidError)."""
    value = arguments.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise InvalidError(Problem(NOT_TAKEN.fill(name=name), field=name))
    return value


def values(arguments: Arguments) -> dict[str, Any]:
    """Return the values of a change, none where none are given (InvalidError)."""
    found = arguments.get("values") or {}
    if not isinstance(found, dict):
        raise InvalidError(Problem(_OBJECT.fill(name="values"), field="values"))
    return dict(found)
