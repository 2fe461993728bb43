"""What is noted of the schema itself, by name: it travels with a backup and holds nobody's data."""

import asyncpg


async def note(connection: asyncpg.Connection, name: str, value: str) -> None:
    """Write something down, in place of what was noted by that name. As the owner."""
    sql = "INSERT INTO schema_state VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2"
    await connection.execute(sql, name, value)


async def noted(connection: asyncpg.Connection, name: str) -> str | None:
    """Return what is noted; None where nothing is. Any role may ask."""
    value: str | None = await connection.fetchval("SELECT value FROM schema_state WHERE name = $1", name)
    return value
