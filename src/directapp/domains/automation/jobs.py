"""The errands of automation: webhooks that are sent, what rules say, and their trial on the past."""

from collections.abc import Sequence

from directapp.domains.automation.acting import Before, Past, run, trying
from directapp.domains.automation.deliveries import Send, delivering
from directapp.domains.automation.events import DELIVER, RUN, TRIAL
from directapp.services.jobs import Errand


def errands(send: Send, past: Past, before: Before) -> Sequence[Errand]:
    """Return the errands; ``past`` and ``before`` tell what happened, and what records were then."""
    return (
        Errand(
            event=DELIVER,
            run=delivering(send),
            attempts=12,
            first=5.0,
            longest=21_600.0,
            at_once=8,
            seconds=30.0,
        ),
        Errand(event=RUN, run=run, attempts=5),
        Errand(event=TRIAL, run=trying(past, before), attempts=3),
    )
