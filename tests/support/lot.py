"""Two selling sites and a prep centre with people of every role, on the product's own Spec."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from directapp.declare.case import Case
from directapp.domains.cars import handlers
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.clock import utc_now
from directapp.services.command import CommandContext
from directapp.services.intent import Answer, Intent
from directapp.services.pipeline import Pipeline
from directapp.services.reading import Reading
from directapp.store.database import Database


@dataclass
class Lot:
    pipeline: Pipeline
    reading: Reading
    database: Database
    tenant: UUID
    sites: dict[str, UUID] = field(default_factory=dict)
    people: dict[tuple[str, str], Actor] = field(default_factory=dict)
    serial: int = 0
    clock: datetime = field(default_factory=utc_now)

    async def open(self) -> "Lot":
        await self.system("create", "tenants", id=self.tenant, name="Fjord Bil", second_factor_roles=[])
        prep = {"dealership_type": "prep_center_only", "name": "Klargjøring"}
        await self._site("499", **prep)
        away = {"dealership_type": "sales_only", "prep_center": self.sites["499"]}
        await self._site("495", name="Audi", brands=["Audi"], **away)
        await self._site("324", name="Skoda", brands=["Skoda"], **away)
        await self._site("332", name="Grenland", dealership_type="sales_and_prep", brands=["Volkswagen"])
        return self

    async def _site(self, number: str, **values: Any) -> None:
        made = await self.system("create", "dealerships", number=number, **values)
        assert made.record is not None
        self.sites[number] = made.record

    async def person(self, role: str, number: str) -> Actor:
        return self.people.get((role, number)) or await self.hire(role, number, role)

    async def hire(self, role: str, number: str, name: str) -> Actor:
        """Give a site a person of a role, known to the tests as ``name.site``."""
        if (name, number) not in self.people:
            email = f"{name.replace('_', '-')}.{number}.{self.tenant.hex[-8:]}@example.no"
            names = {"first_name": role, "last_name": number, "email": email}
            user = await self.system("create", "users", roles=[role], dealership=self.sites[number], **names)
            site = self.sites[number]
            brands = {"495": {"Audi"}, "324": {"Skoda"}, "332": {"Volkswagen"}}.get(number, set())
            self.people[name, number] = Actor(
                tenant=self.tenant,
                user=user.record,
                name=role,
                roles=frozenset({role}),
                site=site,
                sites=frozenset({site}),
                brands=frozenset(brands),
            )
        return self.people[name, number]

    async def system(self, verb: str, collection: str, target: UUID | None = None, **values: Any) -> Answer:
        actor = system_actor(self.tenant, "demo")
        return await self._perform(actor, verb, collection, target, values)

    async def do(self, who: str, verb: str, target: UUID | None = None, /, **values: Any) -> Answer:
        """Do something as ``role.site``; ``on`` names another collection than cars, ``why`` the reason."""
        actor = await self.person(*who.split("."))
        collection, why = values.pop("on", "cars"), values.pop("why", None)
        return await self._perform(actor, verb, collection, target, values, why=why)

    async def _perform(
        self,
        actor: Actor,
        verb: str,
        collection: str,
        target: UUID | None,
        values: dict[str, Any],
        *,
        why: str | None = None,
    ) -> Answer:
        intent = Intent(
            actor=actor,
            collection=collection,
            verb=verb,
            target=target,
            patch=values,
            origin="api",
            reason=why,  # type: ignore[arg-type]
        )
        return await self.pipeline.perform(intent)

    async def car(self, who: str = "new_car_sales.495", **values: Any) -> UUID:
        self.serial += 1
        given = {
            "car_type": "new",
            "make": "Audi",
            "model": "Q4",
            "order_number": f"{self.tenant.hex[-6:]}{self.serial}",
        }
        answer = await self.do(who, "create", **(given | {"vin": self.vin()} | values))
        assert answer.record is not None
        return answer.record

    def vin(self) -> str:
        self.serial += 1
        return f"WAUZZZF4{self.serial:09d}"

    async def see(self, who: str, record: UUID | None, on: str = "cars") -> dict[str, Any]:
        assert record is not None
        row: dict[str, Any] = orjson.loads(await self.reading.one(await self.person(*who.split(".")), on, record))
        return row

    async def status(self, record: UUID) -> str:
        async with self.database.unit(system_actor(self.tenant, "custodian"), readonly=True) as unit:
            return str(
                await unit.value("SELECT status FROM cars WHERE tenant_id = $1 AND id = $2", self.tenant, record)
            )

    async def run_job(self, job: str, record: UUID | None = None) -> None:
        """Run an event handler or sweep as the worker does, at the lot's clock."""
        actor = system_actor(self.tenant, "archiver")
        async with self.database.unit(actor) as unit:
            intent = Intent(actor=actor, collection="cars", verb=job, origin="worker")
            work = self.pipeline.work(unit, intent)
            work.now = self.clock
            seen = await work.look_up("cars", record, system=None) if record else None
            case = Case(row=seen.row if seen else {}, actor=actor, now=work.now, verb=job)
            ctx = CommandContext(case=case, collection="cars", work=work, seen=seen)
            await getattr(handlers, job)(ctx)
            await work.finish()

    def pass_time(self, **delta: float) -> None:
        self.clock = utc_now() + timedelta(**delta)
