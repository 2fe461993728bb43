"""Starting: from uploaded files to a reader, and a run that works on beside the pages."""

import asyncio
import io
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any
from uuid import UUID

from directapp.declare.reading import DateFormat, Manner, NumberFormat
from directapp.declare.spec import CollectionMeta
from directapp.derive.sheet.cells import MOST_BYTES
from directapp.derive.sheet.csv_file import ENCODINGS, SEPARATORS
from directapp.derive.sheet.layout import Layout, Table, read_apart
from directapp.derive.sheet.rows import TableReader, refs_of
from directapp.domains.imports import prototype
from directapp.domains.imports.ledger import LEDGER
from directapp.domains.imports.prototype import FILES, SOURCE, read_export
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.records.imports.kept import Kept
from directapp.interfaces.web.records.imports.words import WORDS
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.errors import BadPayloadError, ReusedKeyError, TooLargeError
from directapp.services.importing import Importing
from directapp.services.incoming import Reader
from directapp.services.ledger import IMPORTER, Order
from directapp.services.signatures import DAMAGED_ARCHIVE

PATH = "/app/imports"
_MOST_ROW_DIGITS = 7
_SILENCE = timedelta(minutes=3)
_AS_IT_IS: Mapping[str, Any] = MappingProxyType({})
_tasks: set[asyncio.Task[None]] = set()


def importing(ctx: RequestContext) -> Importing:
    """Return what runs imports."""
    return Importing(ctx.platform.pipeline, LEDGER)


def sees_imports(ctx: RequestContext) -> None:
    """Refuse those who could not read the report (ForbiddenError)."""
    ctx.meta(LEDGER.runs)


def may_import_export(actor: Actor, ctx: RequestContext) -> bool:
    """Whether a person may take in a whole export: who may create everything in it."""
    return all(any(g.create for g in ctx.spec[name].grants_of(actor.roles)) for name in FILES.values())


def may_import_rows(meta: CollectionMeta, actor: Actor) -> bool:
    """Whether a person may take in rows of a collection: who may write any of it."""
    return meta.declared.exposed and bool(allowed_fields(meta, actor))


def allowed_fields(meta: CollectionMeta, actor: Actor) -> frozenset[str]:
    """Return the fields that a person writes in some row."""
    return frozenset[str]().union(*(meta.writes(g) for g in meta.grants_of(actor.roles)))


def unzipped(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return uploaded files by their own name, those of a zip unpacked.

    Raises:
        BadPayloadError: a zip is broken.
        TooLargeError: what is in it is too much.

    """
    found: dict[str, bytes] = {}
    for name, content in contents.items():
        if not name.lower().endswith(".zip"):
            found[PurePosixPath(name).name] = content
            continue
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                if sum(part.file_size for part in packed.infolist()) > 10 * MOST_BYTES:
                    raise TooLargeError
                named = {PurePosixPath(part).name: part for part in packed.namelist()}
                found |= {name: packed.read(part) for name, part in named.items() if name in FILES}
        except DAMAGED_ARCHIVE as error:
            raise BadPayloadError(WORDS["no_file"]) from error
    return {name: content for name, content in found.items() if name in FILES}


async def reader_of(ctx: RequestContext, kept: Kept) -> Reader:
    """Return the reader of what was uploaded."""
    if kept.about["kind"] == SOURCE:
        return read_export(ctx.spec, await asyncio.to_thread(kept.contents), ctx.now)
    said = kept.about["layout"]
    table = await read_apart(ctx.platform.processes, await only_file(kept), asked_layout(said))
    return await table_reader(ctx, {**kept.about, "numbers": said["numbers"], "dates": said["dates"]}, table)


def asked_layout(asked: Mapping[str, str]) -> Layout:
    """Return how a person wants a file to be read; what is not said, or nonsense, is found out."""
    return Layout(
        sheet=asked.get("sheet") or None,
        header=_number(asked.get("header")),
        header_rows=_number(asked.get("header_rows")) or None,
        encoding=_one_of(asked.get("encoding"), ENCODINGS),
        separator=_one_of(asked.get("separator"), SEPARATORS),
    )


def _number(text: str | None) -> int | None:
    fits = text is not None and text.isascii() and text.isdigit() and len(text) <= _MOST_ROW_DIGITS
    return int(text) if text is not None and fits else None


def _one_of(text: str | None, known: Iterable[str]) -> str | None:
    return text if text in set(known) else None


async def only_file(kept: Kept) -> bytes:
    """Return the one file of an upload."""
    return next(iter((await asyncio.to_thread(kept.contents)).values()))


async def table_reader(ctx: RequestContext, context: Mapping[str, Any], table: Table | None = None) -> TableReader:
    """Return the reader of a sheet, or (without table) of rows of it that are tried again."""
    meta = ctx.meta(context["collection"])
    columns = {h: n for h, n in context["columns"].items() if n in meta.fields}
    refs = await refs_of(ctx.platform.reading, ctx.person, ctx.spec, meta, columns.values())
    return TableReader(
        spec=ctx.spec,
        meta=meta,
        table=table or Table(),
        columns=columns,
        key=context.get("key") or None,
        manner=Manner(
            numbers=NumberFormat(context.get("numbers", NumberFormat.AUTO)),
            dates=DateFormat(context.get("dates", DateFormat.SHEET)),
        ),
        source=context.get("source") or "csv",
        refs=refs,
    )


def resumed(ctx: RequestContext, context: Mapping[str, Any]) -> Reader:
    """Return the knowledge of an export that was read before."""
    return prototype.resume(ctx.spec, context, ctx.now)


def writer_of(ctx: RequestContext, source: str) -> Actor:
    """Return who writes the rows: the importer for an export, else the person."""
    return system_actor(ctx.person.tenant, IMPORTER) if source == SOURCE else ctx.person


def key_of(ctx: RequestContext, posted: Posted) -> str | None:
    """Return the key under which a form begins a run: all runs are the importer's."""
    return posted.key_of(ctx.person.user)


async def begun(ctx: RequestContext, posted: Posted) -> UUID | None:
    """Return the run that just this form has begun, None where it began none."""
    return await importing(ctx).books(ctx.person.tenant).opened(key_of(ctx, posted), posted.said)


async def start(
    ctx: RequestContext, kept: Kept, posted: Posted, *, dry_run: bool, chosen: Mapping[str, Any] = _AS_IT_IS
) -> UUID:
    """Open a run for what was uploaded, let it work on, and return its id; ``chosen`` is how a sheet is read."""
    order = await _order(ctx, Kept(kept.folder, {**kept.about, **chosen}), dry_run=dry_run)
    services = importing(ctx)
    books, rows = services.books(ctx.person.tenant), await asyncio.to_thread(order.reader.rows)
    try:
        run, fresh = await books.begin(order, len(rows), key=key_of(ctx, posted), said=posted.said)
    except ReusedKeyError:
        # Gone back to the columns, and chosen otherwise: another run.
        run, fresh = await books.open(order, len(rows)), True
    if fresh:
        _begin(services, order, run, await asyncio.to_thread(_under, kept, run, chosen))
    return run


def _under(kept: Kept, run: UUID, chosen: Mapping[str, Any]) -> Kept:
    return kept.copied(run, **chosen) if chosen else kept.under(run)


async def go_on(ctx: RequestContext, kept: Kept, run: Mapping[str, Any]) -> None:
    """Let a run that was stopped work on: a trial from the start, else with the rows that it has not stored."""
    services, known = importing(ctx), UUID(str(run["id"]))
    order = await _order(ctx, kept, dry_run=bool(run["dry_run"]))
    await services.books(ctx.person.tenant).tell(known, int(run["rows_done"] or 0), {})
    _begin(services, order, known, kept)


def has_stopped(run: Mapping[str, Any], now: datetime) -> bool:
    """Whether a run goes on no more, or has given no sign of life for so long that its process must have ended."""
    if run["status"] != "running":
        return bool(run["status"] == "failed")
    return now - datetime.fromisoformat(run["updated_at"]) > _SILENCE


async def _order(ctx: RequestContext, kept: Kept, *, dry_run: bool) -> Order:
    return Order(
        actor=writer_of(ctx, kept.about["kind"]),
        by=ctx.person,
        reader=await reader_of(ctx, kept),
        name=str(kept.about.get("name") or "")[:400],
        dry_run=dry_run,
        collection=kept.about.get("collection"),
    )


def _begin(services: Importing, order: Order, run: UUID, kept: Kept) -> None:
    task = asyncio.create_task(_work(services, order, run, kept))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def _work(services: Importing, order: Order, run: UUID, kept: Kept) -> None:
    # What stopped it is logged and told in the run; it can be let go on.
    with suppress(Exception):
        await services.run(order, run=run)
        if not order.dry_run:
            await asyncio.to_thread(kept.drop)


async def settled() -> None:
    """Wait for the runs that this process works on."""
    await asyncio.gather(*_tasks, return_exceptions=True)
