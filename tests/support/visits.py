"""Which module of the browser tests visits which page: each is held to it when its tests have run."""

import re
from collections.abc import Iterable
from typing import Any

from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The pages that are visited in Chromium, and where. Those of this file are below.
SEEN = {
    "/": "test_pages",
    "/hall/{token}": "test_hall",
    "/sign-in": "test_pages",
    "/forgot": "test_pages",
    "/link/{token}": "test_pages",
    "/app/me": "test_pages",
    "/app/me/security": "test_passkeys",
    "/app/second-factor": "test_passkeys",
    "/app/{collection}": "test_every_page",
    "/app/{collection}/new": "test_every_page",
    "/app/{collection}/{record}": "test_pages",
    "/app/{collection}/{record}/feed": "test_every_page",
    "/app/{collection}/{record}/history": "test_every_page",
    "/app/{collection}/{record}/do/{verb}": "test_every_page",
    "/app/{collection}/do/{verb}": "test_operations",
    "/app/{collection}/board": "test_views",
    "/app/{collection}/calendar": "test_views",
    "/app/{collection}/bulk": "test_every_page",
    "/app/cars/{record}/damage": "test_admin",
    "/app/branding": "test_admin",
    "/app/permissions": "test_admin",
    "/app/operations": "test_operations",
    "/app/admin": "test_administration",
    "/app/admin/people": "test_administration",
    "/app/users/{record}/sign-ins": "test_administration",
    "/app/admin/sites": "test_administration",
    "/app/admin/company": "test_setup",
    "/app/admin/goals": "test_administration",
    "/app/admin/limits": "test_setup",
    "/app/admin/statuses": "test_setup",
    "/app/admin/steps": "test_setup",
    "/app/admin/roles": "test_own_roles",
    "/app/admin/roles/{role}": "test_own_roles",
    "/app/admin/roles/{role}/edit": "test_own_roles",
    "/app/admin/roles/{role}/versions/{version}": "test_own_roles",
    "/app/admin/templates": "test_administration",
    "/app/admin/templates/new": "test_every_page",
    "/app/admin/templates/{record}": "test_administration",
    "/app/privacy": "test_administration",
    "/app/privacy/register": "test_administration",
    "/app/privacy/retention": "test_administration",
    "/app/floor": "test_floor",
    "/app/scan": "test_floor",
    "/app/offline": "test_floor",
    "/app/cars/labels": "test_floor",
    "/app/cars/{car}/print/{kind}": "test_floor",
    "/app/imports": "test_every_page",
    "/app/plan": "test_every_page",
    "/app/plan/book": "test_every_page",
    "/app/plan/mine": "test_every_page",
    "/app/plan/proposals": "test_every_page",
    "/app/cars/{record}/promise": "test_every_page",
    "/app/figures": "test_every_page",
    "/app/ask": "test_every_page",
    "/app/figures/monday": "test_figures",
    "/app/enrichment_runs": "test_registry",
    "/app/cars/eu-control": "test_registry",
    "/app/cars/{record}/do/fill_from_registry": "test_registry",
    "/app/notifications": "test_messages",
    "/app/me/notices": "test_messages",
    "/app/letters": "test_messages",
    "/app/setup": "test_setup",
    "/app/setup/hours": "test_setup",
    "/app/setup/people": "test_setup",
    "/app/setup/sites": "test_setup",
    "/app/setup/trying": "test_setup",
    "/app/texts": "test_setup",
    "/status": "test_operations",
    "/status/{token}": "test_messages",
    "/vendor/{token}": "test_messages",
}
# Parts of pages, files, data and what leads elsewhere; and pages that need what only their own tests over HTTP have.
NO_PAGES = re.compile(
    r"^/app/?$|^/static/|^/app/live|/part/|/cell/|\.(ics|csv|xlsx|js|png|txt|webmanifest|\{kind\})$|^/(hooks|logo|sign-in)/"
    r"|/(count|options|mentionable|move|preview|palette|when|bell|open|data|side|me|stored|board)$"
    r"|^/app/letters/|\{path:path\}|^/app/imports/(sheet/|\{run\})|^/app/plan/(room$|(booking|proposals)/\{)|/to_move$|^/app/import_runs$"
)


def get_routes(routes: Iterable[Any], method: str = "GET") -> list[str]:
    """Return the paths that answer to a method, in the order in which they are tried."""
    found: list[str] = []
    for route in routes:
        if hasattr(route, "original_router"):
            found += get_routes(route.original_router.routes, method)
        elif method in (getattr(route, "methods", None) or ()):
            found.append(route.path)
    return found


class Visits:
    """An application that notes which of its pages have opened."""

    def __init__(self, app: ASGIApp, routes: Iterable[Any]) -> None:
        self.app = app
        self.patterns = [(path, compile_path(path)[0]) for path in get_routes(routes)]
        self.opened: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                self.opened.add(scope["path"])
            await send(message)

        await self.app(scope, receive, noting if scope["type"] == "http" and scope["method"] == "GET" else send)

    def missing(self, module: str) -> set[str]:
        """Return the pages that a module says it visits, and that have not opened."""
        routes = {
            next((path for path, pattern in self.patterns if pattern.match(address)), "") for address in self.opened
        }
        return {path for path, name in SEEN.items() if name == module} - routes
