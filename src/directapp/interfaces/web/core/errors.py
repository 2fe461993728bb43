"""Errors as pages: what happened, what was kept, what to do, and the id under which it stands in the log."""

from http import HTTPStatus

from fastapi import Response

from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.posted import read_again
from directapp.interfaces.web.core.step_up import PAGE
from directapp.interfaces.web.core.words import WORDS
from directapp.kernel.errors import DirectAppError, SecondFactorError, StepUpError, TooManyError
from directapp.kernel.text import Text

_TITLES: dict[int, Text] = {
    HTTPStatus.FORBIDDEN: WORDS["no_right"],
    HTTPStatus.NOT_FOUND: WORDS["not_found"],
    HTTPStatus.CONFLICT: WORDS["not_possible_now"],
    HTTPStatus.TOO_MANY_REQUESTS: WORDS["too_many"],
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: WORDS["too_large"],
    HTTPStatus.SERVICE_UNAVAILABLE: WORDS["not_available"],
}
_HELP: dict[int, Text] = {
    HTTPStatus.FORBIDDEN: WORDS["who_gives_rights"],
    HTTPStatus.NOT_FOUND: WORDS["not_found_help"],
    HTTPStatus.CONFLICT: WORDS["nothing_changed"],
}
# Typed anew, and not written into a page.
_SECRETS: dict[str, Text] = {
    "password": WORDS["password"],
    "current_password": WORDS["current_password"],
    "new_password": WORDS["new_password"],
    "repeated": WORDS["repeat_password"],
}


async def too_many(ctx: RequestContext, error: TooManyError) -> Response:
    """Return the page of a request that came too soon: when to try again, and a form with all that was typed."""
    posted = await read_again(ctx.request, signed_in=ctx.actor is not None)
    if posted is None:
        return refusal(ctx, error)
    query = ctx.request.url.query
    response = ctx.page(
        "parts/again.html" if ctx.partial else "again.html",
        status=error.status,
        title=ctx.say(WORDS["too_many"]),
        messages=[ctx.say(p.message) for p in error.problems],
        action=f"{ctx.request.url.path}?{query}" if query else ctx.request.url.path,
        typed=posted.again(*_SECRETS),
        secrets=[(name, ctx.say(label)) for name, label in _SECRETS.items() if name in posted.typed],
    )
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def refusal(ctx: RequestContext, error: DirectAppError) -> Response:
    """Return the page of something refused on purpose."""
    status, asks = int(error.status), isinstance(error, SecondFactorError | StepUpError)
    title = WORDS["mfa_needed"] if asks else _TITLES.get(status, WORDS["cannot_be_done"])
    response = ctx.page(
        "parts/refused.html" if ctx.partial else "error.html",
        status=status,
        title=ctx.say(title),
        messages=[ctx.say(p.message) for p in error.problems],
        help=ctx.say(_HELP[status]) if status in _HELP and not asks else None,
        onward=(PAGE, ctx.say(WORDS["to_second_factor"])) if asks else None,
        failed=False,
    )
    retry = getattr(error, "retry_after", None)
    if retry is not None:
        response.headers["Retry-After"] = str(retry)
    return response


def failure(ctx: RequestContext) -> Response:
    """Return the page of something that went wrong on our side."""
    return ctx.page(
        "parts/refused.html" if ctx.partial else "error.html",
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        title=ctx.say(WORDS["went_wrong"]),
        messages=[ctx.say(WORDS["went_wrong_help"])],
        help=None,
        onward=None,
        failed=True,
    )
