"""Daily: what is told by the clock and not by a change. Each is told once a day, however often it is run."""

from datetime import date, timedelta
from uuid import UUID

from directapp.declare.case import Range
from directapp.declare.names import Json, Row, Values, plain, row_of
from directapp.domains.cars.fields import CARS, WORK, Cars
from directapp.domains.messages.audience import load_recipients
from directapp.domains.messages.context import MessageContext, context_of
from directapp.domains.messages.customers import ASK, CALL, to_customer, tomorrow
from directapp.domains.messages.editable import DIGEST, UNREAD
from directapp.domains.messages.events import DELIVERY_TOMORROW, OVERDUE
from directapp.domains.messages.fields import (
    MESSAGES,
    NOTICE_CHOICES,
    NOTIFICATIONS,
    Messages,
    MessageTexts,
    NoticeChoices,
    Notifications,
)
from directapp.domains.messages.phrases import moment_text, person_name, phone_text
from directapp.domains.messages.telling import post
from directapp.domains.messages.texts import OwnWords, all_words, words_of
from directapp.domains.people.fields import DEALERSHIPS, Dealerships, Users
from directapp.kernel.clock import OSLO
from directapp.kernel.dates import day_text
from directapp.kernel.text import Text, _, in_language, join, verbatim
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

_MANY, _PAGE = 5000, 500
_MOST_LINES = 40
_CLOSED = ("delivered", "archived")
_PROMISED = _("Delivery was promised {when}.")
_PLANNED = _("{what} was planned {when}, but has not begun.")
_STAGE = _("Has stood for {hours} h; the limit is {goal} h.")
_NOT_READY = _("The car is not ready, and no hour is agreed: the customer has not been told.")


def today_of(ctx: CommandContext) -> date:
    """Return the day it is in Norway."""
    return ctx.now.astimezone(OSLO).date()


async def tell_tomorrow(ctx: CommandContext, after: UUID | None = None) -> UUID | None:
    """Tell sellers and customers of tomorrow's deliveries, a page of cars at a time; return where the next begins."""
    day = today_of(ctx) + timedelta(days=1)
    cars, last = await _open_cars(ctx, after)
    for car in cars:
        if _delivery_day(car.row) != day:
            continue
        context = await context_of(ctx, car.id)
        if context is None:
            continue
        when = tomorrow(row_of({**plain(car.row), Cars.delivery_date: day}))
        key = f"tomorrow:{car.id}:{day.isoformat()}"
        if not await _told(ctx, f"{key}:delivery.tomorrow"):
            ctx.emit(DELIVERY_TOMORROW, on=car, day=day.isoformat())
        sold, sure = car.row.get(Cars.sold_at) is not None, _is_sure(car.row)
        detail = _place(car.row) if sure or not sold else join((_place(car.row), _NOT_READY))
        await context.tell("delivery.tomorrow", context.named(Cars.seller), when=when, detail=detail, key=key)
        if sold and sure:
            fills = {"when": when, "detail": _place(car.row), "call": await _call(ctx, car)}
            await to_customer(ctx, car, "customer.tomorrow", fills=fills, key=key)
    return last


async def _told(ctx: CommandContext, key: str) -> bool:
    """Whether anybody has been told this already, by an earlier run."""
    return bool(await ctx.find(NOTIFICATIONS, {Notifications.key: key}, limit=1, only=(Notifications.id,)))


def _is_sure(car: Row) -> bool:
    """Whether a customer may be told to come: the car is ready, or the hour is agreed with them."""
    return car.get(Cars.ready_for_delivery_at) is not None or car.get(Cars.handover_at) is not None


def _delivery_day(car: Row) -> date | None:
    at = car.get(Cars.handover_at)
    return at.astimezone(OSLO).date() if at is not None else car.get(Cars.delivery_date)


def _place(car: Row) -> Text:
    place = car.get(Cars.handover_place)
    return _("Place: {place}. ").fill(place=place) if place else verbatim("")


async def _call(ctx: CommandContext, car: Seen) -> Text:
    """Return what to do when the time does not suit."""
    site = car.row.get(Cars.dealership)
    found = await ctx.look_up(DEALERSHIPS, site, system="pipeline") if site else None
    phone = found.row.get(Dealerships.phone) if found else None
    return CALL.fill(phone=phone_text(phone)) if phone else ASK


async def _open_cars(ctx: CommandContext, after: UUID | None) -> tuple[list[Seen], UUID | None]:
    """Return the open cars of the page after an id, and where the next page begins: None at the end."""
    more: Values = {} if after is None else {Cars.id: Range(UUID(int=after.int + 1))}
    page = await ctx.find(CARS, {Cars.archived_at: None, **more}, system="pipeline", limit=_PAGE)
    return [c for c in page if c.row[Cars.status] not in _CLOSED], page[-1].id if len(page) == _PAGE else None


async def tell_overdue(ctx: CommandContext, after: UUID | None = None) -> UUID | None:
    """Tell planners and managers of cars over their promised day, or over the goal of the stage they stand in.

    A page of cars at a time; returns where the next begins.
    """
    day = today_of(ctx)
    goals = {
        d.id: d.row.get(Dealerships.stage_goals) or {}
        for d in await ctx.find(DEALERSHIPS, system="pipeline", limit=_MANY)
    }
    cars, last = await _open_cars(ctx, after)
    for car in cars:
        promised = car.row.get(Cars.delivery_date)
        late = promised is not None and promised < day and car.row.get(Cars.customer_name) is not None
        site = car.row.get(Cars.prep_center)
        over = None if late else _not_started(ctx, car) or _over_goal(ctx, car, goals.get(site, {}) if site else {})
        if not late and over is None:
            continue
        context = await context_of(ctx, car.id)
        if context is not None:
            await _overdue(
                context, _PROMISED.fill(when=day_text(promised)) if promised and late else over or verbatim(""), day
            )
    return last


def _not_started(ctx: CommandContext, car: Seen) -> Text | None:
    """Return what was planned for an earlier day and has not begun."""
    for work in WORK.values():
        planned, begun = car.row.get(work.scheduled), car.row.get(work.started) or car.row.get(work.completed)
        if planned is not None and begun is None and planned.astimezone(OSLO).date() < today_of(ctx):
            return _PLANNED.fill(what=work.label, when=moment_text(planned))
    return None


def _over_goal(ctx: CommandContext, car: Seen, goals: Json) -> Text | None:
    goal, since = goals.get(car.row.get(Cars.status)), car.row.get(Cars.status_since)
    if goal is None or since is None:
        return None
    hours, red = (ctx.now - since).total_seconds() / 3600, float(goal["red"])
    return _STAGE.fill(hours=round(hours), goal=round(red)) if hours > red else None


async def _overdue(context: MessageContext, detail: Text, day: date) -> None:
    receivers = [
        *context.at(Cars.prep_center, "planner"),
        *context.at(Cars.prep_center, "manager"),
        *context.at(Cars.dealership, "manager"),
    ]
    # Said once for each stage it stands in and week it stays there, not every morning.
    week = day.isocalendar()
    key = f"overdue:{context.car.id}:{context.row.get(Cars.status)}:{week.year}-{week.week}"
    if not await _told(context.act, f"{key}:deadline.overdue"):
        context.act.emit(OVERDUE, on=context.car)
    await context.tell("deadline.overdue", receivers, detail=detail, key=key)


async def send_digests(ctx: CommandContext) -> None:
    """Send those who want it their unread notifications as one letter."""
    day = today_of(ctx)
    wanting = [
        c.row[NoticeChoices.user] for c in await ctx.find(NOTICE_CHOICES, {NoticeChoices.digest: True}, limit=_MANY)
    ]
    recipients = await load_recipients(ctx, people=wanting)
    own = await all_words(ctx, DIGEST.code)
    for person in recipients.people.values():
        key = f"digest:{person.id}:{day.isoformat()}"
        if await ctx.find(MESSAGES, {Messages.key: key}, limit=1):
            continue
        unread = await ctx.find(
            NOTIFICATIONS, {Notifications.receiver: person.id, Notifications.read_at: None}, limit=_MANY
        )
        if person.row.get(Users.email) and unread:
            await _digest(ctx, person, unread, key, own)


async def _digest(ctx: CommandContext, person: Seen, unread: list[Seen], key: str, own: OwnWords) -> None:
    language = str(person.row.get(Users.language) or "nb")
    rank = {"urgent": 0, "high": 1, "normal": 2, "low": 3}
    lines = sorted(unread, key=lambda n: (rank.get(n.row[Notifications.priority], 2), -n.id.int))[:_MOST_LINES]
    fills: dict[str, Text] = {
        "count": UNREAD.fill(count=len(unread)),
        "first": verbatim(person_name(person.row).split(" ")[0]),
    }
    words = own.of(language, person.row.get(Users.dealership))
    content = {
        "language": language,
        "site": str(person.row[Users.dealership]) if person.row.get(Users.dealership) else None,
        "lines": [
            in_language([n.row[Notifications.title], n.row.get(Notifications.body) or ""], language) for n in lines
        ],
        "button": DIGEST.button.pick(language),
        "path": "/app/notifications",
    }
    values: Values = {
        Messages.channel: "email",
        Messages.direction: "out",
        Messages.receiver_kind: "user",
        Messages.receiver: person.id,
        Messages.event: DIGEST.code,
        Messages.subject: words_of(DIGEST, MessageTexts.subject, words, fills, language),
        Messages.body: words_of(DIGEST, MessageTexts.body, words, fills, language),
        Messages.to: person.row[Users.email],
        Messages.content: content,
        Messages.key: key,
    }
    await post(ctx, values)
