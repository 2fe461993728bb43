"""The mail room: tells vendors that they may answer a message itself, and fetches the letters that they answer with."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from uuid import UUID

import structlog

from directapp.app.settings import Settings
from directapp.connectors.resend import MailBusyError, MailDownError, MailRefusedError, Resend
from directapp.connectors.resend_inbox import Enclosed, Inbox, Received
from directapp.connectors.sms import can_receive
from directapp.domains.messages.capability import Capabilities
from directapp.domains.messages.events import LETTER_CAME
from directapp.domains.messages.quoted import own_words, plain_words
from directapp.domains.messages.sending import Envelope
from directapp.domains.messages.vendor_answers import is_live
from directapp.domains.messages.vendor_match import INVITE_MAIL, INVITE_SMS, Sort, code_of
from directapp.interfaces.web.features.messages.inbound import ONLY_PICTURES, hear
from directapp.interfaces.web.features.messages.vendor import MOST_PHOTOS, Photo, hang_photo, vendor_actor
from directapp.kernel.errors import DirectAppError, TooManyError
from directapp.kernel.text import Text, pick_language
from directapp.services.act import Seen
from directapp.services.attachments import Attachments, Incoming
from directapp.services.jobs import Errand, GiveUpError, Job, LaterError

_log = structlog.get_logger(__name__)
_ASKING = "vendor.request"
_LONGEST = 4000
_BUSY_REST = 30.0
_REFUSED_REST = 600.0
# Smaller pictures in the text are the sender's logo.
_SMALLEST = 15 * 1024
_PATIENT = 3
_NOT_SET_UP = Text("Det er ikke satt opp noen tjeneste som tar imot brev.", "No service that takes letters is set up.")
_NO_LETTER = Text("Tjenesten har ikke brevet lenger.", "The service no longer has the letter.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """How vendors may answer: to ``domain`` by letter, and by text message where ``texts`` says so."""

    capabilities: Capabilities = field(repr=False)
    domain: str = ""
    texts: bool = False

    def address(self, envelope: Envelope) -> str:
        """Return where a vendor's answer to a letter goes; empty where it goes nowhere."""
        link = self._link(envelope)
        if link is None or not self.domain or envelope.channel != "email":
            return ""
        return self.capabilities.answer_address(envelope.tenant, link, self.domain)

    def takes(self, envelope: Envelope) -> bool:
        """Whether a text message can be answered."""
        return self.texts and envelope.channel == "sms" and envelope.receiver_kind == "vendor"

    def invited(self, envelope: Envelope) -> Envelope:
        """Return a message with how to answer it, where it can be answered."""
        link = self._link(envelope)
        language = pick_language(None, str(envelope.content.get("language") or "nb"))
        if self.address(envelope):
            words = INVITE_MAIL.pick(language)
        elif link is not None and self.takes(envelope):
            words = INVITE_SMS.fill(code=code_of(link)).pick(language)
        else:
            return envelope
        return replace(envelope, body=f"{envelope.body} {words}")

    @staticmethod
    def _link(envelope: Envelope) -> UUID | None:
        kind, record = envelope.content.get("capability") or (None, None)
        asks = envelope.event == _ASKING and kind == "vendor" and record
        return UUID(str(record)) if asks else None


@dataclass(slots=True, kw_only=True)
class MailRoom:
    """Fetches vendors' letters."""

    inbox: Inbox | None = field(repr=False)
    attachments: Attachments = field(repr=False)

    @property
    def errands(self) -> tuple[Errand, ...]:
        """The errand that fetches one letter."""
        return (Errand(event=LETTER_CAME, run=self.fetch, attempts=10, first=5.0, seconds=300.0),)

    async def fetch(self, job: Job) -> None:
        """Fetch a letter, write down what it says, and hang its photos on the car."""
        if self.inbox is None:
            raise GiveUpError(_NOT_SET_UP.both)
        try:
            letter = await self.inbox.fetch(str(job.payload["mail"]))
        except (MailBusyError, MailRefusedError) as error:
            rest = _BUSY_REST if isinstance(error, MailBusyError) else _REFUSED_REST
            raise LaterError(type(error).__name__, seconds=error.retry_after or rest) from error
        if letter is None:
            raise GiveUpError(_NO_LETTER.both)
        await hear(job.pipeline, job.tenant, job.record, _message(letter))
        pictures = [one for one in letter.enclosed if one.is_picture][:MOST_PHOTOS]
        if pictures and not letter.automatic:
            await self._hang(job, self.inbox, letter, pictures)

    async def _hang(self, job: Job, inbox: Inbox, letter: Received, pictures: list[Enclosed]) -> None:
        async with job.act("vendor") as act:
            link = act.seen
            if link is None or not is_live(link, act):
                return
            item = await act.look_up("work_items", link.row["work_item"])
        for number, file in enumerate(pictures):
            content = await _opened(job, inbox, letter, file)
            if content is not None and not (file.inline and len(content) < _SMALLEST):
                await self._keep(
                    job, link, item, f"{letter.id}-{number}"[:64], Incoming(name=file.name, chunks=_whole(content))
                )

    async def _keep(self, job: Job, link: Seen, item: Seen, key: str, incoming: Incoming) -> None:
        photo = Photo(car=item.row["car"], link=link.row, item=item.row, key=key, origin="worker")
        try:
            await hang_photo(job.pipeline, self.attachments, vendor_actor(job.tenant), photo, incoming)
        except TooManyError as error:
            raise LaterError(type(error).__name__, seconds=_BUSY_REST) from error
        except DirectAppError as error:
            # What is no picture, or too large a one, does not take the others with it.
            _log.info("photo of a letter not kept", why=type(error).__name__)


async def _opened(job: Job, inbox: Inbox, letter: Received, file: Enclosed) -> bytes | None:
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


def open_replies(settings: Settings, capabilities: Capabilities) -> Replies:
    """Return how vendors may answer, by what is set up."""
    numbered = bool(settings.twilio_service) or can_receive(settings.sms_from)
    by_provider = numbered if settings.twilio_account else bool(settings.sveve_user)
    domain = settings.inbound_domain if settings.resend_key else ""
    return Replies(capabilities=capabilities, domain=domain, texts=settings.sms_replies and by_provider)


def open_mail_room(resend: Resend | None, attachments: Attachments) -> MailRoom:
    """Wire the mail room to the service that takes letters in, where there is one."""
    return MailRoom(inbox=Inbox(resend) if resend else None, attachments=attachments)
