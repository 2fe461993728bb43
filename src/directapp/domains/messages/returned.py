"""Returned: who is told that a message did not reach its receiver: the one who sent it, or whoever can put it right."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from directapp.declare.events import Event
from directapp.domains.cars.fields import Cars
from directapp.domains.messages.audience import Recipients, load_recipients
from directapp.domains.messages.context import MessageContext, context_of
from directapp.domains.messages.events import CAME_BACK
from directapp.domains.messages.fields import VENDOR_LINKS, Messages, VendorLinks
from directapp.domains.messages.phrases import person_name, short
from directapp.domains.messages.suppressed import suppress
from directapp.domains.messages.telling import Told, tell
from directapp.domains.people.fields import USERS, Users
from directapp.kernel.text import Text, _, text_of, verbatim
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

_CHANNELS = {"email": _("The e-mail"), "sms": _("The text message")}
_CUSTOMER, _VENDOR = _("the customer"), _("the vendor")
_LEADERS = ("manager", "sales_manager")


async def came_back(ctx: CommandContext) -> None:
    """Tell whoever sent a message that it was not delivered."""
    if ctx.seen is None:
        return
    if ctx.seen.row[Messages.receiver_kind] == "user":
        await _colleague(ctx, ctx.seen)
    else:
        await _outside(ctx, ctx.seen)


async def _outside(ctx: CommandContext, message: Seen) -> None:
    """Tell the one who asked for it to be sent; else the seller, for a vendor's the planner."""
    row, content = message.row, message.row.get(Messages.content) or {}
    asked = UUID(content["sender"]) if content.get("sender") else None
    context = await context_of(ctx, row.get(Messages.car), people=(asked, row.get(Messages.created_by)))
    if context is None:
        return
    vendor = row[Messages.receiver_kind] == "vendor"
    receivers = context.people.named(asked, row.get(Messages.created_by))
    receivers += context.at(Cars.prep_center, "planner") if vendor else _sellers(context)
    what = _CHANNELS.get(str(row[Messages.channel]), verbatim(row[Messages.channel]))
    name = await _vendor(ctx, content) if vendor else context.row.get(Cars.customer_name)
    who = short(name) if name else _VENDOR if vendor else _CUSTOMER
    await context.tell("message.bounced", receivers, what=what, who=who, about=message, key=f"returned:{message.id}")


def _sellers(context: MessageContext) -> list[Seen]:
    return context.named(Cars.seller) or context.at(Cars.dealership, *_LEADERS)


async def _vendor(ctx: CommandContext, content: Mapping[str, Any]) -> object:
    kind, record = content.get("capability") or (None, None)
    found = (
        await ctx.find(VENDOR_LINKS, {VendorLinks.id: UUID(str(record))}, system="messenger", limit=1)
        if kind == "vendor"
        else ()
    )
    return found[0].row.get(VendorLinks.vendor_name) if found else None


async def _colleague(ctx: CommandContext, message: Seen) -> None:
    """Tell the colleague, in the bell, and those who can put the address right."""
    row = message.row
    person = await _person(ctx, row.get(Messages.receiver))
    if person is not None:
        why = text_of(row.get(Messages.error))
        await address_refused(ctx, person, str(row.get(Messages.to) or ""), why, row.get(Messages.created_by))


async def _person(ctx: CommandContext, who: object) -> Seen | None:
    return (await load_recipients(ctx, people=[who])).name_of(who)


async def address_refused(ctx: CommandContext, person: Seen, address: str, why: Text, sender: object = None) -> None:
    """Tell of a colleague's address that takes no letters: once for each address."""
    recipients = await load_recipients(ctx, sites=[person.row.get(Users.dealership)], people=[sender, person.id])
    told = Told(
        event="address.refused",
        about=person,
        fills={"who": verbatim(person_name(person.row)), "address": verbatim(address), "detail": why},
        key=f"refused:{person.id}:{address}",
    )
    await tell(ctx, told, [*recipients.named(sender, person.id), *await _leaders(ctx, recipients, person)])


async def _leaders(ctx: CommandContext, recipients: Recipients, person: Seen) -> list[Seen]:
    here = recipients.at(person.row.get(Users.dealership), "manager", "tenant_admin")
    if here:
        return here
    everyone = await ctx.find(USERS, {Users.active: True}, system="pipeline", limit=2000)
    return [one for one in everyone if "tenant_admin" in (one.row[Users.roles] or ())]


async def not_invited(ctx: CommandContext, user: UUID, why: Text, *, gone: bool) -> None:
    """Tell the one who invited somebody that the invitation cannot be delivered."""
    person = await _person(ctx, user)
    if person is None:
        return
    address = str(person.row[Users.email])
    if gone:
        await suppress(ctx, "email", address, "refused", detail=why, at=ctx.now)
    await address_refused(ctx, person, address, why, person.row.get(Users.created_by))


EVENT_HANDLERS: dict[Event, Callable[[CommandContext], Awaitable[None]]] = {CAME_BACK: came_back}
