"""Looking a stored car up: asking, the preview, and taking over what is chosen."""

from http import HTTPStatus
from typing import Any

from fastapi import Response

from directapp.derive import forms
from directapp.domains.cars.fields import Cars
from directapp.domains.registry.preview import FILL
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.features.registry.shown import CARS, answer_context, looked_up, lookups_of
from directapp.interfaces.web.features.registry.words import WORDS, speak
from directapp.interfaces.web.records.record import record_id
from directapp.interfaces.web.records.record_view import look_up
from directapp.kernel.errors import ConflictError, DirectAppError, ForbiddenError, InvalidError, Problem


async def _car(ctx: RequestContext, record: str) -> Record:
    """Return a car that this person may fill in.

    Raises:
        ForbiddenError: the person only looks at it.
        ConflictError: not as it is now.

    """
    seen = await look_up(ctx, ctx.meta(CARS), record_id(record))
    offer = next((o for o in seen.view.offers if o.verb.name == FILL), None)
    if offer is None:
        raise ForbiddenError
    if offer.blocked is not None:
        raise ConflictError(offer.blocked)
    return seen


async def show_ask(ctx: PersonContext, record: str) -> Response:
    """Show what to ask by: the car's own VIN or plate, if it has one."""
    lookups_of(ctx)
    seen = await _car(ctx, record)
    code = str(seen.view.row.get(Cars.vin) or seen.view.row.get(Cars.license_plate) or "")
    return _page(ctx, seen, code, answer_context(ctx, None, None, {}), at_once=bool(code))


async def look(ctx: PersonContext, record: str) -> Response:
    """Look the car up and show what would change."""
    posted = await read_signed(ctx)
    seen = await _car(ctx, record)
    code = posted.get("_code")
    looked, problem = await looked_up(ctx, code, fresh=bool(posted.get("_fresh")))
    context = answer_context(ctx, looked, problem, seen.view.row)
    return _page(ctx, seen, code, context)


async def take_over(ctx: PersonContext, record: str) -> Response:
    """Take the chosen fields over."""
    posted = await read_signed(ctx)
    seen = await _car(ctx, record)
    chosen = posted.typed.get("fields", [])
    async with ctx.form(lambda error: _again(ctx, seen, posted.get("_code"), frozenset(chosen), error)):
        if not chosen:
            raise InvalidError(Problem(WORDS["none_chosen"]))
        patch = {"answer": posted.get("answer"), "fields": chosen}
        await ctx.do(seen.meta, FILL, patch, posted=posted, target=seen.id)
    labels = [seen.meta.fields[n].label.pick(ctx.language) for n in chosen if n in seen.meta.fields]
    text = f"{ctx.say(WORDS['filled'])}: {', '.join(labels)}"
    ctx.cookies.append(notes.tell_done(text, ctx.now, undo=f"{seen.path}/undo", href=seen.path))
    return ctx.go(seen.path)


async def _again(
    ctx: RequestContext, seen: Record, code: str, chosen: frozenset[str], error: DirectAppError
) -> Response:
    """Show the preview again with what was chosen, and why it could not be taken over."""
    looked, problem = await looked_up(ctx, code, fresh=False)
    context = answer_context(ctx, looked, problem, seen.view.row, chosen=chosen)
    _, summary = forms.sort_problems(error.problems, seen.meta.fields, ctx.language)
    return _page(ctx, seen, code, context | {"refused": summary}, status=int(error.status))


def _page(
    ctx: RequestContext,
    seen: Record,
    code: str,
    context: dict[str, Any],
    status: int = HTTPStatus.OK,
    *,
    at_once: bool = False,
) -> Response:
    common = {
        "here": CARS,
        "title": ctx.say(WORDS["title"]),
        "t": speak(ctx.language),
        "code": code,
        "path": seen.path,
        "version": seen.version,
        "subject": ctx.formatter.title(seen.meta, seen.told),
        "at_once": at_once and ctx.partial,
        "refused": (),
    }
    template = "registry/ask.html" if ctx.partial else "registry/page.html"
    return ctx.page(template, status=status, **{**common, **context})


ROUTES = (
    get(f"/app/{CARS}/{{record}}/do/{FILL}", show_ask),
    post(f"/app/{CARS}/{{record}}/do/{FILL}", take_over),
    post(f"/app/{CARS}/{{record}}/registry", look),
)
