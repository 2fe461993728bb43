"""Refusals on the wire: one envelope, one entry a problem, in the reader's language."""

import traceback
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import Response

from directapp.kernel.errors import (
    DirectAppError,
    Problem,
    TooManyError,
    UnauthenticatedError,
    UnavailableError,
    without_room,
)
from directapp.kernel.text import _

_log = structlog.get_logger(__name__)

_OURS = _("Something went wrong on our side. Name {request} if you ask for help.")
# Rules mark what is refused for the moment; on the wire the error's own code says it.
_INTERNAL_CODES = frozenset({"CONFLICT", "CONFIRM"})


def json_response(content: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return JSON bytes that no cache keeps."""
    return Response(
        content,
        status_code=status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )


def tagged(tag: str | None) -> dict[str, str]:
    """Return the header of an answer's entity tag; none where it has none."""
    return {} if tag is None else {"ETag": f'"{tag}"'}


def unchanged(tag: str | None) -> Response:
    """Return the answer to a reader who already has what would be sent."""
    return Response(status_code=int(HTTPStatus.NOT_MODIFIED), headers={"Cache-Control": "no-store", **tagged(tag)})


def entries(error: DirectAppError, language: str, **more: Any) -> list[dict[str, Any]]:
    """Return an error's problems as they stand in the envelope."""
    return [_entry(error, problem, language, more) for problem in error.problems]


def _entry(error: DirectAppError, problem: Problem, language: str, more: dict[str, Any]) -> dict[str, Any]:
    code = error.code if problem.code is None or problem.code in _INTERNAL_CODES else problem.code
    extensions: dict[str, Any] = {"code": code}
    if problem.field is not None:
        extensions["field"] = problem.field
    return {"message": problem.message.pick(language), "extensions": extensions | problem.extra | more}


def refusal(error: DirectAppError, language: str) -> Response:
    """Return the answer to a request that was refused."""
    headers = {}
    if isinstance(error, TooManyError | UnavailableError):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, UnauthenticatedError) or error.status == UnauthenticatedError.status:
        headers["WWW-Authenticate"] = "Bearer"
    return json_response(orjson.dumps({"errors": entries(error, language)}), int(error.status), headers)


def refusals(errors: Sequence[tuple[int, DirectAppError]], language: str) -> Response:
    """Return the answer to a bulk request of which some rows were refused, each named by its place."""
    found = [entry for place, error in errors for entry in entries(error, language, index=place)]
    return json_response(orjson.dumps({"errors": found}), int(errors[0][1].status))


def failure(request: Request, error: Exception, request_id: str, language: str) -> Response:
    """Log what nobody meant to happen, without the values it happened to, and answer with the request's id."""
    _log.error(
        "request failed",
        request_id=request_id,
        method=request.method,
        error=type(error).__name__,
        **({"errno": error.errno, "path": str(error.filename)} if isinstance(error, OSError) else {}),
        where=_where(traceback.extract_tb(error.__traceback__)),
    )
    if without_room(error):
        return refusal(UnavailableError(), language)
    body = {"message": _OURS.fill(request=request_id).pick(language), "extensions": {"code": "INTERNAL"}}
    return json_response(orjson.dumps({"errors": [body]}), 500)


def _where(frames: Iterable[traceback.FrameSummary]) -> str:
    return " > ".join(f"{frame.filename.rpartition('directapp/')[2]}:{frame.lineno}" for frame in list(frames)[-8:])
