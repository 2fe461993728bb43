"""What a run makes once, whichever of its processes needs it first: the others copy it."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_SHARED = "DIRECTAPP_TESTS_SHARED"


def open_folder(prefix: str) -> Path:
    """Make a folder that PostgreSQL may come into: started by root, it works as somebody else."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o711)
    return folder


def share(config: pytest.Config) -> None:
    """Give this process and the workers that it starts a folder in common."""
    if hasattr(config, "workerinput"):
        return
    folder = open_folder("directapp-shared-")
    os.environ[_SHARED] = str(folder)
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder of this name, made by whoever asks first; the others wait until it is whole."""
    place = Path(os.environ[_SHARED]) / name
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            unfinished = place.with_suffix(".unfinished")
            unfinished.mkdir()
            unfinished.chmod(0o711)
            make(unfinished)
            unfinished.rename(place)
    return place


@contextmanager
def copied(whole: Path, prefix: str) -> Iterator[Path]:
    """Copy a folder in which nothing runs, owners and all."""
    folder = open_folder(prefix)
    try:
        subprocess.run(["cp", "-a", f"{whole}/.", str(folder)], check=True)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
