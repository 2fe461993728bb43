"""Saved views: what people arrange for themselves: the views of lists that they save and share, and their columns."""

from collections.abc import Awaitable, Callable
from typing import Any

from directapp.declare.events import Event
from directapp.domains.saved_views.list_columns import LIST_COLUMNS
from directapp.domains.saved_views.views import SAVED_VIEWS

COLLECTIONS = (SAVED_VIEWS, LIST_COLUMNS)

EVENTS: tuple[Event, ...] = ()
EVENT_HANDLERS: dict[Event, Callable[[Any], Awaitable[None]]] = {}
