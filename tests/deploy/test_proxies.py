"""The proxies as they are shipped: they start, and their logs keep no address that opens something."""

import asyncio
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from support.program import free_port
from support.proxies import DEPLOY, SET_UP, run

NGINX, CADDY = shutil.which("nginx"), shutil.which("caddy")
SECRET = "geheim0123456789"


@pytest.fixture
def nginx() -> Iterator[tuple[Path, int]]:
    """Run the shipped configuration on a port of its own, with nobody behind it; give its folder and its port."""
    if NGINX is None:
        pytest.skip("there is no nginx here")
    folder, port = Path(tempfile.mkdtemp(prefix="directapp-nginx-")), free_port()
    with run(SET_UP["nginx"](folder, free_port(), port), folder):
        yield folder, port
    shutil.rmtree(folder)


async def test_no_address_that_opens_something_stands_in_the_log(nginx: tuple[Path, int]) -> None:
    folder, port = nginx
    paths = [
        *(f"/{kind}/{SECRET}" for kind in ("link", "status", "logo", "vendor", "hall")),
        f"/calendar/{SECRET}.ics",
        f"/hooks/sveve/{SECRET}",
        f"/app/cars?q={SECRET}",
    ]
    async with httpx.AsyncClient(verify=False, base_url=f"https://127.0.0.1:{port}") as client:  # noqa: S501 - our own
        async with asyncio.timeout(30):
            while True:
                try:
                    await client.get("/first")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        for path in paths:
            sent = {"referer": f"https://directapp.example/link/{SECRET}", "host": "localhost"}
            assert (await client.get(path, headers=sent)).status_code == 502
    logs = {path.name: path.read_text() for path in folder.glob("*.log")}
    assert SECRET not in "".join(logs.values())
    told = re.findall(r'"path":"([^"]+)"', logs["directapp.log"])
    hidden = ("link", "status", "logo", "vendor", "hall", "calendar", "hooks/sveve")
    assert told == ["/first", *(f"/{kind}/-" for kind in hidden), "/app/cars"]


@pytest.mark.skipif(CADDY is None, reason="there is no Caddy here")
def test_caddy_takes_its_file_and_keeps_no_log_of_addresses() -> None:
    file = DEPLOY / "Caddyfile"
    done = subprocess.run(
        [str(CADDY), "validate", "--adapter", "caddyfile", "--config", str(file)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not re.search(r"^\s*log\b", file.read_text(), re.MULTILINE)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
@pytest.mark.parametrize("unit", ["directapp", "directapp-worker"])
def test_systemd_takes_its_units(unit: str, tmp_path: Path) -> None:
    shipped = (DEPLOY / f"{unit}.service").read_text().replace("/opt/directapp/.venv/bin/directapp", "/bin/true")
    (tmp_path / f"{unit}.service").write_text(shipped)
    command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / f"{unit}.service")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if f"{unit}.service" in line] == []
