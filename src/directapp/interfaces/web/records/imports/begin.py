"""The page on which an import begins: what to take in, and the imports there have been."""

import asyncio
from typing import Any

import orjson
from fastapi import Response

from directapp.derive.inputs import Option
from directapp.derive.sheet.cells import MOST_BYTES
from directapp.derive.sheet.layout import read_apart
from directapp.domains.imports.ledger import LEDGER, SHOWN
from directapp.domains.imports.prototype import SOURCE, read_export
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.records.imports import kept as store
from directapp.interfaces.web.records.imports import starting
from directapp.interfaces.web.records.imports.starting import PATH
from directapp.interfaces.web.records.imports.words import WORDS, speak
from directapp.interfaces.web.records.lists import show_list
from directapp.kernel.errors import BadPayloadError, ForbiddenError, TooLargeError
from directapp.kernel.ids import uuid7
from directapp.store.query import Query

_EARLIER = 20


async def show_runs(ctx: PersonContext) -> Response:
    """Answer the menu with the start page, and a question with the derived list."""
    if ctx.request.query_params or ctx.partial:
        return await show_list(ctx, LEDGER.runs)
    return ctx.go(PATH)


async def show_start(ctx: PersonContext) -> Response:
    """Show what can be taken in, and the imports there have been."""
    starting.sees_imports(ctx)
    page = await ctx.platform.reading.page(ctx.person, LEDGER.runs, Query(limit=_EARLIER))
    may = [s for s in ctx.spec.exposed if starting.may_import_rows(s, ctx.person)]
    return ctx.page(
        "imports/start.html",
        t=speak(ctx.language),
        here=LEDGER.runs,
        path=PATH,
        may_export=starting.may_import_export(ctx.person, ctx),
        collections=[Option(s.name, s.declared.plural.pick(ctx.language), s.name == ctx.main_list) for s in may],
        heads=[ctx.spec[LEDGER.runs].fields[n].label.pick(ctx.language) for n in SHOWN],
        runs=[_run_line(ctx, run) for run in orjson.loads(page.json)],
    )


def _run_line(ctx: RequestContext, run: dict[str, Any]) -> dict[str, Any]:
    meta = ctx.spec[LEDGER.runs]
    cells = [ctx.formatter.value(meta, n, run, short=True) for n in SHOWN]
    return {"href": f"{PATH}/{run['id']}", "cells": cells}


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


async def take_export(ctx: PersonContext) -> Response:
    """Keep an export and try it."""
    starting.sees_imports(ctx)
    if not starting.may_import_export(ctx.person, ctx):
        raise ForbiddenError
    posted = await read_signed(ctx)
    if begun := await starting.begun(ctx, posted):
        return ctx.go(f"{PATH}/{begun}")
    contents = await asyncio.to_thread(starting.unzipped, await _uploaded(posted))
    read_export(ctx.spec, contents, ctx.now)
    kept = await asyncio.to_thread(_keep, ctx, contents, kind=SOURCE, name=", ".join(contents))
    return ctx.go(f"{PATH}/{await starting.start(ctx, kept, posted, dry_run=True)}")


def _keep(ctx: RequestContext, contents: dict[str, bytes], **about: Any) -> store.Kept:
    return store.keep(ctx.platform.data, uuid7(), contents, tenant=str(ctx.person.tenant), **about)


async def take_sheet(ctx: PersonContext) -> Response:
    """Keep a sheet and ask which column goes where."""
    starting.sees_imports(ctx)
    posted = await read_signed(ctx)
    meta = ctx.meta(posted.get("collection"))
    if not starting.may_import_rows(meta, ctx.person):
        raise ForbiddenError
    name, content = next(iter((await _uploaded(posted)).items()))
    await read_apart(ctx.platform.processes, content)
    kind = "xlsx" if content[:2] == b"PK" else "csv"
    kept = await asyncio.to_thread(
        _keep, ctx, {f"sheet.{kind}": content}, kind=kind, source=kind, name=name, collection=meta.name
    )
    return ctx.go(f"{PATH}/sheet/{kept.folder.name}")


ROUTES = (
    get(PATH, show_start),
    get(f"/app/{LEDGER.runs}", show_runs),
    post(f"{PATH}/prototype", take_export),
    post(f"{PATH}/sheet", take_sheet),
)
