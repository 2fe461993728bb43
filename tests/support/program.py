"""The installed program, as it is started by people: on a folder and a port of its own."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

PROGRAM = str(Path(sys.executable).with_name("directapp"))
PASSWORD = "et-godt-passord-1"
_CHIEF = "sjef@example.test"


@dataclass(frozen=True)
class Installation:
    """A data folder with one company, and the token of the link that its administrator was given."""

    data: Path
    token: str

    async def begin(self, client: httpx.AsyncClient) -> None:
        """Choose the administrator's password by the link, and sign in."""
        chosen = await client.post("/auth/password/reset", json={"token": self.token, "password": PASSWORD})
        assert chosen.status_code in {200, 204}, chosen.text
        await sign_in(client)


async def sign_in(client: httpx.AsyncClient) -> None:
    """Sign the administrator in; the client keeps the token."""
    answer = await client.post("/auth/login", json={"email": _CHIEF, "password": PASSWORD})
    client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['data']['access_token']}"


def environment(data: Path, port: int) -> dict[str, str]:
    """Return what the program is told: a folder, a port and nothing else of ours."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DIRECTAPP_", "DATABASE_"))}
    return kept | {"DIRECTAPP_DATA": str(data), "PORT": str(port)}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _folder() -> Iterator[Path]:
    # Started by root, PostgreSQL works as somebody else, who must be able to come in.
    folder = Path(tempfile.mkdtemp(prefix="directapp-program-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def installed() -> Iterator[Installation]:
    """Make an installation from nothing, with the program's own command."""
    with _folder() as data:
        command = [PROGRAM, "add-tenant", "Prøvegruppen", _CHIEF, "Kari", "Sjef"]
        there = environment(data, free_port())
        made = subprocess.run(command, env=there, capture_output=True, text=True, check=True)
        token = re.search(r"/link/(\S+)", made.stdout)
        assert token
        yield Installation(data, token[1])


@contextmanager
def copied(whole: Installation) -> Iterator[Installation]:
    """Copy an installation that does not run, owners and all."""
    with _folder() as data:
        subprocess.run(["cp", "-a", f"{whole.data}/.", str(data)], check=True)
        yield Installation(data, whole.token)
