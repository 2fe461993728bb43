"""Uploads: files of a form, kept once however often the form is sent."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from starlette.datastructures import UploadFile

from directapp.declare.spec import CollectionMeta
from directapp.interfaces.web.core.context import RequestContext
from directapp.services.attachments import Incoming

_CHUNK = 256 * 1024


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
