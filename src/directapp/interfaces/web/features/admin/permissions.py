"""Permissions: see as a role or a person, and why: which fields of what they see and change, in words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.declare.names import Row, plain
from directapp.declare.spec import CollectionMeta
from directapp.derive.inputs import Option
from directapp.derive.shown import readable_anywhere, writable_anywhere
from directapp.domains.people.fields import ROLES, Roles
from directapp.domains.people.principal import load_actor
from directapp.domains.people.roles import ADMIN, LABELS, MANAGER, OPERATOR, custom_role
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.core.rights import has_role
from directapp.interfaces.web.records.record_view import look_up
from directapp.kernel.actor import Actor
from directapp.kernel.errors import DirectAppError, ForbiddenError, NotFoundError, UnauthenticatedError
from directapp.kernel.ids import uuid7
from directapp.kernel.text import Text, _, name_of
from directapp.services.explain import Names, explain
from directapp.services.reading import View

PATH, USERS = "/app/permissions", "users"
_MOST_ROLES = 1000
# Who looks into the rights of others.
explores = has_role(ADMIN, MANAGER)
WORDS: Mapping[str, Text] = {
    "title": _("Who may see what"),
    "about": _("Choose a role or a person, and what they look at. This shows the rights, not the contents."),
    "role": _("Role"),
    "person": _("Person"),
    "by_role": _("(by role)"),
    "what": _("What"),
    "record": _("Record"),
    "any": _("(any)"),
    "field": _("Field"),
    "show": _("Show"),
    "why": _("Why"),
    "groups": _("Field by field"),
    "group": _("Group"),
    "reads": _("Sees"),
    "writes": _("May change"),
    "nothing": _("nothing"),
    "everything": _("everything"),
    "acts": _("May do"),
    "no_acts": _("No actions."),
    "unseen": _("{name} does not see this one."),
    "as_it_may": _("Where the rights hold; it varies by record."),
    "role_at": _("{role} at your site"),
    "inactive": _("The person is not active and has no access."),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks: about whom, about what."""

    role: str
    who: UUID | None
    meta: CollectionMeta
    record: UUID | None
    field: str | None


@dataclass(frozen=True, slots=True)
class _GroupLine:
    label: str
    reads: str
    writes: str


@dataclass(frozen=True, slots=True)
class _Act:
    label: str
    blocked: str


async def show_permissions(ctx: PersonContext) -> Response:
    """Show what a role or a person may see and do, and why."""
    if not explores(ctx):
        raise ForbiddenError
    own = await _own_roles(ctx)
    asked = _asked(ctx, own)
    subject, told = await _subject(ctx, asked, own)
    context: dict[str, Any] = {"lines": (), "groups": (), "acts": (), "unseen": None, "inactive": subject is None}
    if subject is not None:
        context |= await _rights(ctx, asked, subject, told, own)
    return ctx.page(
        "admin/permissions.html",
        here=None,
        p={name: text.pick(ctx.language) for name, text in WORDS.items()},
        asked=asked,
        told=told,
        **context,
        **await _choices(ctx, asked, own),
    )


async def _own_roles(ctx: RequestContext) -> dict[str, Row]:
    """Return the company's own roles that are in use, by code."""
    async with ctx.services.auth.open(ctx.person.tenant) as rows:
        found = [one.row for one in await rows.find(ROLES, limit=_MOST_ROLES)]
    return {row[Roles.code]: row for row in found if custom_role(row) is not None}


def _labels(own: Mapping[str, Row]) -> dict[str, Text]:
    """Return what roles are called: the product's and the company's own."""
    products = {code: label for code, label in LABELS.items() if code != OPERATOR}
    return products | {code: name_of(plain(row)) for code, row in own.items()}


def _asked(ctx: RequestContext, own: Mapping[str, Row]) -> _Asked:
    given = ctx.request.query_params
    name = given.get("collection") or ctx.main_list or "cars"
    meta = ctx.meta(name)
    field = given.get("field") or ""
    role = given.get("role") or ""
    return _Asked(
        role=role if role in _labels(own) else next(iter(LABELS)),
        who=refs.as_uuid(given.get("who") or ""),
        meta=meta,
        record=refs.as_uuid(given.get("record") or ""),
        field=field if field in meta.fields else None,
    )


async def _subject(ctx: RequestContext, asked: _Asked, own: Mapping[str, Row]) -> tuple[Actor | None, str]:
    """Return whom it is about (None: nobody who may sign in), and what they are called."""
    if asked.who is None:
        label, row = ctx.say(_labels(own)[asked.role]), own.get(asked.role)
        name = ctx.say(WORDS["role_at"]).format(role=label)
        me = ctx.person
        subject = replace(
            me, user=uuid7(), name=name, roles=frozenset({(row and custom_role(row)) or asked.role}), session=None
        )
        return subject, name
    seen = await look_up(ctx, ctx.meta(USERS), asked.who)
    name = ctx.formatter.title(seen.meta, seen.told)
    try:
        async with ctx.services.auth.open(ctx.person.tenant) as rows:
            return await load_actor(rows, ctx.person.tenant, asked.who), name
    except UnauthenticatedError:
        return None, name


async def _rights(
    ctx: RequestContext, asked: _Asked, subject: Actor, told: str, own: Mapping[str, Row]
) -> dict[str, Any]:
    if asked.record is not None:
        await look_up(ctx, asked.meta, asked.record)
    names = Names(roles=_labels(own), labels=True)
    lines = await explain(ctx.platform.database, subject, asked.meta, asked.record, asked.field, names=names)
    view = await _view(ctx, asked, subject)
    reads = view.readable if view else readable_anywhere(subject, asked.meta) if not asked.record else frozenset()
    writes = view.writable if view else writable_anywhere(subject, asked.meta) if not asked.record else frozenset()
    return {
        "lines": [ctx.say(line).removeprefix("- ") for line in lines],
        "groups": [_group(ctx, g, reads, writes) for g in asked.meta.groups],
        "acts": _acts(ctx, asked.meta, subject, view) if view or not asked.record else [],
        "unseen": ctx.say(WORDS["unseen"]).format(name=told) if asked.record and view is None else None,
    }


async def _view(ctx: RequestContext, asked: _Asked, subject: Actor) -> View | None:
    if asked.record is None:
        return None
    try:
        return await ctx.platform.reading.view(subject, asked.meta.name, asked.record)
    except DirectAppError as error:
        if isinstance(error, NotFoundError | ForbiddenError):
            return None
        raise


def _group(ctx: RequestContext, group: Any, reads: frozenset[str], writes: frozenset[str]) -> _GroupLine:
    return _GroupLine(
        ctx.say(group.label),
        _some(ctx, group.fields, reads),
        _some(ctx, [f for f in group.fields if not f.computed], writes),
    )


def _some(ctx: RequestContext, fields: Any, given: frozenset[str]) -> str:
    held = [f for f in fields if f.name in given]
    if not held:
        return ctx.say(WORDS["nothing"])
    if len(held) == len(fields):
        return ctx.say(WORDS["everything"])
    return ", ".join(ctx.say(f.label) for f in held)


def _acts(ctx: RequestContext, meta: CollectionMeta, subject: Actor, view: View | None) -> list[_Act]:
    if view is not None:
        return [_Act(ctx.say(o.verb.label), ctx.say(o.blocked.message) if o.blocked else "") for o in view.offers]
    return [_Act(ctx.say(v.label), "") for v in meta.verbs_of(meta.grants_of(subject.roles))]


async def _choices(ctx: RequestContext, asked: _Asked, own: Mapping[str, Row]) -> dict[str, Any]:
    """Return what the form offers."""
    metas = [s for s in ctx.spec.exposed if s.grants_of(ctx.person.roles)]
    names = await refs.names_of(
        ctx,
        {USERS: [str(asked.who)] if asked.who else [], asked.meta.name: [str(asked.record)] if asked.record else []},
    )
    return {
        "roles": [Option(code, ctx.say(label), code == asked.role) for code, label in _labels(own).items()],
        "collections": [Option(s.name, ctx.say(s.declared.plural), s is asked.meta) for s in metas],
        "fields": [
            Option(f.name, f"{ctx.say(g.label)}: {ctx.say(f.label)}", f.name == asked.field)
            for g in asked.meta.groups
            for f in g.fields
        ],
        "who_name": names.get(str(asked.who), ""),
        "record_name": names.get(str(asked.record), ""),
    }


ROUTES = (get(PATH, show_permissions),)
