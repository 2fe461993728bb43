"""The port of the sign-in flows, on the pipeline and the few tables outside tenant isolation."""

import hmac
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from directapp.declare.names import ALL, FieldName, Patch
from directapp.domains.messages.post import Post
from directapp.domains.people.mails import Mail
from directapp.domains.people.ports import Failures, OpenRows
from directapp.kernel.actor import Actor
from directapp.services.drafts import TakenError
from directapp.services.intent import Answer, Intent
from directapp.services.pipeline import Pipeline
from directapp.services.seen import Seen
from directapp.services.stale import Saw
from directapp.services.work import Work
from directapp.store.sealing import unsealed
from directapp.telemetry.meters import SIGN_IN_FAILURES

# Seconds.
_BELIEVED = 60.0


class WorkRows:
    """The rows of one tenant inside one transaction."""

    def __init__(self, work: Work, pipeline: Pipeline) -> None:
        """Keep the work that every call goes through, and the pipeline, which knows forms that came before."""
        self._work, self._pipeline = work, pipeline

    async def look_up(self, collection: str, record: UUID) -> Seen:
        """Return a record (NotFoundError: there is none)."""
        return await self._work.look_up(collection, record, system=None)

    async def find(self, collection: str, equals: Patch = ALL, *, limit: int = 50) -> list[Seen]:
        """Return the records with these values."""
        return await self._work.find(collection, equals, system=None, limit=limit)

    async def hold(self, records: Sequence[UUID]) -> None:
        """Hold records against other writers."""
        await self._work.unit.lock_all(records)

    async def create(self, collection: str, values: Mapping[str, Any]) -> Seen:
        """Make a record."""
        return await self._work.create(self._work.spec[collection], values)

    async def change(self, patch: Mapping[str, Any], *, on: Seen) -> Seen:
        """Change a record that is still as it was found."""
        return await self._work.update(self._work.spec[on.collection], on.id, patch, saw=Saw(on.version))

    async def unsealed(self, on: Seen, name: FieldName[str]) -> str:
        """Return what stands encrypted in a field of a record."""
        meta = self._work.spec[on.collection]
        return await unsealed(self._work.unit.sealer, meta, on.id, name, on.row[name])

    async def remove(self, on: Seen) -> None:
        """Delete a record."""
        await self._work.delete(self._work.spec[on.collection], on.id)

    async def came_before(self, form: str | None) -> bool:
        """Whether a form's key was kept."""
        return await self._pipeline.replay(self._work.unit, self._sent(form)) is not None

    async def keep_form(self, form: str | None) -> None:
        """Keep a form's key, and nothing of what it held."""
        answer = Answer(collection="users", record=None, json=None, changes={})
        await self._pipeline.remember(self._work.unit, answer, self._sent(form))

    def _sent(self, form: str | None) -> Intent:
        return Intent(actor=self._work.actor, collection="users", verb="sign_in", origin="worker", key=form)


class SignInPort:
    """What signing in asks of the application."""

    def __init__(self, pipeline: Pipeline, post: Post, secret: str) -> None:
        """Keep the pipeline and the way letters go; ``secret``: who failed to sign in is counted, and not written down.

        What stands in the database of an address, or of an account, is a keyed digest: nobody reads from a copy of it
        from where people signed in.
        """
        self._pipeline = pipeline
        self._key = hmac.digest(secret.encode(), b"directapp failed sign-ins", "sha256")
        self._database = pipeline.database
        self._post = post
        self._sole: tuple[UUID | None, float] = (None, 0.0)
        # What this process remembers of a tenant's people goes at once, and not when its own word comes back to it.
        self.forget: Callable[[UUID], None] = lambda _: None

    async def find_login(self, email: str) -> tuple[UUID, UUID] | None:
        """Return (tenant, user) of an e-mail address."""
        rows = await self._database.plain("SELECT tenant_id, user_id FROM login_directory WHERE email = $1", email)
        return (rows[0]["tenant_id"], rows[0]["user_id"]) if rows else None

    async def sole_tenant(self) -> UUID | None:
        """Return the one tenant that there are people of; what was found is believed for a minute."""
        known, until = self._sole
        if until < time.monotonic():
            rows = await self._database.plain("SELECT DISTINCT tenant_id FROM login_directory LIMIT 2")
            known = rows[0]["tenant_id"] if len(rows) == 1 else None
            self._sole = known, time.monotonic() + _BELIEVED
        return known

    @asynccontextmanager
    async def open(self, actor: Actor) -> AsyncIterator[OpenRows[Seen]]:
        """Open a transaction as a system actor."""
        async with self._database.unit(actor) as unit:
            work = self._pipeline.work(unit, Intent(actor=actor, collection="", verb="sign_in", origin="worker"))
            try:
                yield WorkRows(work, self._pipeline)
                await work.finish()
            except (asyncpg.PostgresError, TakenError) as error:
                meta = self._pipeline.spec["users"]
                raise await self._pipeline.translated(meta, actor, error) from error

    async def count_failures(self, keys: Sequence[str]) -> Mapping[str, Failures]:
        """Return the failures of the keys that have any."""
        known = {self._digest(key): key for key in keys}
        rows = await self._database.plain(
            "SELECT key, failures, last_at FROM login_failures WHERE key = ANY($1)", list(known)
        )
        return {known[r["key"]]: Failures(r["failures"], r["last_at"]) for r in rows}

    async def record_failure(self, key: str, *, at: datetime, since: datetime) -> Failures:
        """Count one more; from one again where the last was before ``since``."""
        if " " in key:  # an account from an address; either alone is counted beside
            SIGN_IN_FAILURES.inc()
        rows = await self._database.plain(
            "INSERT INTO login_failures AS f (key, failures, last_at) VALUES ($1, 1, $2) ON CONFLICT (key) DO UPDATE"
            " SET failures = CASE WHEN f.last_at < $3 THEN 1 ELSE f.failures + 1 END, last_at = $2"
            " RETURNING failures, last_at",
            self._digest(key),
            at,
            since,
        )
        return Failures(rows[0]["failures"], rows[0]["last_at"])

    async def ease_failures(self, key: str, by: int) -> None:
        """Take some back; a key that reaches zero is forgotten."""
        await self._database.plain(
            "WITH eased AS (UPDATE login_failures SET failures = failures - $2 WHERE key = $1 AND failures > $2)"
            " DELETE FROM login_failures WHERE key = $1 AND failures <= $2",
            self._digest(key),
            by,
        )

    async def clear_failures(self, keys: Sequence[str]) -> None:
        """Forget the keys."""
        await self._database.plain("DELETE FROM login_failures WHERE key = ANY($1)", list(map(self._digest, keys)))

    def _digest(self, key: str) -> str:
        return hmac.digest(self._key, key.encode(), "sha256").hex()

    async def notify_invalidation(self, tenant: UUID, user: UUID) -> None:
        """Tell every process that what it remembers of a tenant's people no longer holds."""
        self.forget(tenant)
        await self._database.notify(f"principal {tenant} {user}")

    async def send_mail(self, to: str, mail: Mail) -> None:
        """Send a letter by whichever way is set up."""
        await self._post.send_letter(to, subject=mail.subject, text=mail.text, html=mail.html)

    @property
    def can_text(self) -> bool:
        """Whether a service for text messages is set up."""
        return self._post.sms is not None

    async def send_text(self, to: str, text: str) -> None:
        """Send a text message by whichever way is set up."""
        await self._post.send_text(to, text)
