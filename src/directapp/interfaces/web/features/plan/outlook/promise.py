"""When is the car ready: the answer, its reasons, and what would bring it forward most."""

from datetime import timedelta

import orjson
from fastapi import Response

from directapp.derive import present
from directapp.interfaces.web.core.context import PersonContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.features.plan.outlook.asking import PROMISE
from directapp.interfaces.web.features.plan.outlook.words import speak_outlook
from directapp.interfaces.web.features.plan.scope import BOOKINGS, CARS
from directapp.interfaces.web.records.record import record_id
from directapp.kernel.errors import InvalidError, NotFoundError

_MOST_GAINS = 3


async def show_promise(ctx: PersonContext, record: str) -> Response:
    """Show when the car is expected to be ready."""
    target = record_id(record)
    try:
        answer = await ctx.do(ctx.meta(BOOKINGS), PROMISE, {"car": str(target)})
    except InvalidError as error:
        # The address names the car: one that is not seen is a page that is not there.
        raise NotFoundError from error
    told = orjson.loads(answer.json or "{}")
    ready = present.read_instant(told["ready_at"]) if told["ready_at"] else None
    gains = [
        (g["reason"], present.show_span(timedelta(hours=g["hours"]), ctx.language)) for g in told["gains"][:_MOST_GAINS]
    ]
    context = {
        "p": speak_outlook(ctx.language),
        "ready": present.show_moment(ready, ctx.now, ctx.language) if ready else None,
        "reasons": told["reasons"],
        "gains": gains,
        "path": f"/app/{CARS}/{target}",
        "here": CARS,
    }
    if ctx.partial:
        return ctx.page("outlook/promise.html", **context)
    title = speak_outlook(ctx.language)["promise"]
    return ctx.page("section.html", part="outlook/promise.html", title=title, **context)


ROUTES = (get(f"/app/{CARS}/{{record}}/promise", show_promise),)
