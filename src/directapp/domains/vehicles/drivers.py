"""Drivers: who drives for the company. What is private is the driver's own, and those who employ them."""

from uuid import UUID

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.events import Emit
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.rules import In, Is, Who, Whose
from directapp.domains.people.fields import DEALERSHIPS, DEPARTMENTS, USERS
from directapp.domains.people.roles import ADMIN
from directapp.domains.vehicles.events import DRIVER_IS_ANOTHER
from directapp.domains.vehicles.fields import (
    ASSIGNMENTS,
    CERTIFICATIONS,
    DRIVERS,
    Assignments,
    Certifications,
    Drivers,
)
from directapp.domains.vehicles.naming import LEADERS, SYSTEM, SYSTEMS
from directapp.domains.vehicles.words import LICENCES, STANDINGS
from directapp.kernel.text import _
from directapp.services.command import CommandContext

PERSON = Group(
    "person",
    _("Driver"),
    (
        field(Drivers.name, _("Name"), required=True, max_length=120, search=True, personal="employee"),
        field(Drivers.user, _("User"), Kind.REF, ref=USERS, on_delete="set_null", personal="employee"),
        field(Drivers.employee_no, _("Employee number"), code=True, max_length=20, search=True, personal="employee"),
        field(
            Drivers.dealership,
            _("Site"),
            Kind.REF,
            ref=DEALERSHIPS,
            required=True,
            default=lambda case: case.actor.site,
        ),
        field(Drivers.department, _("Department"), Kind.REF, ref=DEPARTMENTS, on_delete="set_null"),
        field(Drivers.manager, _("Supervisor"), Kind.REF, ref=USERS, on_delete="set_null"),
        field(Drivers.standing, _("Standing"), Kind.CHOICE, choices=STANDINGS, required=True, default="active"),
    ),
)
LICENCE = Group(
    "licence",
    _("Licence"),
    (
        field(Drivers.licence_number, _("Licence number"), code=True, max_length=30, personal="employee"),
        field(
            Drivers.licence_classes,
            _("Valid classes"),
            Kind.CHOICES,
            computed=True,
            default=[],
            choices=choices(*LICENCES.items()),
        ),
        field(Drivers.next_expiry, _("Next expiry"), Kind.DATE, computed=True),
    ),
)
PRIVATE = Group(
    "private",
    _("Private"),
    (
        field(Drivers.birth_date, _("Born"), Kind.DATE, personal="employee"),
        field(Drivers.home_address, _("Home address"), Kind.TEXT, max_length=300, personal="employee"),
        field(Drivers.next_of_kin, _("Next of kin"), max_length=120, personal="employee"),
        field(Drivers.next_of_kin_phone, _("Phone of next of kin"), Kind.PHONE, personal="employee"),
    ),
)


_BELOW, _OWN = In(Drivers.dealership, Whose.SITES), Is(Drivers.user, Who.USER)


def _is_another(case: Case) -> bool:
    return case.before is not None and case.changed(Drivers.user)


async def keep_persons(ctx: CommandContext) -> None:
    """Say of certifications and assignments whom they are about where their driver is another user now."""
    if ctx.seen is None:
        return
    user = ctx.seen.row.get(Drivers.user)
    for collection, driver, person in (
        (CERTIFICATIONS, Certifications.driver, Certifications.person),
        (ASSIGNMENTS, Assignments.driver, Assignments.person),
    ):
        held = await ctx.every(collection, {driver: ctx.target.id}, system=SYSTEM)
        stale: dict[UUID, Values] = {one.id: {person: user} for one in held if one.row.get(person) != user}
        await ctx.change_all(collection, stale, system=SYSTEM)


COLLECTION = Collection(
    name=DRIVERS,
    label=_("Driver"),
    plural=_("Drivers"),
    groups=(PERSON, LICENCE, PRIVATE),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(
                LEADERS,
                rows=_BELOW,
                read=("person", "licence", "private"),
                write=("person", "licence", "private"),
                create=True,
            ),
            *grants("dispatcher safety_officer safety_rep", rows=_BELOW, read=("person", "licence")),
            Grant(role="supervisor", rows=Is(Drivers.manager, Who.USER), read=("person", "licence")),
            Grant(
                role="driver",
                rows=_OWN,
                read=("person", "licence", "private"),
                write=("private",),
            ),
            Grant(role="auditor", read=("person", "licence")),
            Grant(role=ADMIN, read=("person", "licence"), write=("person", "licence"), create=True),
        ),
    ),
    views=Views(
        columns=(
            Drivers.name,
            Drivers.employee_no,
            Drivers.standing,
            Drivers.dealership,
            Drivers.department,
            Drivers.manager,
            Drivers.licence_classes,
            Drivers.next_expiry,
        ),
        title=(Drivers.name,),
        sort=(Drivers.name,),
        filters=(Drivers.standing, Drivers.dealership, Drivers.department, Drivers.manager, Drivers.next_expiry),
        keys=(Drivers.employee_no,),
        icon="steering-wheel",
        menu=True,
        module="fleet",
    ),
    unique=(
        Unique(fields=(Drivers.user,), message=_("Another driver is this user.")),
        Unique(fields=(Drivers.employee_no,), message=_("Another driver has this employee number.")),
    ),
    subject=True,
    events=(Emit(event=DRIVER_IS_ANOTHER, when=_is_another),),
    indexes=(("dealership", "name"), ("manager",), ("user",), ("next_expiry",)),
)
