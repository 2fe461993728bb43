"""A fake registry that knows nearly every car of a demo, for its pictures: each as an electric car of its own make."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from directapp.app.container import Application
from directapp.domains.registry.events import ENRICH
from directapp.domains.registry.runs import RUNS
from directapp.kernel.actor import system_actor
from directapp.kernel.clock import oslo_day
from directapp.services.jobs import JobRun
from support.fakes.registry import FakeRegistry
from support.fakes.vehicles import vehicle

NEW_CAR = ("EL 98765", "WAUZZZF40NP098765", "AUDI", "Q4 E-TRON")
_UNKNOWN = 15


def _of_make(plate: str, vin: str, make: str, model: str, *, due: date = date(2028, 3, 11)) -> dict[str, Any]:
    general = {"merke": [{"merke": make}], "handelsbetegnelse": [model], "typebetegnelse": "F4"}
    found = vehicle(plate, vin, generelt=general)
    found["periodiskKjoretoyKontroll"] = {"kontrollfrist": due.isoformat(), "sistGodkjent": None}
    return found


@asynccontextmanager
async def demo_registry() -> AsyncIterator[FakeRegistry]:
    """Give a registry that knows one car which is new to the demo."""
    async with FakeRegistry() as registry:
        registry.vehicles = [_of_make(*NEW_CAR)]
        yield registry


async def fill_a_night(application: Application, registry: FakeRegistry) -> None:
    """Let the registry know the demo's cars, apart from a few, and run a night's enrichment."""
    for tenant in await application.platform.database.tenants():
        async with application.platform.database.unit(system_actor(tenant, "registry"), readonly=True) as unit:
            cars = await unit.find(application.platform.spec["cars"], 5000, {})
        for number, car in enumerate(c for c in cars if c["vin"] or c["license_plate"]):
            if number % _UNKNOWN:
                vin = car["vin"] or f"WVWZZZE1ZNP{number:06d}"
                plate = car["license_plate"] or f"DN{20000 + number}"
                due = oslo_day(application.platform.clock()) + timedelta(days=7 * number % 210 - 5)
                names = (car["make"] or "AUDI", car["model"] or "A3")
                registry.vehicles.append(_of_make(plate, vin, *names, due=due))
        job = JobRun(
            id=uuid4(),
            pipeline=application.platform.pipeline,
            tenant=tenant,
            name=ENRICH.name,
            collection=RUNS,
            record=tenant,
            payload={},
            key=str(uuid4()),
            attempt=1,
            last=False,
        )
        await application.registry.enricher.begin(job)
    await application.dispatcher.drain()
