"""Reading forms that come back: their fields, their token, their version and key."""

import re
from datetime import UTC, datetime, timedelta

import orjson
from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from directapp.interfaces.web.core.context import RequestContext, check_form
from directapp.interfaces.web.core.form import Posted
from directapp.kernel.errors import BadPayloadError, DirectAppError, Problem
from directapp.kernel.requests import bounded
from directapp.kernel.text import _

_MOST_FIELDS, _MOST_FILES = 2000, 40
# What somebody may send who has not signed in, what a form of text holds, and a form with files.
STRANGER_BYTES = 64 * 1024
_TEXT_BYTES, UPLOAD_BYTES = 2 * 1024 * 1024, 256 * 1024 * 1024
# A tap that waited for the network says when it was made; older ones than this belong to another week's work.
_OLDEST = timedelta(days=7)
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_VERSION = re.compile(r"[0-9]{1,9}")

_TOO_LARGE = _("The form is larger than {most} bytes.")
_UNREADABLE = _("The form cannot be read.")


async def read_form(request: Request, *, most: int = STRANGER_BYTES) -> Posted:
    """Read a form of at most so many bytes without asking who sent it: for pages before sign-in.

    Raises:
        TooLargeError: it is longer.
        BadPayloadError: it is no form, or has too many fields.

    """
    receive = bounded(request.receive, most, Problem(_TOO_LARGE.fill(most=most)))
    try:
        form = await Request(request.scope, receive).form(max_fields=_MOST_FIELDS, max_files=_MOST_FILES)
    except HTTPException:
        raise BadPayloadError(_UNREADABLE) from None
    request.state.form = form
    typed: dict[str, list[str]] = {}
    files: list[UploadFile] = []
    for name, value in form.multi_items():
        if isinstance(value, str):
            typed.setdefault(name, []).append(value)
        elif value.filename:
            files.append(value)
    known = typed.get("_fields", [""])[-1]
    typed["_fields"] = known.split()
    version = typed.get("_version", [""])[-1]
    posted = request.state.posted = Posted(
        typed=typed,
        files=tuple(files),
        version=int(version) if _VERSION.fullmatch(version) else None,
        key=typed.get("_key", [""])[-1][:64] or None,
        path=request.url.path,
        base=_base(typed.get("_base", [""])[-1]),
    )
    return posted


async def read_again(request: Request, *, signed_in: bool) -> Posted | None:
    """Return the form of a request that is refused, read before or now; None where it sends none that can be kept."""
    known: Posted | None = getattr(request.state, "posted", None)
    if known is None:
        if request.method != "POST" or not request.headers.get("content-type", "").startswith(_FORMS):
            return None
        try:
            known = await read_form(request, most=_TEXT_BYTES if signed_in else STRANGER_BYTES)
        except DirectAppError:
            return None
    return None if known.files else known


def _base(text: str) -> dict[str, str]:
    try:
        read = orjson.loads(text) if text else {}
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in read.items()} if isinstance(read, dict) else {}


async def read_signed(ctx: RequestContext) -> Posted:
    """Read a form of a signed-in person (ForbiddenError: it does not carry their token)."""
    with_files = ctx.request.headers.get("content-type", "").startswith("multipart/")
    posted = await read_form(ctx.request, most=UPLOAD_BYTES if with_files else _TEXT_BYTES)
    check_form(ctx, posted.get("_csrf") or ctx.request.headers.get("x-csrf-token", ""))
    return posted


def tapped_at(posted: Posted, now: datetime) -> datetime:
    """Return when a tap was made: now, or earlier where it waited for the network."""
    text = posted.get("_at")
    if not (text.isascii() and text.isdigit()):
        return now
    try:
        at = datetime.fromtimestamp(int(text) / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return now
    return max(min(at, now), now - _OLDEST)
