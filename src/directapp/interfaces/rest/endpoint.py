"""The endpoint of every REST route: who asks, which method, and how a refusal is said."""

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from directapp.declare.spec import CollectionMeta, Spec
from directapp.domains.people.flow import Auth
from directapp.interfaces.rest.dialect.input import nest
from directapp.interfaces.rest.dialect.query import Asked
from directapp.interfaces.rest.errors import failure, refusal
from directapp.kernel.actor import Actor
from directapp.kernel.errors import BadPayloadError, DirectAppError, ForbiddenError, NotFoundError, Problem
from directapp.kernel.languages import pick_language
from directapp.kernel.requests import admit, split_address
from directapp.kernel.text import _
from directapp.services.attachments import Attachments
from directapp.services.platform import Platform

SAFE = frozenset({"GET", "HEAD", "SEARCH", "OPTIONS"})
SESSION_COOKIE = "directapp_session"
REFRESH_COOKIE = "directapp_refresh"
DEVICE_COOKIE = "directapp_device"
_HEX_ID = re.compile(r"[0-9A-Fa-f]{8}-?([0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}")

_METHOD = _("The method {method} is not used here.")
_ELSEWHERE = _("The request comes from another web site.")
_TOO_DEEP = _("The content is nested too deeply.")


class MethodError(DirectAppError):
    """The route is not used with this method (405 METHOD_NOT_ALLOWED)."""

    status = HTTPStatus.METHOD_NOT_ALLOWED
    code = "METHOD_NOT_ALLOWED"


@dataclass(slots=True, kw_only=True)
class Surroundings:
    """What every handler works with; ``questions`` remembers how often-asked lists were understood."""

    platform: Platform
    auth: Auth
    attachments: Attachments
    questions: dict[tuple[object, ...], Asked] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Call:
    """One request."""

    request: Request
    application: Surroundings
    request_id: str
    signed_in: Actor | None = None
    collection: str = ""
    spec: Spec | None = None

    @property
    def actor(self) -> Actor:
        """Who asks."""
        if self.signed_in is None:
            raise ForbiddenError
        return self.signed_in

    @property
    def language(self) -> str:
        """The language to answer in."""
        preferred = self.signed_in.language if self.signed_in else None
        return pick_language(self.request.headers.get("accept-language"), preferred)

    @property
    def meta(self) -> CollectionMeta:
        """The collection of the route, where the actor may read it at all (ForbiddenError: not)."""
        meta = self.declared.get(self.collection)
        if meta is None or not meta.declared.exposed or not meta.grants_of(self.actor.roles):
            raise ForbiddenError
        return meta

    @property
    def declared(self) -> Spec:
        """Every collection, with the own fields of the company of who asks."""
        return self.spec or self.application.platform.spec

    @property
    def address(self) -> str:
        """Where the request comes from."""
        return self.request.client.host if self.request.client else ""

    def record(self, name: str = "key") -> UUID:
        """Return the id in the path (NotFoundError: it is none)."""
        text = str(self.request.path_params[name])
        if not _HEX_ID.fullmatch(text):
            raise NotFoundError
        return UUID(text)

    def parameters(self) -> dict[str, Any]:
        """Return the query string, nested."""
        text = self.request.scope["query_string"].decode("latin-1")
        return nest(parse_qsl(text, keep_blank_values=True)) if text else {}


Handler = Callable[[Call], Awaitable[Response]]


class Endpoint:
    """One path: a handler for each method, behind the sign-in unless ``unlocked``."""

    def __init__(
        self,
        application: Surroundings,
        handlers: Mapping[str, Handler],
        *,
        unlocked: bool = False,
        waiting: bool = False,
        collection: str = "",
    ) -> None:
        """Keep the handlers; ``collection`` where the path itself names none.

        ``waiting``: open to who has still to set up a second factor.
        """
        self._application = application
        self.handlers = handlers
        self.unlocked = unlocked
        self._waiting = waiting
        self._collection = collection

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        request_id = getattr(request.state, "request_id", None) or secrets.token_hex(8)
        call = Call(
            request=request,
            application=self._application,
            request_id=request_id,
            collection=str(request.path_params.get("collection", self._collection)),
        )
        try:
            response = await self._handle(call)
        except DirectAppError as error:
            response = refusal(error, call.language)
        except RecursionError:
            response = refusal(BadPayloadError(_TOO_DEEP), call.language)
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 - the edge: whatever happens, the caller gets an id and the log a line
            response = failure(request, error, request_id, call.language)
        response.headers["X-Request-Id"] = request_id
        return response

    async def _handle(self, call: Call) -> Response:
        method = call.request.method
        admit(call.request.scope["state"])
        if method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": self._allowed()})
        handler = self.handlers.get("GET" if method == "HEAD" else method)
        if not self.unlocked:
            call.signed_in = await sign_in(call, waiting=self._waiting)
            call.spec = await call.application.platform.database.spec_of(call.signed_in.tenant)
        if handler is None:
            raise MethodError(Problem(_METHOD.fill(method=method), extra={"allow": self._allowed()}))
        return await handler(call)

    def _allowed(self) -> str:
        return ", ".join(self.handlers)


class UnknownPath(Endpoint):
    """Any other path: nothing is there, said only to those who have signed in."""

    async def _handle(self, call: Call) -> Response:
        await sign_in(call)
        raise NotFoundError


async def sign_in(call: Call, *, waiting: bool = False) -> Actor:
    """Return who asks, by bearer token, API key or session cookie.

    Raises:
        UnauthenticatedError: nobody we know.
        ForbiddenError: a cookie that another web site sent along.
        SecondFactorError: the person has to set up a second factor first.

    """
    request = call.request
    authorization = request.headers.get("authorization")
    cookie = None if authorization else request.cookies.get(SESSION_COOKIE)
    if cookie and request.method not in SAFE:
        refuse_foreign(call)
    actor: Actor = await request.app.state.authenticate(authorization, cookie, address=call.address, waiting=waiting)
    return actor


def refuse_foreign(call: Call) -> None:
    """Refuse a request that a browser sent on behalf of another web site.

    Raises:
        ForbiddenError: the browser says that it comes from elsewhere.

    """
    headers = call.request.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    foreign = site not in {None, "same-origin", "none"}
    if site is None and origin is not None:
        own = {headers.get("host"), split_address(call.application.platform.public_url).netloc}
        foreign = split_address(origin).netloc not in own
    if foreign:
        raise ForbiddenError(_ELSEWHERE)
