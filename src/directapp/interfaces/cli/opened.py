"""What app opens for the commands."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from directapp.domains.people.flow import Auth
from directapp.services.encryption import Encryption
from directapp.services.platform import Platform
from directapp.store.embedded.backups import Manifest
from directapp.store.embedded.restoring import Trial


class ApplicationLike(Protocol):
    """An open installation."""

    @property
    def platform(self) -> Platform:
        """What every interface works with."""

    @property
    def auth(self) -> Auth:
        """How people sign in."""

    @property
    def encryption(self) -> Encryption:
        """The keys of what is stored encrypted."""


class FindingLike(Protocol):
    """What was looked at, how it is (ok, warn or error), and what to do where it is not well."""

    @property
    def name(self) -> str:
        """What was looked at."""

    @property
    def state(self) -> str:
        """How it is."""

    @property
    def said(self) -> str:
        """What was found."""

    @property
    def do(self) -> str:
        """What to do; empty where it is well."""


class MigrationLike(Protocol):
    """A migration: what in it the release before cannot run beside, or why nobody may run meanwhile."""

    @property
    def revision(self) -> str:
        """Its number."""

    @property
    def title(self) -> str:
        """What it is about."""

    @property
    def hindrances(self) -> Sequence[str]:
        """What the release before cannot run beside, in words."""

    @property
    def alone(self) -> str:
        """Why every process has to be stopped first; empty where none has."""


class PlanLike(Protocol):
    """What an upgrade would do."""

    @property
    def present(self) -> str | None:
        """Where the database stands; None where it is empty."""

    @property
    def newest(self) -> str:
        """Where this version stands."""

    @property
    def missing(self) -> Sequence[MigrationLike]:
        """The migrations between, the oldest first."""


class Commands(Protocol):
    """What app opens for the commands."""

    def application(self) -> AbstractAsyncContextManager[ApplicationLike]:
        """Open the installation, without its worker."""

    async def serve(self, *, demo: bool, worker: bool, processes: int, quiet: bool) -> None:
        """Serve pages and API, and run background jobs, until told to stop; ``quiet``: none before it is released."""

    async def release(self) -> int:
        """Let a held installation send and work again; return how much was due."""

    async def serve_child(self, number: int) -> None:
        """Serve on the listening socket with this file descriptor, beside the process that opened it."""

    async def work(self) -> None:
        """Run background jobs until told to stop."""

    async def back_up(self) -> str:
        """Take a backup and return its name."""

    async def try_backup(self) -> Trial:
        """Restore the newest backup to a scratch place and compare."""

    async def list_backups(self) -> list[Manifest]:
        """Return the backups there are, oldest first."""

    async def restore(self, into: Path, at: datetime | None) -> Manifest:
        """Restore a backup into a new folder, up to an instant, and hold the copy."""

    async def examine(self) -> Sequence[FindingLike]:
        """Look at everything the installation depends on."""

    async def lint(self) -> list[str]:
        """Return what is wrong with the database's protection."""

    async def drift(self) -> list[str]:
        """Return what in the database is not as declared, and not as the last migration left it."""

    async def upgrade(self, *, back: bool) -> bool:
        """Bring the schema up, ``back`` from a newer version's policies; tell whether anything was missing."""

    async def upgrade_plan(self) -> PlanLike:
        """Return what an upgrade would do; nothing is changed."""

    async def upgrade_whole(self) -> list[str]:
        """Bring the database to this version and return what is not as declared then."""

    async def migration(self, message: str) -> Path:
        """Write a migration from the present schema to the declarations."""

    def goldens(self) -> dict[str, Callable[[], str | Awaitable[str]]]:
        """Return the generated files, by path."""

    def flaws(self) -> list[str]:
        """Return what the translations lack."""
