"""Exports of a list as it is shown: its columns, order, filter and search, as CSV or XLSX."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import orjson
from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from directapp.derive import tables
from directapp.derive.exchange import Header, cells_of, header_of
from directapp.derive.questions import Address, mark_of, read_mark
from directapp.derive.sheets import BOM, CSV, MOST_ROWS, XLSX, csv_line, xlsx_bytes
from directapp.derive.shown import paths_for
from directapp.derive.tables import Listing
from directapp.interfaces.web.columns import kept_columns
from directapp.interfaces.web.desk import Desk, PersonDesk
from directapp.kernel.errors import TooLargeError
from directapp.kernel.text import Text
from directapp.services.search import question_words
from directapp.store.query import Query

_PAGE = 1000
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
        yield rows
        if len(rows) < _PAGE:
            return
        query = replace(query, after=read_mark(mark_of(rows[-1], listing.sort), listing.shape, listing.sort))


def _named(desk: Desk, collection: str, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{collection}-{desk.now:%Y-%m-%d}.{ending}"'}


async def export_csv(desk: PersonDesk, collection: str) -> Response:
    """Stream a list as CSV."""
    listing, header = _listing(desk, collection, await kept_columns(desk, desk.shape(collection)))
    pages = _pages(desk, listing)
    first = await anext(pages)

    async def lines() -> AsyncIterator[str]:
        yield BOM + csv_line(header_of(listing.shape, listing.columns, desk.language, header))
        for line in _lines(desk, listing, first, header):
            yield line
        async for rows in pages:
            for line in _lines(desk, listing, rows, header):
                yield line

    headers = _named(desk, collection, "csv")
    return StreamingResponse(lines(), media_type=f"{CSV}; charset=utf-8", headers=headers)


def _cells(desk: Desk, listing: Listing, rows: list[dict[str, Any]], header: Header) -> list[list[Any]]:
    found = cells_of(desk.spec, listing.shape, listing.columns, rows, language=desk.language, header=header)
    return list(found)


def _lines(desk: Desk, listing: Listing, rows: list[dict[str, Any]], header: Header) -> list[str]:
    return [csv_line(cells) for cells in _cells(desk, listing, rows, header)]


async def export_xlsx(desk: PersonDesk, collection: str) -> Response:
    """Give a list as XLSX."""
    listing, header = _listing(desk, collection, await kept_columns(desk, desk.shape(collection)))
    cells: list[list[Any]] = []
    async for rows in _pages(desk, listing):
        cells += _cells(desk, listing, rows, header)
        if len(cells) > MOST_ROWS:
            raise TooLargeError(_TOO_MANY)
    head = header_of(listing.shape, listing.columns, desk.language, header)
    data = xlsx_bytes(head, cells, title=listing.shape.declared.plural.pick(desk.language))
    return Response(data, media_type=XLSX, headers=_named(desk, collection, "xlsx"))
