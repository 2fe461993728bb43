"""The routes of SCIM 2.0. What answers them is loaded with the first request: nobody waits for it at the start."""

import asyncio

from fastapi import APIRouter
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from directapp.services.platform import Platform

ROOT = "/scim/v2"
LARGEST = 1024 * 1024
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Later:
    """An endpoint that is made when it is first asked for something."""

    def __init__(self, platform: Platform) -> None:
        """Keep the application below."""
        self._platform = platform
        self._endpoint: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self._endpoint is None:
            # Loading takes most of a second, in which others shall not wait.
            self._endpoint = await asyncio.to_thread(self._load)
        await self._endpoint(scope, receive, send)

    def _load(self) -> ASGIApp:
        from directapp.interfaces.scim.endpoint import Endpoint  # noqa: PLC0415 - said above

        return Endpoint(self._platform)


def build(platform: Platform) -> APIRouter:
    """Return the routes; the application needs ``state.authenticate_directory`` beside it."""
    router, endpoint = APIRouter(), Later(platform)
    for path in (ROOT, f"{ROOT}/{{rest:path}}"):
        router.routes.append(Route(path, endpoint, methods=list(_METHODS), name=f"scim:{path}"))
    return router
