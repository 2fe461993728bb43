"""The worker as a process of its own, beside a server that runs no background jobs."""

import asyncio
import re
import subprocess

import httpx
import pytest

from support.program import PROGRAM, Installation, environment, free_port


def start(environment: dict[str, str], *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([PROGRAM, *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


async def said(process: subprocess.Popen[bytes], words: bytes) -> None:
    assert process.stdout
    async with asyncio.timeout(180):
        while words not in await asyncio.to_thread(process.stdout.readline):
            assert process.poll() is None


@pytest.mark.slow
async def test_two_workers_beside_a_server_that_does_no_work_send_each_letter_once(installation: Installation) -> None:
    port = free_port()
    there, data = environment(installation.data, port), installation.data
    server = start(there, "run", "--no-worker")
    running = [server]
    try:
        await said(server, b"DirectApp:")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            async with asyncio.timeout(180):
                while True:
                    try:
                        await client.get("/server/ping")
                        break
                    except httpx.TransportError:
                        await asyncio.sleep(0.1)
            await installation.begin(client)

            async def invite(name: str) -> None:
                person = {
                    "first_name": name,
                    "last_name": "Ny",
                    "email": f"{name}@example.test",
                    "roles": ["tenant_admin"],
                }
                (await client.post("/items/users/invite", json=person)).raise_for_status()

            await invite("anna")
            assert list((data / "mail").glob("*")) == []
            running += [start(there, "worker") for _ in range(2)]
            for worker in running[1:]:
                await said(worker, b"at work")
            await invite("berit")
            async with asyncio.timeout(180):
                while len(list((data / "mail").glob("*"))) < 2:
                    await asyncio.sleep(0.1)
            for worker in running[1:]:
                worker.terminate()
                assert await asyncio.to_thread(worker.wait, 30) == 0
            receivers = sorted(
                re.findall(r"^To: .*?(\w+)@example", letter.read_text(), re.MULTILINE)[0]
                for letter in (data / "mail").iterdir()
            )
            assert receivers == ["anna", "berit"]
    finally:
        for process in running[::-1]:
            process.terminate()
            with process:
                process.wait(60)
