"""Messages: who is told what, where and in which words; and what became of it."""

from collections.abc import Awaitable, Callable

from directapp.declare.collection import Collection
from directapp.declare.events import Event, events_in
from directapp.domains.messages import certificates, events, handlers, maintenance, outward, returned
from directapp.domains.messages.log import MESSAGES
from directapp.domains.messages.notifications import NOTIFICATIONS
from directapp.domains.messages.preferences import NOTICE_CHOICES
from directapp.domains.messages.status_links import STATUS_LINKS
from directapp.domains.messages.suppressed import SUPPRESSED_ADDRESSES
from directapp.domains.messages.texts import MESSAGE_TEXTS
from directapp.domains.messages.vendor_links import VENDOR_LINKS
from directapp.services.command import CommandContext

__all__ = ["COLLECTIONS", "EVENTS", "EVENT_HANDLERS"]

COLLECTIONS: tuple[Collection, ...] = (
    NOTIFICATIONS,
    NOTICE_CHOICES,
    STATUS_LINKS,
    MESSAGES,
    SUPPRESSED_ADDRESSES,
    VENDOR_LINKS,
    MESSAGE_TEXTS,
)
EVENTS: tuple[Event, ...] = events_in(events)
EVENT_HANDLERS: dict[Event, Callable[[CommandContext], Awaitable[None]]] = {
    **handlers.EVENT_HANDLERS,
    **outward.EVENT_HANDLERS,
    **returned.EVENT_HANDLERS,
    **certificates.EVENT_HANDLERS,
    **maintenance.EVENT_HANDLERS,
}
