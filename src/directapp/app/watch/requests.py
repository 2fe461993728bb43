"""Requests, measured: how many, how long, by the template of their address and never by the address itself."""

import time
from collections.abc import Iterable, MutableMapping
from typing import Any

from starlette.routing import BaseRoute, Route

from directapp.telemetry.meters import REQUEST_SECONDS, REQUESTS

NO_ROUTE = "none"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "SEARCH", "OPTIONS"})


class Templates:
    """Which template a request went by."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        """Keep those of plain routes; those of pages tell themselves."""
        self._of = {id(route.endpoint): route.path for route in routes if isinstance(route, Route)}

    def of(self, scope: MutableMapping[str, Any]) -> str:
        """Return the template of a request that was routed, or ``none``."""
        route = scope.get("route")
        return str(getattr(route, "path", "") or self._of.get(id(scope.get("endpoint")), NO_ROUTE))


class Stopwatch:
    """Measures one request, from its headers to those of its answer."""

    __slots__ = ("_began", "_took", "status")

    def __init__(self) -> None:
        """Begin."""
        self._began = time.perf_counter()
        self._took = 0.0
        self.status = 0

    def began_to_answer(self, status: int) -> None:
        """Note the answer."""
        self.status, self._took = status, time.perf_counter() - self._began

    def count(self, method: str, template: str) -> None:
        """Count the request under a template; one that was never answered as 499: its sender had gone."""
        REQUESTS.labels(method if method in _METHODS else "other", template, str(self.status or 499)).inc()
        REQUEST_SECONDS.labels(template).observe(self._took or time.perf_counter() - self._began)
