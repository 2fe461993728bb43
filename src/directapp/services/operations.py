"""Operations: how background jobs stand in one tenant."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from directapp.kernel.text import Text
from directapp.services.dispatcher import Dispatcher
from directapp.services.schedules import Appointment, Schedules
from directapp.store.outbox import Backlog


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """The queue in figures, and every schedule."""

    backlog: Backlog
    appointments: tuple[Appointment, ...]


@dataclass(frozen=True, slots=True)
class Operations:
    """What may be asked of background jobs; who may ask is decided by whoever asks."""

    dispatcher: Dispatcher
    schedules: Schedules

    async def stand(self, tenant: UUID) -> Stand:
        """Return how it stands in a tenant."""
        appointments = await self.schedules.appointments(tenant)
        return Stand(backlog=await self.dispatcher.backlog(tenant), appointments=tuple(appointments))

    def labels(self) -> Mapping[str, Text]:
        """Return what jobs are called."""
        return {name: kind.event.label for name, kind in self.dispatcher.jobs.kinds.items()}
