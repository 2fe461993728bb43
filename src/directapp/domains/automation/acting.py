"""What rules do, each in a transaction of its own; and their trial on the past."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from directapp.domains.automation import rule_runs
from directapp.domains.automation.catalogue import SYSTEM
from directapp.domains.automation.conditions import holds, read_conditions, unknown
from directapp.domains.automation.deliveries import queue
from directapp.domains.automation.reactions import facts
from directapp.kernel.errors import DirectAppError, NotFoundError
from directapp.services.act import Act, Seen
from directapp.services.jobs import Job, Run

WORKER = "workflow"
MONTH = timedelta(days=31)
MOST_EVENTS = 5000
_SHOWN, _CHUNK, _MOST_PEOPLE, _LONGEST = 20, 500, 2000, 300

Past = Callable[[UUID, Sequence[str], datetime, int], Awaitable[Sequence[Mapping[str, Any]]]]
"""Returns what happened in a tenant: (tenant, events, since, at most)."""


async def run(job: Job) -> None:
    """Do what a rule says; what is refused is written down with its reason."""
    try:
        async with job.act(SYSTEM) as act:
            if act.seen is None or not act.seen.row["active"] or await _behind(act, job.key):
                return
            await _do(act, act.seen, job)
            await _note(act, job, "done", None)
    except DirectAppError as error:
        async with job.act(SYSTEM) as act:
            if act.seen is not None:
                await _note(act, job, "refused", str(error)[:_LONGEST])


async def _behind(act: Act, key: str) -> bool:
    return bool(await act.find(rule_runs.NAME, limit=1, key=key))


async def _do(act: Act, rule: Seen, job: Job) -> None:
    collection, record = job.payload["collection"], UUID(job.payload["record"])
    about = await act.look_up(collection, record, system=WORKER)
    car = about if collection == "cars" else await _car(act, about)
    row = rule.row
    if row["action"] == "call_webhook":
        webhook = await act.look_up("webhooks", row["webhook"])
        await queue(act, webhook, job.payload["caused_by"], collection, record, {"rule": str(rule.id)})
    elif row["action"] == "set_field":
        if car.row.get(row["set_field"]) != row["set_value"]:
            await act.change({row["set_field"]: row["set_value"]}, system=WORKER, on=car)
    elif row["action"] == "create_work_item":
        values = {"car": car.id, "description": row["message"], "kind": row["work_kind"]}
        await act.create("work_items", values, system=WORKER)
    else:
        await _notify(act, rule, car, job)


async def _car(act: Act, about: Seen) -> Seen:
    return await act.look_up("cars", about.row.get("car") or about.id, system=WORKER)


async def _notify(act: Act, rule: Seen, car: Seen, job: Job) -> None:
    sites = [site for site in {car.row.get("dealership"), car.row.get("prep_center")} if site]
    people = await act.find("users", system="corridor", limit=_MOST_PEOPLE, dealership=sites, active=True)
    for person in people:
        if rule.row["notify_role"] in (person.row["roles"] or ()):
            values = {
                "receiver": person.id,
                "event": job.payload["caused_by"],
                "title": f"{rule.row['message']}: {title(car)}"[:200],
                "car": car.id,
                "collection": "cars",
                "record": car.id,
                "key": f"{job.key}:{person.id.hex}",
            }
            await act.create("notifications", values, system=WORKER)


def title(seen: Seen) -> str:
    """Return what a car is called in a line."""
    named = [seen.row.get(name) for name in ("make", "model", "license_plate")]
    return " ".join(str(part) for part in named if part) or str(seen.id)


async def _note(act: Act, job: Job, outcome: str, told: str | None) -> None:
    values = {
        "rule": job.record,
        "event": job.payload["caused_by"],
        "collection": job.payload["collection"],
        "record": job.payload["record"],
        "outcome": outcome,
        "told": told,
        "key": job.key,
    }
    await act.create(rule_runs.NAME, values)


def trying(past: Past) -> Run:
    """Return the run of a trial: which of last month's events a rule would have acted on, as the records stand now."""

    async def trial(job: Job) -> None:
        async with job.act(SYSTEM) as act:
            if act.seen is None:
                return
            rule = act.seen
            events = await past(job.tenant, [rule.row["event"]], act.now - MONTH, MOST_EVENTS)
            hits, strange = await _hits(act, rule, events)
            lines = [f"{event['at']:%Y-%m-%d %H:%M}  {title(seen)}" for event, seen in hits[-_SHOWN:][::-1]]
            lines += [f"? {name}" for name in strange]
            result = {
                "tried_at": act.now.isoformat(),
                "tried_events": len(events),
                "tried_hits": len(hits),
                "tried_told": "\n".join(lines) or None,
            }
            fresh = await act.look_up("workflow_rules", rule.id)
            await act.change(result, on=fresh)

    return trial


async def _hits(
    act: Act, rule: Seen, events: Sequence[Mapping[str, Any]]
) -> tuple[list[tuple[Mapping[str, Any], Seen]], list[str]]:
    conditions = read_conditions(rule.row["conditions"] or "")
    kinds = {event["collection"] for event in events}
    records: dict[UUID, Seen] = {}
    for collection in kinds:
        ids = list(dict.fromkeys(e["record"] for e in events if e["collection"] == collection))
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            records |= {s.id: s for s in await act.find(collection, system=WORKER, limit=_CHUNK, id=chunk)}
    hits, strange = [], set()
    for event in events:
        seen = records.get(event["record"])
        if seen is None:
            continue
        moved = {name: event["payload"].get(name) for name in ("from", "to")}
        try:
            row = await facts(act, seen, moved) if conditions else {}
        except NotFoundError:
            continue
        strange |= set(unknown(conditions, row))
        if holds(conditions, row):
            hits.append((event, seen))
    return hits, sorted(strange)
