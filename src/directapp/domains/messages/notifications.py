"""Notifications: what a person is told inside the product, seen and marked by that person only."""

from directapp.declare.access import Access, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Group, field, subject_fields
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.rules import Is, Who
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import CARS
from directapp.domains.messages.fields import Notifications
from directapp.domains.messages.words import PRIORITIES, TYPES
from directapp.domains.people.fields import USERS
from directapp.domains.people.roles import EVERYONE
from directapp.kernel.errors import Problem
from directapp.kernel.ids import uuid7
from directapp.kernel.text import _
from directapp.services.command import CommandContext


def _own_key(_: Case) -> str:
    return uuid7().hex


NOTIFICATION = Group(
    "all",
    _("Notification"),
    (
        field(
            Notifications.receiver,
            _("Receiver"),
            Kind.REF,
            ref=USERS,
            on_delete="cascade",
            required=True,
            personal="employee",
        ),
        field(Notifications.event, _("Event"), required=True, max_length=60),
        field(Notifications.type, _("Type"), Kind.CHOICE, choices=TYPES, required=True, default="system"),
        field(Notifications.priority, _("Priority"), Kind.CHOICE, choices=PRIORITIES, required=True, default="normal"),
        field(Notifications.title, _("Title"), required=True, max_length=200, personal="customer"),
        field(Notifications.body, _("Text"), Kind.TEXT, max_length=2000, personal="customer"),
        field(Notifications.car, _("Car"), Kind.REF, ref=CARS, on_delete="set_null"),
        *subject_fields(),
        field(Notifications.read_at, _("Read"), Kind.INSTANT, fact=True),
        field(
            Notifications.key,
            _("Key"),
            required=True,
            max_length=120,
            default=_own_key,
            help=_("The same notification exists once."),
        ),
    ),
)


async def mark_read(ctx: CommandContext) -> None:
    """Note that the receiver has read it."""
    await ctx.change({Notifications.read_at: ctx.now}, system="messenger")


async def mark_unread(ctx: CommandContext) -> None:
    """Put it back among the unread."""
    await ctx.change({Notifications.read_at: None}, system="messenger")


async def mark_all_read(ctx: CommandContext) -> None:
    """Note that the actor has read everything, or everything of a type."""
    asked: Values = {Notifications.read_at: None, Notifications.receiver: ctx.actor.user}
    if ctx.params.get("type"):
        asked[Notifications.type] = ctx.params["type"]
    for one in await ctx.every("notifications", asked):
        await ctx.change({Notifications.read_at: ctx.now}, system="messenger", on=one)


def _is_read(case: Case) -> Problem | None:
    words = _("The notification is already read.")
    return (
        None
        if case.get(Notifications.read_at) is None
        else Problem(words, field=Notifications.read_at, code="CONFLICT")
    )


def _is_unread(case: Case) -> Problem | None:
    words = _("The notification is unread.")
    return (
        Problem(words, field=Notifications.read_at, code="CONFLICT")
        if case.get(Notifications.read_at) is None
        else None
    )


VERBS = (
    Verb(
        name="mark_read",
        label=_("Mark as read"),
        run=mark_read,
        blocked=_is_read,
        icon="check",
        primary=True,
    ),
    Verb(
        name="mark_unread",
        label=_("Mark as unread"),
        run=mark_unread,
        blocked=_is_unread,
        icon="arrow-back-up",
    ),
    Verb(
        name="mark_all_read",
        label=_("Mark all as read"),
        run=mark_all_read,
        on="collection",
        params=(field("type", _("Type"), Kind.CHOICE, choices=TYPES),),
        icon="list-check",
    ),
)

NOTIFICATIONS = Collection(
    name="notifications",
    label=_("Notification"),
    plural=_("Notifications"),
    groups=(NOTIFICATION,),
    access=Access(
        systems=("workflow", "messenger", "importer", "demo"),
        grants=grants(
            EVERYONE,
            rows=Is(Notifications.receiver, Who.USER),
            read=("all",),
            verbs=("mark_read", "mark_unread", "mark_all_read"),
        ),
    ),
    views=Views(
        columns=(
            Notifications.priority,
            Notifications.title,
            Notifications.type,
            Notifications.car,
            Notifications.created_at,
            Notifications.read_at,
        ),
        title=(Notifications.title,),
        sort=("-created_at",),
        filters=(Notifications.type, Notifications.priority, Notifications.read_at),
        icon="bell",
    ),
    verbs=VERBS,
    unique=(
        Unique(
            fields=(Notifications.receiver, Notifications.key),
            message=_("The receiver already has this notification."),
        ),
    ),
    indexes=(("receiver", "read_at"), ("receiver", "created_at"), ("car",)),
    history=False,
)
