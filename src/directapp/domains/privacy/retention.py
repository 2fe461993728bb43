"""Retention: how long personal data is kept, by what it is and the status of the car; swept every night."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from directapp.declare.access import Access, Grant
from directapp.declare.case import Range
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import FieldName, Row, Values
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.messages.fields import MESSAGES, Messages
from directapp.domains.people.roles import ADMIN
from directapp.domains.privacy.erasing import OF_CUSTOMER, deeds_of, erase, mask_of
from directapp.domains.privacy.fields import PERSONAL_VIEWS, RETENTION_RULES, PersonalViews, RetentionRules
from directapp.domains.privacy.held import CUSTOMER, held_of_cars
from directapp.kernel.text import _, pgettext
from directapp.services import forgetting
from directapp.services.command import CommandContext
from directapp.services.forgetting import SYSTEM
from directapp.services.seen import Seen

VIEWS = "views"
SUBJECTS = choices(
    ("customer", _("Everything about the customer")),
    ("customer_contact", _("Customer contact")),
    ("messages", _("Messages to customers and vendors")),
    (VIEWS, _("Who looked at customers")),
)
# The cars of whom nobody waits for anything.
_STATUSES = choices(("delivered", pgettext("to the customer", "Delivered")), ("archived", _("Archived")))
_CONTACT: tuple[FieldName[Any], ...] = (Cars.customer_phone, Cars.customer_email, Cars.consent_sms)
_NAMES: tuple[FieldName[Any], ...] = (Cars.customer_name, Cars.customer_org_number, *_CONTACT)
_MONTH = timedelta(days=30.44)
_PAGE = 200

RULES = Collection(
    name=RETENTION_RULES,
    label=_("Rule of retention"),
    plural=_("Rules of retention"),
    groups=(
        Group(
            "all",
            _("Rule of retention"),
            (
                field(RetentionRules.subject, _("What is kept"), Kind.CHOICE, choices=SUBJECTS, required=True),
                field(
                    RetentionRules.status,
                    _("Status of the car"),
                    Kind.CHOICE,
                    choices=_STATUSES,
                    help=_("Empty is both. The time runs from when the car got it."),
                ),
                field(
                    RetentionRules.months,
                    _("Months kept"),
                    Kind.INTEGER,
                    required=True,
                    minimum=1,
                    maximum=240,
                ),
                field(RetentionRules.active, pgettext("rule", "Active"), Kind.BOOLEAN, default=False),
            ),
        ),
    ),
    access=Access(
        systems=("demo", "eraser"),
        grants=(Grant(role=ADMIN, write=("all",), create=True, delete=True),),
        delete_why=_("A rule that no longer holds would only be read as if it did; the history keeps it."),
    ),
    views=Views(
        columns=(RetentionRules.subject, RetentionRules.status, RetentionRules.months, RetentionRules.active),
        title=(RetentionRules.subject, RetentionRules.status),
        sort=(RetentionRules.subject,),
        icon="clock",
    ),
    unique=(
        Unique(fields=(RetentionRules.subject, RetentionRules.status), message=_("There is a rule for this already.")),
    ),
)


def _until(rule: Row, now: datetime) -> datetime:
    return now - _MONTH * int(rule[RetentionRules.months])


async def rules_of(ctx: CommandContext, *, active: bool) -> list[Seen]:
    """Return the rules of the company, or those in force."""
    equals: Values = {RetentionRules.active: True} if active else {}
    return await ctx.find(RETENTION_RULES, equals, system=SYSTEM, limit=_PAGE)


async def due(ctx: CommandContext, rule: Row) -> list[Seen]:
    """Return the records of which a rule wants something taken away now."""
    subject, until = rule[RetentionRules.subject], Range(end=_until(rule, ctx.now))
    if subject == VIEWS:
        return await ctx.every(PERSONAL_VIEWS, {PersonalViews.at: until}, system=SYSTEM)
    if subject == "messages":
        sent: Values = {Messages.receiver_kind: ["customer", "vendor"], Messages.at: until}
        found = await ctx.every(MESSAGES, sent, system=SYSTEM, only=(Messages.car,))
        closed = {car.id for car in await _cars(ctx, rule, Range(end=ctx.now), [m.row[Messages.car] for m in found])}
        return [one for one in found if one.row[Messages.car] in closed]
    names = _NAMES if subject == "customer" else _CONTACT
    return [car for car in await _cars(ctx, rule, until) if any(_says(car, name) for name in names)]


async def _cars(ctx: CommandContext, rule: Row, since: Range, among: Sequence[UUID] | None = None) -> list[Seen]:
    states = [rule[RetentionRules.status]] if rule.get(RetentionRules.status) else [c.code for c in _STATUSES]
    asked: Values = {Cars.status: states, Cars.status_since: since}
    if among is not None:
        asked[Cars.id] = sorted(set(among))
    return await ctx.every(CARS, asked, system=SYSTEM)


def _says(car: Seen, name: FieldName[Any]) -> bool:
    return car.row.get(name) not in {None, OF_CUSTOMER[name]}


async def try_rules(ctx: CommandContext) -> None:
    """Answer what each rule would take away tonight, whether or not it is in force."""
    told = {choice.code: choice.label for choice in (*SUBJECTS, *_STATUSES)}
    ctx.found = {
        "rules": [
            {
                "id": str(rule.id),
                "subject": told[rule.row[RetentionRules.subject]],
                "status": told.get(str(rule.row.get(RetentionRules.status)), ""),
                "months": rule.row[RetentionRules.months],
                "active": rule.row.get(RetentionRules.active) is True,
                "records": len(await due(ctx, rule.row)),
            }
            for rule in await rules_of(ctx, active=False)
        ]
    }


async def sweep_rules(ctx: CommandContext) -> None:
    """Take away what the rules in force no longer let be kept."""
    for rule in await rules_of(ctx, active=True):
        await _sweep(ctx, str(rule.row[RetentionRules.subject]), await due(ctx, rule.row))


async def _sweep(ctx: CommandContext, subject: str, found: list[Seen]) -> None:
    meta = ctx.work.spec[found[0].collection] if found else None
    if meta is None:
        return
    if subject == "customer":
        for start in range(0, len(found), _PAGE):
            cars = found[start : start + _PAGE]
            held = await held_of_cars(ctx, cars)
            await erase(ctx, held, deeds_of(held, CUSTOMER, mask_of(cars)), CUSTOMER)
    elif subject == "customer_contact":
        values = {str(name): OF_CUSTOMER[name] for name in _CONTACT}
        for car in found:
            await forgetting.replace_values(ctx.work, meta, car.id, values)
    else:
        for one in found:
            await forgetting.delete_record(ctx.work, meta, one.id)
