"""Files: uploads with their rows, and the bytes back."""

import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from directapp.connectors.storage import MissingBytesError
from directapp.interfaces.rest.body import bad_payload, idempotency_key, reason
from directapp.interfaces.rest.endpoint import Call
from directapp.interfaces.rest.errors import json_response
from directapp.kernel.errors import BadPayloadError, NotFoundError, Problem, bad_query
from directapp.kernel.requests import bounded
from directapp.kernel.text import _
from directapp.services.attachments import SIZES, Incoming, Stored
from directapp.services.intent import Answer
from directapp.services.media import PDF

_MOST_FILES = 20
_MOST_VALUES = 100
_OVERHEAD = 1024 * 1024
_CHUNK = 256 * 1024
_KEYS = {"small": 160, "medium": 480, "large": 1200}
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
# A file is shown, never run: no scripts, no frames, no guesses at its type.
_GUARDED = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=3600",
}
# Browsers show no PDF in a sandbox; their viewers run it apart from the page.
_PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"

_NO_FORM = _("Upload as multipart/form-data.")
_NO_FILE = _("{name} is missing.")
_UNREADABLE = _("The form cannot be read.")
_TOO_LARGE = _("The upload is too large.")
_UNSUPPORTED = _("The parameter {name} is not supported here.")
_NUMBER = _("{name} must be a whole number, 1 to 4000.")
_WORD = _("There is no such {name}; choose from: {among}.")


# -- in -------------------------------------------------------------------------------------------------


async def upload(call: Call) -> Response:
    """Keep the files of a form; the values before each file are about it."""
    for name in call.parameters():
        raise bad_query(_UNSUPPORTED, name)
    if not call.request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise BadPayloadError(_NO_FORM)
    attachments = call.application.attachments
    request = Request(
        call.request.scope,
        bounded(call.request.receive, attachments.largest + _OVERHEAD, Problem(_TOO_LARGE, field="file")),
    )
    key = idempotency_key(call.request)
    answers: list[Answer] = []
    try:
        async with request.form(max_files=_MOST_FILES, max_fields=_MOST_VALUES) as form:
            for number, (file, values) in enumerate(_parts(form.multi_items())):
                answers.append(
                    await attachments.keep(
                        call.actor,
                        Incoming(name=file.filename, chunks=_chunks(file)),
                        values,
                        origin="rest",
                        key=_numbered(key, number),
                        request_id=call.request_id,
                        reason=reason(call.request),
                    )
                )
    except (MultiPartException, HTTPException):
        raise BadPayloadError(_UNREADABLE) from None
    return _answered(answers)


def _numbered(key: str | None, number: int) -> str | None:
    """Return the key of a form's file: each is kept for itself, also where the form is sent again in full."""
    return f"{key}#{number}" if key and number else key


def _parts(items: list[tuple[str, UploadFile | str]]) -> list[tuple[UploadFile, dict[str, Any]]]:
    found: list[tuple[UploadFile, dict[str, Any]]] = []
    values: dict[str, Any] = {}
    for name, value in items:
        if isinstance(value, str):
            values[name] = value
        else:
            found.append((value, values))
            values = {}
    if not found:
        raise bad_payload(_NO_FILE, "file")
    # Values after the only file are about it too: browsers let people fill in forms in any order.
    if values and len(found) == 1:
        found = [(found[0][0], found[0][1] | values)]
    return found


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(_CHUNK):
        yield chunk


def _answered(answers: list[Answer]) -> Response:
    rows = [answer.json or "null" for answer in answers]
    text = rows[0] if len(rows) == 1 else f"[{','.join(rows)}]"
    headers = {"Idempotency-Replayed": "true"} if all(answer.replayed for answer in answers) else None
    return json_response(b'{"data":' + text.encode() + b"}", headers=headers)


# -- out ------------------------------------------------------------------------------------------------


async def asset(call: Call) -> Response:
    """Answer the bytes of a file, or a small picture of it."""
    stored = await call.application.attachments.look_up(call.actor, call.record())
    parameters = call.parameters()
    size, square = _size(parameters)
    download = parameters.get("download") is not None
    if size is not None and stored.is_picture:
        try:
            small = await call.application.attachments.thumbnail(stored, size, square=square)
        except MissingBytesError:
            raise NotFoundError from None
        headers = _headers(stored, "image/webp", download=download, tag=f"{stored.sha256}-{size}{square:d}")
        return _unless_known(call, headers) or Response(small, headers=headers)
    headers = _headers(stored, stored.media_type, download=download, tag=stored.sha256)
    return _unless_known(call, headers) or await _whole_or_part(call, stored, headers)


def _size(parameters: dict[str, Any]) -> tuple[int | None, bool]:
    """Return the smallest of our sizes that holds what is asked for, and whether it is cut square."""
    for name in parameters:
        if name not in {"key", "width", "height", "fit", "download"}:
            raise bad_query(_UNSUPPORTED, name)
    fit = parameters.get("fit", "inside")
    if fit not in {"inside", "contain", "cover"}:
        raise bad_query(_WORD, "fit", among="inside, contain, cover")
    key = parameters.get("key")
    if key is not None:
        if key not in _KEYS:
            raise bad_query(_WORD, "key", among=", ".join(_KEYS))
        return _KEYS[key], fit == "cover"
    wanted = [_pixels(parameters, name) for name in ("width", "height") if name in parameters]
    if not wanted:
        return None, False
    return next((s for s in SIZES if s >= max(wanted)), SIZES[-1]), fit == "cover"


def _pixels(parameters: dict[str, Any], name: str) -> int:
    text = str(parameters[name])
    if not re.fullmatch(r"[1-9][0-9]{0,2}|[1-3][0-9]{3}|4000", text):
        raise bad_query(_NUMBER, name)
    return int(text)


def _headers(stored: Stored, media_type: str, *, download: bool, tag: str) -> dict[str, str]:
    shown = media_type.startswith("image/") or media_type == PDF
    word = "inline" if shown and not download else "attachment"
    headers = {
        **_GUARDED,
        "Content-Type": f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type,
        "Content-Disposition": f"{word}; filename*=UTF-8''{quote(stored.name, safe='')}",
        "ETag": f'"{tag}"',
        "Accept-Ranges": "bytes",
    }
    if media_type == PDF:
        headers["Content-Security-Policy"] = _PDF_POLICY
    return headers


def _unless_known(call: Call, headers: dict[str, str]) -> Response | None:
    known = [t.strip().removeprefix("W/") for t in call.request.headers.get("if-none-match", "").split(",")]
    return Response(status_code=304, headers=headers) if headers["ETag"] in known else None


async def _whole_or_part(call: Call, stored: Stored, headers: dict[str, str]) -> Response:
    start, end = 0, stored.size
    status = 200
    asked = call.request.headers.get("range")
    match = _RANGE.fullmatch(asked.replace(" ", "")) if asked and "if-range" not in call.request.headers else None
    if match and (match[1] or match[2]):
        start, end = _bounds(match[1], match[2], stored.size)
        if start >= end:
            return Response(status_code=416, headers={"Content-Range": f"bytes */{stored.size}"})
        status = 206
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{stored.size}"
    headers["Content-Length"] = str(end - start)
    if call.request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    chunks = call.application.attachments.read(stored, start, end - start)
    try:
        first = await anext(chunks, b"")
    except MissingBytesError:
        raise NotFoundError from None
    return StreamingResponse(_joined(first, chunks), status_code=status, headers=headers)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk
