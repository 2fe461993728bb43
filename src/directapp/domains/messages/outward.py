"""Outward: what people ask to have sent to customers and vendors, and what comes of their answers."""

import hashlib
from collections.abc import Awaitable, Callable
from uuid import UUID

from directapp.declare.events import Event
from directapp.declare.names import Values
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.messages.audience import actor_of, load_recipients
from directapp.domains.messages.context import context_of
from directapp.domains.messages.customers import to_customer
from directapp.domains.messages.events import SHARE, VENDOR_ANSWERED, VENDOR_ASKED, VENDOR_SAID, VENDOR_UNMATCHED
from directapp.domains.messages.fields import MESSAGES, Messages, StatusLinks, VendorLinks
from directapp.domains.messages.phrases import NOTHING, car_name, person_name, short, shortened
from directapp.domains.messages.telling import Outgoing, Told, fresh_key, post, tell
from directapp.domains.messages.texts import own_words
from directapp.domains.messages.vendor_answers import ANSWERS
from directapp.domains.people.fields import DEALERSHIPS, Dealerships
from directapp.domains.workshop.fields import WORK_ITEMS, WorkItems
from directapp.kernel.dates import day_text
from directapp.kernel.money import amount_text
from directapp.kernel.text import _, join, pgettext, verbatim
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

_CAR, _WORK, _FOR = _("Car"), _("Work"), pgettext("vendor", "For")
_MOST = 160
CODES = "vendor.codes"
_ANSWER = _("{vendor}: {answer}")


async def shared(ctx: CommandContext) -> None:
    """Send the customer the link that somebody shared, by the way they chose."""
    if ctx.seen is None:
        return
    car = await ctx.look_up(CARS, ctx.seen.row[StatusLinks.car], system="pipeline")
    channel = str(ctx.params["channel"])
    await to_customer(ctx, car, "customer.link", fills={}, channels=(channel,), sender=actor_of(ctx))


async def asked(ctx: CommandContext) -> None:
    """Write to the vendor about the work item."""
    if ctx.seen is None:
        return
    link = ctx.seen.row
    item = await ctx.look_up(WORK_ITEMS, link[VendorLinks.work_item], system="pipeline")
    car = await ctx.look_up(CARS, item.row[WorkItems.car], system="pipeline")
    site = car.row.get(Cars.prep_center) or car.row.get(Cars.dealership)
    name = (await ctx.look_up(DEALERSHIPS, site, system="pipeline")).row[Dealerships.name] if site else "–"
    asker = (await load_recipients(ctx, people=[link.get(VendorLinks.asked_by)])).name_of(
        link.get(VendorLinks.asked_by)
    )
    language = str(link.get(VendorLinks.language) or "nb")
    work = shortened(item.row[WorkItems.description])
    detail = join((verbatim(f"«{work}»."), short(link.get(VendorLinks.note))))
    who = ", ".join(part for part in (person_name(asker.row) if asker else "", str(name)) if part)
    facts = [(_CAR, car_name(car.row).pick(language)), (_WORK, work), (_FOR, who)]
    fills = {
        "first": verbatim(link[VendorLinks.vendor_name]),
        "site": verbatim(name),
        "car": car_name(car.row),
        "detail": detail,
    }
    outgoing = Outgoing(
        event="vendor.request",
        fills=fills,
        language=language,
        own_words=await own_words(ctx, "vendor.request", language, site),
        car=car.id,
        site=site,
        receiver_kind="vendor",
        key=fresh_key(),
        capability=("vendor", ctx.seen.id),
        facts=[[label.pick(language), words] for label, words in facts],
        sender=link.get(VendorLinks.asked_by),
    )
    if link.get(VendorLinks.email):
        await post(ctx, outgoing.values("email", link[VendorLinks.email]))
    elif link.get(VendorLinks.phone):
        brief = {**fills, "detail": verbatim(f"«{work[:_MOST]}».")}
        outgoing.fills = brief
        await post(ctx, outgoing.values("sms", link[VendorLinks.phone]))


async def answered(ctx: CommandContext) -> None:
    """Tell the one who asked, and the planner, what the vendor says; keep it in the log as what came in."""
    if ctx.seen is None:
        return
    link = ctx.seen
    row = link.row
    context = await context_of(ctx, row.get(VendorLinks.car), people=(row.get(VendorLinks.asked_by),))
    if context is None:
        return
    said = next((c.label for c in ANSWERS if c.code == row.get(VendorLinks.answer)), NOTHING)
    price = (
        _("{price}.").fill(price=amount_text(row[VendorLinks.price]))
        if row.get(VendorLinks.price) is not None
        else NOTHING
    )
    on = day_text(row[VendorLinks.ready_on]) if row.get(VendorLinks.ready_on) else NOTHING
    detail = join((price, on, short(row.get(VendorLinks.answer_note))))
    receivers = [*context.people.named(row.get(VendorLinks.asked_by)), *context.at(Cars.prep_center, "planner")]
    item = await ctx.look_up(WORK_ITEMS, UUID(str(row[VendorLinks.work_item])), system="pipeline")
    told = Told(
        event="vendor.answered",
        car=context.car,
        about=item,
        fills={
            "who": verbatim(row[VendorLinks.vendor_name]),
            "what": said,
            "detail": join((short(item.row[WorkItems.description]), detail)),
        },
    )
    await tell(ctx, told, receivers)
    # What came by text message or letter stands in the log since it came.
    if not ctx.params.get("heard"):
        values: Values = {
            Messages.car: context.car.id,
            Messages.channel: "email" if row.get(VendorLinks.email) else "sms",
            Messages.direction: "in",
            Messages.receiver_kind: "vendor",
            Messages.event: "vendor.answered",
            Messages.subject: _ANSWER.fill(vendor=row[VendorLinks.vendor_name], answer=said),
            Messages.body: detail if detail.english else None,
            Messages.to: row.get(VendorLinks.email) or row.get(VendorLinks.phone),
            Messages.status: "delivered",
            Messages.delivered_at: ctx.now,
            Messages.key: f"{fresh_key()}:in",
        }
        await ctx.create(MESSAGES, {name: value for name, value in values.items() if value is not None})


async def said(ctx: CommandContext) -> None:
    """Tell the one who asked, and the planner, that the vendor wrote something that no step follows from."""
    await _tell_words(ctx, VENDOR_SAID.name)


async def unmatched(ctx: CommandContext) -> None:
    """Tell them that an answer may be about this work, and the vendor, once, which codes pick one."""
    await _tell_words(ctx, VENDOR_UNMATCHED.name)
    codes = [str(code) for code in ctx.params.get("codes") or ()]
    if codes and ctx.seen is not None:
        await _ask_for_code(ctx, ctx.seen, codes)


async def _tell_words(ctx: CommandContext, event: str) -> None:
    if ctx.seen is None:
        return
    row = ctx.seen.row
    item = await ctx.look_up(WORK_ITEMS, UUID(str(row[VendorLinks.work_item])), system="pipeline")
    context = await context_of(ctx, item.row.get(WorkItems.car), people=(row.get(VendorLinks.asked_by),))
    if context is None:
        return
    fills = {
        "who": verbatim(row[VendorLinks.vendor_name]),
        "what": short(item.row[WorkItems.description]),
        "detail": short(ctx.params.get("text")),
    }
    receivers = [*context.people.named(row.get(VendorLinks.asked_by)), *context.at(Cars.prep_center, "planner")]
    await tell(ctx, Told(event=event, car=context.car, about=item, fills=fills), receivers)


async def _ask_for_code(ctx: CommandContext, link: Seen, codes: list[str]) -> None:
    """Answer with the codes that are open: once for the same ones, so that two machines never talk on."""
    number, language = str(ctx.params["sender"]), str(link.row.get(VendorLinks.language) or "nb")
    stem = hashlib.sha256(" ".join([number, *sorted(codes)]).encode()).hexdigest()[:32]
    if await ctx.find(MESSAGES, {Messages.key: f"{stem}:{CODES}:sms"}, limit=1):
        return
    item = await ctx.look_up(WORK_ITEMS, link.row[VendorLinks.work_item], system="pipeline")
    outgoing = Outgoing(
        event=CODES,
        fills={"detail": verbatim(", ".join(codes)), "code": verbatim(codes[0].split(" ", 1)[0])},
        language=language,
        own_words=await own_words(ctx, CODES, language, None),
        car=item.row.get(WorkItems.car),
        site=None,
        receiver_kind="vendor",
        key=stem,
        capability=("vendor", link.id),
    )
    await post(ctx, outgoing.values("sms", number))


EVENT_HANDLERS: dict[Event, Callable[[CommandContext], Awaitable[None]]] = {
    SHARE: shared,
    VENDOR_ASKED: asked,
    VENDOR_ANSWERED: answered,
    VENDOR_SAID: said,
    VENDOR_UNMATCHED: unmatched,
}
