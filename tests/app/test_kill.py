"""A real installation as a process: killed in the middle of a write load, it keeps every acknowledged write."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path

import httpx
import pytest

from support.program import PROGRAM, Installation, environment, free_port


async def started(data: Path, port: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([PROGRAM, "run"], env=environment(data, port), stderr=subprocess.DEVNULL)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(1200):
            assert process.poll() is None
            try:
                if (await client.get("/server/ping")).status_code == httpx.codes.OK:
                    return process
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    pytest.fail("the server did not answer")


async def test_every_acknowledged_write_survives_kill_nine(installation: Installation) -> None:
    port = free_port()
    process = await started(installation.data, port)
    acknowledged: list[str] = []
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
        await installation.begin(client)

        async def write(lane: int) -> None:
            for n in range(10_000):
                body = {"make": "VW", "model": "ID.4", "car_type": "new", "order_number": f"{lane}-{n}"}
                try:
                    answer = await client.post("/items/cars", json=body)
                except httpx.TransportError:
                    return
                if answer.status_code == httpx.codes.OK:
                    acknowledged.append(answer.json()["data"]["id"])

        lanes = [asyncio.create_task(write(lane)) for lane in range(6)]
        while len(acknowledged) < 60:
            await asyncio.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        await asyncio.gather(*lanes)
    process.wait()
    process = await started(installation.data, port)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            await installation.sign_in(client)
            answer = await client.get("/items/cars", params={"fields": "id", "limit": 10_000})
            found = {row["id"] for row in answer.raise_for_status().json()["data"]}
            assert set(acknowledged) <= found
            car = acknowledged[-1]
            filters = {"filter": f'{{"collection":{{"_eq":"cars"}},"item":{{"_eq":"{car}"}}}}'}
            history = (await client.get("/revisions", params=filters)).raise_for_status().json()["data"]
            assert len(history) == 1
    finally:
        process.terminate()
        assert process.wait(60) == 0


async def test_the_database_killed_under_a_running_server_comes_back(installation: Installation) -> None:
    port = free_port()
    process = await started(installation.data, port)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            await installation.begin(client)
            car = (await client.post("/items/cars", json={"make": "VW"})).raise_for_status().json()["data"]["id"]
            pid = int((installation.data / "postgres/cluster/postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, signal.SIGKILL)
            async with asyncio.timeout(120):
                while (await client.get(f"/items/cars/{car}")).status_code != httpx.codes.OK:
                    await asyncio.sleep(0.2)
            again = await client.patch(f"/items/cars/{car}", json={"model": "ID.4"})
            assert again.raise_for_status().json()["data"]["model"] == "ID.4"
    finally:
        process.terminate()
        assert process.wait(60) == 0


async def test_a_second_start_on_the_same_folder_is_refused_in_words(installation: Installation) -> None:
    process = await started(installation.data, free_port())
    try:
        there = environment(installation.data, free_port())
        second = subprocess.run([PROGRAM, "run"], env=there, capture_output=True, text=True, timeout=120, check=False)
        assert second.returncode == 1
        assert str(installation.data) in second.stderr
        assert "Traceback" not in second.stderr
    finally:
        process.terminate()
        process.wait(60)
