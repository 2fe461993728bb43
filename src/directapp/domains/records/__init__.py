"""Records: what people add to a car, whatever their role: files, photos with damage marks, comments."""

from collections.abc import Awaitable, Callable

from directapp.declare.collection import Collection
from directapp.declare.events import Event, events_in
from directapp.domains.records import events
from directapp.domains.records.car_files import CAR_FILES
from directapp.domains.records.comments import COMMENTS
from directapp.domains.records.files import FILES
from directapp.services.command import CommandContext

__all__ = ["COLLECTIONS", "EVENTS", "EVENT_HANDLERS"]

COLLECTIONS: tuple[Collection, ...] = (FILES, CAR_FILES, COMMENTS)
EVENTS: tuple[Event, ...] = events_in(events)
EVENT_HANDLERS: dict[Event, Callable[[CommandContext], Awaitable[None]]] = {}
