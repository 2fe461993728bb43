"""The index of the search, made anew where values are cut otherwise than when it was written."""

from collections.abc import Iterator
from uuid import UUID

import asyncpg

from directapp.declare.spec import CollectionMeta, Spec
from directapp.store.names import ident
from directapp.store.state import note
from directapp.store.words import VERSION, tokens_of

_ROWS = 2_000
_COLUMNS = ("tenant_id", "collection", "record", "field", "token")

Token = tuple[UUID, str, UUID, str, str]


def _wanted(spec: Spec) -> dict[str, str]:
    """Return how each collection's values are cut, in a word."""
    found = {s.name: [f.name for f in s.searchable if f.stored] for s in spec.metas.values()}
    return {name: f"{VERSION} {' '.join(fields)}" for name, fields in found.items() if fields}


async def reindex(connection: asyncpg.Connection, spec: Spec) -> bool:
    """Cut the values of every row whose collection is indexed otherwise than declared; False when none is.

    As the owner, in one transaction: row-level security is lifted for it, and nobody else reads meanwhile.
    """
    rows = await connection.fetch("SELECT name, value FROM schema_state WHERE name LIKE 'search.%'")
    present = {r["name"].removeprefix("search."): r["value"] for r in rows}
    wanted = _wanted(spec)
    stale = [name for name, value in wanted.items() if present.get(name) != value]
    if not stale:
        return False
    tables = ["search_tokens", *stale]
    async with connection.transaction():
        await connection.execute(";".join(f"ALTER TABLE {ident(t)} NO FORCE ROW LEVEL SECURITY" for t in tables))
        if len(stale) == len(wanted):
            await connection.execute("TRUNCATE search_tokens")
        else:
            await connection.execute("DELETE FROM search_tokens WHERE collection = ANY($1)", stale)
        for name in stale:
            await _cut(connection, spec[name])
            await note(connection, f"search.{name}", wanted[name])
        await connection.execute(";".join(f"ALTER TABLE {ident(t)} FORCE ROW LEVEL SECURITY" for t in tables))
    return True


async def _cut(connection: asyncpg.Connection, meta: CollectionMeta) -> None:
    names = ", ".join(ident(f.name) for f in meta.searchable if f.stored)
    sql = (
        f"SELECT tenant_id, id, {names} FROM {ident(meta.name)} WHERE (tenant_id, id) > ($1, $2)"
        f" ORDER BY tenant_id, id LIMIT {_ROWS}"
    )
    tenant = record = UUID(int=0)
    while rows := await connection.fetch(sql, tenant, record):
        tokens = [token for row in rows for token in _tokens(meta, row)]
        await connection.copy_records_to_table("search_tokens", records=tokens, columns=_COLUMNS)
        tenant, record = rows[-1]["tenant_id"], rows[-1]["id"]


def _tokens(meta: CollectionMeta, row: asyncpg.Record) -> Iterator[Token]:
    for field in meta.searchable:
        if field.stored:
            for token in tokens_of(field, row[field.name]):
                yield row["tenant_id"], meta.name, row["id"], field.name, token
