"""Requests about personal data: who is looked for, what is handed out and what is erased, each noted as it was done."""

from typing import Any
from uuid import UUID

from directapp.declare.access import Access, Grant
from directapp.declare.case import Sums
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Field, Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values, row_of
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.people.fields import USERS, Users
from directapp.domains.people.roles import ADMIN
from directapp.domains.privacy.erasing import ERASED_CUSTOMER, deeds_of, erase, mask_of, told
from directapp.domains.privacy.exporting import FORMAT, exported
from directapp.domains.privacy.fields import (
    PERSONAL_REQUESTS,
    PERSONAL_VIEWS,
    PersonalRequests,
    PersonalViews,
)
from directapp.domains.privacy.held import CUSTOMER, Held, Person, held_of, person_of
from directapp.domains.privacy.masking import Mask
from directapp.domains.privacy.retention import try_rules
from directapp.kernel.errors import ConflictError, NotFoundError
from directapp.kernel.text import _
from directapp.services.command import CommandContext
from directapp.services.forgetting import SYSTEM

_MOST_ADMINISTRATORS = 1000
_LAST = _("The last administrator of the company cannot be erased. Make somebody else an administrator first.")
_ABOUT = choices(("customer", _("Customer")), ("employee", _("Colleague")))


def _who() -> tuple[Field, ...]:
    return (
        field("name", _("Name"), max_length=120),
        field("phone", _("Phone"), Kind.PHONE),
        field("email", _("E-mail"), Kind.EMAIL),
        field("user", _("User"), Kind.REF, ref=USERS),
    )


async def _held(ctx: CommandContext, person: Person) -> list[Held]:
    held = await held_of(ctx, person)
    if not any(one.rows for one in held):
        raise NotFoundError
    return held


async def look_for(ctx: CommandContext) -> None:
    """Answer what is held of a person: how many records of each kind, and how cars name the customer."""
    person = person_of(ctx.params)
    held = await held_of(ctx, person)
    mark = ERASED_CUSTOMER.stored()
    cars = [row for one in held if one.meta.name == CARS for row in one.rows]
    names = {str(c.row[Cars.customer_name]) for c in cars if c.row.get(Cars.customer_name)} - {mark}
    if person.user:
        names = {f"{u.row[Users.first_name]} {u.row[Users.last_name]}" for u in held[0].rows}
    ctx.found = {
        "names": sorted(names),
        "phones": sorted({str(c.row[Cars.customer_phone]) for c in cars if c.row.get(Cars.customer_phone)}),
        "emails": sorted({str(c.row[Cars.customer_email]) for c in cars if c.row.get(Cars.customer_email)}),
        "held": [
            {"collection": one.meta.name, "label": one.meta.declared.plural, "count": len(one.rows)}
            for one in held
            if one.rows
        ],
    }


async def export_person(ctx: CommandContext) -> None:
    """Answer everything that is held of a person, and who has looked at it."""
    person = person_of(ctx.params)
    held = await _held(ctx, person)
    ctx.found = {
        "format": FORMAT,
        "made_at": ctx.now.isoformat(),
        "about": person.about,
        "collections": await exported(ctx, held, person.about),
        "looked_at": await _looks(ctx, held) if person.about == CUSTOMER else [],
    }
    await _note(ctx, "export", person, sum(len(one.rows) for one in held), [])


async def _looks(ctx: CommandContext, held: list[Held]) -> list[dict[str, Any]]:
    cars = [row.id for one in held if one.meta.name == CARS for row in one.rows]
    rows = [row.row for row in await ctx.every(PERSONAL_VIEWS, {PersonalViews.car: cars}, system=SYSTEM)]
    rows += [row_of(row) for row in await ctx.sums(PERSONAL_VIEWS, _in_lists(cars), system=SYSTEM)]
    ids = sorted({row[PersonalViews.person] for row in rows}, key=str)
    people = {u.id: u.row for u in await ctx.find(USERS, {Users.id: ids}, system=SYSTEM, limit=len(ids) or 1)}
    return [
        {
            "at": row[PersonalViews.at].isoformat(),
            "by": " ".join(str(who.get(n) or "") for n in (Users.first_name, Users.last_name)),
        }
        for row in sorted(rows, key=lambda row: row[PersonalViews.at])
        if (who := people.get(row[PersonalViews.person])) is not None
    ]


def _in_lists(cars: list[UUID]) -> Sums:
    """Return the question who has read lists with some cars in them, and when."""
    named = ", ".join(f"'{car}'" for car in cars)
    by = {str(name): f"{{row}}.{name}" for name in (PersonalViews.person, PersonalViews.at)}
    return Sums(by=by, of={"times": "count(*)"}, where=f"{{row}}.records ?| ARRAY[{named}]::text[]")


async def erase_person(ctx: CommandContext) -> None:
    """Forget a person, or with ``dry`` answer what would be done and why."""
    person = person_of(ctx.params)
    held = await _held(ctx, person)
    deeds = deeds_of(held, person.about, _mask(held, person))
    lines = told(held, deeds)
    ctx.found = {"about": person.about, "dry": ctx.params["dry"], "lines": lines}
    if ctx.params["dry"]:
        return
    if person.user and await _is_last_administrator(ctx, person.user):
        raise ConflictError(_LAST)
    await erase(ctx, held, deeds, person.about)
    await _note(ctx, "erasure", person, len(deeds), lines)


async def _is_last_administrator(ctx: CommandContext, user: UUID) -> bool:
    """Whether a user is the only administrator; none of them changes before the transaction ends."""
    all_of_them: Values = {Users.administrator: True, Users.active: True}
    await ctx.hold([one.id for one in await ctx.find(USERS, all_of_them, system=SYSTEM, limit=_MOST_ADMINISTRATORS)])
    return [one.id for one in await ctx.find(USERS, all_of_them, system=SYSTEM, limit=2)] == [user]


def _mask(held: list[Held], person: Person) -> Mask:
    if person.about == CUSTOMER:
        return mask_of([row for one in held if one.meta.name == CARS for row in one.rows], [person])
    rows = [u.row for u in held[0].rows]
    names = {f"{u[Users.first_name]} {u[Users.last_name]}" for u in rows}
    return Mask(names, {str(u[Users.phone]) for u in rows if u.get(Users.phone)}, {str(u[Users.email]) for u in rows})


async def _note(ctx: CommandContext, kind: str, person: Person, records: int, lines: list[dict[str, Any]]) -> None:
    """Keep that it was done, by whom and why; not about whom."""
    values: Values = {
        PersonalRequests.kind: kind,
        PersonalRequests.about: person.about,
        PersonalRequests.reason: ctx.params.get("reason"),
        PersonalRequests.records: records,
        PersonalRequests.done: [{k: line[k] for k in ("collection", "done", "count")} for line in lines],
    }
    await ctx.create(PERSONAL_REQUESTS, values, system=SYSTEM)


VERBS = (
    Verb(name="look_for", label=_("Find a person"), run=look_for, on="collection", params=_who(), icon="search"),
    Verb(
        name="export_person",
        label=_("Export what is held of a person"),
        run=export_person,
        on="collection",
        params=(*_who(), field("reason", _("Reason"), max_length=500)),
        icon="download",
        step_up=True,
    ),
    Verb(
        name="erase_person",
        label=_("Erase a person"),
        run=erase_person,
        on="collection",
        params=(
            *_who(),
            field("dry", _("Only try it"), Kind.BOOLEAN, required=True),
            field("reason", _("Reason"), required=True, max_length=500),
        ),
        icon="trash",
        danger=True,
        step_up=True,
    ),
    Verb(name="try_retention", label=_("Try the rules of retention"), run=try_rules, on="collection", icon="clock"),
)

REQUESTS = Collection(
    name=PERSONAL_REQUESTS,
    label=_("Request about personal data"),
    plural=_("Requests about personal data"),
    groups=(
        Group(
            "all",
            _("Request about personal data"),
            (
                field(
                    PersonalRequests.kind,
                    _("Kind"),
                    Kind.CHOICE,
                    choices=choices(("export", _("Export")), ("erasure", _("Erasure"))),
                    computed=True,
                ),
                field(PersonalRequests.about, _("About"), Kind.CHOICE, choices=_ABOUT, computed=True),
                field(PersonalRequests.reason, _("Reason"), max_length=500, computed=True),
                field(PersonalRequests.records, _("Records"), Kind.INTEGER, computed=True),
                field(PersonalRequests.done, _("What was done"), Kind.JSON, computed=True),
            ),
        ),
    ),
    access=Access(
        systems=("eraser",),
        grants=(Grant(role=ADMIN, verbs=("look_for", "export_person", "erase_person", "try_retention")),),
    ),
    views=Views(
        columns=(
            PersonalRequests.kind,
            PersonalRequests.about,
            PersonalRequests.records,
            PersonalRequests.reason,
            PersonalRequests.created_by,
            PersonalRequests.created_at,
        ),
        title=(PersonalRequests.kind, PersonalRequests.about),
        filters=(PersonalRequests.kind, PersonalRequests.about),
        icon="user",
    ),
    verbs=VERBS,
)
