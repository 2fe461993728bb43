"""The pipeline: the one way to write. Opens the transaction, does the work, answers masked, commits once."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from directapp.declare.case import Case
from directapp.declare.names import NO_ROW, STATUS
from directapp.declare.reading import TYPED, BadValueError, Manner
from directapp.declare.spec import CollectionMeta, Spec
from directapp.declare.verbs import Verb
from directapp.kernel.actor import Actor
from directapp.kernel.clock import Clock, utc_now
from directapp.kernel.errors import (
    ConflictError,
    DirectAppError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotUniqueError,
    Problem,
    ReusedKeyError,
    StaleError,
    StepUpError,
)
from directapp.kernel.text import Text, _, verbatim
from directapp.services import validation
from directapp.services.command import CommandContext
from directapp.services.drafts import Batch, TakenError
from directapp.services.intent import Answer, Intent
from directapp.services.references import MISSING, refuse_unseen
from directapp.services.seen import Seen
from directapp.services.stale import Saw
from directapp.services.stored_texts import in_words
from directapp.services.undo import UNDO, undo
from directapp.services.work import Work
from directapp.store.database import Database
from directapp.store.policies import apart_name, limit_name
from directapp.store.tables import exclusion_name
from directapp.store.uniques import in_the_way
from directapp.store.unit import Unit
from directapp.telemetry.meters import REFUSALS, count_refusal, refusals_counted

Touched = Sequence[tuple[str, UUID]]
AfterCommit = Callable[[Actor, Touched, bool], Awaitable[None]]

_KEY_REUSED = _("The idempotency key has been used for something else.")
_WITH_MORE = _("{message} ({more})")
_ELSEWHERE = _("The value already stands at another site.")
_TAKEN = _("The value already stands on another record.")
_IN_USE = _("Cannot be deleted: other data points to it.")
_LIMIT = _("{label} has a value that is not allowed.")
_UNKNOWN_VERB = _("Unknown action: {verb}.")
_STATE = _("{label} is not possible while the status is {state}.")
_ATTEMPTS = 5


def to_millisecond(instant: datetime) -> datetime:
    """Cut an instant to what JSON carries of it: paging compares what was written with what is stored."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


class Pipeline:
    """Performs intents. One for the process; it holds no state of its own but the wiring."""

    def __init__(
        self, spec: Spec, database: Database, *, clock: Clock = utc_now, after_commit: AfterCommit | None = None
    ) -> None:
        """``after_commit`` hears of every record written, once it is safe, and whether events go with it."""
        self.spec = spec
        self.database = database
        self.clock = clock
        self.after_commit = after_commit

    async def perform(self, intent: Intent) -> Answer:
        """Do one intent in one transaction.

        Raises:
            DirectAppError: whatever refuses it, with every problem.

        """
        meta = await self._collection(intent)
        # What an attempt came to hold in the order it met it, the next one holds from the beginning, in one order.
        hold = _held_first(meta, [intent])
        with refusals_counted(meta.name):
            for attempt in range(_ATTEMPTS):
                try:
                    answer, work = await self._once(meta, intent, hold)
                    break
                except asyncpg.DeadlockDetectedError:
                    if attempt == _ATTEMPTS - 1:
                        raise
                except (asyncpg.PostgresError, TakenError) as error:
                    raise await self.translated(meta, intent.actor, error) from error
        if work and work.touched and self.after_commit and not intent.dry_run:
            await self.after_commit(intent.actor, tuple(work.touched), work.emitting.any)
        return answer

    async def perform_all(self, intents: Sequence[Intent], *, atomic: bool = True) -> list[Answer | DirectAppError]:
        """Do many intents of one actor in one transaction, a savepoint each; their records are held in one order.

        ``atomic``: any refusal rolls everything back; the answers then hold the refusals.
        """
        if not intents:
            return []
        first = intents[0]
        meta = await self._collection(first)
        hold = _held_first(meta, intents)
        for attempt in range(_ATTEMPTS):
            try:
                results, touched, asked = await self._together(meta, intents, hold, atomic=atomic)
                break
            except asyncpg.DeadlockDetectedError:
                if attempt == _ATTEMPTS - 1:
                    raise
        if touched and self.after_commit and not first.dry_run:
            await self.after_commit(first.actor, touched, asked)
        return results

    async def _together(
        self, meta: CollectionMeta, intents: Sequence[Intent], hold: set[UUID], *, atomic: bool
    ) -> tuple[list[Answer | DirectAppError], Touched, bool]:
        first = intents[0]
        results: list[Answer | DirectAppError] = []
        touched: list[tuple[str, UUID]] = []
        asked = False
        whole = self.database.unit(first.actor, hold=hold, rollback=first.dry_run, generic_plan=True)
        async with whole as unit:
            replayed = await self._replay_all(unit, intents)
            if replayed is not None:
                return replayed, (), False
            for intent in intents:
                try:
                    async with unit.savepoint():
                        answer, work = await self._in(unit, meta, intent)
                    results.append(answer)
                    touched += work.touched
                    asked |= work.emitting.any
                except DirectAppError as error:
                    results.append(error)
                except asyncpg.DeadlockDetectedError:
                    raise
                except (asyncpg.PostgresError, TakenError) as error:
                    results.append(await self.translated(meta, intent.actor, error))
            refused = [r for r in results if isinstance(r, DirectAppError)]
            for refusal in refused:
                count_refusal(meta.name, refusal)
            if refused and atomic:
                await unit.end("ROLLBACK")
                touched = []
            elif first.key and not first.dry_run:
                await self._remember(unit, _dump_all(results), *intents)
        return results, touched, asked

    # -- inside ------------------------------------------------------------------------------------

    async def _collection(self, intent: Intent) -> CollectionMeta:
        meta = (await self.database.own_of(intent.actor.tenant)).over(self.spec).get(intent.collection)
        if meta is None or not (meta.declared.exposed or intent.actor.is_system):
            raise ForbiddenError
        return meta

    async def _once(self, meta: CollectionMeta, intent: Intent, hold: set[UUID]) -> tuple[Answer, Work | None]:
        whole = self.database.unit(intent.actor, hold=hold, rollback=intent.dry_run, generic_plan=True)
        async with whole as unit:
            stored = await self.replay(unit, intent)
            if stored is not None:
                return stored, None
            answer, work = await self._in(unit, meta, intent)
            await self.remember(unit, answer, intent)
            return answer, work

    async def _in(self, unit: Unit, meta: CollectionMeta, intent: Intent) -> tuple[Answer, Work]:
        _demand_proof(meta, intent, self.clock())
        work = self.work(unit, intent)
        shown: dict[str, str] = {}
        looked: Any = None
        if intent.verb == "create":
            seen: Seen | None = await work.create(meta, intent.patch)
        elif intent.verb == "update":
            saw = Saw(intent.version, intent.base)
            seen = await work.update(meta, _target(intent), intent.patch, saw=saw)
        elif intent.verb == "delete":
            await work.delete(meta, _target(intent), version=intent.version)
            seen = None
        else:
            ctx = await self._verb(work, unit, meta, intent)
            seen, looked = ctx.answer or ctx.seen, ctx.found
            shown = {} if intent.dry_run else ctx.shown_once
        await work.finish()
        json = None
        if looked is not None:
            json = _answered(looked, intent.actor)
        elif seen is not None and intent.read_back:
            json = await self.shown(unit, intent.actor, work.spec[seen.collection], seen.id)
        record = seen.id if seen else intent.target
        collection = seen.collection if seen else meta.name
        told: dict[str, Any] = {"json": json, "changes": work.changes, "shown_once": shown}
        told |= {"looked": looked is not None, "acted_on": work.target[1] if work.target else None}
        return Answer(collection=collection, record=record, **told), work

    async def shown(self, unit: Unit, actor: Actor, meta: CollectionMeta, record: UUID) -> str | None:
        """Return a record as the actor sees it, as JSON; None where it does not (a write may have seen to that)."""
        json: str | None = await unit.run(self.database.one_plan(actor.roles, meta, ()), [record])
        return None if json is None else in_words(json, actor)

    def work(self, unit: Unit, intent: Intent, batch: Batch | None = None) -> Work:
        """Return the work of an intent inside a unit."""
        return Work(
            spec=unit.own.over(self.spec),
            unit=unit,
            actor=intent.actor,
            origin=intent.origin,
            now=(now := to_millisecond(self.clock())),
            at=self.audited_at(now),
            reason=intent.reason,
            request_id=intent.request_id,
            confirmed=intent.confirmed,
            batch=batch,
            target=(intent.collection, intent.target) if intent.target or intent.verb == "create" else None,
        )

    def audited_at(self, now: datetime) -> datetime | None:
        """Return what the audit says of a write: a clock of one's own plays another time; else PostgreSQL is asked."""
        return None if self.clock is utc_now else now

    async def _verb(self, work: Work, unit: Unit, meta: CollectionMeta, intent: Intent) -> CommandContext:
        if intent.verb == UNDO.name:
            return await undo(work, meta, _target(intent))
        verb = meta.verb(intent.verb)
        if verb is None:
            raise NotFoundError(_UNKNOWN_VERB.fill(verb=intent.verb))
        grants = meta.grants_of(intent.actor.roles)
        if not any(_gives(g.verbs, verb) for g in grants):
            raise ForbiddenError
        params = parse_params(verb, intent.patch, validation.manner_of(intent.actor, intent.origin))
        if not intent.actor.is_system:
            await refuse_unseen(unit, {f.name: f for f in verb.params}, params)
        ctx = CommandContext(
            case=Case(row=NO_ROW, actor=intent.actor, now=work.now, verb=verb.name),
            collection=meta.name,
            work=work,
            params=params,
            reason=intent.reason,
        )
        if verb.on == "record":
            await self._aim(ctx, unit, meta, verb, intent)
        await verb.run(ctx)
        if ctx.shown_once.keys() != {s.name for s in verb.secrets}:
            raise LookupError(f"{meta.name}.{verb.name} tells {sorted(ctx.shown_once)}")
        return ctx

    async def _aim(self, ctx: CommandContext, unit: Unit, meta: CollectionMeta, verb: Verb, intent: Intent) -> None:
        found = await unit.look_up(meta, _target(intent))
        if found is None:
            raise NotFoundError
        related = validation.pop_related(meta.spec, meta, found.row)
        grants = meta.grants_of(intent.actor.roles)
        if not any(sees and _gives(g.verbs, verb) for g, sees in zip(grants, found.sees, strict=True)):
            raise ForbiddenError
        if intent.version is not None and intent.version != found.row["version"]:
            raise StaleError
        ctx.case = Case(
            row=found.row,
            before=found.row,
            actor=intent.actor,
            now=ctx.now,
            related=related,
            patch=ctx.params,
            verb=verb.name,
        )
        reason = why_blocked(meta, verb, ctx.case)
        if reason is not None:
            raise ConflictError(reason)
        ctx.seen = Seen(meta.name, found.row["id"], found.row)

    # -- idempotency -------------------------------------------------------------------------------

    async def recall(self, intent: Intent) -> Answer | None:
        """Return what an intent was answered before it came again; None where it was not done under its key."""
        async with self.database.unit(intent.actor, readonly=True) as unit:
            with suppress(ReusedKeyError):
                return await self.replay(unit, intent)
        return None

    async def replay(self, unit: Unit, intent: Intent) -> Answer | None:
        """Return what an intent with this key was answered before (ReusedKeyError: the key was another's)."""
        stored = await self._stored(unit, intent) if intent.key and not intent.dry_run else None
        return None if stored is None else _load(stored)

    async def remember(self, unit: Unit, answer: Answer, intent: Intent) -> None:
        """Keep the answer for whoever sends the intent again with its key."""
        if intent.key and not intent.dry_run:
            await self._remember(unit, _dump(answer), intent)

    async def _replay_all(self, unit: Unit, intents: Sequence[Intent]) -> list[Answer | DirectAppError] | None:
        if not intents[0].key or intents[0].dry_run:
            return None
        stored = await self._stored(unit, *intents)
        return None if stored is None else [_load(a) for a in orjson.loads(stored)]

    async def _stored(self, unit: Unit, *intents: Intent) -> str | None:
        intent = intents[0]
        who = str(intent.actor.user or intent.actor.name)
        await unit.value("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{who}:{intent.key}")
        rows = await unit.fetch(
            "SELECT fingerprint, answer FROM idempotency WHERE tenant_id = $1 AND actor = $2 AND key = $3",
            intent.actor.tenant,
            who,
            intent.key,
        )
        if not rows:
            return None
        if rows[0]["fingerprint"] != fingerprint(*intents):
            raise ReusedKeyError(Problem(_KEY_REUSED, field="Idempotency-Key"))
        return str(rows[0]["answer"])

    async def _remember(self, unit: Unit, answer: str, *intents: Intent) -> None:
        intent = intents[0]
        await unit.value(
            "INSERT INTO idempotency (tenant_id, actor, key, fingerprint, status, answer) VALUES ($1,$2,$3,$4,$5,$6)",
            intent.actor.tenant,
            str(intent.actor.user or intent.actor.name),
            intent.key,
            fingerprint(*intents),
            int(HTTPStatus.OK),
            answer,
        )

    # -- refusals of the database ------------------------------------------------------------------

    async def translated(
        self, meta: CollectionMeta, actor: Actor, error: asyncpg.PostgresError | TakenError
    ) -> DirectAppError:
        """Turn what PostgreSQL refused into a refusal for people; what is nobody's fault stays as it is."""
        match error:
            case TakenError():
                return await self._not_unique(actor, error)
            case asyncpg.UniqueViolationError():
                return NotUniqueError(_TAKEN)
            case asyncpg.InsufficientPrivilegeError():
                REFUSALS.labels(meta.name, "ROW_LEVEL_SECURITY").inc()
                return ForbiddenError()
            case asyncpg.ForeignKeyViolationError():
                return self._foreign(meta, error)
            case asyncpg.ExclusionViolationError() | asyncpg.CheckViolationError() | asyncpg.DataError():
                held = self._held(str(error.constraint_name or ""))
                if held is not None:
                    return held
                name = str(error.constraint_name or "").removeprefix(f"ck_{meta.name}_").removesuffix("_choice")
                item = meta.fields.get(name)
                label = item.label if item else meta.declared.label
                return InvalidError(Problem(_LIMIT.fill(label=label), field=item.name if item else None))
            case _:
                raise error

    def _held(self, name: str) -> DirectAppError | None:
        """Say in the declaration's words what an exclusion, a limit or a pair refused, on whichever record it was."""
        for meta in self.spec.metas.values():
            for exclusion in meta.declared.exclusions:
                if name == exclusion_name(meta.name, exclusion):
                    return ConflictError(Problem(exclusion.message, field=exclusion.span[0], code="CONFLICT"))
            for limit in meta.declared.limits:
                if name == limit_name(meta.name, limit):
                    return ConflictError(Problem(limit.message, field=limit.lesser, code="CONFLICT"))
            for apart in meta.declared.apart:
                if name == apart_name(meta.name, apart):
                    return ConflictError(Problem(apart.message, field=apart.one, code="CONFLICT"))
        return None

    def _foreign(self, meta: CollectionMeta, error: asyncpg.PostgresError) -> DirectAppError:
        name = str(error.constraint_name or "")
        item = meta.fields.get(name.removeprefix(f"fk_{meta.name}_"))
        if item is None or "still referenced" in str(error.detail or "") or "is still" in str(error):
            return ConflictError(_IN_USE)
        return InvalidError(Problem(MISSING.fill(label=item.label), field=item.name))

    async def _not_unique(self, actor: Actor, taken: TakenError) -> DirectAppError:
        if taken.unique is None:
            return NotUniqueError(Problem(_TAKEN, field=taken.sign_in))
        values = [taken.row.get(name) for name in taken.unique.fields]
        sql = in_the_way(self.spec, taken.meta, taken.unique)
        async with self.database.unit(actor, readonly=True) as unit:
            rows = await unit.fetch(sql, actor.tenant, *values)
            json = await self.shown(unit, actor, taken.meta, rows[0]["id"]) if rows else None
        shown = orjson.loads(json) if json else {}
        title = ", ".join(str(shown[n]) for n in taken.meta.declared.views.title if isinstance(shown.get(n), str))
        more = title if rows else _ELSEWHERE
        message = _WITH_MORE.fill(message=taken.unique.message, more=more) if more else taken.unique.message
        other = (taken.meta.name, rows[0]["id"]) if json else None
        return NotUniqueError([Problem(message, field=name, stands_on=other) for name in taken.unique.fields])


def _held_first(meta: CollectionMeta, intents: Sequence[Intent]) -> set[UUID]:
    """Return what is held from the beginning: the records and, where records sign in, the one that acts."""
    actors = {intent.actor.user for intent in intents if intent.actor.user} if meta.declared.actors else set()
    return actors | {intent.target for intent in intents if intent.target}


def parse_params(verb: Verb, given: dict[str, Any], manner: Manner = TYPED) -> dict[str, Any]:
    """Understand a verb's parameters.

    Raises:
        InvalidError: each that is unknown, missing or does not fit.

    """
    fields = {f.name: f for f in verb.params}
    problems = [Problem(_("There is no field {field}.").fill(field=n), field=n) for n in given if n not in fields]
    values: dict[str, Any] = {}
    for name, item in fields.items():
        try:
            values[name] = item.understand(given.get(name), manner)
        except BadValueError as error:
            problems.append(Problem(error.text, field=name))
            continue
        if values[name] is None and item.default is not None:
            values[name] = item.default
        if item.required and values[name] is None:
            text = _("{label} is required.").fill(label=item.label)
            problems.append(Problem(text, field=name))
    if problems:
        raise InvalidError(problems)
    return values


def why_blocked(meta: CollectionMeta, verb: Verb, case: Case) -> Problem | None:
    """Return why a verb makes no sense for a record right now, or None."""
    flow = meta.declared.workflow
    status = case.get(STATUS)
    if verb.states and status not in verb.states:
        state = flow.label(status) if flow else verbatim(status)
        return Problem(_STATE.fill(label=verb.label, state=state))
    return verb.blocked(case) if verb.blocked else None


def fingerprint(*intents: Intent) -> str:
    """Return what an idempotency key stands for."""
    said = [[i.collection, i.verb, i.target, i.patch if i.said is None else i.said] for i in intents]
    return hashlib.sha256(orjson.dumps(said, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _answered(looked: object, actor: Actor) -> str:
    """Return what a verb found as JSON, its texts in the language of who asks."""

    def say(value: object) -> str:
        if isinstance(value, Text):
            return value.pick(actor.language)
        raise TypeError(f"no JSON: {type(value).__name__}")

    return orjson.dumps(looked, default=say, option=orjson.OPT_PASSTHROUGH_DATACLASS).decode()


def _gives(names: tuple[str, ...], verb: Verb) -> bool:
    return verb.name in names or "*" in names


def _target(intent: Intent) -> UUID:
    if intent.target is None:
        raise NotFoundError
    return intent.target


def _dump(answer: Answer) -> str:
    record = str(answer.record) if answer.record else None
    # Of what is told once, only the names: a resend says what it leaves out.
    return orjson.dumps([answer.collection, record, answer.json, answer.changes, sorted(answer.shown_once)]).decode()


def _dump_all(results: Sequence[Answer | DirectAppError]) -> str:
    return orjson.dumps([_dump(r) for r in results if isinstance(r, Answer)]).decode()


def _load(text: str) -> Answer:
    collection, record, json, changes, *told = orjson.loads(text)
    return Answer(
        collection=collection,
        record=UUID(record) if record else None,
        json=json,
        changes=changes,
        withheld=tuple(told[0]) if told else (),
        replayed=True,
    )


def _demand_proof(meta: CollectionMeta, intent: Intent, now: datetime) -> None:
    """Refuse what asks for a second factor from who has not just shown theirs (StepUpError)."""
    if intent.dry_run or not intent.actor.must_prove(now):
        return
    verb = meta.verb(intent.verb)
    changed = (meta.fields[n] for n in intent.patch if n in meta.fields) if verb is None else ()
    if (verb is not None and verb.step_up) or any(f.step_up for f in changed):
        raise StepUpError
