"""Principal: from a user's row to the Actor that every pipeline asks for."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from directapp.domains.people.fields import DEALERSHIPS, USERS
from directapp.domains.people.ports import Rows
from directapp.domains.people.roles import OPERATOR
from directapp.kernel.actor import Actor
from directapp.kernel.errors import NotFoundError, UnauthenticatedError
from directapp.kernel.languages import pick_language
from directapp.kernel.text import _

Row = Mapping[str, Any]

SIGNED_OUT = _("You are signed out. Sign in again.")
_MOST_SITES = 1000


def sites_below(own: UUID | None, sites: Iterable[Row]) -> frozenset[UUID]:
    """Return a site and all below it, whatever loops the tree has."""
    below: dict[UUID, list[UUID]] = {}
    for site in sites:
        below.setdefault(site["parent_dealership"], []).append(site["id"])
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
    only: Iterable[str] | None = None,
) -> Actor:
    """Return the Actor of a user; ``only`` cuts the roles to those that were chosen for an API key."""
    rows = list(sites)
    own = user["dealership"]
    site = next((row for row in rows if row["id"] == own), None)
    roles = frozenset(user["roles"] or ()) - {OPERATOR}
    return Actor(
        tenant=tenant,
        user=user["id"],
        name=f"{user['first_name']} {user['last_name']}".strip(),
        roles=roles if only is None else roles & frozenset(only),
        site=own,
        sites=sites_below(own, rows),
        brands=frozenset((site or {}).get("brands") or ()),
        language=pick_language(None, user["language"]),
        session=session,
    )


def is_live(session: Row, user: Row, now: datetime) -> bool:
    """Whether a session still counts: not ended, not expired, and its user not deactivated since."""
    ended = user["sessions_ended_at"]
    return (
        bool(user["active"])
        and session["ended_at"] is None
        and session["expires_at"] > now
        and (ended is None or session["created_at"] > ended)
    )


async def load_actor(
    rows: Rows[Any],
    tenant: UUID,
    user: UUID,
    *,
    session: UUID | None = None,
    only: Iterable[str] | None = None,
) -> Actor:
    """Return the Actor of an active user.

    Raises:
        UnauthenticatedError: there is no such user any more.

    """
    row = await load_user(rows, user)
    if not row["active"]:
        raise UnauthenticatedError(SIGNED_OUT)
    sites = await rows.find(DEALERSHIPS, limit=_MOST_SITES)
    return build_actor(tenant, row, [site.row for site in sites], session=session, only=only)


async def load_session_actor(rows: Rows[Any], tenant: UUID, session: UUID, now: datetime) -> Actor:
    """Return the Actor of a live session.

    Raises:
        UnauthenticatedError: the session has ended.

    """
    try:
        found = (await rows.look_up("sessions", session)).row
    except NotFoundError:
        raise UnauthenticatedError(SIGNED_OUT) from None
    if not is_live(found, await load_user(rows, found["user"]), now):
        raise UnauthenticatedError(SIGNED_OUT)
    return await load_actor(rows, tenant, found["user"], session=session)


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
