"""The Model Context Protocol at /mcp: streamable HTTP, for the person whose token or key the client sends.

The protocol itself is loaded with the first request: nobody waits for it at the start.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from directapp.kernel.actor import Actor
from directapp.kernel.errors import DirectAppError, UnauthenticatedError
from directapp.kernel.languages import pick_language
from directapp.kernel.requests import admit, split_address
from directapp.kernel.text import _

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH = "/mcp"
METADATA = "/.well-known/oauth-protected-resource/mcp"
ACTOR = "directapp.actor"
_ELSEWHERE = _("The request comes from another web site.")

Authenticate = Callable[..., Awaitable[Actor]]


@dataclass(slots=True, kw_only=True)
class Assistant:
    """The server of the protocol, one for an application."""

    load: Callable[[], "StreamableHTTPSessionManager"]
    authenticate: Authenticate
    public_url: str
    _wanted: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _manager: "asyncio.Future[StreamableHTTPSessionManager] | None" = field(init=False, default=None)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer while the application runs."""
        self._manager = asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(self._serve(self._manager))
        try:
            yield
        finally:
            self._manager = None
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving

    async def _serve(self, ready: "asyncio.Future[StreamableHTTPSessionManager]") -> None:
        """Run the protocol from the first request on, in a task of its own: what it begins ends with it."""
        await self._wanted.wait()
        try:
            # Loading takes half a second, in which others shall not wait.
            manager = await asyncio.to_thread(self.load)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is that of each who asks
            ready.set_exception(error)
            return
        async with manager.run():
            ready.set_result(manager)
            await asyncio.Event().wait()

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [Route(PATH, self, methods=["POST"]), Route(METADATA, self._metadata, methods=["GET"])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of a client, as the person whose token it sends."""
        headers = Headers(scope=scope)
        try:
            admit(scope.setdefault("state", {}))
            actor = await self.authenticate(
                headers.get("authorization"), None, address=scope["client"][0] if scope["client"] else ""
            )
        except DirectAppError as error:
            await self._refused(error, headers)(scope, receive, send)
            return
        if not self._is_ours(headers.get("origin")):
            words = {"error": "forbidden_origin", "error_description": _ELSEWHERE.english}
            await JSONResponse(words, HTTPStatus.FORBIDDEN)(scope, receive, send)
            return
        if self._manager is None:
            await Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "1"})(
                scope, receive, send
            )
            return
        self._wanted.set()
        scope[ACTOR] = actor
        # Whoever leaves while it is loaded takes it from nobody else.
        manager = await asyncio.shield(self._manager)
        await manager.handle_request(scope, receive, send)

    def _is_ours(self, origin: str | None) -> bool:
        return origin is None or split_address(origin)[:2] == split_address(self.public_url)[:2]

    def _refused(self, error: DirectAppError, headers: Headers) -> Response:
        language = pick_language(headers.get("accept-language"))
        words = "; ".join(problem.message.pick(language) for problem in error.problems)
        more = {}
        if isinstance(error, UnauthenticatedError):
            more["WWW-Authenticate"] = f'Bearer error="invalid_token", resource_metadata="{self.public_url}{METADATA}"'
        retry = getattr(error, "retry_after", None)
        if retry is not None:
            more["Retry-After"] = str(retry)
        kind = "invalid_token" if more.get("WWW-Authenticate") else error.code
        return JSONResponse({"error": kind, "error_description": words}, error.status, headers=more)

    async def _metadata(self, _request: Any) -> Response:
        return JSONResponse(
            {
                "resource": f"{self.public_url}{PATH}",
                "resource_name": "DirectApp",
                "bearer_methods_supported": ["header"],
                "authorization_servers": [],
            }
        )
