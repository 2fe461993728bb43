"""Undo: the same person takes the last change of a record back, within a minute, by the audit."""

from datetime import timedelta
from uuid import UUID

import orjson

from directapp.declare.case import Case
from directapp.declare.kinds import restored
from directapp.declare.spec import Shape
from directapp.declare.verbs import Verb
from directapp.kernel.errors import ConflictError, NotFoundError
from directapp.kernel.text import Text
from directapp.services import judge
from directapp.services.act import Act
from directapp.services.drafts import Draft
from directapp.services.work import Work

WINDOW = timedelta(seconds=60)

_NOTHING = Text(
    "Det er ingenting å angre: endringen er mer enn ett minutt gammel, eller noen har endret etterpå.",
    "There is nothing to undo: the change is more than a minute old, or someone has changed it since.",
)


async def _never(act: Act) -> None:
    raise NotImplementedError(act.verb)


UNDO = Verb(name="undo", label=Text("Angre", "Undo"), run=_never, icon="arrow-back-up")


async def undo(work: Work, shape: Shape, record: UUID) -> Act:
    """Put the audited before-values of the actor's last change back.

    Raises:
        NotFoundError: the actor does not see the record.
        ConflictError: there is nothing of the actor's to take back.

    """
    actor = work.unit.actor
    if await work.unit.look_up(shape, record) is None:
        raise NotFoundError
    async with work.acting("undo"):
        found = await work.unit.look_up(shape, record)
    async with work.acting("corridor"):
        rows = await work.unit.fetch(
            "SELECT actor, at, verb, version, changes::text AS changes FROM audit"
            " WHERE tenant_id = $1 AND collection = $2 AND record = $3 ORDER BY at DESC, id DESC LIMIT 1",
            actor.tenant,
            shape.name,
            record,
        )
    last = rows[0] if rows else None
    if (
        found is None
        or last is None
        or last["actor"] != actor.user
        or last["verb"] in {"create", "undo"}
        or last["version"] != found.row["version"]
        or work.now - last["at"] > WINDOW
    ):
        raise ConflictError(_NOTHING)
    patch = {}
    for name, (before, _) in orjson.loads(last["changes"]).items():
        item = shape.fields.get(name)
        if item is not None and item.stored and not item.secret:
            patch[name] = restored(item.kind, before)
    async with work.acting("undo"):
        related = judge.pop_related(work.spec, shape, found.row)
        related = await work.refresh_related(shape, found.row, patch, related)
        case = work.case({**found.row, **patch}, before=found.row, patch=patch, related=related, verb="undo")
        seen = await work.store(Draft(shape, record, case, ["undone"]))
    case = Case(row=seen.row, actor=actor, now=work.now, verb="undo")
    return Act(actor=actor, now=work.now, case=case, verb="undo", collection=shape.name, doors=work, seen=seen)
