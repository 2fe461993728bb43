"""An export with its files: one archive, written to disk as it is read, and sent from there."""

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile

from fastapi import Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from directapp.interfaces.web.core.context import RequestContext
from directapp.kernel.errors import NotFoundError, TooLargeError
from directapp.kernel.text import _

MOST_BYTES = 1024 * 1024 * 1024
_TOO_LARGE = _("The files of the person are larger than {most} MB together. Hand them out from the cars.")


async def packed(ctx: RequestContext, json: str, found: Mapping[str, Any]) -> Response:
    """Return an archive with what is held, as JSON, and the files that it names (TooLargeError: too much)."""
    with tempfile.NamedTemporaryFile(suffix=".zip", delete=False) as made:
        path = Path(made.name)
    try:
        with ZipFile(path, "w", ZIP_STORED) as archive:
            archive.writestr("personal-data.json", json)
            left = MOST_BYTES
            for record in (r for one in found["collections"] for r in one["records"] if "file" in r):
                left = await _pack(ctx, archive, record, left)
    except BaseException:
        await asyncio.to_thread(path.unlink)
        raise
    headers = {"Cache-Control": "no-store"}
    drop = BackgroundTask(path.unlink)
    return FileResponse(
        path, media_type="application/zip", filename="personal-data.zip", headers=headers, background=drop
    )


async def _pack(ctx: RequestContext, archive: ZipFile, record: Mapping[str, Any], left: int) -> int:
    attachments = ctx.services.attachments
    try:
        stored = await attachments.look_up(ctx.person, UUID(record["id"]))
    except NotFoundError:
        return left
    if stored.size > left:
        raise TooLargeError(_TOO_LARGE.fill(most=MOST_BYTES // (1024 * 1024)))
    with archive.open(record["file"], "w") as place:
        async for chunk in attachments.read(stored):
            await asyncio.to_thread(place.write, chunk)
    return left - stored.size
