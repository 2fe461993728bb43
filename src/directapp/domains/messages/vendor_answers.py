"""Vendors' answers: from their page, by text message or by letter, written down once and told to those who asked."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from directapp.declare.case import Range
from directapp.declare.fields import choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.messages.events import LETTER_CAME, VENDOR_ANSWERED, VENDOR_SAID, VENDOR_UNMATCHED
from directapp.domains.messages.fields import MESSAGES, VENDOR_LINKS, Messages, VendorLinks
from directapp.domains.messages.phrases import plate
from directapp.domains.messages.vendor_match import Sort
from directapp.domains.messages.vendor_words import UNSURE, read
from directapp.domains.messages.words import CHANNELS
from directapp.domains.workshop.fields import WORK_ITEMS, WorkItems
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import ConflictError, InvalidError, Problem
from directapp.kernel.text import _, pgettext
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

ANSWERS = choices(
    ("done", pgettext("vendor", "Done")),
    ("price", _("Price")),
    ("delayed", _("Delayed")),
    tones={"delayed": "late"},
)
CLOSED_ITEM = frozenset({"done", "declined"})

_GONE = _("The link no longer works.")
_PRICE = _("State the price.")
_WHEN = _("State when it will be ready.")
_VALUES = (VendorLinks.answer, VendorLinks.price, VendorLinks.ready_on, VendorLinks.answer_note)
_NOTE, _SUBJECT, _BODY = 1000, 200, 4000
_MANY = 500
# Who answers long after is still known; who answers years after is not.
_REMEMBERED = timedelta(days=180)
_SORTS = choices(
    (Sort.ANSWER, _("Answer")), (Sort.CLOSED, pgettext("answer", "Closed")), (Sort.UNMATCHED, _("Unmatched"))
)


def is_live(link: Seen, ctx: CommandContext) -> bool:
    """Whether a link still takes answers."""
    return link.row.get(VendorLinks.revoked_at) is None and link.row[VendorLinks.expires_at] > ctx.now


async def take_answer(ctx: CommandContext, said: Mapping[str, Any], **told: Any) -> None:
    """Write down what the vendor says, on the link and on the work item.

    A price goes onto an item that is not approved yet; an approved item that is done is completed. What the item
    does not take stands on the link, and those who asked are told either way.
    """
    link = ctx.target
    if not is_live(link, ctx):
        raise ConflictError(Problem(_GONE))
    if said[VendorLinks.answer] == "price" and said.get(VendorLinks.price) is None:
        raise InvalidError(Problem(_PRICE, field=VendorLinks.price))
    if said[VendorLinks.answer] == "delayed" and said.get(VendorLinks.ready_on) is None:
        raise InvalidError(Problem(_WHEN, field=VendorLinks.ready_on))
    done = await ctx.change(
        {**{name: said.get(name) for name in _VALUES}, VendorLinks.answered_at: ctx.now}, system="vendor"
    )
    item = await ctx.look_up(WORK_ITEMS, link.row[VendorLinks.work_item], system="vendor")
    status = item.row[WorkItems.status]
    if said[VendorLinks.answer] == "price" and status == "proposed":
        await ctx.change({VendorLinks.price: said[VendorLinks.price]}, system="vendor", on=item)
    elif said[VendorLinks.answer] == "done" and status in {"approved", "in_progress"}:
        cost = {} if said.get(VendorLinks.price) is None else {"actual_cost": said[VendorLinks.price]}
        await ctx.change({WorkItems.completed_at: ctx.now, **cost}, system="vendor", on=item)
    ctx.emit(VENDOR_ANSWERED, on=done, **told)


async def answer(ctx: CommandContext) -> None:
    """Answer by the page; only the system actor ``vendor`` does."""
    await take_answer(ctx, ctx.params)


async def hear(ctx: CommandContext) -> None:
    """Take a message that a vendor sent: log it once however often it is told, and do what it says for certain."""
    link, said = ctx.target, ctx.params
    key = f"in:{said['provider']}:{said['provider_id']}:{link.id.hex}"
    if await ctx.find(MESSAGES, {Messages.key: key}, system="messenger", limit=1):
        return
    item = await ctx.look_up(WORK_ITEMS, link.row[VendorLinks.work_item], system="vendor")
    open_ = said["sort"] == Sort.ANSWER and is_live(link, ctx) and item.row[WorkItems.status] not in CLOSED_ITEM
    words = str(said.get("reading") or said["text"])
    meaning = read(words, oslo_day(ctx.now)) if open_ and not said.get("automatic") else UNSURE
    event = VENDOR_ANSWERED if meaning.answer else VENDOR_UNMATCHED if said["sort"] == Sort.UNMATCHED else VENDOR_SAID
    await _log(ctx, link, item.row[WorkItems.car], event=event.name, key=key)
    note = str(said["text"])[:_NOTE]
    if meaning.answer:
        values: Values = {
            VendorLinks.answer: meaning.answer,
            VendorLinks.price: meaning.price,
            VendorLinks.ready_on: meaning.ready_on,
            VendorLinks.answer_note: note,
        }
        await take_answer(ctx, values, heard=True)
        return
    if event == VENDOR_SAID:
        await ctx.change({VendorLinks.answer_note: note}, system="vendor")
    ctx.emit(event, on=link, text=note, codes=said.get("codes") or [], sender=said["sender"])


async def _log(ctx: CommandContext, link: Seen, car: UUID | None, *, event: str, key: str) -> None:
    said, name = ctx.params, link.row[VendorLinks.vendor_name]
    values: Values = {
        Messages.car: car,
        Messages.channel: said["channel"],
        Messages.direction: "in",
        Messages.receiver_kind: "vendor",
        Messages.event: event,
        Messages.subject: f"{name}: {' '.join(str(said['text']).split())}"[:_SUBJECT],
        Messages.body: str(said["text"])[:_BODY],
        Messages.to: said["sender"],
        Messages.status: "delivered",
        Messages.delivered_at: ctx.now,
        Messages.provider: said["provider"],
        Messages.provider_id: said["provider_id"],
        Messages.key: key,
    }
    filled = {name: value for name, value in values.items() if value is not None}
    await ctx.create(MESSAGES, filled, system="messenger")


async def mail_came(ctx: CommandContext) -> None:
    """Ask for a letter to be fetched that came to the address of this link."""
    ctx.emit(LETTER_CAME, mail=ctx.params["mail"])


async def who_asked(ctx: CommandContext) -> None:
    """Look for the links that were sent to a number, and for the one whose message is answered.

    A message that is told again is only said to be known: by now it could mean another work.
    """
    told = {"provider": ctx.params["provider"], "provider_id": ctx.params["provider_id"]}
    if await ctx.find(MESSAGES, {Messages.direction: "in", **told}, system="messenger", limit=1):
        ctx.found = {"heard": True}
        return
    since = Range(start=ctx.now - _REMEMBERED)
    number, answers = ctx.params["number"], ctx.params.get("answers")
    links = await ctx.find(
        VENDOR_LINKS, {VendorLinks.phone: number, VendorLinks.expires_at: since}, system="vendor", limit=_MANY
    )
    named = await _answered_link(ctx, str(answers)) if answers else None
    wanted = list({one.row[VendorLinks.work_item] for one in links})
    items = await ctx.find(WORK_ITEMS, {WorkItems.id: wanted}, system="vendor", limit=_MANY) if wanted else []
    open_items = {one.id for one in items if one.row[WorkItems.status] not in CLOSED_ITEM}
    cars = list({one.row[WorkItems.car] for one in items})
    plates = {one.id: plate(one.row) for one in await ctx.find(CARS, {Cars.id: cars}, system="pipeline", limit=_MANY)}
    names = {one.id: plates.get(one.row[WorkItems.car], "") for one in items}
    found = [
        {
            "link": str(one.id),
            "item": str(one.row[VendorLinks.work_item]),
            "open": is_live(one, ctx) and one.row[VendorLinks.work_item] in open_items,
            "named": one.id == named,
            "name": names.get(one.row[VendorLinks.work_item], ""),
        }
        for one in links
    ]
    ctx.found = {"links": found}


async def _answered_link(ctx: CommandContext, provider_id: str) -> UUID | None:
    sent = await ctx.find(
        MESSAGES, {Messages.provider_id: provider_id, Messages.receiver_kind: "vendor"}, system="messenger", limit=2
    )
    if len(sent) != 1:
        return None
    kind, record = (sent[0].row.get(Messages.content) or {}).get("capability") or (None, None)
    return UUID(str(record)) if kind == "vendor" else None


VERBS = (
    Verb(
        name="answer",
        label=_("Answer as the vendor"),
        run=answer,
        params=(
            field("answer", _("Answer"), Kind.CHOICE, choices=ANSWERS, required=True),
            field("price", _("Price"), Kind.MONEY, minimum=0, unit="kr"),
            field("ready_on", _("Ready"), Kind.DATE),
            field("answer_note", _("Message"), Kind.TEXT, max_length=1000),
        ),
        icon="message",
    ),
    Verb(
        name="hear",
        label=_("Take a message from the vendor"),
        run=hear,
        params=(
            field("channel", _("Channel"), Kind.CHOICE, choices=CHANNELS, required=True),
            field("sender", _("From"), required=True, max_length=254),
            field("text", _("Text"), Kind.TEXT, required=True, max_length=_BODY),
            field("reading", _("Text without codes"), Kind.TEXT, max_length=_BODY),
            field("sort", _("What is done"), Kind.CHOICE, choices=_SORTS, required=True),
            field("automatic", _("Sent by a machine"), Kind.BOOLEAN),
            field("codes", _("Open codes"), Kind.JSON, form={"type": "array"}),
            field("provider", pgettext("vendor", "Service"), required=True, max_length=20),
            field("provider_id", _("Service’s id"), required=True, max_length=100),
        ),
        icon="message",
    ),
    Verb(
        name="mail_came",
        label=_("Take a letter from the vendor"),
        run=mail_came,
        params=(field("mail", _("Letter’s id"), required=True, max_length=100),),
        icon="mail",
    ),
    Verb(
        name="who_asked",
        label=_("Find work sent to a number"),
        run=who_asked,
        on="collection",
        params=(
            field("number", _("Number"), required=True, max_length=30),
            field("answers", _("Answered message"), max_length=120),
            field("provider", pgettext("vendor", "Service"), required=True, max_length=20),
            field("provider_id", _("Service’s id"), required=True, max_length=100),
        ),
        icon="search",
    ),
)
