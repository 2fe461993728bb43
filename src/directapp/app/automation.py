"""Automation, wired to the sender of webhooks, and to the outbox and the audit as the memory of the past."""

from collections.abc import Sequence
from datetime import datetime

from directapp.connectors.guarded import RefusedAddressError
from directapp.connectors.webhooks import WebhookSender
from directapp.domains.automation.deliveries import Reply, UnsafeAddressError
from directapp.domains.automation.jobs import jobs
from directapp.services.jobs import Job
from directapp.services.past import Past
from directapp.services.pipeline import Pipeline
from directapp.store.outbox import Outbox


def automation_jobs(pipeline: Pipeline, sender: WebhookSender) -> Sequence[Job]:
    """Return the jobs of automation."""

    async def send(url: str, secret: str, message_id: str, sent: datetime, body: bytes) -> Reply:
        try:
            answer = await sender.send(url, secret, message_id, sent, body)
        except RefusedAddressError as error:
            raise UnsafeAddressError(error.reason) from error
        return Reply(status=answer.status, retry_after=answer.retry_after)

    past = Past(pipeline.database)
    return jobs(send, Outbox(pipeline.database, pipeline.clock).past, past.differing)
