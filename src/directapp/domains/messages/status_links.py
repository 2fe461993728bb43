"""Status links: a customer follows one car without a sign-in, until the link runs out or is taken back."""

from datetime import datetime, timedelta
from uuid import UUID

from directapp.declare.access import Access, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import SeenInFull
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import CARS
from directapp.domains.messages.events import SHARE
from directapp.domains.messages.fields import StatusLinks
from directapp.domains.messages.words import KNOW_CONTACT
from directapp.domains.people.fields import USERS
from directapp.kernel.errors import Problem
from directapp.kernel.text import _
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

LIFE = timedelta(days=120)
AFTER_DELIVERY = timedelta(days=14)
SEEN = SeenInFull("car", CARS)

LINK = Group(
    "all",
    _("Customer link"),
    (
        field(StatusLinks.car, _("Car"), Kind.REF, ref=CARS, on_delete="set_null", immutable=True),
        field(StatusLinks.expires_at, _("Expires"), Kind.INSTANT, required=True, default=lambda case: case.now + LIFE),
        field(StatusLinks.opened_at, _("First opened"), Kind.INSTANT, computed=True),
        field(StatusLinks.revoked_at, _("Revoked"), Kind.INSTANT, computed=True),
        field(StatusLinks.revoked_by, _("Revoked by"), Kind.REF, ref=USERS, on_delete="set_null", computed=True),
    ),
)


def is_open(row: object, now: datetime) -> bool:
    """Whether a link's record still lets people in."""
    get = getattr(row, "get", None)
    return get is not None and get("revoked_at") is None and get("expires_at") is not None and get("expires_at") > now


async def link_of(ctx: CommandContext, car: UUID) -> Seen:
    """Return the open link of a car, a new one where there is none."""
    known = await ctx.find("status_links", {StatusLinks.car: car, StatusLinks.revoked_at: None}, system="messenger")
    for one in reversed(known):
        if one.row[StatusLinks.expires_at] > ctx.now + timedelta(days=1):
            return one
    return await ctx.create("status_links", {StatusLinks.car: car}, system="messenger")


async def share(ctx: CommandContext) -> None:
    """Make or find the car's link, and send it where the seller asks for that."""
    car = await ctx.look_up(CARS, ctx.params["car"])
    link = await link_of(ctx, car.id)
    ctx.answer = link
    channel = ctx.params.get("channel") or "copy"
    if channel != "copy":
        ctx.emit(SHARE, on=link, channel=channel, car=str(car.id))


async def revoke(ctx: CommandContext) -> None:
    """Close the link now."""
    await ctx.change({StatusLinks.revoked_at: ctx.now, StatusLinks.revoked_by: ctx.actor.user}, system="messenger")


def _revoked(case: Case) -> Problem | None:
    words = _("The link is already revoked.")
    return (
        None
        if case.get(StatusLinks.revoked_at) is None
        else Problem(words, field=StatusLinks.revoked_at, code="CONFLICT")
    )


STATUS_LINKS = Collection(
    name="status_links",
    label=_("Customer link"),
    plural=_("Customer links"),
    groups=(LINK,),
    access=Access(
        systems=("messenger", "workflow", "importer", "demo"),
        erasable=True,
        grants=(
            *grants(KNOW_CONTACT, rows=SEEN, read=("all",)),
            *grants("new_car_sales used_car_sales sales_manager manager", rows=SEEN, verbs=("share", "revoke")),
            *grants("tenant_admin", read=("all",), verbs=("share", "revoke")),
        ),
    ),
    views=Views(
        columns=(StatusLinks.car, StatusLinks.expires_at, StatusLinks.opened_at, StatusLinks.revoked_at),
        title=(StatusLinks.car,),
        filters=(StatusLinks.car,),
        icon="link",
    ),
    verbs=(
        Verb(
            name="share",
            label=_("Share status with the customer"),
            run=share,
            on="collection",
            params=(
                field("car", _("Car"), Kind.REF, ref=CARS, required=True),
                field(
                    "channel",
                    _("Send as"),
                    Kind.CHOICE,
                    choices=choices(
                        ("copy", _("Only make the link")),
                        ("email", _("E-mail")),
                        ("sms", _("SMS")),
                    ),
                ),
            ),
            icon="link",
            primary=True,
        ),
        Verb(
            name="revoke",
            label=_("Revoke"),
            run=revoke,
            blocked=_revoked,
            icon="ban",
            danger=True,
        ),
    ),
    indexes=(("car",),),
)
