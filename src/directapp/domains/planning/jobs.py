"""The jobs and schedules of planning."""

from collections.abc import Sequence
from datetime import time

from directapp.domains.planning.events import OUTLOOK_ASKED, PLAN_ASKED
from directapp.domains.planning.handlers import free_closed
from directapp.domains.planning.outlook_jobs import TOGETHER, by_the_clock, work_out
from directapp.domains.planning.proposing import propose
from directapp.domains.planning.rights import SYSTEM
from directapp.kernel.text import _
from directapp.services.jobs import Daily, Every, Job, JobRun, Schedule, sweep
from directapp.services.recounting import recount

JOBS: tuple[Job, ...] = (
    Job(event=PLAN_ASKED, run=propose, attempts=3, at_once=1, seconds=120),
    Job(event=OUTLOOK_ASKED, run=work_out, together=TOGETHER, at_once=1, seconds=120),
)


async def recount_bookings(job: JobRun) -> None:
    """Count what is booked anew, where the sums no longer fit."""
    await recount(job, SYSTEM)


def schedules(reactor: str) -> Sequence[Schedule]:
    """Return what is done again and again; ``reactor`` is the system actor of event handlers."""
    return (
        Schedule(
            name="recount bookings",
            label=_("Count booked hours anew"),
            when=Daily(time(2, 10)),
            run=recount_bookings,
            attempts=1,
        ),
        Schedule(
            name="free closed cars",
            label=_("Free the time of delivered and archived cars"),
            when=Daily(time(2, 20)),
            run=sweep(free_closed, reactor),
        ),
        Schedule(
            name="work out outlooks",
            label=_("Work out when cars in preparation are ready"),
            when=Every(3600),
            run=by_the_clock(coming=False),
            seconds=3000,
        ),
        Schedule(
            name="work out all outlooks",
            label=_("Work out when all cars are ready"),
            when=Daily(time(3, 40)),
            run=by_the_clock(coming=True),
            seconds=7200,
        ),
    )
