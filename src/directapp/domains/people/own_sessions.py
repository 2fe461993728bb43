"""Where a person is signed in, and ending it there."""

from uuid import UUID

from directapp.declare.names import Row
from directapp.domains.people.fields import NETWORK_RULES, Sessions
from directapp.domains.people.flow import Auth
from directapp.domains.people.issue import end_keys, end_sessions
from directapp.domains.people.ports import Found
from directapp.domains.people.principal import is_idle
from directapp.kernel.actor import Actor
from directapp.kernel.errors import ForbiddenError, NotFoundError

_MOST, _MOST_RULES = 200, 1000


async def own_sessions(auth: Auth, actor: Actor) -> list[Found]:
    """Return a person's sign-ins that have not ended, newest first."""
    if actor.user is None:
        raise ForbiddenError
    now = auth.clock()
    async with auth.open(actor.tenant) as rows:
        found = await rows.find("sessions", {Sessions.user: actor.user, Sessions.ended_at: None}, limit=_MOST)
    live = [one for one in found if one.row[Sessions.expires_at] > now and not is_idle(one.row, now, auth.idle)]
    return sorted(live, key=lambda one: one.row[Sessions.created_at], reverse=True)


async def named_networks(auth: Auth, actor: Actor) -> list[Row]:
    """Return the networks that the company has named."""
    async with auth.open(actor.tenant) as rows:
        return [one.row for one in await rows.find(NETWORK_RULES, limit=_MOST_RULES)]


async def end_session(auth: Auth, actor: Actor, session: UUID) -> None:
    """End one of one's own sign-ins (NotFoundError: it is none of theirs, or has ended)."""
    if session not in {one.id for one in await own_sessions(auth, actor)} or actor.user is None:
        raise NotFoundError
    async with auth.open(actor.tenant) as rows:
        await rows.change({Sessions.ended_at: auth.clock()}, on=await rows.look_up("sessions", session))
    await auth.port.notify_invalidation(actor.tenant, actor.user)


async def end_other_sessions(auth: Auth, actor: Actor) -> None:
    """End every sign-in of one's own but this one."""
    if actor.user is None or actor.session is None:
        raise ForbiddenError
    async with auth.open(actor.tenant) as rows:
        await end_sessions(rows, actor.user, auth.clock(), keep=actor.session)
    await auth.port.notify_invalidation(actor.tenant, actor.user)


async def end_own_keys(auth: Auth, actor: Actor) -> None:
    """Make every API key of one's own useless."""
    if actor.user is None or actor.session is None:
        raise ForbiddenError
    async with auth.open(actor.tenant) as rows:
        await end_keys(rows, actor.user, auth.clock())
    await auth.port.notify_invalidation(actor.tenant, actor.user)
