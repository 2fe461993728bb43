"""The installed program, as it is started by people: on a folder and a port of its own."""

import os
import re
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pyotp

from support.once import made_once

PROGRAM = str(Path(sys.executable).with_name("directapp"))
PASSWORD = "et-godt-passord-1"
_CHIEF = "sjef@example.test"


@dataclass(frozen=True)
class Installation:
    """A data folder with one company, and the token of the link that its administrator was given."""

    data: Path
    token: str
    codes: list[str] = field(default_factory=list)

    async def begin(self, client: httpx.AsyncClient) -> None:
        """Choose the administrator's password by the link, sign in, and set up the second factor needed."""
        chosen = await client.post("/auth/password/reset", json={"token": self.token, "password": PASSWORD})
        assert chosen.status_code == 204, chosen.text
        await self.sign_in(client)
        begun = (await client.post("/auth/mfa/setup", json={})).raise_for_status().json()["data"]
        code = pyotp.TOTP(begun["secret"]).now()
        done = await client.post("/auth/mfa/verify", json={"otp": code})
        self.codes.extend(done.raise_for_status().json()["data"]["recovery_codes"])

    async def sign_in(self, client: httpx.AsyncClient) -> None:
        """Sign the administrator in, by a recovery code where there are any; the client keeps the token."""
        code = {"otp": self.codes.pop()} if self.codes else {}
        answer = await client.post("/auth/login", json={"email": _CHIEF, "password": PASSWORD, **code})
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


def installed() -> Installation:
    """Return an installation that the program's own command made from nothing, once for all who copy it."""
    whole = made_once("installation", _install)
    return Installation(whole / "data", (whole / "token").read_text())


def _install(folder: Path) -> None:
    data = folder / "data"
    data.mkdir()
    data.chmod(0o711)
    command = [PROGRAM, "add-tenant", "Prøvegruppen", _CHIEF, "Kari", "Sjef"]
    made = subprocess.run(command, env=environment(data, free_port()), capture_output=True, text=True, check=True)
    token = re.search(r"/link/(\S+)", made.stdout)
    assert token
    (folder / "token").write_text(token[1])
