"""The page of a run: how far it is, what came of each row, taking it in, and the answers to what waits."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.derive.sheet.cells import shown
from directapp.domains.imports import report
from directapp.domains.imports.import_runs import OUTCOMES
from directapp.domains.imports.ledger import LEDGER
from directapp.domains.imports.prototype import SOURCE, column_of
from directapp.domains.imports.report import note_text
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.refs import as_uuid
from directapp.interfaces.web.records.imports import kept as store
from directapp.interfaces.web.records.imports import starting
from directapp.interfaces.web.records.imports.reporting import report_of
from directapp.interfaces.web.records.imports.starting import PATH
from directapp.interfaces.web.records.imports.words import WORDS, speak
from directapp.kernel.errors import ConflictError, ForbiddenError, NotFoundError
from directapp.store.query import Condition, Filter, Junction, Order, Query

_SHOWN = 50
_FIELDS = (
    "id", "collection", "row_number", "external_id", "data", "outcome", "notes", "record", "corrected", "decision",
)  # fmt: skip
_HUES = {
    "created": "green", "repaired": "olive", "changed": "indigo", "unchanged": "grey", "held": "orange",
    "rejected": "red",
}  # fmt: skip


async def _run(ctx: RequestContext, run: str) -> dict[str, Any]:
    known = as_uuid(run)
    if known is None:
        raise NotFoundError
    return await ctx.one(LEDGER.runs, known)


async def show_run(ctx: PersonContext, run: str) -> Response:
    """Show a run: progress while it works, else its figures and rows."""
    known = await _run(ctx, run)
    outcome = ctx.request.query_params.get("outcome", "")
    offset = ctx.request.query_params.get("from", "0")
    start = int(offset) if offset.isascii() and offset.isdigit() and len(offset) < 8 else 0  # noqa: PLR2004 - seven digits of rows
    context = _frame(ctx, known, outcome)
    if not context["working_on"]:
        rows = await _rows(ctx, known, outcome, start)
        context |= {
            "rows": [_row(ctx, known, row) for row in rows[:_SHOWN]],
            "next_href": f"{context['path']}?outcome={outcome}&from={start + _SHOWN}" if len(rows) > _SHOWN else None,
        }
    return ctx.page("imports/run.html", **context)


async def show_progress(ctx: PersonContext, run: str) -> Response:
    """Show how far a run is; once it is done, have the whole page loaded."""
    known = await _run(ctx, run)
    if known["status"] != "running" or starting.has_stopped(known, ctx.now):
        return ctx.go(f"{PATH}/{run}")
    return ctx.page("imports/progress.html", **_frame(ctx, known, ""))


def _frame(ctx: RequestContext, run: Mapping[str, Any], outcome: str) -> dict[str, Any]:
    path, stopped = f"{PATH}/{run['id']}", starting.has_stopped(run, ctx.now)
    tiles = [
        {
            "name": o.label.pick(ctx.language),
            "number": run.get(o.code) or 0,
            "href": f"{path}?outcome={o.code}",
            "here": o.code == outcome,
            "hue": _HUES[o.code],
        }
        for o in OUTCOMES
    ]
    return {
        "t": speak(ctx.language),
        "here": LEDGER.runs,
        "path": path,
        "all_imports": PATH,
        "run": run,
        "tiles": tiles,
        "outcome": outcome,
        "rows": [],
        "next_href": None,
        "working": WORDS["running"].fill(done=run["rows_done"], total=run["rows_total"]).pick(ctx.language),
        "working_on": run["status"] == "running" and not stopped,
        "stopped": stopped,
        "may_resume": stopped and _kept(ctx, run) is not None,
        "stopped_at": WORDS["stopped_trial" if run["dry_run"] else "stopped"]
        .fill(done=run["rows_done"], total=run["rows_total"])
        .pick(ctx.language),
        "may_commit": run["dry_run"] and run["status"] == "finished" and _kept(ctx, run) is not None,
        "may_answer": not run["dry_run"] and starting.may_import_rows(ctx.spec[LEDGER.rows], ctx.person),
    }


def _kept(ctx: RequestContext, run: Mapping[str, Any]) -> store.Kept | None:
    return store.find(ctx.platform.data, UUID(str(run["id"])), ctx.person.tenant)


async def _rows(ctx: RequestContext, run: Mapping[str, Any], outcome: str, offset: int) -> list[dict[str, Any]]:
    parts: tuple[Filter, ...] = (Condition(("run",), "eq", UUID(str(run["id"]))),)
    if outcome:
        parts = (*parts, Condition(("outcome",), "eq", outcome))
    query = Query(
        fields=tuple((name,) for name in _FIELDS),
        filter=Junction("and", parts),
        sort=(Order("collection"), Order("row_number")),
        limit=_SHOWN + 1,
        offset=offset,
    )
    return await ctx.rows(LEDGER.rows, query)


def _row(ctx: RequestContext, run: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    notes = row["notes"] or []
    meta = ctx.spec.get(row["collection"])
    waits = row["outcome"] in {"held", "rejected"}
    return {
        "id": row["id"],
        "number": row["row_number"],
        "about": _about(run, {**row["data"], **(row["corrected"] or {})}),
        "kind": meta.declared.label.pick(ctx.language) if meta else row["collection"],
        "outcome": report.outcome_label(row["outcome"]).pick(ctx.language),
        "hue": _HUES.get(row["outcome"], "grey"),
        "notes": [_note(ctx, meta, note) for note in notes],
        "href": f"/app/{row['collection']}/{row['record']}" if row["record"] else None,
        "waits": waits and not run["dry_run"],
        "answered": bool(row["decision"] or row["corrected"]),
        "decision": row["decision"] or "",
        "inputs": _inputs(run, row, notes) if waits else [],
    }


def _about(run: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """Return what tells a row from its like: the words people know a car, a person or a site by."""
    columns = {field: column for column, field in ((run["columns"] or {}).get("columns") or {}).items()}
    names = [columns.get(name, name) for name in report.KNOWN_BY]
    known = [shown(data[name]) for name in names if data.get(name) not in (None, "")]
    return ", ".join(known or [shown(v) for name, v in data.items() if name and v not in (None, "")][:3])


def _note(ctx: RequestContext, meta: Any, note: Mapping[str, Any]) -> dict[str, str]:
    item = meta.fields.get(note.get("field")) if meta else None
    label, text = item.label.pick(ctx.language) if item else "", note_text({**note, "field": None}, ctx.language)
    return {"level": note["level"], "label": "" if text.startswith(label) else label, "text": text}


def _inputs(run: Mapping[str, Any], row: Mapping[str, Any], notes: list[Mapping[str, Any]]) -> list[dict[str, str]]:
    data = {**row["data"], **(row["corrected"] or {})}
    waits = [n for n in notes if n["level"] in {"held", "rejected"}]
    fields = dict.fromkeys(n["field"] for n in waits if n.get("field"))
    columns = dict.fromkeys(c for f in fields if (c := _column(run, row, f)) is not None)
    if run["source"] != SOURCE and any(not n.get("field") for n in waits):
        # What is odd about a whole row may be in any of its cells.
        columns |= dict.fromkeys((run["columns"] or {}).get("columns", {}))
    return [{"name": c, "value": shown(data.get(c))} for c in columns]


def _column(run: Mapping[str, Any], row: Mapping[str, Any], field: str) -> str | None:
    if run["source"] == SOURCE:
        return column_of(row["collection"], field)
    return next((header for header, name in (run["columns"] or {}).get("columns", {}).items() if name == field), None)


async def take_in(ctx: PersonContext, run: str) -> Response:
    """Take in what was tried."""
    posted = await read_signed(ctx)
    known = await _run(ctx, run)
    if begun := await starting.begun(ctx, posted):
        return ctx.go(f"{PATH}/{begun}")
    kept = _kept(ctx, known)
    if not known["dry_run"] or known["status"] == "running" or kept is None:
        raise ConflictError(WORDS["unknown_file"])
    if known["source"] == SOURCE and not starting.may_import_export(ctx.person, ctx):
        raise ForbiddenError
    return ctx.go(f"{PATH}/{await starting.start(ctx, kept, posted, dry_run=False)}")


async def resume(ctx: PersonContext, run: str) -> Response:
    """Let a run go on that was stopped."""
    await read_signed(ctx)
    known = await _run(ctx, run)
    kept = _kept(ctx, known)
    if not starting.has_stopped(known, ctx.now):
        return ctx.go(f"{PATH}/{run}")
    if kept is None:
        raise ConflictError(WORDS["unknown_file"])
    if known["source"] == SOURCE and not starting.may_import_export(ctx.person, ctx):
        raise ForbiddenError
    await starting.go_on(ctx, kept, known)
    return ctx.go(f"{PATH}/{run}")


async def answer(ctx: PersonContext, run: str, row: str) -> Response:
    """Keep a correction or a decision about a row that waits."""
    posted = await read_signed(ctx)
    target = as_uuid(row)
    if target is None:
        raise NotFoundError
    stored = await ctx.one(LEDGER.rows, target)
    patch = {"decision": posted.get("decision") or None, "corrected": _corrected(stored, posted)}
    await ctx.do(ctx.meta(LEDGER.rows), "update", patch, target=target)
    return ctx.go(f"{PATH}/{run}?outcome={stored['outcome']}")


def _corrected(row: Mapping[str, Any], posted: Posted) -> dict[str, Any] | None:
    kept: dict[str, Any] = dict(row["corrected"] or {})
    for name, values in posted.typed.items():
        column = name.removeprefix("value-")
        if not name.startswith("value-") or column not in row["data"]:
            continue
        typed = values[-1].strip()
        as_it_came = shown(row["data"][column])
        if typed == as_it_came:
            kept.pop(column, None)
        else:
            kept[column] = typed or None
    return kept or None


async def retry(ctx: PersonContext, run: str) -> Response:
    """Try the answered rows again."""
    await read_signed(ctx)
    known = await _run(ctx, run)
    if known["dry_run"] or not starting.may_import_rows(ctx.spec[LEDGER.rows], ctx.person):
        raise ForbiddenError
    context = known["columns"] or {}
    if known["source"] == SOURCE:
        reader = starting.resumed(ctx, context)
    else:
        reader = await starting.table_reader(ctx, {**context, "source": known["source"]})
    actor = starting.writer_of(ctx, known["source"])
    await starting.importing(ctx).retry(actor, reader, UUID(str(known["id"])))
    return ctx.go(f"{PATH}/{run}")


async def download(ctx: PersonContext, run: str, kind: str) -> Response:
    """Give the report of every row as CSV, XLSX or JSON."""
    known = await _run(ctx, run)
    return await report_of(ctx, known, kind)


ROUTES = (
    get(f"{PATH}/{{run}}", show_run),
    get(f"{PATH}/{{run}}/progress", show_progress),
    post(f"{PATH}/{{run}}/commit", take_in),
    post(f"{PATH}/{{run}}/resume", resume),
    post(f"{PATH}/{{run}}/retry", retry),
    post(f"{PATH}/{{run}}/rows/{{row}}", answer),
    get(f"{PATH}/{{run}}/report.{{kind}}", download),
)
