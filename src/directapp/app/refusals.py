"""What ends a command in a sentence: nobody is helped by a traceback of it."""

import socket

import asyncpg

from directapp.app.children import AddressTakenError
from directapp.app.settings import ConfigurationError
from directapp.kernel.errors import DirectAppError
from directapp.store.database import UnsafeRoleError
from directapp.store.embedded.repository import BackupError
from directapp.store.embedded.server import EmbeddedPostgresError
from directapp.store.migrate import OutdatedDatabaseError
from directapp.store.schema import NewerDatabaseError

# The database that is named is not there, or lets us not in.
AWAY = (
    ConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.ClientConfigurationError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.TooManyConnectionsError,
    socket.gaierror,
)
REFUSALS = (
    AddressTakenError,
    BackupError,
    ConfigurationError,
    DirectAppError,
    EmbeddedPostgresError,
    NewerDatabaseError,
    OutdatedDatabaseError,
    TimeoutError,
    UnsafeRoleError,
    *AWAY,
)


def sentence(error: Exception) -> str:
    """Return what is said of a refusal: of a database that is away, by which setting it was named."""
    if not isinstance(error, AWAY):
        return str(error)
    return f"PostgreSQL, which DATABASE_URL and DATABASE_APP_URL name, cannot be reached: {error}."
