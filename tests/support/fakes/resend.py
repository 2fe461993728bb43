"""Resend: one letter or a hundred, idempotency for a day, a rate, a quota, and signed webhooks."""

import asyncio
import json
from datetime import datetime
from typing import Any
from uuid import uuid4

from directapp.connectors import svix
from support.fakes.server import Fake, Heard, Reply, as_json

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def refusal(status: int, name: str, **headers: str) -> Reply:
    return as_json({"statusCode": status, "name": name, "message": "invented"}, status, **headers)


class FakeResend(Fake):
    """Keeps what it was told to send; ``hold`` seconds lie between taking a letter and answering.

    ``repeated`` counts calls that were made again and delivered nothing; ``reused`` are keys that came with
    other words, ``waiting`` counts those that came while the first call was still running.
    """

    def __init__(self, *, api_key: str = "re_test") -> None:
        super().__init__()
        self.api_key = api_key
        self.quota = 1_000
        self.hold = 0.0
        self.sent: list[dict[str, Any]] = []
        self.repeated = 0
        self.waiting = 0
        self.reused: list[str] = []
        self._answers: dict[str, tuple[bytes, dict[str, Any]]] = {}
        self._running: set[str] = set()

    async def answer(self, heard: Heard) -> Reply:
        if not heard.headers.get("user-agent"):
            return refusal(403, "invalid_access")
        if heard.headers.get("authorization") != f"Bearer {self.api_key}":
            return refusal(403, "invalid_api_key")
        key = heard.headers.get("idempotency-key", "")
        if known := self._answers.get(key):
            return self._again(key, *known, heard.body)
        letters = heard.json() if heard.path == "/emails/batch" else [heard.json()]
        if len(self.sent) + len(letters) > self.quota:
            return refusal(429, "daily_quota_exceeded", retry_after="30000")
        if not all(one.get("from") and one.get("to") and one.get("subject") for one in letters):
            return refusal(422, "missing_required_field")
        return await self._kept(heard, key, letters)

    async def _kept(self, heard: Heard, key: str, letters: list[dict[str, Any]]) -> Reply:
        self.sent += letters
        ids = [{"id": str(uuid4())} for _ in letters]
        found: dict[str, Any] = {"data": ids} if heard.path == "/emails/batch" else ids[0]
        if key:
            self._answers[key] = (heard.body, found)
            self._running.add(key)
        await self.taken(heard)
        self._running.discard(key)
        return as_json(found, ratelimit_limit="2", ratelimit_remaining="1", ratelimit_reset="1")

    async def taken(self, heard: Heard) -> None:
        """Let time pass between the delivery of what was heard and the answer."""
        del heard
        await asyncio.sleep(self.hold)

    def _again(self, key: str, body: bytes, found: dict[str, Any], heard: bytes) -> Reply:
        if body != heard:
            self.reused.append(key)
            return refusal(409, "invalid_idempotent_request")
        if key in self._running:
            self.waiting += 1
            return refusal(409, "concurrent_idempotent_requests")
        self.repeated += 1
        return as_json(found)


def webhook(kind: str, now: datetime, *, secret: str = SECRET, **data: Any) -> tuple[dict[str, str], bytes]:
    """Return the headers and body of a webhook about a letter, as Svix delivers it."""
    letter = {"email_id": "00000000-0000-4000-8000-000000000001", "to": ["a@example.test"], "tags": {"car": "1"}}
    body = json.dumps({"type": kind, "created_at": now.isoformat(), "data": letter | data}).encode()
    named = svix.signed_headers(secret, "msg_1", now, body)
    return {name.replace("webhook", "svix"): value for name, value in named.items()}, body
