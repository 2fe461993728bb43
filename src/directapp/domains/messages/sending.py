"""Sending: which messages are to go, which must not, and writing down what came of them.

The outside is called between two transactions. Everything here is inside one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from directapp.declare.names import Row
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.messages.events import CAME_BACK
from directapp.domains.messages.fields import MESSAGES, SUPPRESSED_ADDRESSES, Messages, StatusLinks, SuppressedAddresses
from directapp.domains.messages.suppressed import normal, suppress
from directapp.domains.people.fields import USERS, Users
from directapp.kernel.ids import uuid7
from directapp.kernel.text import Text, _
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

ALONE = "own"
_MOST_IN_BATCH = 1000
SYSTEM = "messenger"

_SUPPRESSED = _("The address is suppressed after a refusal, bounce or complaint. The manager can release it.")
_NO_ADDRESS = _("The message has no address.")
_NO_CONSENT = _("The customer has not consented to text messages.")
_INACTIVE = _("The receiver is deactivated.")
_CLOSED = _("The link is revoked.")
UNCERTAIN = _("It is uncertain whether the text message went; it is not sent again by itself.")
NOT_SET_UP = _("Text messages are not set up here.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message that is to go now; ``key`` is the same in every try of it."""

    id: UUID
    tenant: UUID
    channel: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    event: str
    receiver_kind: str
    content: Mapping[str, Any] = field(repr=False)

    @property
    def key(self) -> str:
        """What names this message outside."""
        return self.id.hex

    @property
    def reference(self) -> str:
        """What a provider brings back: the tenant and the message."""
        return f"{self.tenant.hex}{self.id.hex}"


def envelope(tenant: UUID, row: Row) -> Envelope:
    """Return what is sent of a row."""
    return Envelope(
        id=row[Messages.id],
        tenant=tenant,
        channel=row[Messages.channel],
        to=row[Messages.to],
        subject=row.get(Messages.subject) or "",
        body=row.get(Messages.body) or "",
        event=row.get(Messages.event) or "",
        receiver_kind=row[Messages.receiver_kind],
        content=row.get(Messages.content) or {},
    )


async def take(ctx: CommandContext) -> Envelope | None:
    """Return the message of a job where it is still to go; what must not go is noted so."""
    if ctx.seen is None or ctx.seen.row[Messages.status] != "queued":
        return None
    kept = await _allowed(ctx, [ctx.seen])
    return envelope(ctx.actor.tenant, kept[0].row) if kept else None


async def take_sms(ctx: CommandContext) -> Envelope | None:
    """Return a text message and note that it is tried now: a second try is never made by itself."""
    found = await take(ctx)
    if found is None or ctx.seen is None:
        return None
    if ctx.seen.row.get(Messages.tried_at) is not None:
        await refuse(ctx, ctx.seen, UNCERTAIN)
        return None
    await ctx.change({Messages.tried_at: ctx.now})
    return found


async def untry(ctx: CommandContext) -> None:
    """Take back that a text message was tried: it certainly did not go."""
    if ctx.seen is not None and ctx.seen.row[Messages.status] == "queued":
        await ctx.change({Messages.tried_at: None})


async def _allowed(ctx: CommandContext, waiting: Sequence[Seen]) -> list[Seen]:
    """Keep what may go; what must not is noted so."""
    addresses = list({normal(one.row[Messages.to]) for one in waiting if one.row.get(Messages.to)})
    people = list({one.row[Messages.receiver] for one in waiting if one.row.get(Messages.receiver)})
    shut = set[tuple[str, str]]()
    active = set[UUID]()
    if addresses:
        kept_out = await ctx.find(
            SUPPRESSED_ADDRESSES,
            {SuppressedAddresses.address: addresses, SuppressedAddresses.released_at: None},
            limit=2 * len(addresses),
        )
        shut = {(one.row[SuppressedAddresses.channel], one.row[SuppressedAddresses.address]) for one in kept_out}
    if people:
        asked = ctx.find(
            USERS, {Users.id: people, Users.active: True}, system="pipeline", limit=len(people), only=(Users.active,)
        )
        active = {one.id for one in await asked}
    kept = []
    for one in waiting:
        reason = await _why_not(ctx, one.row, shut, active)
        if reason is None:
            kept.append(one)
        else:
            await refuse(ctx, one, reason, status="skipped")
    return kept


async def _why_not(
    ctx: CommandContext, row: Row, shut: Collection[tuple[str, str]], active: Collection[UUID]
) -> Text | None:
    """Return why a message must not go: ``shut`` are suppressed addresses by channel, ``active`` who may be told."""
    if not row.get(Messages.to):
        return _NO_ADDRESS
    if (row[Messages.channel], normal(row[Messages.to])) in shut:
        return _SUPPRESSED
    receiver = row.get(Messages.receiver)
    if receiver is not None and row[Messages.receiver_kind] == "user":
        return None if receiver in active else _INACTIVE
    if row[Messages.receiver_kind] == "customer" and row[Messages.channel] == "sms":
        car = await ctx.find(CARS, {Cars.id: row[Messages.car], Cars.consent_sms: True}, system="pipeline", limit=1)
        return None if car else _NO_CONSENT
    return await _closed(ctx, row.get(Messages.content) or {})


async def _closed(ctx: CommandContext, content: Mapping[str, Any]) -> Text | None:
    kind, record = content.get("capability") or (None, None)
    collection = {"status": "status_links", "vendor": "vendor_links"}.get(str(kind))
    if collection is None:
        return None
    found = await ctx.find(collection, {StatusLinks.id: UUID(str(record)), StatusLinks.revoked_at: None}, limit=1)
    return None if found else _CLOSED


# -- many at once -------------------------------------------------------------------------------------------


async def queued(ctx: CommandContext, messages: Sequence[UUID]) -> list[Seen]:
    """Return those of some messages that are still to go."""
    return await ctx.find(MESSAGES, {Messages.id: list(messages), Messages.status: "queued"}, limit=len(messages))


@dataclass(frozen=True, slots=True)
class LetterBatch:
    """Letters that go in one call; the same ones under the same key in every try."""

    key: str
    envelopes: Sequence[Envelope]

    @property
    def ids(self) -> list[UUID]:
        """The messages of the batch."""
        return [one.id for one in self.envelopes]


async def batches(ctx: CommandContext, messages: Sequence[UUID]) -> list[LetterBatch]:
    """Return the letters of some jobs as they go: those not tried before in one call, others as they went before.

    Who belongs to a batch is written down before it goes, so a try after a crash sends the same letters.
    """
    tenant = ctx.actor.tenant
    waiting = await queued(ctx, messages)
    alone = await _allowed(ctx, [one for one in waiting if one.row[Messages.batch] == ALONE])
    found = [LetterBatch(one.id.hex, [envelope(tenant, one.row)]) for one in alone]
    for mark in dict.fromkeys(
        one.row[Messages.batch] for one in waiting if one.row[Messages.batch] not in {None, ALONE}
    ):
        rows = await ctx.find(MESSAGES, {Messages.batch: mark, Messages.status: "queued"}, limit=_MOST_IN_BATCH)
        found.append(LetterBatch(str(mark), [envelope(tenant, one.row) for one in rows]))
    going = await _allowed(ctx, [one for one in waiting if one.row.get(Messages.batch) is None])
    if going:
        mark = uuid7().hex if len(going) > 1 else ALONE
        await ctx.change_all(MESSAGES, {one.id: {Messages.batch: mark} for one in going})
        found.append(
            LetterBatch(mark if len(going) > 1 else going[0].id.hex, [envelope(tenant, one.row) for one in going])
        )
    return found


async def part(ctx: CommandContext, batch: LetterBatch) -> None:
    """Let each letter of a batch that was refused as a whole go by itself."""
    await ctx.change_all(MESSAGES, {one.id: {Messages.batch: ALONE} for one in await queued(ctx, batch.ids)})


# -- what came of it ----------------------------------------------------------------------------------------


async def sent(ctx: CommandContext, provider: str, ids: Mapping[UUID, str | None]) -> None:
    """Note that messages went, with the provider's ids."""
    went = {"status": "sent", "sent_at": ctx.now, "provider": provider, "error": None}
    waiting = await queued(ctx, list(ids))
    await ctx.change_all(MESSAGES, {one.id: {**went, Messages.provider_id: ids[one.id]} for one in waiting})


async def refuse(ctx: CommandContext, message: Seen, reason: Text, *, status: str = "failed") -> None:
    """Note that a message does not go, and why."""
    await ctx.change({Messages.status: status, Messages.failed_at: ctx.now, Messages.error: reason}, on=message)


async def not_taken(ctx: CommandContext, message: Seen, reason: Text, *, gone: bool) -> None:
    """Note that the provider will never take a message, and have whoever sent it told.

    ``gone``: nothing goes to this address until a person releases it.
    """
    await refuse(ctx, message, reason)
    if gone:
        await suppress(
            ctx, message.row[Messages.channel], message.row[Messages.to], "refused", detail=reason, at=ctx.now
        )
    ctx.emit(CAME_BACK, on=message)


async def reject(ctx: CommandContext, reason: Text) -> None:
    """Note that the job's message does not go, though through no fault of its receiver."""
    if ctx.seen is not None and ctx.seen.row[Messages.status] == "queued":
        await refuse(ctx, ctx.seen, reason)


async def turn_down(ctx: CommandContext, reason: Text, *, gone: bool) -> None:
    """Note that the provider will never take the job's message (as ``not_taken``)."""
    if ctx.seen is not None and ctx.seen.row[Messages.status] == "queued":
        await not_taken(ctx, ctx.seen, reason, gone=gone)
