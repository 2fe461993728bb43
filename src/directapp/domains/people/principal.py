"""Principal: from a user's row to the Actor that every pipeline asks for."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from directapp.declare.collection import FindRows
from directapp.declare.names import ALL
from directapp.domains.people.fields import (
    DEALERSHIPS,
    NETWORK_RULES,
    ROLES,
    TENANTS,
    USERS,
    Dealerships,
    NetworkRules,
    Roles,
    Sessions,
    Users,
)
from directapp.domains.people.networks import networks_of
from directapp.domains.people.ports import Found, Rows
from directapp.domains.people.roles import LABELS, OPERATOR, counts_as, held_by
from directapp.domains.people.second_factor import waits_for
from directapp.kernel.actor import Actor
from directapp.kernel.errors import NotFoundError, StaleError, UnauthenticatedError
from directapp.kernel.languages import pick_language
from directapp.kernel.text import _

Row = Mapping[str, Any]

SIGNED_OUT = _("You are signed out. Sign in again.")
_MOST_SITES = 1000
_MOST_RULES = 1000
_NOTE_EVERY = timedelta(minutes=10)


def sites_below(own: UUID | None, sites: Iterable[Row]) -> frozenset[UUID]:
    """Return a site and all below it, whatever loops the tree has."""
    below: dict[UUID, list[UUID]] = {}
    for site in sites:
        below.setdefault(site[Dealerships.parent_dealership], []).append(site[Dealerships.id])
    found: set[UUID] = set()
    coming = [] if own is None else [own]
    while coming:
        site_id = coming.pop()
        if site_id not in found:
            found.add(site_id)
            coming += below.get(site_id, [])
    return frozenset(found)


def build_actor(
    tenant: UUID,
    user: Row,
    sites: Iterable[Row],
    *,
    session: UUID | None = None,
    own: Iterable[Row] = (),
    only: Iterable[str] | None = None,
) -> Actor:
    """Return the Actor of a user.

    ``own`` are the company's own roles as they are stored; ``only`` cuts roles to those chosen for an API key, by code.
    """
    rows = list(sites)
    home = user[Users.dealership]
    site = next((row for row in rows if row[Users.id] == home), None)
    held = {code: code for code in user[Users.roles] or () if code in LABELS and code != OPERATOR}
    held |= held_by(user, own)
    return Actor(
        tenant=tenant,
        user=user[Users.id],
        name=f"{user[Users.first_name]} {user[Users.last_name]}".strip(),
        roles=frozenset(held[code] for code in (held if only is None else held.keys() & set(only))),
        site=home,
        sites=sites_below(home, rows),
        brands=frozenset((site or {}).get(Dealerships.brands) or ()),
        language=pick_language(None, user[Users.language]),
        session=session,
        has_second_factor=user.get(Users.second_factor_at) is not None,
    )


def is_idle(session: Row, now: datetime, idle: timedelta | None) -> bool:
    """Whether nobody has used a page's session for so long that it counts no longer; a program's is renewed instead."""
    last = session.get(Sessions.last_used_at) or session[Sessions.created_at]
    return idle is not None and session[Sessions.kind] == "page" and now - last > idle


def is_live(session: Row, user: Row, now: datetime, idle: timedelta | None = None) -> bool:
    """Whether a session still counts: not ended, not expired, not idle, and its user not deactivated since."""
    ended = user[Users.sessions_ended_at]
    return not is_idle(session, now, idle) and (
        bool(user[Users.active])
        and session[Sessions.ended_at] is None
        and session[Sessions.expires_at] > now
        and (ended is None or session[Sessions.created_at] > ended)
    )


async def load_actor(
    rows: Rows[Any],
    tenant: UUID,
    user: UUID,
    *,
    session: Found | None = None,
    only: Iterable[str] | None = None,
    now: datetime | None = None,
) -> Actor:
    """Return the Actor of an active user; with ``now`` what they must do before anything else is judged too.

    Raises:
        UnauthenticatedError: there is no such user any more.

    """
    row = await load_user(rows, user)
    if not row[Users.active]:
        raise UnauthenticatedError(SIGNED_OUT)
    sites = await rows.find(DEALERSHIPS, limit=_MOST_SITES)
    begun = None if session is None else session.id
    own = await own_roles(rows, row)
    actor = build_actor(tenant, row, [site.row for site in sites], session=begun, own=own, only=only)
    if now is None:
        return actor
    company, signed_in = (await rows.look_up(TENANTS, tenant)).row, None if session is None else session.row
    shown = None if signed_in is None else signed_in.get(Sessions.second_factor_at)
    counted = counts_as(row, own)
    rules = await rows.find(NETWORK_RULES, {NetworkRules.role: sorted(counted)}, limit=_MOST_RULES)
    return replace(
        actor,
        waits_for=waits_for(company, row, signed_in, counted, now),
        proven_at=shown,
        networks=networks_of((rule.row for rule in rules), counted),
    )


async def own_roles(rows: Rows[Any], user: Row) -> list[Row]:
    """Return the company's own roles that a user has."""
    codes = user.get(Users.custom_roles)
    return [one.row for one in await rows.find(ROLES, {Roles.code: codes}, limit=len(codes))] if codes else []


async def load_actors(find: FindRows, tenant: UUID, people: Sequence[UUID]) -> list[Actor]:
    """Return people as they would sign in, in the given order; who may not, or is unknown, is left out."""
    found = await find(USERS, {Users.id: list(people), Users.active: True}, limit=len(people))
    users = {row[Users.id]: row for row in found}
    sites = await find(DEALERSHIPS, ALL, limit=_MOST_SITES)
    codes = sorted({code for user in found for code in user.get(Users.custom_roles) or ()})
    own = await find(ROLES, {Roles.code: codes}, limit=len(codes)) if codes else ()
    return [build_actor(tenant, users[one], sites, own=own) for one in people if one in users]


async def load_session_actor(
    rows: Rows[Any], tenant: UUID, session: UUID, now: datetime, *, idle: timedelta | None = None, used: bool = True
) -> Actor:
    """Return the Actor of a live session, one that was not ``idle`` for too long; ``used``: somebody uses it now.

    Raises:
        UnauthenticatedError: the session has ended.

    """
    try:
        found = await rows.look_up("sessions", session)
    except NotFoundError:
        raise UnauthenticatedError(SIGNED_OUT) from None
    if not is_live(found.row, await load_user(rows, found.row[Sessions.user]), now, idle):
        raise UnauthenticatedError(SIGNED_OUT)
    if used:
        await _note_used(rows, found, now)
    return await load_actor(rows, tenant, found.row[Sessions.user], session=found, now=now)


async def _note_used(rows: Rows[Any], session: Found, now: datetime) -> None:
    """Note that a session was used, every ten minutes at most; of two that do at once one is enough."""
    last = session.row.get(Sessions.last_used_at) or session.row[Sessions.created_at]
    if now - last > _NOTE_EVERY:
        with suppress(StaleError):
            await rows.change({Sessions.last_used_at: now}, on=session)


async def load_user(rows: Rows[Any], user: UUID) -> Row:
    """Return a user's row.

    Raises:
        UnauthenticatedError: there is no such user any more.

    """
    try:
        row: Row = (await rows.look_up(USERS, user)).row
    except NotFoundError:
        raise UnauthenticatedError(SIGNED_OUT) from None
    return row
