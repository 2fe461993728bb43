"""The schedules of the fleet: certificates that expire, and reserved vehicles that nobody fetched."""

from datetime import time

from directapp.domains.vehicles.certifications import tell_of_expiry
from directapp.domains.vehicles.naming import SYSTEM
from directapp.domains.vehicles.reservations import free_what_was_missed
from directapp.kernel.text import _
from directapp.services.jobs import Daily, Every, Schedule, sweep

SCHEDULES: tuple[Schedule, ...] = (
    Schedule(
        name="certificates expiring",
        label=_("Tell of certificates that expire"),
        when=Daily(time(5, 20)),
        run=sweep(tell_of_expiry, SYSTEM),
    ),
    Schedule(
        name="reservations missed",
        label=_("Free reserved vehicles that nobody fetched"),
        when=Every(600),
        run=sweep(free_what_was_missed, SYSTEM),
    ),
)
