"""Backups, wired: where they go, when they are taken and tried, and what is told of them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

import structlog

from directapp.app.settings import ConfigurationError, Settings, read_secret
from directapp.declare.spec import Spec
from directapp.kernel.clock import utc_now
from directapp.kernel.text import _
from directapp.services.jobs import Daily, Every, JobRun, Schedule
from directapp.services.seal import verify
from directapp.store.database import Database
from directapp.store.embedded.backups import Backups, Manifest
from directapp.store.embedded.repository import BackupError, Bucket, Repository
from directapp.store.embedded.restoring import Trial, restore, try_newest
from directapp.store.embedded.server import EmbeddedPostgres
from directapp.store.watched import Watched
from directapp.telemetry.outside import UNREACHABLE, UNTRUE, ServiceState

BACKUP, TRIAL = "backup", "backup_verify"
_SHIP_SECONDS = 15.0
_WEEK = 7 * 86_400
_LONGEST = 6 * 3600.0
_log = structlog.get_logger(__name__)


def open_backups(settings: Settings) -> Backups:
    """Return the backups of an installation (ConfigurationError: none are set up)."""
    if settings.database_url:
        raise ConfigurationError(
            "The PostgreSQL of this installation is elsewhere (DATABASE_URL): deploy/backup and deploy/postgres back"
            " it up. These commands are for the embedded one."
        )
    if not settings.backs_up:
        raise ConfigurationError(
            "No backups are set up: DIRECTAPP_BACKUP_TO names a folder, DIRECTAPP_BACKUP_BUCKET a bucket."
        )
    bucket = Bucket(
        name=settings.backup_bucket,
        endpoint=settings.backup_endpoint,
        region=settings.backup_region,
        key=settings.backup_s3_key,
        secret=settings.backup_s3_secret,
    )
    place = bucket if settings.backup_bucket else Path(settings.backup_to)
    secret = read_secret(settings.backup_key) if settings.backup_key else settings.signing_secret()
    repository = Repository(place, secret)
    postgres = EmbeddedPostgres(settings.data / "postgres", archive=True)
    return Backups(repository, postgres, settings.data, timedelta(days=settings.backup_days))


async def ship_log(settings: Settings) -> None:
    """Move the log into the repository all the while, as long as the database runs."""
    backups, said = open_backups(settings), False
    while True:
        try:
            await backups.ship()
            said = False
        except BackupError as error:
            if not said:
                _log.error("the log is not backed up", why=str(error))
            said = True
        await asyncio.sleep(_SHIP_SECONDS)


async def ship_rest(settings: Settings) -> None:
    """Move what the server has put out as it stopped; what cannot be moved now is moved at the next start."""
    try:
        await open_backups(settings).ship()
    except BackupError as error:
        _log.error("the end of the log is not backed up", why=str(error))


@dataclass(frozen=True, slots=True)
class Keeper:
    """Takes and tries backups of a running installation, and writes down how that went."""

    settings: Settings
    spec: Spec
    database: Database

    @property
    def schedules(self) -> Sequence[Schedule]:
        """Return what is done again and again; nothing where no backups are set up."""
        if not self.settings.backs_up:
            return ()

        async def back_up(_: JobRun) -> None:
            await self.take()

        async def try_it(_: JobRun) -> None:
            await self.verify()

        daily = Schedule(
            name="back up",
            label=_("Back up the database and the files"),
            when=Daily(time(1, 30)),
            run=back_up,
            tenants=False,
            seconds=_LONGEST,
        )
        weekly = Schedule(
            name="try the backup",
            label=_("Restore the backup to a scratch place and compare"),
            when=Every(_WEEK),
            run=try_it,
            tenants=False,
            seconds=_LONGEST,
        )
        return (daily, weekly)

    async def take(self) -> Manifest:
        """Take a backup (BackupError)."""
        try:
            made = await open_backups(self.settings).take(self.database)
        except BackupError:
            await self._note(BACKUP, ServiceState(failed_at=utc_now(), error=UNREACHABLE))
            raise
        _log.info("backed up", backup=made.name, megabytes=made.bytes // 1024**2)
        await self._note(BACKUP, ServiceState(good_at=utc_now()), backup=made.name, bytes=made.bytes)
        return made

    async def verify(self) -> Trial:
        """Try the newest backup (BackupError: it cannot be restored)."""
        try:
            trial = await try_newest(open_backups(self.settings), self.spec, _seals)
        except BackupError:
            await self._note(TRIAL, ServiceState(failed_at=utc_now(), error=UNTRUE))
            raise
        for flaw in trial.flaws:
            _log.error("the backup does not hold what it should", what=flaw)
        state = ServiceState(failed_at=utc_now(), error=UNTRUE) if trial.flaws else ServiceState(good_at=utc_now())
        await self._note(TRIAL, state, backup=trial.backup, tables=trial.tables, rows=trial.rows, files=trial.files,
                         seconds=round(trial.seconds), flaws=len(trial.flaws))  # fmt: skip
        return trial

    async def _note(self, name: str, state: ServiceState, **detail: str | int) -> None:
        await Watched(self.database).keep(name, state, detail)


async def _seals(copy: Database) -> list[str]:
    """Return what the seals say of the audit in a copy."""
    found = []
    for tenant in await copy.tenants():
        found += [f"audit of {tenant}: {flaw}" for flaw in (await verify(copy, tenant)).flaws]
    return found


async def restored(settings: Settings, into: Path, at: datetime | None) -> Manifest:
    """Restore the newest backup, or that from before an instant and what followed it (BackupError)."""
    return await restore(open_backups(settings), into, at=at)
