"""The endpoint of SCIM 2.0, below which the protocol's own server knows its way."""

import secrets
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import orjson
import structlog
from scim2_models import SCIMException
from scim2_server.handler import AsyncScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.service import ScimService
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from directapp.interfaces.scim.models import PROVIDER
from directapp.interfaces.scim.router import LARGEST, ROOT
from directapp.interfaces.scim.storage import DirectoryStorage, in_scim
from directapp.kernel.errors import DirectAppError, Problem, TooManyError, UnavailableError
from directapp.kernel.requests import admit, bounded
from directapp.kernel.text import _
from directapp.services.platform import Platform

_TOO_LARGE = _("The content is larger than {most} bytes.")
_log = structlog.get_logger(__name__)


class Endpoint:
    """Everything below the root: who asks is asked first, of the description of the service too."""

    def __init__(self, platform: Platform) -> None:
        """Keep the application below."""
        self._platform, self._service = platform, ScimService(PROVIDER)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except ClientDisconnect:
            return
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        headers: dict[str, str] = {}
        try:
            found = await self._handle(request)
        except DirectAppError as error:
            if isinstance(error, TooManyError | UnavailableError):
                headers["Retry-After"] = str(error.retry_after)
            if error.status == HTTPStatus.UNAUTHORIZED:
                headers["WWW-Authenticate"] = "Bearer"
            found = self._service.error_response(in_scim(error))
        except SCIMException as error:
            found = self._service.error_response(error)
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 - the edge: whatever happens, the caller gets an answer and the log a line
            _log.exception("provisioning failed", method=request.method, error=type(error).__name__)
            found = self._service.error_response(error)
        body = b"" if found.body is None else orjson.dumps(found.body)
        return Response(body, int(found.status), {"Cache-Control": "no-store", **found.headers, **headers})

    async def _handle(self, request: Request) -> ScimResponse:
        admit(request.scope.setdefault("state", {}))
        address = request.client.host if request.client else ""
        actor = await request.app.state.authenticate_directory(request.headers.get("authorization"), address=address)
        known: str | None = getattr(request.state, "request_id", None)
        asked = ScimRequest(
            method=request.method,
            base_url=self._platform.public_url.rstrip("/") + ROOT,
            path=request.scope["path"].removeprefix(ROOT).removesuffix(".scim"),
            query=dict(parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)),
            headers=list(request.headers.items()),
            body=await _body(request),
        )
        storage = DirectoryStorage(self._platform, actor, known or secrets.token_hex(8))
        return await AsyncScimHandler(self._service, storage).handle(asked)


async def _body(request: Request) -> bytes:
    receive: Any = bounded(request.receive, LARGEST, Problem(_TOO_LARGE.fill(most=LARGEST)))
    return await Request(request.scope, receive).body()
