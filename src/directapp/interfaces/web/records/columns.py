"""Columns: which a person wants in a list and in which order, kept with the person and not with the browser."""

from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.declare.spec import CollectionMeta
from directapp.derive import tables
from directapp.derive.inputs import Option
from directapp.derive.shown import readable_anywhere
from directapp.derive.tables import Listing
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.kernel.errors import DirectAppError
from directapp.store.query import Condition, Junction, Query

KEPT = "list_columns"
_CONFLICT = 409


async def kept_columns(ctx: RequestContext, meta: CollectionMeta) -> list[str]:
    """Return the columns this person wants in a list, none where the declared ones will do."""
    row = await _row(ctx, meta)
    return [str(n) for n in (row or {}).get("columns") or ()]


async def _row(ctx: RequestContext, meta: CollectionMeta) -> dict[str, Any] | None:
    store = ctx.spec.get(KEPT)
    if store is None or not store.grants_of(ctx.person.roles):
        return None
    mine = (Condition(("person",), "eq", ctx.person.user), Condition(("collection",), "eq", meta.name))
    query = Query(fields=(("id",), ("columns",)), filter=Junction("and", mine), limit=1)
    rows = await ctx.rows(KEPT, query)
    return rows[0] if rows else None


def column_options(ctx: RequestContext, listing: Listing) -> list[Option]:
    """Return what may stand as a column: those that do in their order, then the others."""
    fields = {f.name: f for f in tables.choosable(listing.meta, listing.readable)}
    names = dict.fromkeys((*listing.columns, *fields))
    chosen = set(listing.columns)
    return [Option(n, fields[n].label.pick(ctx.language), n in chosen) for n in names if n in fields]


async def choose_columns(ctx: PersonContext, collection: str) -> Response:
    """Keep the columns that were ticked, in the order in which the form holds them, and show the list with them."""
    meta, posted = ctx.meta(collection), await read_signed(ctx)
    possible = {f.name for f in tables.choosable(meta, readable_anywhere(ctx.person, meta))}
    wanted = [] if posted.get("standard") else [n for n in _in_order(posted) if n in possible]
    await _keep(ctx, meta, list(dict.fromkeys(wanted)))
    back = posted.get("back")
    return ctx.go(back if back.startswith(f"/app/{meta.name}") else f"/app/{meta.name}")


def _in_order(posted: Posted) -> list[str]:
    """Return the ticked columns; without a script one of them is moved at a time, by its own button."""
    names = list(posted.typed.get("column", ()))
    for button, step in (("up", -1), ("down", 1)):
        name = posted.get(button)
        if name in names:
            place = names.index(name)
            names.insert(max(place + step, 0), names.pop(place))
    return names


async def _keep(ctx: RequestContext, meta: CollectionMeta, columns: list[str]) -> None:
    row = await _row(ctx, meta)
    try:
        await _write(ctx, meta, row, columns)
    except DirectAppError as error:
        if row is not None or int(error.status) != _CONFLICT:
            raise
        # Another tab of the same person was first.
        await _write(ctx, meta, await _row(ctx, meta), columns)


async def _write(ctx: RequestContext, meta: CollectionMeta, row: dict[str, Any] | None, columns: list[str]) -> None:
    patch: dict[str, Any] = {"columns": columns}
    if row:
        await ctx.do(ctx.meta(KEPT), "update", patch, target=UUID(row["id"]))
    else:
        await ctx.do(ctx.meta(KEPT), "create", {**patch, "collection": meta.name})


ROUTES = (post("/app/{collection}/columns", choose_columns),)
