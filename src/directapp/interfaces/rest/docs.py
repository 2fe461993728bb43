"""The description of the interface, and the page that lets people read and try it."""

from pathlib import Path

import orjson
from starlette.responses import FileResponse, Response

from directapp.interfaces.rest.endpoint import Call, Surroundings
from directapp.interfaces.rest.openapi.document import describe
from directapp.kernel.errors import NotFoundError

_BUILT = Path(__file__).parent / "static" / "build"
_NAMES = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
_START = (
    'SwaggerUIBundle({url: "/openapi.json", dom_id: "#docs", deepLinking: true, docExpansion: "none",'
    " defaultModelsExpandDepth: 0, filter: true, validatorUrl: null});\n"
)
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>DirectApp API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="data:,">
<main id="docs"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
"""


class Docs:
    """Serves what is the same for everyone as long as the process lives."""

    def __init__(self, application: Surroundings) -> None:
        """Keep what is described."""
        self._application = application
        self._document: bytes | None = None

    async def document(self, _: Call) -> Response:
        """Answer the OpenAPI document."""
        if self._document is None:
            self._document = orjson.dumps(describe(self._application.platform.spec))
        return Response(self._document, media_type="application/json", headers={"Cache-Control": "no-cache"})

    async def page(self, _: Call) -> Response:
        """Answer the page."""
        return Response(_PAGE, media_type="text/html", headers={"Content-Security-Policy": _POLICY})

    async def part(self, call: Call) -> Response:
        """Answer a part of the page, as it was built (NotFoundError: there is none)."""
        name = str(call.request.path_params["name"])
        if name == "start.js":
            return Response(_START, media_type="text/javascript")
        path = _BUILT / name
        if name not in _NAMES or not path.is_file():
            raise NotFoundError
        headers = {"Cache-Control": "public, max-age=3600", "Vary": "Accept-Encoding"}
        if "gzip" in call.request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            path = path.with_name(f"{name}.gz")
        return FileResponse(path, headers=headers, media_type=_NAMES[name])
