"""The cluster of the embedded PostgreSQL: its first initialisation, its checks, its configuration."""

import os
import shlex
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

from directapp.store.embedded.files import (
    MAJOR,
    Account,
    DamagedDataError,
    IncompatibleDataError,
    Place,
    StartFailedError,
    make_folder,
    user_name,
    write_file,
)

OWNER_ROLE: Final = "directapp_owner"
APP_ROLE: Final = "directapp_app"
DATABASE: Final = "directapp"

_ORPHAN_ENDS: Final = 30.0

# The superuser exists only here, in single-user mode: no connection can become it.
_BOOTSTRAP: Final = (
    f"CREATE ROLE {OWNER_ROLE} LOGIN NOSUPERUSER CREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS",
    f"CREATE ROLE {APP_ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS",
    "REVOKE ALL ON DATABASE postgres FROM PUBLIC",
    "REVOKE ALL ON DATABASE template1 FROM PUBLIC",
    f"GRANT CONNECT ON DATABASE postgres TO {OWNER_ROLE}",
    f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE}",
    f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC",
    f"GRANT CONNECT ON DATABASE {DATABASE} TO {APP_ROLE}",
)


# What takes backups calls these as the owner; the mark says that this cluster, and each copy of it, has been told.
_FOR_BACKUPS: Final = "".join(
    f"GRANT EXECUTE ON FUNCTION {function} TO {OWNER_ROLE}\n"
    for function in (
        "pg_backup_start(text, boolean)",
        "pg_backup_stop(boolean)",
        "pg_create_restore_point(text)",
        "pg_switch_wal()",
    )
)
_MARK: Final = "directapp.backups"


def check_cluster(place: Place) -> None:
    """Look whether an existing cluster can be this server's at all.

    Raises:
        DamagedDataError: files that every cluster has are missing.
        IncompatibleDataError: another major version made it.
    """
    cluster = place.cluster
    version = cluster / "PG_VERSION"
    if not version.is_file() or not (cluster / "global" / "pg_control").is_file():
        raise DamagedDataError(f"The database in {cluster} is incomplete. Restore it from a backup.")
    found = version.read_text(encoding="ascii", errors="replace").strip()
    if found != MAJOR:
        raise IncompatibleDataError(f"The database in {cluster} was made by PostgreSQL {found}, not {MAJOR}.")
    if place.account.switch and cluster.stat().st_uid == 0:
        _hand_over(cluster, place.account)


def initialise(place: Place, programs: Path, *, durable: bool) -> None:
    """Make the cluster, its two roles and its database, then put it in place in one step.

    Killed half-way, it leaves only a scratch folder, which the next start removes.

    Raises:
        StartFailedError: a PostgreSQL program failed; the text carries its output.
    """
    for rest in place.home.glob("cluster.init-*"):
        _clear_away(rest)
    scratch = Path(tempfile.mkdtemp(prefix="cluster.init-", dir=place.home))
    if place.account.switch:
        os.chown(scratch, place.account.uid, place.account.gid)
    sync = [] if durable else ["--no-sync"]
    command = [str(programs / "initdb"), "-D", str(scratch), "-U", "postgres"]
    command += ["-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += ["--locale=C", "--auth-local=peer", "--auth-host=reject", "--data-checksums"]
    _must_succeed(place.account.run([*command, "--no-instructions", *sync]))
    single = [str(programs / "postgres"), "--single", "-D", str(scratch), "-c", "exit_on_error=on"]
    options = ["-c", "log_min_messages=warning", "-c", f"fsync={'on' if durable else 'off'}"]
    statements = "".join(f"{statement}\n" for statement in _BOOTSTRAP)
    _must_succeed(place.account.run([*single, *options, "postgres"], stdin=statements))
    scratch.rename(place.cluster)
    _sync_folder(place.home)


def allow_backups(place: Place, programs: Path, archive: Path) -> None:
    """Let the owner take backups of a cluster that does not run, and make the folder for its log.

    Raises:
        StartFailedError: PostgreSQL refused; the text carries its output.
    """
    make_folder(archive, mode=0o700)
    if place.account.switch:
        os.chown(archive, place.account.uid, place.account.gid)
    mark = place.cluster / _MARK
    if mark.exists():
        return
    single = [str(programs / "postgres"), "--single", "-D", str(place.cluster), "-c", "exit_on_error=on"]
    _must_succeed(place.account.run([*single, "-c", "log_min_messages=warning", DATABASE], stdin=_FOR_BACKUPS))
    mark.touch()


def write_configuration(place: Place, sockets: Path, *, durable: bool, archive: Path | None = None) -> Path:
    """Write the server's configuration anew and give the path of its main file."""
    folder = place.home / "etc"
    make_folder(folder, mode=0o755 if place.account.switch else 0o700)
    me = user_name().replace('"', '""')
    roles = (OWNER_ROLE, APP_ROLE)
    users = dict.fromkeys((me, "root"))
    hba = "".join(f"local all {role} peer map=directapp\n" for role in roles)
    ident = "".join(f'directapp "{user}" {role}\n' for user in users for role in roles)
    write_file(folder / "pg_hba.conf", hba)
    write_file(folder / "pg_ident.conf", ident)
    main = folder / "postgresql.conf"
    write_file(main, _settings(folder, sockets, durable=durable, archive=archive))
    return main


def _settings(folder: Path, sockets: Path, *, durable: bool, archive: Path | None) -> str:
    safe = "on" if durable else "off"
    lines = {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "hba_file": str(folder / "pg_hba.conf"),
        "ident_file": str(folder / "pg_ident.conf"),
        "max_connections": "100",
        "superuser_reserved_connections": "0",
        "shared_buffers": "256MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "64MB",
        "effective_cache_size": "1GB",
        "random_page_cost": "1.1",
        "jit": "off",
        "fsync": safe,
        "synchronous_commit": safe,
        "full_page_writes": safe,
        "wal_compression": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "client_encoding": "UTF8",
        "logging_collector": "on",
        "log_filename": "postgresql-%a.log",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_truncate_on_rotation": "on",
        "log_startup_progress_interval": "2s",
        # Details and parameters carry personal data; a log must not.
        "log_error_verbosity": "terse",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
    }
    if archive is not None:
        fresh, done = (shlex.quote(str(archive)).replace("%", "%%") + name for name in ("/.%f", "/%f"))
        # Written through before the server may forget it: a hole in the log is found only when it is needed.
        command = f"dd if=%p of={fresh} bs=1M conv=fsync 2>/dev/null && mv {fresh} {done}"
        lines |= {"archive_mode": "on", "archive_command": command, "archive_timeout": "240s"}
    if not durable:
        lines |= {"wal_level": "minimal", "max_wal_senders": "0", "autovacuum_naptime": "1h"}
    quoted = (f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in lines.items())
    head = "# Written anew at every start. Put your own settings in local.conf beside this file."
    return "\n".join((head, *quoted, "include_if_exists = 'local.conf'", ""))


def _must_succeed(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode == 0:
        return
    program = Path(done.args[0]).name
    output = (done.stdout + done.stderr).strip()[-2000:]
    raise StartFailedError(f"{program} failed while preparing the database:\n{output}")


def _clear_away(scratch: Path) -> None:
    # An initdb that outlived its killed parent still writes here until it misses its files.
    deadline = time.monotonic() + _ORPHAN_ENDS
    while scratch.exists() and time.monotonic() < deadline:
        shutil.rmtree(scratch, ignore_errors=True)
        time.sleep(0.02)


def _hand_over(cluster: Path, account: Account) -> None:
    for path in (cluster, *cluster.rglob("*")):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
