"""The web application: every interface that speaks HTTP, on one application, and what holds for all of them."""

import asyncio
import hmac
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route, Router

from directapp.app.budgets import budget_of, link_of, read_budgets
from directapp.app.container import Application
from directapp.app.cookies import received, sent
from directapp.app.watch.metrics import PATH as METRICS
from directapp.app.watch.metrics import Metrics
from directapp.app.watch.requests import Stopwatch, Templates
from directapp.connectors.rate_limits import SPENDING, Budget, RateLimits, Spending
from directapp.interfaces.mcp.router import Assistant
from directapp.interfaces.rest import router as rest
from directapp.interfaces.rest.dialect.query import parse_query
from directapp.interfaces.rest.errors import refusal
from directapp.interfaces.rest.openapi.records import written
from directapp.interfaces.scim import router as scim
from directapp.interfaces.web import router as pages
from directapp.interfaces.web.features.messages.feature import Outside
from directapp.interfaces.web.features.messages.hooks import Hooks
from directapp.kernel.errors import NotFoundError, TooManyError
from directapp.kernel.languages import pick_language
from directapp.kernel.requests import network_of
from directapp.telemetry import tracing

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

# Nobody guesses what an answer is; no other site's page shows it, unless it says so itself; and nobody is spoken to in
# plain text. A body that stops coming is given up.
_NO_GUESSES = (b"x-content-type-options", b"nosniff")
_OWN_PAGES = (b"cross-origin-resource-policy", b"same-origin")
# What is no page needs nothing, and stands in nobody's frame. A script's own policy would be its worker's.
_NOTHING = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_SCRIPTS = frozenset({b"text/javascript", b"application/javascript"})
_REFUSED = frozenset({int(HTTPStatus.UNAUTHORIZED), int(HTTPStatus.FORBIDDEN)})
# Below these the next part of a path is a name; elsewhere it may be what opens something.
_NAMED = frozenset({"app", "auth", "items", "scim", "users"})
_ENCRYPTED = (b"strict-transport-security", b"max-age=31536000")
_OURS = frozenset({b"x-request-id", _NO_GUESSES[0], _ENCRYPTED[0]})
_BODY = frozenset({b"content-length", b"transfer-encoding"})
# What scripts on other origins' pages may send to the API, and what they are told beside the answer.
_SHARED_METHODS = ("GET", "SEARCH", "POST", "PATCH", "DELETE")
_SHARED_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "X-Reason")
_TOLD_HEADERS = (
    "Content-Disposition",
    "ETag",
    "RateLimit-Limit",
    "RateLimit-Policy",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Retry-After",
    "X-Request-Id",
)
BODY_SECONDS = 30.0
WHOLE_BODY_SECONDS = 900.0
DRAIN_SECONDS = 30.0
_MOST_DRAINED = 256 * 1024 * 1024
_LONGEST_TOLD = 60
_log = structlog.get_logger(__name__)


def patient(receive: Receive, seconds: float = BODY_SECONDS, altogether: float = WHOLE_BODY_SECONDS) -> Receive:
    """Return a ``receive`` that waits so long for each part of a body, and for all, then takes the sender for gone."""
    whole = False
    until = time.monotonic() + altogether

    async def waiting() -> MutableMapping[str, Any]:
        nonlocal whole
        if whole:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), min(seconds, until - time.monotonic()))
        except TimeoutError:
            return {"type": "http.disconnect"}
        whole = not message.get("more_body", False)
        return message

    return waiting


class Body:
    """A ``receive`` that knows whether the body has come whole, and takes the rest of one that nobody reads."""

    def __init__(self, receive: Receive) -> None:
        """Begin with nothing taken."""
        self._receive = receive
        self.whole = False

    async def __call__(self) -> MutableMapping[str, Any]:
        """Return the next part."""
        message = await self._receive()
        self.whole = message["type"] == "http.disconnect" or not message.get("more_body", False)
        return message

    async def drain(self) -> None:
        """Take what is left, within limits, and do nothing with it."""
        taken = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while not self.whole and taken < _MOST_DRAINED:
                    taken += len((await self()).get("body", b""))


def unhurried(send: Send, body: Body) -> Send:
    """Return a ``send`` that ends an answer only when its request has come whole.

    A connection that is closed on bytes not yet read is reset, and with it goes the answer that said why.
    """

    async def unhurried_send(message: MutableMapping[str, Any]) -> None:
        last = message["type"] == "http.response.body" and not message.get("more_body", False)
        if last and not body.whole:
            await send({**message, "more_body": True})
            await body.drain()
            message = {"type": "http.response.body", "body": b""}
        await send(message)

    return unhurried_send


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above every answer: the request's id, what is left of its budget, what browsers are to hold to."""

    request_id: str
    encrypted: bool
    spending: Spending | None
    stopwatch: Stopwatch
    prefixed: bool
    told: Mapping[str, str]

    def over(self, send: Send) -> Send:
        """Return a ``send`` that adds it."""

        async def send_headed(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self.stopwatch.began_to_answer(message["status"])
                message["headers"] = [*(h for h in message.get("headers", ()) if h[0] not in _OURS), *self._headers()]
                named = dict(message["headers"])
                message["headers"] += [_OWN_PAGES] if _OWN_PAGES[0] not in named else []
                kind = named.get(b"content-type", b"").partition(b";")[0].strip()
                message["headers"] += [_NOTHING] if _NOTHING[0] not in named and kind not in _SCRIPTS else []
                if self.prefixed:
                    message["headers"] = sent(message["headers"])
                if message["status"] in _REFUSED:
                    _log.warning("access_refused", log="security", status=message["status"], **self.told)
            await send(message)

        return send_headed

    def _headers(self) -> list[tuple[bytes, bytes]]:
        headers = [(b"x-request-id", self.request_id.encode()), _NO_GUESSES]
        if self.encrypted:
            headers.append(_ENCRYPTED)
        if self.spending is not None and self.spending.left is not None:
            headers += self.spending.left.headers
        return headers


def told_of(scope: Scope) -> dict[str, str]:
    """Return what the log tells of a request: from where, and to which part of the product, without ids or secrets."""
    parts = scope["path"].split("/")[1:3] or [""]
    told = "/".join(parts if parts[0] in _NAMED else parts[:1])[:_LONGEST_TOLD]
    return {"address": scope["client"][0] if scope["client"] else "", "method": scope["method"], "path": f"/{told}"}


class Front:
    """What the server calls: gives a request its id, counts it, and sends rows straight to the API.

    The API's rows are the hot path; the page framework's layers would cost as much as the read itself. Scripts on pages
    of the ``origins`` may use the API, by bearer token: cookies are never taken from elsewhere, and pages not shared.
    """

    def __init__(
        self,
        app: FastAPI,
        api: APIRouter,
        limits: RateLimits,
        budgets: Mapping[str, Budget],
        origins: Sequence[str] = (),
    ) -> None:
        """Put the API's rows before an application that has everything."""
        self.app = app
        paths = [str(getattr(route, "path", "")) for route in api.routes]
        self._rows = Router([r for r, path in zip(api.routes, paths, strict=True) if path.startswith("/items/")])
        self._rooms = frozenset(path.split("/")[1] for path in paths) if origins else frozenset()
        self._shared = CORSMiddleware(
            self._answer,
            allow_origins=origins,
            allow_methods=_SHARED_METHODS,
            allow_headers=_SHARED_HEADERS,
            expose_headers=_TOLD_HEADERS,
        )
        self._limits, self._budgets = limits, budgets
        self._templates = Templates([*app.routes, *api.routes])
        self._encrypted = str(app.state.platform.public_url).startswith("https:")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the id to the request's state and to the answer's headers; wait for no body for ever."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        tracing.request_id.set(request_id)
        structlog.contextvars.unbind_contextvars("tenant", "user")
        if self._encrypted:
            scope["headers"] = received(list(scope["headers"]))
        stopwatch = Stopwatch()
        spending = await self._spend(scope)
        encrypted = self._encrypted or scope["scheme"] == "https"
        heading = Heading(request_id, encrypted, spending, stopwatch, prefixed=self._encrypted, told=told_of(scope))

        if any(name in _BODY for name, _ in scope["headers"]):
            receive = Body(patient(receive))
            send = unhurried(send, receive)

        counting = SPENDING.set(spending)
        try:
            # A server may be asked for "*", which is no path.
            shared = scope["path"].partition("/")[2].partition("/")[0] in self._rooms
            with tracing.span("request", scope["method"]):
                await (self._shared if shared else self._answer)(scope, receive, heading.over(send))
        finally:
            SPENDING.reset(counting)
            stopwatch.count(scope["method"], self._templates.of(scope))

    async def _spend(self, scope: Scope) -> Spending | None:
        """Count a request by its address and link; what answers it says if that was one too many."""
        budget = self._budgets.get(budget_of(scope["method"], scope["path"], scope["query_string"]) or "")
        if budget is None:
            return None
        spending = Spending(self._limits, budget)
        try:
            await spending.count("address", network_of(scope["client"][0] if scope["client"] else ""))
            if budget.link:
                await spending.count("link", link_of(scope["path"]))
        except TooManyError as error:
            scope["state"]["too_many"] = error
        return spending

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith("/items/"):
            scope["app"] = self.app
            await self._rows(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def outside_of(application: Application) -> Outside:
    """Return what the pages of messages need: the key of their links, and who may report."""
    settings = application.settings
    hooks = Hooks(
        resend_secrets=tuple(settings.resend_webhook_secret.split()),
        twilio_token=settings.twilio_token,
        sveve_secret=settings.sveve_secret,
        public_url=settings.url,
        inbound_domain=settings.inbound_domain if settings.resend_key else "",
    )
    return Outside(capabilities=application.post.capabilities, hooks=hooks)


def _protocol(application: Application) -> "StreamableHTTPSessionManager":
    """Load what answers assistants; few installations have any, and it takes half a second."""
    from directapp.interfaces.mcp.domain_tools import Trade
    from directapp.interfaces.mcp.handlers import Handlers
    from directapp.interfaces.mcp.previews import Previews
    from directapp.interfaces.mcp.protocol import Protocol
    from directapp.interfaces.mcp.tools import Dialect

    secret = hmac.digest(application.settings.signing_secret().encode(), b"directapp previews", "sha256")
    dialect = Dialect(parse=parse_query, written=written)
    trade = Trade(lookups=application.registry.lookups, load_actor=application.principals.person)
    return Protocol(Handlers(application.platform, dialect, Previews(secret), trade)).manager()


def build_app(application: Application) -> Front:
    """Return the ASGI application of an application."""
    assistant = Assistant(
        load=partial(_protocol, application),
        authenticate=application.principals.authenticate,
        public_url=application.settings.url,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with assistant.running():
            yield

    app = FastAPI(title="DirectApp", openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.platform = application.platform
    app.state.auth = application.auth
    app.state.authenticate = application.principals.authenticate
    app.state.authenticate_directory = application.principals.authenticate_directory
    app.state.settings = application.settings
    app.state.registry = application.registry.lookups
    app.state.companies = application.companies
    api = rest.build(application.platform, application.auth, application.attachments)
    app.include_router(api)
    app.include_router(scim.build(application.platform))
    site = pages.build(application.platform, application.auth, application.attachments, outside=outside_of(application))
    # An included router has each of its routes matched through two more calls, a millisecond for a late one.
    app.router.routes += [*site.routes, *assistant.routes(), Route(METRICS, Metrics(application).answer)]
    app.add_exception_handler(HTTPStatus.NOT_FOUND, _lost)
    settings = application.settings
    return Front(
        app, api, application.rate_limits, read_budgets(settings.rate_limits), tuple(settings.cors_origins.split())
    )


async def _lost(request: Request, _: Exception) -> Response:
    """Send a person who typed an address to the pages, which say it in words; answer programs in the envelope."""
    wants_page = "text/html" in request.headers.get("accept", "")
    if wants_page and request.method == "GET" and not request.url.path.startswith("/app/"):
        return RedirectResponse(f"/app{request.url.path}")
    return refusal(NotFoundError(), pick_language(request.headers.get("accept-language")))
