"""Worked out: computed values that follow from other rows and from the clock, put down without being an edit."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from directapp.kernel.actor import system_actor
from directapp.services.jobs import Job


async def put_down(job: Job, system: str, collection: str, name: str, values: Mapping[UUID, Any]) -> None:
    """Put down a computed value, by record, as a named system actor, in a transaction of its own.

    It is nobody's edit: the records keep their versions, and their history does not tell of it.
    """
    corridor, actor = job.corridor, system_actor(job.tenant, system)
    async with corridor.database.unit(actor) as unit:
        changed = await unit.work_out(corridor.spec[collection], name, values)
    if changed and corridor.after_commit:
        await corridor.after_commit(actor, tuple((collection, record) for record in changed), False)
