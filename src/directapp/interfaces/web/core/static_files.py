"""Static files: the built assets from memory, and each site's colours as a style sheet of its own."""

from collections.abc import Mapping

from fastapi import Request, Response

from directapp.interfaces.web.core.feature import Route, get
from directapp.interfaces.web.core.render import Asset
from directapp.kernel.colours import theme_of
from directapp.kernel.errors import NotFoundError

_MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b57c4"/>'
    '<path d="M9 8h7a8 8 0 0 1 0 16H9z" fill="none" stroke="#fff" stroke-width="4"/></svg>'
)
_FOREVER = "public, max-age=31536000, immutable"


def static_routes(assets: Mapping[str, Asset]) -> tuple[Route, ...]:
    """Return the routes of files that never change under their name."""

    async def mark() -> Response:
        return Response(_MARK, media_type="image/svg+xml", headers={"Cache-Control": _FOREVER})

    async def static(request: Request, name: str) -> Response:
        asset = assets.get(name)
        if asset is None:
            raise NotFoundError
        taken = {part.partition(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}
        encoding = next((code for code in ("br", "gzip") if code in taken), "")
        headers = {"Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
        if encoding:
            headers["Content-Encoding"] = encoding
        return Response(asset.bodies[encoding], media_type=asset.media_type, headers=headers)

    async def brand(colour: str) -> Response:
        theme = theme_of(colour)
        if theme is None:
            raise NotFoundError
        light, dark = theme.light, theme.dark
        css = (
            f":root{{--da-brand:light-dark({light.colour},{dark.colour});"
            f"--da-on-brand:light-dark({light.text},{dark.text})}}\n"
        )
        return Response(css, media_type="text/css", headers={"Cache-Control": _FOREVER})

    return (get("/static/mark.svg", mark), get("/static/{name}", static), get("/static/brand/{colour}.css", brand))
