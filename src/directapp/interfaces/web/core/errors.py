"""Errors as pages: what happened, what was kept, what to do, and the id under which it stands in the log."""

from http import HTTPStatus

from fastapi import Response

from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.words import WORDS
from directapp.kernel.errors import DirectAppError
from directapp.kernel.text import Text

_TITLES: dict[int, Text] = {
    HTTPStatus.FORBIDDEN: WORDS["no_right"],
    HTTPStatus.NOT_FOUND: WORDS["not_found"],
    HTTPStatus.CONFLICT: WORDS["not_possible_now"],
    HTTPStatus.TOO_MANY_REQUESTS: WORDS["too_many"],
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: WORDS["too_large"],
}
_HELP: dict[int, Text] = {
    HTTPStatus.FORBIDDEN: WORDS["who_gives_rights"],
    HTTPStatus.NOT_FOUND: WORDS["not_found_help"],
    HTTPStatus.CONFLICT: WORDS["nothing_changed"],
}


def refusal(ctx: RequestContext, error: DirectAppError) -> Response:
    """Return the page of something refused on purpose."""
    status = int(error.status)
    response = ctx.page(
        "parts/refused.html" if ctx.partial else "error.html",
        status=status,
        title=ctx.say(_TITLES.get(status, WORDS["cannot_be_done"])),
        messages=[ctx.say(p.message) for p in error.problems],
        help=ctx.say(_HELP[status]) if status in _HELP else None,
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
        failed=True,
    )
