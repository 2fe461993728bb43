"""Moves: a booking is put somewhere on the plan, or judged there by a dry run that writes nothing."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from uuid import UUID

import orjson
from fastapi import Response

from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.features.plan.scope import BOOKINGS, PLAN, plan_shape
from directapp.interfaces.web.features.plan.words import say
from directapp.interfaces.web.records.record import record_id
from directapp.kernel.errors import DirectAppError, Problem
from directapp.services.intent import Answer

MOVED = ("starts_at", "ends_at", "resource", "person", "pinned", "note")
MADE = ("car", "resource_type", *MOVED)


def back_of(ctx: RequestContext, text: str = "") -> str:
    """Return where a page of the plan leads back to."""
    asked = text or ctx.request.query_params.get("back", "")
    return asked if asked.startswith("/app/") else PLAN


def patch_of(posted: Posted, names: Iterable[str]) -> dict[str, Any]:
    """Return the values that a form sets; what it leaves out stays as it is."""
    return {n: posted.get(n) for n in names if posted.get(n)}


async def place(ctx: RequestContext, posted: Posted, *, dry_run: bool = False, **more: Any) -> Answer:
    """Create a booking, or move the one that is named, through the pipeline."""
    target = record_id(posted.get("booking")) if posted.get("booking") else None
    patch = patch_of(posted, MOVED if target else MADE) | more
    sent: dict[str, Any] = {} if dry_run else {"version": posted.version, "key": posted.key}
    verb = "update" if target else "create"
    return await ctx.platform.pipeline.perform(
        ctx.intent(plan_shape(ctx), verb, patch, target=target, dry_run=dry_run, **sent)
    )


def why(ctx: RequestContext, problems: Iterable[Problem]) -> str:
    """Return the reasons of a refusal, each once, in the reader's words."""
    return " ".join(dict.fromkeys(p.message.pick(ctx.language) for p in problems))


async def validation(ctx: PersonContext) -> Response:
    """Say whether a booking could stand there, and why not."""
    posted = await read_signed(ctx)
    try:
        await place(ctx, posted, dry_run=True)
    except DirectAppError as error:
        return told(ok=False, why=why(ctx, error.problems))
    return told(ok=True)


async def put(ctx: PersonContext) -> Response:
    """Put a booking there; what is refused says why, and nothing is changed."""
    posted = await read_signed(ctx)

    async def again(error: DirectAppError) -> Response:
        fields = [p.field for p in error.problems]
        return told(int(error.status), ok=False, why=why(ctx, error.problems), fields=fields)

    async with ctx.form(again):
        answer = await place(ctx, posted)
    record = answer.record or record_id(posted.get("booking"))
    moved = bool(posted.get("booking"))
    ctx.cookies.append(done(ctx, "moved" if moved else "booked", record, undo=moved, back=posted.get("back")))
    return told(ok=True, id=str(record), done=_bar(ctx))


def done(ctx: RequestContext, word: str, record: UUID, *, undo: bool, back: str = "") -> notes.Cookie:
    """Return the note of what was done; a move can be taken back for a minute."""
    way = f"/app/{BOOKINGS}/{record}/undo" if undo else None
    return notes.tell_done(say(word, ctx.language), ctx.now, undo=way, href=back_of(ctx, back))


def _bar(ctx: RequestContext) -> str:
    return ctx.render("parts/done.html")


def told(status: int = HTTPStatus.OK, **values: Any) -> Response:
    """Answer a script."""
    return Response(orjson.dumps(values), status, media_type="application/json", headers={"Cache-Control": "no-store"})


ROUTES = (
    post("/app/plan/judge", validation),
    post("/app/plan/put", put),
)
