"""The pages of roles: the list, a role with what it gives and its versions, and a version with what it would change."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.declare.names import row_of
from directapp.derive import forms
from directapp.derive.forms import Complaint
from directapp.domains.people.fields import ROLE_VERSIONS, ROLES, USERS, Roles, RoleVersions, Users
from directapp.domains.people.role_pieces import account_pieces, changes, digest_of
from directapp.domains.people.role_verbs import MOST_ROWS
from directapp.domains.people.roles import LABELS, WORKING, custom_role, pieces_of
from directapp.interfaces.web.core import notes, refs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.rights import does
from directapp.interfaces.web.core.words import WORDS as COMMON
from directapp.interfaces.web.features.own_roles.told import lines_of, rows_of, say, told_changes
from directapp.interfaces.web.features.own_roles.words import WORDS
from directapp.kernel.errors import DirectAppError, ForbiddenError, NotFoundError
from directapp.kernel.roles import CustomRole
from directapp.kernel.text import name_of as names_of
from directapp.store.query import Condition, Order, Query

HERE = "/app/admin/roles"
administers = does(ROLES, "draft")
_MOST_ROLES, _MOST_VERSIONS, _MOST_PEOPLE = 1000, 200, 5000
_MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class Version:
    """A version as it is listed."""

    id: str
    href: str
    number: str
    note: str
    when: str
    now: bool


def demand(ctx: RequestContext) -> None:
    """Refuse whoever does not put roles together (ForbiddenError)."""
    if not administers(ctx):
        raise ForbiddenError


def name_of(ctx: RequestContext, role: Mapping[str, Any]) -> str:
    """Return what a role is called in the reader's language."""
    return ctx.say(names_of(role))


def standing(ctx: RequestContext, role: Mapping[str, Any]) -> str:
    """Return whether a role is in use, and in which version."""
    if role.get(Roles.pieces) is None:
        return say(ctx, "off")
    number = role.get(Roles.active_version)
    return say(ctx, "in_use", number=number) if number else say(ctx, "in_use_unnumbered")


async def role_of(ctx: RequestContext, role: str) -> dict[str, Any]:
    """Return a role of the company's own (NotFoundError: there is none)."""
    demand(ctx)
    record = refs.as_uuid(role)
    row = None if record is None else await ctx.one(ROLES, record)
    if row is None or row.get(Roles.based_on) is None:
        raise NotFoundError
    return row


async def versions_of(ctx: RequestContext, role: UUID) -> list[dict[str, Any]]:
    """Return the versions of a role, the newest first."""
    query = Query(
        filter=Condition((RoleVersions.role,), "eq", role),
        sort=(Order(RoleVersions.number, descending=True), Order("id")),
        limit=_MOST_VERSIONS,
    )
    return await ctx.rows(ROLE_VERSIONS, query)


async def _holders(ctx: RequestContext) -> dict[str, int]:
    """Return how many active people have each role of the company's own."""
    query = Query(
        fields=((Users.custom_roles,),),
        filter=Condition((Users.active,), "eq", value=True),
        sort=(Order("id"),),
        limit=_MOST_PEOPLE,
    )
    found: dict[str, int] = {}
    for row in await ctx.rows(USERS, query):
        for code in row.get(Users.custom_roles) or ():
            found[code] = found.get(code, 0) + 1
    return found


def words(ctx: RequestContext) -> dict[str, str]:
    """Return the words of these pages."""
    return {name: ctx.say(text) for name, text in WORDS.items()}


async def show_roles(ctx: PersonContext) -> Response:
    """Show the company's own roles, and the product's."""
    demand(ctx)
    rows = await ctx.rows(ROLES, Query(sort=(Order(Roles.code), Order("id")), limit=_MOST_ROLES))
    holders = await _holders(ctx)
    own = [
        {
            "href": f"{HERE}/{row['id']}",
            "name": name_of(ctx, row),
            "like": say(ctx, "like", role=ctx.say(LABELS[row[Roles.based_on]])),
            "standing": standing(ctx, row),
            "holders": say(ctx, "holders", count=holders.get(row[Roles.code], 0)),
        }
        for row in rows
        if row.get(Roles.based_on)
    ]
    products = [(f"/app/permissions?role={code}", ctx.say(LABELS[code])) for code in WORKING.split()]
    return ctx.page("own_roles/list.html", here=ROLES, r=words(ctx), own=own, products=products)


async def show_role(ctx: PersonContext, role: str) -> Response:
    """Show what a role gives now, and its versions."""
    return await role_page(ctx, await role_of(ctx, role))


async def role_page(
    ctx: RequestContext, row: dict[str, Any], summary: tuple[Complaint, ...] = (), status: int = HTTPStatus.OK
) -> Response:
    """Return the page of a role."""
    now = custom_role(row_of(row))
    hidden = rows_of(ctx, account_pieces(ctx.spec, row[Roles.based_on]))
    versions = [_version(ctx, row, one) for one in await versions_of(ctx, UUID(row["id"]))]
    return ctx.page(
        "own_roles/role.html",
        status=status,
        here=ROLES,
        r=words(ctx),
        path=f"{HERE}/{row['id']}",
        record=f"/app/{ROLES}/{row['id']}",
        name=name_of(ctx, row),
        like=say(ctx, "like", role=ctx.say(LABELS[row[Roles.based_on]])),
        standing=standing(ctx, row),
        holders=say(ctx, "holders", count=(await _holders(ctx)).get(row[Roles.code], 0)),
        lines=lines_of(ctx, now, hidden) if now is not None else (),
        active=now is not None,
        versions=versions,
        summary=summary,
        stale_by=None,
    )


def _version(ctx: RequestContext, role: Mapping[str, Any], one: Mapping[str, Any]) -> Version:
    meta = ctx.spec[ROLE_VERSIONS]
    number = one[RoleVersions.number]
    return Version(
        str(one["id"]),
        f"{HERE}/{role['id']}/versions/{one['id']}",
        say(ctx, "version", number=number),
        str(one.get(RoleVersions.note) or ""),
        ctx.formatter.value(meta, RoleVersions.created_at, one).text,
        number == role.get(Roles.active_version),
    )


async def switch_off(ctx: PersonContext, role: str) -> Response:
    """Switch a role off."""
    posted = await read_signed(ctx)
    row = await role_of(ctx, role)
    try:
        await ctx.do(ctx.meta(ROLES), "switch_off", {}, posted=posted, target=UUID(row["id"]))
    except DirectAppError as error:
        _, summary = forms.sort_problems(error.problems, {}, ctx.language)
        return await role_page(ctx, row, summary, int(error.status))
    ctx.cookies.append(notes.tell_done(say(ctx, "off"), ctx.now, undo=None, href=f"{HERE}/{row['id']}"))
    return ctx.go(f"{HERE}/{row['id']}")


# -- a version ------------------------------------------------------------------------------------------


async def show_version(ctx: PersonContext, role: str, version: str) -> Response:
    """Show a version, what it would change for whom, and how it differs from another."""
    return await _version_page(ctx, await role_of(ctx, role), version)


async def act_on_version(ctx: PersonContext, role: str, version: str) -> Response:
    """Compare a version with what is in use, or put it into use."""
    posted = await read_signed(ctx)
    row = await role_of(ctx, role)
    verb = "activate" if posted.get("act") == "activate" else "simulate"
    try:
        await ctx.do(ctx.meta(ROLES), verb, {"version": version}, posted=posted, target=UUID(row["id"]))
    except DirectAppError as error:
        _, summary = forms.sort_problems(error.problems, {}, ctx.language)
        return await _version_page(ctx, await role_of(ctx, role), version, summary, int(error.status))
    here = f"{HERE}/{row['id']}"
    if verb == "simulate":
        return ctx.go(f"{here}/versions/{version}")
    told = f"{ctx.say(COMMON['saved'])}: {name_of(ctx, row)}"
    ctx.cookies.append(notes.tell_done(told, ctx.now, undo=None, href=here))
    return ctx.go(here)


async def _version_page(
    ctx: RequestContext,
    role: dict[str, Any],
    version: str,
    summary: tuple[Complaint, ...] = (),
    status: int = HTTPStatus.OK,
) -> Response:
    versions = await versions_of(ctx, UUID(role["id"]))
    row = next((one for one in versions if one["id"] == version), None)
    if row is None:
        raise NotFoundError
    current = row[RoleVersions.number] == role.get(Roles.active_version)
    told = row.get(RoleVersions.simulation)
    fresh = told is not None and row.get(RoleVersions.simulated_against) == digest_of(role.get(Roles.pieces))
    other = next((one for one in versions if one["id"] == ctx.request.query_params.get("with")), None)
    own = CustomRole(role[Roles.code], pieces_of(row[RoleVersions.pieces]), role[Roles.based_on])
    hidden = rows_of(ctx, account_pieces(ctx.spec, role[Roles.based_on]))
    newer = row[RoleVersions.number] > (role.get(Roles.active_version) or 0)
    return ctx.page(
        "own_roles/version.html",
        status=status,
        here=ROLES,
        r=words(ctx),
        role=name_of(ctx, role),
        path=f"{HERE}/{role['id']}",
        version=_version(ctx, role, row),
        lines=lines_of(ctx, own, hidden),
        current=current,
        fresh=fresh and not current,
        put=say(ctx, "activate" if newer else "back"),
        told=_told(ctx, told) if told is not None and fresh else None,
        others=[_version(ctx, role, one) for one in versions if one is not row],
        chosen=other["id"] if other else "",
        beside=say(ctx, "compared", number=row[RoleVersions.number], other=other[RoleVersions.number]) if other else "",
        differences=_between(ctx, role, other, own) if other else (),
        summary=summary,
        stale_by=None,
    )


def _between(ctx: RequestContext, role: Mapping[str, Any], other: Mapping[str, Any], own: CustomRole) -> Any:
    before = CustomRole(role[Roles.code], pieces_of(other[RoleVersions.pieces]), role[Roles.based_on])
    return told_changes(ctx, changes(ctx.spec, frozenset({before}), frozenset({own})))


def _told(ctx: RequestContext, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a version would change, for people alike together."""
    groups = [
        {
            "names": _names(ctx, [person["name"] for person in group["people"]]),
            "changes": told_changes(ctx, group["changes"]),
            "rows": [
                (person["name"], ctx.say(meta.declared.plural), _counts(ctx, counts))
                for person in group["people"]
                for name, counts in person.get("rows", {}).items()
                if (meta := ctx.spec.get(name)) is not None
            ],
        }
        for group in told["groups"]
    ]
    return {
        "people": told["people"],
        "groups": groups,
        "uncounted": say(ctx, "uncounted", count=told["uncounted"]) if told.get("uncounted") else "",
    }


def _names(ctx: RequestContext, names: list[str]) -> str:
    """Return who they are, and how many more."""
    told, more = ", ".join(names[:_MOST_NAMED]), len(names) - _MOST_NAMED
    return told if more <= 0 else say(ctx, "and_more", names=told, count=more)


def _counts(ctx: RequestContext, counts: list[int]) -> str:
    before, after = (f"{MOST_ROWS}+" if count > MOST_ROWS else str(count) for count in counts)
    return say(ctx, "was_now", before=before, after=after)


ROUTES = (
    get(HERE, show_roles),
    get(f"{HERE}/{{role}}", show_role),
    post(f"{HERE}/{{role}}", switch_off),
    get(f"{HERE}/{{role}}/versions/{{version}}", show_version),
    post(f"{HERE}/{{role}}/versions/{{version}}", act_on_version),
)
