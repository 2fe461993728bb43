"""The jobs of automation: webhooks that are sent, what rules say, and their trial on the past."""

from collections.abc import Sequence

from directapp.domains.automation.acting import Before, Past, run, trying
from directapp.domains.automation.deliveries import Send, delivering
from directapp.domains.automation.events import DELIVER, RUN, TRIAL
from directapp.services.jobs import Job


def jobs(send: Send, past: Past, before: Before) -> Sequence[Job]:
    """Return the jobs; ``past`` and ``before`` tell what happened, and what records were then."""
    return (
        Job(
            event=DELIVER,
            run=delivering(send),
            attempts=12,
            first=5.0,
            longest=21_600.0,
            at_once=8,
            seconds=30.0,
        ),
        Job(event=RUN, run=run, attempts=5),
        Job(event=TRIAL, run=trying(past, before), attempts=3),
    )
