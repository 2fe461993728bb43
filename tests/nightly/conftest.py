"""Tests that take minutes or need what the distribution has: `make nightly` runs them, `make test` does not."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.cluster import PASSWORDS, TOP, Cluster
from support.program import free_port

collect_ignore_glob = [] if os.environ.get("NIGHTLY") else ["test_*.py"]
_FOUND = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Make a cluster with the roles and the database by the script that operators run."""
    if not _FOUND:
        pytest.skip("no PostgreSQL server of the distribution here: apt-get install postgresql")
    # Not below pytest's own folder, which nobody but root may enter.
    folder = Path(tempfile.mkdtemp(prefix="directapp-nightly-"))
    folder.chmod(0o755)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    cluster = Cluster(_FOUND[-1].parent, folder, free_port())
    try:
        words = ("--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--auth-local=trust")
        cluster.run("initdb", f"--pgdata={cluster.data}", *words, "--auth-host=scram-sha-256", "--no-sync")
        cluster.start()
        cluster.run("sh", str(TOP / "deploy/postgres/init-roles.sh"), **PASSWORDS)
        yield cluster
        cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
