"""Customers: what goes to the person who waits for a car, by letter and, with consent, by text message."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from directapp.domains.messages.fields import MESSAGES
from directapp.domains.messages.phrases import hour_text, model, moment_text
from directapp.domains.messages.status_links import link_of
from directapp.domains.messages.telling import Outgoing, fresh_key, post, skip
from directapp.domains.people.fields import DEALERSHIPS, USERS
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


def language_of(car: Mapping[str, Any]) -> Language:
    """Return the language in which the customer of a car is written to."""
    return pick_language(None, str(car.get("customer_language") or "nb"))


def first_name(car: Mapping[str, Any]) -> str:
    """Return how a customer is greeted: by the first name, a company by its own."""
    name = str(car.get("customer_name") or "").strip()
    if car.get("customer_kind") == "company" or not name:
        return name
    if "," in name:
        name = name.partition(",")[2].strip() or name
    return name.split()[0]


def ways(car: Mapping[str, Any], channels: tuple[str, ...] = _BOTH) -> list[tuple[str, str]]:
    """Return how a customer may be told: (channel, address); a text message only with consent."""
    found = []
    if "email" in channels and car.get("customer_email"):
        found.append(("email", str(car["customer_email"])))
    if "sms" in channels and car.get("customer_phone") and car.get("consent_sms") is True:
        found.append(("sms", str(car["customer_phone"])))
    return found


def hand_over(car: Mapping[str, Any]) -> Text:
    """Return when and where the customer gets the car, as far as it is agreed."""
    at, place = car.get("handover_at"), car.get("handover_place")
    if at is None:
        return verbatim("")
    if not place:
        return _("Agreed time: {when}. ").fill(when=moment_text(at))
    return _("Agreed time: {when}, {place}. ").fill(when=moment_text(at), place=place)


def tomorrow(car: Mapping[str, Any]) -> Text:
    """Return the promised moment of tomorrow."""
    at = car.get("handover_at")
    if at is not None:
        return join((day_text(at.astimezone(OSLO).date()), hour_text(at)))
    return day_text(car["delivery_date"])


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
    site = await _site(ctx, car.row.get("dealership"))
    stem = key or fresh_key()
    open_ways = ways(car.row, channels)
    keys = [f"{stem}:{event}:{channel}" for channel, _ in open_ways]
    asked = await ctx.find(MESSAGES, only=("key",), key=[*keys, f"{stem}:{event}:none"]) if key else []
    known = {one.row["key"] for one in asked}
    common = {"first": verbatim(first_name(car.row)), "model": model(car.row), "site": verbatim(site.get("name") or "")}
    if not open_ways:
        if f"{stem}:{event}:none" not in known:
            values = {
                "car": car.id,
                "channel": "email",
                "direction": "out",
                "receiver_kind": "customer",
                "event": event,
                "key": f"{stem}:{event}:none",
            }
            await skip(ctx, values, _NO_WAY)
        return 0
    link = await link_of(ctx, car.id)
    outgoing = Outgoing(
        event=event,
        fills={**common, **fills},
        language=language_of(car.row),
        car=car.id,
        site=car.row.get("dealership"),
        receiver_kind="customer",
        key=stem,
        capability=("status", link.id),
        facts=customer_facts(car.row, site, language_of(car.row)),
        sender=sender,
    )
    fresh = [(channel, to) for (channel, to), one in zip(open_ways, keys, strict=True) if one not in known]
    for channel, to in fresh:
        await post(ctx, outgoing.values(channel, to))
    return len(fresh)


async def _site(ctx: CommandContext, site: object) -> Mapping[str, Any]:
    if not isinstance(site, UUID):
        return {}
    return (await ctx.look_up(DEALERSHIPS, site, system="pipeline")).row


def customer_facts(car: Mapping[str, Any], site: Mapping[str, Any], language: Language) -> list[list[str]]:
    """Return what a letter to a customer says beside its sentences: which car, when and where."""
    at, promised = car.get("handover_at"), car.get("delivery_date")
    time = moment_text(at) if at else day_text(promised) if promised else None
    lines = [
        (_CAR, model(car).pick(language)),
        (_TIME, time.pick(language) if time else None),
        (_PLACE, car.get("handover_place") or site.get("name")),
    ]
    return [[label.pick(language), str(value)] for label, value in lines if value]


async def seller_words(ctx: CommandContext, car: Seen) -> Text:
    """Return who gets in touch: the seller's first name, else we."""
    seller = car.row.get("seller")
    found = await ctx.find(USERS, system="pipeline", limit=1, id=seller, active=True) if seller else []
    return verbatim(found[0].row["first_name"]) if found else _US
