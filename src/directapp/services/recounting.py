"""Recounting: at night every sum is held against its rows; what has drifted is put right and told."""

from collections import Counter

import asyncpg
import structlog

from directapp.kernel.actor import system_actor
from directapp.services.jobs import GiveUpError, JobRun
from directapp.store.tallies import Drift, drifts, settle

_log = structlog.get_logger(__name__)


async def recount(job: JobRun, system: str) -> None:
    """Put right what has drifted, as a named system actor that sees every row, and say so.

    Raises:
        GiveUpError: something had drifted, so that it stands among the failed jobs.

    """
    pipeline, left = job.pipeline, Counter[str]()
    async with pipeline.database.unit(system_actor(job.tenant, system)) as unit:
        found = await drifts(unit)
        for drift in found:
            _log.warning("sum drifted", collection=drift.collection, record=str(drift.record), column=drift.column)
            try:
                async with unit.savepoint():
                    await settle(unit, drift.of, {drift.place: [drift.key]}, lifted=(), now=pipeline.clock())
            except asyncpg.CheckViolationError:
                left[drift.collection] += 1
    if found:
        raise GiveUpError(_told(found, left))


def _told(found: list[Drift], left: Counter[str]) -> str:
    """Say how many sums of each collection had drifted, how many still do, and which was the first."""
    whole = Counter(drift.collection for drift in found)
    parts = [f"{name}: {n - left[name]} mended, {left[name]} overdrawn and left" for name, n in sorted(whole.items())]
    first = found[0]
    return f"{'; '.join(parts)}; first {first.record}: {first.column} {first.stored}, counted {first.counted}"
