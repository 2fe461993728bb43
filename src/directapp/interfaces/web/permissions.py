"""Permissions: see as a role or a person, and why: which fields of what they see and change, in words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from directapp.declare.spec import Shape
from directapp.derive.inputs import Option
from directapp.derive.shown import readable_anywhere, writable_anywhere
from directapp.domains.people.principal import load_actor
from directapp.domains.people.roles import LABELS, OPERATOR
from directapp.interfaces.web import refs
from directapp.interfaces.web.desk import Desk, PersonDesk
from directapp.interfaces.web.record_links import EXPLORERS
from directapp.interfaces.web.record_view import look_up
from directapp.kernel.actor import Actor
from directapp.kernel.errors import DirectAppError, ForbiddenError, NotFoundError, UnauthenticatedError
from directapp.kernel.ids import uuid7
from directapp.kernel.text import Text
from directapp.services.explain import Names, explain
from directapp.services.reading import View

T = Text
PATH, USERS = "/app/permissions", "users"
WORDS: Mapping[str, Text] = {
    "title": T("Hvem kan se hva", "Who may see what"),
    "about": T(
        "Velg en rolle eller en person, og hva de skal se på. Her vises rettighetene, ikke innholdet.",
        "Choose a role or a person, and what they look at. This shows the rights, not the contents.",
    ),
    "role": T("Rolle", "Role"),
    "person": T("Person", "Person"),
    "by_role": T("(etter rolle)", "(by role)"),
    "what": T("Hva", "What"),
    "record": T("Post", "Record"),
    "any": T("(alle)", "(any)"),
    "field": T("Felt", "Field"),
    "show": T("Vis", "Show"),
    "why": T("Hvorfor", "Why"),
    "groups": T("Felt for felt", "Field by field"),
    "group": T("Gruppe", "Group"),
    "reads": T("Ser", "Sees"),
    "writes": T("Kan endre", "May change"),
    "nothing": T("ingenting", "nothing"),
    "everything": T("alt", "everything"),
    "acts": T("Kan gjøre", "May do"),
    "no_acts": T("Ingen handlinger.", "No acts."),
    "unseen": T("{name} ser ikke denne.", "{name} does not see this one."),
    "as_it_may": T(
        "Der rettene gjelder; det varierer fra post til post.", "Where the rights hold; it varies by record."
    ),
    "role_at": T("{role} på ditt anlegg", "{role} at your site"),
    "inactive": T("Personen er ikke aktiv og har ingen tilgang.", "The person is not active and has no access."),
}
_NAMES = Names(roles=LABELS, labels=True)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks: about whom, about what."""

    role: str
    who: UUID | None
    shape: Shape
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


def add_permissions(router: APIRouter) -> None:
    """Add the explorer of rights."""
    router.add_api_route(PATH, show_permissions, methods=["GET"])


async def show_permissions(desk: PersonDesk) -> Response:
    """Show what a role or a person may see and do, and why."""
    if not desk.person.roles & EXPLORERS:
        raise ForbiddenError
    asked = _asked(desk)
    subject, told = await _subject(desk, asked)
    context: dict[str, Any] = {"lines": (), "groups": (), "acts": (), "unseen": None, "inactive": subject is None}
    if subject is not None:
        context |= await _rights(desk, asked, subject, told)
    return desk.page(
        "permissions.html",
        here=None,
        p={name: text.pick(desk.language) for name, text in WORDS.items()},
        asked=asked,
        told=told,
        **context,
        **await _choices(desk, asked),
    )


def _asked(desk: Desk) -> _Asked:
    given = desk.request.query_params
    name = given.get("collection") or desk.main_list or "cars"
    shape = desk.shape(name)
    field = given.get("field") or ""
    role = given.get("role") or ""
    return _Asked(
        role=role if role in LABELS and role != OPERATOR else next(iter(LABELS)),
        who=refs.as_uuid(given.get("who") or ""),
        shape=shape,
        record=refs.as_uuid(given.get("record") or ""),
        field=field if field in shape.fields else None,
    )


async def _subject(desk: Desk, asked: _Asked) -> tuple[Actor | None, str]:
    """Return whom it is about (None: nobody who may sign in), and what they are called."""
    if asked.who is None:
        label = desk.say(LABELS[asked.role])
        name = desk.say(WORDS["role_at"]).format(role=label)
        me = desk.person
        subject = replace(me, user=uuid7(), name=name, roles=frozenset({asked.role}), session=None)
        return subject, name
    seen = await look_up(desk, desk.shape(USERS), asked.who)
    name = desk.teller.title(seen.shape, seen.told)
    try:
        async with desk.house.auth.open(desk.person.tenant) as rows:
            return await load_actor(rows, desk.person.tenant, asked.who), name
    except UnauthenticatedError:
        return None, name


async def _rights(desk: Desk, asked: _Asked, subject: Actor, told: str) -> dict[str, Any]:
    if asked.record is not None:
        await look_up(desk, asked.shape, asked.record)
    lines = await explain(desk.platform.database, subject, asked.shape, asked.record, asked.field, names=_NAMES)
    view = await _view(desk, asked, subject)
    reads = view.readable if view else readable_anywhere(subject, asked.shape) if not asked.record else frozenset()
    writes = view.writable if view else writable_anywhere(subject, asked.shape) if not asked.record else frozenset()
    return {
        "lines": [desk.say(line).removeprefix("- ") for line in lines],
        "groups": [_group(desk, g, reads, writes) for g in asked.shape.groups],
        "acts": _acts(desk, asked.shape, subject, view) if view or not asked.record else [],
        "unseen": desk.say(WORDS["unseen"]).format(name=told) if asked.record and view is None else None,
    }


async def _view(desk: Desk, asked: _Asked, subject: Actor) -> View | None:
    if asked.record is None:
        return None
    try:
        return await desk.platform.reading.view(subject, asked.shape.name, asked.record)
    except DirectAppError as error:
        if isinstance(error, NotFoundError | ForbiddenError):
            return None
        raise


def _group(desk: Desk, group: Any, reads: frozenset[str], writes: frozenset[str]) -> _GroupLine:
    return _GroupLine(
        desk.say(group.label),
        _some(desk, group.fields, reads),
        _some(desk, [f for f in group.fields if not f.computed], writes),
    )


def _some(desk: Desk, fields: Any, given: frozenset[str]) -> str:
    held = [f for f in fields if f.name in given]
    if not held:
        return desk.say(WORDS["nothing"])
    if len(held) == len(fields):
        return desk.say(WORDS["everything"])
    return ", ".join(desk.say(f.label) for f in held)


def _acts(desk: Desk, shape: Shape, subject: Actor, view: View | None) -> list[_Act]:
    if view is not None:
        return [_Act(desk.say(o.verb.label), desk.say(o.blocked.message) if o.blocked else "") for o in view.offers]
    given = {v for g in shape.grants_of(subject.roles) for v in g.verbs}
    return [_Act(desk.say(v.label), "") for v in shape.declared.verbs if v.name in given or "*" in given]


async def _choices(desk: Desk, asked: _Asked) -> dict[str, Any]:
    """Return what the form offers."""
    shapes = [s for s in desk.spec.exposed if s.grants_of(desk.person.roles)]
    names = await refs.names_of(
        desk,
        {USERS: [str(asked.who)] if asked.who else [], asked.shape.name: [str(asked.record)] if asked.record else []},
    )
    return {
        "roles": [
            Option(code, desk.say(label), code == asked.role) for code, label in LABELS.items() if code != OPERATOR
        ],
        "collections": [Option(s.name, desk.say(s.declared.plural), s is asked.shape) for s in shapes],
        "fields": [
            Option(f.name, f"{desk.say(g.label)}: {desk.say(f.label)}", f.name == asked.field)
            for g in asked.shape.groups
            for f in g.fields
        ],
        "who_name": names.get(str(asked.who), ""),
        "record_name": names.get(str(asked.record), ""),
    }
