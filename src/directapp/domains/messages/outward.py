"""Outward: what people ask to have sent to customers and vendors, and what comes of their answers."""

import hashlib
from collections.abc import Awaitable, Callable
from uuid import UUID

from directapp.declare.events import Event
from directapp.domains.cars.fields import CARS
from directapp.domains.messages.audience import actor_of, load_recipients
from directapp.domains.messages.context import context_of
from directapp.domains.messages.customers import to_customer
from directapp.domains.messages.events import SHARE, VENDOR_ANSWERED, VENDOR_ASKED, VENDOR_SAID, VENDOR_UNMATCHED
from directapp.domains.messages.fields import MESSAGES
from directapp.domains.messages.phrases import NOTHING, car_name, person_name, short, shortened
from directapp.domains.messages.telling import Outgoing, Told, fresh_key, post, tell
from directapp.domains.messages.vendor_answers import ANSWERS
from directapp.domains.people.fields import DEALERSHIPS
from directapp.domains.workshop.fields import WORK_ITEMS
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
    car = await ctx.look_up(CARS, ctx.seen.row["car"], system="pipeline")
    channel = str(ctx.params["channel"])
    await to_customer(ctx, car, "customer.link", fills={}, channels=(channel,), sender=actor_of(ctx))


async def asked(ctx: CommandContext) -> None:
    """Write to the vendor about the work item."""
    if ctx.seen is None:
        return
    link = ctx.seen.row
    item = await ctx.look_up(WORK_ITEMS, link["work_item"], system="pipeline")
    car = await ctx.look_up(CARS, item.row["car"], system="pipeline")
    site = car.row.get("prep_center") or car.row.get("dealership")
    name = (await ctx.look_up(DEALERSHIPS, site, system="pipeline")).row["name"] if site else "–"
    asker = (await load_recipients(ctx, people=[link.get("asked_by")])).name_of(link.get("asked_by"))
    language = str(link.get("language") or "nb")
    work = shortened(item.row["description"])
    detail = join((verbatim(f"«{work}»."), short(link.get("note"))))
    who = ", ".join(part for part in (person_name(asker.row) if asker else "", str(name)) if part)
    facts = [(_CAR, car_name(car.row).pick(language)), (_WORK, work), (_FOR, who)]
    fills = {"first": verbatim(link["vendor_name"]), "site": verbatim(name), "car": car_name(car.row), "detail": detail}
    outgoing = Outgoing(
        event="vendor.request",
        fills=fills,
        language=language,
        car=car.id,
        site=site,
        receiver_kind="vendor",
        key=fresh_key(),
        capability=("vendor", ctx.seen.id),
        facts=[[label.pick(language), words] for label, words in facts],
        sender=link.get("asked_by"),
    )
    if link.get("email"):
        await post(ctx, outgoing.values("email", link["email"]))
    elif link.get("phone"):
        brief = {**fills, "detail": verbatim(f"«{work[:_MOST]}».")}
        outgoing.fills = brief
        await post(ctx, outgoing.values("sms", link["phone"]))


async def answered(ctx: CommandContext) -> None:
    """Tell the one who asked, and the planner, what the vendor says; keep it in the log as what came in."""
    if ctx.seen is None:
        return
    link = ctx.seen
    row = link.row
    context = await context_of(ctx, row.get("car"), people=(row.get("asked_by"),))
    if context is None:
        return
    said = next((c.label for c in ANSWERS if c.code == row.get("answer")), NOTHING)
    price = _("{price}.").fill(price=amount_text(row["price"])) if row.get("price") is not None else NOTHING
    on = day_text(row["ready_on"]) if row.get("ready_on") else NOTHING
    detail = join((price, on, short(row.get("answer_note"))))
    receivers = [*context.people.named(row.get("asked_by")), *context.at("prep_center", "planner")]
    item = await ctx.look_up(WORK_ITEMS, UUID(str(row["work_item"])), system="pipeline")
    told = Told(
        event="vendor.answered",
        car=context.car,
        about=item,
        fills={
            "who": verbatim(row["vendor_name"]),
            "what": said,
            "detail": join((short(item.row["description"]), detail)),
        },
    )
    await tell(ctx, told, receivers)
    # What came by text message or letter stands in the log since it came.
    if not ctx.params.get("heard"):
        values = {
            "car": context.car.id,
            "channel": "email" if row.get("email") else "sms",
            "direction": "in",
            "receiver_kind": "vendor",
            "event": "vendor.answered",
            "subject": _ANSWER.fill(vendor=row["vendor_name"], answer=said),
            "body": detail if detail.english else None,
            "to": row.get("email") or row.get("phone"),
            "status": "delivered",
            "delivered_at": ctx.now,
            "key": f"{fresh_key()}:in",
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
    item = await ctx.look_up(WORK_ITEMS, UUID(str(row["work_item"])), system="pipeline")
    context = await context_of(ctx, item.row.get("car"), people=(row.get("asked_by"),))
    if context is None:
        return
    fills = {
        "who": verbatim(row["vendor_name"]),
        "what": short(item.row["description"]),
        "detail": short(ctx.params.get("text")),
    }
    receivers = [*context.people.named(row.get("asked_by")), *context.at("prep_center", "planner")]
    await tell(ctx, Told(event=event, car=context.car, about=item, fills=fills), receivers)


async def _ask_for_code(ctx: CommandContext, link: Seen, codes: list[str]) -> None:
    """Answer with the codes that are open: once for the same ones, so that two machines never talk on."""
    number, language = str(ctx.params["sender"]), str(link.row.get("language") or "nb")
    stem = hashlib.sha256(" ".join([number, *sorted(codes)]).encode()).hexdigest()[:32]
    if await ctx.find(MESSAGES, limit=1, key=f"{stem}:{CODES}:sms"):
        return
    item = await ctx.look_up(WORK_ITEMS, link.row["work_item"], system="pipeline")
    outgoing = Outgoing(
        event=CODES,
        fills={"detail": verbatim(", ".join(codes)), "code": verbatim(codes[0].split(" ", 1)[0])},
        language=language,
        car=item.row.get("car"),
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
