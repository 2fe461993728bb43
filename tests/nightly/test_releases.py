"""The release before and this one serve the same database under write load, while one takes the other's place."""

import asyncio
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from directapp.app.upgrades import read_migrations
from support.cluster import Cluster
from support.program import PROGRAM, Installation, environment, free_port
from support.release import release_before, unpack

LANES, AGAIN_SECONDS, PATIENCE = 4, 0.1, 600
RETRIED = {httpx.codes.SERVICE_UNAVAILABLE}


@dataclass
class Release:
    """One version of the program on one database; its processes write what they say into files."""

    name: str
    source: Path | None
    told: dict[str, str]
    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def environment(self, port: int) -> dict[str, str]:
        path = {"PYTHONPATH": str(self.source)} if self.source else {}
        return environment(self.folder / "data", port) | self.told | path

    def run(self, *words: str) -> str:
        done = subprocess.run([PROGRAM, *words], env=self.environment(free_port()), capture_output=True, text=True,
                              check=False)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, part: str, *words: str) -> int:
        port = free_port()
        with (self.folder / f"{self.name}-{part}.log").open("ab") as log:
            self.running[part] = subprocess.Popen([PROGRAM, *words], env=self.environment(port), stdout=log, stderr=log)
        return port

    async def stop(self, part: str) -> None:
        process = self.running.pop(part)
        process.terminate()
        assert await asyncio.to_thread(process.wait, 60) == 0, self.said(part)

    def said(self, part: str) -> str:
        return (self.folder / f"{self.name}-{part}.log").read_text()

    async def serve(self) -> str:
        """Start a server and return its address once it answers."""
        base = f"http://127.0.0.1:{self.start('server', 'run', '--no-worker')}"
        async with httpx.AsyncClient(base_url=base) as client:
            for _ in range(PATIENCE):
                assert self.running["server"].poll() is None, self.said("server")
                try:
                    if (await client.get("/server/ready")).status_code == httpx.codes.OK:
                        return base
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.2)
        pytest.fail(self.said("server"))

    async def work(self) -> None:
        """Start a worker and return once it is at work."""
        self.start("worker", "worker")
        for _ in range(PATIENCE):
            assert self.running["worker"].poll() is None, self.said("worker")
            if "at work" in self.said("worker"):
                return
            await asyncio.sleep(0.2)
        pytest.fail(self.said("worker"))


@dataclass
class Load:
    """Writers that take turns at the servers there are: what was acknowledged, tried again, and refused."""

    token: str
    servers: list[str] = field(default_factory=list)
    cars: dict[str, str] = field(default_factory=dict)
    retried: int = 0
    refused: list[str] = field(default_factory=list)

    async def _send(self, client: httpx.AsyncClient, method: str, path: str, key: str, body: dict[str, str]) -> str:
        headers = {"Authorization": self.token, "Idempotency-Key": key}
        for turn in range(PATIENCE):
            base = self.servers[(hash(key) + turn) % len(self.servers)]
            try:
                answer = await client.request(method, base + path, json=body, headers=headers)
            except httpx.TransportError:
                self.retried += 1
            else:
                if answer.status_code not in RETRIED:
                    if answer.status_code != httpx.codes.OK:
                        self.refused.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
                        return ""
                    return str(answer.json()["data"]["id"])
                self.retried += 1
            await asyncio.sleep(AGAIN_SECONDS)
        pytest.fail("a write was never taken")

    async def write(self, lane: int, stop: asyncio.Event) -> None:
        """Make cars and change each, until told to stop."""
        turn = 0
        async with httpx.AsyncClient(timeout=30) as client:
            while not stop.is_set():
                turn, key = turn + 1, f"{lane}-{turn}"
                body = {"make": "VW", "car_type": "new", "order_number": key}
                car = await self._send(client, "POST", "/items/cars", f"make {key}", body)
                if car and await self._send(client, "PATCH", f"/items/cars/{car}", f"change {key}", {"model": key}):
                    self.cars[car] = key


def told(cluster: Cluster, database: str) -> dict[str, str]:
    return {
        "DATABASE_URL": cluster.dsn("owner", database),
        "DATABASE_APP_URL": cluster.dsn("app", database),
        "DIRECTAPP_SECRET": "r" * 48,
        "DIRECTAPP_RATE_LIMITS": "off",
        "DIRECTAPP_POOL": "8",
    }


async def way_back(before: Release, load: Load) -> None:
    """The release before starts beside the newer schema where it knows that it may; one that does not know refuses."""
    assert before.source
    if (before.source / "directapp/app/upgrades.py").exists():
        load.servers.append(await before.serve())
        counted = len(load.cars)
        while len(load.cars) < counted + 50 and not load.refused:
            await asyncio.sleep(0.2)
        load.servers.pop()
        await before.stop("server")
    else:
        with pytest.raises(AssertionError, match="newer version"):
            before.run("schema", "lint")


def settled(cluster: Cluster, database: str) -> bool:
    """Whether all that was asked for is done, and nothing was given up."""
    due, failed = cluster.sql(
        "SELECT count(*) FROM outbox WHERE done_at IS NULL AND due_at <= now()",
        "SELECT count(*) FROM failed_jobs",
        database=database,
    ).split()
    assert failed == "0"
    return due == "0"


def standing(cluster: Cluster, database: str) -> dict[str, str]:
    """Return what stands in the database, past its policies."""
    rows = cluster.sql("SELECT id, model FROM cars WHERE model IS NOT NULL", database=database).split()
    return dict(row.split("|") for row in rows)


@pytest.mark.parametrize("order", ["servers first", "workers first"])
async def test_no_write_is_lost_or_refused_while_a_release_takes_the_place_of_the_one_before(
    order: str, cluster: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit = release_before()
    if not commit:
        pytest.skip("there is no history here: the release before cannot be had")
    database = f"directapp_{order.partition(' ')[0]}"
    cluster.make_database(database)
    (tmp_path / "before").mkdir()
    before = Release("before", unpack(commit, tmp_path / "before"), told(cluster, database), tmp_path)
    after = Release("after", None, told(cluster, database), tmp_path)
    before.run("schema", "upgrade")
    made = before.run("add-tenant", "Nord", "sjef@example.test", "Kari", "Sjef")
    link = re.search(r"/link/(\S+)", made)
    assert link
    try:
        old = await before.serve()
        await before.work()
        async with httpx.AsyncClient(base_url=old, timeout=30) as client:
            await Installation(tmp_path, link[1]).begin(client)
            load = Load(client.headers["Authorization"], [old])
        stop = asyncio.Event()
        lanes = [asyncio.create_task(load.write(lane, stop)) for lane in range(LANES)]
        if order == "workers first":
            await after.work()
            await before.stop("worker")
        new = await after.serve()
        load.servers.append(new)
        counted = len(load.cars)
        while len(load.cars) < counted + 100 and not load.refused:
            await asyncio.sleep(0.2)
        load.servers.remove(old)
        await before.stop("server")
        if order == "servers first":
            await after.work()
            await before.stop("worker")
        await way_back(before, load)
        stop.set()
        await asyncio.gather(*lanes)
        assert load.refused == []
        assert standing(cluster, database) == load.cars
        for _ in range(PATIENCE):
            if settled(cluster, database):
                break
            await asyncio.sleep(0.2)
        else:
            pytest.fail("what was asked for is not done")
    finally:
        for release in (before, after):
            for process in release.running.values():
                process.kill()
                process.wait()
    with capsys.disabled():
        said = f"{len(load.cars)} cars made and changed, {load.retried} requests sent again, none refused or lost"
        sys.stdout.write(f"\n{order}: {commit[:10]} to {read_migrations()[-1].revision}: {said}\n")
