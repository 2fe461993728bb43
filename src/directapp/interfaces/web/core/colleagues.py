"""Colleagues: people by name, with what tells one from another, and which of them see a record."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from directapp.declare.names import Patch
from directapp.declare.spec import CollectionMeta
from directapp.derive.shown import readable_anywhere
from directapp.domains.people.fields import DEALERSHIPS, USERS
from directapp.domains.people.principal import load_actors
from directapp.domains.people.roles import LABELS
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.context import RequestContext
from directapp.kernel.actor import Actor
from directapp.store.query import Order, Query
from directapp.store.words import question_words

_ASKED = 60


async def named(ctx: RequestContext, text: str) -> list[dict[str, Any]]:
    """Return the people whose name begins as typed, the reader apart."""
    meta = ctx.meta(USERS)
    readable = readable_anywhere(ctx.person, meta)
    names = ("id", *(n for n in ("first_name", "last_name", "roles", "dealership") if n in readable))
    query = Query(
        fields=tuple((n,) for n in names),
        search=question_words(text),
        sort=(Order("first_name"), Order("last_name")),
        limit=_ASKED,
    )
    rows = await ctx.rows(USERS, query)
    here = str(ctx.person.site)
    others = [r for r in rows if r["id"] != str(ctx.person.user)]
    return sorted(others, key=lambda r: str(r.get("dealership")) != here)


def option_of(ctx: RequestContext, row: dict[str, Any], sites: dict[str, str]) -> dict[str, str]:
    """Return a person as a combo offers them: id, name, and role and site as a hint."""
    roles = [ctx.say(LABELS[r]) for r in row.get("roles") or () if r in LABELS]
    site = sites.get(str(row.get("dealership")), "")
    hint = " · ".join(filter(None, (roles[0] if roles else "", site)))
    return {"value": row["id"], "label": ctx.formatter.title(ctx.spec[USERS], row), "hint": hint}


async def who_see(
    ctx: RequestContext, meta: CollectionMeta, record: UUID, people: Sequence[str], *, most: int
) -> set[UUID]:
    """Return those of some people who may see a record, each asked with their own rights; ``most`` of them."""
    found: set[UUID] = set()
    for actor in await _actors(ctx, people):
        if len(found) == most:
            break
        if await ctx.platform.reading.seen(actor, [(meta.name, record)]):
            found.add(actor.user or record)
    return found


async def _actors(ctx: RequestContext, people: Iterable[str]) -> list[Actor]:
    """Return the people as they would sign in, in the given order; who may not is left out."""
    wanted = [u for p in people if (u := refs.as_uuid(p)) is not None]
    if not wanted:
        return []
    async with ctx.services.auth.open(ctx.person.tenant) as rows:

        async def find(collection: str, equals: Patch, *, limit: int) -> list[Mapping[str, Any]]:
            return [one.row for one in await rows.find(collection, equals, limit=limit)]

        return await load_actors(find, ctx.person.tenant, list(dict.fromkeys(wanted)))


async def sites_of(ctx: RequestContext, rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return what the sites of people are called."""
    return await refs.names_of(ctx, {DEALERSHIPS: {str(r["dealership"]) for r in rows if r.get("dealership")}})
