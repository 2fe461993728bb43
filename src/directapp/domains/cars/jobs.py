"""The schedule of cars."""

from directapp.domains.cars.handlers import archive_due
from directapp.kernel.text import _
from directapp.services.jobs import Every, Schedule, sweep_all


def schedules(reactor: str) -> tuple[Schedule, ...]:
    """Return what is done again and again; ``reactor`` is the system actor of event handlers."""
    return (
        Schedule(
            name="archive delivered cars",
            label=_("Archive delivered cars"),
            when=Every(600),
            run=sweep_all(archive_due, reactor),
        ),
    )
