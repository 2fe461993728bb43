"""Many: records created and changed in as few statements as one, each judged for itself."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from directapp.declare.case import Many, One
from directapp.declare.spec import CollectionMeta
from directapp.kernel.errors import DirectAppError, NotFoundError
from directapp.services.drafts import Draft, equals_of
from directapp.services.seen import Seen
from directapp.services.work import UNASKED, Work
from directapp.store.unit import Found

_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Put:
    """A record to create (``record`` None) or to change, and its values."""

    record: UUID | None
    values: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class ManyWork(Work):
    """Work whose records are many and alike, as the rows of an import are.

    What they are judged on is asked for once while they are judged, before any of them is written.
    """

    _answered: dict[tuple[str, str], Any] | None = None

    def _known(self, asked: One | Many, row: Mapping[str, Any], *, new: bool) -> Any:
        known = Work._known(self, asked, row, new=new)  # noqa: SLF001 - the same object's
        key = asked.collection, str(equals_of(asked, row))
        return (self._answered or {}).get(key, UNASKED) if known is UNASKED else known

    async def _ask(self, asked: Sequence[tuple[One | Many, Mapping[str, Any]]]) -> dict[str, Any]:
        answers = await Work._ask(self, asked)  # noqa: SLF001 - the same object's
        if self._answered is not None:
            self._answered |= {(one.collection, str(equals)): answers[one.name] for one, equals in asked}
        return answers

    async def put_all(self, meta: CollectionMeta, puts: Sequence[Put]) -> list[Seen | DirectAppError]:
        """Create and change many records as whoever acts now: judged one by one, written together.

        What refuses one stands in its place; what only the database refuses is raised, and then nothing is written.
        """
        targets = [put.record for put in puts if put.record is not None]
        await self.unit.lock_all(targets)
        found = await self.unit.look_up_all(meta, targets)
        self._answered = {}
        judged = []
        for put in puts:
            judged.append(await self._judged(meta, put, found))
            # Between two rows the event loop turns, lest many rows keep others waiting.
            await asyncio.sleep(0)
        self._answered = None
        drafts = [one for one in judged if not isinstance(one, DirectAppError)]
        new = [draft for draft, _ in drafts if draft.case.before is None]
        changed = [draft for draft, _ in drafts if draft.case.before is not None and draft.case.patch]
        seen = {s.id: s for some in (new, changed) for s in await self._stored_some(meta, some)}
        if not self.unit.actor.is_system:
            for draft, given in drafts:
                if draft.case.before is None:
                    await self._check_created(meta, seen[draft.record], given)
        return [
            one
            if isinstance(one, DirectAppError)
            else seen.get(one[0].record) or Seen(meta.name, one[0].record, one[0].case.row)
            for one in judged
        ]

    async def _stored_some(self, meta: CollectionMeta, drafts: Sequence[Draft]) -> list[Seen]:
        seen: list[Seen] = []
        for start in range(0, len(drafts), _AT_ONCE):
            seen += await self._store_all(meta, drafts[start : start + _AT_ONCE])
            await asyncio.sleep(0)
        return seen

    async def _judged(
        self, meta: CollectionMeta, put: Put, found: Mapping[UUID, Found]
    ) -> tuple[Draft, set[str]] | DirectAppError:
        try:
            if put.record is None:
                return await self._new(meta, put.values, "create")
            self._refuse_anywhere(meta, put.values)
            if put.record not in found:
                raise NotFoundError
            return await self._changed(meta, found[put.record], put.values, verb="update"), set()
        except DirectAppError as error:
            return error
