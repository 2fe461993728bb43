"""The post office: sends what is queued by the ways that are set up."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import time
from typing import Protocol
from uuid import UUID

from directapp.connectors.addresses import AddressRefusedError
from directapp.connectors.failures import OutsideError
from directapp.connectors.letters import Brand, Made, write
from directapp.connectors.mail import BY_MACHINE, Mailer
from directapp.connectors.resend import (
    MOST_AT_ONCE,
    Mail,
    MailBusyError,
    MailConflictError,
    MailQuotaError,
    MailRefusedError,
    MailRejectedError,
    Resend,
)
from directapp.connectors.sms import (
    SentSms,
    Sms,
    SmsBusyError,
    SmsMissingError,
    SmsNumberError,
    SmsRejectedError,
    number,
)
from directapp.domains.messages import daily, letters, sending
from directapp.domains.messages.capability import Capabilities
from directapp.domains.messages.events import SEND
from directapp.domains.messages.fields import Messages
from directapp.domains.messages.replies import Replies
from directapp.domains.messages.sending import Envelope, LetterBatch
from directapp.domains.messages.telling import LINK_MARK
from directapp.domains.people.fields import DEALERSHIPS, Dealerships
from directapp.kernel.ids import uuid7
from directapp.kernel.languages import languages
from directapp.kernel.text import _
from directapp.services.command import CommandContext
from directapp.services.jobs import (
    FOR_DAYS,
    Daily,
    Failures,
    Job,
    JobRun,
    LaterError,
    Schedule,
    acting,
    sweep,
    sweep_all,
)
from directapp.services.seen import Seen

SYSTEM = sending.SYSTEM
_QUOTA_REST = 3600.0
_BUSY_REST = 5.0
_AT_ONCE = 8
_WAYS = ("email", "sms")
_PLAIN = Brand(name="DirectApp")


class SmsSender(Protocol):
    """A provider of text messages."""

    async def send(self, sms: Sms) -> SentSms:
        """Send a message."""


@dataclass(slots=True, kw_only=True)
class Post:
    """What the application gets: jobs and schedules, and the links it signs."""

    capabilities: Capabilities = field(repr=False)
    mailer: Mailer = field(repr=False)
    replies: Replies = field(repr=False)
    resend: Resend | None = field(default=None, repr=False)
    sms: SmsSender | None = field(default=None, repr=False)
    sms_name: str = ""
    sender: str = ""

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The job that sends messages, those together that are due together."""
        return (Job(event=SEND, run=self.send, together=MOST_AT_ONCE, at_once=3, seconds=300.0, **FOR_DAYS),)

    @property
    def schedules(self) -> tuple[Schedule, ...]:
        """What is told by the clock; each is told once a day however often it runs."""
        return (
            Schedule(
                name="delivery tomorrow",
                label=_("Tell about delivery tomorrow"),
                when=Daily(time(9, 0)),
                run=sweep_all(daily.tell_tomorrow, SYSTEM),
            ),
            Schedule(
                name="overdue",
                label=_("Tell about overdue cars"),
                when=Daily(time(7, 30)),
                run=sweep_all(daily.tell_overdue, SYSTEM),
            ),
            Schedule(
                name="digest",
                label=_("Send the daily overview"),
                when=Daily(time(7, 0)),
                run=sweep(daily.send_digests, SYSTEM),
            ),
        )

    async def send(self, jobs: Sequence[JobRun]) -> Failures:
        """Send the messages of jobs, each by the way its channel goes; return which failed, and how."""
        first, wanted = jobs[0], {job.record: job for job in jobs}
        async with self._acting(first) as ctx:
            waiting = await sending.queued(ctx, list(wanted))
        letters = [one.id for one in waiting if one.row[Messages.channel] == "email" and self.resend is not None]
        failed: dict[UUID, Exception] = {}
        if self.resend is not None and letters:
            failed |= await self._by_resend(first, self.resend, letters)
        places = asyncio.Semaphore(_AT_ONCE)

        async def alone(one: Seen) -> None:
            async with places:
                try:
                    await (self._text if one.row[Messages.channel] == "sms" else self._by_mail)(wanted[one.id])
                except Exception as error:  # noqa: BLE001 - it is this message's failure, not the others'
                    failed[one.id] = error

        await asyncio.gather(
            *(alone(one) for one in waiting if one.id not in letters and one.row[Messages.channel] in _WAYS)
        )
        return {job.id: failed[job.record] for job in jobs if job.record in failed}

    # -- letters ------------------------------------------------------------------------------------

    async def send_letter(self, to: str, *, subject: str, text: str, html: str) -> None:
        """Send a letter that no log keeps, by the way that is set up.

        Raises:
            AddressRefusedError, MailRejectedError: it goes to nobody, however often it is tried.
            OutsideError, aiosmtplib.SMTPException, OSError: it did not go.

        """
        if self.resend is None:
            await self.mailer.send(to, subject=subject, text=text, html=html)
            return
        letter = Mail(sender=self.sender, to=(to,), subject=subject, text=text, html=html, headers=BY_MACHINE)
        await self.resend.send(letter, key=uuid7().hex)

    async def _by_mail(self, job: JobRun) -> None:
        async with job.act(SYSTEM) as ctx:
            envelope = await sending.take(ctx)
            made = await self._written(ctx, envelope, {}) if envelope else None
        if envelope is None or made is None:
            return
        try:
            await self.mailer.send(
                envelope.to,
                subject=made.subject,
                text=made.text,
                html=made.html,
                key=envelope.key,
                headers=self._headers(envelope),
            )
        except AddressRefusedError as error:
            async with job.act(SYSTEM) as ctx:
                await sending.turn_down(ctx, error.problems[0].message, gone=error.gone)
            return
        async with job.act(SYSTEM) as ctx:
            await sending.sent(ctx, "smtp" if self.mailer.host else "folder", {envelope.id: None})

    async def _by_resend(self, job: JobRun, resend: Resend, letters: Sequence[UUID]) -> dict[UUID, Exception]:
        failed: dict[UUID, Exception] = {}
        async with self._acting(job) as ctx:
            batches = await sending.batches(ctx, letters)
            brands: dict[str, Brand] = {}
            made = {one.id: await self._written(ctx, one, brands) for batch in batches for one in batch.envelopes}
        for batch in batches:
            try:
                ids = await self._hand_over(resend, batch, [self._letter(one, made[one.id]) for one in batch.envelopes])
            except (MailRejectedError, AddressRefusedError) as error:
                failed |= await self._rejected(job, batch, error)
            except Exception as error:  # noqa: BLE001 - it is this batch's failure, not the others'
                failed |= dict.fromkeys(batch.ids, error)
            else:
                async with self._acting(job) as ctx:
                    await sending.sent(ctx, "resend", ids)
        return failed

    @staticmethod
    def _acting(job: JobRun) -> AbstractAsyncContextManager[CommandContext]:
        """Open a transaction about no message in particular."""
        return acting(job.pipeline, job.tenant, SYSTEM, job.name, "", None)

    async def _hand_over(self, resend: Resend, batch: LetterBatch, found: list[Mail]) -> Mapping[UUID, str | None]:
        try:
            if len(found) == 1:
                ids: list[str] = [await resend.send(found[0], key=batch.key)]
            else:
                ids = await resend.send_many(found, key=batch.key)
        except MailConflictError:
            # The same key went with other words: an earlier try did reach the service.
            return dict.fromkeys((one.id for one in batch.envelopes), None)
        except (MailQuotaError, MailBusyError, MailRefusedError) as error:
            raise later(error) from error
        return {one.id: given for one, given in zip(batch.envelopes, ids, strict=True)}

    async def _rejected(
        self, job: JobRun, batch: LetterBatch, error: MailRejectedError | AddressRefusedError
    ) -> dict[UUID, Exception]:
        async with self._acting(job) as ctx:
            if len(batch.envelopes) > 1:
                await sending.part(ctx, batch)
                later = LaterError("one letter of several was refused", seconds=0.0)
                return dict.fromkeys(batch.ids, later)
            for one in await sending.queued(ctx, batch.ids):
                await sending.not_taken(ctx, one, error.problems[0].message, gone=error.gone)
        return {}

    def _letter(self, envelope: Envelope, made: Made) -> Mail:
        tags = {"tenant": envelope.tenant.hex, "message": envelope.id.hex}
        return Mail(
            sender=self.sender,
            to=(envelope.to,),
            subject=made.subject,
            text=made.text,
            html=made.html,
            reply_to=self.replies.address(envelope),
            headers=self._headers(envelope),
            tags=tags,
        )

    def _headers(self, envelope: Envelope) -> Mapping[str, str]:
        """Return what tells mail programs that a machine wrote, and where a colleague chooses less of it."""
        if envelope.receiver_kind != "user":
            return BY_MACHINE
        return {**BY_MACHINE, "List-Unsubscribe": f"<{letters.choices_of(self.capabilities)}>"}

    async def _written(self, ctx: CommandContext, envelope: Envelope, brands: dict[str, Brand]) -> Made:
        """Return the letter of a message; ``brands`` remembers the sites of the letters that go together."""
        content = envelope.content
        site = str(content.get("site") or "")
        if site not in brands:
            found = (
                await ctx.find(DEALERSHIPS, {Dealerships.id: UUID(site)}, system="pipeline", limit=1) if site else []
            )
            brands[site] = letters.brand_of(found[0].row, self.capabilities, envelope.tenant) if found else _PLAIN
        letter = letters.compose(
            subject=envelope.subject,
            body=self.replies.invited(envelope).body,
            receiver_kind=envelope.receiver_kind,
            content=content,
            brand=brands[site],
            tenant=envelope.tenant,
            capabilities=self.capabilities,
        )
        return write(letter)

    # -- text messages ------------------------------------------------------------------------------

    async def send_text(self, to: str, text: str) -> None:
        """Send a text message that no log keeps.

        Raises:
            OutsideError: no service is set up, or it did not go.

        """
        if self.sms is None:
            raise SmsMissingError
        await self.sms.send(Sms(to=number(to), text=text))

    async def _text(self, job: JobRun) -> None:
        if self.sms is None:
            async with job.act(SYSTEM) as ctx:
                await sending.reject(ctx, sending.NOT_SET_UP)
            return
        async with job.act(SYSTEM) as ctx:
            envelope = await sending.take_sms(ctx)
        if envelope is None:
            return
        try:
            sent = await self.sms.send(self._sms(envelope))
        except (SmsNumberError, SmsRejectedError) as error:
            async with job.act(SYSTEM) as ctx:
                await sending.turn_down(ctx, error.problems[0].message, gone=isinstance(error, SmsNumberError))
        except OutsideError as error:
            await self._not_sent(job, error)
        else:
            async with job.act(SYSTEM) as ctx:
                await sending.sent(ctx, self.sms_name, {envelope.id: sent.provider_id})

    async def _not_sent(self, job: JobRun, error: OutsideError) -> None:
        async with job.act(SYSTEM) as ctx:
            if error.uncertain:
                await sending.reject(ctx, sending.UNCERTAIN)
                return
            await sending.untry(ctx)
        if isinstance(error, SmsBusyError) or error.retry_after:
            raise LaterError(type(error).__name__, seconds=error.retry_after or _BUSY_REST) from error
        raise error

    def _sms(self, envelope: Envelope) -> Sms:
        link = letters.link_of(envelope.content, envelope.tenant, self.capabilities)
        text = self.replies.invited(envelope).body
        for mark in {LINK_MARK.pick(language) for language in languages()}:
            text = text.replace(mark, link)
        reply = self.replies.takes(envelope)
        return Sms(to=number(envelope.to), text=text, reference=envelope.reference, reply=reply)


def later(error: MailQuotaError | MailBusyError | MailRefusedError) -> LaterError:
    """Return when a letter is tried again that the mail service does not take now."""
    if isinstance(error, MailQuotaError):
        return LaterError("the quota of letters is used up", seconds=error.retry_after or _QUOTA_REST)
    return LaterError(type(error).__name__, seconds=error.retry_after or _BUSY_REST)
