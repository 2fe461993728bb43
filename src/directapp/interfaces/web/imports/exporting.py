"""Exports of a list as it is shown: its columns, order, filter and search, as CSV or XLSX."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from directapp.derive import tables
from directapp.derive.exchange import Header, cells_of, header_of
from directapp.derive.questions import Address, mark_of, read_mark, unread
from directapp.derive.sheet.cells import MOST_ROWS
from directapp.derive.sheets import BOM, CSV, XLSX, Cell, csv_line, spool_rows, write_xlsx
from directapp.derive.shown import paths_for
from directapp.derive.tables import Listing
from directapp.interfaces.web.columns import kept_columns
from directapp.interfaces.web.desk import Desk, PersonDesk
from directapp.interfaces.web.views.bar import unread_words
from directapp.kernel.errors import BadQueryError, Problem, TooLargeError
from directapp.kernel.text import Text
from directapp.store.query import Query
from directapp.store.words import question_words

# Rows that are read at once, and written between two turns of the event loop: a few milliseconds of work each.
_PAGE, _SLICE = 50, 10
_BOOK_SECONDS, _CHUNK = 120.0, 256 * 1024
_ASKED_OTHERWISE = frozenset({"header", "all", "after", "column"})
_TOO_MANY = Text(
    "Mer enn {rows} rader. Avgrens listen, eller last ned CSV.",
    "More than {rows} rows. Narrow the list, or download CSV.",
).fill(rows=MOST_ROWS)


def add_exports(router: APIRouter) -> None:
    """Add the routes of exports."""
    router.add_api_route("/app/{collection}/export.csv", export_csv, methods=["GET"])
    router.add_api_route("/app/{collection}/export.xlsx", export_xlsx, methods=["GET"])


def _listing(desk: Desk, collection: str, kept: Sequence[str]) -> tuple[Listing, Header]:
    """Return what is asked for: the shown columns, or with ``all`` every field; ``header`` labels or codes."""
    shape = desk.shape(collection)
    asked = desk.request.query_params
    params = tuple((n, v) for n, v in asked.multi_items() if n not in _ASKED_OTHERWISE)
    words = question_words(asked.get("q", "")) if shape.searchable else ()
    listing = tables.list_of(desk.teller, shape, Address(f"/app/{collection}", params), kept=kept, words=words)
    wrong = unread(listing.address, shape, listing.readable)
    if wrong:
        raise BadQueryError([Problem(unread_words(one), field=one.field.name) for one in wrong])
    header: Header = "codes" if asked.get("header") == "codes" else "labels"
    names = listing.columns
    if asked.get("all"):
        names = tuple(f.name for f in shape.fields.values() if f.name in listing.readable)
    wanted = tuple(dict.fromkeys(("id", *names, *(o.field for o in listing.sort))))
    paths = paths_for(desk.spec, desk.person, shape, wanted)
    return replace(listing, columns=names, query=replace(listing.query, fields=paths, after=None, limit=_PAGE)), header


async def _pages(desk: Desk, listing: Listing) -> AsyncIterator[list[dict[str, Any]]]:
    query: Query = listing.query
    while True:
        page = await desk.platform.reading.page(desk.person, listing.shape.name, query)
        rows: list[dict[str, Any]] = orjson.loads(page.json)
        await asyncio.sleep(0)
        yield rows
        if len(rows) < _PAGE:
            return
        query = replace(query, after=read_mark(mark_of(rows[-1], listing.sort), listing.shape, listing.sort))


async def _cells(
    desk: Desk, listing: Listing, pages: AsyncIterator[list[dict[str, Any]]], header: Header
) -> AsyncIterator[list[list[Cell]]]:
    """Yield the cells of every row, some at a time."""
    async for rows in pages:
        for start in range(0, len(rows), _SLICE):
            some = rows[start : start + _SLICE]
            yield list(cells_of(desk.spec, listing.shape, listing.columns, some, language=desk.language, header=header))
            await asyncio.sleep(0)


def _named(desk: Desk, collection: str, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{collection}-{desk.now:%Y-%m-%d}.{ending}"'}


async def _first_read(pages: AsyncIterator[list[dict[str, Any]]]) -> AsyncIterator[list[dict[str, Any]]]:
    """Read the first page now, so that a refusal is answered as one; return all pages."""
    first = await anext(pages)

    async def all_of_them() -> AsyncIterator[list[dict[str, Any]]]:
        yield first
        async for rows in pages:
            yield rows

    return all_of_them()


async def export_csv(desk: PersonDesk, collection: str) -> Response:
    """Stream a list as CSV."""
    listing, header = _listing(desk, collection, await kept_columns(desk, desk.shape(collection)))
    pages = await _first_read(_pages(desk, listing))

    async def lines() -> AsyncIterator[str]:
        yield BOM + csv_line(header_of(listing.shape, listing.columns, desk.language, header))
        async for cells in _cells(desk, listing, pages, header):
            yield "".join(map(csv_line, cells))

    headers = _named(desk, collection, "csv")
    return StreamingResponse(lines(), media_type=f"{CSV}; charset=utf-8", headers=headers)


async def export_xlsx(desk: PersonDesk, collection: str) -> Response:
    """Give a list as XLSX, written in a process of its own and streamed from there."""
    listing, header = _listing(desk, collection, await kept_columns(desk, desk.shape(collection)))
    cells = _cells(desk, listing, await _first_read(_pages(desk, listing)), header)
    head = header_of(listing.shape, listing.columns, desk.language, header)
    chunks = written_book(desk, head, cells, listing.shape.declared.plural.pick(desk.language))
    first = await anext(chunks)

    async def content() -> AsyncIterator[bytes]:
        async with aclosing(chunks):
            yield first
            async for chunk in chunks:
                yield chunk

    return StreamingResponse(content(), media_type=XLSX, headers=_named(desk, collection, "xlsx"))


async def written_book(
    desk: Desk, head: Sequence[str], cells: AsyncIterator[list[list[Cell]]], title: str
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
        await desk.platform.processes.run_within(_BOOK_SECONDS, write_xlsx, target, head, spool, title)
        with target.open("rb") as book:
            while chunk := await asyncio.to_thread(book.read, _CHUNK):
                yield chunk
