"""Imports: every run and every row of it, so that nothing is dropped in silence."""

from collections.abc import Awaitable, Callable

from directapp.declare.collection import Collection
from directapp.declare.events import Event
from directapp.domains.imports.import_rows import IMPORT_ROWS
from directapp.domains.imports.import_runs import IMPORT_RUNS
from directapp.services.command import CommandContext

__all__ = ["COLLECTIONS", "EVENTS", "EVENT_HANDLERS"]

COLLECTIONS: tuple[Collection, ...] = (IMPORT_RUNS, IMPORT_ROWS)
EVENTS: tuple[Event, ...] = ()
EVENT_HANDLERS: dict[Event, Callable[[CommandContext], Awaitable[None]]] = {}
