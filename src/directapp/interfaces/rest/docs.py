"""The description of the interface, and the page that lets people read and try it."""

from pathlib import Path

import orjson
from starlette.responses import FileResponse, Response

from directapp.declare.spec import Spec
from directapp.derive.shown import readable_anywhere
from directapp.interfaces.rest.endpoint import Call, Surroundings, sign_in
from directapp.interfaces.rest.openapi.document import describe
from directapp.kernel.actor import Actor
from directapp.kernel.errors import NotFoundError, UnauthenticatedError

_BUILT = Path(__file__).parent / "static" / "build"
_NAMES = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
_START = (
    'SwaggerUIBundle({url: "/openapi.json", dom_id: "#docs", deepLinking: true, docExpansion: "none",'
    " defaultModelsExpandDepth: 0, filter: true, validatorUrl: null});\n"
)
# So many companies' descriptions are kept: one is worked out in a tenth of a second, and is 3 MB.
_MOST_KEPT = 8
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
    """Serves the description of the product, to whoever signs in with the own fields that they read."""

    def __init__(self, application: Surroundings) -> None:
        """Keep what is described."""
        self._application = application
        self._documents: dict[str, bytes] = {}

    async def document(self, call: Call) -> Response:
        """Answer the OpenAPI document; UnauthenticatedError for a key or token that is none."""
        spec = self._application.platform.spec
        try:
            spec = await self._spec_of(await sign_in(call))
        except UnauthenticatedError:
            # A browser sends its cookie along whether or not it still holds.
            if call.request.headers.get("authorization"):
                raise
        document = self._documents.get(spec.tag)
        if document is None:
            if len(self._documents) >= _MOST_KEPT:
                self._documents.clear()
            document = self._documents[spec.tag] = orjson.dumps(describe(spec))
        headers = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}
        return Response(document, media_type="application/json", headers=headers)

    async def _spec_of(self, actor: Actor) -> Spec:
        """Return the declarations with those own fields of the actor's company that the actor reads somewhere."""
        platform = self._application.platform
        own = await platform.database.own_of(actor.tenant)
        whole = own.over(platform.spec)
        read = {name: readable_anywhere(actor, whole[name]) for name in {one.collection for one in own.fields}}
        return platform.spec.with_own(one for one in own.fields if not one.gone and one.name in read[one.collection])

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
