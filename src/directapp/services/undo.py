"""Undo: a person takes back the last thing done to a record, with all that it brought with it, within a minute.

An act is what one intent wrote, in one transaction and in the event handlers to its events; every audit row of it bears
its number, and the row of the record that the person acted on has that number for an id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from directapp.declare.case import Case
from directapp.declare.kinds import restored
from directapp.declare.spec import CollectionMeta
from directapp.declare.verbs import Verb
from directapp.kernel.actor import Actor
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, Problem
from directapp.kernel.text import _
from directapp.services import validation
from directapp.services.command import CommandContext
from directapp.services.drafts import Draft
from directapp.services.references import refuse_unseen
from directapp.services.seen import Seen
from directapp.services.work import Work
from directapp.store.unit import Found

WINDOW = timedelta(seconds=60)

_NOTHING = _("There is nothing to undo here.")
_LATE = _("It is more than a minute ago; the change can no longer be undone.")
_OTHERS = _("Someone else has changed this since; it cannot be undone.")
_ELSEWHERE = _("The change here came from something done elsewhere ({label}). Undo it there.")
_MOVED_ON = _("{label}, which came with it, has been changed since; it cannot be undone.")
_STANDS = _("Something was also made that stays ({label}). Correct it by hand.")
_SECRET = _("{label} is not stored in the clear and cannot be put back.")

_NEVER = frozenset({"create", "undo", "delete"})
_LAST = """
SELECT actor, at, verb, act FROM audit
 WHERE tenant_id = $1 AND collection = $2 AND record = $3 ORDER BY at DESC, id DESC LIMIT 1"""
_ACT = """
SELECT id, actor, at, collection, record, verb, version, changes::text AS changes FROM audit
 WHERE tenant_id = $1 AND at >= $2 AND act = $3 ORDER BY at, id"""


async def _never(ctx: CommandContext) -> None:
    raise NotImplementedError(ctx.verb)


UNDO = Verb(name="undo", label=_("Undo"), run=_never, icon="arrow-back-up")


@dataclass(slots=True, kw_only=True)
class Step:
    """What an act did to one record: what its fields held before, and the version it left.

    ``later``: an event handler did it, once the act was committed.
    """

    meta: CollectionMeta
    record: UUID
    verb: str
    later: bool = False
    version: int = 0
    before: dict[str, Any] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)

    def take(self, version: int, changes: Mapping[str, Any]) -> None:
        """Add a further write of the same act."""
        self.version = version
        for name, (before, _now) in changes.items():
            item = self.meta.fields.get(name)
            if item is None or not item.stored:
                continue
            if item.secret:
                self.secrets.append(name)
            else:
                self.before.setdefault(name, restored(item.kind, before))

    @property
    def key(self) -> tuple[str, UUID]:
        """The record."""
        return self.meta.name, self.record


async def undo(work: Work, meta: CollectionMeta, record: UUID) -> CommandContext:
    """Put back what the actor's last act on the record changed, there and everywhere else.

    Raises:
        NotFoundError: the actor does not see the record.
        ForbiddenError: the actor could not do it any more.
        InvalidError, ConflictError: there is nothing of the actor's to take back, or something stands in the way.

    """
    actor = work.unit.actor
    if await work.unit.look_up(meta, record) is None:
        raise NotFoundError
    async with work.acting("pipeline"):
        own, others = await _steps(work, actor, meta, record)
        await work.unit.lock_all(step.record for step in others)
    found = await work.unit.look_up(meta, record)
    if found is None:
        raise NotFoundError
    _refuse_rights(own, found, actor)
    await refuse_unseen(work.unit, meta.fields, own.before, row={**found.row, **own.before})
    async with work.acting("undo"):
        left = {step.key: await work.unit.look_up(step.meta, step.record) for step in others}
        seen = await _put_back(work, own, found, own.before, actor)
        made = [step for step in others if step.verb == "create" and step.key not in work.touched]
        for step in others:
            if step.verb != "create":
                await _take_back(work, step, left[step.key], alone=all(one.meta is not meta for one in made))
        for step in made:
            if step.later:
                await _refuse_forbidden(work, step)
            else:
                await _remove(work, step, left[step.key])
    case = Case(row=seen.row, actor=actor, now=work.now, verb="undo")
    return CommandContext(case=case, collection=meta.name, work=work, seen=seen)


async def _steps(work: Work, actor: Actor, meta: CollectionMeta, record: UUID) -> tuple[Step, list[Step]]:
    """Return what the actor's last act did to the record, and to others, the last of these first."""
    rows = await work.unit.fetch(_LAST, actor.tenant, meta.name, record)
    last = rows[0] if rows else None
    if last is None:
        raise ConflictError(_NOTHING)
    written = await work.unit.fetch(_ACT, actor.tenant, last["at"] - WINDOW, last["act"])
    direct = next((row for row in written if row["id"] == last["act"]), None)
    if (direct or last)["actor"] != actor.user:
        raise ConflictError(_OTHERS)
    if direct is None:
        raise ConflictError(_NOTHING)
    if (direct["collection"], direct["record"]) != (meta.name, record):
        raise ConflictError(_ELSEWHERE.fill(label=work.spec[direct["collection"]].declared.label))
    if direct["verb"] in _NEVER:
        raise ConflictError(_NOTHING)
    steps: dict[tuple[str, UUID], Step] = {}
    for row in written:
        of, later = work.spec[row["collection"]], row["at"] != direct["at"]
        step = Step(meta=of, record=row["record"], verb=row["verb"], later=later)
        step = steps.setdefault(step.key, step)
        step.take(row["version"], orjson.loads(row["changes"]))
    own = steps.pop((meta.name, record))
    own.verb = direct["verb"]
    _refuse_late(work.now, direct["at"])
    _refuse_secrets([own, *steps.values()])
    return own, list(reversed(steps.values()))


def _refuse_late(now: datetime, at: datetime) -> None:
    if now - at > WINDOW:
        raise ConflictError(_LATE)


def _refuse_secrets(steps: list[Step]) -> None:
    hidden = [(step, name) for step in steps for name in step.secrets]
    if hidden:
        raise ConflictError(
            [Problem(_SECRET.fill(label=step.meta.fields[name].label), field=name) for step, name in hidden]
        )


def _refuse_rights(own: Step, found: Found, actor: Actor) -> None:
    """Ask again whether the actor may do what is taken back.

    Raises:
        ForbiddenError: no entry gives the act, or not every field of it.
        ConflictError: somebody has changed the record since.

    """
    if found.row["version"] != own.version:
        raise ConflictError(_OTHERS)
    grants = own.meta.grants_of(actor.roles)
    if own.verb != "update":
        given = [g.verbs for g, sees in zip(grants, found.sees, strict=True) if sees]
        if not any(own.verb in verbs or "*" in verbs for verbs in given):
            raise ForbiddenError
        return
    owned = [own.meta.writes(g) for g, owns in zip(grants, found.owns, strict=True) if owns]
    changed = [name for name in own.before if own.meta.fields[name].writable]
    validation.refuse_fields(own.meta, changed, frozenset[str]().union(*owned))


def _judge(meta: CollectionMeta, case: Case) -> None:
    """Refuse what the rules of today do not let stand.

    Raises:
        InvalidError: values that cannot stand.
        ConflictError: what the moment does not allow.

    """
    problems = validation.completeness(meta, case)
    for rule in meta.declared.rules:
        problems += rule(case)
    values, moment, asks = validation.split(problems)
    moment += asks
    if values:
        raise InvalidError(values)
    if moment:
        raise ConflictError(moment)


async def _put_back(
    work: Work, step: Step, found: Found, patch: Mapping[str, Any], judged_as: Actor | None = None
) -> Seen:
    """Write before-values as they were; ``judged_as``: the rules of today hold for what that actor does."""
    related = validation.pop_related(work.spec, step.meta, found.row)
    related = await work.refresh_related(step.meta, found.row, patch, related)
    case = work.case({**found.row, **patch}, before=found.row, patch=patch, related=related, verb="undo")
    if judged_as is not None:
        _judge(step.meta, replace(case, actor=judged_as))
    return await work.store(Draft(step.meta, step.record, case, ()))


async def _take_back(work: Work, step: Step, left: Found | None, *, alone: bool) -> None:
    """Put a further record back, where the undoing of the first has not done so already.

    What is counted from other records follows them, whoever else has changed it meanwhile; not where the act also
    made records of the first one's kind, which it counts too (``alone`` is then false).
    """
    now = await work.unit.look_up(step.meta, step.record)
    if left is None or now is None:
        raise ConflictError(_MOVED_ON.fill(label=step.meta.declared.label))
    wrong = {name: value for name, value in step.before.items() if now.row[name] != value}
    if not wrong:
        return
    if left.row["version"] == step.version:
        await _put_back(work, step, now, wrong)
    elif step.key not in work.touched or not alone:
        raise ConflictError(_MOVED_ON.fill(label=step.meta.declared.label))


async def _remove(work: Work, step: Step, left: Found | None) -> None:
    """Delete what an act made, where such may be deleted and nobody has built on it."""
    label = step.meta.declared.label
    if step.meta.declared.access.delete_why is None:
        raise ConflictError(_STANDS.fill(label=label))
    if left is None or left.row["version"] != step.version or await _is_pointed_to(work, step):
        raise ConflictError(_MOVED_ON.fill(label=label))
    await work.delete(step.meta, step.record)


async def _refuse_forbidden(work: Work, step: Step) -> None:
    """Let what event handlers wrote down stand, a log or a notice; refuse where its own rules forbid it now."""
    now = await work.unit.look_up(step.meta, step.record)
    if now is not None:
        related = validation.pop_related(work.spec, step.meta, now.row)
        _judge(step.meta, work.case(now.row, before=now.row, related=related, verb="undo"))


async def _is_pointed_to(work: Work, step: Step) -> bool:
    for meta, item in work.spec.attached:
        belonging = {str(item.ref_in): step.meta.name, item.name: step.record}
        if item.on_delete == "cascade" and await work.unit.find(meta, 1, belonging, ("id",)):
            return True
    for meta in work.spec.metas.values():
        for item in meta.stored:
            if item.points_to == step.meta.name and await work.unit.find(meta, 1, {item.name: step.record}, ("id",)):
                return True
    return False
