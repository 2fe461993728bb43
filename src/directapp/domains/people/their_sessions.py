"""Where somebody is signed in, for who manages them: listed, and one of them ended."""

from typing import Any

import structlog

from directapp.declare.fields import field
from directapp.declare.verbs import Verb
from directapp.domains.people import rules
from directapp.domains.people.fields import NETWORK_RULES, Sessions, Users
from directapp.domains.people.networks import place_of
from directapp.domains.people.role_giving import SYSTEM
from directapp.domains.people.verbs import AsSignin, refuse
from directapp.kernel.errors import NotFoundError
from directapp.kernel.text import _
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

_log = structlog.get_logger(__name__)
_MOST, _MOST_RULES = 200, 1000


async def _live(ctx: CommandContext) -> list[Seen]:
    refuse(rules.may_manage(ctx.actor, ctx.target.row))
    equals: Any = {Sessions.user: ctx.target.row[Users.id], Sessions.ended_at: None}
    found = await ctx.find("sessions", equals, system=SYSTEM, limit=_MOST)
    return [one for one in found if one.row[Sessions.expires_at] > ctx.now]


async def list_sign_ins(ctx: CommandContext) -> None:
    """Answer where a user is signed in: with what, from which address, and what the company calls that network."""
    known = [one.row for one in await ctx.find(NETWORK_RULES, system=SYSTEM, limit=_MOST_RULES)]
    ctx.found = [
        {
            "id": str(one.id),
            "user_agent": one.row.get(Sessions.user_agent),
            "address": one.row.get(Sessions.address),
            "place": place_of(str(one.row.get(Sessions.address) or ""), known),
            "created_at": one.row[Sessions.created_at].isoformat(),
            "last_used_at": used.isoformat() if (used := one.row.get(Sessions.last_used_at)) else None,
        }
        for one in sorted(await _live(ctx), key=lambda one: one.row[Sessions.created_at], reverse=True)
    ]


async def end_sign_in(ctx: CommandContext) -> None:
    """End one of a user's sign-ins (NotFoundError: it is none of theirs, or has ended)."""
    found = next((one for one in await _live(ctx) if str(one.id) == ctx.params["sign_in"]), None)
    if found is None:
        raise NotFoundError
    await AsSignin(ctx).change({Sessions.ended_at: ctx.now}, on=found)
    _log.info("sign_in_ended", log="security", user=str(ctx.target.id), by=str(ctx.actor.user))
    ctx.answer = ctx.target


VERBS = (
    Verb(name="sign_ins", label=_("Where they are signed in"), run=list_sign_ins, icon="map-pin"),
    Verb(
        name="end_sign_in",
        label=_("End a sign-in"),
        run=end_sign_in,
        params=(field("sign_in", _("Sign-in"), max_length=36, required=True),),
        icon="logout",
        danger=True,
    ),
)
