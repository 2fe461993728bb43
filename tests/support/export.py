"""The prototype's export in the tests: the whole of it, and small ones made up for one question."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from directapp.app.container import Application
from directapp.app.spec import load_spec
from directapp.domains.imports.ledger import LEDGER
from directapp.domains.imports.prototype import FILES, read_export, resume
from directapp.domains.people.principal import load_actor
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.clock import utc_now
from directapp.services.importing import Importing
from directapp.services.intent import Answer, Intent
from directapp.services.ledger import Order, Report

EXPORT = Path(__file__).parents[1] / "data" / "prototype-export"


@dataclass
class Place:
    """A tenant that the export is read into."""

    application: Application
    tenant: UUID

    @property
    def importing(self) -> Importing:
        return Importing(self.application.platform.pipeline, LEDGER)

    async def read(self, contents: dict[str, bytes], *, dry_run: bool = False) -> Report:
        reader = read_export(load_spec(), contents, utc_now())
        order = Order(actor=system_actor(self.tenant, "importer"), reader=reader, name="export", dry_run=dry_run)
        return await self.importing.run(order)

    async def retry(self, run: UUID) -> Report:
        reader = resume(load_spec(), (await self.importing.books(self.tenant).run(run)).row["columns"], utc_now())
        return await self.importing.retry(system_actor(self.tenant, "importer"), reader, run)

    async def do(self, actor: Actor, collection: str, verb: str, target: UUID | None, **patch: Any) -> Answer:
        intent = Intent(actor=actor, collection=collection, verb=verb, target=target, patch=patch, origin="test")
        return await self.application.platform.pipeline.perform(intent)

    async def admin(self) -> Actor:
        """Hire an administrator."""
        demo = system_actor(self.tenant, "demo")
        names = {"first_name": "Ada", "last_name": "Min", "email": f"{uuid4().hex}@example.test"}
        user = (await self.do(demo, "users", "create", None, **names, roles=["tenant_admin"])).record
        assert user is not None
        async with self.application.auth.open(self.tenant) as rows:
            return await load_actor(rows, self.tenant, user)

    async def answer(self, external: str, **said: Any) -> UUID:
        """Correct or decide a waiting row as the administrator, and return its run."""
        rows = await self.rows("import_rows", external_id=external)
        row = next(r for r in rows if r["outcome"] in {"held", "rejected"})
        await self.do(await self.admin(), "import_rows", "update", row["id"], **said)
        run: UUID = row["run"]
        return run

    async def rows(self, collection: str, /, **equals: Any) -> list[dict[str, Any]]:
        actor = system_actor(self.tenant, "importer")
        async with self.application.platform.database.unit(actor, readonly=True) as unit:
            return await unit.find(load_spec()[collection], 100_000, equals)

    async def cars(self) -> dict[str, dict[str, Any]]:
        """Return the cars by the prototype's id."""
        cars = {car["id"]: car for car in await self.rows("cars")}
        taken = [row for row in await self.rows("import_rows", collection="cars") if row["record"] in cars]
        return {row["external_id"]: cars[row["record"]] for row in taken}


def export() -> dict[str, bytes]:
    """Return the whole export."""
    return {name: (EXPORT / name).read_bytes() for name in FILES}


@cache
def _first_car() -> dict[str, Any]:
    row: dict[str, Any] = json.loads((EXPORT / "cars.json").read_text())["data"][0]
    return row


def car(**values: Any) -> dict[str, Any]:
    """Return a plain new car of the export with other values."""
    row = _first_car()
    vin = "WVWZZZ" + uuid4().hex[:11].upper().replace("O", "0")
    return row | {"id": str(uuid4()), "vin": vin, "order_number": uuid4().int % 10**9} | values


def small(*cars: dict[str, Any], people: bool = True) -> dict[str, bytes]:
    """Return an export with these cars, all sites and (``people``) all users under other addresses."""
    users = json.loads((EXPORT / "directus_users.json").read_text())["data"] if people else []
    for user in users:
        user["email"] = f"{uuid4().hex}@example.test"
    return {
        "dealership.json": (EXPORT / "dealership.json").read_bytes(),
        "directus_users.json": json.dumps({"data": users}).encode(),
        "cars.json": json.dumps({"data": cars}).encode(),
    }
