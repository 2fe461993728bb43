"""Live: what others change reaches an open page within a second, as a stream of what to look at again."""

from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import Response
from fastapi.responses import StreamingResponse

from directapp.derive.shown import page_of
from directapp.interfaces.web.core.context import SESSION_COOKIE, PersonContext, RequestContext, client_address
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.core.words import WORDS as COMMON
from directapp.interfaces.web.records.record import record_id
from directapp.kernel.actor import Actor
from directapp.kernel.errors import DirectAppError, NotFoundError
from directapp.kernel.text import _
from directapp.services.live import Listener, Live

HEARTBEAT = 15.0
CHANGED_NOW = _("{who} changed this just now.")
SHOW_LATEST = _("Show what is saved")
_DIGITS = 9
_BEGIN = b"retry: 2000\n\n"
_STILL_HERE = b": \n\n"
_HEADERS = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}


@dataclass(slots=True, eq=False)
class _Stream:
    listener: Listener
    ended: bool = False


_open: set[_Stream] = set()


def end_streams() -> None:
    """End every open stream: the server is on its way down, and would wait for them."""
    for stream in _open:
        stream.ended = True
        stream.listener.woken.set()


async def listen(ctx: PersonContext) -> Response:
    """Tell a page what has changed, for as long as it listens and its reader is signed in."""

    async def reader() -> Actor:
        cookie = ctx.request.cookies.get(SESSION_COOKIE)
        actor: Actor = await ctx.request.app.state.authenticate(
            authorization=None, cookie=cookie, address=client_address(ctx.request), passive=True
        )
        return actor

    ctx.platform.live.demand_room(ctx.person)
    told = changes_told(ctx.platform.live, ctx.person, reader, age=_age(ctx))
    return StreamingResponse(told, media_type="text/event-stream", headers=_HEADERS)


def _age(ctx: RequestContext) -> float:
    """Return how many seconds ago the page was asked for, by its own count of milliseconds."""
    given = ctx.request.query_params.get("age", "")
    return int(given) / 1000 if given.isdecimal() and len(given) <= _DIGITS else 0.0


async def changes_told(
    live: Live,
    actor: Actor,
    reader: Callable[[], Coroutine[Any, Any, Actor]],
    *,
    age: float = 0.0,
    heartbeat: float = HEARTBEAT,
) -> AsyncIterator[bytes]:
    """Yield what the reader sees change; whether they still may is asked each time something is told."""
    with live.listening(actor, age) as listener:
        stream = _Stream(listener)
        _open.add(stream)
        try:
            yield _BEGIN
            while not stream.ended:
                changes = await live.next(listener, heartbeat)
                try:
                    listener.actor = await reader()
                except DirectAppError:
                    return
                if changes:
                    yield b"data: %s\n\n" % orjson.dumps([(name, str(record)) for name, record in changes])
                elif changes is None:
                    yield _STILL_HERE
        finally:
            _open.discard(stream)


async def who_changed(ctx: PersonContext, collection: str, record: str) -> Response:
    """Say who changed a record last, nothing where it was the reader."""
    meta, target = ctx.meta(collection), record_id(record)
    if not await ctx.platform.reading.seen(ctx.person, [(meta.name, target)]):
        raise NotFoundError
    latest = await ctx.platform.reading.history(ctx.person, meta.name, target, limit=1)
    if latest and latest[0]["actor"] == str(ctx.person.user):
        return Response(status_code=204)
    who = latest[0]["actor_name"] if latest else ctx.say(COMMON["someone"])
    context: dict[str, Any] = {
        "told": ctx.say(CHANGED_NOW.fill(who=_plain(ctx, who))),
        "latest": ctx.say(SHOW_LATEST),
        "path": page_of(collection, target),
    }
    return ctx.page("parts/live_banner.html", **context)


def _plain(ctx: RequestContext, name: str) -> str:
    return ctx.say(COMMON["someone"]) if name.startswith("system:") else name


ROUTES = (
    get("/app/live", listen),
    get("/app/live/who", who_changed),
)
