"""A PostgreSQL server for tests: databases made for each need."""

import asyncio
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

_PATIENCE = 100


class Server:
    """A PostgreSQL server for tests: makes empty databases and names both roles' addresses."""

    def __init__(self, owner_dsn: str, app_dsn: str) -> None:
        """Keep the addresses of the two roles, for any database name."""
        self._owner = owner_dsn
        self._app = app_dsn
        self.pristine: str | None = None

    def owner(self, database: str) -> str:
        """Return the owner's address of a database."""
        return _with_database(self._owner, database)

    def app(self, database: str) -> str:
        """Return the weak role's address of a database."""
        return _with_database(self._app, database)

    async def create(self, template: str | None = None) -> str:
        """Make a database, empty or from a template, and return its name."""
        name = f"t_{uuid4().hex[:16]}"
        connection = await asyncpg.connect(self._owner)
        try:
            await connection.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        finally:
            await connection.close()
        return name

    async def close(self) -> None:
        """Drop what was kept to be copied."""
        if self.pristine:
            await self.drop(self.pristine)

    async def drop(self, name: str) -> None:
        """Drop a database with whoever is still in it."""
        connection = await asyncpg.connect(self._owner)
        try:
            for _ in range(_PATIENCE):
                try:
                    await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
                except asyncpg.InsufficientPrivilegeError:
                    # The server's own vacuum is in there, which only a superuser may turn out.
                    await asyncio.sleep(0.2)
                else:
                    return
        finally:
            await connection.close()


def _with_database(dsn: str, database: str) -> str:
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(path=f"/{database}"))


def as_weak(dsn: str) -> str:
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(parts.username or "", "directapp_app", 1)))
