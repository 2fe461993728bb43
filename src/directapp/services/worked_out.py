"""Worked out: computed values that follow from other rows and from the clock, put down without being an edit."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from directapp.kernel.actor import system_actor
from directapp.services.jobs import JobRun


async def put_down(job: JobRun, system: str, collection: str, name: str, values: Mapping[UUID, Any]) -> None:
    """Put down a computed value, by record, as a named system actor, in a transaction of its own.

    It is nobody's edit: the records keep their versions, and their history does not tell of it.
    """
    pipeline, actor = job.pipeline, system_actor(job.tenant, system)
    async with pipeline.database.unit(actor) as unit:
        changed = await unit.work_out(pipeline.spec[collection], name, values)
    if changed and pipeline.after_commit:
        await pipeline.after_commit(actor, tuple((collection, record) for record in changed), False)
