"""Starting: from uploaded files to a reader, and a run that works on beside the pages."""

import asyncio
import io
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import orjson
import structlog

from directapp.declare.kinds import Kind
from directapp.declare.spec import Shape
from directapp.derive import exchange
from directapp.derive.exchange import TableReader
from directapp.derive.sheets import MOST_BYTES, Table, read_table
from directapp.derive.shown import readable_anywhere
from directapp.domains.imports import prototype
from directapp.domains.imports.ledger import LEDGER
from directapp.domains.imports.prototype import FILES, SOURCE, read_export
from directapp.interfaces.web.desk import Desk
from directapp.interfaces.web.imports.kept import Kept
from directapp.interfaces.web.imports.words import WORDS
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.errors import BadPayloadError, DirectAppError, ForbiddenError, TooLargeError
from directapp.services.importing import Importing
from directapp.services.incoming import Reader
from directapp.services.ledger import IMPORTER, Order
from directapp.store.query import Query

_log = structlog.get_logger(__name__)
_MOST_REFS = 5000
_tasks: set[asyncio.Task[None]] = set()


def importing(desk: Desk) -> Importing:
    """Return what runs imports."""
    return Importing(desk.platform.corridor, LEDGER)


def sees_imports(desk: Desk) -> None:
    """Refuse those who could not read the report (ForbiddenError)."""
    desk.shape(LEDGER.runs)


def may_import_export(actor: Actor, desk: Desk) -> bool:
    """Whether a person may take in a whole export: who may create everything in it."""
    return all(any(g.create for g in desk.spec[name].grants_of(actor.roles)) for name in FILES.values())


def may_import_rows(shape: Shape, actor: Actor) -> bool:
    """Whether a person may take in rows of a collection: who may write any of it."""
    return shape.declared.exposed and bool(allowed_fields(shape, actor))


def allowed_fields(shape: Shape, actor: Actor) -> frozenset[str]:
    """Return the fields that a person writes in some row."""
    return frozenset[str]().union(*(shape.writes(g) for g in shape.grants_of(actor.roles)))


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
                found |= {PurePosixPath(part).name: packed.read(part) for part in packed.namelist()}
        except zipfile.BadZipFile as error:
            raise BadPayloadError(WORDS["no_file"]) from error
    return {name: content for name, content in found.items() if name in FILES}


async def reader_of(desk: Desk, kept: Kept) -> Reader:
    """Return the reader of what was uploaded."""
    contents = await asyncio.to_thread(kept.contents)
    if kept.about["kind"] == SOURCE:
        return read_export(desk.spec, contents, desk.now)
    table = await asyncio.to_thread(read_table, next(iter(contents.values())))
    return await table_reader(desk, kept.about, table)


async def table_reader(desk: Desk, context: Mapping[str, Any], table: Table | None = None) -> TableReader:
    """Return the reader of a sheet, or (without table) of rows of it that are tried again."""
    shape = desk.shape(context["collection"])
    columns = {h: n for h, n in context["columns"].items() if n in shape.fields}
    wanted = {shape.fields[n].ref for n in columns.values() if shape.fields[n].kind is Kind.REF}
    refs: dict[tuple[str, str], tuple[UUID, ...]] = {}
    for name in sorted(filter(None, wanted)):
        refs |= await _refs(desk, desk.spec[name])
    return TableReader(
        spec=desk.spec,
        shape=shape,
        table=table or Table((), ()),
        columns=columns,
        key=context.get("key") or None,
        source=context.get("source") or "csv",
        refs=refs,
    )


async def _refs(desk: Desk, shape: Shape) -> dict[tuple[str, str], tuple[UUID, ...]]:
    readable = readable_anywhere(desk.person, shape)
    unique = [u.fields[0] for u in shape.declared.unique if len(u.fields) == 1]
    names = [n for n in (*shape.declared.views.title, *unique) if n in readable]
    query = Query(fields=tuple((n,) for n in dict.fromkeys(["id", *names])), limit=_MOST_REFS)
    try:
        page = await desk.platform.reading.page(desk.person, shape.name, query)
    except ForbiddenError:
        return {}
    return exchange.index_refs(shape, orjson.loads(page.json))


def resumed(desk: Desk, context: Mapping[str, Any]) -> Reader:
    """Return the knowledge of an export that was read before."""
    return prototype.resume(desk.spec, context, desk.now)


def writer_of(desk: Desk, source: str) -> Actor:
    """Return who writes the rows: the importer for an export, else the person."""
    return system_actor(desk.person.tenant, IMPORTER) if source == SOURCE else desk.person


async def start(desk: Desk, kept: Kept, *, dry_run: bool) -> UUID:
    """Open a run for what was uploaded, let it work on, and return its id."""
    reader = await reader_of(desk, kept)
    order = Order(
        actor=writer_of(desk, kept.about["kind"]),
        by=desk.person,
        reader=reader,
        name=str(kept.about.get("name") or "")[:400],
        dry_run=dry_run,
        collection=kept.about.get("collection"),
    )
    house = importing(desk)
    run = await house.books(desk.person.tenant).open(order, len(reader.rows()))
    moved = await asyncio.to_thread(kept.under, run)
    task = asyncio.create_task(_work(house, order, run, moved))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return run


async def _work(house: Importing, order: Order, run: UUID, kept: Kept) -> None:
    try:
        await house.run(order, run=run)
    except (DirectAppError, OSError):
        _log.exception("import stopped", run=str(run))
        return
    if not order.dry_run:
        await asyncio.to_thread(kept.drop)


async def settled() -> None:
    """Wait for the runs that this process works on."""
    await asyncio.gather(*_tasks, return_exceptions=True)
