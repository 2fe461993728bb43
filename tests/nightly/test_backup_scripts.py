"""The backup of a PostgreSQL elsewhere, as its page says: taken, restored beside, brought up, looked at."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from support.cluster import TOP, Cluster
from support.program import PROGRAM, environment, free_port

PAGE = (TOP / "docs/how-to/restore-a-backup.md").read_text()


def run(*words: str, **more: str) -> str:
    done = subprocess.run(words, env=environment(Path("/nowhere"), free_port()) | more, capture_output=True, text=True,
                          cwd=TOP, check=False)  # fmt: skip
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout.strip()


def test_what_is_backed_up_comes_back_whole_and_held(cluster: Cluster, tmp_path: Path) -> None:
    told = {
        "DATABASE_URL": cluster.dsn("owner"),
        "DATABASE_APP_URL": cluster.dsn("app"),
        "DIRECTAPP_DATA": str(tmp_path / "data"),
        "DIRECTAPP_SECRET": "n" * 48,
        "PATH": f"{cluster.programs}:{os.environ['PATH']}",
    }
    run(PROGRAM, "schema", "upgrade", **told)
    run(PROGRAM, "add-tenant", "Bilgruppen AS", "kari@bilgruppen.example", "Kari", "Nordmann", **told)
    (tmp_path / "data/files/ab").mkdir(parents=True)
    (tmp_path / "data/files/ab/abc").write_bytes(b"a picture")
    backup = told | {"BACKUP_DATABASE_URL": cluster.dsn("backup")}
    prefix = run("deploy/backup/backup.sh", str(tmp_path / "kept"), **backup)

    # The statements on the page, by a superuser; then its commands, on the new database and folder.
    (block,) = [part.split("```")[0] for part in PAGE.split("```sql\n")[1:]]
    cluster.sql(*(one.strip() for one in block.split(";") if one.strip()), database="postgres")
    new = told | {
        "DATABASE_URL": cluster.dsn("owner", "directapp_restored"),
        "DATABASE_APP_URL": cluster.dsn("app", "directapp_restored"),
        "DIRECTAPP_DATA": str(tmp_path / "restored"),
    }
    run("deploy/backup/restore.sh", prefix, **new)
    for words in ("schema upgrade", "schema lint", "schema drift", "audit verify"):
        run(PROGRAM, *shlex.split(words), **new)
    found = "SELECT email FROM login_directory", "SELECT count(*) FROM schema_state WHERE name = 'quiet'"
    assert cluster.sql(*found, database="directapp_restored").split() == ["kari@bilgruppen.example", "1"]
    assert (tmp_path / "restored/files/ab/abc").read_bytes() == b"a picture"
    with pytest.raises(AssertionError, match="it must be empty"):
        run("deploy/backup/restore.sh", prefix, **new)
