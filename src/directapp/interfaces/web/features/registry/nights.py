"""The nights: what each enrichment filled, did not find and failed at, and a start by hand."""

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from directapp.derive.shown import paths_for
from directapp.domains.registry.fields import EnrichmentRuns
from directapp.domains.registry.lookups import Lookups
from directapp.domains.registry.runs import LOGS, RESULTS, RUNS
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.features.registry.words import WORDS, speak
from directapp.interfaces.web.records.lists import collection_verbs
from directapp.kernel.errors import ConflictError
from directapp.store.query import Order, Query

PATH = f"/app/{RUNS}"
RUN_NOW = "run_now"
_SHOWN = 60
_FIELDS = (
    *("started_at", "night", "trigger", "status", "stopped_by", "asked_by"),
    *("cars_asked", "filled", "not_found", "failed", "skipped", "fields_empty", "fields_filled"),
)


async def show_nights(ctx: PersonContext) -> Response:
    """Show every night's figures; only the figures where they are asked for again."""
    context = await _context(ctx)
    return ctx.page("registry/figures.html" if ctx.partial else "registry/nights.html", **context)


async def _context(ctx: RequestContext, problem: str = "") -> dict[str, Any]:
    meta = ctx.meta(RUNS)
    fields = (("id",), *paths_for(ctx.spec, ctx.person, meta, _FIELDS))
    query = Query(fields=fields, sort=(Order("started_at", descending=True),), limit=_SHOWN)
    rows = await ctx.rows(RUNS, query)
    lookups: Lookups = getattr(ctx.request.app.state, "registry", None) or Lookups(ctx.platform.pipeline)
    running = any(row[EnrichmentRuns.status] == "running" for row in rows)
    used = await lookups.used_today()
    t = speak(ctx.language)
    may_run = any(v.name == RUN_NOW for v in collection_verbs(ctx, meta))
    return {
        "t": t,
        "here": RUNS,
        "path": PATH,
        "ready": lookups.ready,
        "quota": t["quota"].format(used=_number(used[0]), limit=_number(used[1])) if used else "",
        "running": running,
        "may_run": may_run and lookups.ready and not running,
        "problem": problem,
        "nights": [_night(ctx, row) for row in rows],
        "logs": f"/app/{LOGS}",
    }


def _night(ctx: RequestContext, row: Mapping[str, Any]) -> dict[str, Any]:
    meta = ctx.spec[RUNS]
    empty, filled = int(row[EnrichmentRuns.fields_empty] or 0), int(row[EnrichmentRuns.fields_filled] or 0)
    share = WORDS["fields_share"].pick(ctx.language)
    return {
        "href": f"/app/{LOGS}?run={row[EnrichmentRuns.id]}",
        "started": ctx.formatter.value(meta, "started_at", row),
        "trigger": ctx.formatter.value(meta, "trigger", row),
        "person": ctx.formatter.value(meta, "asked_by", row),
        "status": ctx.formatter.value(meta, "status", row),
        "hue": {"running": "blue", "finished": "green", "stopped": "orange"}.get(row[EnrichmentRuns.status], "grey"),
        "why": ctx.formatter.value(meta, "stopped_by", row),
        "asked": _number(row[EnrichmentRuns.cars_asked]),
        "results": [
            {
                "code": choice.code,
                "label": choice.label.pick(ctx.language),
                "number": _number(row[choice.code]),
                "href": f"/app/{LOGS}?run={row[EnrichmentRuns.id]}&result={choice.code}",
            }
            for choice in RESULTS
        ],
        "fields": share.format(filled=_number(filled), empty=_number(empty), share=round(100 * filled / empty))
        if empty
        else "",
    }


def _number(value: Any) -> str:
    return f"{int(value or 0):,}".replace(",", "\u00a0")


async def start(ctx: PersonContext) -> Response:
    """Start an enrichment now."""
    posted = await read_signed(ctx)
    meta = ctx.meta(RUNS)
    try:
        await ctx.do(meta, RUN_NOW, {}, posted=posted)
    except ConflictError as error:
        context = await _context(ctx, error.problems[0].message.pick(ctx.language))
        return ctx.page("registry/nights.html", status=int(error.status), **context)
    ctx.cookies.append(notes.tell_done(ctx.say(WORDS["running_now"]), ctx.now, href=PATH))
    return ctx.go(PATH)


ROUTES = (
    get(PATH, show_nights),
    post(f"{PATH}/do/{RUN_NOW}", start),
)
