"""Operations: the queue, what has failed and why, and when everything regular runs; kept up to date by itself."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
from fastapi import APIRouter, Response

from directapp.interfaces.web.desk import Desk, PersonDesk
from directapp.interfaces.web.lists import collection_verbs
from directapp.interfaces.web.operations.words import WORDS, speak
from directapp.kernel.errors import NotFoundError
from directapp.kernel.text import Text
from directapp.services.operations import Stand
from directapp.services.schedules import Appointment
from directapp.store.query import Condition, Order, Query

PATH = "/app/operations"
FAILED = "failed_jobs"
_SHOWN = 50
_MINUTE, _HOUR = 60, 3600


def add_operations(router: APIRouter) -> None:
    """Add the operations page; before those of lists, whose names it would be."""
    router.add_api_route(PATH, show_operations, methods=["GET"])


async def show_operations(desk: PersonDesk) -> Response:
    """Show how the work behind the scenes stands; only what changes where that is asked for."""
    shape = desk.shape(FAILED)
    operations = desk.platform.operations
    if operations is None:
        raise NotFoundError
    stand = await operations.stand(desk.person.tenant)
    labels = operations.labels()
    open_ones = Condition(("outcome",), "eq", "failed")
    asked = Query(filter=open_ones, sort=(Order("created_at", descending=True),), limit=_SHOWN)
    reading = desk.platform.reading
    rows: list[dict[str, Any]] = orjson.loads((await reading.page(desk.person, FAILED, asked)).json)
    count = await reading.count(desk.person, FAILED, Query(filter=open_ones))
    verbs = {verb.name for verb in collection_verbs(desk, shape)}
    context: dict[str, Any] = {
        "t": speak(desk.language),
        "here": "operations",
        "path": PATH,
        "failed": FAILED,
        "tiles": _tiles(stand, count),
        "oldest": _oldest(desk, stand),
        "rows": [_row(desk, labels, row) for row in rows],
        "may_retry_all": "retry_all" in verbs,
        "schedules": [_appointment(desk, one) for one in stand.appointments],
    }
    return desk.page("operations/now.html" if desk.partial else "operations/page.html", **context)


def _tiles(stand: Stand, failed: int) -> list[dict[str, Any]]:
    backlog = stand.backlog
    figures = {"due": backlog.due, "running": backlog.running, "waiting": backlog.waiting, "failed": failed}
    return [
        {"name": name, "number": number, "bad": name == "failed" and number > 0} for name, number in figures.items()
    ]


def _oldest(desk: Desk, stand: Stand) -> str:
    if stand.backlog.oldest is None:
        return desk.say(WORDS["none_waits"])
    return desk.say(WORDS["oldest"]).format(age=_age(desk, desk.now - stand.backlog.oldest))


def _age(desk: Desk, age: timedelta) -> str:
    seconds = max(int(age.total_seconds()), 0)
    for name, size in (("hours", _HOUR), ("minutes", _MINUTE), ("seconds", 1)):
        if seconds >= 2 * size or size == 1:
            return desk.say(WORDS[name]).format(n=seconds // size)
    return ""


def _row(desk: Desk, labels: Mapping[str, Text], row: Mapping[str, Any]) -> dict[str, Any]:
    shape, collection = desk.spec[FAILED], desk.spec.get(row["collection"] or "")
    about = collection.declared.label.pick(desk.language) if collection and collection.declared.exposed else ""
    opened = bool(about and collection and collection.grants_of(desk.person.roles))
    label = labels.get(row["job"])
    return {
        "id": row["id"],
        "href": f"/app/{FAILED}/{row['id']}",
        "job": desk.say(label) if label else row["job"],
        "about": about,
        "about_href": f"/app/{row['collection']}/{row['record']}" if opened else "",
        "reason": _in_one_language(desk, row["error"]),
        "attempts": row["attempts"],
        "at": desk.teller.value(shape, "created_at", row),
    }


def _in_one_language(desk: Desk, reason: str | None) -> str | None:
    """Pick the reader's half of a reason that is kept in both languages."""
    nb, parted, en = (reason or "").partition(" / ")
    return Text(nb, en).pick(desk.language) if parted and " / " not in en else reason


def _appointment(desk: Desk, one: Appointment) -> dict[str, Any]:
    return {
        "label": desk.say(one.label),
        "next": _instant(desk, one.next_at),
        "last": _instant(desk, one.last_at),
        "error": _in_one_language(desk, one.last_error),
    }


def _instant(desk: Desk, instant: datetime | None) -> Any:
    if instant is None:
        return None
    return desk.teller.value(desk.spec[FAILED], "asked_at", {"asked_at": instant.isoformat()})
