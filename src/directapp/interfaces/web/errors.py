"""Errors as pages: what happened, what was kept, what to do, and the id under which it stands in the log."""

from http import HTTPStatus

from fastapi import Response

from directapp.interfaces.web.desk import Desk
from directapp.interfaces.web.words import WORDS
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


def refusal(desk: Desk, error: DirectAppError) -> Response:
    """Return the page of something refused on purpose."""
    status = int(error.status)
    response = desk.page(
        "parts/refused.html" if desk.partial else "error.html",
        status=status,
        title=desk.say(_TITLES.get(status, WORDS["cannot_be_done"])),
        messages=[desk.say(p.message) for p in error.problems],
        help=desk.say(_HELP[status]) if status in _HELP else None,
        failed=False,
    )
    retry = getattr(error, "retry_after", None)
    if retry is not None:
        response.headers["Retry-After"] = str(retry)
    return response


def failure(desk: Desk) -> Response:
    """Return the page of something that went wrong on our side."""
    return desk.page(
        "parts/refused.html" if desk.partial else "error.html",
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        title=desk.say(WORDS["went_wrong"]),
        messages=[desk.say(WORDS["went_wrong_help"])],
        help=None,
        failed=True,
    )
