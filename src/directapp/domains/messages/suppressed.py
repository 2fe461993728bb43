"""Suppressed addresses: where messages came back or were called spam; not tried again without a person's word."""

from datetime import datetime

from directapp.declare.access import Access, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.verbs import Verb
from directapp.domains.messages.fields import SuppressedAddresses
from directapp.domains.messages.words import CHANNELS
from directapp.domains.people.fields import USERS
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _
from directapp.services.command import CommandContext

REASONS = choices(
    ("bounced", _("Bounced")),
    ("complained", _("Reported as spam")),
    ("refused", _("Refused by the service")),
)

ADDRESS = Group(
    "all",
    _("Suppressed address"),
    (
        field(
            SuppressedAddresses.channel,
            _("Channel"),
            Kind.CHOICE,
            choices=CHANNELS,
            required=True,
            default="email",
            immutable=True,
        ),
        field(
            SuppressedAddresses.address,
            _("Address"),
            required=True,
            max_length=254,
            immutable=True,
            search=True,
            personal="customer",
        ),
        field(SuppressedAddresses.reason, _("Reason"), Kind.CHOICE, choices=REASONS, required=True, default="bounced"),
        field(SuppressedAddresses.detail, _("Service’s answer"), max_length=300),
        field(SuppressedAddresses.since, _("Since"), Kind.INSTANT, required=True, default=lambda case: case.now),
        field(SuppressedAddresses.released_at, _("Released"), Kind.INSTANT, computed=True),
        field(
            SuppressedAddresses.released_by, _("Released by"), Kind.REF, ref=USERS, on_delete="set_null", computed=True
        ),
    ),
)


def normal(address: str) -> str:
    """Return an address as it is compared."""
    return address.strip().casefold()


async def suppress(
    ctx: CommandContext, channel: str, address: str, reason: str, *, detail: Text | str, at: datetime
) -> None:
    """Keep an address from being tried again."""
    values: Values = {
        SuppressedAddresses.reason: reason,
        SuppressedAddresses.detail: detail if isinstance(detail, Text) else detail[:300] or None,
        SuppressedAddresses.since: at,
        SuppressedAddresses.released_at: None,
        SuppressedAddresses.released_by: None,
    }
    known = await ctx.find(
        "suppressed_addresses",
        {SuppressedAddresses.channel: channel, SuppressedAddresses.address: normal(address)},
        system="messenger",
    )
    if known:
        await ctx.change(values, system="messenger", on=known[0])
        return
    fresh = {name: value for name, value in values.items() if value is not None}
    await ctx.create(
        "suppressed_addresses",
        {SuppressedAddresses.channel: channel, SuppressedAddresses.address: normal(address), **fresh},
        system="messenger",
    )


async def release(ctx: CommandContext) -> None:
    """Let an address be tried again: a person has made sure of it."""
    await ctx.change(
        {SuppressedAddresses.released_at: ctx.now, SuppressedAddresses.released_by: ctx.actor.user}, system="messenger"
    )


def _is_open(case: Case) -> Problem | None:
    words = _("The address is already released.")
    return (
        None
        if case.get(SuppressedAddresses.released_at) is None
        else Problem(words, field=SuppressedAddresses.released_at, code="CONFLICT")
    )


SUPPRESSED_ADDRESSES = Collection(
    name="suppressed_addresses",
    label=_("Suppressed address"),
    plural=_("Suppressed addresses"),
    groups=(ADDRESS,),
    access=Access(
        systems=("messenger", "importer", "demo"),
        erasable=True,
        grants=grants("manager sales_manager tenant_admin", read=("all",), verbs=("release",)),
    ),
    views=Views(
        columns=(
            SuppressedAddresses.address,
            SuppressedAddresses.channel,
            SuppressedAddresses.reason,
            SuppressedAddresses.since,
            SuppressedAddresses.released_at,
        ),
        title=(SuppressedAddresses.address,),
        sort=("-since",),
        filters=(SuppressedAddresses.channel, SuppressedAddresses.reason),
        icon="mail",
    ),
    verbs=(
        Verb(
            name="release",
            label=_("Try the address again"),
            run=release,
            blocked=_is_open,
            icon="lock-open",
            primary=True,
        ),
    ),
    unique=(
        Unique(
            fields=(SuppressedAddresses.channel, SuppressedAddresses.address),
            message=_("The address is already suppressed."),
        ),
    ),
)
