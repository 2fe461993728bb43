"""Picked: the records of a list that something is done to at once, and what this person may do with all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl
from uuid import UUID

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta
from directapp.declare.verbs import Verb
from directapp.derive import inputs
from directapp.derive.inputs import Filling
from directapp.derive.pages import Difference
from directapp.derive.questions import Address
from directapp.domains.registry.preview import FILL
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Link
from directapp.interfaces.web.records.covering import acts_of
from directapp.interfaces.web.records.lists import collection_verbs, listing_of
from directapp.interfaces.web.records.unblocking import way_on
from directapp.kernel.errors import NotFoundError, Problem
from directapp.services.reading import View

MOST = 200
# What is looked up is one car's alone.
_ONE_BY_ONE = frozenset({FILL})


@dataclass(frozen=True, slots=True)
class Why:
    """A reason against, and the way to what takes it away."""

    text: str
    link: Link | None


@dataclass(frozen=True, slots=True)
class Picked:
    """A picked record: what it is called, where it is, and what came of it (``done`` None: not tried)."""

    id: UUID
    title: str
    href: str
    view: View
    done: bool | None = None
    why: tuple[Why, ...] = ()
    changes: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Shut:
    """A verb that only some of the records are open for, and those that are not, each with why."""

    verb: Verb
    records: tuple[Picked, ...]


async def picked_of(ctx: RequestContext, meta: CollectionMeta, ids: Sequence[str]) -> list[Picked]:
    """Return the records of some ids that this person sees."""
    found = []
    for record in dict.fromkeys(u for i in ids[:MOST] if (u := refs.as_uuid(i)) is not None):
        try:
            view = await ctx.platform.reading.view(ctx.person, meta.name, record)
        except NotFoundError:
            continue
        found.append(Picked(record, ctx.formatter.title(meta, view.row), f"/app/{meta.name}/{record}", view))
    return found


async def ids_of(ctx: RequestContext, meta: CollectionMeta, filter_: str) -> tuple[list[str], int]:
    """Return the first of what the filter of a list finds, and how many that is."""
    listing = listing_of(ctx, meta, Address(f"/app/{meta.name}", tuple(parse_qsl(filter_))))
    rows = await ctx.rows(meta.name, replace(listing.query, fields=(("id",),), limit=MOST))
    return [str(row["id"]) for row in rows], await ctx.platform.reading.count(ctx.person, meta.name, listing.query)


def shared_verbs(ctx: RequestContext, meta: CollectionMeta, picked: Sequence[Picked]) -> tuple[Verb, ...]:
    """Return the verbs that are open for every one of the records now, and those that take some of them at once."""
    if not picked:
        return ()
    common = set.intersection(*({o.verb.name for o in p.view.offers if o.blocked is None} for p in picked))
    single = tuple(o.verb for o in picked[0].view.offers if o.verb.name in common - _ONE_BY_ONE)
    return (*single, *(v for v in collection_verbs(ctx, meta) if which_param(meta, v)))


def which_param(meta: CollectionMeta, verb: Verb) -> str | None:
    """Return the parameter by which a verb on the collection is told which records it is about, None without one."""
    if verb.on == "record":
        return None
    return next((p.name for p in verb.params if p.kind is Kind.REFS and p.ref == meta.name), None)


def shared_fields(ctx: RequestContext, meta: CollectionMeta, picked: Sequence[Picked]) -> tuple[Field, ...]:
    """Return the fields that this person writes on every one of the records, apart from what is one record's alone."""
    if not picked:
        return ()
    names = set.intersection(*(set(p.view.writable) for p in picked))
    for one in picked:
        names -= {n for n in acts_of(ctx, meta, one.view) if one.view.row.get(n) in (None, False)}
    names -= {n for unique in meta.declared.unique if len(unique.fields) == 1 for n in unique.fields}
    filling = Filling(language=ctx.language)
    fields = (f for g in meta.groups for f in g.fields if f.name in names and not f.immutable)
    return tuple(f for f in fields if inputs.build_input(f, filling).control != "none")


def partly_open(ctx: RequestContext, meta: CollectionMeta, picked: Sequence[Picked]) -> list[Shut]:
    """Return the verbs that only some of the records are open for, each with those that are not and why."""
    verbs = {o.verb.name: o.verb for p in picked for o in p.view.offers if o.blocked is None}
    found = []
    for name, verb in verbs.items():
        blocked = [(p, o.blocked) for p in picked for o in p.view.offers if o.verb.name == name and o.blocked]
        if blocked and name not in _ONE_BY_ONE:
            found.append(Shut(verb, tuple(refused(ctx, meta, p, (why,)) for p, why in blocked)))
    return found


def refused(ctx: RequestContext, meta: CollectionMeta, one: Picked, problems: Sequence[Problem]) -> Picked:
    """Return a record with every reason why nothing came of it, each with the way on."""
    told = {(p.field, p.message): Why(ctx.say(p.message), way_on(ctx, meta, one.id, one.view, p)) for p in problems}
    return replace(one, done=False, why=tuple(told.values()))


def sent_on(typed: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Return what was typed, to be sent once more; which records it is about is chosen anew."""
    kept = ((n, v) for n, values in typed.items() if n[:1] != "_" and n not in {"record", "preview"} for v in values)
    return list(kept)
