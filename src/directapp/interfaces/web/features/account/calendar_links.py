"""Calendar links: bookings for the calendar on somebody's phone, at a secret address and without a sign-in."""

import hashlib
from dataclasses import dataclass
from http import HTTPStatus

import orjson
from fastapi import Request, Response

from directapp.derive.shown import Shown
from directapp.domains.planning.feeds import parse_feed
from directapp.domains.planning.fields import CalendarFeeds
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Route
from directapp.interfaces.web.core.secret_links import UNLISTED, read_link
from directapp.kernel.actor import system_actor
from directapp.services.intent import Intent
from directapp.services.platform import Platform
from directapp.store.query import Condition, Order, Query

FEEDS = "calendar_feeds"
_MOST_SHOWN = 20
_HEADERS = {**UNLISTED, "Cache-Control": "private, no-cache"}


@dataclass(frozen=True, slots=True)
class CalendarLink:
    """One of a person's own links, as the profile shows it."""

    href: str
    made: Shown
    read: Shown


def calendar_links_routes(platform: Platform) -> tuple[Route, ...]:
    """Return the address that calendars read."""

    async def show_calendar(request: Request, token: str) -> Response:
        """Answer with the calendar; any wrong, old or revoked address is simply not there."""
        text = await _calendar(platform, token)
        if text is None:
            return Response(status_code=HTTPStatus.NOT_FOUND, headers=_HEADERS)
        body = text.encode()
        headers = {**_HEADERS, "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"'}
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(body, media_type="text/calendar", headers=headers)

    return (Route("/calendar/{token}.ics", show_calendar, ("GET", "HEAD")),)


async def _calendar(platform: Platform, text: str) -> str | None:
    token = parse_feed(text)
    if token is None:
        return None
    intent = Intent(
        actor=system_actor(token.tenant, "planning"),
        collection=FEEDS,
        verb="subscribe",
        origin="web",
        target=token.id,
        patch={"secret": token.secret[:100], "base": platform.public_url.rstrip("/")},
    )
    answer = await read_link(platform, intent)
    return None if answer is None or answer.json is None else str(orjson.loads(answer.json)["calendar"])


async def own_links(ctx: RequestContext) -> tuple[CalendarLink, ...]:
    """Return the links to a person's own bookings that still work."""
    meta = ctx.spec.get(FEEDS)
    if meta is None or not meta.grants_of(ctx.person.roles):
        return ()
    query = Query(
        fields=(("id",), ("created_at",), ("last_read_at",), ("user",), ("revoked_at",)),
        filter=Condition(("user",), "eq", ctx.person.user),
        sort=(Order("created_at", descending=True),),
        limit=_MOST_SHOWN,
    )
    rows = await ctx.rows(FEEDS, query)
    return tuple(
        CalendarLink(
            href=f"/app/{FEEDS}/{row[CalendarFeeds.id]}",
            made=ctx.formatter.value(meta, "created_at", row),
            read=ctx.formatter.value(meta, "last_read_at", row),
        )
        for row in rows
        if row.get(CalendarFeeds.revoked_at) is None
    )
