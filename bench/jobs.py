"""python -m bench.jobs [--events N] [--rate R] [--seconds S]: events a second through, and change to event handler."""

import argparse
import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from bench.seed import seed
from directapp.app.container import Application, background_jobs, wire
from directapp.app.settings import Settings
from directapp.app.spec import load_spec
from directapp.declare.events import event
from directapp.kernel.actor import Actor
from directapp.kernel.clock import utc_now
from directapp.services.command import CommandContext
from directapp.services.dispatcher import Dispatcher
from directapp.services.intent import Intent
from directapp.services.jobs import Job, JobRun, acting
from directapp.store.embedded.server import EmbeddedPostgres
from directapp.store.migrate import bring_up_to_date
from directapp.store.outbox import dispatcher_actor
from support.text import bilingual

EVENT = event("bench.event", "cars", bilingual("Måling", "Benchmark"))
_WAITS = """
SELECT count(*) AS n, percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (
         ORDER BY extract(epoch FROM done_at - at)) AS waits
  FROM outbox WHERE tenant_id = $1 AND event = $2 AND done_at IS NOT NULL AND at >= $3"""


@asynccontextmanager
async def housed(owner: str, weak: str, data: Path) -> AsyncIterator[Application]:
    application = await wire(Settings(data=data, secret="b" * 48), owner, weak, spec=load_spec())
    try:
        yield application
    finally:
        await application.close()


async def worker(owner: str, weak: str, data: str) -> None:
    """Work as ``directapp worker`` does, until killed."""
    async with housed(owner, weak, Path(data)) as application, background_jobs(application):
        print("at work", flush=True)
        await asyncio.Event().wait()


async def through(application: Application, tenant: UUID, events: int, kind: str) -> tuple[float, float]:
    """Return how many events a second one worker takes through, and its own processor time for each in ms."""
    pipeline = application.platform.pipeline

    async def nothing(_: CommandContext) -> None: ...

    async def write(ctx: CommandContext) -> None:
        await ctx.change({"model": "ID.4"}, system="demo")

    async def run(_: JobRun) -> None: ...

    async with acting(pipeline, tenant, "demo", "bench", "", None) as ctx:
        cars = [await ctx.create("cars", {"make": "VW"}) for _ in range(100)]
        for number in range(events):
            ctx.work.emitting.again(EVENT.name, "cars", cars[number % len(cars)].id, {})
    handlers = {"nothing": {EVENT: [nothing]}, "write": {EVENT: [write]}}
    jobs = [Job(event=EVENT, run=run, at_once=16)] if kind == "errand" else []
    dispatcher = Dispatcher(pipeline, handlers.get(kind, {}), "workflow", jobs=jobs)
    start, used = time.perf_counter(), time.process_time()

    def figures() -> tuple[float, float]:
        return events / (time.perf_counter() - start), (time.process_time() - used) / events * 1000

    if kind == "errand":
        stop = asyncio.Event()
        running = asyncio.create_task(dispatcher.run(stop))
        dispatcher.wake(tenant)
        while (await dispatcher.backlog(tenant)).due or dispatcher.jobs.busy:  # noqa: ASYNC110 - as a person would look
            await asyncio.sleep(0.02)
        found = figures()
        stop.set()
        await running
        return found
    await dispatcher.drain(tenant)
    return figures()


async def latency(
    application: Application, actor: Actor, rate: float, seconds: float
) -> tuple[float, int, list[float]]:
    """Write at a rate beside a worker of its own; return the rate reached and how long events waited."""
    pipeline, since = application.platform.pipeline, utc_now()
    count = int(rate * seconds)
    start = time.perf_counter()

    async def one(number: int) -> None:
        await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
        vin = f"WVWZZZ{number:011d}"
        patch = {"make": "VW", "model": "ID.4", "car_type": "new", "vin": vin}
        intent = Intent(actor=actor, collection="cars", verb="create", patch=patch, origin="test")
        await pipeline.perform(intent)

    await asyncio.gather(*(one(number) for number in range(count)))
    reached = count / (time.perf_counter() - start)
    while True:
        async with application.platform.database.unit(dispatcher_actor(actor.tenant), readonly=True) as unit:
            rows = await unit.fetch(_WAITS, actor.tenant, "car.identified", since)
        if rows[0]["n"] >= count:
            return reached, rows[0]["n"], list(rows[0]["waits"])
        await asyncio.sleep(0.2)


async def measure(events: int, rate: float, seconds: float) -> None:
    folder = Path(tempfile.mkdtemp(prefix="directapp-bench-"))
    folder.chmod(0o711)
    postgres = EmbeddedPostgres(folder / "postgres")
    postgres.start()
    try:
        await bring_up_to_date(load_spec(), postgres.owner_dsn(), utc_now())
        async with housed(postgres.owner_dsn(), postgres.app_dsn(), folder) as application:
            seeded = await seed(application.platform.database, 1000)
            for kind in ("nothing", "write", "errand"):
                rate_through, used = await through(application, seeded.tenant, events, kind)
                print(f"through, {kind:8} {rate_through:6.0f} events/s, {used:.1f} ms of processor each", flush=True)
            command = [sys.executable, "-m", "bench.jobs", "--worker", postgres.owner_dsn(), postgres.app_dsn()]
            working = subprocess.Popen([*command, str(folder)], stdout=subprocess.PIPE)
            try:
                assert working.stdout
                await asyncio.to_thread(working.stdout.readline)
                reached, n, waits = await latency(application, seeded.people["tenant_admin"], rate, seconds)
            finally:
                working.kill()
                working.wait()
            figures = ", ".join(
                f"{name} {wait * 1000:.0f} ms" for name, wait in zip(("p50", "p95", "p99"), waits, strict=True)
            )
            print(f"change to event handler at {reached:.0f} writes/s, {n} events: {figures}")
    finally:
        postgres.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=3000)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--worker", nargs=3)
    chosen = parser.parse_args()
    if chosen.worker:
        asyncio.run(worker(*chosen.worker))
    else:
        asyncio.run(measure(chosen.events, chosen.rate, chosen.seconds))


if __name__ == "__main__":
    main()
