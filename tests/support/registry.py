"""Look-ups that ask a fake registry, with a key of their own, so that no other test uses up its quota."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2

from directapp.app.container import Application
from directapp.app.registry import FILLED
from directapp.connectors.outgoing import Patience
from directapp.connectors.vegvesen import Vegvesen
from directapp.domains.cars.states import OPEN
from directapp.domains.registry.events import ENRICH
from directapp.domains.registry.lookups import Lookups
from directapp.domains.registry.nightly import Enricher, Manner
from directapp.domains.registry.runs import RUNS
from directapp.kernel.actor import system_actor
from directapp.services.counters import Counters
from directapp.services.jobs import JobRun, LaterError
from support.dealer import Dealer
from support.fakes.registry import FakeRegistry

Asking = Callable[..., Lookups]
HURRIED = Patience(tries=1, first=0.01, most=0.01, each=2.0, total=2.0)


def asking(application: Application, http: httpx2.AsyncClient, registry: FakeRegistry) -> Asking:
    """Return what makes look-ups at a fake; it is told their key."""
    if registry.api_key == "key-1":
        registry.api_key = f"key-{uuid4()}"

    def made(*, a_day: int = 50_000, keep: timedelta = timedelta(hours=24), patience: Patience = HURRIED) -> Lookups:
        single = Vegvesen(
            http,
            api_key=registry.api_key,
            quota=Counters(application.platform.database),
            base=registry.base,
            a_day=a_day,
            patience=patience,
        )
        return Lookups(application.platform.pipeline, single=single, keep=keep)

    return made


def enriching(lookups: Lookups, **changes: Any) -> Enricher:
    """Return an enricher as the application has one."""
    return Enricher(lookups, Manner(fields=FILLED, states=OPEN, **changes))


async def night(dealer: Dealer, enricher: Enricher, *, most_batches: int = 50) -> dict[str, Any]:
    """Run the night's enrichment to its end, through every wait, and return the run."""
    await enricher.begin(job(dealer, RUNS, dealer.tenant))
    return await finish(dealer, enricher, await running(dealer), most_batches=most_batches)


async def running(dealer: Dealer) -> UUID:
    """Return the run that goes on, or the last one."""
    actor = system_actor(dealer.tenant, "registry")
    async with dealer.application.platform.database.unit(actor, readonly=True) as unit:
        rows = await unit.find(dealer.application.platform.spec[RUNS], 50, {})
    return max(rows, key=lambda row: row["started_at"])["id"]  # type: ignore[no-any-return]


async def finish(dealer: Dealer, enricher: Enricher, run: UUID, *, most_batches: int = 50) -> dict[str, Any]:
    """Do a run's batches, as the worker does, until it is at its end."""
    admin = await dealer.person("tenant_admin")
    for _ in range(most_batches):
        row = await dealer.read(admin, RUNS, run)
        if row["status"] != "running":
            return row
        try:
            await enricher.work(job(dealer, RUNS, run))
        except LaterError:
            continue
    return await dealer.read(admin, RUNS, run)


def job(dealer: Dealer, collection: str, record: UUID) -> JobRun:
    """Return a job as a worker hands one over."""
    return JobRun(
        id=uuid4(),
        pipeline=dealer.application.platform.pipeline,
        tenant=dealer.tenant,
        name=ENRICH.name,
        collection=collection,
        record=record,
        payload={},
        key=str(uuid4()),
        attempt=1,
        last=False,
    )


async def rows_of(dealer: Dealer, collection: str, **equals: Any) -> list[dict[str, Any]]:
    """Return rows as the registry's own actor sees them."""
    actor = system_actor(dealer.tenant, "registry")
    async with dealer.application.platform.database.unit(actor, readonly=True) as unit:
        return await unit.find(dealer.application.platform.spec[collection], 5000, equals)
