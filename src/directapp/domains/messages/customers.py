"""Customers: what goes to the person who waits for a car, by letter and, with consent, by text message."""

from collections.abc import Mapping
from uuid import UUID

from directapp.declare.names import NO_ROW, Row, Values
from directapp.domains.cars.fields import Cars
from directapp.domains.messages.fields import MESSAGES, Messages
from directapp.domains.messages.phrases import hour_text, model, moment_text
from directapp.domains.messages.status_links import link_of
from directapp.domains.messages.telling import Outgoing, fresh_key, post, skip
from directapp.domains.messages.texts import own_words
from directapp.domains.people.fields import DEALERSHIPS, USERS, Dealerships, Users
from directapp.kernel.clock import OSLO
from directapp.kernel.dates import day_text
from directapp.kernel.languages import Language, pick_language
from directapp.kernel.text import Text, _, join, verbatim
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

_BOTH = ("email", "sms")
_NO_WAY = _("The customer has no e-mail, and has not consented to text messages.")
CALL = _("If that does not suit you after all, call us on {phone}.")
ASK = _("If that does not suit you after all, get in touch with us.")
_US = _("We")
_PLACE, _TIME, _CAR = _("Place"), _("Time"), _("Car")


def language_of(car: Row) -> Language:
    """Return the language in which the customer of a car is written to."""
    return pick_language(None, str(car.get(Cars.customer_language) or "nb"))


def first_name(car: Row) -> str:
    """Return how a customer is greeted: by the first name, a company by its own."""
    name = str(car.get(Cars.customer_name) or "").strip()
    if car.get(Cars.customer_kind) == "company" or not name:
        return name
    if "," in name:
        name = name.partition(",")[2].strip() or name
    return name.split()[0]


def ways(car: Row, channels: tuple[str, ...] = _BOTH) -> list[tuple[str, str]]:
    """Return how a customer may be told: (channel, address); a text message only with consent."""
    found = []
    email, phone = car.get(Cars.customer_email), car.get(Cars.customer_phone)
    if email and "email" in channels:
        found.append(("email", email))
    if phone and "sms" in channels and car.get(Cars.consent_sms) is True:
        found.append(("sms", phone))
    return found


def hand_over(car: Row) -> Text:
    """Return when and where the customer gets the car, as far as it is agreed."""
    at, place = car.get(Cars.handover_at), car.get(Cars.handover_place)
    if at is None:
        return verbatim("")
    if not place:
        return _("Agreed time: {when}. ").fill(when=moment_text(at))
    return _("Agreed time: {when}, {place}. ").fill(when=moment_text(at), place=place)


def tomorrow(car: Row) -> Text:
    """Return the promised moment of tomorrow."""
    at = car.get(Cars.handover_at)
    if at is not None:
        return join((day_text(at.astimezone(OSLO).date()), hour_text(at)))
    return day_text(car[Cars.delivery_date])


async def to_customer(
    ctx: CommandContext,
    car: Seen,
    event: str,
    *,
    fills: Mapping[str, Text],
    channels: tuple[str, ...] = _BOTH,
    key: str = "",
    sender: UUID | None = None,
) -> int:
    """Write to the customer of a car by the ways that are open; return how many messages are on their way.

    The same key is written once, whatever becomes of the first.
    """
    site = await _site(ctx, car.row.get(Cars.dealership))
    stem = key or fresh_key()
    open_ways = ways(car.row, channels)
    keys = [f"{stem}:{event}:{channel}" for channel, _ in open_ways]
    asked = (
        await ctx.find(MESSAGES, {Messages.key: [*keys, f"{stem}:{event}:none"]}, only=(Messages.key,)) if key else []
    )
    known = {one.row[Messages.key] for one in asked}
    common = {
        "first": verbatim(first_name(car.row)),
        "model": model(car.row),
        "site": verbatim(site.get(Dealerships.name) or ""),
    }
    if not open_ways:
        if f"{stem}:{event}:none" not in known:
            values: Values = {
                Messages.car: car.id,
                Messages.channel: "email",
                Messages.direction: "out",
                Messages.receiver_kind: "customer",
                Messages.event: event,
                Messages.key: f"{stem}:{event}:none",
            }
            await skip(ctx, values, _NO_WAY)
        return 0
    link = await link_of(ctx, car.id)
    language = language_of(car.row)
    outgoing = Outgoing(
        event=event,
        fills={**common, **fills},
        language=language,
        own_words=await own_words(ctx, event, language, car.row.get(Cars.dealership)),
        car=car.id,
        site=car.row.get(Cars.dealership),
        receiver_kind="customer",
        key=stem,
        capability=("status", link.id),
        facts=customer_facts(car.row, site, language),
        sender=sender,
    )
    fresh = [(channel, to) for (channel, to), one in zip(open_ways, keys, strict=True) if one not in known]
    for channel, to in fresh:
        await post(ctx, outgoing.values(channel, to))
    return len(fresh)


async def _site(ctx: CommandContext, site: UUID | None) -> Row:
    if site is None:
        return NO_ROW
    return (await ctx.look_up(DEALERSHIPS, site, system="pipeline")).row


def customer_facts(car: Row, site: Row, language: Language) -> list[list[str]]:
    """Return what a letter to a customer says beside its sentences: which car, when and where."""
    at, promised = car.get(Cars.handover_at), car.get(Cars.delivery_date)
    time = moment_text(at) if at else day_text(promised) if promised else None
    lines = [
        (_CAR, model(car).pick(language)),
        (_TIME, time.pick(language) if time else None),
        (_PLACE, car.get(Cars.handover_place) or site.get(Dealerships.name)),
    ]
    return [[label.pick(language), str(value)] for label, value in lines if value]


async def seller_words(ctx: CommandContext, car: Seen) -> Text:
    """Return who gets in touch: the seller's first name, else we."""
    seller = car.row.get(Cars.seller)
    found = await ctx.find(USERS, {Users.id: seller, Users.active: True}, system="pipeline", limit=1) if seller else []
    return verbatim(found[0].row[Users.first_name]) if found else _US
