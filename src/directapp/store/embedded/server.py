"""The embedded PostgreSQL: started with the application, stopped with it.

    with EmbeddedPostgres(Path("data")) as server:
        pool = await asyncpg.create_pool(server.app_dsn())

One process supervises one data folder, guarded by a lock that dies with it. A
small watchdog process stops PostgreSQL when the application is killed, and the
next start stops whatever was left of an earlier one, so nothing blocks a restart.
"""

import contextlib
import fcntl
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGQUIT, SIGTERM, Signals
from types import TracebackType
from typing import Final, Literal, Self
from urllib.parse import quote

from directapp.store.embedded import cluster as making
from directapp.store.embedded import files
from directapp.store.embedded.cluster import APP_ROLE, DATABASE, OWNER_ROLE
from directapp.store.embedded.files import (
    AlreadyRunningError,
    BinariesMissingError,
    DamagedDataError,
    EmbeddedPostgresError,
    IncompatibleDataError,
    Place,
    StartFailedError,
    UnsafeFolderError,
    UnsuitableUserError,
)

__all__ = [
    "APP_ROLE",
    "DATABASE",
    "OWNER_ROLE",
    "AlreadyRunningError",
    "BinariesMissingError",
    "DamagedDataError",
    "EmbeddedPostgres",
    "EmbeddedPostgresError",
    "IncompatibleDataError",
    "StartFailedError",
    "UnsafeFolderError",
    "UnsuitableUserError",
]

StopMode = Literal["smart", "fast", "immediate"]

_SIGNALS: Final[dict[str, Signals]] = {"smart": SIGTERM, "fast": SIGINT, "immediate": SIGQUIT}
_POLL: Final = 0.02
_PROGRESS: Final = 5.0
_PATIENCE: Final = 60.0
_STATUS_LINE: Final = 7
# Said in every address: a PGPORT of the surroundings would count otherwise.
_PORT: Final = 5432
_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_DAMAGE: Final = re.compile(
    r"PANIC:|could not locate a valid checkpoint|incorrect checksum|invalid page"
    r"|could not (?:open|read|stat) (?:file|directory) \"(?:global|base|pg_\w+)"
    r"|is not a valid data directory|database files are incompatible"
)

# Reads until the application is gone, then stops PostgreSQL. The pidfd keeps a
# reused process id from being hit; where there is none, it looks every second.
_WATCHDOG: Final = """
import os, select, signal, sys
lifeline, pid = int(sys.argv[1]), int(sys.argv[2])
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
try:
    handle = os.pidfd_open(pid)
    send = lambda number: signal.pidfd_send_signal(handle, number)
except (AttributeError, OSError):
    handle = None
    send = lambda number: os.kill(pid, number)
def gone(seconds, *also):
    waiting = [fd for fd in (handle, *also) if fd is not None]
    while seconds is None or seconds > 0:
        ready = select.select(waiting, [], [], seconds if handle else 1)[0]
        if handle in ready:
            return True
        if ready:
            return False
        if handle:
            return False
        try:
            send(0)
        except OSError:
            return True
        seconds = seconds and seconds - 1
    return False
try:
    if not gone(None, lifeline):
        for number, seconds in ((signal.SIGINT, 60), (signal.SIGQUIT, 30), (signal.SIGKILL, 1)):
            send(number)
            if gone(seconds):
                break
except OSError:
    pass
"""


class EmbeddedPostgres:
    """The supervisor of one embedded PostgreSQL 18.

    The names of sockets and connections are known before the start, and in
    every process that makes this object for the same folder; only one of them
    may `start()` it. All methods block; call them from a thread in async code.
    """

    def __init__(
        self, data_dir: Path, *, log: Callable[[str], None] | None = None, durable: bool = True, archive: bool = False
    ) -> None:
        """Name the folder; nothing is touched before a property or `start()` needs it.

        Args:
            data_dir: the folder that holds, or will hold, the database.
            log: receives progress, one sentence at a time.
            durable: False gives up every promise about power cuts and crashes
                for speed; for tests only.
            archive: put the log out, a segment at a time, for whoever takes backups (`archive_dir`).
        """
        self._data_dir = data_dir
        self._log = log or (lambda _message: None)
        self._durable = durable
        self._archive = archive and durable
        self._lock: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._lifeline: int | None = None

    def __enter__(self) -> Self:
        """Start the server."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server fast."""
        self.stop()

    @property
    def running(self) -> bool:
        """Whether the server this object started is alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The process id of the server this object started."""
        return self._process.pid if self._process else None

    @property
    def socket_dir(self) -> Path:
        """The private folder of the server's Unix socket."""
        return files.socket_folder(self._place)

    @property
    def cluster_dir(self) -> Path:
        """The folder with PostgreSQL's own files."""
        return self._place.cluster

    @property
    def place(self) -> Place:
        """Where the server lives."""
        return self._place

    @property
    def archive_dir(self) -> Path:
        """The folder into which the server puts its log out."""
        return self._place.home / "archive"

    @property
    def psql(self) -> Path:
        """The path of psql; raises BinariesMissingError without the wheel."""
        return files.wheel_binaries() / "psql"

    @property
    def pgbench(self) -> Path:
        """The path of pgbench; raises BinariesMissingError without the wheel."""
        return files.wheel_binaries() / "pgbench"

    def owner_dsn(self, database: str = DATABASE) -> str:
        """Give the asyncpg address for the role that owns the tables."""
        return self._dsn(OWNER_ROLE, database)

    def app_dsn(self, database: str = DATABASE) -> str:
        """Give the asyncpg address for the weak role the application works as."""
        return self._dsn(APP_ROLE, database)

    def start(self) -> None:
        """Start the server and wait until it answers, however long recovery takes.

        Makes the database on the first start. Does nothing when it runs; starts
        again, with recovery, when the server has died.

        Raises:
            AlreadyRunningError: another process has started this folder.
            DamagedDataError: the cluster is incomplete or broken.
            IncompatibleDataError: another major version made the cluster.
            BinariesMissingError: the PostgreSQL wheel is not installed.
            UnsuitableUserError: the OS user cannot run this cluster.
            UnsafeFolderError: a system or socket folder is not ours alone.
            StartFailedError: the server ended; the text carries its last words.
        """
        if self.running:
            return
        self._let_go()
        files.prepare_home(self._place)
        if self._lock is None:
            self._lock = _take_lock(self._place)
        try:
            self._launch()
        except BaseException:
            self.stop()
            raise

    def stop(self, mode: StopMode = "fast", *, patience: float = _PATIENCE) -> None:
        """Stop the server and release the folder; does nothing when neither is held.

        Args:
            mode: "smart" waits for clients to leave, "fast" sends them away,
                "immediate" leaves recovery to the next start.
            patience: seconds before a stop turns into the next harder one.
        """
        if self._process is not None:
            modes: list[str] = list(_SIGNALS)
            for harder in modes[modes.index(mode) :]:
                self._process.send_signal(_SIGNALS[harder])
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(patience)
                    break
                self._log(f"PostgreSQL has not stopped ({harder}) after {patience:.0f} s.")
            else:
                self._process.kill()
                self._process.wait()
        self._let_go()
        if self._lock is not None:
            with contextlib.suppress(OSError):
                self.socket_dir.rmdir()
            os.close(self._lock)
            self._lock = None

    def create_database(self, name: str, *, template: str | None = None) -> None:
        """Create a database owned by the owner role, empty or as a copy of another.

        A template must have no connections while it is copied.

        Raises:
            ValueError: the name is not lower-case letters, digits and underscores.
            EmbeddedPostgresError: PostgreSQL refused; the text carries why.
        """
        source = f" TEMPLATE {_name(template)}" if template else ""
        self._command(
            f"CREATE DATABASE {_name(name)}{source}",
            f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
            f"GRANT CONNECT ON DATABASE {name} TO {APP_ROLE}",
        )

    def drop_database(self, name: str) -> None:
        """Drop a database, if it exists, and send away whoever is connected to it.

        Raises:
            ValueError: the name is malformed, or is the application's own database.
            EmbeddedPostgresError: PostgreSQL refused; the text carries why.
        """
        if name == DATABASE:
            raise ValueError(name)
        self._command(f"DROP DATABASE IF EXISTS {_name(name)} WITH (FORCE)")

    @cached_property
    def _place(self) -> Place:
        return files.locate(self._data_dir)

    def _dsn(self, role: str, database: str) -> str:
        return f"postgresql://{role}@/{quote(database, safe='')}?host={quote(str(self.socket_dir))}&port={_PORT}"

    def _command(self, *statements: str) -> None:
        address = f"host={self.socket_dir} user={OWNER_ROLE} dbname=postgres"
        commands = [part for statement in statements for part in ("-c", statement)]
        done = subprocess.run(  # noqa: S603  # names are checked, no shell
            [str(self.psql), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", address, *commands],
            capture_output=True,
            check=False,
            encoding="utf-8",
            env=files.environment(),
            stdin=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            raise EmbeddedPostgresError(f"PostgreSQL refused the command {statements[0]}: {done.stderr.strip()}")

    def _launch(self) -> None:
        place = self._place
        programs = files.install_binaries(place.account)
        if place.cluster.exists():
            making.check_cluster(place)
            self._clear_leftovers()
        else:
            self._log(f"Preparing a new database in {place.cluster}.")
            making.initialise(place, programs, durable=self._durable)
        if place.moved:
            files.write_pointer(place)
            self._log(f"The database of {place.data_dir} lies in {place.home}.")
        sockets = files.prepare_sockets(place)
        if self._archive:
            making.allow_backups(place, programs, self.archive_dir)
        archive = self.archive_dir if self._archive else None
        config = making.write_configuration(place, sockets, durable=self._durable, archive=archive)
        command = [str(programs / "postgres"), "-D", str(place.cluster)]
        early = os.open(self._early_log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            self._process = place.account.spawn([*command, f"--config-file={config}"], early)
        finally:
            os.close(early)
        files.own_as_parent(self._early_log)
        self._watch(self._process.pid)
        self._await_ready(self._process)

    def _watch(self, pid: int) -> None:
        reading, self._lifeline = os.pipe()
        try:
            self._watchdog = subprocess.Popen(  # noqa: S603  # our own constant program
                [sys.executable, "-I", "-S", "-c", _WATCHDOG, str(reading), str(pid)],
                cwd="/",
                pass_fds=(reading,),
                start_new_session=True,
                stderr=subprocess.DEVNULL,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        finally:
            os.close(reading)

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        begun = time.monotonic()
        told = begun
        while self._status(process.pid) != "ready":
            if process.poll() is not None:
                raise self._why_it_ended(process.returncode)
            now = time.monotonic()
            if now - told >= _PROGRESS:
                told = now
                self._log(f"PostgreSQL is starting ({now - begun:.0f} s): {self._last_words(1)}")
            time.sleep(_POLL)
        self._log(f"PostgreSQL is ready after {time.monotonic() - begun:.1f} s.")

    def _status(self, pid: int) -> str:
        lines = _pid_file(self._place.cluster)
        if len(lines) <= _STATUS_LINE or lines[0].strip() != str(pid):
            return ""
        return lines[_STATUS_LINE].strip()

    def _why_it_ended(self, code: int) -> EmbeddedPostgresError:
        words = self._last_words(15)
        if _DAMAGE.search(words):
            return DamagedDataError(
                f"The database in {self._place.cluster} is damaged; restore it from a backup.\n{words}"
            )
        return StartFailedError(f"PostgreSQL did not start (code {code}):\n{words}")

    @property
    def _early_log(self) -> Path:
        return self._place.home / "startup.log"

    def _last_words(self, count: int) -> str:
        logs = sorted((self._place.cluster / "log").glob("*.log"), key=lambda it: it.stat().st_mtime)
        lines: list[str] = []
        for path in (self._early_log, *logs[-1:]):
            lines += path.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
        return "\n".join(lines[-count:])

    def _let_go(self) -> None:
        """Forget a server that has ended, and let its watchdog end."""
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        if self._watchdog is not None:
            self._watchdog.wait()
            self._watchdog = None
        self._process = None

    def _clear_leftovers(self) -> None:
        """Stop what an earlier supervisor left running on this cluster.

        We hold the lock, so whoever still works on the cluster has no master.
        """
        cluster = self._place.cluster
        lines = _pid_file(cluster)
        pid = int(lines[0]) if lines and lines[0].strip().isdigit() else 0
        if pid and _works_on(pid, cluster):
            self._log(f"Stopping PostgreSQL {pid}, left behind by an earlier start.")
            _end(lambda: [pid] if _works_on(pid, cluster) else [], (SIGINT, _PATIENCE))
        elif pid and _alive(pid):
            # The id was given to another program; PostgreSQL would take it for itself.
            (cluster / "postmaster.pid").unlink(missing_ok=True)
        _end(lambda: list(_workers(cluster)))


def _take_lock(place: Place) -> int:
    path = place.home / "supervisor.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(handle, 20, 0).decode(errors="replace").strip() or "?"
        os.close(handle)
        raise AlreadyRunningError(
            f"DirectApp already runs on the folder {place.data_dir} (process {holder})."
            " Stop it first, or choose another folder."
        ) from None
    files.own_as_parent(path)
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    return handle


def _pid_file(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _works_on(pid: int, cluster: Path) -> bool:
    """Tell whether a process is PostgreSQL at work in this cluster, not a reused id."""
    process = Path(f"/proc/{pid}")
    if not Path("/proc/self").exists():
        shown = subprocess.run(  # noqa: S603  # a number, no shell
            ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, check=False
        )
        return os.fsencode(cluster) in shown.stdout
    try:
        program = (process / "exe").readlink().name
        return program.startswith("postgres") and (process / "cwd").samefile(cluster)
    except OSError:
        return False


def _workers(cluster: Path) -> Iterator[int]:
    for entry in Path("/proc").glob("[0-9]*"):
        if _works_on(int(entry.name), cluster):
            yield int(entry.name)


def _end(find: Callable[[], list[int]], *first: tuple[Signals, float]) -> None:
    """Send harder and harder signals until `find` gives no process; seconds between them."""
    for number, patience in (*first, (SIGQUIT, 10.0), (SIGKILL, 10.0)):
        deadline = time.monotonic() + patience
        for pid in find():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        while find():
            if time.monotonic() > deadline:
                break
            time.sleep(_POLL)
        else:
            return


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    return name
