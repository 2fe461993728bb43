"""Telling: a notification for each receiver, its line in the log, and a letter where the receiver wants one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from directapp.declare.events import Event
from directapp.declare.fields import SUBJECT_COLLECTION, SUBJECT_ID
from directapp.domains.messages.audience import actor_of
from directapp.domains.messages.catalogue import NOTICES, OUTWARD, Notice
from directapp.domains.messages.events import SEND
from directapp.domains.messages.fields import MESSAGES, NOTICE_CHOICES, NOTIFICATIONS
from directapp.domains.messages.phrases import car_name
from directapp.domains.messages.preferences import quiet_until, wants_email
from directapp.kernel.dates import day_text
from directapp.kernel.ids import uuid7
from directapp.kernel.text import Text, _
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

LINK_MARK = _("[link]")
_TITLE, _BODY, _MANY = 200, 2000, 2000
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
    def texts(self) -> tuple[Text, Text]:
        """Title and body."""
        places = {"car": car_name(self.car.row if self.car else None), **self.fills}
        return self.notice.title.fill(**places), self.notice.body.fill(**places)

    def words(self, language: str) -> tuple[str, str]:
        """Return title and body in a language."""
        title, body = (text.pick(language).strip() for text in self.texts)
        return title[:_TITLE], body[:_BODY]

    def facts(self, language: str) -> list[list[str]]:
        """Return what a letter says of the car beside its sentences."""
        return car_facts(self.car.row if self.car else None, language)


def car_facts(car: Mapping[str, Any] | None, language: str) -> list[list[str]]:
    """Return the lines that tell colleagues which car it is."""
    if car is None:
        return []
    lines = [
        (_CAR, car_name(car).pick(language)),
        (_VIN, car.get("vin")),
        (_ORDER, car.get("order_number")),
        (_PROMISED, day_text(car["delivery_date"]).pick(language) if car.get("delivery_date") else None),
    ]
    return [[label.pick(language), str(value)] for label, value in lines if value]


def fresh_key() -> str:
    """Return what names this telling. A event handler takes effect once, so nothing was told under it before."""
    return uuid7().hex


async def tell(ctx: CommandContext, told: Told, receivers: Iterable[Seen]) -> int:
    """Tell each receiver once, though not the one who did it; return how many were told now."""
    actor = actor_of(ctx)
    people = {one.id: one for one in receivers if one.id != actor}
    if not people:
        return 0
    key = f"{told.key or fresh_key()}:{told.event}"
    if told.key:
        known = await ctx.find(NOTIFICATIONS, limit=_MANY, only=("receiver",), receiver=list(people), key=key)
        for one in known:
            people.pop(one.row["receiver"], None)
    if not people:
        return 0
    asked = ctx.find(NOTICE_CHOICES, limit=_MANY, cached=True, user=list(people))
    chosen = {c.row["user"]: c.row for c in await asked}
    await ctx.create_all(NOTIFICATIONS, [_notification(told, one, key) for one in people.values()], later=True)
    lines = [line for one in people.values() for line in _lines(ctx, told, one, chosen.get(one.id), key)]
    await put(ctx, lines, later=True)
    return len(people)


@dataclass(frozen=True, slots=True)
class FactLine:
    """A line of the log to write: one without a status is to be sent, ``later`` where it has to wait."""

    values: Mapping[str, Any]
    later: datetime | None = None


def _notification(told: Told, person: Seen, key: str) -> dict[str, Any]:
    title, body = told.texts
    about = told.about or told.car
    return {
        "receiver": person.id,
        "title": title,
        "body": body if body.english.strip() else None,
        "key": key,
        "event": told.event,
        "type": told.notice.type,
        "priority": told.priority or told.notice.priority,
        **({"car": told.car.id} if told.car else {}),
        **({SUBJECT_COLLECTION: about.collection, SUBJECT_ID: about.id} if about else {}),
    }


def _lines(ctx: CommandContext, told: Told, person: Seen, choice: Mapping[str, Any] | None, key: str) -> list[FactLine]:
    """Return the lines of the log: the notification itself, and the letter where the receiver wants one."""
    language = person.row.get("language") or "nb"
    title, body = told.words(language)
    line = f"{key}:{person.id}"
    subject = _subject(ctx, told)
    common = {
        **({"car": told.car.id} if told.car else {}),
        **subject,
        "direction": "out",
        "receiver_kind": "user",
        "receiver": person.id,
        "event": told.event,
        "subject": title,
        "body": body or None,
    }
    lines = []
    if subject:
        here = {"channel": "in_app", "status": "delivered", "delivered_at": ctx.now, "key": f"{line}:in_app"}
        lines.append(FactLine({**common, **here}))
    if not wants_email(choice, told.event) or not person.row.get("email"):
        return lines
    urgent = (told.priority or told.notice.priority) == "urgent"
    content = {
        "language": language,
        "site": str(person.row["dealership"]) if person.row.get("dealership") else None,
        "facts": told.facts(language),
        "button": told.notice.button.pick(language),
        "path": _path(told, subject),
    }
    letter = {"channel": "email", "to": person.row["email"], "content": content, "key": f"{line}:email"}
    lines.append(FactLine({**common, **letter}, later=None if urgent else quiet_until(choice, ctx.now)))
    return lines


def _subject(ctx: CommandContext, told: Told) -> dict[str, Any]:
    """Return which record the log keeps a telling with: what a comment belongs to, the car, or what it is about."""
    about = told.about
    if about is not None and about.row.get(SUBJECT_ID):
        return {name: about.row[name] for name in (SUBJECT_COLLECTION, SUBJECT_ID)}
    one, subjects = told.car or about, ctx.fields(MESSAGES)[SUBJECT_COLLECTION]
    if one is None or not subjects.choice(one.collection):
        return {}
    return {SUBJECT_COLLECTION: one.collection, SUBJECT_ID: one.id}


def _path(told: Told, subject: Mapping[str, Any]) -> str:
    about = told.about
    if about is not None and about.row.get(SUBJECT_ID):
        return f"/app/{subject[SUBJECT_COLLECTION]}/{subject[SUBJECT_ID]}"
    if told.car:
        return f"/app/cars/{told.car.id}"
    return f"/app/{about.collection}/{about.id}" if about else "/app/notifications"


async def put(ctx: CommandContext, lines: Sequence[FactLine], *, later: bool = False) -> list[Seen]:
    """Write lines into the log; those to be sent are queued, and asked for once this is committed."""
    waits = {one.values["key"]: max(0.0, (one.later - ctx.now).total_seconds()) for one in lines if one.later}

    def sends(row: Mapping[str, Any]) -> tuple[Event, float] | None:
        return (SEND, waits.get(row["key"], 0.0)) if row["status"] == "queued" else None

    rows = [{"status": "queued", **one.values} for one in lines]
    return await ctx.create_all(MESSAGES, rows, then=sends, later=later)


async def post(ctx: CommandContext, values: Mapping[str, Any]) -> Seen:
    """Put a message in the log as queued, and ask for it to be sent once this is committed."""
    return (await put(ctx, [FactLine(values)]))[0]


async def skip(ctx: CommandContext, values: Mapping[str, Any], reason: Text) -> Seen:
    """Note in the log that somebody was not told, and why."""
    return await ctx.create(MESSAGES, {**values, "status": "skipped", "error": reason, "failed_at": ctx.now})


@dataclass(slots=True, kw_only=True)
class Outgoing:
    """A message to somebody outside: its words filled, and the link that its button opens.

    The link of a text message is written when it is sent; in the log a mark stands in its place. ``sender`` is the
    person who had it sent, and hears of it when it is not delivered.
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

    def values(self, channel: str, to: str) -> dict[str, Any]:
        """Return the log's row for a channel."""
        entry = OUTWARD[self.event]
        text = entry.sms if channel == "sms" and entry.sms else entry.body
        shown = text.fill(**{**self.fills, "link": LINK_MARK}).pick(self.language)
        subject = entry.subject.fill(**self.fills).pick(self.language)
        kind, record = self.capability
        return {
            "car": self.car,
            "channel": channel,
            "direction": "out",
            "receiver_kind": self.receiver_kind,
            "event": self.event,
            "subject": subject[:_TITLE],
            "body": " ".join(shown.split()),
            "to": to,
            "key": f"{self.key}:{self.event}:{channel}",
            "content": {
                "language": self.language,
                "site": str(self.site) if self.site else None,
                "facts": self.facts,
                "button": entry.button.pick(self.language),
                "capability": [kind, str(record)],
                **({"sender": str(self.sender)} if self.sender else {}),
            },
            **({"link": record} if kind == "status" else {}),
        }
