"""Migrations that have landed stay as they are."""

import hashlib
from pathlib import Path

import pytest

from directapp.app import goldens
from directapp.store.migrate import FOLDER


def test_no_migration_that_has_landed_is_written_anew() -> None:
    """Add another one: databases that have run it stay as it was, and those that have not would differ from them."""
    told = dict(line.split() for line in (FOLDER / "digests.txt").read_text().splitlines())
    found = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in (FOLDER / "versions").glob("*.py")}
    assert {name for name in told if told[name] != found.get(name)} == set()
    assert set(found) == set(told), "make golden adds a line for what is new"
    assert list(told) == sorted(told)


def test_the_list_of_migrations_only_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions/0001_a.py").write_text("a")
    monkeypatch.setattr(goldens, "FOLDER", tmp_path)
    first = goldens.digests_text()
    (tmp_path / "digests.txt").write_text(first)
    (tmp_path / "versions/0001_a.py").write_text("rewritten")
    (tmp_path / "versions/0002_b.py").write_text("b")
    assert goldens.digests_text().startswith(first)
    assert [line.split()[0] for line in goldens.digests_text().splitlines()] == ["0001_a.py", "0002_b.py"]
