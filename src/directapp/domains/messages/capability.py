"""Capabilities: links that open one thing without a sign-in. Signed, so that they cannot be guessed or altered."""

import base64
import binascii
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Kind = Literal["status", "vendor", "logo"]
_CODES: dict[Kind, bytes] = {"status": b"s", "vendor": b"v", "logo": b"l"}
_TAG = 18
_LENGTH = 1 + 16 + 16 + _TAG
# A local part has 64 characters at most, and programs on the way may write it in small letters.
_ANSWER = re.compile(r"svar\+([a-z2-7]{55})@(\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Capability:
    """What a link opens: a record of a tenant."""

    kind: Kind
    tenant: UUID
    record: UUID


class Capabilities:
    """Writes and reads the links of an installation, with a key made from its one secret."""

    def __init__(self, secret: str | bytes, base_url: str) -> None:
        """Derive the key; ``base_url`` is where people reach the pages."""
        raw = secret.encode() if isinstance(secret, str) else secret
        self._key = hmac.digest(raw, b"directapp capabilities", "sha256")
        self.base_url = base_url.rstrip("/")

    def token(self, kind: Kind, tenant: UUID, record: UUID) -> str:
        """Return the text of a link's last part; whether it still opens stands in its record."""
        body = _CODES[kind] + tenant.bytes + record.bytes
        return base64.urlsafe_b64encode(body + self._tag(body)).decode()

    def url(self, kind: Kind, tenant: UUID, record: UUID) -> str:
        """Return a whole link."""
        return f"{self.base_url}/{kind}/{self.token(kind, tenant, record)}"

    def read(self, text: str, kind: Kind) -> Capability | None:
        """Return what a token opens; None for one that is not ours, or of another kind."""
        try:
            raw = base64.urlsafe_b64decode(text.encode("ascii"))
        except (ValueError, binascii.Error):
            return None
        body, tag = raw[:-_TAG], raw[-_TAG:]
        if len(raw) != _LENGTH or not hmac.compare_digest(self._tag(body), tag) or body[:1] != _CODES[kind]:
            return None
        return Capability(kind, UUID(bytes=body[1:17]), UUID(bytes=body[17:33]))

    def answer_address(self, tenant: UUID, link: UUID, domain: str) -> str:
        """Return where a vendor's letter about a link goes."""
        return f"svar+{self._answer_part(tenant, link)}@{domain}"

    def read_answer(self, address: str, domain: str, tenants: Iterable[UUID]) -> Capability | None:
        """Return the link whose address this is; None for one that is not ours.

        The address has no room for the tenant: the signature tells whose it is.
        """
        found = _ANSWER.search(address)
        if found is None or found[2].rstrip(">").casefold() != domain.casefold():
            return None
        given = found[1].lower()
        link = UUID(bytes=base64.b32decode(f"{given.upper()}=")[:16])
        for tenant in tenants:
            if hmac.compare_digest(self._answer_part(tenant, link), given):
                return Capability("vendor", tenant, link)
        return None

    def _answer_part(self, tenant: UUID, link: UUID) -> str:
        signed = link.bytes + self._tag(b"r" + tenant.bytes + link.bytes)
        return base64.b32encode(signed).decode().rstrip("=").lower()

    def _tag(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_TAG]
