"""The pages on which an import begins: what to take in, and which column goes where."""

import asyncio
from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import APIRouter, Response

from directapp.declare.spec import Shape
from directapp.derive.exchange import Match, keys_of, match_columns
from directapp.derive.inputs import Option
from directapp.derive.sheets import MOST_BYTES, Table, read_table
from directapp.domains.imports.ledger import LEDGER
from directapp.domains.imports.prototype import SOURCE, read_export
from directapp.interfaces.web.desk import Desk, PersonDesk
from directapp.interfaces.web.forms_in import Posted, read_signed
from directapp.interfaces.web.imports import kept as store
from directapp.interfaces.web.imports import starting
from directapp.interfaces.web.imports.words import WORDS, speak
from directapp.interfaces.web.lists import show_list
from directapp.interfaces.web.refs import as_uuid
from directapp.kernel.errors import BadPayloadError, ForbiddenError, NotFoundError, TooLargeError
from directapp.kernel.ids import uuid7
from directapp.store.query import Query

PATH = "/app/imports"
_EARLIER = 20


def add_beginnings(router: APIRouter) -> None:
    """Add the routes of starting an import."""
    router.add_api_route(PATH, show_start, methods=["GET"])
    router.add_api_route(f"/app/{LEDGER.runs}", show_runs, methods=["GET"])
    router.add_api_route(f"{PATH}/prototype", take_export, methods=["POST"])
    router.add_api_route(f"{PATH}/sheet", take_sheet, methods=["POST"])
    router.add_api_route(f"{PATH}/sheet/{{token}}", show_columns, methods=["GET"])
    router.add_api_route(f"{PATH}/sheet/{{token}}", try_sheet, methods=["POST"])


async def show_runs(desk: PersonDesk) -> Response:
    """Answer the menu with the start page, and a question with the derived list."""
    if desk.request.query_params or desk.partial:
        return await show_list(desk, LEDGER.runs)
    return desk.go(PATH)


async def show_start(desk: PersonDesk) -> Response:
    """Show what can be taken in, and the imports there have been."""
    starting.sees_imports(desk)
    page = await desk.platform.reading.page(desk.person, LEDGER.runs, Query(limit=_EARLIER))
    may = [s for s in desk.spec.exposed if starting.may_import_rows(s, desk.person)]
    return desk.page(
        "imports/start.html",
        t=speak(desk.language),
        here=LEDGER.runs,
        path=PATH,
        may_export=starting.may_import_export(desk.person, desk),
        collections=[Option(s.name, s.declared.plural.pick(desk.language), s.name == "cars") for s in may],
        runs=[_run_line(desk, run) for run in orjson.loads(page.json)],
    )


def _run_line(desk: Desk, run: dict[str, Any]) -> dict[str, Any]:
    shape = desk.spec[LEDGER.runs]
    names = ("started_at", "name", "status", "dry_run", "rows_total")
    return {"href": f"{PATH}/{run['id']}", "cells": [desk.teller.value(shape, n, run, short=True) for n in names]}


async def _uploaded(posted: Posted) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    for file in posted.files:
        content = await file.read(MOST_BYTES + 1)
        await file.close()
        if len(content) > MOST_BYTES:
            raise TooLargeError
        contents[file.filename or "file"] = content
    if not contents:
        raise BadPayloadError(WORDS["no_file"])
    return contents


async def take_export(desk: PersonDesk) -> Response:
    """Keep an export and try it."""
    starting.sees_imports(desk)
    if not starting.may_import_export(desk.person, desk):
        raise ForbiddenError
    contents = await asyncio.to_thread(starting.unzipped, await _uploaded(await read_signed(desk)))
    read_export(desk.spec, contents, desk.now)
    kept = await asyncio.to_thread(_keep, desk, contents, kind=SOURCE, name=", ".join(contents))
    return desk.go(f"{PATH}/{await starting.start(desk, kept, dry_run=True)}")


def _keep(desk: Desk, contents: dict[str, bytes], **about: Any) -> store.Kept:
    return store.keep(desk.platform.data, uuid7(), contents, tenant=str(desk.person.tenant), **about)


async def take_sheet(desk: PersonDesk) -> Response:
    """Keep a sheet and ask which column goes where."""
    starting.sees_imports(desk)
    posted = await read_signed(desk)
    shape = desk.shape(posted.get("collection"))
    if not starting.may_import_rows(shape, desk.person):
        raise ForbiddenError
    name, content = next(iter((await _uploaded(posted)).items()))
    await asyncio.to_thread(read_table, content)
    kind = "xlsx" if content[:2] == b"PK" else "csv"
    kept = await asyncio.to_thread(
        _keep, desk, {f"sheet.{kind}": content}, kind=kind, source=kind, name=name, collection=shape.name
    )
    return desk.go(f"{PATH}/sheet/{kept.folder.name}")


async def _sheet(desk: Desk, token: str) -> tuple[store.Kept, Shape, Table]:
    known = as_uuid(token)
    kept = store.find(desk.platform.data, known, desk.person.tenant) if known is not None else None
    if kept is None or kept.about["kind"] == SOURCE:
        raise NotFoundError(WORDS["unknown_file"])
    shape = desk.shape(kept.about["collection"])
    contents = await asyncio.to_thread(kept.contents)
    return kept, shape, await asyncio.to_thread(read_table, next(iter(contents.values())))


async def show_columns(desk: PersonDesk, token: str) -> Response:
    """Show each column with the field it seems to belong to."""
    kept, shape, table = await _sheet(desk, token)
    allowed = starting.allowed_fields(shape, desk.person)
    matches = match_columns(shape, table.header, allowed | {"id"})
    found = [m.field for m in matches if m.field]
    keys = keys_of(shape, found)
    return desk.page(
        "imports/columns.html",
        t=speak(desk.language),
        here=LEDGER.runs,
        path=PATH,
        action=f"{PATH}/sheet/{token}",
        title=str(kept.about.get("name")),
        plural=shape.declared.plural.pick(desk.language),
        columns=[_column(desk, shape, m, table, allowed) for m in matches],
        keys=[
            Option(n, shape.fields[n].label.pick(desk.language), n in keys[:1]) for n in keys_of(shape, shape.fields)
        ],
        keyless=not keys,
    )


def _column(desk: Desk, shape: Shape, match: Match, table: Table, allowed: frozenset[str]) -> dict[str, Any]:
    names = [n for n in shape.fields if n in allowed or n == "id"]
    return {
        "place": match.place,
        "header": match.header,
        "example": next((str(row[match.place]) for row in table.rows if row[match.place] not in (None, "")), ""),
        "guess": match.how == "similar",
        "options": [Option(n, shape.fields[n].label.pick(desk.language), n == match.field) for n in names],
    }


def chosen_columns(header: Sequence[str], posted: Posted, allowed: frozenset[str]) -> dict[str, str]:
    """Return which column goes to which field, as the form says it; no field twice."""
    columns: dict[str, str] = {}
    for place, text in enumerate(header):
        name = posted.get(f"column-{place}")
        if name in allowed and name not in columns.values():
            columns[text] = name
    return columns


async def try_sheet(desk: PersonDesk, token: str) -> Response:
    """Try a sheet with the columns that were chosen."""
    posted = await read_signed(desk)
    kept, shape, table = await _sheet(desk, token)
    columns = chosen_columns(table.header, posted, starting.allowed_fields(shape, desk.person) | {"id"})
    if not columns:
        raise BadPayloadError(WORDS["no_columns"])
    wanted = posted.get("key")
    key = wanted if wanted in keys_of(shape, columns.values()) else None
    again = await asyncio.to_thread(kept.under, uuid7(), columns=columns, key=key)
    return desk.go(f"{PATH}/{await starting.start(desk, again, dry_run=True)}")
