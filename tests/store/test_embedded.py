"""The embedded server, with real PostgreSQL in folders of its own."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest

from directapp.store.embedded import files
from directapp.store.embedded.server import (
    AlreadyRunningError,
    DamagedDataError,
    EmbeddedPostgres,
    EmbeddedPostgresError,
    IncompatibleDataError,
    StartFailedError,
)

pytestmark = pytest.mark.embedded
AS_ROOT = os.geteuid() == 0
NOTE = "CREATE TABLE IF NOT EXISTS note (word text NOT NULL)"
CHILD = """
import asyncio, sys, time
from pathlib import Path
import asyncpg
from directapp.store.embedded.server import EmbeddedPostgres

async def write(dsn):
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE IF NOT EXISTS note (word text NOT NULL)")
    await connection.execute("INSERT INTO note VALUES ('acknowledged')")
    await connection.close()

server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
asyncio.run(write(server.owner_dsn()))
print(server.pid, flush=True)
sys.stdin.read()
server.stop()
"""


@contextlib.contextmanager
def reachable() -> Iterator[Path]:
    """Make a folder the server's user can reach, as an installation would have it."""
    path = Path(tempfile.mkdtemp(prefix="directapp-test-"))
    path.chmod(0o711)
    sockets = EmbeddedPostgres(path).socket_dir
    yield path
    shutil.rmtree(path)
    shutil.rmtree(sockets, ignore_errors=True)


@pytest.fixture
def folder() -> Iterator[Path]:
    with reachable() as path:
        yield path


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(folder) as running:
        yield running


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with reachable() as path:
        yield path


@pytest.fixture(scope="module")
def standing(home: Path) -> Iterator[EmbeddedPostgres]:
    """Give a server that is only looked at."""
    with EmbeddedPostgres(home) as running:
        yield running


async def ask(dsn: str, *statements: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


async def keep(server: EmbeddedPostgres, word: str) -> None:
    await ask(server.owner_dsn(), NOTE, f"INSERT INTO note VALUES ('{word}') RETURNING word")


async def words(server: EmbeddedPostgres) -> object:
    return await ask(server.owner_dsn(), "SELECT string_agg(word, ' ') FROM note")


def until(ready: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not ready() and time.monotonic() < deadline:
        time.sleep(0.02)
    return ready()


def uid_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


@contextlib.contextmanager
def supervised_elsewhere(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run a supervisor in another process; it has committed one row when this yields."""
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout
        try:
            yield child, int(child.stdout.readline())
        finally:
            child.kill()


async def test_both_roles_connect_and_the_app_role_is_weak(standing: EmbeddedPostgres) -> None:
    flags = (
        "SELECT (rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication)::text"
        " FROM pg_roles WHERE rolname = current_user"
    )
    assert await ask(standing.owner_dsn(), flags) == "(f,f,t,f,f)"
    assert await ask(standing.app_dsn(), flags) == "(f,f,f,f,f)"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(standing.app_dsn(), NOTE, "SELECT 1")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(standing.app_dsn(), "CREATE TEMP TABLE note ()", "SELECT 1")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(standing.app_dsn("postgres"), "SELECT 1")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(standing.owner_dsn(), "CREATE ROLE more", "SELECT 1")


@pytest.mark.parametrize("role", ["postgres", "root", "nobody"])
async def test_no_other_role_can_connect(standing: EmbeddedPostgres, role: str) -> None:
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        await ask(standing.app_dsn().replace("directapp_app", role), "SELECT 1")


async def test_settings_are_safe(standing: EmbeddedPostgres) -> None:
    expected = {
        "data_checksums": "on",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "listen_addresses": "",
        "server_encoding": "UTF8",
        "TimeZone": "UTC",
        "jit": "off",
        "shared_buffers": "256MB",
    }
    for name, value in expected.items():
        assert await ask(standing.app_dsn(), f"SHOW {name}") == value, name
    locale = "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'directapp'"
    assert await ask(standing.app_dsn(), locale) == "bC.UTF-8"


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs /proc")
def test_no_tcp_port_is_open(standing: EmbeddedPostgres) -> None:
    mine = {path.readlink().name for path in Path(f"/proc/{standing.pid}/fd").iterdir()}
    tables = [Path("/proc/net") / name for name in ("tcp", "tcp6", "udp", "udp6")]
    rows = [row for table in tables if table.exists() for row in table.read_text().splitlines()[1:]]
    assert not {f"socket:[{row.split()[9]}]" for row in rows} & mine
    assert any(name.startswith("socket:") for name in mine)


def test_the_socket_folder_is_private_and_short(standing: EmbeddedPostgres) -> None:
    state = standing.socket_dir.stat()
    assert state.st_mode & 0o777 == 0o700
    assert standing.pid
    assert state.st_uid == uid_of(standing.pid)
    assert len(f"{standing.socket_dir}/.s.PGSQL.5432") <= 107
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(f"{standing.socket_dir}/.s.PGSQL.5432")


def test_a_socket_folder_made_by_someone_else_is_refused(folder: Path) -> None:
    place = files.locate(folder)
    sockets = files.socket_folder(place)
    sockets.parent.mkdir(exist_ok=True)
    sockets.symlink_to(folder)
    try:
        with pytest.raises(EmbeddedPostgresError, match=r"another user's"):
            EmbeddedPostgres(folder, durable=False).start()
    finally:
        sockets.unlink(missing_ok=True)


@pytest.mark.skipif(not AS_ROOT, reason="needs root")
def test_started_by_root_it_runs_as_an_ordinary_user(standing: EmbeddedPostgres, home: Path) -> None:
    assert standing.pid
    assert uid_of(standing.pid) > 0
    assert standing.cluster_dir.stat().st_uid == uid_of(standing.pid)
    assert home.stat().st_mode & 0o777 == 0o711
    assert home.stat().st_uid == 0


@pytest.mark.skipif(not AS_ROOT, reason="needs root")
async def test_out_of_reach_the_cluster_moves_and_says_so(folder: Path) -> None:
    hidden = folder / "hidden"
    hidden.mkdir(mode=0o700)
    server = EmbeddedPostgres(hidden / "data", durable=False)
    home = server.cluster_dir.parent
    try:
        with server:
            await keep(server, "moved")
        assert hidden.stat().st_mode & 0o777 == 0o700
        assert home.parent == Path("/var/lib/directapp/clusters")
        assert str(home) in (hidden / "data" / "CLUSTER-LOCATION.txt").read_text()
        (hidden / "data").rename(hidden / "renamed")
        with EmbeddedPostgres(hidden / "renamed", durable=False) as again:
            assert await words(again) == "moved"
    finally:
        shutil.rmtree(home)
    with pytest.raises(DamagedDataError, match="does not exist"):
        EmbeddedPostgres(hidden / "renamed").start()


@pytest.mark.skipif(not AS_ROOT, reason="needs root")
async def test_a_cluster_root_restored_is_handed_over(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as server:
        await keep(server, "restored")
    for path in (folder / "cluster", *(folder / "cluster").rglob("*")):
        os.chown(path, 0, 0)
    with EmbeddedPostgres(folder, durable=False) as server:
        assert await words(server) == "restored"


@pytest.mark.skipif(not AS_ROOT, reason="becomes another user")
def test_an_ordinary_user_runs_it_directly(folder: Path) -> None:
    os.chown(folder, 65534, 65534)
    account = files.Account(65534, 65534, switch=True)
    version = f"import sys; assert sys.version_info[:2] == {sys.version_info[:2]}"
    found = [
        it
        for it in (sys.executable, "/usr/bin/python3")
        if account.run(["/usr/bin/env", it, "-c", version]).returncode == 0
    ]
    if not found:
        pytest.skip("no interpreter within an ordinary user's reach")
    child = f"import sys; sys.path += {sys.path!r}\n{CHILD}"
    done = account.run([found[0], "-c", child, str(folder)])
    assert done.returncode == 0, done.stderr
    assert {path.stat().st_uid for path in folder.iterdir()} == {65534}
    with EmbeddedPostgres(folder) as server:
        assert server.pid
        assert uid_of(server.pid) == 65534
    owners = {path.stat().st_uid for path in (*folder.iterdir(), *(folder / "etc").iterdir())}
    assert owners == {65534}


async def test_a_restart_keeps_the_data_and_is_quick(folder: Path) -> None:
    said: list[str] = []
    with EmbeddedPostgres(folder, log=said.append) as server:
        await keep(server, "kept")
        sockets = server.socket_dir
    assert said[0].startswith("Preparing a new database")
    assert not sockets.exists()
    begun = time.monotonic()
    with EmbeddedPostgres(folder) as server:
        elapsed = time.monotonic() - begun
        assert await words(server) == "kept"
    assert elapsed < 1.5


def test_a_second_start_is_refused_with_the_folder_named(standing: EmbeddedPostgres, home: Path) -> None:
    with pytest.raises(AlreadyRunningError) as refused:
        EmbeddedPostgres(home).start()
    assert str(home) in str(refused.value)
    assert str(os.getpid()) in str(refused.value)
    assert standing.running
    standing.start()


async def test_a_killed_server_recovers_what_was_acknowledged(server: EmbeddedPostgres) -> None:
    assert server.pid
    await keep(server, "before")
    busy = asyncio.create_task(ask(server.owner_dsn(), "SELECT count(*) FROM generate_series(1, 1e11)"))
    await asyncio.sleep(0.3)
    os.kill(server.pid, signal.SIGKILL)
    assert until(lambda: not server.running)
    await asyncio.to_thread(server.start)
    assert await words(server) == "before"
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await busy


async def test_a_killed_supervisor_never_blocks_the_next_start(folder: Path) -> None:
    with supervised_elsewhere(folder) as (child, _):
        with pytest.raises(AlreadyRunningError):
            EmbeddedPostgres(folder).start()
        child.kill()
        child.wait()
        with EmbeddedPostgres(folder) as server:
            assert await words(server) == "acknowledged"


def test_the_watchdog_stops_the_server_of_a_killed_supervisor(folder: Path) -> None:
    with supervised_elsewhere(folder) as (child, pid):
        child.kill()
        child.wait()
        assert until(lambda: not (folder / "cluster" / "postmaster.pid").exists())
        assert until(lambda: "postgres" not in command_of(pid))


async def test_with_the_watchdog_killed_too_the_next_start_stops_the_orphan(folder: Path) -> None:
    said: list[str] = []
    with supervised_elsewhere(folder) as (child, pid):
        for watcher in children_of(child.pid) - {pid}:
            os.kill(watcher, signal.SIGKILL)
        child.kill()
        child.wait()
        assert "postgres" in command_of(pid)
        with EmbeddedPostgres(folder, log=said.append) as server:
            assert await words(server) == "acknowledged"
        assert said[0] == f"Stopping PostgreSQL {pid}, left behind by an earlier start."


def test_a_process_id_given_to_another_program_does_not_block(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        asyncio.run(keep(server, "kept"))
        assert server.pid
        os.kill(server.pid, signal.SIGKILL)
        assert until(lambda: not server.running)
    left = folder / "cluster" / "postmaster.pid"
    text = left.read_text()
    with subprocess.Popen(["sleep", "60"], user=left.stat().st_uid if AS_ROOT else None) as other:
        left.write_text(text.replace(text.splitlines()[0], str(other.pid), 1))
        stale = server.socket_dir / ".s.PGSQL.5432.lock"
        stale.write_text(left.read_text())
        with EmbeddedPostgres(folder) as server:
            assert asyncio.run(words(server)) == "kept"
        assert other.poll() is None
        other.kill()


def test_a_start_cut_short_leaves_nothing_in_the_way(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as child:
        assert until(lambda: any(folder.glob("cluster.init-*/base")))
        child.kill()
    with EmbeddedPostgres(folder) as server:
        asyncio.run(keep(server, "fresh"))
        assert asyncio.run(words(server)) == "fresh"
    assert not list(folder.glob("cluster.init-*"))


def test_damage_is_told_apart(folder: Path) -> None:
    EmbeddedPostgres(folder, durable=False).__enter__().stop()
    cluster = folder / "cluster"
    version = cluster / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(IncompatibleDataError, match="17"):
        EmbeddedPostgres(folder).start()
    version.write_text("18\n")
    (folder / "etc" / "local.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(StartFailedError, match="no_such_setting"):
        EmbeddedPostgres(folder).start()
    (folder / "etc" / "local.conf").unlink()
    for segment in (cluster / "pg_wal").glob("0*"):
        segment.write_bytes(b"")
    with pytest.raises(DamagedDataError, match="checkpoint"):
        EmbeddedPostgres(folder).start()
    (cluster / "global" / "pg_control").unlink()
    with pytest.raises(DamagedDataError, match="incomplete"):
        EmbeddedPostgres(folder).start()


async def test_databases_are_cloned_and_dropped(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as server:
        await keep(server, "original")
        server.create_database("clone", template="directapp")
        clone = server.owner_dsn("clone")
        assert await ask(clone, "SELECT word FROM note") == "original"
        assert await ask(server.app_dsn("clone"), "SELECT current_user") == "directapp_app"
        held = await asyncpg.connect(clone)
        server.drop_database("clone")
        held.terminate()
        with pytest.raises(asyncpg.InvalidCatalogNameError):
            await ask(clone, "SELECT 1")
        server.create_database("blank")
        assert await ask(server.owner_dsn("blank"), "SELECT to_regclass('note')") is None
        with pytest.raises(EmbeddedPostgresError, match="already exists"):
            server.create_database("directapp")
        with pytest.raises(ValueError, match="no such; name"):
            server.create_database("no such; name")
        with pytest.raises(ValueError, match="directapp"):
            server.drop_database("directapp")


def test_a_signal_to_the_terminal_passes_the_server_by(standing: EmbeddedPostgres) -> None:
    assert standing.pid
    assert os.getsid(standing.pid) == standing.pid != os.getsid(0)


@pytest.mark.skipif(not AS_ROOT, reason="only root copies the programs")
def test_programs_are_copied_once_by_many_at_the_same_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SYSTEM_DIR", folder / "system")
    account = files.locate(folder).account
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(files.install_binaries, account) for _ in range(4)]
        found = {job.result() for job in jobs}
    assert len(found) == 1
    assert len(list((folder / "system").iterdir())) == 1
    done = account.run([str(found.pop() / "postgres"), "--version"])
    assert done.stdout.startswith("postgres (PostgreSQL) 18")


def test_its_tools_run(standing: EmbeddedPostgres) -> None:
    for tool in (standing.psql, standing.pgbench):
        assert subprocess.run([tool, "--version"], check=True, capture_output=True).stdout


def children_of(parent: int) -> set[int]:
    found = set()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(entry.read_text().rpartition(")")[2].split()[1]) == parent:
                found.add(int(entry.parent.name))
    return found


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
