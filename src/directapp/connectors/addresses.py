"""Mail addresses as they travel: the domain in its ASCII form, the part before the @ as it is."""

import re
import unicodedata
from dataclasses import dataclass
from email.headerregistry import Address
from http import HTTPStatus

import idna

from directapp.connectors.failures import OutsideError
from directapp.kernel.text import Text, _

_ODD = re.compile(r"[\s\x00-\x1f<>,;:\"]")
_NO_ADDRESS = _("The address {address} cannot be right.")
_NO_LETTERS = _(
    "The mail service takes no addresses with other letters than a to z before the @. State another address for the"
    " receiver."
)


class AddressRefusedError(OutsideError):
    """A letter to this address is of no use, however often it is tried; ``gone``: from whomever it comes."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "MAIL_ADDRESS_REFUSED"
    default = _("The receiver’s address was not accepted.")

    def __init__(self, text: Text | None = None, *, gone: bool = True) -> None:
        """Keep why, and whether the address itself is at fault."""
        super().__init__(text)
        self.gone = gone


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address with its name, as a service takes it; ``wide`` where the part before the @ is not ASCII."""

    name: str
    local: str
    domain: str

    @property
    def address(self) -> str:
        """The address alone."""
        return f"{self.local}@{self.domain}"

    @property
    def wide(self) -> bool:
        """Whether only a service that knows SMTPUTF8 takes it."""
        return not self.local.isascii()

    @property
    def header(self) -> Address:
        """The address as it stands in the head of a letter."""
        return Address(self.name, self.local, self.domain)

    @property
    def written(self) -> str:
        """The address with its name, in one line."""
        return str(self.header)


def mailbox(written: str) -> Mailbox:
    """Understand an address, with a name before it or without.

    Raises:
        AddressRefusedError: its domain can be none.

    """
    whole = unicodedata.normalize("NFC", written.strip())
    head, bracket, tail = whole.rpartition("<")
    named = bracket and tail.endswith(">")
    name, address = (head.strip().strip('"'), tail[:-1]) if named else ("", whole)
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or _ODD.search(address):
        raise AddressRefusedError(_NO_ADDRESS.fill(address=written))
    try:
        plain = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise AddressRefusedError(_NO_ADDRESS.fill(address=written)) from None
    return Mailbox(name, local, plain)


def refuse_wide(*boxes: Mailbox) -> None:
    """Refuse addresses that a service without SMTPUTF8 cannot be told (AddressRefusedError)."""
    if any(box.wide for box in boxes):
        raise AddressRefusedError(_NO_LETTERS, gone=False)
