"""What a look-up came to, as the pages show it: each field now and from the registry, details, and what went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from directapp.declare.spec import CollectionMeta
from directapp.derive import present
from directapp.derive.inputs import stored_text
from directapp.derive.shown import Shown
from directapp.domains.registry.found import VIN, line_in
from directapp.domains.registry.lookups import Kept, Looked, Lookups
from directapp.domains.registry.preview import PERSON, Change, may_look_up, preview
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.features.registry.words import WORDS, speak
from directapp.kernel.errors import DirectAppError, ForbiddenError

CARS = "cars"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One field of a preview; ``text`` is the value as an input holds it, ``usual`` a source that needs no word."""

    name: str
    label: str
    now: Shown
    value: Shown
    text: str
    source: str
    chosen: bool
    persons: bool
    usual: bool


def lookups_of(ctx: RequestContext) -> Lookups:
    """Return what looks cars up (ForbiddenError: this person takes nothing over)."""
    if not may_look_up(ctx.meta(CARS).grants_of(ctx.person.roles)):
        raise ForbiddenError
    found: Lookups | None = getattr(ctx.request.app.state, "registry", None)
    return found or Lookups(ctx.platform.pipeline)


async def looked_up(ctx: RequestContext, written: str, *, fresh: bool) -> tuple[Looked | None, DirectAppError | None]:
    """Look up what was typed; what cannot be looked up at all is the error."""
    lookups = lookups_of(ctx)
    if not written.strip():
        return None, DirectAppError(WORDS["code_missing"])
    try:
        looked = await lookups.look_up(ctx.person.tenant, written, fresh=fresh)
    except DirectAppError as error:
        return None, error
    return looked, looked.problem


def answer_context(
    ctx: RequestContext,
    looked: Looked | None,
    problem: DirectAppError | None,
    row: Mapping[str, Any],
    *,
    chosen: frozenset[str] | None = None,
    inputs: frozenset[str] | None = None,
) -> dict[str, Any]:
    """Return what the preview writes; ``inputs`` are the fields of the form that it fills, None a stored car's."""
    kept = looked.kept if looked else None
    meta = ctx.spec[CARS]
    context: dict[str, Any] = {
        "t": speak(ctx.language),
        "problem": problem.problems[0].message.pick(ctx.language) if problem else "",
        "kept": kept,
        "changes": [],
        "same": [],
        "later": [],
        "details": [],
        "notes": [],
    }
    if kept is None or looked is None:
        return context
    changes = preview(meta.fields, row, kept.found)
    if chosen is None and _is_another(kept, row):
        chosen = frozenset()
    told = [(c, _row(ctx, meta, c, chosen, kept.source)) for c in changes]
    fits = meta.fields if inputs is None else inputs
    return context | {
        "changes": [r for c, r in told if c.state != "same" and c.field.name in fits],
        "same": [r for c, r in told if c.state == "same"],
        "later": [r for c, r in told if c.state == "new" and c.field.name not in fits],
        "details": [line_in(d, ctx.language) for d in kept.details],
        "notes": _notes(ctx, looked, kept, row),
        "fetched": WORDS["fetched"]
        .pick(ctx.language)
        .format(when=present.show_moment(kept.fetched_at, ctx.now, ctx.language)),
        "by_vin": kept.source == VIN,
    }


def _row(ctx: RequestContext, meta: CollectionMeta, change: Change, chosen: frozenset[str] | None, usual: str) -> Row:
    name = change.field.name
    return Row(
        name=name,
        label=change.field.label.pick(ctx.language),
        now=ctx.formatter.value(meta, name, {name: change.now}),
        value=ctx.formatter.value(meta, name, {name: change.value}),
        text=stored_text(change.field, change.value, ctx.language),
        source=ctx.say(WORDS["from_vin" if change.source == VIN else "from_registry"]),
        chosen=change.suggested if chosen is None else name in chosen,
        usual=change.source == usual,
        persons=change.now_source == PERSON and change.state == "differs",
    )


def _notes(ctx: RequestContext, looked: Looked, kept: Kept, row: Mapping[str, Any]) -> list[str]:
    found = []
    if kept.source == VIN:
        found.append(ctx.say(WORDS["by_vin"]))
    if looked.old:
        found.append(ctx.say(WORDS["old"]))
    if _is_another(kept, row):
        found.append(ctx.say(WORDS["other_car"].fill(vin=kept.found["vin"]["value"])))
    return found


def _is_another(kept: Kept, row: Mapping[str, Any]) -> bool:
    told = kept.found.get("vin", {}).get("value")
    return bool(told and row.get("vin") and str(row["vin"]).upper() != told)
