"""The release before, taken from history, to be run by the packages that are set up here."""

import shutil
import subprocess
import tarfile
from pathlib import Path

from support.cluster import TOP

BUILT = "src/directapp/interfaces/web/static/build"


def git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=TOP, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def release_before() -> str:
    """Return the newest commit that does not know the newest migration; empty where there is no history."""
    newest = max((TOP / "migrations/versions").glob("[0-9]*.py"))
    brought = git("log", "--diff-filter=A", "--format=%H", "-1", "--", str(newest.relative_to(TOP)))
    return git("rev-parse", "--verify", f"{brought}^") if brought else ""


def unpack(commit: str, folder: Path) -> Path:
    """Put the source of a commit into a folder, with the front end that is built here; return where to import from."""
    archive = folder / "release.tar"
    subprocess.run(
        ["git", "archive", "--output", str(archive), commit, "src", "migrations", "locale"], cwd=TOP, check=True
    )
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    archive.unlink()
    if not (folder / BUILT).exists():
        shutil.copytree(TOP / BUILT, folder / BUILT)
    return folder / "src"
