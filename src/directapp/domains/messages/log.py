"""The communication log: who was told what about a record, when, by which channel, with what result."""

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.events import Emit
from directapp.declare.fields import SUBJECT_COLLECTION, SUBJECT_ID, Group, field, subject_fields
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.rules import Is, SubjectSeen, Who, all_of
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import CARS
from directapp.domains.messages.events import RECEIVED, SEND
from directapp.domains.messages.fields import STATUS_LINKS, Messages
from directapp.domains.messages.reports import REPORT
from directapp.domains.messages.words import (
    CHANNELS,
    DIRECTIONS,
    KNOW_CONTACT,
    NOT_CONTACT,
    RECEIVERS,
    STATUSES,
)
from directapp.domains.people.fields import USERS
from directapp.domains.people.roles import EVERYONE
from directapp.kernel.errors import Problem
from directapp.kernel.ids import uuid7
from directapp.kernel.text import _, pgettext
from directapp.services.command import CommandContext

BY_HAND = frozenset({"phone", "letter"})
SEEN = SubjectSeen(SUBJECT_ID)

LOG = Group(
    "log",
    _("Message"),
    (
        *subject_fields(along="car", on_delete="set_null", immutable=True),
        field(Messages.car, _("Car"), Kind.REF, ref=CARS, on_delete="cascade", immutable=True),
        field(
            Messages.channel,
            _("Channel"),
            Kind.CHOICE,
            choices=CHANNELS,
            required=True,
            default="phone",
            immutable=True,
        ),
        field(Messages.direction, _("Direction"), Kind.CHOICE, choices=DIRECTIONS, required=True, default="out"),
        field(Messages.receiver_kind, _("Who"), Kind.CHOICE, choices=RECEIVERS, required=True, default="customer"),
        field(Messages.receiver, _("Colleague"), Kind.REF, ref=USERS, on_delete="set_null"),
        field(Messages.event, _("Event"), max_length=60, computed=True),
        field(Messages.at, pgettext("log", "When"), Kind.INSTANT, fact=True, default=lambda case: case.now),
    ),
)
CONTENT = Group(
    "content",
    _("Content"),
    (
        field(Messages.subject, _("Subject"), max_length=300, personal="customer"),
        field(Messages.body, _("Text"), Kind.TEXT, max_length=4000, personal="customer"),
        # What letters are made of when they are sent; it holds links that open without a sign-in.
        field(Messages.content, pgettext("log", "Source"), Kind.JSON, secret=True, computed=True, personal="customer"),
    ),
)
CONTACT = Group(
    "contact",
    _("Address"),
    (field(Messages.to, _("To"), max_length=254, personal="customer"),),
)
RESULT = Group(
    "result",
    _("Result"),
    (
        field(
            Messages.status,
            _("Status"),
            Kind.CHOICE,
            choices=STATUSES,
            computed=True,
            default=lambda case: "delivered" if case.get(Messages.channel) in BY_HAND else "queued",
        ),
        field(Messages.sent_at, _("Sent"), Kind.INSTANT, computed=True),
        field(Messages.delivered_at, _("Delivered"), Kind.INSTANT, computed=True),
        field(Messages.failed_at, _("Failed"), Kind.INSTANT, computed=True),
        field(Messages.error, _("Reason"), Kind.TEXT, max_length=500, computed=True),
        field(Messages.provider, pgettext("channel", "Sent by"), max_length=20, computed=True),
        field(Messages.provider_id, _("Service’s id"), max_length=120, computed=True),
        field(Messages.tried_at, _("Tried"), Kind.INSTANT, computed=True),
        field(Messages.batch, _("Batch"), max_length=40, computed=True),
        field(Messages.last_report, _("Last report"), max_length=120, computed=True),
        field(Messages.link, _("Customer link"), Kind.REF, ref=STATUS_LINKS, on_delete="set_null", computed=True),
        field(Messages.key, _("Key"), required=True, max_length=160, computed=True, default=lambda _: uuid7().hex),
    ),
)

_ONLY_BY_HAND = _("Log a call or a letter here. Other messages are sent by the system.")
_SAY = _("Write what it was about.")


def by_hand_only(case: Case) -> list[Problem]:
    """Let a person log what was said on the phone or in a letter, on a record."""
    if case.actor.is_system or case.before is not None:
        return []
    checks = (
        (case.get(Messages.channel) not in BY_HAND, _ONLY_BY_HAND, Messages.channel),
        (not (case.get(Messages.body) or case.get(Messages.subject)), _SAY, Messages.body),
        (case.get(SUBJECT_ID) is None, _("Choose what it is about."), SUBJECT_ID),
    )
    return [Problem(text, field=name) for wrong, text, name in checks if wrong]


def sent_stays(case: Case) -> list[Problem]:
    """Keep what the system sent as it was; a logged call may be corrected."""
    if case.actor.is_system or case.before is None or case.was(Messages.channel) in BY_HAND:
        return []
    words = _("A message that was sent is not changed.")
    return [Problem(words, field=None, code="CONFLICT")]


def told_stays(case: Case) -> list[Problem]:
    """Nothing is undone that somebody outside has been told of, or is about to be."""
    outside = case.get(Messages.receiver_kind) in {"customer", "vendor"} and case.get(Messages.direction) == "out"
    if case.verb != "undo" or not outside or case.get(Messages.status) in {"skipped", "failed", "bounced"}:
        return []
    words = _("A message about this has been sent already, so it cannot be undone: {subject}").fill(
        subject=case.get(Messages.subject) or "–"
    )
    return [Problem(words, field=None, code="CONFLICT")]


def _is_received(case: Case) -> bool:
    return case.before is None and case.get(Messages.direction) == "in"


def _failed(case: Case) -> Problem | None:
    words = _("The message did not fail.")
    again = case.get(Messages.status) in {"failed", "bounced", "skipped"} and case.get(Messages.channel) in {
        "email",
        "sms",
    }
    return None if again else Problem(words, field=Messages.status, code="CONFLICT")


async def send_again(ctx: CommandContext) -> None:
    """Send a copy of a message that failed: a person's word, also where it may have gone after all."""
    row = ctx.target.row
    kept = {
        name: row.get(name)
        for name in (
            SUBJECT_COLLECTION,
            SUBJECT_ID,
            Messages.car,
            Messages.channel,
            Messages.receiver_kind,
            Messages.receiver,
            Messages.event,
            Messages.subject,
            Messages.body,
            Messages.to,
            Messages.content,
            Messages.link,
        )
    }
    values: Values = {name: value for name, value in kept.items() if value is not None}
    made = await ctx.create("messages", {**values, Messages.direction: "out"}, system="messenger")
    ctx.emit(SEND, on=made)


VERBS = (
    Verb(
        name="send_again",
        label=_("Send again"),
        run=send_again,
        blocked=_failed,
        icon="refresh",
    ),
    REPORT,
)
_BY_HAND = ("log", "content")
_MINE = all_of(SEEN, Is(Messages.created_by, Who.USER))

ACCESS = Access(
    systems=("messenger", "workflow", "importer", "demo"),
    erasable=True,
    grants=(
        *grants(f"{KNOW_CONTACT} {NOT_CONTACT}", rows=SEEN, read=("log", "result")),
        *grants(KNOW_CONTACT, rows=SEEN, read=("content", "contact"), verbs=("send_again",)),
        *grants(KNOW_CONTACT, rows=_MINE, write=(*_BY_HAND, "contact"), create=True),
        *grants(NOT_CONTACT, rows=_MINE, read=("content",), write=_BY_HAND, create=True),
        *grants(EVERYONE, rows=Is(Messages.receiver, Who.USER), read=("log", "content", "contact", "result")),
        Grant(role="tenant_admin", write=(*_BY_HAND, "contact"), create=True, verbs=("send_again",)),
    ),
)

MESSAGES = Collection(
    name="messages",
    label=_("Message"),
    plural=_("Messages"),
    groups=(LOG, CONTENT, CONTACT, RESULT),
    access=ACCESS,
    views=Views(
        columns=(
            Messages.status,
            Messages.channel,
            Messages.receiver_kind,
            Messages.subject,
            Messages.subject_id,
            Messages.car,
            Messages.at,
            Messages.delivered_at,
        ),
        title=(Messages.subject,),
        sort=("-created_at",),
        filters=(Messages.status, Messages.channel, Messages.receiver_kind, Messages.subject_collection, Messages.car),
        icon="message",
    ),
    verbs=VERBS,
    rules=(by_hand_only, sent_stays, told_stays),
    unique=(Unique(fields=(Messages.key,), message=_("The message exists already.")),),
    indexes=(
        (SUBJECT_COLLECTION, SUBJECT_ID),
        ("car", "created_at"),
        ("receiver",),
        ("status", "channel"),
        ("batch",),
        ("provider_id",),
        ("link",),
    ),
    events=(Emit(event=RECEIVED, when=_is_received),),
)
