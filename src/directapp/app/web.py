"""The web application: every interface that speaks HTTP, on one application."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from starlette.routing import Router

from directapp.app.container import Application
from directapp.interfaces.rest import router as rest
from directapp.interfaces.rest.errors import refusal
from directapp.interfaces.web import router as pages
from directapp.interfaces.web.features.messages.feature import Outside
from directapp.interfaces.web.features.messages.hooks import Hooks
from directapp.kernel.errors import NotFoundError
from directapp.kernel.languages import pick_language

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

# Nobody guesses what an answer is; and a body that stops coming is given up.
_NO_GUESSES = (b"x-content-type-options", b"nosniff")
_OURS = frozenset({b"x-request-id", _NO_GUESSES[0]})
_BODY = frozenset({b"content-length", b"transfer-encoding"})
BODY_SECONDS = 30.0
DRAIN_SECONDS = 30.0
_MOST_DRAINED = 256 * 1024 * 1024


def patient(receive: Receive, seconds: float = BODY_SECONDS) -> Receive:
    """Return a ``receive`` that waits so long for each part of a body, then takes the sender for gone."""
    whole = False

    async def waiting() -> MutableMapping[str, Any]:
        nonlocal whole
        if whole:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), seconds)
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


class Front:
    """What the server calls: gives a request its id, and sends rows straight to the API.

    The API's rows are the hot path; the page framework's layers would cost as much as the read itself.
    """

    def __init__(self, app: FastAPI, rows: APIRouter) -> None:
        """Put the API's rows before an application that has everything."""
        self.app = app
        self._rows = Router([r for r in rows.routes if str(getattr(r, "path", "")).startswith("/items/")])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the id to the request's state and to the answer's headers; wait for no body for ever."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)

        async def send_with_id(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = [h for h in message.get("headers", ()) if h[0] not in _OURS]
                message["headers"] = [*headers, (b"x-request-id", request_id.encode()), _NO_GUESSES]
            await send(message)

        if any(name in _BODY for name, _ in scope["headers"]):
            receive = Body(patient(receive))
            send = unhurried(send, receive)

        if scope["path"].startswith("/items/"):
            scope["app"] = self.app
            await self._rows(scope, receive, send_with_id)
        else:
            await self.app(scope, receive, send_with_id)


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


def build_app(application: Application) -> Front:
    """Return the ASGI application of an application."""
    app = FastAPI(title="DirectApp", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.platform = application.platform
    app.state.auth = application.auth
    app.state.authenticate = application.principals.authenticate
    app.state.settings = application.settings
    app.state.registry = application.registry.lookups
    api = rest.build(application.platform, application.auth, application.attachments)
    app.include_router(api)
    app.include_router(
        pages.build(application.platform, application.auth, application.attachments, outside=outside_of(application))
    )
    app.add_exception_handler(HTTPStatus.NOT_FOUND, _lost)
    return Front(app, api)


async def _lost(request: Request, _: Exception) -> Response:
    """Send a person who typed an address to the pages, which say it in words; answer programs in the envelope."""
    wants_page = "text/html" in request.headers.get("accept", "")
    if wants_page and request.method == "GET" and not request.url.path.startswith("/app/"):
        return RedirectResponse(f"/app{request.url.path}")
    return refusal(NotFoundError(), pick_language(request.headers.get("accept-language")))
