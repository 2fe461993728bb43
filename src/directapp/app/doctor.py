"""The doctor: looks at everything an installation depends on, and says of each what is wrong and what to do.

It changes nothing but a probe that it takes back. What it cannot reach is a finding, not an end.
"""

import asyncio
import ctypes
import shutil
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from typing import Literal
from urllib.parse import urlsplit

import aiosmtplib
import asyncpg

from directapp.app.boot import named_database
from directapp.app.refusals import REFUSALS
from directapp.app.settings import Settings
from directapp.app.spec import load_spec
from directapp.connectors.certificates import expires_at
from directapp.connectors.storage import open_storage
from directapp.kernel.clock import utc_now
from directapp.kernel.errors import UnavailableError
from directapp.store.database import Database
from directapp.store.drift import drift
from directapp.store.migrate import OutdatedDatabaseError, present_revision, refuse_other_schema
from directapp.store.policies import APP_ROLE
from directapp.store.schema import NewerDatabaseError, lint
from directapp.store.watched import Watched
from directapp.telemetry.outside import FAULTS

State = Literal["ok", "warn", "error"]
_OLDEST_SERVER = 15
_LOW, _LOWEST = 20 * 1024**3, 5 * 1024**3
_AHEAD = timedelta(seconds=5)
_SOON = timedelta(days=14)
_SECONDS = 10.0
_TIME_ERROR, _TIMEX_BYTES = 5, 512
_TLS_PORT, _HTTPS = 465, 443
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1", "0.0.0.0"})  # noqa: S104 - compared with, not listened on


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do where it is not well."""

    name: str
    state: State
    said: str
    do: str = ""


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything, side by side where it takes time."""
    found = [*configuration(settings), clock(), disk(settings)]
    waiting = (database(settings), names(settings), mail(settings), bucket(settings), certificate(settings))
    for some in await asyncio.gather(*(_all(one) for one in waiting)):
        found += some
    return found


async def _all(findings: AsyncIterator[Finding]) -> list[Finding]:
    return [one async for one in findings]


def configuration(settings: Settings) -> Iterator[Finding]:
    """Tell what of the settings does not belong where people work."""
    name = "configuration"
    wrong = [(said, do) for is_so, said, do in _mistakes(settings) if is_so]
    for said, do in wrong:
        yield Finding(name, "warn", said, do)
    if not wrong:
        yield Finding(name, "ok", f"{settings.place}, version {version('directapp')}, Python {sys.version.split()[0]}")


def _mistakes(settings: Settings) -> Iterator[tuple[bool, str, str]]:
    """Yield what may be wrong with the settings: whether it is, what is said of it, what to do."""
    plain = not settings.url.startswith("https:") and _host(settings.url) not in _LOCAL
    keyless = bool(settings.s3_bucket) and not (settings.s3_key and settings.s3_secret)
    silent = not (settings.smtp_host or settings.resend_key)
    yield plain, "DIRECTAPP_PUBLIC_URL is not https", "put a proxy with a certificate before it (deploy/Caddyfile)"
    do = "set it to where people reach the pages: links in mail lead there"
    yield not settings.public_url, "DIRECTAPP_PUBLIC_URL is not set", do
    alone = bool(settings.database_url) and not settings.secret
    yield alone, "DIRECTAPP_SECRET is not set", "set it to the same in every process: openssl rand -hex 32"
    yield settings.demo, "demo data is on", "unset DIRECTAPP_DEMO: its passwords are published"
    yield keyless, "a bucket without a key", "set DIRECTAPP_S3_KEY and DIRECTAPP_S3_SECRET"
    yield silent, "no mail leaves this installation", "set DIRECTAPP_SMTP_HOST or DIRECTAPP_RESEND_KEY"
    exposed = not settings.database_url and not settings.backs_up
    yield exposed, "no backups are taken", "set DIRECTAPP_BACKUP_TO or DIRECTAPP_BACKUP_BUCKET"
    derived = settings.backs_up and not settings.backup_key
    do = "set DIRECTAPP_BACKUP_KEY and keep it elsewhere: without the data folder nobody can read the backups"
    yield derived, "backups are encrypted with a key from the data folder", do
    nobody = not silent and "@localhost" in settings.smtp_from
    yield nobody, "mail is sent from @localhost", "set DIRECTAPP_SMTP_FROM to an address of your domain"


def clock() -> Finding:
    """Tell whether the kernel keeps its clock by others."""
    with suppress(OSError, AttributeError):
        told = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
        if told == _TIME_ERROR:
            do = "start chrony or systemd-timesyncd: sign-in codes and signatures depend on the time"
            return Finding("clock", "warn", "the clock is not kept by a time server", do)
    return Finding("clock", "ok", f"{utc_now():%Y-%m-%d %H:%M:%S} UTC")


def disk(settings: Settings) -> Finding:
    """Tell whether the data folder can be written to, and how much room it has."""
    folder = settings.data
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".doctor"
        probe.write_bytes(b"1")
        probe.unlink()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(
            "disk", "error", f"{folder}: {error.strerror}", "give the folder to the user that runs DirectApp"
        )
    said = f"{free / 1024**3:.0f} GB are free in {folder}"
    state: State = "error" if free < _LOWEST else "warn" if free < _LOW else "ok"
    return Finding(
        "disk", state, said, "" if state == "ok" else "make room: the database stops writing when it is full"
    )


async def database(settings: Settings) -> AsyncIterator[Finding]:
    """Tell of the server, the roles, the schema and the last backup."""
    try:
        async with named_database(settings, beside=True) as (owner, weak):
            async for one in _server(owner, settings):
                yield one
            found = [one async for one in _schema(owner)]
            direct = settings.database_direct_url or weak
            for one in (*found, await _weak(direct)):
                yield one
            if found[0].state == "ok":
                async for one in _known(direct):
                    yield one
    except REFUSALS as error:
        yield Finding(
            "database", "error", str(error) or type(error).__name__, "is it running, and is the address right?"
        )


async def _server(owner: str, settings: Settings) -> AsyncIterator[Finding]:
    connection = await asyncpg.connect(owner, timeout=_SECONDS)
    try:
        major = connection.get_server_version().major
        (row,) = await connection.fetch(_ABOUT)
        at = utc_now()
    finally:
        await connection.close()
    said = f"PostgreSQL {row['version']}, {row['size'] / 1024**2:.0f} MB"
    if major < _OLDEST_SERVER:
        yield Finding("database", "error", said, f"upgrade to PostgreSQL {_OLDEST_SERVER} or newer")
    elif row["encoding"] != "UTF8":
        yield Finding(
            "database", "error", f"{said}, encoding {row['encoding']}", "make the database with encoding UTF8"
        )
    else:
        yield Finding("database", "ok", said)
    strong = "the owner is superuser" if row["rolsuper"] else "the owner bypasses RLS" if row["rolbypassrls"] else ""
    do = "make a role that owns the tables and no more: deploy/postgres/init-roles.sh"
    yield Finding("owner role", "warn" if strong else "ok", strong or row["owner"], do if strong else "")
    missing = {"plpgsql"} - set(row["extensions"])
    do = f"CREATE EXTENSION {', '.join(missing)}"
    said = f"{', '.join(sorted(missing))} is missing" if missing else ", ".join(sorted(row["extensions"]))
    yield Finding("extensions", "error" if missing else "ok", said, do if missing else "")
    apart = abs(row["now"] - at)
    said = f"the database's clock is {apart.total_seconds():.1f} s from ours"
    do = "let both machines keep their clocks by the same time server"
    yield Finding("database clock", "warn" if apart > _AHEAD else "ok", said, do if apart > _AHEAD else "")
    room = row["most"] - row["reserved"]
    said = f"{settings.pool} connections for each process, of {room} that there are"
    do = "lower DIRECTAPP_POOL, raise max_connections, or put PgBouncer between"
    yield Finding(
        "connections", "warn" if settings.pool * 3 > room else "ok", said, do if settings.pool * 3 > room else ""
    )


async def _schema(owner: str) -> AsyncIterator[Finding]:
    try:
        made = await refuse_other_schema(owner)
    except (NewerDatabaseError, OutdatedDatabaseError) as error:
        said, _, do = str(error).partition(": ")
        yield Finding("schema", "error", said, do or "start the newer version")
        return
    if not made:
        yield Finding("schema", "warn", "the database is empty", "directapp schema upgrade, then directapp add-tenant")
        return
    connection = await asyncpg.connect(owner, server_settings={"default_transaction_read_only": "on"})
    try:
        flaws, differences = await lint(connection, load_spec()), await drift(connection)
    finally:
        await connection.close()
    yield Finding("schema", "ok", f"at revision {await present_revision(owner)}")
    said = f"{len(flaws)} flaws: {flaws[0]}" if flaws else "every table is protected as declared"
    yield Finding(
        "protection", "error" if flaws else "ok", said, "directapp schema lint tells of each" if flaws else ""
    )
    said = f"{len(differences)} differences: {differences[0]}" if differences else "as the last migration left it"
    do = "directapp schema drift tells of each; put back what somebody changed by hand"
    yield Finding("drift", "error" if differences else "ok", said, do if differences else "")


async def _weak(weak: str) -> Finding:
    connection = await asyncpg.connect(weak, timeout=_SECONDS)
    try:
        (row,) = await connection.fetch(_WEAK)
    finally:
        await connection.close()
    wrong = [said for name, said in _TOO_STRONG.items() if row[name]]
    if wrong:
        do = f"connect as {APP_ROLE}, which owns nothing (DATABASE_APP_URL)"
        return Finding("application role", "error", f"{row['name']} {', '.join(wrong)}", do)
    return Finding("application role", "ok", f"{row['name']} owns nothing and bypasses nothing")


async def _known(weak: str) -> AsyncIterator[Finding]:
    """Tell what the application itself knows: services that did not do what was asked, and how old the backup is."""
    async with Database(load_spec(), weak, size=1) as opened:
        states = await Watched(opened).states()
    for name, (state, _) in states.items():
        if not state.well:
            fault = FAULTS[state.error].english if state.error in FAULTS else state.error
            yield Finding(name, "error", f"since {state.failed_at:%Y-%m-%d %H:%M} UTC: {fault}", "see /app/operations")


async def names(settings: Settings) -> AsyncIterator[Finding]:
    """Tell which hosts of the settings have no address."""
    hosts = {
        "public address": _host(settings.url),
        "database host": _host(settings.database_url),
        "mail server": settings.smtp_host,
        "bucket": _host(settings.s3_endpoint),
    }
    for name, host in hosts.items():
        if not host or host in _LOCAL or "/" in host:
            continue
        try:
            await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError:
            yield Finding("names", "error", f"{name}: {host} has no address", "is it spelt right, and is DNS reached?")
        else:
            yield Finding("names", "ok", f"{name}: {host}")


async def mail(settings: Settings) -> AsyncIterator[Finding]:
    """Tell whether the mail server lets us in; no letter is sent."""
    if not settings.smtp_host or settings.resend_key:
        return
    port = settings.smtp_port
    client = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=port,
        username=settings.smtp_user or None,
        password=settings.smtp_password or None,
        use_tls=port == _TLS_PORT,
        timeout=_SECONDS,
    )
    where = f"{settings.smtp_host}:{port}"
    try:
        await client.connect()
        await client.noop()
    except aiosmtplib.SMTPAuthenticationError:
        yield Finding(
            "mail", "error", f"{where} refuses the user", "set DIRECTAPP_SMTP_USER and DIRECTAPP_SMTP_PASSWORD"
        )
    except (aiosmtplib.SMTPException, OSError) as error:
        do = "is the port open from here, and is it the right one (587, or 465 for TLS from the first word)?"
        yield Finding("mail", "error", f"{where}: {type(error).__name__}", do)
    else:
        encrypted = client.get_transport_info("sslcontext") is not None
        said = f"{where} lets us in" + ("" if encrypted else ", without encryption")
        yield Finding("mail", "ok" if encrypted else "warn", said, "" if encrypted else "use a server that offers TLS")
    finally:
        client.close()


async def bucket(settings: Settings) -> AsyncIterator[Finding]:
    """Tell whether the bucket takes something, gives it back and lets it go."""
    if not settings.s3_bucket:
        return
    storage = open_storage(
        settings.data / "files",
        bucket=settings.s3_bucket,
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        key=settings.s3_key,
        secret=settings.s3_secret,
    )

    async def probe() -> AsyncIterator[bytes]:
        yield b"1"

    try:
        await storage.put("doctor/probe", probe())
        there = await storage.has("doctor/probe")
        await storage.delete("doctor/probe")
    except UnavailableError as error:
        why = str(error.__cause__).strip().splitlines()[0][:160] if error.__cause__ else "cannot be reached"
        do = "is the address right, is there such a bucket, and may the key read, write and delete in it?"
        yield Finding("bucket", "error", f"{settings.s3_bucket}: {why}", do)
    else:
        state: State = "ok" if there else "error"
        yield Finding(
            "bucket", state, f"{settings.s3_bucket} takes and gives", "" if there else "what was put is not there"
        )


async def certificate(settings: Settings) -> AsyncIterator[Finding]:
    """Tell until when the certificate of the pages is good, and whether browsers trust it."""
    parts = urlsplit(settings.url)
    if parts.scheme != "https" or not parts.hostname:
        return
    host, port = parts.hostname, parts.port or _HTTPS
    try:
        ends = await expires_at(host, port)
    except OSError as error:
        do = "is the proxy running, and does the name lead to it?"
        yield Finding("certificate", "error", f"{host}:{port} shows none ({type(error).__name__})", do)
        return
    if ends - utc_now() < _SOON:
        yield Finding(
            "certificate", "error", f"{host}: good until {ends:%Y-%m-%d}", "see the log of the proxy that renews it"
        )
        return
    trusted = await _is_trusted(host, port)
    do = (
        ""
        if trusted
        else "the proxy shows a certificate of its own making, or without the chain: get one for this name"
    )
    said = f"{host}: good until {ends:%Y-%m-%d}" + ("" if trusted else ", and not trusted")
    yield Finding("certificate", "ok" if trusted else "error", said, do)


async def _is_trusted(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(host, port, ssl=ssl.create_default_context())
    except (ssl.SSLError, OSError):
        return False
    writer.close()
    return True


def _host(url: str) -> str:
    return urlsplit(url).hostname or "" if url else ""


_ABOUT = """
SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS size,
       clock_timestamp() AS now, current_user AS owner, r.rolsuper, r.rolbypassrls,
       current_setting('max_connections')::int AS most, current_setting('server_encoding') AS encoding,
       current_setting('superuser_reserved_connections')::int AS reserved,
       (SELECT array_agg(extname::text) FROM pg_extension) AS extensions FROM pg_roles r WHERE rolname = current_user
"""
_WEAK = """
SELECT current_user AS name, rolsuper, rolbypassrls, rolcreaterole OR rolcreatedb AS makes, EXISTS (
       SELECT 1 FROM pg_class c
        WHERE relnamespace = 'public'::regnamespace AND pg_has_role(current_user, relowner, 'USAGE')) AS owns
  FROM pg_roles WHERE rolname = current_user
"""
_TOO_STRONG = {
    "rolsuper": "is superuser",
    "rolbypassrls": "bypasses row-level security",
    "makes": "makes roles or databases",
    "owns": "owns tables",
}
