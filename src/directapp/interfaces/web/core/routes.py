"""Routes of pages: each hands over the application, catches what is refused, and hardens its answer."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import Scope

from directapp.interfaces.web.core import errors
from directapp.interfaces.web.core.context import AnsweredError, PageServices, client_address, open_context, request_id
from directapp.kernel.errors import (
    BadQueryError,
    DirectAppError,
    ForbiddenError,
    Problem,
    TokenExpiredError,
    TooManyError,
    UnauthenticatedError,
    UnavailableError,
    without_room,
)
from directapp.kernel.requests import admit, split_address
from directapp.kernel.text import _

_log = structlog.get_logger(__name__)
Handler = Callable[[Request], Coroutine[Any, Any, Response]]

_LONGEST_NAME = 120
_UNREADABLE = _("{name} is missing or cannot be read.")
_FOREIGN = _("The form comes from another site.")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(self), payment=(), usb=()",
}
_SAFE = frozenset({"GET", "HEAD"})


def page_route(services: PageServices) -> type[APIRoute]:
    """Return the route class of an application's pages."""

    class PageRoute(APIRoute):
        """A page: whatever happens in it, a person gets words."""

        def get_route_handler(self) -> Handler:
            """Return the handler with all of that around it."""
            inner = super().get_route_handler()

            async def handle(request: Request) -> Response:
                request.state.services = services
                response = await _guarded(inner, request)
                _harden(request, response)
                return response

            return handle

        def matches(self, scope: Scope) -> tuple[Match, Scope]:
            """Look at the beginning of an address first: hundreds of patterns are tried for one request."""
            if not scope.get("root_path") and not scope["path"].startswith(self.path_format.partition("{")[0]):
                return Match.NONE, {}
            return super().matches(scope)

    return PageRoute


async def _guarded(inner: Handler, request: Request) -> Response:
    try:
        _refuse_foreign(request)
        admit(request.scope["state"])
        return await inner(request)
    except AnsweredError as answered:
        return answered.response
    except (UnauthenticatedError, TokenExpiredError):
        return _to_sign_in(request)
    except (DirectAppError, RequestValidationError) as error:
        return await _refused(request, error)
    except ClientDisconnect:
        return Response(status_code=HTTPStatus.REQUEST_TIMEOUT)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is logged, and a person gets words
        _log.exception("page failed", path=request.scope["route"].path, request_id=request_id(request))
        ctx = open_context(request)
        return errors.refusal(ctx, UnavailableError()) if without_room(error) else errors.failure(ctx)
    finally:
        form: FormData | None = getattr(request.state, "form", None)
        if form is not None:
            await form.close()


async def _refused(request: Request, error: DirectAppError | RequestValidationError) -> Response:
    ctx = await _context_again(request)
    if isinstance(error, TooManyError):
        return await errors.too_many(ctx, error)
    return errors.refusal(ctx, error if isinstance(error, DirectAppError) else _unreadable(error))


def _unreadable(error: RequestValidationError) -> BadQueryError:
    names = dict.fromkeys(str(found["loc"][-1])[:_LONGEST_NAME] for found in error.errors())
    return BadQueryError([Problem(_UNREADABLE.fill(name=name), field=name) for name in names])


async def _context_again(request: Request) -> Any:
    try:
        actor = await request.app.state.authenticate(
            authorization=None, cookie=request.cookies.get("directapp_session"), address=client_address(request)
        )
    except DirectAppError:
        actor = None
    return open_context(request, actor)


def _refuse_foreign(request: Request) -> None:
    if request.method in _SAFE:
        return
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    foreign = origin is not None and split_address(origin).netloc != request.headers.get("host")
    if site in {"cross-site", "same-site"} or (foreign and site not in {"same-origin", "none"}):
        raise ForbiddenError(_FOREIGN)


def _to_sign_in(request: Request) -> Response:
    wanted = request.url.path
    if request.headers.get("hx-request") == "true":
        wanted = split_address(request.headers.get("hx-current-url", "/")).path or "/"
    elif request.method not in _SAFE:
        wanted = split_address(request.headers.get("referer", "/")).path or "/"
    elif request.url.query:
        wanted = f"{wanted}?{request.url.query}"
    address = "/sign-in" if wanted == "/" else f"/sign-in?next={quote(wanted)}"
    if request.headers.get("hx-request") == "true":
        return Response(status_code=HTTPStatus.OK, headers={"HX-Redirect": address})
    return Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": address})


def _harden(request: Request, response: Response) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    if "hx-request" in request.headers:
        response.headers.setdefault("Vary", "HX-Request")
