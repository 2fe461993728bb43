"""Encryption at rest: which keys what is stored encrypted was sealed with, and sealing it anew with the newest."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from directapp.declare.access import KEYRING
from directapp.declare.names import ALL, FieldName, FieldNames, Patch, field_name
from directapp.declare.spec import CollectionMeta
from directapp.kernel.errors import KeyMissingError
from directapp.services.command import CommandContext
from directapp.services.jobs import acting
from directapp.services.pipeline import Pipeline
from directapp.services.seen import PAGE, Seen, beyond
from directapp.store.key_ring import KeyRing, KeyState
from directapp.store.sealing import sealed_row, sealed_with, unsealed


@dataclass(frozen=True, slots=True)
class Use:
    """So many values of a field in a tenant are sealed with a key; ``key`` None: they are not sealed yet."""

    tenant: UUID
    collection: str
    field: str
    key: str | None
    values: int


@dataclass(frozen=True, slots=True)
class Status:
    """The keys, oldest first, and what is sealed with each."""

    keys: list[KeyState]
    uses: list[Use]

    def lost(self) -> list[Use]:
        """Return what can be read by nobody while its key is missing."""
        readable = {key.name for key in self.keys if key.readable}
        return [use for use in self.uses if use.key is not None and use.key not in readable]


class Encryption:
    """What whoever runs the installation does about its keys."""

    def __init__(self, pipeline: Pipeline, ring: KeyRing) -> None:
        """Keep the pipeline and the keys."""
        self._pipeline = pipeline
        self._ring = ring

    async def state(self) -> dict[str, object]:
        """Tell whether every key can be read; an error when one cannot."""
        return await self._ring.state()

    async def rotate(self) -> str:
        """Make a new key, that everything is sealed with from now on; return its name.

        Raises:
            DirectAppError: the service of the master key does not answer, or refuses.

        """
        return (await self._ring.add()).name

    async def status(self) -> Status:
        """Count what is sealed with which key, in every tenant."""
        uses: Counter[tuple[UUID, str, str, str | None]] = Counter()
        for tenant in await self._pipeline.database.tenants():
            for meta, name in self._fields():
                async for _, page in self._pages(tenant, meta, name):
                    uses.update((tenant, meta.name, name, sealed_with(one.row[name])) for one in page)
        return Status(
            await self._ring.states(), [Use(*where, values) for where, values in sorted(uses.items(), key=str)]
        )

    async def reseal(self, tenant: UUID) -> int:
        """Seal with the newest key what was sealed with an older one, or not yet; return how many values.

        Nobody's edit: neither version nor history tell of it. What cannot be read stays as it is.
        """
        newest = (await self._ring.current()).name
        done = 0
        for meta, name in self._fields():
            async for ctx, page in self._pages(tenant, meta, name):
                stale = [one.id for one in page if sealed_with(one.row[name]) != newest]
                done += await _seal_anew(ctx, meta, name, stale) if stale else 0
        return done

    def _fields(self) -> list[tuple[CollectionMeta, FieldName[str]]]:
        metas = sorted(self._pipeline.spec.metas.values(), key=lambda meta: meta.name)
        return [(meta, field_name(name)) for meta in metas for name in sorted(meta.encrypted)]

    async def _pages(
        self, tenant: UUID, meta: CollectionMeta, name: FieldName[str]
    ) -> AsyncIterator[tuple[CommandContext, list[Seen]]]:
        """Yield the records of a collection that have a value, a page and a transaction at a time."""
        after: Patch = ALL
        full = True
        while full:
            async with acting(self._pipeline, tenant, KEYRING, "reseal", meta.name, None) as ctx:
                found = await ctx.find(meta.name, after, limit=PAGE, only=(name,))
                yield ctx, [one for one in found if one.row.get(name)]
            full = len(found) == PAGE
            after = {FieldNames.id: beyond(found)} if full else ALL


async def _seal_anew(ctx: CommandContext, meta: CollectionMeta, name: FieldName[str], records: list[UUID]) -> int:
    unit = ctx.work.unit
    # Whoever writes one of them takes the same lock: what they write is not undone by this.
    await unit.lock_all(records)
    sealed = {}
    for one in await ctx.find(meta.name, {FieldNames.id: records}, limit=len(records), only=(name,)):
        try:
            plain = await unsealed(unit.sealer, meta, one.id, name, one.row[name])
        except KeyMissingError:
            continue
        sealed[one.id] = (await sealed_row(unit.sealer, meta, one.id, {name: plain}))[name]
    return len(await unit.work_out(meta, name, sealed)) if sealed else 0
