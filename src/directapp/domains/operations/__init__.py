"""Operations: the jobs that could not be done, kept with their reason until a person retries or drops them.

``failed_jobs`` is the collection, ``keep`` what the worker calls when it gives a job up.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from directapp.declare.events import Event
from directapp.domains.operations.failed_jobs import FAILED_JOBS, keep

COLLECTIONS = (FAILED_JOBS,)

EVENTS: tuple[Event, ...] = ()
EVENT_HANDLERS: dict[Event, Callable[[Any], Awaitable[None]]] = {}

__all__ = ["COLLECTIONS", "EVENTS", "EVENT_HANDLERS", "FAILED_JOBS", "keep"]
