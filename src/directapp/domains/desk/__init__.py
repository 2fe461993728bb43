"""Desk: what people arrange for themselves: the views of lists that they save, name, share and pin."""

from collections.abc import Awaitable, Callable
from typing import Any

from directapp.domains.desk.saved_views import SAVED_VIEWS

COLLECTIONS = (SAVED_VIEWS,)

REACTIONS: dict[str, Callable[[Any], Awaitable[None]]] = {}
