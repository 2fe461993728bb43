"""Uploads: files dropped or photographed on a record's page, kept and hung on the record."""

import hashlib
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from fastapi import Response
from starlette.datastructures import UploadFile

from directapp.declare.spec import CollectionMeta
from directapp.derive import forms
from directapp.derive.pages import Child
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.words import WORDS
from directapp.interfaces.web.records.record import record_id
from directapp.interfaces.web.records.sections import FILES, child_of, show_files
from directapp.kernel.errors import DirectAppError, Problem
from directapp.services.attachments import Incoming

_CHUNK = 256 * 1024


async def upload(ctx: PersonContext, collection: str, record: str) -> Response:
    """Keep the files of a form with a record."""
    meta, target = ctx.meta(collection), record_id(record)
    child = child_of(ctx, meta, FILES)
    posted = await read_signed(ctx)
    problems = await _keep_all(ctx, child, target, posted)
    _, summary = forms.sort_problems(problems, {}, ctx.language)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    if not ctx.partial and not problems:
        return ctx.go(f"/app/{collection}/{target}/part/{FILES}")
    return await show_files(ctx, meta, target, child, problems=summary, status=status)


async def _keep_all(ctx: RequestContext, child: Child, target: UUID, posted: Posted) -> list[Problem]:
    """Keep each file for itself: one that is refused does not take the others with it."""
    problems: list[Problem] = []
    values = _values(child, target, posted)
    for number, file in enumerate(posted.files):
        try:
            await keep_file(ctx, child.meta, file, values=values, key=posted.key_of(number))
        except DirectAppError as error:
            problems += [_about(file, p) for p in error.problems]
    if not posted.files:
        problems.append(Problem(WORDS["choose_file"]))
    return problems


def _values(child: Child, target: UUID, posted: Posted) -> dict[str, Any]:
    return {**child.given(target), "stage": posted.get("stage")}


def _about(file: UploadFile, problem: Problem) -> Problem:
    return Problem(WORDS["about_file"].fill(name=file.filename or "?", message=problem.message))


async def keep_file(
    ctx: RequestContext,
    meta: CollectionMeta,
    file: UploadFile,
    *,
    values: dict[str, Any],
    key: str | None,
    said: str | None = None,
) -> UUID | None:
    """Keep an upload and hang it on its record; return the file's id. ``said`` as in an Intent."""
    key = await key_with(file, key)
    kept = await ctx.services.attachments.keep(
        ctx.person,
        Incoming(name=file.filename, chunks=chunks_of(file)),
        {},
        origin="web",
        key=file_key(key),
        request_id=ctx.request_id,
    )
    await ctx.platform.pipeline.perform(ctx.intent(meta, "create", {**values, "file": kept.record}, key=key, said=said))
    return kept.record


async def key_with(file: UploadFile, key: str | None) -> str | None:
    """Return a form's key for just this file: another one, sent with the same form, is another upload."""
    if key is None:
        return None
    digest = hashlib.sha256()
    async for chunk in chunks_of(file):
        digest.update(chunk)
    await file.seek(0)
    return uuid5(NAMESPACE_OID, f"{key} {digest.hexdigest()}").hex


def file_key(key: str | None) -> str | None:
    """Return the key of a form's file: the form's own is for what the file hangs on."""
    return f"file-{key}"[:64] if key else None


async def chunks_of(file: UploadFile) -> AsyncIterator[bytes]:
    """Yield the bytes of an upload."""
    while chunk := await file.read(_CHUNK):
        yield chunk


ROUTES = (post("/app/{collection}/{record}/part/car_files", upload),)
