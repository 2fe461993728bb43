"""Inbound letters: those that vendors answer with are fetched, written down, and their photos kept."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import structlog

from directapp.connectors.resend import MailBusyError, MailDownError, MailRefusedError
from directapp.connectors.resend_inbox import Enclosed, Inbox, Received
from directapp.domains.messages.events import LETTER_CAME
from directapp.domains.messages.fields import VendorLinks
from directapp.domains.messages.inbound import ONLY_PICTURES, hear
from directapp.domains.messages.quoted import own_words, plain_words
from directapp.domains.messages.vendor_answers import is_live
from directapp.domains.messages.vendor_match import Sort
from directapp.domains.messages.vendor_photos import MOST_PHOTOS, Photo, hang_photo, vendor_actor
from directapp.domains.workshop.fields import WORK_ITEMS, WorkItems
from directapp.kernel.errors import DirectAppError, TooManyError
from directapp.kernel.text import _
from directapp.services.attachments import Attachments, Incoming
from directapp.services.jobs import GiveUpError, Job, JobRun, LaterError
from directapp.services.seen import Seen

_log = structlog.get_logger(__name__)
_LONGEST = 4000
_BUSY_REST = 30.0
_REFUSED_REST = 600.0
# Smaller pictures in the text are the sender's logo.
_SMALLEST = 15 * 1024
_PATIENT = 3
_NOT_SET_UP = _("No service that takes letters is set up.")
_NO_LETTER = _("The service no longer has the letter.")


@dataclass(slots=True, kw_only=True)
class InboundLetters:
    """Fetches vendors' letters."""

    inbox: Inbox | None = field(repr=False)
    attachments: Attachments = field(repr=False)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The job that fetches one letter."""
        return (Job(event=LETTER_CAME, run=self.fetch, attempts=10, first=5.0, seconds=300.0),)

    async def fetch(self, job: JobRun) -> None:
        """Fetch a letter, write down what it says, and hang its photos on the car."""
        if self.inbox is None:
            raise GiveUpError(_NOT_SET_UP)
        try:
            letter = await self.inbox.fetch(str(job.payload["mail"]))
        except (MailBusyError, MailRefusedError) as error:
            rest = _BUSY_REST if isinstance(error, MailBusyError) else _REFUSED_REST
            raise LaterError(type(error).__name__, seconds=error.retry_after or rest) from error
        if letter is None:
            raise GiveUpError(_NO_LETTER)
        await hear(job.pipeline, job.tenant, job.record, _message(letter))
        pictures = [one for one in letter.enclosed if one.is_picture][:MOST_PHOTOS]
        if pictures and not letter.automatic:
            await self._hang(job, self.inbox, letter, pictures)

    async def _hang(self, job: JobRun, inbox: Inbox, letter: Received, pictures: list[Enclosed]) -> None:
        async with job.act("vendor") as ctx:
            link = ctx.seen
            if link is None or not is_live(link, ctx):
                return
            item = await ctx.look_up(WORK_ITEMS, link.row[VendorLinks.work_item])
        for number, file in enumerate(pictures):
            content = await _opened(job, inbox, letter, file)
            if content is not None and not (file.inline and len(content) < _SMALLEST):
                await self._keep(
                    job, link, item, f"{letter.id}-{number}"[:64], Incoming(name=file.name, chunks=_whole(content))
                )

    async def _keep(self, job: JobRun, link: Seen, item: Seen, key: str, incoming: Incoming) -> None:
        photo = Photo(car=item.row[WorkItems.car], link=link.row, item=item.row, key=key, origin="worker")
        try:
            await hang_photo(job.pipeline, self.attachments, vendor_actor(job.tenant), photo, incoming)
        except TooManyError as error:
            raise LaterError(type(error).__name__, seconds=_BUSY_REST) from error
        except DirectAppError as error:
            # What is no picture, or too large a one, does not take the others with it.
            _log.info("photo of a letter not kept", why=type(error).__name__)


async def _opened(job: JobRun, inbox: Inbox, letter: Received, file: Enclosed) -> bytes | None:
    try:
        return await inbox.open(letter.id, file)
    except MailDownError:
        if job.attempt < _PATIENT:
            raise
        _log.warning("photo of a letter could not be fetched")
        return None


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _message(letter: Received) -> dict[str, object]:
    """Return what of a letter is written down: the vendor's own words, and who they are from."""
    text = own_words(letter.text if letter.text.strip() else plain_words(letter.html))
    return {
        "channel": "email",
        "sender": letter.sender[:254] or "?",
        "text": (text or ONLY_PICTURES)[:_LONGEST],
        "sort": str(Sort.ANSWER),
        "automatic": letter.automatic,
        "provider": "resend",
        "provider_id": letter.id,
    }
