"""Automation, wired: the errands that send webhooks, do what rules say, and try rules on the past."""

from collections.abc import Sequence
from datetime import datetime

from directapp.connectors.webhooks import RefusedAddressError, WebhookSender
from directapp.domains.automation.acting import run, trying
from directapp.domains.automation.deliveries import Reply, UnsafeAddressError, delivering
from directapp.domains.automation.events import DELIVER, RUN, TRIAL
from directapp.services.jobs import Errand
from directapp.services.past import Past
from directapp.services.pipeline import Pipeline
from directapp.store.outbox import Outbox


def automation_errands(pipeline: Pipeline, sender: WebhookSender) -> Sequence[Errand]:
    """Return the errands of automation."""
    outbox = Outbox(pipeline.database, pipeline.clock)
    before = Past(pipeline.spec, pipeline.database)

    async def send(url: str, secret: str, message_id: str, sent: datetime, body: bytes) -> Reply:
        try:
            answer = await sender.send(url, secret, message_id, sent, body)
        except RefusedAddressError as error:
            raise UnsafeAddressError(str(error)) from error
        return Reply(status=answer.status, retry_after=answer.retry_after)

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
        Errand(event=TRIAL, run=trying(outbox.past, before.differing), attempts=3),
    )
