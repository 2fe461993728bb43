"""Vendor links: a work item handed to somebody outside, who answers done, price or delayed without an account."""

from datetime import timedelta
from typing import Any

from directapp.declare.access import Access, grants
from directapp.declare.case import Case, One
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import SeenInFull
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import CARS
from directapp.domains.messages.events import VENDOR_ASKED
from directapp.domains.messages.fields import VendorLinks
from directapp.domains.messages.vendor_answers import ANSWERS, CLOSED_ITEM, VERBS
from directapp.domains.people.fields import USERS
from directapp.domains.people.roles import DEALING
from directapp.domains.workshop.fields import WORK_ITEMS, WorkItems
from directapp.kernel.errors import ConflictError, InvalidError, Problem
from directapp.kernel.text import _, language_names, pgettext
from directapp.services.command import CommandContext

LONGEST_DAYS = 180
_SENDERS = "planner manager tenant_admin"
SEEN = SeenInFull("car", CARS)

LANGUAGES = choices(*language_names())

_VENDOR = (
    field(VendorLinks.vendor_name, _("Vendor"), required=True, max_length=120, personal="customer"),
    field(VendorLinks.email, _("E-mail"), Kind.EMAIL, personal="customer"),
    field(VendorLinks.phone, _("Mobile"), Kind.PHONE, personal="customer"),
    field(VendorLinks.language, _("Language"), Kind.CHOICE, choices=LANGUAGES, default="nb"),
    field(VendorLinks.note, _("Note to the vendor"), Kind.TEXT, max_length=1000, personal="customer"),
)

REQUEST = Group(
    "request",
    pgettext("vendor", "Work"),
    (
        field(
            VendorLinks.work_item,
            _("Work item"),
            Kind.REF,
            ref=WORK_ITEMS,
            on_delete="cascade",
            required=True,
            immutable=True,
        ),
        field(VendorLinks.car, _("Car"), Kind.REF, ref=CARS, on_delete="set_null", immutable=True),
        *_VENDOR,
        field(VendorLinks.asked_by, _("Asked by"), Kind.REF, ref=USERS, on_delete="set_null"),
        field(
            VendorLinks.expires_at,
            _("Expires"),
            Kind.INSTANT,
            required=True,
            default=lambda c: c.now + timedelta(days=30),
        ),
        field(VendorLinks.opened_at, _("First opened"), Kind.INSTANT, computed=True),
        field(VendorLinks.revoked_at, _("Revoked"), Kind.INSTANT, computed=True),
        field(VendorLinks.revoked_by, _("Revoked by"), Kind.REF, ref=USERS, on_delete="set_null", computed=True),
    ),
)
ANSWER = Group(
    "answer",
    _("Answer"),
    (
        field(VendorLinks.answered_at, _("Answered"), Kind.INSTANT, computed=True),
        field(VendorLinks.answer, _("Answer"), Kind.CHOICE, choices=ANSWERS, computed=True),
        field(VendorLinks.price, _("Price"), Kind.MONEY, minimum=0, unit="kr", computed=True),
        field(VendorLinks.ready_on, _("Ready"), Kind.DATE, computed=True),
        field(VendorLinks.answer_note, _("Message"), Kind.TEXT, max_length=1000, computed=True, personal="customer"),
    ),
)

_HOW = _("State e-mail or mobile.")
_CLOSED = _("The work is already closed.")


async def ask(ctx: CommandContext) -> None:
    """Hand a work item to a vendor."""
    item = await ctx.look_up(WORK_ITEMS, ctx.params["work_item"])
    if item.row[WorkItems.status] in CLOSED_ITEM:
        raise ConflictError(Problem(_CLOSED, field=VendorLinks.work_item))
    if not (ctx.params.get("email") or ctx.params.get("phone")):
        raise InvalidError([Problem(_HOW, field=VendorLinks.email), Problem(_HOW, field=VendorLinks.phone)])
    days = ctx.params.get("days") or 30
    values: dict[str, Any] = {one.name: ctx.params.get(one.name) for one in _VENDOR}
    values |= {
        VendorLinks.work_item: item.id,
        VendorLinks.car: item.row[WorkItems.car],
        VendorLinks.asked_by: ctx.actor.user,
        VendorLinks.expires_at: ctx.now + timedelta(days=days),
    }
    made = await ctx.create("vendor_links", {k: v for k, v in values.items() if v is not None}, system="messenger")
    ctx.emit(VENDOR_ASKED, on=made)
    ctx.answer = made


async def revoke(ctx: CommandContext) -> None:
    """Close the link now."""
    await ctx.change({VendorLinks.revoked_at: ctx.now, VendorLinks.revoked_by: ctx.actor.user}, system="messenger")


def _revoked(case: Case) -> Problem | None:
    words = _("The link is already revoked.")
    return (
        None
        if case.get(VendorLinks.revoked_at) is None
        else Problem(words, field=VendorLinks.revoked_at, code="CONFLICT")
    )


VENDOR_LINKS = Collection(
    name="vendor_links",
    label=_("Vendor link"),
    plural=_("Sent to vendors"),
    groups=(REQUEST, ANSWER),
    access=Access(
        systems=("messenger", "vendor", "workflow", "importer", "demo"),
        grants=(
            *grants(DEALING, rows=SEEN, read=("vendor_name", "work_item", "answer")),
            *grants("planner manager", rows=SEEN, read=("request", "answer"), verbs=("ask", "revoke")),
            *grants("tenant_admin", read=("request", "answer"), verbs=("ask", "revoke")),
        ),
    ),
    views=Views(
        columns=(
            VendorLinks.vendor_name,
            VendorLinks.answer,
            VendorLinks.answered_at,
            VendorLinks.price,
            VendorLinks.ready_on,
            VendorLinks.expires_at,
            VendorLinks.revoked_at,
        ),
        title=(VendorLinks.vendor_name,),
        filters=(VendorLinks.answer, VendorLinks.car),
        icon="external-link",
    ),
    verbs=(
        Verb(
            name="ask",
            label=_("Send to a vendor"),
            run=ask,
            on="collection",
            params=(
                field("work_item", _("Work item"), Kind.REF, ref=WORK_ITEMS, required=True),
                *_VENDOR,
                field(
                    "days",
                    _("The link lasts"),
                    Kind.INTEGER,
                    minimum=1,
                    maximum=LONGEST_DAYS,
                    default=30,
                    unit="d",
                ),
            ),
            icon="external-link",
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
        *VERBS,
    ),
    related=(One("car", VendorLinks.car, CARS),),
    indexes=(("work_item",), ("car",)),
)
