"""Kept: what somebody has uploaded for an import, in the data folder until it is taken in."""

import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

_META, _UPLOAD = "import.json", "upload"
_DAYS_KEPT = 7


@dataclass(frozen=True, slots=True)
class Kept:
    """The folder of one upload; ``about`` says whose it is and what is known of it."""

    folder: Path
    about: Mapping[str, Any]

    def contents(self) -> dict[str, bytes]:
        """Return the files by name."""
        return {path.name: path.read_bytes() for path in sorted(self.folder.iterdir()) if path.name != _META}

    def under(self, run: UUID) -> "Kept":
        """Return it moved under a run's id."""
        target = self.folder.with_name(str(run))
        self.folder.rename(target)
        return Kept(target, self.about)

    def copied(self, run: UUID, **more: Any) -> "Kept":
        """Return it under a run's id as well, with more known of it: the upload may be tried again, otherwise."""
        target = self.folder.with_name(str(run))
        shutil.copytree(self.folder, target, copy_function=os.link, ignore=shutil.ignore_patterns(_META))
        about = {**self.about, **more, _UPLOAD: self.folder.name}
        (target / _META).write_bytes(orjson.dumps(about))
        return Kept(target, about)

    def drop(self) -> None:
        """Forget the files, and what was uploaded."""
        for folder in (self.folder, self.folder.with_name(str(self.about.get(_UPLOAD, self.folder.name)))):
            shutil.rmtree(folder, ignore_errors=True)


def keep(data: Path, token: UUID, contents: Mapping[str, bytes], **about: Any) -> Kept:
    """Keep files under a token, for a week at most; only their own names, never a path, are used."""
    _sweep(data / "imports")
    folder = data / "imports" / str(token)
    folder.mkdir(parents=True, mode=0o700)
    for place, (name, content) in enumerate(contents.items()):
        (folder / (Path(name).name or f"file-{place}")).write_bytes(content)
    (folder / _META).write_bytes(orjson.dumps(about))
    return Kept(folder, about)


def _sweep(folder: Path) -> None:
    """Forget what nobody took in: uploads hold customers' names."""
    oldest = time.time() - _DAYS_KEPT * 24 * 3600
    for old in folder.iterdir() if folder.is_dir() else ():
        if old.stat().st_mtime < oldest:
            shutil.rmtree(old, ignore_errors=True)


def find(data: Path, token: UUID, tenant: UUID) -> Kept | None:
    """Return what a tenant keeps under a token, None when there is nothing."""
    folder = data / "imports" / str(token)
    try:
        about = orjson.loads((folder / _META).read_bytes())
    except (OSError, ValueError):
        return None
    return Kept(folder, about) if about.get("tenant") == str(tenant) else None
