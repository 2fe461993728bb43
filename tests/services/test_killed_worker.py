"""Workers killed in the middle of a thousand errands: each reaches the service, and takes effect there once."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from directapp.services.jobs import acting
from directapp.store.outbox import relay_actor
from support.dealer import Dealer
from support.fakes.server import Fake, Heard, Reply, as_json

ERRANDS = 1000
KILLS_AT = (120, 320, 520, 760)


class Service(Fake):
    """Does what it is asked once a key, as services with idempotency keys do; now and then it refuses."""

    def __init__(self) -> None:
        super().__init__()
        self.done: dict[str, int] = {}
        self.asked = 0

    async def answer(self, heard: Heard) -> Reply:
        self.asked += 1
        if self.asked % 97 == 0:
            return as_json({"error": "busy"}, 503)
        self.done.setdefault(heard.headers["idempotency-key"], heard.json()["number"])
        # The effect is there; the answer takes its time, so that a kill falls between the two.
        await asyncio.sleep(0.005)
        return as_json({"ok": True})


def start(dsn: str, service: str) -> subprocess.Popen[bytes]:
    program = Path(__file__).parents[1] / "support" / "errand_worker.py"
    return subprocess.Popen([sys.executable, str(program), dsn, service, "1.5"], env=dict(os.environ))


@pytest.mark.slow
async def test_workers_killed_during_a_thousand_errands_lose_none_and_send_none_twice(dealer: Dealer) -> None:
    database = dealer.house.platform.database
    await dealer.person("tenant_admin")
    async with acting(dealer.house.platform.corridor, dealer.tenant, "demo", "test", "", None) as act:
        car = await act.create("cars", {"make": "VW"})
        for number in range(ERRANDS):
            act.emit("trial.sent", on=car, number=number)

    async def still_open() -> int:
        async with database.unit(relay_actor(dealer.tenant), readonly=True) as unit:
            sql = "SELECT count(*) FROM outbox WHERE tenant_id = $1 AND event = 'trial.sent' AND done_at IS NULL"
            return int(await unit.value(sql, dealer.tenant))

    async with Service() as service:
        workers = [start(database.dsn, service.base) for _ in range(2)]
        try:
            async with asyncio.timeout(400):
                for limit in KILLS_AT:
                    while service.asked < limit:
                        await asyncio.sleep(0.001)
                    killed = workers.pop(0)
                    killed.send_signal(signal.SIGKILL)
                    killed.wait()
                    workers.append(start(database.dsn, service.base))
                while await still_open():
                    await asyncio.sleep(0.1)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
        assert Counter(service.done.values()) == Counter(range(ERRANDS))
        assert service.asked > ERRANDS, "the kills left errands between their effect and their answer"
