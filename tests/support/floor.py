"""The workshop floor: the workshop's, records' and imports' collections around cars made of cardboard."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Field, Group
from directapp.declare.fields import field as column
from directapp.declare.kinds import Kind
from directapp.declare.rules import Is, Rule, Who, either
from directapp.declare.spec import Spec
from directapp.domains import imports, records, workshop
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7
from directapp.kernel.text import verbatim
from directapp.services.intent import Answer, Intent
from directapp.services.pipeline import Pipeline
from directapp.services.reading import Reading
from directapp.store.query import Condition, Order, Query
from directapp.store.schema import apply_policies, make_partitions, table_statements
from directapp.store.tables import build_metadata
from support.text import bilingual

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WORD = bilingual("x", "x")
SITES_OF_CAR = either(Is("dealership", Who.SITE), Is("prep_center", Who.SITE))
ASSIGNED: dict[str, Rule] = {
    "mechanic": Is("assigned_mechanic", Who.USER),
    "detailer": Is("assigned_detailer", Who.USER),
}


def _cardboard(
    name: str, access: Access, *fields: Field, sight: tuple[str, ...] = (), subject: bool = False
) -> Collection:
    groups = (Group("all", WORD, fields),)
    return Collection(
        name=name,
        label=WORD,
        plural=WORD,
        groups=groups,
        access=access,
        views=Views(columns=(), title=()),
        sight=sight,
        subject=subject,
    )


def _instants(*names: str) -> tuple[Field, ...]:
    return tuple(column(name, verbatim(name), Kind.INSTANT) for name in names)


_ADMIN = Grant(role="tenant_admin", write=("*",), create=True)
_DEMO = ("demo", "workflow")

USERS = _cardboard("users", Access(grants=(_ADMIN,), systems=_DEMO), column("name", bilingual("Navn", "Name")))
DEALERSHIPS = _cardboard(
    "dealerships",
    Access(grants=(_ADMIN,), systems=_DEMO),
    column("name", bilingual("Navn", "Name")),
    column("approval_limits", bilingual("Grenser", "Limits"), Kind.JSON),
)
CARS = _cardboard(
    "cars",
    Access(
        grants=(
            _ADMIN,
            *grants("new_car_sales used_car_sales reception planner parts manager", rows=SITES_OF_CAR, write=("all",)),
            *grants("sales_manager finance", rows=Is("dealership", Who.SITE)),
            *(Grant(role=role, rows=rule, write=("all",)) for role, rule in ASSIGNED.items()),
            Grant(role="used_car_sales", read=("vin",), full=False),
        ),
        systems=_DEMO,
    ),
    column("vin", bilingual("VIN", "VIN")),
    column("car_type", bilingual("Type", "Type")),
    column("status", bilingual("Status", "Status")),
    column("dealership", bilingual("Forhandler", "Dealership"), Kind.REF, ref="dealerships"),
    column("prep_center", bilingual("Klargjøring", "Prep centre"), Kind.REF, ref="dealerships"),
    column("assigned_mechanic", bilingual("Mekaniker", "Mechanic"), Kind.REF, ref="users"),
    column("assigned_detailer", bilingual("Bilpleier", "Detailer"), Kind.REF, ref="users"),
    column("inspection_approved", bilingual("Godkjent", "Approved"), Kind.BOOLEAN),
    column("inspection_remarks", bilingual("Merknader", "Remarks"), Kind.TEXT),
    column("inspection_notes", bilingual("Notat", "Notes"), Kind.TEXT),
    *_instants("inspection_started_at", "inspection_completed_at"),
    *_instants("parts_ordered_seller_at", "parts_arrived_seller_at"),
    *_instants("parts_ordered_prep_at", "parts_arrived_prep_at"),
    column("parts_status", bilingual("Deler", "Parts"), computed=True, default="none"),
    column("prep_cost", bilingual("Kostnad", "Cost"), Kind.MONEY, computed=True, default=0),
    subject=True,
    sight=("dealership", "prep_center", "car_type", "assigned_mechanic", "assigned_detailer"),
)
ACCESSORIES = _cardboard(
    "car_accessories",
    Access(grants=(_ADMIN,), systems=_DEMO),
    column("car", WORD, Kind.REF, ref="cars"),
    column("name", WORD),
    column("part_number", WORD),
    column("status", WORD),
    *_instants("ordered_at", "arrived_at"),
)
SPEC = Spec(
    (USERS, DEALERSHIPS, CARS, ACCESSORIES, *workshop.COLLECTIONS, *records.COLLECTIONS, *imports.COLLECTIONS),
    (*workshop.EVENTS, *records.EVENTS),
)


def case(
    row: dict[str, Any],
    *,
    before: dict[str, Any] | None = None,
    roles: str = "planner",
    system: bool = False,
    **related: Any,
) -> Case:
    """Return a Case for a pure rule: ``row`` as it will be, ``before`` as it was."""
    tenant = uuid7()
    person = Actor(tenant=tenant, user=uuid7(), name=roles, roles=frozenset(roles.split()))
    actor = system_actor(tenant, "workflow") if system else person
    patch = {k: v for k, v in row.items() if before is None or before.get(k) != v}
    return Case(row=row, before=before, patch=patch, actor=actor, now=NOW, related=related)


async def lay_out(dsn: str) -> None:
    """Make the floor's tables and policies in an empty database."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(";\n".join(table_statements(build_metadata(SPEC))))
        await make_partitions(connection, utc_now())
        await apply_policies(connection, SPEC)
    finally:
        await connection.close()


@dataclass
class Floor:
    """A tenant with a selling site, a prep centre and a person of any role at either."""

    pipeline: Pipeline
    reading: Reading
    tenant: UUID
    limits: dict[str, int | None] = field(
        default_factory=lambda: {"planner": 5000, "new_car_sales": 10000, "manager": None}
    )
    seller_site: UUID = field(default_factory=uuid7)
    prep_site: UUID = field(default_factory=uuid7)
    people: dict[str, Actor] = field(default_factory=dict)

    async def open(self) -> "Floor":
        """Make the two sites."""
        for site, name in ((self.seller_site, "Selger"), (self.prep_site, "Klargjøring")):
            await self.system("create", "dealerships", id=site, name=name, approval_limits=self.limits)
        return self

    async def person(self, role: str, site: UUID | None = None) -> Actor:
        """Return the person of a role, hired when first asked for; at the prep centre unless they sell."""
        if role not in self.people:
            at = site or (self.seller_site if "sales" in role or role == "finance" else self.prep_site)
            user = (await self.system("create", "users", name=role)).record
            self.people[role] = Actor(
                tenant=self.tenant, user=user, name=role, roles=frozenset({role}), site=at, sites=frozenset({at})
            )
        return self.people[role]

    async def system(self, verb: str, collection: str, target: UUID | None = None, /, **values: Any) -> Answer:
        """Do something as the demo's seeder."""
        actor = system_actor(self.tenant, "demo")
        intent = Intent(actor=actor, collection=collection, verb=verb, target=target, patch=values, origin="test")
        return await self.pipeline.perform(intent)

    async def do(self, role: str, verb: str, collection: str, target: UUID | None = None, /, **values: Any) -> Answer:
        """Do something as the person of a role."""
        actor = await self.person(role)
        intent = Intent(actor=actor, collection=collection, verb=verb, target=target, patch=values, origin="test")
        return await self.pipeline.perform(intent)

    async def make(self, role: str, collection: str, /, **values: Any) -> UUID:
        """Create a record as the person of a role and return its id."""
        made = (await self.do(role, "create", collection, **values)).record
        assert made is not None
        return made

    async def car(self, **values: Any) -> UUID:
        """Return a car of the selling site at the prep centre, assigned to the mechanic."""
        mechanic = await self.person("mechanic")
        given = {
            "vin": "WVWZZZ1KZAW000001",
            "car_type": "used",
            "status": "technical_prep",
            "dealership": self.seller_site,
            "prep_center": self.prep_site,
            "assigned_mechanic": mechanic.user,
        }
        made = (await self.system("create", "cars", **(given | values))).record
        assert made is not None
        return made

    async def row(self, role: str, collection: str, record: UUID | None) -> dict[str, Any]:
        """Return a record as the person of a role sees it."""
        assert record is not None
        row: dict[str, Any] = orjson.loads(await self.reading.one(await self.person(role), collection, record))
        return row

    async def rows(self, role: str, collection: str, name: str, value: UUID) -> list[dict[str, Any]]:
        """Return the records the person of a role sees whose column has a value, oldest first."""
        query = Query(filter=Condition((name,), "eq", value), sort=(Order("id"),))
        page = await self.reading.page(await self.person(role), collection, query)
        rows: list[dict[str, Any]] = orjson.loads(page.json)
        return rows


def later(hours: float) -> datetime:
    """Return an instant some hours after the floor's morning."""
    return NOW + timedelta(hours=hours)
