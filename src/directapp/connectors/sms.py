"""Text messages: what every provider takes and tells, and the one form of a number."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus

from directapp.connectors.failures import OutsideBusyError, OutsideDownError, OutsideError
from directapp.kernel.text import _

LONGEST = 1600
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_NOISE = re.compile(r"[\s\-().]+")
_NORWEGIAN = re.compile(r"[2-9]\d{7}")


class SmsDownError(OutsideDownError):
    """The SMS service does not answer; ``uncertain`` where the message may have gone."""

    code = "SMS_DOWN"
    default = _("The SMS service does not answer now.")


class SmsBusyError(OutsideBusyError):
    """The SMS service asks to be called less often."""

    code = "SMS_BUSY"
    default = _("The SMS service is busy.")


class SmsRefusedError(OutsideError):
    """The SMS service does not accept our credentials."""

    code = "SMS_REFUSED"
    default = _("The SMS service does not accept our credentials. Ask the administrator to look over the set-up.")


class SmsMissingError(OutsideError):
    """No SMS service is set up."""

    status = HTTPStatus.CONFLICT
    code = "SMS_MISSING"
    default = _("No SMS service is set up.")


class SmsNumberError(OutsideError):
    """The number cannot receive text messages."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "SMS_NUMBER"
    default = _("The number cannot receive text messages.")


class SmsRejectedError(OutsideError):
    """The message itself is not accepted; ``name`` is the service's own code for why."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "SMS_REJECTED"
    default = _("The SMS service does not accept the message ({name}).")

    def __init__(self, name: str) -> None:
        """Keep the code."""
        super().__init__(self.default.fill(name=name))
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """One message to one number; ``reference`` is ours and comes back where the provider carries it.

    ``reply``: it shall be possible to answer it.
    """

    to: str = field(repr=False)
    text: str = field(repr=False)
    reference: str = ""
    reply: bool = False


class SmsStatus(StrEnum):
    """How far a message came."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentSms:
    """What the provider says at once: its id and how many parts it is paid for."""

    provider_id: str
    status: SmsStatus
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsReport:
    """What the provider tells later about a message."""

    provider_id: str
    status: SmsStatus
    to: str = field(repr=False)
    reference: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsReply:
    """A message that somebody sent us; ``answers`` is the provider's id of the one it answers, where told.

    ``pictures`` counts what came with it.
    """

    provider_id: str
    sender: str = field(repr=False)
    text: str = field(repr=False)
    answers: str = ""
    pictures: int = 0


def number(written: str) -> str:
    """Return a number as E.164; eight digits are Norwegian (SmsNumberError: it is none)."""
    found = _NOISE.sub("", written)
    if found.startswith("00"):
        found = f"+{found[2:]}"
    if _NORWEGIAN.fullmatch(found):
        found = f"+47{found}"
    if _E164.fullmatch(found) is None:
        raise SmsNumberError
    return found


def can_receive(sender: str) -> bool:
    """Whether answers to a sender arrive: a number takes them, a name does not."""
    return sender.lstrip("+").isdigit()


def checked(sms: Sms) -> tuple[str, str]:
    """Return the number and the words of a message that can be sent.

    Raises:
        SmsNumberError: the number is none.
        SmsRejectedError: empty, or longer than any provider takes.

    """
    if not sms.text.strip() or len(sms.text) > LONGEST:
        raise SmsRejectedError("length")
    return number(sms.to), sms.text
