"""Step-up: what needs a second factor shown just now asks for it, and keeps all that was typed meanwhile."""

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import Response

from directapp.domains.people.enrolment import prove
from directapp.domains.people.passkeys import RelyingParty, prove_passkey, relying_party
from directapp.interfaces.web.core.form import Posted
from directapp.kernel.errors import DirectAppError
from directapp.kernel.text import Text

if TYPE_CHECKING:
    from directapp.interfaces.web.core.context import RequestContext

PAGE = "/app/second-factor"
CODE, SHOWN = "_otp", "_passkey"
_LOCAL = "localhost"


def site_of(ctx: "RequestContext") -> RelyingParty | None:
    """Return the site as passkeys know it: its public address, or the one asked for on one's own machine."""
    url = ctx.request.url
    return relying_party(f"{url.scheme}://{url.netloc}" if url.hostname == _LOCAL else ctx.platform.public_url)


async def prove_posted(ctx: "RequestContext", posted: Posted, address: str) -> Response | None:
    """Show the second factor that a form brought along; return what asks for it again where it is not accepted."""
    code, shown, site = posted.get(CODE), posted.get(SHOWN), site_of(ctx)
    if not code and not shown:
        return None
    auth = ctx.services.auth
    try:
        if shown and site is not None:
            proven = await prove_passkey(auth, ctx.person, site, address, shown=shown)
        else:
            proven = await prove(auth, ctx.person, address, code=code)
    except DirectAppError as error:
        return confirm_page(ctx, posted, problem=error.problems[0].message, status=int(error.status))
    ctx.actor = replace(ctx.person, proven_at=proven.at)
    return None


def confirm_page(
    ctx: "RequestContext", posted: Posted, *, problem: Text | None = None, status: int = HTTPStatus.FORBIDDEN
) -> Response:
    """Return what asks for the second factor and sends the form on: a page, or the part that a form stood in."""
    query = ctx.request.url.query
    return ctx.page(
        "parts/confirm.html" if ctx.partial else "confirm.html",
        status=status,
        action=f"{ctx.request.url.path}?{query}" if query else ctx.request.url.path,
        typed=posted.again(CODE, SHOWN),
        problem=None if problem is None else ctx.say(problem),
        has_site=site_of(ctx) is not None,
        here="",
    )
