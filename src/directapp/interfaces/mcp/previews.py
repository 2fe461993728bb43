"""Previews: a write in two steps. A token stands for this exact change, of this person, for ten minutes."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson

from directapp.kernel.actor import Actor
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import _
from directapp.services.intent import Intent

LIFE = timedelta(minutes=10)
_LONGEST = 64 * 1024
_NOT_OURS = _("This is no token of a preview of yours.")
_EXPIRED = _("The preview has expired. Preview it again.")
_TOO_LONG = _("The values are too long.")


@dataclass(frozen=True, slots=True)
class Previews:
    """Writes and reads the tokens; ``secret`` signs them."""

    secret: bytes = field(repr=False)

    def token(self, intent: Intent, now: datetime) -> str:
        """Return the token of an intent (InvalidError: its values are too long)."""
        said = {
            "tenant": str(intent.actor.tenant),
            "user": str(intent.actor.user),
            "collection": intent.collection,
            "verb": intent.verb,
            "target": str(intent.target) if intent.target else None,
            "patch": intent.patch,
            "version": intent.version,
            "confirmed": intent.confirmed,
            "until": (now + LIFE).timestamp(),
            # The same change may be wanted twice.
            "once": uuid4().hex,
        }
        body = orjson.dumps(said)
        if len(body) > _LONGEST:
            raise InvalidError(Problem(_TOO_LONG, field="values"))
        return f"{urlsafe_b64encode(body).decode()}.{self._signature(body)}"

    def intent(self, token: str, actor: Actor, now: datetime) -> Intent:
        """Return the intent of a token; sent again, it is known by its key.

        Raises:
            InvalidError: it is none, of somebody else, or has expired.

        """
        said = self._read(token)
        if said is None or (said["tenant"], said["user"]) != (str(actor.tenant), str(actor.user)):
            raise InvalidError(Problem(_NOT_OURS, field="token"))
        if now.timestamp() > said["until"]:
            raise InvalidError(Problem(_EXPIRED, field="token"))
        return Intent(
            actor=actor,
            collection=said["collection"],
            verb=said["verb"],
            origin="mcp",
            target=UUID(said["target"]) if said["target"] else None,
            patch=said["patch"],
            version=said["version"],
            confirmed=said["confirmed"],
            # Not by the token: the same one can be written in several ways.
            key=f"mcp:{said['once']}",
        )

    def _read(self, token: str) -> Mapping[str, Any] | None:
        text, _dot, signature = token.partition(".")
        try:
            body = urlsafe_b64decode(text)
        except ValueError:
            return None
        if not hmac.compare_digest(signature.encode(), self._signature(body).encode()):
            return None
        said: Mapping[str, Any] = orjson.loads(body)
        return said

    def _signature(self, body: bytes) -> str:
        return hmac.digest(self.secret, body, "sha256").hex()
