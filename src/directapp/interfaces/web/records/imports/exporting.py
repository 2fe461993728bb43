"""Exports of a list as it is shown: its columns, order, filter and search, as CSV or XLSX."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi import Response
from fastapi.responses import StreamingResponse

from directapp.derive import tables
from directapp.derive.exchange import Header, cells_of, header_of
from directapp.derive.questions import Address, mark_of, read_mark, unread
from directapp.derive.sheet.cells import MOST_ROWS
from directapp.derive.sheets import BOM, CSV, XLSX, Cell, csv_line, spool_rows, write_xlsx
from directapp.derive.shown import paths_for
from directapp.derive.tables import Listing
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.records.columns import kept_columns
from directapp.interfaces.web.records.views.bar import unread_words
from directapp.kernel.errors import BadQueryError, Problem, TooLargeError
from directapp.kernel.text import _
from directapp.store.query import Query
from directapp.store.words import question_words

# Rows that are read at once, and written between two turns of the event loop: a few milliseconds of work each.
_PAGE, _SLICE = 50, 10
_BOOK_SECONDS, _CHUNK = 120.0, 256 * 1024
_ASKED_OTHERWISE = frozenset({"header", "all", "after", "column"})
_TOO_MANY = _("More than {rows} rows. Narrow the list, or download CSV.").fill(rows=MOST_ROWS)


def _listing(ctx: RequestContext, collection: str, kept: Sequence[str]) -> tuple[Listing, Header]:
    """Return what is asked for: the shown columns, or with ``all`` every field; ``header`` labels or codes."""
    meta = ctx.meta(collection)
    asked = ctx.request.query_params
    params = tuple((n, v) for n, v in asked.multi_items() if n not in _ASKED_OTHERWISE)
    words = question_words(asked.get("q", "")) if meta.searchable else ()
    listing = tables.list_of(ctx.formatter, meta, Address(f"/app/{collection}", params), kept=kept, words=words)
    wrong = unread(listing.address, meta, listing.readable)
    if wrong:
        raise BadQueryError([Problem(unread_words(one), field=one.name) for one in wrong])
    header: Header = "codes" if asked.get("header") == "codes" else "labels"
    names = listing.columns
    if asked.get("all"):
        names = tuple(f.name for f in meta.fields.values() if f.name in listing.readable)
    wanted = tuple(dict.fromkeys(("id", *names, *(o.field for o in listing.sort))))
    paths = paths_for(ctx.spec, ctx.person, meta, wanted)
    return replace(listing, columns=names, query=replace(listing.query, fields=paths, after=None, limit=_PAGE)), header


async def _pages(ctx: RequestContext, listing: Listing) -> AsyncIterator[list[dict[str, Any]]]:
    query: Query = listing.query
    while True:
        rows = await ctx.rows(listing.meta.name, query)
        await asyncio.sleep(0)
        yield rows
        if len(rows) < _PAGE:
            return
        query = replace(query, after=read_mark(mark_of(rows[-1], listing.sort), listing.meta, listing.sort))


async def _cells(
    ctx: RequestContext, listing: Listing, pages: AsyncIterator[list[dict[str, Any]]], header: Header
) -> AsyncIterator[list[list[Cell]]]:
    """Yield the cells of every row, some at a time."""
    async for rows in pages:
        for start in range(0, len(rows), _SLICE):
            some = rows[start : start + _SLICE]
            yield list(cells_of(ctx.spec, listing.meta, listing.columns, some, language=ctx.language, header=header))
            await asyncio.sleep(0)


def _named(ctx: RequestContext, collection: str, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{collection}-{ctx.now:%Y-%m-%d}.{ending}"'}


async def _first_read(pages: AsyncIterator[list[dict[str, Any]]]) -> AsyncIterator[list[dict[str, Any]]]:
    """Read the first page now, so that a refusal is answered as one; return all pages."""
    first = await anext(pages)

    async def all_of_them() -> AsyncIterator[list[dict[str, Any]]]:
        yield first
        async for rows in pages:
            yield rows

    return all_of_them()


async def export_csv(ctx: PersonContext, collection: str) -> Response:
    """Stream a list as CSV."""
    listing, header = _listing(ctx, collection, await kept_columns(ctx, ctx.meta(collection)))
    pages = await _first_read(_pages(ctx, listing))

    async def lines() -> AsyncIterator[str]:
        yield BOM + csv_line(header_of(listing.meta, listing.columns, ctx.language, header))
        async for cells in _cells(ctx, listing, pages, header):
            yield "".join(map(csv_line, cells))

    headers = _named(ctx, collection, "csv")
    return StreamingResponse(lines(), media_type=f"{CSV}; charset=utf-8", headers=headers)


async def export_xlsx(ctx: PersonContext, collection: str) -> Response:
    """Give a list as XLSX, written in a process of its own and streamed from there."""
    listing, header = _listing(ctx, collection, await kept_columns(ctx, ctx.meta(collection)))
    cells = _cells(ctx, listing, await _first_read(_pages(ctx, listing)), header)
    head = header_of(listing.meta, listing.columns, ctx.language, header)
    chunks = written_book(ctx, head, cells, listing.meta.declared.plural.pick(ctx.language))
    first = await anext(chunks)

    async def content() -> AsyncIterator[bytes]:
        async with aclosing(chunks):
            yield first
            async for chunk in chunks:
                yield chunk

    return StreamingResponse(content(), media_type=XLSX, headers=_named(ctx, collection, "xlsx"))


async def written_book(
    ctx: RequestContext, head: Sequence[str], cells: AsyncIterator[list[list[Cell]]], title: str
) -> AsyncGenerator[bytes, None]:
    """Yield an XLSX file in chunks (TooLargeError: more rows than a file may have)."""
    with tempfile.TemporaryDirectory(prefix="directapp-export-") as folder:
        spool, target = Path(folder) / "rows", Path(folder) / "book.xlsx"
        count = 0
        with spool.open("wb") as stream:
            async for some in cells:
                count += len(some)
                if count > MOST_ROWS:
                    raise TooLargeError(_TOO_MANY)
                spool_rows(stream, some)
        await ctx.platform.processes.run_within(_BOOK_SECONDS, write_xlsx, target, head, spool, title)
        with target.open("rb") as book:
            while chunk := await asyncio.to_thread(book.read, _CHUNK):
                yield chunk


ROUTES = (
    get("/app/{collection}/export.csv", export_csv),
    get("/app/{collection}/export.xlsx", export_xlsx),
)
