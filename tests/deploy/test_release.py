"""How a release is put in place: what is tried there, in which order, and what is taken back."""

import asyncio
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from support.dealer import Dealer, end_jobs
from support.served import served

TOP = Path(__file__).parents[2]
# Says what it was asked; what an installation would answer is not there to be had.
KUBECTL = """#!/bin/sh
echo "$*" >>"$ASKED"
case "$*" in apply*) grep -A2 '^images' -A3 "$3/kustomization.yaml" >>"$ASKED" ;; esac
"""


async def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(
        subprocess.run, words, env=os.environ | more, capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
async def test_what_is_tried_is_what_an_installation_answers(dealer: Dealer) -> None:
    await end_jobs(dealer.application)
    async with served(dealer, {"new_car_sales": "495"}) as place:
        done = await run(f"{TOP}/.ci/smoke", place.base)
    assert done.stderr == ""
    assert done.returncode == 0
    away = await run(f"{TOP}/.ci/smoke", "http://127.0.0.1:1")
    assert away.returncode == 1
    assert "smoke: GET /server/ready is answered 000, not 200" in away.stderr


async def test_an_image_is_set_rolled_out_tried_and_taken_back_where_it_fails(tmp_path: Path) -> None:
    program, asked = tmp_path / "kubectl", tmp_path / "asked"
    program.write_text(KUBECTL)
    program.chmod(0o755)
    told = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "ASKED": str(asked)}
    done = await run(f"{TOP}/.ci/deploy", "ghcr.io/bil/directapp@sha256:abc", "http://127.0.0.1:1", **told)
    assert done.returncode == 1
    lines = [line for line in asked.read_text().splitlines() if line.startswith(("apply", "--namespace"))]
    verbs = [re.sub(r"^--namespace directapp ", "", line).split(" --")[0] for line in lines]
    assert verbs == [
        "apply",
        "rollout status",
        "rollout status",
        "rollout undo deployment/directapp-worker deployment/directapp",
    ]
    assert "newName: ghcr.io/bil/directapp\n    digest: sha256:abc" in asked.read_text()


def test_production_waits_for_staging_and_for_a_person_and_goes_the_same_way() -> None:
    jobs = yaml.safe_load((TOP / ".github/workflows/release.yaml").read_text())["jobs"]
    assert jobs["production"]["needs"] == ["image", "staging"]
    assert jobs["production"]["environment"] == "production"
    assert jobs["production"]["steps"] == jobs["staging"]["steps"]
    build = next(step["with"] for step in jobs["image"]["steps"] if "build-push" in step.get("uses", ""))
    assert build["sbom"]
    said = [step.get("uses", step.get("run", "")) for step in jobs["image"]["steps"]]
    assert [any(word in one for one in said) for word in ("trivy", "cosign sign")] == [True, True]
    check = yaml.safe_load((TOP / ".github/workflows/check.yaml").read_text())["jobs"]
    assert check["check"]["steps"][-1] == {"run": ".ci/run"}
