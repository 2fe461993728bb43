"""A dealer group on a real application: seven sites, and a person of any role at any of them on demand."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from directapp.app.container import Application, wire
from directapp.app.settings import Settings
from directapp.app.spec import load_spec
from directapp.domains.people.principal import load_actor
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7
from directapp.services.intent import Answer, Intent
from directapp.store.migrate import bring_up_to_date
from directapp.store.outbox import dispatcher_actor
from support.server import Server

# number: (name, type, prepared at)
SITES: dict[str, tuple[str, str, str | None]] = {
    "490": ("Volkswagen Kristiansand", "sales_and_prep", None),
    "499": ("Skade og bilpleie", "prep_center_only", None),
    "495": ("Audi", "sales_only", "499"),
    "324": ("Škoda", "sales_only", "499"),
}


@dataclass
class Dealer:
    """One tenant on an application; time stands in ``now`` and is moved by ``pass_time``."""

    application: Application
    tenant: UUID
    sites: dict[str, UUID] = field(default_factory=dict)
    people: dict[tuple[str, str], Actor] = field(default_factory=dict)

    async def do(
        self,
        actor: Actor,
        collection: str,
        verb: str,
        target: UUID | None = None,
        *,
        confirmed: bool = False,
        **patch: Any,
    ) -> Answer:
        """Perform one intent."""
        return await self.application.platform.pipeline.perform(
            Intent(
                actor=actor,
                collection=collection,
                verb=verb,
                target=target,
                patch=patch,
                origin="test",
                confirmed=confirmed,
            )
        )

    async def create(self, actor: Actor, collection: str, **values: Any) -> UUID:
        """Create a record and return its id."""
        record = (await self.do(actor, collection, "create", **values)).record
        assert record is not None
        return record

    async def read(self, actor: Actor, collection: str, record: UUID) -> dict[str, Any]:
        """Read one record as an actor."""
        row: dict[str, Any] = orjson.loads(await self.application.platform.reading.one(actor, collection, record))
        return row

    async def person(self, role: str, site: str = "490") -> Actor:
        """Return a person with a role (several joined by +) at a site, "" at none, made at the first call."""
        key = (role, site)
        if key not in self.people:
            demo = system_actor(self.tenant, "demo")
            name = role.replace("_", "-").replace("+", "-and-")
            user = await self.create(
                demo,
                "users",
                first_name=role.split("_", 1)[0].title(),
                last_name=f"På {site}",
                email=f"{name}.{site or 0}.{self.tenant.hex[-10:]}@example.test",
                roles=role.split("+"),
                dealership=str(self.sites[site]) if site else None,
                active=True,
            )
            async with self.application.auth.open(self.tenant) as rows:
                self.people[key] = await load_actor(rows, self.tenant, user)
        return self.people[key]


@dataclass
class Time:
    """A clock that stands ``ahead`` of the real one."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        """Return the present, as it is in the story."""
        return utc_now() + self.ahead


@asynccontextmanager
async def built_application(server: Server, database: str, clock: Time, **more: Any) -> AsyncIterator[Application]:
    """Wire an application on a database that is at the present schema; further settings as given."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), **{"secret": "t" * 48, **more})
        application = await wire(settings, server.owner(database), server.app(database), spec=load_spec(), clock=clock)
        try:
            yield application
        finally:
            await application.close()


async def template(server: Server) -> str:
    """Return a database at the present schema, a copy of the first one that was made."""
    if server.pristine is None:
        name = await server.create()
        await bring_up_to_date(load_spec(), server.owner(name), utc_now())
        server.pristine = name
    return await server.create(server.pristine)


async def settle(application: Application) -> Dealer:
    """Make a tenant with its sites."""
    dealer = Dealer(application, uuid7())
    demo = system_actor(dealer.tenant, "demo")
    await dealer.create(demo, "tenants", id=str(dealer.tenant), name="Prøvegruppen", second_factor_roles=[])
    for number, (name, kind, prepared_at) in SITES.items():
        dealer.sites[number] = await dealer.create(
            demo,
            "dealerships",
            number=number,
            name=name,
            dealership_type=kind,
            does_own_prep=prepared_at is None,
            prep_center=str(dealer.sites[prepared_at]) if prepared_at else None,
            brands=["Audi", "Volkswagen"],
            active=True,
        )
    return dealer


async def end_jobs(application: Application) -> None:
    """End what earlier tests left in the queues: whether the installation works is asked of all its companies."""
    for tenant in await application.dispatcher.tenants():
        async with application.platform.database.unit(dispatcher_actor(tenant)) as unit:
            await unit.value(
                "UPDATE outbox SET done_at = clock_timestamp() WHERE tenant_id = $1 AND done_at IS NULL", tenant
            )
