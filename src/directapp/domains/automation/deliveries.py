"""Deliveries: every message to another system, with what it answered; and the job that sends them."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from directapp.declare.access import Access, Grant
from directapp.declare.case import Range
from directapp.declare.collection import Collection, Views
from directapp.declare.events import Event
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Patch
from directapp.declare.verbs import Verb
from directapp.domains.automation.catalogue import (
    CIRCLE,
    GONE,
    ROUND_TIME,
    ROUNDS,
    SYSTEM,
    event_choices,
)
from directapp.domains.automation.events import DELIVER
from directapp.domains.automation.fields import WEBHOOK_DELIVERIES, WEBHOOKS, WebhookDeliveries, Webhooks
from directapp.domains.automation.telling import tell_administrators
from directapp.domains.people.roles import ADMIN, MANAGER
from directapp.kernel.errors import DirectAppError
from directapp.kernel.text import Text, _
from directapp.services.command import CommandContext
from directapp.services.jobs import AttemptError, GiveUpError, JobRun, LaterError, Run
from directapp.services.seen import Seen

OUTCOMES = choices(("waiting", _("Waiting")), ("delivered", _("Delivered")), ("failed", _("Failed")))
PING = "webhook.ping"
_PING = choices((PING, _("Trial message")))
_INACTIVE = _("The webhook is not active.")
_SILENT = _("The receiver does not answer.")
_ANSWERED = _("The receiver answered {status}.")
_GONE, _TOO_MANY = 410, 429
_LONGEST = 300
_PING_PONG = _(
    "The webhook “{name}” is stopped: “{event}” was told {rounds} times within an hour of the same record. Its receiver"
    " probably answers by changing the record again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What another system answered; ``retry_after`` in seconds where it said so."""

    status: int
    retry_after: float | None = None


class UnsafeAddressError(Exception):
    """The address leads into our own network, or nowhere."""

    def __init__(self, reason: Text) -> None:
        """Keep why."""
        super().__init__(reason.english)
        self.reason = reason


Send = Callable[[str, str, str, datetime, bytes], Awaitable[Reply]]
"""Sends (url, secret, message id, when, body), signed; raises OSError or UnsafeAddressError."""


async def queue(ctx: CommandContext, webhook: Seen, event: str, about: Seen, more: Mapping[str, Any]) -> None:
    """Write a message down and ask for it to be sent; where we and the receiver go in a circle, stop the webhook."""
    common: Patch = {
        WebhookDeliveries.webhook: webhook.id,
        WebhookDeliveries.event: event,
        WebhookDeliveries.record: str(about.id),
    }
    rounds = await ctx.find(
        WEBHOOK_DELIVERIES,
        {**common, WebhookDeliveries.created_at: Range(ctx.now - ROUND_TIME)},
        system=SYSTEM,
        limit=ROUNDS,
        only=(WebhookDeliveries.id,),
    )
    if len(rounds) == ROUNDS:
        await ctx.change({Webhooks.active: False, Webhooks.stopped_because: CIRCLE}, system=SYSTEM, on=webhook)
        words = _PING_PONG.fill(name=webhook.row[Webhooks.name], event=_label(ctx, event), rounds=ROUNDS)
        await tell_administrators(ctx, webhook, words)
        failed: Patch = {**common, WebhookDeliveries.outcome: "failed", WebhookDeliveries.error: words}
        await ctx.create(WEBHOOK_DELIVERIES, failed, system=SYSTEM)
        return
    data = {"collection": about.collection, "id": str(about.id), **more}
    body = orjson.dumps({"type": event, "timestamp": ctx.now.isoformat(), "data": data}).decode()
    waiting: Patch = {**common, WebhookDeliveries.outcome: "waiting", WebhookDeliveries.body: body}
    made = await ctx.create(WEBHOOK_DELIVERIES, waiting, system=SYSTEM)
    ctx.emit(DELIVER, on=made)


def _label(ctx: CommandContext, event: str) -> Text:
    offered = ctx.fields(WEBHOOK_DELIVERIES)[WebhookDeliveries.event].choices
    return next(choice.label for choice in offered if choice.code == event)


async def replay(ctx: CommandContext) -> None:
    """Send a message once more, with the same id."""
    found = await ctx.look_up(WEBHOOK_DELIVERIES, ctx.target.id, system=SYSTEM)
    ctx.seen = await ctx.change(
        {WebhookDeliveries.outcome: "waiting", WebhookDeliveries.error: None}, system=SYSTEM, on=found
    )
    ctx.emit(DELIVER)


def delivering(send: Send) -> Run:
    """Return the run of the job that sends one message."""

    async def deliver(job: JobRun) -> None:
        async with job.act(SYSTEM) as ctx:
            if ctx.seen is None or ctx.seen.row[WebhookDeliveries.outcome] != "waiting":
                return
            message = ctx.seen
            webhook = await ctx.look_up(WEBHOOKS, message.row[WebhookDeliveries.webhook])
            secret = await ctx.unsealed(webhook, Webhooks.secret)
        if not webhook.row[Webhooks.active]:
            await _note(job, outcome="failed", error=_INACTIVE)
            return
        try:
            reply = await send(
                webhook.row[Webhooks.url],
                secret,
                f"msg_{message.id.hex}",
                job.pipeline.clock(),
                message.row[WebhookDeliveries.body].encode(),
            )
        except UnsafeAddressError as error:
            await _note(job, outcome="failed", error=error.reason)
            raise GiveUpError(error.reason) from error
        except (OSError, DirectAppError) as error:
            await _note(job, outcome="failed" if job.last else "waiting", error=_SILENT)
            raise AttemptError(_SILENT) from error
        await _heed(job, webhook, reply)

    return deliver


async def _heed(job: JobRun, webhook: Seen, reply: Reply) -> None:
    good = 200 <= reply.status < 300  # noqa: PLR2004 - the codes that mean yes
    if good:
        await _note(job, outcome="delivered", answer=reply.status, error=None, delivered=True)
        return
    words = _ANSWERED.fill(status=reply.status)
    gone = reply.status == _GONE
    await _note(job, outcome="failed" if gone or job.last else "waiting", answer=reply.status, error=words)
    if gone:
        async with job.act(SYSTEM) as ctx:
            found = await ctx.look_up(WEBHOOKS, webhook.id)
            await ctx.change({Webhooks.active: False, Webhooks.stopped_because: GONE}, on=found)
        raise GiveUpError(words)
    if reply.retry_after is not None:
        raise LaterError(words, seconds=reply.retry_after)
    raise AttemptError(words)


async def _note(job: JobRun, *, delivered: bool = False, **values: Any) -> None:
    async with job.act(SYSTEM) as ctx:
        if ctx.seen is None:
            return
        if delivered:
            values[WebhookDeliveries.delivered_at] = ctx.now.isoformat()
        await ctx.change({**values, WebhookDeliveries.attempts: int(ctx.seen.row[WebhookDeliveries.attempts] or 0) + 1})


def _content(events: Iterable[Event]) -> Group:
    return Group(
        "all",
        _("Delivery"),
        (
            field(
                WebhookDeliveries.webhook,
                _("Webhook"),
                Kind.REF,
                ref=WEBHOOKS,
                on_delete="cascade",
                required=True,
                computed=True,
            ),
            field(
                WebhookDeliveries.event,
                _("Event"),
                Kind.CHOICE,
                choices=(*event_choices(events), *_PING),
                required=True,
                computed=True,
            ),
            field(
                WebhookDeliveries.outcome, _("Outcome"), Kind.CHOICE, choices=OUTCOMES, default="waiting", computed=True
            ),
            field(WebhookDeliveries.answer, _("Status code"), Kind.INTEGER, computed=True),
            field(WebhookDeliveries.attempts, _("Attempts"), Kind.INTEGER, computed=True),
            field(WebhookDeliveries.error, _("Error"), max_length=_LONGEST, computed=True),
            field(WebhookDeliveries.delivered_at, _("Delivered"), Kind.INSTANT, computed=True),
            field(WebhookDeliveries.body, _("Content"), Kind.TEXT, computed=True, personal="customer"),
            field(WebhookDeliveries.record, _("Record"), max_length=36, computed=True),
        ),
    )


def deliveries(events: Iterable[Event]) -> Collection:
    """Return the collection of what was sent of events."""
    return Collection(
        name=WEBHOOK_DELIVERIES,
        label=_("Webhook delivery"),
        plural=_("Webhook deliveries"),
        groups=(_content(events),),
        access=Access(
            systems=(SYSTEM, "demo"),
            grants=(Grant(role=ADMIN, verbs=("replay",)), Grant(role=MANAGER)),
        ),
        views=Views(
            columns=(
                WebhookDeliveries.created_at,
                WebhookDeliveries.webhook,
                WebhookDeliveries.event,
                WebhookDeliveries.outcome,
                WebhookDeliveries.answer,
                WebhookDeliveries.attempts,
                WebhookDeliveries.error,
            ),
            title=(WebhookDeliveries.event,),
            filters=(WebhookDeliveries.webhook, WebhookDeliveries.outcome, WebhookDeliveries.event),
            icon="webhook",
        ),
        verbs=(Verb(name="replay", label=_("Send again"), run=replay, icon="refresh"),),
        indexes=(("webhook", "created_at"), ("outcome", "created_at"), ("webhook", "record", "created_at")),
        history=False,
    )
