"""Calendar links: bookings for the calendar on somebody's phone, at a secret address and without a sign-in."""

import hashlib
from dataclasses import dataclass, field
from http import HTTPStatus

import orjson
from fastapi import Request, Response

from directapp.derive.shown import Shown
from directapp.domains.planning.feeds import parse_feed
from directapp.interfaces.web.core.context import RequestContext, client_address
from directapp.interfaces.web.core.feature import Route
from directapp.interfaces.web.core.limit import Limit
from directapp.kernel.actor import system_actor
from directapp.kernel.errors import ConflictError, DirectAppError
from directapp.services.intent import Intent
from directapp.services.platform import Platform
from directapp.store.query import Condition, Order, Query

FEEDS = "calendar_feeds"
_A_MINUTE = 60
_MOST_SHOWN = 20
_HEADERS = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


@dataclass(frozen=True, slots=True)
class CalendarLink:
    """One of a person's own links, as the profile shows it."""

    href: str
    made: Shown
    read: Shown


@dataclass(slots=True)
class _Limits:
    """Each address and each link is let through so often a minute."""

    address: Limit = field(default_factory=lambda: Limit(120))
    link: Limit = field(default_factory=lambda: Limit(30))

    def pass_(self, address: str, token: str) -> bool:
        return self.address.passes(address) and self.link.passes(hashlib.sha256(token.encode()).hexdigest())


def calendar_links_routes(platform: Platform) -> tuple[Route, ...]:
    """Return the address that calendars read."""
    limits = _Limits()

    async def show_calendar(request: Request, token: str) -> Response:
        """Answer with the calendar; any wrong, old or revoked address is simply not there."""
        if not limits.pass_(client_address(request), token):
            headers = {**_HEADERS, "Retry-After": str(_A_MINUTE)}
            return Response(status_code=HTTPStatus.TOO_MANY_REQUESTS, headers=headers)
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
    try:
        answer = await platform.pipeline.perform(intent)
    except ConflictError:
        # Two calendars read it at once, and both wanted to note when: the other has.
        answer = await platform.pipeline.perform(intent)
    except DirectAppError:
        return None
    return None if answer.json is None else str(orjson.loads(answer.json)["calendar"])


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
            href=f"/app/{FEEDS}/{row['id']}",
            made=ctx.formatter.value(meta, "created_at", row),
            read=ctx.formatter.value(meta, "last_read_at", row),
        )
        for row in rows
        if row.get("revoked_at") is None
    )
