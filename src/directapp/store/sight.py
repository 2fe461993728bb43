"""Sight: which of some records the present actor sees, and where a chain of references leads."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from directapp.store.names import ident
from directapp.store.unit import Unit

Pointed = tuple[str, UUID]
"""A collection and a record of it."""


async def seen_of(unit: Unit, wanted: Mapping[str, Iterable[UUID]]) -> set[Pointed]:
    """Return those of the records, by collection, that the actor sees; one statement, however many collections."""
    parts, values = [], []
    for number, (name, records) in enumerate(sorted(wanted.items())):
        table = ident(name)
        parts.append(
            f"SELECT {number} AS n, c.id FROM {table} c WHERE c.tenant_id = $1 AND c.id = ANY (${number + 2}::uuid[])"
        )
        values.append(sorted(set(records)))
    names = sorted(wanted)
    rows = await unit.fetch(" UNION ALL ".join(parts), unit.actor.tenant, *values)
    return {(names[row["n"]], row["id"]) for row in rows}


async def leads_to(unit: Unit, table: str, column: str, start: UUID, record: UUID) -> bool:
    """Whether a record is reached from another one by following a column, held still until the transaction ends."""
    tenant = unit.actor.tenant
    await unit.value("SELECT pg_advisory_xact_lock(hashtextextended($1, 11))", f"{tenant}:{table}.{column}")
    sql = (
        f"WITH RECURSIVE up(id) AS (SELECT $2::uuid UNION SELECT c.{ident(column)} FROM up"
        f" JOIN {ident(table)} c ON c.tenant_id = $1 AND c.id = up.id)"
        " SELECT EXISTS (SELECT 1 FROM up WHERE id = $3)"
    )
    return bool(await unit.value(sql, tenant, start, record))
