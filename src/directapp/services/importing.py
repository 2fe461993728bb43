"""Importing: rows from outside through the pipeline, each in its own savepoint, tried out or for good.

The key of a row is its id in the source and its hash: what was read before is not read again, and what
somebody has changed here since stays as it is.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

import structlog

from directapp.kernel.actor import Actor
from directapp.services.import_session import Plan, Session
from directapp.services.incoming import Ledger, Reader, Result
from directapp.services.ledger import Bookkeeper, Order, Report
from directapp.services.pipeline import Pipeline

Progress = Callable[[int, int], None]

_log = structlog.get_logger(__name__)
CHUNK = 100
# Two imports into one tenant take turns, a chunk each, so that neither misses what the other has read.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"


def _silent(_done: int, _total: int) -> None:
    return


@dataclass(slots=True)
class Importing:
    """Runs imports. It knows the ledger's collections by the names it is given, and no other."""

    pipeline: Pipeline
    ledger: Ledger

    def books(self, tenant: UUID) -> Bookkeeper:
        """Return the ledger of a tenant."""
        return Bookkeeper(self.pipeline, self.ledger, tenant)

    async def run(self, order: Order, progress: Progress = _silent, *, run: UUID | None = None) -> Report:
        """Read a source whole; ``run`` is one that was opened for it already, and goes on where it was stopped."""
        books = self.books(order.actor.tenant)
        raws = await asyncio.to_thread(order.reader.rows)
        run = run or await books.open(order, len(raws))
        session = Session(self.pipeline, books, order.actor, order.reader)
        report = Report(run, order.dry_run)
        try:
            stored = {} if order.dry_run else await books.outcomes_of(run)
            report.earlier.update(stored.values())
            plans = [p for p in await session.plan(raws) if (p.incoming.collection, p.incoming.number) not in stored]
            await self._write(session, plans, report, progress)
        except BaseException as error:
            await self._stopped(books, report, error)
            raise
        summary = {"figures": report.figures(), "statuses": report.statuses()}
        await books.close(run, report.outcomes, self.pipeline.clock(), report=summary)
        return report

    async def _stopped(self, books: Bookkeeper, report: Report, error: BaseException) -> None:
        """Write down that a run has stopped and what it has stored, where the database can still be reached."""
        _log.error("an import stopped", run=str(report.run), exc_info=error)
        with suppress(Exception):
            why = f"{type(error).__name__}: {error}"
            await books.fail(report.run, why, {} if report.dry_run else report.outcomes, self.pipeline.clock())

    async def retry(
        self, actor: Actor, reader: Reader, run: UUID, *, dry_run: bool = False, progress: Progress = _silent
    ) -> Report:
        """Try again the rows of a run that a person has corrected or decided on."""
        books = self.books(actor.tenant)
        session = Session(self.pipeline, books, actor, reader)
        plans = await session.plan_again(await books.rows_of(run))
        report = Report(run, dry_run)
        await self._write(session, plans, report, progress)
        if not dry_run:
            await books.close(run, Counter(k.outcome for k in await books.rows_of(run)), self.pipeline.clock())
        return report

    async def _write(self, session: Session, plans: Sequence[Plan], report: Report, progress: Progress) -> None:
        progress(0, len(plans))
        if report.dry_run:
            async with self.pipeline.database.unit(session.actor, rollback=True) as unit:
                for chunk in _chunks(plans):
                    report.results += map(_tried, await session.write_all(unit, chunk))
                    await session.books.tell(report.run, len(report.results), {})
                    progress(len(report.results), len(plans))
            if not any(plan.row for plan in plans):
                await session.books.keep_all(report.run, report.results, CHUNK)
            return
        for chunk in _chunks(plans):
            async with self.pipeline.database.unit(session.actor) as unit:
                await unit.value(_ONE_AT_A_TIME, f"import {session.actor.tenant}")
                results = await session.write_all(unit, await session.fresh(chunk))
                await session.books.keep(unit, report.run, results)
            report.results += results
            await session.told()
            await session.books.tell(report.run, report.outcomes.total(), report.outcomes)
            progress(len(report.results), len(plans))


def _tried(result: Result) -> Result:
    """Return what came of a trial: the record it made is gone with it."""
    return replace(result, record=None) if result.outcome in {"created", "repaired"} else result


def _chunks(plans: Sequence[Plan]) -> Iterable[Sequence[Plan]]:
    return (plans[start : start + CHUNK] for start in range(0, len(plans), CHUNK))
