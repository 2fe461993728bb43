"""Letters with a link to sign in: sent by the way that is set up, as often as it takes; a refusal is told."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from directapp.connectors.addresses import AddressRefusedError
from directapp.connectors.resend import MailBusyError, MailQuotaError, MailRefusedError, MailRejectedError
from directapp.domains.messages.post import later
from directapp.domains.messages.returned import not_invited
from directapp.domains.messages.sending import SYSTEM
from directapp.domains.people.events import RESET_ASKED, SECOND_FACTOR_RESET, USER_INVITED
from directapp.services.jobs import FOR_DAYS, GiveUpError, Job, JobRun

SendInvite = Callable[[UUID, UUID], Awaitable[None]]
SendReset = Callable[[UUID, UUID, str], Awaitable[None]]
"""Sends the letter of a user of a tenant; a reset names who asked for it."""


@contextmanager
def _patiently() -> Iterator[None]:
    """Try again later, and as often as it takes, where the mail service takes no letters now."""
    try:
        yield
    except (MailQuotaError, MailBusyError, MailRefusedError) as error:
        raise later(error) from error


def sign_in_jobs(send_invite: SendInvite, send_reset: SendReset, send_second_factor_reset: SendReset) -> Sequence[Job]:
    """Return the jobs that send them."""

    async def invite(job: JobRun) -> None:
        user = UUID(job.payload["user"])
        try:
            with _patiently():
                await send_invite(job.tenant, user)
        except (AddressRefusedError, MailRejectedError) as error:
            why = error.problems[0].message
            async with job.act(SYSTEM) as ctx:
                await not_invited(ctx, user, why, gone=error.gone)
            raise GiveUpError(why) from error

    async def reset(job: JobRun) -> None:
        with _patiently():
            await send_reset(job.tenant, UUID(job.payload["user"]), str(job.payload["asker"]))

    async def second_factor(job: JobRun) -> None:
        with _patiently():
            await send_second_factor_reset(job.tenant, UUID(job.payload["user"]), str(job.payload["asker"]))

    return (
        Job(event=RESET_ASKED, run=reset, **FOR_DAYS),
        Job(event=USER_INVITED, run=invite, **FOR_DAYS),
        Job(event=SECOND_FACTOR_RESET, run=second_factor, **FOR_DAYS),
    )
