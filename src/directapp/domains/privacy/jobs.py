"""The schedule of retention."""

from datetime import time

from directapp.domains.privacy.retention import sweep_rules
from directapp.kernel.text import _
from directapp.services.forgetting import SYSTEM
from directapp.services.jobs import Daily, Schedule, sweep

SCHEDULES: tuple[Schedule, ...] = (
    Schedule(
        name="retention",
        label=_("Take away personal data that is kept no longer"),
        when=Daily(time(3, 10)),
        run=sweep(sweep_rules, SYSTEM),
    ),
)
