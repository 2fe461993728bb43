"""The sites of a tenant as a tree: who stands under whom, what each is, and where its cars are prepared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from directapp.derive.shown import page_of, readable_anywhere
from directapp.domains.people.fields import Dealerships
from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.features.admin.overview import PATH
from directapp.interfaces.web.features.admin.words import WORDS, speak_admin
from directapp.interfaces.web.records.lists import may_create
from directapp.store.query import Order, Query

_FIELDS = (
    *("id", "number", "name", "location", "dealership_type"),
    *("parent_dealership", "prep_center", "does_own_prep", "active"),
)
_MOST = 500
_OWN_PREP = "does_own_prep"

HERE = f"{PATH}/sites"


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A site of the tree, with those under it."""

    id: str
    href: str
    number: str
    name: str
    kind: str
    facts: tuple[str, ...]
    active: bool
    own: bool
    below: tuple["Branch", ...] = ()


async def show_tree(ctx: PersonContext) -> Response:
    """Show the sites as a tree."""
    meta = ctx.meta(SITES)
    names = [n for n in _FIELDS if n in readable_anywhere(ctx.person, meta)]
    query = Query(fields=tuple((n,) for n in names), sort=(Order("number"),), limit=_MOST)
    rows = await ctx.rows(SITES, query)
    return ctx.page(
        "admin/tree.html",
        here=SITES,
        a=speak_admin(ctx.language),
        tree=tree_of(ctx, rows),
        may_create=may_create(ctx, meta),
    )


def tree_of(ctx: RequestContext, rows: Iterable[Mapping[str, Any]]) -> tuple[Branch, ...]:
    """Return the sites that stand under none, each with those under it; a ring is cut at its lowest number."""
    by_id = {str(r[Dealerships.id]): r for r in rows}
    below: dict[str | None, list[str]] = {}
    for key, row in by_id.items():
        parent = str(row.get(Dealerships.parent_dealership))
        below.setdefault(parent if parent in by_id and parent != key else None, []).append(key)
    placed: set[str] = set()

    def grow(key: str) -> Branch:
        placed.add(key)
        under = tuple(grow(child) for child in below.get(key, ()) if child not in placed)
        return _branch(ctx, by_id[key], by_id, under)

    roots = [grow(key) for key in below.get(None, ())]
    return (*roots, *(grow(key) for key in by_id if key not in placed))


def _branch(
    ctx: RequestContext, row: Mapping[str, Any], by_id: Mapping[str, Mapping[str, Any]], under: tuple[Branch, ...]
) -> Branch:
    meta = ctx.spec[SITES]
    key = str(row[Dealerships.id])
    return Branch(
        id=key,
        href=page_of(SITES, key),
        number=str(row.get(Dealerships.number) or ""),
        name=str(row.get(Dealerships.name) or ""),
        kind=ctx.formatter.value(meta, "dealership_type", row).text,
        facts=tuple(_facts(ctx, row, by_id)),
        active=row.get(Dealerships.active) is not False,
        own=key == str(ctx.person.site),
        below=under,
    )


def _facts(ctx: RequestContext, row: Mapping[str, Any], by_id: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    """Yield what is worth knowing of a site: where it is, where its cars are prepared, for how many it prepares."""
    key = str(row[Dealerships.id])
    if row.get(Dealerships.location):
        yield str(row[Dealerships.location])
    prep = by_id.get(str(row.get(Dealerships.prep_center)))
    if prep is not None and str(prep[Dealerships.id]) != key:
        yield ctx.say(WORDS["prepared_at"].fill(name=f"{prep.get(Dealerships.number)} {prep.get(Dealerships.name)}"))
    elif row.get(_OWN_PREP):
        yield ctx.say(WORDS["own_prep"])
    others = sum(1 for k, r in by_id.items() if str(r.get(Dealerships.prep_center)) == key and k != key)
    if others:
        yield ctx.say(WORDS["prepares_for"].fill(count=others))


ROUTES = (get(HERE, show_tree),)
