"""Reporting: what came of every row of a run, to download; read and written some rows at a time."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
from fastapi import Response
from fastapi.responses import StreamingResponse

from directapp.derive.questions import mark_of, read_mark
from directapp.derive.sheets import BOM, CSV, XLSX, csv_line
from directapp.domains.imports import report
from directapp.domains.imports.ledger import LEDGER
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.records.imports.exporting import written_book
from directapp.kernel.errors import NotFoundError
from directapp.store.query import Condition, Order, Query

_PAGE, _SLICE = 200, 50
_FIELDS = ("id", "collection", "row_number", "external_id", "outcome", "record", "notes")
_SORT = (Order("collection"), Order("row_number"))
_JSON = "application/json"

Lines = AsyncIterator[list[dict[str, Any]]]


async def report_of(ctx: RequestContext, run: Mapping[str, Any], kind: str) -> Response:
    """Answer the report of a run as ``csv``, ``xlsx`` or ``json`` (NotFoundError: any other kind)."""
    if kind not in _WRITERS:
        raise NotFoundError
    media_type, write = _WRITERS[kind]
    content = write(ctx, str(run["id"]), _lines(ctx, UUID(str(run["id"]))))
    # What is refused before the first bytes are there is answered as a refusal.
    first = await anext(content)

    async def whole() -> AsyncIterator[bytes]:
        async with aclosing(content):
            yield first
            async for chunk in content:
                yield chunk

    headers = {"Content-Disposition": f'attachment; filename="import-{run["id"]}.{kind}"'}
    return StreamingResponse(whole(), media_type=media_type, headers=headers)


async def _lines(ctx: RequestContext, run: UUID) -> Lines:
    meta = ctx.spec[LEDGER.rows]
    query = Query(
        fields=tuple((name,) for name in _FIELDS),
        filter=Condition(("run",), "eq", run),
        sort=_SORT,
        limit=_PAGE,
    )
    while True:
        rows = await ctx.rows(LEDGER.rows, query)
        for start in range(0, len(rows), _SLICE):
            yield report.kept_lines(rows[start : start + _SLICE])
            # Between some rows and the next the event loop turns.
            await asyncio.sleep(0)
        if len(rows) < _PAGE:
            return
        query = replace(query, after=read_mark(mark_of(rows[-1], _SORT), meta, _SORT))


async def _as_json(_: RequestContext, run: str, lines: Lines) -> AsyncGenerator[bytes, None]:
    yield b'{"run":' + orjson.dumps(run) + b',"rows":['
    lead = b""
    async for some in lines:
        yield lead + b",".join(map(orjson.dumps, some))
        lead = b","
    yield b"]}"


async def _as_csv(ctx: RequestContext, _: str, lines: Lines) -> AsyncGenerator[bytes, None]:
    yield (BOM + csv_line(report.header(ctx.language))).encode()
    async for some in lines:
        yield "".join(map(csv_line, report.cells(some, ctx.language))).encode()


async def _as_xlsx(ctx: RequestContext, _: str, lines: Lines) -> AsyncGenerator[bytes, None]:
    cells = (report.cells(some, ctx.language) async for some in lines)
    async with aclosing(written_book(ctx, report.header(ctx.language), cells, "Import")) as chunks:
        async for chunk in chunks:
            yield chunk


_WRITERS: Mapping[str, tuple[str, Callable[[RequestContext, str, Lines], AsyncGenerator[bytes, None]]]] = {
    "csv": (f"{CSV}; charset=utf-8", _as_csv),
    "json": (_JSON, _as_json),
    "xlsx": (XLSX, _as_xlsx),
}
