"""Mentions: who may be named in a comment: the people who may see the record it is about."""

from uuid import UUID

import orjson
from fastapi import Response

from directapp.interfaces.web.core import colleagues
from directapp.interfaces.web.core.context import PersonContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.records.record import record_id
from directapp.kernel.errors import NotFoundError

_OFFERED = 8


async def show_mentionable(ctx: PersonContext, collection: str, record: str, q: str = "") -> Response:
    """Answer what was typed after an @: the people it may mean who see this record."""
    meta, target = ctx.meta(collection), record_id(record)
    if not await ctx.platform.reading.seen(ctx.person, [(meta.name, target)]):
        raise NotFoundError
    rows = await colleagues.named(ctx, q)
    seeing = await colleagues.who_see(ctx, meta, target, [r["id"] for r in rows], most=_OFFERED)
    sites = await colleagues.sites_of(ctx, rows)
    found = [colleagues.option_of(ctx, r, sites) for r in rows if UUID(r["id"]) in seeing]
    return Response(orjson.dumps(found), media_type="application/json")


ROUTES = (get("/app/{collection}/{record}/mentionable", show_mentionable),)
