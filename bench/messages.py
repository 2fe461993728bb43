"""python -m bench.messages [--rate R] [--seconds S] [--together N]: from change to notification and letter."""

import argparse
import asyncio
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

from bench.seed import Seeded, analyse, seed
from directapp.app.container import Application, background_jobs, wire
from directapp.app.settings import Settings
from directapp.app.spec import load_spec
from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7
from directapp.services.intent import Intent
from directapp.services.jobs import acting
from directapp.store.embedded.server import EmbeddedPostgres
from directapp.store.migrate import bring_up_to_date
from directapp.store.outbox import dispatcher_actor

_WAITS = """
SELECT count(*) AS n, percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (
         ORDER BY extract(epoch FROM done_at - at)) AS waits
  FROM outbox WHERE tenant_id = $1 AND event = 'comment.mentioned' AND done_at IS NOT NULL AND at >= $2"""
_NUMBER = re.compile(r"melding (\d+)\.")
_LONGEST = 180.0


@dataclass
class Provider:
    """A mail provider on loopback that speaks as Resend does, and notes when each letter came."""

    came: dict[int, float] = field(default_factory=dict)
    calls: int = 0
    letters: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await self._converse(reader, writer)
        writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = int(next(h.split(b":")[1] for h in head.lower().split(b"\r\n") if h.startswith(b"content-length")))
            asked = json.loads(await reader.readexactly(length))
            letters = asked if isinstance(asked, list) else [asked]
            now = time.perf_counter()
            self.calls += 1
            self.letters += len(letters)
            for letter in letters:
                for number in _NUMBER.findall(letter["text"]):
                    self.came.setdefault(int(number), now)
            ids = [{"id": str(uuid4())} for _ in letters]
            body = json.dumps({"data": ids} if isinstance(asked, list) else ids[0]).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body))
            writer.write(body)


@asynccontextmanager
async def housed(owner: str, weak: str, data: Path, provider: str) -> AsyncIterator[Application]:
    settings = Settings(data=data, secret="b" * 48, resend_key="re_bench", resend_url=provider, resend_per_second=5.0)
    application = await wire(settings, owner, weak, spec=load_spec())
    try:
        yield application
    finally:
        await application.close()


async def worker(owner: str, weak: str, data: str, provider: str) -> None:
    """Work as ``directapp worker`` does, until killed."""
    async with housed(owner, weak, Path(data), provider) as application, background_jobs(application):
        print("at work", flush=True)
        await asyncio.Event().wait()


async def cars_of(application: Application, seeded: Seeded) -> list[UUID]:
    """Return some cars that the people of the first site see."""
    values = {"make": "VW", "model": "ID.4", "dealership": seeded.sites[0], "prep_center": seeded.sites[0]}
    async with acting(application.platform.pipeline, seeded.tenant, "demo", "bench", "", None) as act:
        return [(await act.create("cars", values)).id for _ in range(50)]


async def change(application: Application, seeded: Seeded, cars: list[UUID], numbers: range) -> None:
    """Write comments that mention one colleague each, in one transaction."""
    planner, key = str(seeded.people["planner"].user), uuid7().hex
    intents = [
        Intent(
            actor=seeded.people["tenant_admin"],
            collection="comments",
            verb="create",
            patch={"car": str(cars[number % len(cars)]), "text": f"Bench, melding {number}.", "mentions": [planner]},
            origin="test",
            key=key,
        )
        for number in numbers
    ]
    pipeline = application.platform.pipeline
    await (pipeline.perform(intents[0]) if len(intents) == 1 else pipeline.perform_all(intents))


async def run(  # noqa: PLR0917 - what is measured
    application: Application, seeded: Seeded, provider: Provider, rate: float, seconds: float, together: int
) -> None:
    cars, since, count = await cars_of(application, seeded), utc_now(), int(rate * seconds)
    started: dict[int, float] = {}
    start = time.perf_counter()

    async def some(numbers: range) -> None:
        await asyncio.sleep(max(0.0, start + numbers[0] / rate - time.perf_counter()))
        await change(application, seeded, cars, numbers)
        started.update(dict.fromkeys(numbers, time.perf_counter()))

    await asyncio.gather(*(some(range(n, min(n + together, count))) for n in range(0, count, together)))
    reached = count / (time.perf_counter() - start)
    end = time.perf_counter() + _LONGEST
    while len(provider.came) < count and time.perf_counter() < end:  # noqa: ASYNC110 - as a person would look
        await asyncio.sleep(0.2)
    async with application.platform.database.unit(dispatcher_actor(seeded.tenant), readonly=True) as unit:
        (row,) = await unit.fetch(_WAITS, seeded.tenant, since)
    told = ", ".join(
        f"{name} {wait * 1000:.0f} ms" for name, wait in zip(("p50", "p95", "p99"), row["waits"], strict=True)
    )
    print(f"change to notification at {reached:.0f} changes/s, {row['n']} of {count}: {told}")
    waits = sorted(at - started[number] for number, at in provider.came.items())
    if len(waits) > 1:
        cuts = statistics.quantiles(waits, n=100)
        mail = ", ".join(f"{name} {cuts[place]:.2f} s" for name, place in (("p50", 49), ("p95", 94), ("p99", 98)))
        print(f"change to the mail provider, {len(waits)} letters in {provider.calls} calls: {mail}")
    print(f"lost {count - len(provider.came)}, sent twice {provider.letters - len(provider.came)}")


async def measure(rate: float, seconds: float, together: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="directapp-bench-"))
    folder.chmod(0o711)
    postgres = EmbeddedPostgres(folder / "postgres")
    postgres.start()
    provider = Provider()
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        await bring_up_to_date(load_spec(), postgres.owner_dsn(), utc_now())
        async with housed(postgres.owner_dsn(), postgres.app_dsn(), folder, address) as application:
            seeded = await seed(application.platform.database, 1000)
            await analyse(postgres.owner_dsn())
            command = [sys.executable, "-m", "bench.messages", "--worker", postgres.owner_dsn(), postgres.app_dsn()]
            working = subprocess.Popen([*command, str(folder), address], stdout=subprocess.PIPE)
            try:
                assert working.stdout
                await asyncio.to_thread(working.stdout.readline)
                await run(application, seeded, provider, rate, seconds, together)
            finally:
                working.kill()
                working.wait()
    finally:
        server.close()
        postgres.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--together", type=int, default=1, help="changes in one transaction, as a bulk edit makes them")
    parser.add_argument("--worker", nargs=4)
    chosen = parser.parse_args()
    if chosen.worker:
        asyncio.run(worker(*chosen.worker))
    else:
        asyncio.run(measure(chosen.rate, chosen.seconds, chosen.together))


if __name__ == "__main__":
    main()
