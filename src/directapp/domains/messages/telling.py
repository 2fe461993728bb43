"""Telling: a notification for each receiver, its line in the log, and a letter where the receiver wants one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from directapp.declare.events import Event
from directapp.declare.fields import SUBJECT_COLLECTION, SUBJECT_ID
from directapp.declare.names import Patch, Row, Values
from directapp.domains.cars.fields import Cars
from directapp.domains.messages.audience import actor_of
from directapp.domains.messages.catalogue import NOTICES, Notice
from directapp.domains.messages.editable import COLLEAGUES, OUTWARD
from directapp.domains.messages.events import SEND
from directapp.domains.messages.fields import (
    MESSAGES,
    NOTICE_CHOICES,
    NOTIFICATIONS,
    Messages,
    MessageTexts,
    NoticeChoices,
    Notifications,
)
from directapp.domains.messages.phrases import car_name
from directapp.domains.messages.preferences import quiet_until, wants_email
from directapp.domains.messages.texts import all_words, words_of
from directapp.domains.people.fields import Users
from directapp.kernel.dates import day_text
from directapp.kernel.ids import uuid7
from directapp.kernel.text import Text, _, verbatim
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

LINK_MARK = _("[link]")
NO_WORDS: Mapping[str, str] = {}
_TITLE, _BODY, _MANY = 200, 2000, 2000
_PARTS = (MessageTexts.subject, MessageTexts.body)
_PROMISED = _("Promised delivery")
_CAR = _("Car")
_VIN = _("VIN")
_ORDER = _("Order number")


@dataclass(slots=True, kw_only=True)
class Told:
    """What is told: the event, its places filled, the car and the record it is about.

    ``key`` is the same when the same thing is told again.
    """

    event: str
    fills: Mapping[str, Text] = field(default_factory=dict)
    car: Seen | None = None
    about: Seen | None = None
    key: str = ""
    priority: str | None = None

    @property
    def notice(self) -> Notice:
        """The event's entry in the catalogue."""
        return NOTICES[self.event]

    @property
    def places(self) -> Mapping[str, Text]:
        """What stands in the places of its words."""
        return {"car": car_name(self.car.row if self.car else None), **self.fills}

    @property
    def texts(self) -> tuple[Text, Text]:
        """Title and body in the product's words."""
        return self.notice.title.fill(**self.places), self.notice.body.fill(**self.places)

    def words(self, language: str, own: Mapping[str, str] = NO_WORDS) -> tuple[str, str]:
        """Return title and body in a language, in own words where there are any."""
        entry = COLLEAGUES[self.event]
        title, body = (words_of(entry, part, own, self.places, language).strip() for part in ("subject", "body"))
        return title[:_TITLE], body[:_BODY]

    def facts(self, language: str) -> list[list[str]]:
        """Return what a letter says of the car beside its sentences."""
        return car_facts(self.car.row if self.car else None, language)


def car_facts(car: Row | None, language: str) -> list[list[str]]:
    """Return the lines that tell colleagues which car it is."""
    if car is None:
        return []
    lines = [
        (_CAR, car_name(car).pick(language)),
        (_VIN, car.get(Cars.vin)),
        (_ORDER, car.get(Cars.order_number)),
        (_PROMISED, day_text(car[Cars.delivery_date]).pick(language) if car.get(Cars.delivery_date) else None),
    ]
    return [[label.pick(language), str(value)] for label, value in lines if value]


def fresh_key() -> str:
    """Return what names this telling. An event handler takes effect once, so nothing was told under it before."""
    return uuid7().hex


async def tell(ctx: CommandContext, told: Told, receivers: Iterable[Seen]) -> int:
    """Tell each receiver once, though not the one who did it; return how many were told now."""
    actor = actor_of(ctx)
    people = {one.id: one for one in receivers if one.id != actor}
    if not people:
        return 0
    key = f"{told.key or fresh_key()}:{told.event}"
    if told.key:
        known = await ctx.find(
            NOTIFICATIONS,
            {Notifications.receiver: list(people), Notifications.key: key},
            limit=_MANY,
            only=(Notifications.receiver,),
        )
        for one in known:
            people.pop(one.row[Notifications.receiver], None)
    if not people:
        return 0
    asked = ctx.find(NOTICE_CHOICES, {NoticeChoices.user: list(people)}, limit=_MANY, cached=True)
    chosen = {c.row[NoticeChoices.user]: c.row for c in await asked}
    written = await all_words(ctx, told.event)
    own = {one.id: written.of(_language(one), one.row.get(Users.dealership)) for one in people.values()}
    rows = [_notification(told, one, own[one.id], key) for one in people.values()]
    await ctx.create_all(NOTIFICATIONS, rows, later=True)
    lines = [line for one in people.values() for line in _lines(ctx, told, one, chosen.get(one.id), own[one.id], key)]
    await put(ctx, lines, later=True)
    return len(people)


@dataclass(frozen=True, slots=True)
class FactLine:
    """A line of the log to write: one without a status is to be sent, ``later`` where it has to wait."""

    values: Patch
    later: datetime | None = None


def _language(person: Seen) -> str:
    return str(person.row.get(Users.language) or "nb")


def _notification(told: Told, person: Seen, own: Mapping[str, str], key: str) -> Values:
    """Return what the bell says: the product's words in whatever language it is read, own ones as they are written."""
    said = zip(_PARTS, told.texts, told.words(_language(person), own), strict=True)
    title, body = (verbatim(written) if own.get(part) else text for part, text, written in said)
    about = told.about or told.car
    return {
        Notifications.receiver: person.id,
        Notifications.title: title,
        Notifications.body: body if body.english.strip() else None,
        Notifications.key: key,
        Notifications.event: told.event,
        Notifications.type: told.notice.type,
        Notifications.priority: told.priority or told.notice.priority,
        **({Notifications.car: told.car.id} if told.car else {}),
        **({SUBJECT_COLLECTION: about.collection, SUBJECT_ID: about.id} if about else {}),
    }


def _lines(  # noqa: PLR0917 - what a line is made of
    ctx: CommandContext, told: Told, person: Seen, choice: Row | None, own: Mapping[str, str], key: str
) -> list[FactLine]:
    """Return the lines of the log: the notification itself, and the letter where the receiver wants one."""
    language = _language(person)
    title, body = told.words(language, own)
    line = f"{key}:{person.id}"
    subject = _subject(ctx, told)
    common: Values = {
        **({Messages.car: told.car.id} if told.car else {}),
        **subject,
        Messages.direction: "out",
        Messages.receiver_kind: "user",
        Messages.receiver: person.id,
        Messages.event: told.event,
        Messages.subject: title,
        Messages.body: body or None,
    }
    lines = []
    if subject:
        here: Values = {
            Messages.channel: "in_app",
            Messages.status: "delivered",
            Messages.delivered_at: ctx.now,
            Messages.key: f"{line}:in_app",
        }
        lines.append(FactLine({**common, **here}))
    if not wants_email(choice, told.event) or not person.row.get(Users.email):
        return lines
    urgent = (told.priority or told.notice.priority) == "urgent"
    content = {
        "language": language,
        "site": str(person.row[Users.dealership]) if person.row.get(Users.dealership) else None,
        "facts": told.facts(language),
        "button": told.notice.button.pick(language),
        "path": _path(told, subject),
    }
    letter: Values = {
        Messages.channel: "email",
        Messages.to: person.row[Users.email],
        Messages.content: content,
        Messages.key: f"{line}:email",
    }
    lines.append(FactLine({**common, **letter}, later=None if urgent else quiet_until(choice, ctx.now)))
    return lines


def _subject(ctx: CommandContext, told: Told) -> Values:
    """Return which record the log keeps a telling with: what a comment belongs to, the car, or what it is about."""
    about = told.about
    if about is not None and about.row.get(SUBJECT_ID) is not None:
        return {name: about.row[name] for name in (SUBJECT_COLLECTION, SUBJECT_ID)}
    one, subjects = told.car or about, ctx.fields(MESSAGES)[SUBJECT_COLLECTION]
    if one is None or not subjects.choice(one.collection):
        return {}
    return {SUBJECT_COLLECTION: one.collection, SUBJECT_ID: one.id}


def _path(told: Told, subject: Patch) -> str:
    about = told.about
    if about is not None and about.row.get(SUBJECT_ID) is not None:
        return f"/app/{subject[SUBJECT_COLLECTION]}/{subject[SUBJECT_ID]}"
    if told.car:
        return f"/app/cars/{told.car.id}"
    return f"/app/{about.collection}/{about.id}" if about else "/app/notifications"


async def put(ctx: CommandContext, lines: Sequence[FactLine], *, later: bool = False) -> list[Seen]:
    """Write lines into the log; those to be sent are queued, and asked for once this is committed."""
    waits = {one.values[Messages.key]: max(0.0, (one.later - ctx.now).total_seconds()) for one in lines if one.later}

    def sends(row: Row) -> tuple[Event, float] | None:
        return (SEND, waits.get(row[Messages.key], 0.0)) if row[Messages.status] == "queued" else None

    rows = [{Messages.status: "queued", **one.values} for one in lines]
    return await ctx.create_all(MESSAGES, rows, then=sends, later=later)


async def post(ctx: CommandContext, values: Patch) -> Seen:
    """Put a message in the log as queued, and ask for it to be sent once this is committed."""
    return (await put(ctx, [FactLine(values)]))[0]


async def skip(ctx: CommandContext, values: Patch, reason: Text) -> Seen:
    """Note in the log that somebody was not told, and why."""
    return await ctx.create(
        MESSAGES, {**values, Messages.status: "skipped", Messages.error: reason, Messages.failed_at: ctx.now}
    )


@dataclass(slots=True, kw_only=True)
class Outgoing:
    """A message to somebody outside: its words filled, and the link that its button opens.

    The link of a text message is written when it is sent; in the log a mark stands in its place. ``sender`` is the
    person who had it sent, and hears of it when it is not delivered. ``own_words`` are what the company or the site
    writes in place of the product's subject, body and text message.
    """

    event: str
    fills: Mapping[str, Text]
    language: str
    car: UUID | None
    site: UUID | None
    receiver_kind: str
    key: str
    capability: tuple[str, UUID]
    facts: list[list[str]] = field(default_factory=list)
    sender: UUID | None = None
    own_words: Mapping[str, str] = field(default_factory=dict)

    def values(self, channel: str, to: str) -> Values:
        """Return the log's row for a channel."""
        entry = OUTWARD[self.event]
        fills = {**self.fills, "link": LINK_MARK}
        shown = words_of(
            entry, "sms" if channel == "sms" and entry.sms else "body", self.own_words, fills, self.language
        )
        subject = words_of(entry, "subject", self.own_words, fills, self.language)
        kind, record = self.capability
        return {
            Messages.car: self.car,
            Messages.channel: channel,
            Messages.direction: "out",
            Messages.receiver_kind: self.receiver_kind,
            Messages.event: self.event,
            Messages.subject: subject[:_TITLE],
            Messages.body: " ".join(shown.split()),
            Messages.to: to,
            Messages.key: f"{self.key}:{self.event}:{channel}",
            Messages.content: {
                "language": self.language,
                "site": str(self.site) if self.site else None,
                "facts": self.facts,
                "button": entry.button.pick(self.language),
                "capability": [kind, str(record)],
                **({"sender": str(self.sender)} if self.sender else {}),
            },
            **({Messages.link: record} if kind == "status" else {}),
        }
