"""Moves: a booking is put somewhere on the plan, or judged there by a dry run that writes nothing."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from uuid import UUID

import orjson
from fastapi import Response

from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import post
from directapp.interfaces.web.core.form import Posted, page_or
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.features.plan.outlook.drafts import place_draft
from directapp.interfaces.web.features.plan.scope import BOOKINGS, PLAN, plan_meta
from directapp.interfaces.web.features.plan.words import say
from directapp.interfaces.web.records.record import record_id
from directapp.kernel.errors import DirectAppError, Problem, UnconfirmedError
from directapp.services.intent import Answer

MOVED = ("starts_at", "ends_at", "resource", "person", "pinned", "note")
MADE = ("car", "resource_type", *MOVED)


def back_of(ctx: RequestContext, text: str = "") -> str:
    """Return where a page of the plan leads back to."""
    return page_or(text or ctx.request.query_params.get("back", ""), PLAN)


def patch_of(posted: Posted, names: Iterable[str]) -> dict[str, Any]:
    """Return the values that a form sets; what it leaves out stays as it is."""
    return {n: posted.get(n) for n in names if posted.get(n)}


async def place(ctx: RequestContext, posted: Posted, *, dry_run: bool = False, **more: Any) -> Answer:
    """Create a booking, or move the one that is named, or the draft of one, through the pipeline."""
    if posted.get("proposal"):
        return await place_draft(ctx, posted, dry_run=dry_run)
    target = record_id(posted.get("booking")) if posted.get("booking") else None
    patch = patch_of(posted, MOVED if target else MADE) | more
    sent: dict[str, Any] = {} if dry_run else {"version": posted.version, "key": posted.key}
    sent["confirmed"] = posted.get("_confirm") == "1"
    verb = "update" if target else "create"
    return await ctx.platform.pipeline.perform(
        ctx.intent(plan_meta(ctx), verb, patch, target=target, dry_run=dry_run, **sent)
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
        asks = isinstance(error, UnconfirmedError)
        return told(int(error.status), ok=False, why=why(ctx, error.problems), fields=fields, asks=asks)

    async with ctx.form(again):
        answer = await place(ctx, posted)
    if posted.get("proposal"):
        return told(ok=True, drafts=True)
    record = answer.record or record_id(posted.get("booking"))
    moved = bool(posted.get("booking"))
    await done(ctx, "moved" if moved else "booked", record, undo=moved, back=posted.get("back"))
    return told(ok=True, id=str(record), done=_bar(ctx))


async def done(ctx: RequestContext, word: str, record: UUID, *, undo: bool, back: str = "") -> None:
    """Tell what was done; a move can be taken back for a minute."""
    way = f"/app/{BOOKINGS}/{record}/undo" if undo else None
    await ctx.tell(say(word, ctx.language), BOOKINGS, record, undo=way, href=back_of(ctx, back))


def _bar(ctx: RequestContext) -> str:
    return ctx.render("parts/done.html")


def told(status: int = HTTPStatus.OK, **values: Any) -> Response:
    """Answer a script."""
    return Response(orjson.dumps(values), status, media_type="application/json", headers={"Cache-Control": "no-store"})


ROUTES = (
    post("/app/plan/judge", validation),
    post("/app/plan/put", put),
)
