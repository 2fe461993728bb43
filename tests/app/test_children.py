"""Several processes on one address: replaced when asked or dead, and ended with the one that started them."""

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from support.program import PROGRAM, Installation, environment, free_port


def serving(parent: int) -> list[int]:
    """Return the processes that serve as children of one."""
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(pid) for pid in found if b"--socket" in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def answered(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(180):
        while True:
            try:
                (await client.get("/server/health", headers={"connection": "close"})).raise_for_status()
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
            else:
                return


async def replaced(parent: int, gone: int) -> None:
    async with asyncio.timeout(60):
        while len(now := serving(parent)) < 2 or gone in now:
            await asyncio.sleep(0.1)


async def renewed(client: httpx.AsyncClient, process: subprocess.Popen[bytes]) -> int:
    """Have all processes replaced under requests, none of which may fail; return how many there were."""
    before, asked = set(serving(process.pid)), 0
    process.send_signal(signal.SIGHUP)
    async with asyncio.timeout(120):
        while before & set(serving(process.pid)):
            (await client.get("/items/cars", params={"limit": 1})).raise_for_status()
            asked += 1
    return asked


@contextmanager
def started(installation: Installation, port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [PROGRAM, "run", "--processes", "2"]
    there = environment(installation.data, port) | {"DIRECTAPP_RATE_LIMITS": "off"}
    process = subprocess.Popen(command, env=there, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait(30)


@pytest.mark.slow
async def test_a_process_that_dies_is_replaced_and_all_end_with_their_parent(installation: Installation) -> None:
    port = free_port()
    limits = httpx.Limits(max_keepalive_connections=0)
    with started(installation, port) as process:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, limits=limits) as client:
            await answered(client)
            await installation.begin(client)
            victim = serving(process.pid)[0]
            os.kill(victim, signal.SIGKILL)
            await replaced(process.pid, victim)
            await answered(client)
            body = {"make": "VW", "model": "ID.4", "car_type": "new"}
            made = [await client.post("/items/cars", json=body | {"order_number": f"N-{n}"}) for n in range(8)]
            assert {answer.status_code for answer in made} == {200}
            assert await renewed(client, process) > 0
            children = serving(process.pid)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(process.wait, 60) == 0
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


@pytest.mark.slow
@pytest.mark.parametrize("begun", [False, True], ids=["while they begin", "while they serve"])
async def test_children_end_when_their_parent_is_killed(installation: Installation, *, begun: bool) -> None:
    port = free_port()
    with started(installation, port) as process:
        if begun:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                await answered(client)
        async with asyncio.timeout(60):
            while len(children := serving(process.pid)) < 2:
                await asyncio.sleep(0.05)
        process.kill()
    async with asyncio.timeout(60):
        while [pid for pid in children if Path(f"/proc/{pid}").exists()]:
            await asyncio.sleep(0.1)


def test_an_address_that_is_taken_is_told_in_a_line(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        there = environment(installation.data, taken.getsockname()[1])
        done = subprocess.run([PROGRAM, "run"], env=there, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "cannot serve on 127.0.0.1" in done.stderr
    assert "Traceback" not in done.stderr
