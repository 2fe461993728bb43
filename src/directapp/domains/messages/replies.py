"""Replies: whether and how a vendor may answer a message itself, and the words that say so."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from directapp.domains.messages.capability import Capabilities
from directapp.domains.messages.sending import Envelope
from directapp.domains.messages.vendor_match import INVITE_MAIL, INVITE_SMS, code_of
from directapp.kernel.languages import pick_language

_ASKING = "vendor.request"


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
