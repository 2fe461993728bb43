"""What the product is made of: told in full, and audited as far as somebody can be asked."""

import asyncio
import json
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from support.fakes.server import Fake, Heard, Reply, as_json, as_text

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements/runtime.txt"
PINNED = dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", LOCK.read_text(), re.MULTILINE))
AUDIT = runpy.run_path(str(ROOT / ".ci/audit.py"))
FEW = "idna", "six"


class Services(Fake):
    """OSV and the registry of npm, which know of a weakness in one package each."""

    async def answer(self, heard: Heard) -> Reply:
        if heard.path == "/osv":
            affected = {"package": {"name": "six", "ecosystem": "PyPI"}, "versions": [PINNED["six"]]}
            weakness = {"id": "PYSEC-2026-1", "modified": "2026-01-01T00:00:00Z", "affected": [affected]}
            return as_json({"vulns": [weakness]} if heard.json()["package"]["name"] == "six" else {})
        if heard.method == "GET":
            return as_text("", 404)
        told = {"id": 1, "title": "x", "url": "x", "severity": "high", "vulnerable_versions": "*", "cwe": []}
        return as_json({"uplot": [{**told, "cvss": {"score": 8}}]})


@pytest.fixture
async def services() -> AsyncIterator[Fake]:
    async with Services() as fake:
        yield fake


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Return a lock of two packages of ours."""
    digest = "0" * 64
    path = tmp_path / "few.txt"
    path.write_text("".join(f"{name}=={PINNED[name]} --hash=sha256:{digest}\n" for name in FEW))
    return path


async def test_a_known_weakness_of_the_server_is_found(services: Fake, few: Path) -> None:
    found: list[str] = await asyncio.to_thread(AUDIT["python_packages"], [str(few)], f"{services.base}/osv")
    assert found == [f"six {PINNED['six']}: PYSEC-2026-1"]
    assert sorted(one.json()["package"]["name"] for one in services.heard) == sorted(FEW)


@pytest.mark.skipif(not shutil.which("npm"), reason="no npm on the path")
async def test_a_known_weakness_of_the_front_end_is_found(
    services: Fake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("npm_config_registry", services.base)
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    assert await asyncio.to_thread(AUDIT["front_end_packages"]) == ["uplot: high"]
    services.then(as_text("", 405))
    assert await asyncio.to_thread(AUDIT["front_end_packages"]) == []
    assert "are not audited" in capsys.readouterr().out


def test_the_list_of_what_the_server_is_made_of_is_whole_and_the_same_each_time(tmp_path: Path) -> None:
    said = (ROOT / "Makefile").read_text()
    command = re.search(r"\$\(BIN\)/(cyclonedx-py .+?) \\\n\s+(.+) --output-file build/sbom/server.cdx.json", said)
    assert command
    path = tmp_path / "server.json"
    words = f"{command[1]} {command[2]} --output-file {path}".split()
    program = Path(sys.executable).with_name(words[0])
    subprocess.run([program, *words[1:]], cwd=ROOT, check=True, capture_output=True, env={"PYTHONWARNINGS": "ignore"})
    bom: dict[str, Any] = json.loads(path.read_text())
    assert {one["name"]: one["version"] for one in bom["components"]} == PINNED
    assert all(one["externalReferences"][0]["hashes"] for one in bom["components"])
    assert "serialNumber" not in bom
    assert "timestamp" not in bom["metadata"]
