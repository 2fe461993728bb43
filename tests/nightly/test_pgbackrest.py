"""A PostgreSQL elsewhere is backed up by pgBackRest as the page says, and restored as it stood at an instant."""

import os
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import pytest

from support.cluster import TOP, Cluster
from support.program import free_port

pytestmark = pytest.mark.skipif(shutil.which("pgbackrest") is None, reason="apt-get install pgbackrest")
# Of pgbench: fifteen megabytes each. Sixty-eight are a gigabyte.
SCALE = os.environ.get("NIGHTLY_SCALE", "68")
MEGABYTE = 1024**2


def configured(cluster: Cluster) -> Path:
    """Return the configuration that is shipped, for this machine."""
    text = (TOP / "deploy/backup/pgbackrest.conf").read_text()
    for what, here in {
        r"^\[global\]": f"[global]\nlog-path={cluster.folder}\nlock-path={cluster.folder}/lock",
        r"^repo1-path=.*": f"repo1-path={cluster.folder}/repository",
        r"^repo1-cipher-pass=.*": "repo1-cipher-pass=kept-elsewhere",
        r"^pg1-path=.*": f"pg1-path={cluster.data}\npg1-port={cluster.port}\npg1-socket-path={cluster.folder}",
    }.items():
        text, times = re.subn(what, here, text, flags=re.MULTILINE)
        assert times == 1, what
    path = cluster.folder / "pgbackrest.conf"
    path.write_text(text)
    return path


def test_what_stood_at_an_instant_is_restored_and_what_was_lost_after_it_is_there(
    cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    path = configured(cluster)
    (cluster.folder / "repository").mkdir()
    if os.geteuid() == 0:
        shutil.chown(cluster.folder / "repository", "postgres", "postgres")
    tool = ("pgbackrest", f"--config={path}", "--stanza=directapp")
    for name, value in {
        "archive_mode": "on",
        "archive_command": f"{' '.join(tool)} archive-push %p",
        "archive_timeout": "240",
    }.items():
        cluster.sql(f"ALTER SYSTEM SET {name} = '{value}'", database="postgres")
    cluster.stop()
    cluster.start()
    cluster.run(*tool, "stanza-create")
    cluster.run(*tool, "check")
    cluster.make_database("directapp_full")
    cluster.run("pgbench", "--initialize", "--quiet", f"--scale={SCALE}", "directapp_full")
    size = int(cluster.sql("SELECT sum(pg_database_size(oid)) FROM pg_database", database="postgres"))

    began = monotonic()
    cluster.run(*tool, "--type=full", "backup")
    taken = monotonic() - began
    # It knows backups by whole seconds, and takes one that was finished in an earlier second than the instant's.
    sleep(2)
    cluster.sql("CREATE TABLE kept AS SELECT 1 AS n", database="directapp_full")
    instant = cluster.sql("SELECT clock_timestamp()", database="postgres").strip()
    sleep(1)
    cluster.sql("DROP TABLE kept", "DROP TABLE pgbench_accounts", database="directapp_full")
    cluster.sql("SELECT pg_switch_wal()", database="postgres")
    cluster.run(*tool, "--type=incr", "backup")
    assert "full backup" in cluster.run(*tool, "info")

    copy = replace(cluster, folder=cluster.folder / "copy", port=free_port())
    cluster.run("mkdir", "-m", "0700", str(copy.folder), str(copy.data))
    began = monotonic()
    cluster.run(
        *tool, f"--pg1-path={copy.data}", "--type=time", f"--target={instant}", "--target-action=promote", "restore"
    )
    restored = monotonic() - began
    copy.start()
    try:
        while copy.sql("SELECT pg_is_in_recovery()", database="postgres").strip() != "f":
            sleep(0.2)
        whole = monotonic() - began
        found = copy.sql(
            "SELECT n FROM kept", "SELECT count(*) FROM pgbench_accounts", database="directapp_full"
        ).split()
        assert found == ["1", str(100_000 * int(SCALE))]
    finally:
        copy.stop()
    kept = sum(one.stat().st_size for one in (cluster.folder / "repository").rglob("*") if one.is_file())
    with capsys.disabled():
        said = f"to {kept // MEGABYTE} MB in {taken:.0f} s, copied back in {restored:.0f} s, open after {whole:.0f} s"
        sys.stdout.write(f"\npgBackRest: a cluster of {size // MEGABYTE} MB backed up {said}\n")
    assert b"pgbench" not in b"".join(
        one.read_bytes()[:4096] for one in (cluster.folder / "repository").rglob("*") if one.is_file()
    )
