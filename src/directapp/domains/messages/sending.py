"""Sending: which messages are to go, which must not, and writing down what came of them.

The outside is called between two transactions. Everything here is inside one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from directapp.domains.cars.fields import CARS
from directapp.domains.messages.events import CAME_BACK
from directapp.domains.messages.fields import MESSAGES, SUPPRESSED_ADDRESSES
from directapp.domains.messages.suppressed import normal, suppress
from directapp.domains.people.fields import USERS
from directapp.kernel.ids import uuid7
from directapp.kernel.text import Text, _
from directapp.services.act import Act, Seen

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


def envelope(tenant: UUID, row: Mapping[str, Any]) -> Envelope:
    """Return what is sent of a row."""
    return Envelope(
        id=row["id"],
        tenant=tenant,
        channel=row["channel"],
        to=row["to"],
        subject=row.get("subject") or "",
        body=row.get("body") or "",
        event=row.get("event") or "",
        receiver_kind=row["receiver_kind"],
        content=row.get("content") or {},
    )


async def take(act: Act) -> Envelope | None:
    """Return the message of an errand where it is still to go; what must not go is noted so."""
    if act.seen is None or act.seen.row["status"] != "queued":
        return None
    kept = await _allowed(act, [act.seen])
    return envelope(act.actor.tenant, kept[0].row) if kept else None


async def take_sms(act: Act) -> Envelope | None:
    """Return a text message and note that it is tried now: a second try is never made by itself."""
    found = await take(act)
    if found is None or act.seen is None:
        return None
    if act.seen.row["tried_at"] is not None:
        await refuse(act, act.seen, UNCERTAIN)
        return None
    await act.change({"tried_at": act.now})
    return found


async def untry(act: Act) -> None:
    """Take back that a text message was tried: it certainly did not go."""
    if act.seen is not None and act.seen.row["status"] == "queued":
        await act.change({"tried_at": None})


async def _allowed(act: Act, waiting: Sequence[Seen]) -> list[Seen]:
    """Keep what may go; what must not is noted so."""
    addresses = list({normal(one.row["to"]) for one in waiting if one.row.get("to")})
    people = list({one.row["receiver"] for one in waiting if one.row.get("receiver")})
    shut = set[tuple[str, str]]()
    active = set[UUID]()
    if addresses:
        kept_out = await act.find(SUPPRESSED_ADDRESSES, limit=2 * len(addresses), address=addresses, released_at=None)
        shut = {(one.row["channel"], one.row["address"]) for one in kept_out}
    if people:
        asked = act.find(USERS, system="pipeline", limit=len(people), only=("active",), id=people, active=True)
        active = {one.id for one in await asked}
    kept = []
    for one in waiting:
        reason = await _why_not(act, one.row, shut, active)
        if reason is None:
            kept.append(one)
        else:
            await refuse(act, one, reason, status="skipped")
    return kept


async def _why_not(
    act: Act, row: Mapping[str, Any], shut: Collection[tuple[str, str]], active: Collection[UUID]
) -> Text | None:
    """Return why a message must not go: ``shut`` are suppressed addresses by channel, ``active`` who may be told."""
    if not row.get("to"):
        return _NO_ADDRESS
    if (row["channel"], normal(row["to"])) in shut:
        return _SUPPRESSED
    if row["receiver_kind"] == "user" and row.get("receiver"):
        return None if row["receiver"] in active else _INACTIVE
    if row["receiver_kind"] == "customer" and row["channel"] == "sms":
        car = await act.find(CARS, system="pipeline", limit=1, id=row["car"], consent_sms=True)
        return None if car else _NO_CONSENT
    return await _closed(act, row.get("content") or {})


async def _closed(act: Act, content: Mapping[str, Any]) -> Text | None:
    kind, record = content.get("capability") or (None, None)
    collection = {"status": "status_links", "vendor": "vendor_links"}.get(str(kind))
    if collection is None:
        return None
    found = await act.find(collection, limit=1, id=UUID(str(record)), revoked_at=None)
    return None if found else _CLOSED


# -- many at once -------------------------------------------------------------------------------------------


async def queued(act: Act, messages: Sequence[UUID]) -> list[Seen]:
    """Return those of some messages that are still to go."""
    return await act.find(MESSAGES, limit=len(messages), id=list(messages), status="queued")


@dataclass(frozen=True, slots=True)
class Batch:
    """Letters that go in one call; the same ones under the same key in every try."""

    key: str
    envelopes: Sequence[Envelope]

    @property
    def ids(self) -> list[UUID]:
        """The messages of the batch."""
        return [one.id for one in self.envelopes]


async def batches(act: Act, messages: Sequence[UUID]) -> list[Batch]:
    """Return the letters of some errands as they go: those not tried before in one call, others as they went before.

    Who belongs to a batch is written down before it goes, so a try after a crash sends the same letters.
    """
    tenant = act.actor.tenant
    waiting = await queued(act, messages)
    alone = await _allowed(act, [one for one in waiting if one.row["batch"] == ALONE])
    found = [Batch(one.id.hex, [envelope(tenant, one.row)]) for one in alone]
    for mark in dict.fromkeys(one.row["batch"] for one in waiting if one.row["batch"] not in {None, ALONE}):
        rows = await act.find(MESSAGES, limit=_MOST_IN_BATCH, batch=mark, status="queued")
        found.append(Batch(str(mark), [envelope(tenant, one.row) for one in rows]))
    going = await _allowed(act, [one for one in waiting if one.row["batch"] is None])
    if going:
        mark = uuid7().hex if len(going) > 1 else ALONE
        await act.change_all(MESSAGES, {one.id: {"batch": mark} for one in going})
        found.append(Batch(mark if len(going) > 1 else going[0].id.hex, [envelope(tenant, one.row) for one in going]))
    return found


async def part(act: Act, batch: Batch) -> None:
    """Let each letter of a batch that was refused as a whole go by itself."""
    await act.change_all(MESSAGES, {one.id: {"batch": ALONE} for one in await queued(act, batch.ids)})


# -- what came of it ----------------------------------------------------------------------------------------


async def sent(act: Act, provider: str, ids: Mapping[UUID, str | None]) -> None:
    """Note that messages went, with the provider's ids."""
    went = {"status": "sent", "sent_at": act.now, "provider": provider, "error": None}
    waiting = await queued(act, list(ids))
    await act.change_all(MESSAGES, {one.id: {**went, "provider_id": ids[one.id]} for one in waiting})


async def refuse(act: Act, message: Seen, reason: Text, *, status: str = "failed") -> None:
    """Note that a message does not go, and why."""
    await act.change({"status": status, "failed_at": act.now, "error": reason}, on=message)


async def not_taken(act: Act, message: Seen, reason: Text, *, gone: bool) -> None:
    """Note that the provider will never take a message, and have whoever sent it told.

    ``gone``: nothing goes to this address until a person releases it.
    """
    await refuse(act, message, reason)
    if gone:
        await suppress(act, message.row["channel"], message.row["to"], "refused", detail=reason, at=act.now)
    act.emit(CAME_BACK, on=message)


async def reject(act: Act, reason: Text) -> None:
    """Note that the errand's message does not go, though through no fault of its receiver."""
    if act.seen is not None and act.seen.row["status"] == "queued":
        await refuse(act, act.seen, reason)


async def turn_down(act: Act, reason: Text, *, gone: bool) -> None:
    """Note that the provider will never take the errand's message (as ``not_taken``)."""
    if act.seen is not None and act.seen.row["status"] == "queued":
        await not_taken(act, act.seen, reason, gone=gone)
