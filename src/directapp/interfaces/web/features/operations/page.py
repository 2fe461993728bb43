"""Operations: the queue, what has failed and why, and when everything regular runs; kept up to date by itself."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
from fastapi import Response

from directapp.domains.operations.fields import FailedJobs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.features.operations.services import States, service_rows
from directapp.interfaces.web.features.operations.words import WORDS, speak
from directapp.interfaces.web.records.lists import collection_verbs
from directapp.kernel.errors import NotFoundError
from directapp.kernel.text import Text, in_language
from directapp.services.operations import Stand
from directapp.services.schedules import Appointment
from directapp.store.query import Condition, Order, Query

PATH = "/app/operations"
FAILED = "failed_jobs"
_SHOWN = 50
_MINUTE, _HOUR = 60, 3600


async def show_operations(ctx: PersonContext) -> Response:
    """Show how background jobs stand; only what changes where that is asked for."""
    meta = ctx.meta(FAILED)
    operations = ctx.platform.operations
    if operations is None:
        raise NotFoundError
    stand = await operations.stand(ctx.person.tenant)
    labels = operations.labels()
    open_ones = Condition(("outcome",), "eq", "failed")
    asked = Query(filter=open_ones, sort=(Order("created_at", descending=True),), limit=_SHOWN)
    reading = ctx.platform.reading
    rows: list[dict[str, Any]] = orjson.loads((await reading.page(ctx.person, FAILED, asked)).json)
    count = await reading.count(ctx.person, FAILED, Query(filter=open_ones))
    verbs = {verb.name for verb in collection_verbs(ctx, meta)}
    schema = await ctx.platform.checks["schema"]() if "schema" in ctx.platform.checks else {}
    context: dict[str, Any] = {
        "drifted": schema.get("differences", 0),
        "t": speak(ctx.language),
        "here": "operations",
        "path": PATH,
        "failed": FAILED,
        "tiles": _tiles(stand, count),
        "oldest": _oldest(ctx, stand),
        "rows": [_row(ctx, labels, row) for row in rows],
        "may_retry_all": "retry_all" in verbs,
        "services": _services(ctx, await ctx.platform.watched.states()),
        "schedules": [_appointment(ctx, one) for one in stand.appointments],
    }
    return ctx.page("operations/now.html" if ctx.partial else "operations/page.html", **context)


def _tiles(stand: Stand, failed: int) -> list[dict[str, Any]]:
    backlog = stand.backlog
    figures = {"due": backlog.due, "running": backlog.running, "waiting": backlog.waiting, "failed": failed}
    return [
        {"name": name, "number": number, "bad": name == "failed" and number > 0} for name, number in figures.items()
    ]


def _oldest(ctx: RequestContext, stand: Stand) -> str:
    if stand.backlog.oldest is None:
        return ctx.say(WORDS["none_waits"])
    return ctx.say(WORDS["oldest"]).format(age=_age(ctx, ctx.now - stand.backlog.oldest))


def _age(ctx: RequestContext, age: timedelta) -> str:
    seconds = max(int(age.total_seconds()), 0)
    for name, size in (("hours", _HOUR), ("minutes", _MINUTE), ("seconds", 1)):
        if seconds >= 2 * size or size == 1:
            return ctx.say(WORDS[name]).format(count=seconds // size)
    return ""


def _row(ctx: RequestContext, labels: Mapping[str, Text], row: Mapping[str, Any]) -> dict[str, Any]:
    meta, collection = ctx.spec[FAILED], ctx.spec.get(row[FailedJobs.collection] or "")
    about = collection.declared.label.pick(ctx.language) if collection and collection.declared.exposed else ""
    opened = bool(about and collection and collection.grants_of(ctx.person.roles))
    label = labels.get(row[FailedJobs.job])
    return {
        "id": row[FailedJobs.id],
        "href": f"/app/{FAILED}/{row[FailedJobs.id]}",
        "job": ctx.say(label) if label else row[FailedJobs.job],
        "about": about,
        "about_href": f"/app/{row[FailedJobs.collection]}/{row[FailedJobs.record]}" if opened else "",
        "reason": row[FailedJobs.error],
        "attempts": row[FailedJobs.attempts],
        "at": ctx.formatter.value(meta, "created_at", row),
    }


def _appointment(ctx: RequestContext, one: Appointment) -> dict[str, Any]:
    return {
        "label": ctx.say(one.label),
        "next": _instant(ctx, one.next_at),
        "last": _instant(ctx, one.last_at),
        "error": in_language(one.last_error, ctx.language),
    }


def _services(ctx: RequestContext, states: States) -> list[dict[str, Any]]:
    rows = service_rows(ctx, states)
    instants = ("good_at", "failed_at")
    return [row | {name: _instant(ctx, row[name]) for name in instants} for row in rows]


def _instant(ctx: RequestContext, instant: datetime | None) -> Any:
    if instant is None:
        return None
    return ctx.formatter.value(ctx.spec[FAILED], "asked_at", {"asked_at": instant.isoformat()})


ROUTES = (get(PATH, show_operations),)
