"""The jobs of maintenance: programs given to vehicles, and every night how all schedules stand."""

from datetime import time

from directapp.domains.maintenance.events import PROGRAM_APPLIED
from directapp.domains.maintenance.programs import give_schedules
from directapp.domains.maintenance.review import review_page
from directapp.domains.vehicles.naming import SYSTEM
from directapp.kernel.text import _
from directapp.services.jobs import Daily, Job, Schedule, sweep_all

JOBS: tuple[Job, ...] = (Job(event=PROGRAM_APPLIED, run=give_schedules, attempts=5, at_once=1, seconds=900),)
SCHEDULES: tuple[Schedule, ...] = (
    Schedule(
        name="maintenance due",
        label=_("Work out which maintenance is due"),
        when=Daily(time(4, 20)),
        run=sweep_all(review_page, SYSTEM),
    ),
)
