"""Webhooks: addresses of other systems, the events they are told of, and the secret that signs what they are told."""

import base64
import secrets
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from directapp.declare.access import KEYRING, Access, Grant
from directapp.declare.case import Case
from directapp.declare.collection import Collection, SetUp, Views
from directapp.declare.events import Event
from directapp.declare.fields import Field, Group, choices, field
from directapp.declare.kinds import BadValueError, Kind
from directapp.declare.verbs import Secret, Verb
from directapp.domains.automation.catalogue import CIRCLE, GONE, SYSTEM, event_choices
from directapp.domains.automation.deliveries import PING, queue
from directapp.domains.automation.fields import WEBHOOK_DELIVERIES, WEBHOOKS, Webhooks
from directapp.domains.people.fields import DEALERSHIPS
from directapp.domains.people.roles import ADMIN, MANAGER
from directapp.kernel.errors import Problem
from directapp.kernel.text import _
from directapp.services.command import CommandContext

STOPS = choices(
    (GONE, _("The receiver is gone (410)")),
    (CIRCLE, _("The receiver and we answer each other in a circle")),
)


ADDRESS_FORM = {
    "type": "string",
    "maxLength": 500,
    "pattern": r"^https://[a-z][a-z0-9-]{0,30}(?:\.[a-z][a-z0-9-]{0,30})+(?:/[A-Za-z0-9._~/-]*)?$",
}


def read_address(value: str) -> str:
    """Understand the address of another system: https, a host, and no password in it."""
    try:
        parts = urlsplit(value.strip())
        good = parts.scheme in {"https", "http"} and parts.hostname and not parts.username and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise BadValueError(_("Write an address that begins with https://."))
    return value.strip()


def new_secret() -> str:
    """Return a signing secret as Standard Webhooks writes them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _address() -> Field:
    return field(
        Webhooks.url,
        _("Address"),
        Kind.STRING,
        required=True,
        max_length=500,
        parse=read_address,
        form=ADDRESS_FORM,
        search=True,
    )


def _site() -> Field:
    return field(
        Webhooks.dealership,
        _("Site"),
        Kind.REF,
        ref=DEALERSHIPS,
        on_delete="cascade",
        help=_("The receiver is told only what a manager of the site may see. Empty: the whole company."),
    )


def _events(events: Iterable[Event]) -> Field:
    return field(Webhooks.events, _("Events"), Kind.CHOICES, choices=event_choices(events), required=True)


def _name() -> Field:
    return field(Webhooks.name, _("Name"), required=True, max_length=80, search=True)


def _content(events: Iterable[Event]) -> Group:
    return Group(
        "all",
        _("Webhook"),
        (
            _name(),
            _address(),
            _events(events),
            _site(),
            field(Webhooks.active, _("Active"), Kind.BOOLEAN, default=True),
            field(Webhooks.stopped_because, _("Stopped because"), Kind.CHOICE, choices=STOPS, computed=True),
        ),
    )


KEY = Group(
    "key",
    _("Key"),
    (field(Webhooks.secret, _("Signing secret"), computed=True, secret=True, encrypted=True, max_length=100),),
)
_SECRET = (Secret(name="secret", label=_("Signing secret")),)


async def subscribe(ctx: CommandContext) -> None:
    """Add a webhook and show its secret, this once."""
    secret = new_secret()
    values = {name: ctx.params[name] for name in ("name", "url", "events", "dealership") if ctx.params.get(name)}
    ctx.answer = await ctx.create(WEBHOOKS, values | {Webhooks.secret: secret, Webhooks.active: True}, system=SYSTEM)
    ctx.shown_once = {"secret": secret}


async def renew(ctx: CommandContext) -> None:
    """Make a new secret and show it, this once; the old one is of no use from now on."""
    secret = new_secret()
    await ctx.change({Webhooks.secret: secret}, system=SYSTEM)
    ctx.shown_once = {"secret": secret}


async def ping(ctx: CommandContext) -> None:
    """Send a message that tells nothing, to see whether it arrives."""
    await queue(ctx, ctx.target, PING, ctx.target, {})


def _inactive(case: Case) -> Problem | None:
    if case.get(Webhooks.active):
        return None
    return Problem(_("The webhook is not active."), field=Webhooks.active, code="CONFLICT")


def fresh_start(case: Case) -> dict[str, Any]:
    """Forget why it was stopped once a person switches it on again."""
    return {Webhooks.stopped_because: None} if case.changed(Webhooks.active) and case.get(Webhooks.active) else {}


def webhooks(events: Iterable[Event]) -> Collection:
    """Return the collection of those who listen to events from outside."""
    return Collection(
        name=WEBHOOKS,
        set_up=SetUp(key=(Webhooks.name,), carried=False),
        label=_("Webhook"),
        plural=_("Webhooks"),
        groups=(_content(events), KEY),
        access=Access(
            systems=(SYSTEM, "importer", "demo", KEYRING),
            grants=(
                Grant(role=ADMIN, read=("all",), write=("all",), delete=True, verbs=("subscribe", "renew", "ping")),
                Grant(role=MANAGER, read=("all",)),
            ),
            delete_why=_("Another system is to be told no more."),
        ),
        views=Views(
            columns=(
                Webhooks.name,
                Webhooks.url,
                Webhooks.events,
                Webhooks.dealership,
                Webhooks.active,
                Webhooks.stopped_because,
            ),
            title=(Webhooks.name,),
            sort=(Webhooks.name,),
            filters=(Webhooks.active,),
            icon="webhook",
        ),
        fill=(fresh_start,),
        verbs=(
            Verb(
                name="subscribe",
                label=_("New webhook"),
                run=subscribe,
                on="collection",
                params=(_name(), _address(), _events(events), _site()),
                icon="plus",
                primary=True,
                step_up=True,
                secrets=_SECRET,
            ),
            Verb(
                name="ping",
                label=_("Send a trial"),
                run=ping,
                blocked=_inactive,
                icon="player-play",
            ),
            Verb(
                name="renew", label=_("New secret"), run=renew, icon="key", danger=True, step_up=True, secrets=_SECRET
            ),
        ),
        indexes=(("active",),),
        notes=f"What was sent stands in {WEBHOOK_DELIVERIES}.",
    )
