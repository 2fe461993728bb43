"""The people of a site in one place: who is in, who was invited, who is out, and what may be done with each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import APIRouter, Response

from directapp.declare.verbs import Verb
from directapp.derive import present
from directapp.derive.inputs import Option
from directapp.derive.shown import page_of, paths_for, readable_anywhere
from directapp.interfaces.web import refs
from directapp.interfaces.web.admin.overview import PATH, does
from directapp.interfaces.web.admin.words import WORDS, speak_admin
from directapp.interfaces.web.desk import Desk, PersonDesk
from directapp.interfaces.web.lists import collection_verbs, record_verbs
from directapp.interfaces.web.look import SITES
from directapp.kernel.errors import ForbiddenError
from directapp.store.query import Condition, Filter, Order, Query

HERE = f"{PATH}/people"
USERS = "users"
_FIELDS = ("id", "first_name", "last_name", "roles", "dealership", "email", "active", "invited_at", "last_seen_at")
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


def add_people(router: APIRouter) -> None:
    """Add the page of people."""
    router.add_api_route(HERE, show_people, methods=["GET"])


async def show_people(desk: PersonDesk, site: str = "") -> Response:
    """Show the people of a site: of the own one, or of the one that an administrator chooses."""
    if not does(USERS, "invite")(desk):
        raise ForbiddenError
    shape = desk.shape(USERS)
    sites = (await refs.options_of(desk, [SITES])).get(SITES, [])
    wide = any(g.create for g in shape.grants_of(desk.person.roles))
    chosen = refs.as_uuid(site) if wide else desk.person.site
    filter_: Filter | None = Condition(("dealership",), "eq", chosen) if chosen else None
    names = tuple(n for n in _FIELDS if n in readable_anywhere(desk.person, shape))
    query = Query(
        fields=paths_for(desk.spec, desk.person, shape, names),
        filter=filter_,
        sort=(Order("last_name"), Order("first_name")),
        limit=_MOST,
    )
    rows = orjson.loads((await desk.platform.reading.page(desk.person, USERS, query)).json)
    people = [_person(desk, row) for row in rows]
    people.sort(key=lambda p: (IN, INVITED, OUT).index(p.standing))
    return desk.page(
        "admin/people.html",
        here=USERS,
        a=speak_admin(desk.language),
        people=people,
        counts={s: sum(p.standing == s for p in people) for s in (IN, INVITED, OUT)},
        sites=[Option(o.value, o.label, o.value == str(chosen)) for o in sites] if wide else [],
        verbs=collection_verbs(desk, shape),
        whole=f"/app/{USERS}" + (f"?dealership={chosen}" if chosen else ""),
    )


def _person(desk: Desk, row: Mapping[str, Any]) -> Person:
    shape, key = desk.spec[USERS], str(row["id"])
    standing = _standing(row)
    own = key == str(desk.person.user)
    return Person(
        href=page_of(USERS, key),
        name=desk.teller.title(shape, row),
        roles=desk.teller.value(shape, "roles", row).text,
        email=str(row.get("email") or ""),
        standing=standing,
        told=_told(desk, row, standing),
        own=own,
        # Who may not know whether somebody is active, does nothing with them.
        acts=() if own or "active" not in row else tuple(_acts(desk, record_verbs(desk, shape), key, standing)),
    )


def _standing(row: Mapping[str, Any]) -> str:
    if row.get("active") is False:
        return OUT
    return INVITED if row.get("invited_at") and not row.get("last_seen_at") else IN


def _told(desk: Desk, row: Mapping[str, Any], standing: str) -> str:
    at = present.read_instant(row.get({IN: "last_seen_at", INVITED: "invited_at"}.get(standing, "")))
    if at is None:
        return desk.say(WORDS["never_in"]) if standing == IN and "active" in row else ""
    word = WORDS["seen_at" if standing == IN else "invited_at"]
    return desk.say(word.fill(when=present.show_moment(at, desk.now, desk.language)))


def _acts(desk: Desk, verbs: list[Verb], key: str, standing: str) -> list[tuple[str, str, str]]:
    """Return what may be done with somebody: the label, the icon, and where its form stands."""
    left_out = _COMING_IN if standing != OUT else _GOING_OUT
    return [
        (desk.say(verb.label), verb.icon, f"{page_of(USERS, key)}/do/{verb.name}")
        for verb in verbs
        if verb.name != left_out
    ]
