"""The schedule of sign-ins."""

from datetime import time

from directapp.domains.people.purge import purge_spent
from directapp.kernel.text import _
from directapp.services.jobs import Daily, JobRun, Schedule

SIGNIN = "signin"
# So many are deleted in one transaction: short ones hold nobody up.
_AT_A_TIME = 200


async def purge_signin(job: JobRun) -> None:
    """Delete what ran out, a page at a time."""
    done = _AT_A_TIME
    while done == _AT_A_TIME:
        async with job.act(SIGNIN) as ctx:
            done = await purge_spent(ctx, limit=_AT_A_TIME)


SCHEDULES: tuple[Schedule, ...] = (
    Schedule(
        name="purge sign-ins",
        label=_("Delete sign-ins and links that ran out"),
        when=Daily(time(2, 30)),
        run=purge_signin,
    ),
)
