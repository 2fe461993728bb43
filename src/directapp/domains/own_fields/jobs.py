"""The schedule of own fields: what was deleted long enough ago is purged with all that stood in it."""

from datetime import time, timedelta

from directapp.declare.case import Range
from directapp.declare.names import Patch, field_name
from directapp.declare.own_fields import name_of
from directapp.domains.own_fields.fields import OWN_FIELDS, OwnFields
from directapp.kernel.text import _
from directapp.services import forgetting
from directapp.services.jobs import Daily, JobRun, Schedule

KEPT = timedelta(days=30)
SYSTEM = "own_fields"


async def purge_deleted(job: JobRun) -> None:
    """Purge the fields that were deleted 30 days ago, each in its own transactions: values first, the field last."""
    async with job.act(SYSTEM) as ctx:
        over: Patch = {OwnFields.deleted_at: Range(end=ctx.now - KEPT)}
        found = await ctx.find(OWN_FIELDS, over, system=SYSTEM)
    for one in found:
        collection, name = one.row[OwnFields.collection], name_of(one.row[OwnFields.code])
        personal = one.row.get(field_name(OwnFields.personal))
        more = True
        while more:
            async with job.act(forgetting.SYSTEM) as ctx:
                more = await forgetting.purge_values(ctx.work, ctx.work.spec[collection], name)
        async with job.act(forgetting.SYSTEM) as ctx:
            if personal:
                await forgetting.take_out_everywhere(ctx.work, ctx.work.spec[collection], name)
        async with job.act(SYSTEM) as ctx:
            await ctx.remove(one, system=SYSTEM)


SCHEDULES: tuple[Schedule, ...] = (
    Schedule(
        name="purge own fields",
        label=_("Purge own fields that were deleted 30 days ago"),
        when=Daily(time(3, 40)),
        run=purge_deleted,
    ),
)
