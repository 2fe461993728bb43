"""A restored copy is held: it would send again what was sent since the backup. A person releases it."""

import asyncpg

HELD = "SELECT 1 FROM schema_state WHERE name = 'quiet'"


async def hold(owner_dsn: str) -> None:
    """Hold an installation: nothing is run in the background and nothing is sent, in any process, until released."""
    await _execute(owner_dsn, "INSERT INTO schema_state VALUES ('quiet', now()::text) ON CONFLICT DO NOTHING")


async def release(owner_dsn: str) -> None:
    """Let it go."""
    await _execute(owner_dsn, "DELETE FROM schema_state WHERE name = 'quiet'")


async def _execute(owner_dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(owner_dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
