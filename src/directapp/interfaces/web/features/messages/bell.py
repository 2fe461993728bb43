"""The bell: how many notifications are unread, and the list of them by type, the newest first."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from fastapi import Response

from directapp.declare.fields import SUBJECT_COLLECTION, SUBJECT_ID
from directapp.declare.spec import CollectionMeta
from directapp.derive.shown import Shown, page_of
from directapp.domains.messages.fields import Notifications
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.features.messages.words import WORDS, speak_messages
from directapp.interfaces.web.records.record import record_id
from directapp.kernel.errors import DirectAppError
from directapp.store.query import Condition, Filter, Junction, Order, Query

PATH = "/app/notifications"
NOTIFICATIONS = "notifications"
_MOST = 200
_MANY = 99
_HUES = {"urgent": "red", "high": "orange", "normal": "blue", "low": "grey"}
_UNREAD = Condition(("read_at",), "null", value=True)


async def count(ctx: PersonContext) -> Response:
    """Tell how many are unread, in a number and in words."""
    unread = await _unread(ctx)
    words = WORDS["unread_count"] if unread else WORDS["unread_none"]
    told = {
        "count": unread,
        "shown": str(unread) if unread <= _MANY else f"{_MANY}+",
        "said": ctx.say(words.fill(count=unread)),
    }
    return Response(orjson.dumps(told), media_type="application/json")


async def _unread(ctx: RequestContext) -> int:
    if ctx.spec.get(NOTIFICATIONS) is None or not ctx.spec[NOTIFICATIONS].grants_of(ctx.person.roles):
        return 0
    return await ctx.platform.reading.count(ctx.person, NOTIFICATIONS, Query(filter=_UNREAD))


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationLine:
    """One notification as the list shows it."""

    id: str
    title: str
    body: str
    type: str
    priority: str
    hue: str
    stands_out: bool
    when: Shown
    unread: bool
    version: int


@dataclass(frozen=True, slots=True)
class Tab:
    """A choice above the list, with how many it holds."""

    label: str
    href: str
    count: int
    chosen: bool


async def show(ctx: PersonContext) -> Response:
    """Show what this person was told, the newest first, unread before read; of one type where it is chosen."""
    meta = ctx.meta(NOTIFICATIONS)
    asked = ctx.request.query_params
    wanted, everything = asked.get("type", ""), asked.get("show") == "all"
    known = {c.code for c in meta.fields[Notifications.type].choices}
    wanted = wanted if wanted in known else ""
    rows = await _rows(ctx, wanted, everything=everything)
    counts = await _by_type(ctx)
    lines = [_line(ctx, meta, row) for row in rows]
    fresh = [line for line in lines if line.unread]
    return ctx.page(
        "messages/notifications.html",
        here=NOTIFICATIONS,
        m=speak_messages(ctx.language),
        fresh=fresh,
        before=[line for line in lines if not line.unread],
        types=_types(ctx, meta, counts, wanted, everything=everything),
        tabs=_tabs(ctx, wanted, sum(counts.values()), everything=everything),
        everything=everything,
        wanted=wanted,
        mark=ctx.say(WORDS["mark_type" if wanted else "mark_all"]),
    )


async def _rows(ctx: RequestContext, wanted: str, *, everything: bool) -> list[dict[str, Any]]:
    parts: list[Filter] = [] if everything else [_UNREAD]
    if wanted:
        parts.append(Condition(("type",), "eq", wanted))
    asked = Junction("and", tuple(parts)) if parts else None
    query = Query(filter=asked, sort=(Order("created_at", descending=True),), limit=_MOST)
    rows = await ctx.rows(NOTIFICATIONS, query)
    return sorted(rows, key=lambda r: r[Notifications.read_at] is not None)


async def _by_type(ctx: RequestContext) -> dict[str, int]:
    return await ctx.platform.reading.counts(ctx.person, NOTIFICATIONS, Query(filter=_UNREAD), "type")


def _href(wanted: str, *, everything: bool) -> str:
    asked = {name: value for name, value in (("type", wanted), ("show", "all" if everything else "")) if value}
    return f"{PATH}?{urlencode(asked)}" if asked else PATH


def _types(
    ctx: RequestContext, meta: CollectionMeta, counts: dict[str, int], wanted: str, *, everything: bool
) -> list[Tab]:
    every = Tab(ctx.say(WORDS["every_type"]), _href("", everything=everything), sum(counts.values()), not wanted)
    made = [
        Tab(
            c.label.pick(ctx.language),
            _href(c.code, everything=everything),
            counts.get(c.code, 0),
            c.code == wanted,
        )
        for c in meta.fields[Notifications.type].choices
        if counts.get(c.code) or c.code == wanted
    ]
    return [every, *made] if made else []


def _tabs(ctx: RequestContext, wanted: str, unread: int, *, everything: bool) -> list[Tab]:
    return [
        Tab(ctx.say(WORDS["unread"]), _href(wanted, everything=False), unread, not everything),
        Tab(ctx.say(WORDS["everything"]), _href(wanted, everything=True), 0, everything),
    ]


def _line(ctx: RequestContext, meta: CollectionMeta, row: dict[str, Any]) -> NotificationLine:
    return NotificationLine(
        id=row[Notifications.id],
        title=row[Notifications.title],
        body=row.get(Notifications.body) or "",
        type=ctx.formatter.value(meta, "type", row).text,
        priority=ctx.formatter.value(meta, "priority", row).text,
        hue=_HUES.get(row[Notifications.priority], "blue"),
        stands_out=row[Notifications.priority] in {"urgent", "high"},
        when=ctx.formatter.value(meta, "created_at", row),
        unread=row[Notifications.read_at] is None,
        version=row[Notifications.version],
    )


async def read_all(ctx: PersonContext) -> Response:
    """Mark all of them as read, or all of a type."""
    posted = await read_signed(ctx)
    wanted = posted.get("type")
    await ctx.do(ctx.meta(NOTIFICATIONS), "mark_all_read", {"type": wanted} if wanted else {}, posted=posted)
    return ctx.go(PATH)


async def read_one(ctx: PersonContext, record: str) -> Response:
    """Mark one as read, or put it back among the unread."""
    posted = await read_signed(ctx)
    verb = "mark_unread" if posted.get("unread") else "mark_read"
    await ctx.do(ctx.meta(NOTIFICATIONS), verb, {}, posted=posted, target=record_id(record))
    return ctx.go(PATH + ("?show=all" if posted.get("all") else ""))


async def open_one(ctx: PersonContext, record: str) -> Response:
    """Go to what a notification is about; it is read then."""
    row = await ctx.one(NOTIFICATIONS, record_id(record))
    if row[Notifications.read_at] is None:
        await ctx.do(ctx.meta(NOTIFICATIONS), "mark_read", {}, target=UUID(row[Notifications.id]))
    return ctx.go(await _page_about(ctx, row) or PATH)


async def _page_about(ctx: RequestContext, row: dict[str, Any]) -> str | None:
    """Return the page of what a notification is about: what belongs to another record is shown there."""
    which, about = row.get(SUBJECT_COLLECTION), row.get(SUBJECT_ID)
    if which in {meta.name for meta, _ in ctx.spec.attached}:
        with suppress(DirectAppError):
            held = await ctx.one(which, UUID(about))
            if held.get(SUBJECT_ID):
                return page_of(held[SUBJECT_COLLECTION], held[SUBJECT_ID])
    if row.get(Notifications.car):
        return page_of("cars", row[Notifications.car])
    return page_of(which, about) if which in ctx.spec.metas and about else None


ROUTES = (
    get("/app/bell", count),
    get(PATH, show),
    post(f"{PATH}/read", read_all),
    get(f"{PATH}/{{record}}/open", open_one),
    post(f"{PATH}/{{record}}/read", read_one),
)
