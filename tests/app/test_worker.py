"""The worker as a process of its own, beside a server that does no work behind the scenes."""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

PROGRAM = str(Path(sys.executable).with_name("directapp"))
PASSWORD = "et-godt-passord-1"


@pytest.fixture
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="directapp-worker-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(environment: dict[str, str], *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([PROGRAM, *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


async def said(process: subprocess.Popen[bytes], words: bytes) -> None:
    assert process.stdout
    async with asyncio.timeout(180):
        while words not in await asyncio.to_thread(process.stdout.readline):
            assert process.poll() is None


@pytest.mark.slow
async def test_two_workers_beside_a_server_that_does_no_work_send_each_letter_once(data: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DIRECTAPP_", "DATABASE_"))}
    port = free_port()
    there = kept | {"DIRECTAPP_DATA": str(data), "PORT": str(port)}
    command = [PROGRAM, "add-tenant", "Prøvegruppen", "sjef@example.test", "Kari", "Sjef"]
    made = subprocess.run(command, env=there, capture_output=True, text=True, check=True)
    token = re.search(r"/link/(\S+)", made.stdout)
    assert token
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
            await client.post("/auth/password/reset", json={"token": token[1], "password": PASSWORD})
            answer = await client.post("/auth/login", json={"email": "sjef@example.test", "password": PASSWORD})
            client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['data']['access_token']}"

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
