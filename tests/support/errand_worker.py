"""A worker as a process of its own: runs the errand ``trial.sent`` against a service, until it is killed."""

import asyncio
import sys

import httpx

from directapp.app.spec import load_spec
from directapp.services.corridor import Corridor
from directapp.services.jobs import Errand, Job
from directapp.services.relay import Relay
from directapp.store.database import Database


async def main(dsn: str, service: str, lease: str) -> None:
    spec = load_spec()
    async with httpx.AsyncClient(base_url=service) as client, Database(spec, dsn, size=6) as database:

        async def send(job: Job) -> None:
            answer = await client.post(
                "/messages", json={"number": job.payload["number"]}, headers={"idempotency-key": job.key}
            )
            answer.raise_for_status()

        errand = Errand(name="trial.sent", run=send, at_once=8, attempts=30, first=0.1, longest=1.0)
        relay = Relay(Corridor(spec, database), {}, "workflow", errands=[errand], lease=float(lease))
        await relay.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
