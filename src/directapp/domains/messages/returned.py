"""Returned: who is told that a message did not reach its receiver: the one who sent it, or whoever can put it right."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from directapp.declare.events import Event
from directapp.domains.messages.audience import Recipients, load_recipients
from directapp.domains.messages.context import MessageContext, context_of
from directapp.domains.messages.events import CAME_BACK
from directapp.domains.messages.fields import VENDOR_LINKS
from directapp.domains.messages.phrases import person_name, short
from directapp.domains.messages.suppressed import suppress
from directapp.domains.messages.telling import Told, tell
from directapp.domains.people.fields import USERS
from directapp.kernel.text import Text, _, restored, verbatim
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

_CHANNELS = {"email": _("The e-mail"), "sms": _("The text message")}
_CUSTOMER, _VENDOR = _("the customer"), _("the vendor")
_LEADERS = ("manager", "sales_manager")


async def came_back(ctx: CommandContext) -> None:
    """Tell whoever sent a message that it was not delivered."""
    if ctx.seen is None:
        return
    if ctx.seen.row["receiver_kind"] == "user":
        await _colleague(ctx, ctx.seen)
    else:
        await _outside(ctx, ctx.seen)


async def _outside(ctx: CommandContext, message: Seen) -> None:
    """Tell the one who asked for it to be sent; else the seller, for a vendor's the planner."""
    row, content = message.row, message.row.get("content") or {}
    asked = UUID(content["sender"]) if content.get("sender") else None
    context = await context_of(ctx, row.get("car"), people=(asked, row.get("created_by")))
    if context is None:
        return
    vendor = row["receiver_kind"] == "vendor"
    receivers = context.people.named(asked, row.get("created_by"))
    receivers += context.at("prep_center", "planner") if vendor else _sellers(context)
    what = _CHANNELS.get(str(row["channel"]), verbatim(row["channel"]))
    name = await _vendor(ctx, content) if vendor else context.row.get("customer_name")
    who = short(name) if name else _VENDOR if vendor else _CUSTOMER
    await context.tell("message.bounced", receivers, what=what, who=who, about=message, key=f"returned:{message.id}")


def _sellers(context: MessageContext) -> list[Seen]:
    return context.named("seller") or context.at("dealership", *_LEADERS)


async def _vendor(ctx: CommandContext, content: Mapping[str, Any]) -> object:
    kind, record = content.get("capability") or (None, None)
    found = await ctx.find(VENDOR_LINKS, system="messenger", limit=1, id=UUID(str(record))) if kind == "vendor" else ()
    return found[0].row.get("vendor_name") if found else None


async def _colleague(ctx: CommandContext, message: Seen) -> None:
    """Tell the colleague, in the bell, and those who can put the address right."""
    row = message.row
    person = await _person(ctx, row.get("receiver"))
    if person is not None:
        why = restored(row.get("error"))
        await address_refused(ctx, person, str(row.get("to") or ""), why, row.get("created_by"))


async def _person(ctx: CommandContext, who: object) -> Seen | None:
    return (await load_recipients(ctx, people=[who])).name_of(who)


async def address_refused(ctx: CommandContext, person: Seen, address: str, why: Text, sender: object = None) -> None:
    """Tell of a colleague's address that takes no letters: once for each address."""
    recipients = await load_recipients(ctx, sites=[person.row.get("dealership")], people=[sender, person.id])
    told = Told(
        event="address.refused",
        about=person,
        fills={"who": verbatim(person_name(person.row)), "address": verbatim(address), "detail": why},
        key=f"refused:{person.id}:{address}",
    )
    await tell(ctx, told, [*recipients.named(sender, person.id), *await _leaders(ctx, recipients, person)])


async def _leaders(ctx: CommandContext, recipients: Recipients, person: Seen) -> list[Seen]:
    here = recipients.at(person.row.get("dealership"), "manager", "tenant_admin")
    if here:
        return here
    everyone = await ctx.find(USERS, system="pipeline", limit=2000, active=True)
    return [one for one in everyone if "tenant_admin" in (one.row["roles"] or ())]


async def not_invited(ctx: CommandContext, user: UUID, why: Text, *, gone: bool) -> None:
    """Tell the one who invited somebody that the invitation cannot be delivered."""
    person = await _person(ctx, user)
    if person is None:
        return
    address = str(person.row["email"])
    if gone:
        await suppress(ctx, "email", address, "refused", detail=why, at=ctx.now)
    await address_refused(ctx, person, address, why, person.row.get("created_by"))


EVENT_HANDLERS: dict[Event, Callable[[CommandContext], Awaitable[None]]] = {CAME_BACK: came_back}
