"""What is held of a person: the records that are about them, found by the declarations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from directapp.declare.fields import Field, Personal
from directapp.declare.kinds import Kind
from directapp.declare.names import Patch, Values
from directapp.declare.spec import CollectionMeta, Spec
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.messages.fields import SUPPRESSED_ADDRESSES, SuppressedAddresses
from directapp.domains.people.fields import USERS, Users
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import _
from directapp.services.attachments import FILES
from directapp.services.command import CommandContext
from directapp.services.forgetting import SYSTEM
from directapp.services.seen import Seen

CUSTOMER: Personal = "customer"
EMPLOYEE: Personal = "employee"
_NOBODY = _("Say who it is about: a phone number, an e-mail address or a name, or a user.")
# A record of these names what it is about in words: a collection and the id of a record.
_COLLECTION, _RECORD = "collection", "record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom it is about: a customer by how cars name them, or a user."""

    name: str = ""
    phone: str = ""
    email: str = ""
    user: UUID | None = None

    @property
    def about(self) -> Personal:
        """Which personal fields are theirs."""
        return EMPLOYEE if self.user else CUSTOMER


@dataclass(frozen=True, slots=True)
class Held:
    """The records of a collection that are about a person."""

    meta: CollectionMeta
    rows: Sequence[Seen]

    def fields(self, about: Personal) -> list[Field]:
        """Return the stored fields that are personal of such a person."""
        return personal_fields(self.meta, about)


def personal_fields(meta: CollectionMeta, about: Personal) -> list[Field]:
    """Return the stored fields of a collection that are about such a person."""
    return [item for item in meta.stored if item.personal == about]


def person_of(params: Patch) -> Person:
    """Return whom the parameters of a verb name (InvalidError: nobody)."""
    told = {name: str(params.get(name) or "") for name in ("name", "phone", "email")}
    person = Person(**told, user=params.get("user"))
    if not (any(told.values()) or person.user):
        raise InvalidError(Problem(_NOBODY, field="name"))
    return person


async def cars_of(ctx: CommandContext, person: Person) -> list[Seen]:
    """Return the cars whose customer has the phone number or the e-mail address; by name where neither is given."""
    asked: list[Values] = []
    if person.phone:
        asked.append({Cars.customer_phone: person.phone})
    if person.email:
        asked.append({Cars.customer_email: person.email})
    if not asked and person.name:
        asked.append({Cars.customer_name: person.name})
    found = [car for equals in asked for car in await ctx.every(CARS, equals, system=SYSTEM)]
    return list({car.id: car for car in found}.values())


async def held_of(ctx: CommandContext, person: Person) -> list[Held]:
    """Return every record that is about a person, by collection, the person's own first."""
    if person.user:
        return await _of_employee(ctx, person.user)
    return await held_of_cars(ctx, await cars_of(ctx, person), [person])


async def held_of_cars(ctx: CommandContext, cars: Sequence[Seen], people: Iterable[Person] = ()) -> list[Held]:
    """Return the records that are about the customers of some cars."""
    if not cars:
        return []
    spec: Spec = ctx.work.spec
    found, addresses = [Held(spec[CARS], cars)], addresses_of(cars, people)
    for meta in spec.metas.values():
        if meta.name != CARS and personal_fields(meta, CUSTOMER):
            rows: dict[UUID, Seen] = {}
            for equals in _questions(meta, [car.id for car in cars], addresses):
                rows |= {row.id: row for row in await ctx.every(meta.name, equals, system=SYSTEM)}
            found += [Held(meta, list(rows.values()))] if rows else []
    return found


def addresses_of(cars: Sequence[Seen], people: Iterable[Person] = ()) -> list[str]:
    """Return the e-mail addresses and phone numbers of the customers of cars."""
    told = [car.row.get(name) for car in cars for name in (Cars.customer_email, Cars.customer_phone)]
    told += [value for one in people for value in (one.email, one.phone)]
    return sorted({str(value) for value in told if value})


def _questions(meta: CollectionMeta, cars: list[UUID], addresses: list[str]) -> Iterable[Values]:
    refs = [item.name for item in meta.stored if item.points_to == CARS]
    for name in refs:
        yield {name: cars}
    if not refs and {_COLLECTION, _RECORD} <= set(meta.fields):
        plain: list[Any] = cars if meta.fields[_RECORD].kind is Kind.REF else list(map(str, cars))
        yield {_COLLECTION: CARS, _RECORD: plain}
    if meta.name == SUPPRESSED_ADDRESSES and addresses:
        yield {SuppressedAddresses.address: addresses}


async def _of_employee(ctx: CommandContext, user: UUID) -> list[Held]:
    spec: Spec = ctx.work.spec
    found = [Held(spec[USERS], await ctx.find(USERS, {Users.id: user}, system=SYSTEM, limit=1))]
    pictures = [row.row[Users.photo] for row in found[0].rows if row.row.get(Users.photo)]
    if pictures:
        found.append(Held(spec[FILES], await ctx.find(FILES, {Users.id: pictures}, system=SYSTEM)))
    for meta in spec.metas.values():
        refs = [item.name for item in personal_fields(meta, EMPLOYEE) if item.points_to == USERS]
        rows = {row.id: row for name in refs for row in await ctx.every(meta.name, {name: user}, system=SYSTEM)}
        found += [Held(meta, list(rows.values()))] if rows else []
    return found
