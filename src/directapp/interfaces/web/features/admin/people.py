"""The people of a site in one place: who is in, who was invited, who is out, and what may be done with each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from directapp.declare.verbs import Verb
from directapp.derive import present
from directapp.derive.shown import page_of, paths_for, readable_anywhere
from directapp.domains.people.fields import Users
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.core.rights import does
from directapp.interfaces.web.features.admin.overview import PATH
from directapp.interfaces.web.features.admin.words import WORDS, speak_admin
from directapp.interfaces.web.records.lists import collection_verbs, record_verbs
from directapp.kernel.errors import ForbiddenError
from directapp.store.query import Condition, Filter, Order, Query

HERE = f"{PATH}/people"
USERS = "users"
_STANDING = ("active", "invited_at", "last_seen_at")
_FIELDS = ("id", "first_name", "last_name", "roles", "custom_roles", "dealership", "email", *_STANDING)
_MOST = 500
IN, INVITED, OUT = "in", "invited", "out"
_GOING_OUT, _COMING_IN = "deactivate", "activate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of a site: who, what they do, whether they are in, and the acts on them."""

    href: str
    name: str
    roles: str
    email: str
    standing: str
    told: str
    own: bool
    acts: tuple[tuple[str, str, str], ...]


async def show_people(ctx: PersonContext, site: str = "") -> Response:
    """Show the people of a site: of the own one, or of the one that an administrator chooses."""
    if not does(USERS, "invite")(ctx):
        raise ForbiddenError
    meta = ctx.meta(USERS)
    wide = any(g.create for g in meta.grants_of(ctx.person.roles))
    chosen = refs.as_uuid(site) if wide else ctx.person.site
    filter_: Filter | None = Condition(("dealership",), "eq", chosen) if chosen else None
    names = tuple(n for n in _FIELDS if n in readable_anywhere(ctx.person, meta))
    query = Query(
        fields=paths_for(ctx.spec, ctx.person, meta, names),
        filter=filter_,
        sort=(Order("last_name"), Order("first_name")),
        limit=_MOST,
    )
    rows = await ctx.rows(USERS, query)
    people = [_person(ctx, row) for row in rows]
    people.sort(key=lambda p: (IN, INVITED, OUT).index(p.standing))
    return ctx.page(
        "admin/people.html",
        here=USERS,
        a=speak_admin(ctx.language),
        people=people,
        counts={s: sum(p.standing == s for p in people) for s in (IN, INVITED, OUT)},
        sites=await refs.choices_of(ctx, SITES, chosen) if wide else [],
        verbs=collection_verbs(ctx, meta),
        whole=f"/app/{USERS}" + (f"?dealership={chosen}" if chosen else ""),
    )


def _person(ctx: RequestContext, row: Mapping[str, Any]) -> Person:
    meta, key = ctx.spec[USERS], str(row[Users.id])
    standing = _standing(row)
    own = key == str(ctx.person.user)
    return Person(
        href=page_of(USERS, key),
        name=ctx.formatter.title(meta, row),
        roles=", ".join(t for n in ("roles", "custom_roles") if (t := ctx.formatter.value(meta, n, row).text)),
        email=str(row.get(Users.email) or ""),
        standing=standing,
        told=_told(ctx, row, standing),
        own=own,
        # Who may not know whether somebody is active, does nothing with them.
        acts=() if own or "active" not in row else tuple(_acts(ctx, record_verbs(ctx, meta), key, standing)),
    )


def _standing(row: Mapping[str, Any]) -> str:
    if row.get(Users.active) is False:
        return OUT
    return INVITED if row.get(Users.invited_at) and not row.get(Users.last_seen_at) else IN


def _told(ctx: RequestContext, row: Mapping[str, Any], standing: str) -> str:
    at = present.read_instant(row.get({IN: "last_seen_at", INVITED: "invited_at"}.get(standing, "")))
    if at is None:
        return ctx.say(WORDS["never_in"]) if standing == IN and "active" in row else ""
    word = WORDS["seen_at" if standing == IN else "invited_at"]
    return ctx.say(word.fill(when=present.show_moment(at, ctx.now, ctx.language)))


def _acts(ctx: RequestContext, verbs: list[Verb], key: str, standing: str) -> list[tuple[str, str, str]]:
    """Return what may be done with somebody: the label, the icon, and where its form stands."""
    left_out = _COMING_IN if standing != OUT else _GOING_OUT
    return [
        (ctx.say(verb.label), verb.icon, f"{page_of(USERS, key)}/do/{verb.name}")
        for verb in verbs
        if verb.name != left_out
    ]


ROUTES = (get(HERE, show_people),)
