"""Forgetting: what is known of a person is replaced or deleted, and taken out of the past; history tells who did it.

It is judged by no rule and by no state: law asks for it whatever the workflow says.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta
from directapp.kernel.actor import system_actor
from directapp.services import validation
from directapp.services.drafts import Draft
from directapp.services.work import Work
from directapp.store.forgetting import ERASED, FORGET
from directapp.store.own_values import FORGET_TOKENS, purge_sql

SYSTEM = "eraser"
AT_A_TIME = 500
_TOLD = "SELECT DISTINCT record FROM audit WHERE tenant_id = $1 AND collection = $2 AND changes ? $3 ORDER BY record"
_MOST = 50_000
_REMEMBERED = """
SELECT record, at, actor_name, changes FROM audit
 WHERE tenant_id = $1 AND collection = $2 AND record = ANY ($3) ORDER BY at, id LIMIT $4"""


async def replace_values(work: Work, meta: CollectionMeta, record: UUID, values: Mapping[str, Any]) -> None:
    """Write values in the place of personal ones, and take what these fields held out of the past.

    A record that is gone by now, or invisible, is left alone.
    """
    async with work.acting(SYSTEM):
        found = await work.unit.look_up(meta, record)
        if found is None:
            return
        related = validation.pop_related(work.spec, meta, found.row)
        case = work.case({**found.row, **values}, before=found.row, patch=values, related=related, verb="erase")
        await work.store(Draft(meta, record, case, ()))
    await take_out(work, meta, [record], list(values))


async def delete_record(work: Work, meta: CollectionMeta, record: UUID) -> None:
    """Delete a record, and take all that it held out of the past."""
    async with work.acting(SYSTEM):
        await work.delete(meta, record)
    await take_out(work, meta, [record], [name for name, item in meta.fields.items() if item.kind is not Kind.REF])


async def purge_values(work: Work, meta: CollectionMeta, name: str) -> bool:
    """Take the values of a company's own field out of some rows and out of the search; whether there may be more."""
    tenant = work.unit.actor.tenant
    async with work.acting(SYSTEM):
        rows = await work.unit.fetch(purge_sql(meta.name, AT_A_TIME), tenant, name)
        await work.unit.value(FORGET_TOKENS, tenant, meta.name, [row["id"] for row in rows], name)
    return len(rows) == AT_A_TIME


async def take_out_everywhere(work: Work, meta: CollectionMeta, name: str) -> None:
    """Take what a field ever held out of what the audit keeps; the seals stay whole."""
    tenant = work.unit.actor.tenant
    with work.unit.acting_as(system_actor(tenant, "pipeline")):
        rows = await work.unit.fetch(_TOLD, tenant, meta.name, name)
    for start in range(0, len(rows), AT_A_TIME):
        await take_out(work, meta, [row["record"] for row in rows[start : start + AT_A_TIME]], [name])


async def remembered(work: Work, meta: CollectionMeta, records: Sequence[UUID]) -> list[Mapping[str, Any]]:
    """Return what the audit keeps of records, oldest first: ``record``, ``at``, ``actor_name`` and ``changes``."""
    tenant = work.unit.actor.tenant
    with work.unit.acting_as(system_actor(tenant, "pipeline")):
        return [dict(row) for row in await work.unit.fetch(_REMEMBERED, tenant, meta.name, list(records), _MOST)]


def is_forgotten(value: Any) -> bool:
    """Whether what a field got was taken out of the audit."""
    return isinstance(value, dict) and ERASED in value


async def take_out(work: Work, meta: CollectionMeta, records: Sequence[UUID], fields: Sequence[str]) -> None:
    """Take what fields held out of what the audit keeps of records; the seals stay whole."""
    tenant = work.unit.actor.tenant
    with work.unit.acting_as(system_actor(tenant, "pipeline")):
        await work.unit.value(FORGET, tenant, meta.name, list(records), list(fields))
