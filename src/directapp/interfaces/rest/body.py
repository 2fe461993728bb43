"""Bodies and headers of a request: read within limits, understood or refused."""

import re
from typing import Any

import orjson
from starlette.requests import Request

from directapp.kernel.errors import BadPayloadError, Problem, TooLargeError
from directapp.kernel.text import Text, _

LARGEST_JSON = 1024 * 1024
_LONGEST_KEY = 200
_LONGEST_REASON = 1000
_VERSION = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')

_TOO_LARGE = _("The content is larger than {most} bytes.")
_NOT_JSON = _("The content is not valid JSON.")
_OBJECT = _("The content must be a JSON object.")
_UNKNOWN = _("{name} is not supported here.")
_TEXT = _("{name} must be text.")
_HEADER = _("{name} cannot be read.")


def bad_payload(text: Text, name: str | None = None, **values: object) -> BadPayloadError:
    """Return a refusal of the body, naming the part it is about."""
    shown = None if name is None else name[:120]
    return BadPayloadError(Problem(text.fill(name=shown, **values), field=shown))


async def read_bytes(request: Request, most: int) -> bytes:
    """Return the body (TooLargeError: it is longer than the limit)."""
    too_large = TooLargeError(_TOO_LARGE.fill(most=most))
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length[:18]) > most:
        raise too_large
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise too_large
        chunks.append(chunk)
    return b"".join(chunks)


async def read_json(request: Request, most: int = LARGEST_JSON) -> Any:
    """Return what the body says, None when it is empty.

    Raises:
        BadPayloadError: it is no JSON.
        TooLargeError: it is longer than the limit.

    """
    content = await read_bytes(request, most)
    if not content.strip():
        return None
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        raise BadPayloadError(_NOT_JSON) from None


async def read_object(request: Request, most: int = LARGEST_JSON) -> dict[str, Any]:
    """Return the body's object, empty when there is none (BadPayloadError: it is something else)."""
    found = await read_json(request, most)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BadPayloadError(_OBJECT)
    return found


def only(found: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return the object when it has no other members (BadPayloadError: it has, said by name)."""
    for name in found:
        if name not in names:
            raise bad_payload(_UNKNOWN, name)
    return found


def text_of(found: dict[str, Any], name: str, longest: int = 1000) -> str:
    """Return a text member (BadPayloadError: it is missing or something else, or holds what nothing can store)."""
    value = found.get(name)
    if not isinstance(value, str) or len(value) > longest or "\0" in value:
        raise bad_payload(_TEXT, name)
    return value


def taken_version(found: dict[str, Any]) -> int | None:
    """Take the version that the writer saw out of a patch (BadPayloadError: it is no number)."""
    value = found.pop("version", None)
    if value is None:
        return None
    # To JSON 2 and 2.0 are one number.
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    match = _VERSION.fullmatch(str(whole))
    if isinstance(value, bool) or match is None:
        raise bad_payload(_HEADER, "version")
    return int(match[1])


def taken_base(found: dict[str, Any]) -> dict[str, Any] | None:
    """Take the values that the writer saw out of a patch (BadPayloadError: they are no object)."""
    value = found.pop("base", None)
    if value is None or isinstance(value, dict):
        return value
    raise bad_payload(_HEADER, "base")


def matched_version(request: Request) -> int | None:
    """Return the version in ``If-Match``; None where there is none, or any will do."""
    value = request.headers.get("if-match")
    if value is None or value.strip() == "*":
        return None
    match = _VERSION.fullmatch(value.strip())
    if match is None:
        raise bad_payload(_HEADER, "If-Match")
    return int(match[1])


def idempotency_key(request: Request) -> str | None:
    """Return the ``Idempotency-Key`` (BadPayloadError: too long or not printable)."""
    value = request.headers.get("idempotency-key")
    if value is None:
        return None
    if not value.strip() or len(value) > _LONGEST_KEY or not value.isprintable():
        raise bad_payload(_HEADER, "Idempotency-Key")
    return value.strip()


def reason(request: Request) -> str | None:
    """Return the ``X-Reason``, which browsers send as Latin-1 and others as UTF-8."""
    value = request.headers.get("x-reason")
    if value is None:
        return None
    raw = value.encode("latin-1", "replace")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = value
    text = " ".join(text.replace("\0", "").split())
    if len(text) > _LONGEST_REASON:
        raise bad_payload(_HEADER, "X-Reason")
    return text or None
