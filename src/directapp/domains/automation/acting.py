"""What rules do, each in a transaction of its own; and their trial on the past."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from directapp.declare.fields import Field
from directapp.declare.kinds import BadValueError
from directapp.declare.names import FieldNames, Values, plain
from directapp.declare.own_fields import name_of
from directapp.domains.automation.catalogue import SYSTEM
from directapp.domains.automation.conditions import OF_CAR, holds, read_conditions
from directapp.domains.automation.deliveries import queue
from directapp.domains.automation.fields import RULE_RUNS, WEBHOOKS, WORKFLOW_RULES, RuleRuns, WorkflowRules
from directapp.domains.automation.handlers import words_of
from directapp.domains.automation.listening import heard_by, own_values
from directapp.domains.automation.references import resolved
from directapp.domains.automation.workflow_rules import value_of
from directapp.domains.cars.fields import CARS, ITS_CAR, Cars
from directapp.domains.messages.fields import NOTIFICATIONS, Notifications
from directapp.domains.own_fields.fields import OWN_FIELDS, OwnFields
from directapp.domains.people.fields import DEALERSHIPS, ROLES, USERS, Users
from directapp.domains.people.roles import works_as
from directapp.domains.workshop.fields import WORK_ITEMS, WorkItems
from directapp.kernel.clock import OSLO
from directapp.kernel.errors import ConflictError, DirectAppError, StaleError
from directapp.kernel.text import Text, _
from directapp.services.command import CommandContext
from directapp.services.job_runner import explained
from directapp.services.jobs import GiveUpError, JobRun, Run
from directapp.services.seen import Seen
from directapp.services.validation import json_value

WORKER, READER = "workflow", "pipeline"
_NO_FIELD = _("The field that the rule sets is deleted.")
_NO_CAR = _("The event is about no car.")
MONTH = timedelta(days=31)
MOST_EVENTS = 5000
_SHOWN, _CHUNK, _MOST_PEOPLE = 20, 500, 2000


Event = Mapping[str, Any]
Hit = tuple[Event, Seen]
Moments = Sequence[tuple[UUID, UUID]]
Past = Callable[[UUID, Sequence[str], datetime, int], Awaitable[Sequence[Event]]]
"""Returns what happened in a tenant: (tenant, events, since, at most)."""
Was = Mapping[tuple[UUID, UUID], Mapping[str, Any]]
Differing = Callable[[str, Moments, Collection[str]], Awaitable[Was]]
Before = Callable[[UUID, str, Moments, Collection[str], datetime], Awaitable[Was]]
"""Returns what records held at events where it differs: (tenant, collection, (record, event)s, fields, since)."""


async def run(job: JobRun) -> None:
    """Do what a rule says.

    What others hold up is tried again. What is refused, or never succeeds, stands in the rule's log with its reason,
    and among the failed jobs, where it can be tried again by hand.
    """
    try:
        async with job.act(SYSTEM) as ctx:
            if ctx.seen is None or not ctx.seen.row[WorkflowRules.active] or await _behind(ctx, job.key):
                return
            await _do(ctx, ctx.seen, job)
            await _note(ctx, job, "done", None)
    except Exception as error:
        final = isinstance(error, DirectAppError) and not isinstance(error, StaleError)
        if not final and not job.last:
            raise
        reason = explained(error)
        async with job.act(SYSTEM) as ctx:
            if ctx.seen is not None:
                await _note(ctx, job, "refused" if final else "failed", reason)
        raise GiveUpError(reason) from error


async def _behind(ctx: CommandContext, key: str) -> bool:
    return bool(await ctx.find(RULE_RUNS, {RuleRuns.key: key, RuleRuns.outcome: "done"}, limit=1))


async def _do(ctx: CommandContext, rule: Seen, job: JobRun) -> None:
    collection, record = job.payload["collection"], UUID(job.payload["record"])
    about = await ctx.look_up(collection, record, system=READER)
    row = rule.row
    if row[WorkflowRules.action] == "call_webhook":
        webhook = await ctx.look_up(WEBHOOKS, row[WorkflowRules.webhook])
        if readable := await heard_by(ctx, webhook, about):
            own = own_values(ctx, about, readable)
            await queue(ctx, webhook, job.payload["caused_by"], about, {"rule": str(rule.id), **own})
    elif row[WorkflowRules.action] == "set_field":
        car, (item, value) = await _car(ctx, about), await _set_by(ctx, rule)
        if json_value(item, plain(car.row).get(item.name)) != value:
            await ctx.change({item.name: value}, system=WORKER, on=car)
    elif row[WorkflowRules.action] == "create_work_item":
        car = await _car(ctx, about)
        values: Values = {
            WorkItems.car: car.id,
            WorkItems.description: row[WorkflowRules.message],
            WorkItems.kind: row[WorkflowRules.work_kind],
        }
        await ctx.create(WORK_ITEMS, values, system=WORKER)
    else:
        await _notify(ctx, rule, await _car(ctx, about) if _has_car(about) else about, job)


async def _set_by(ctx: CommandContext, rule: Seen) -> tuple[Field, Any]:
    """Return the field that a rule sets, and to what (ConflictError: it is there no more, or takes it no more)."""
    name: str | None = rule.row[WorkflowRules.set_field]
    own: UUID | None = rule.row[WorkflowRules.set_own_field]
    if own is not None:
        name = name_of((await ctx.look_up(OWN_FIELDS, own, system=READER)).row[OwnFields.code])
    item = ctx.fields(CARS).get(str(name))
    if item is None or item.secret:
        raise ConflictError(_NO_FIELD)
    try:
        return item, value_of(item, rule.row[WorkflowRules.set_value])
    except BadValueError as error:
        raise ConflictError(error.text) from None


def _has_car(about: Seen) -> bool:
    return about.collection == CARS or about.row.get(ITS_CAR) is not None


async def _car(ctx: CommandContext, about: Seen) -> Seen:
    if not _has_car(about):
        raise ConflictError(_NO_CAR)
    return about if about.collection == CARS else await ctx.look_up(CARS, about.row[ITS_CAR], system=WORKER)


def sites_of(ctx: CommandContext, about: Seen) -> list[UUID]:
    """Return the sites that a record names: those whose people it is for."""
    named = [name for name, item in ctx.fields(about.collection).items() if item.ref == DEALERSHIPS]
    row = plain(about.row)
    return sorted({row[name] for name in named if row.get(name)})


async def _notify(ctx: CommandContext, rule: Seen, about: Seen, job: JobRun) -> None:
    people = await ctx.find(
        USERS, {Users.dealership: sites_of(ctx, about), Users.active: True}, system=READER, limit=_MOST_PEOPLE
    )
    own = [one.row for one in await ctx.find(ROLES, system=READER, limit=_MOST_PEOPLE)]
    car: Values = {Notifications.car: about.id} if about.collection == CARS else {}
    for person in people:
        if rule.row[WorkflowRules.notify_role] in works_as(person.row, own):
            values: Values = {
                Notifications.receiver: person.id,
                Notifications.event: job.payload["caused_by"],
                Notifications.title: f"{rule.row[WorkflowRules.message]}: {title(about)}"[:200],
                Notifications.subject_collection: about.collection,
                Notifications.subject_id: about.id,
                **car,
                Notifications.key: f"{job.key}:{person.id.hex}",
            }
            await ctx.create(NOTIFICATIONS, values, system=WORKER)


def title(seen: Seen) -> str:
    """Return what a car is called in a line."""
    named = [seen.row.get(name) for name in (Cars.make, Cars.model, Cars.license_plate)]
    return " ".join(str(part) for part in named if part) or str(seen.id)


async def _note(ctx: CommandContext, job: JobRun, outcome: str, told: Text | None) -> None:
    values: Values = {
        RuleRuns.rule: job.record,
        RuleRuns.event: job.payload["caused_by"],
        RuleRuns.collection: job.payload["collection"],
        RuleRuns.record: job.payload["record"],
        RuleRuns.outcome: outcome,
        RuleRuns.told: told,
        RuleRuns.key: job.key,
    }
    await ctx.create(RULE_RUNS, values)


def trying(past: Past, before: Before) -> Run:
    """Return the run of a trial: which of last month's events a rule would have acted on, as the records were then."""

    async def trial(job: JobRun) -> None:
        async with job.act(SYSTEM) as ctx:
            if ctx.seen is None:
                return
            rule, since = ctx.seen, ctx.now - MONTH
            events = await past(job.tenant, [rule.row[WorkflowRules.event]], since, MOST_EVENTS)

            async def differing(collection: str, moments: Moments, fields: Collection[str]) -> Was:
                return await before(job.tenant, collection, moments, fields, since)

            hits = await _hits(ctx, rule, events, differing)
            lines = [f"{event['at'].astimezone(OSLO):%d.%m.%Y %H:%M}  {title(seen)}" for event, seen in hits[-_SHOWN:]]
            result: Values = {
                WorkflowRules.tried_at: ctx.now.isoformat(),
                WorkflowRules.tried_events: len(events),
                WorkflowRules.tried_hits: len(hits),
                WorkflowRules.tried_told: "\n".join(lines[::-1]) or None,
            }
            fresh = await ctx.look_up(WORKFLOW_RULES, rule.id)
            await ctx.change(result, on=fresh)

    return trial


async def _hits(ctx: CommandContext, rule: Seen, events: Sequence[Event], differing: Differing) -> list[Hit]:
    text = rule.row[WorkflowRules.conditions] or ""
    words = words_of(ctx, events[0]["collection"]) if events else None
    conditions = await resolved(ctx, read_conditions(text, words)) if words else []
    of_car = {c.field.removeprefix(OF_CAR) for c in conditions if c.field.startswith(OF_CAR)}
    records = await _records(ctx, [(event["collection"], event["record"]) for event in events])
    events = [event for event in events if event["record"] in records]
    cars = await _records(ctx, [(CARS, s.row[ITS_CAR]) for s in records.values() if s.row.get(ITS_CAR) and of_car])
    was: dict[tuple[UUID, UUID], Mapping[str, Any]] = {}
    for collection in {event["collection"] for event in events}:
        moments = [(e["record"], e["id"]) for e in events if e["collection"] == collection]
        was |= await differing(collection, moments, {c.field for c in conditions})
    pairs = [(records[event["record"]].row.get(ITS_CAR), event["id"]) for event in events]
    was |= await differing(CARS, [(car, event) for car, event in pairs if car in cars], of_car)
    hits = []
    for event, (car, _event) in zip(events, pairs, strict=True):
        seen = records[event["record"]]
        moved = {name: event["payload"].get(name) for name in ("from", "to")}
        row = {**moved, **plain(seen.row), **was.get((seen.id, event["id"]), {})}
        if car in cars:
            whole = {**plain(cars[car].row), **was.get((car, event["id"]), {})}
            row |= {f"{OF_CAR}{name}": value for name, value in whole.items()}
        if holds(conditions, row):
            hits.append((event, seen))
    return hits


async def _records(ctx: CommandContext, wanted: Sequence[tuple[str, UUID]]) -> dict[UUID, Seen]:
    found: dict[UUID, Seen] = {}
    for collection in {name for name, _record in wanted}:
        ids = list(dict.fromkeys(record for name, record in wanted if name == collection))
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            found |= {s.id: s for s in await ctx.find(collection, {FieldNames.id: chunk}, system=READER, limit=_CHUNK)}
    return found
