"""Verbs of people: invite, roles, deactivation, one-time links and API keys, each behind its guards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from directapp.declare.names import ALL, FieldName, Patch, Row, Values, row_of
from directapp.domains.people import rules
from directapp.domains.people.events import RESET_ASKED, SECOND_FACTOR_RESET, USER_INVITED
from directapp.domains.people.fields import USERS, ApiKeys, Credentials, Roles, Users
from directapp.domains.people.issue import HAND_OVER_LIFE, end_keys, end_sessions, issue_link, link_path, take_factors
from directapp.domains.people.role_giving import (
    SYSTEM,
    own_role,
    own_roles_of,
    refuse_above,
    refuse_above_of,
    refuse_together,
)
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError, Problem, UnconfirmedError
from directapp.kernel.text import _
from directapp.kernel.tokens import Token, TokenKind, digest, new_secret
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

_IN_USE = _("The user has chosen a password already. Choose “Send new password”: the link goes to the user alone.")


@dataclass(frozen=True, slots=True)
class AsSignin:
    """A command context whose writes are done by the sign-in system: after the guards of the verb."""

    ctx: CommandContext

    async def look_up(self, collection: str, record: UUID) -> Seen:
        """Return a record of the tenant."""
        return await self.ctx.look_up(collection, record, system=SYSTEM)

    async def find(self, collection: str, equals: Patch = ALL, *, limit: int = 50) -> list[Seen]:
        """Return the records with these values."""
        return await self.ctx.find(collection, equals, system=SYSTEM, limit=limit)

    async def hold(self, records: Sequence[UUID]) -> None:
        """Hold records against other writers."""
        await self.ctx.hold(records)

    async def create(self, collection: str, values: Patch) -> Seen:
        """Make a record."""
        return await self.ctx.create(collection, values, system=SYSTEM)

    async def change(self, patch: Patch, *, on: Seen) -> Seen:
        """Change a record."""
        return await self.ctx.change(patch, system=SYSTEM, on=on)

    async def unsealed(self, on: Seen, name: FieldName[str]) -> str:
        """Return what stands encrypted in a field of a record."""
        return await self.ctx.unsealed(on, name)

    async def remove(self, on: Seen) -> None:
        """Delete a record."""
        await self.ctx.remove(on, system=SYSTEM)


async def invite(ctx: CommandContext) -> None:
    """Make a user who gets a link by mail; at the manager's own dealership unless another is named."""
    values = {name: value for name, value in ctx.params.items() if value is not None}
    roles, own = values.setdefault(Users.roles, []), values.pop("role", None)
    if not rules.is_admin(roles) and ctx.actor.site is not None:
        values.setdefault(Users.dealership, ctx.actor.site)
    values.setdefault(Users.language, ctx.actor.language)
    invited = row_of({Users.dealership: values.get(Users.dealership)})
    refuse(rules.may_manage(ctx.actor, invited, roles))
    refuse(rules.not_given_by(ctx.actor, roles, Users.roles))
    _ask(ctx, roles)
    if own is not None:
        role = await own_role(ctx, own)
        refuse_above(ctx.actor, [role.row])
        refuse_together(roles, [role.row])
        values[Users.custom_roles] = [role.row[Roles.code]]
    ctx.answer = await ctx.create(USERS, {**values, Users.invited_at: ctx.now}, system=SYSTEM)
    ctx.emit(USER_INVITED, on=ctx.answer, user=str(ctx.answer.id))


async def set_roles(ctx: CommandContext) -> None:
    """Give a user other roles, never above one's own."""
    roles = ctx.params.get("roles") or []
    refuse(rules.may_manage(ctx.actor, ctx.target.row, roles))
    added = [role for role in roles if role not in (ctx.target.row.get(Users.roles) or ())]
    refuse(rules.not_given_by(ctx.actor, added, Users.roles))
    _ask(ctx, roles)
    refuse_together(roles, await own_roles_of(ctx, ctx.target.row))
    await ctx.change({Users.roles: roles}, system=SYSTEM)


async def deactivate(ctx: CommandContext) -> None:
    """Shut a user out, at once and everywhere."""
    refuse(rules.may_manage(ctx.actor, ctx.target.row))
    await ctx.change({Users.active: False, Users.deactivated_here: True}, system=SYSTEM)
    await end_sessions(AsSignin(ctx), ctx.target.row[Users.id], ctx.now)
    await end_keys(AsSignin(ctx), ctx.target.row[Users.id], ctx.now)


async def end_sign_ins(ctx: CommandContext) -> None:
    """Sign a user out everywhere, and make their API keys useless; they sign in anew."""
    refuse(rules.may_manage(ctx.actor, ctx.target.row))
    await ctx.change({Users.sessions_ended_at: ctx.now}, system=SYSTEM)
    await end_sessions(AsSignin(ctx), ctx.target.row[Users.id], ctx.now)
    await end_keys(AsSignin(ctx), ctx.target.row[Users.id], ctx.now)


async def activate(ctx: CommandContext) -> None:
    """Let a user in again; they sign in anew."""
    refuse(rules.may_manage(ctx.actor, ctx.target.row))
    refuse(rules.not_given_by(ctx.actor, ctx.target.row.get(Users.roles) or ()))
    await refuse_above_of(ctx, ctx.target.row)
    await ctx.change({Users.active: True}, system=SYSTEM)


async def hand_over_link(ctx: CommandContext) -> None:
    """Make a one-time link to give to an invited user whom mail does not reach; shown once, stored nowhere."""
    target, rows = _target_of_link(ctx), AsSignin(ctx)
    # Whoever holds the link becomes the user: with an account in use, or with more rights, that would be a way in.
    refuse(rules.not_given_by(ctx.actor, target.get(Users.roles) or ()))
    await refuse_above_of(ctx, target)
    if await rows.find("credentials", {Credentials.user: target[Users.id]}, limit=1):
        raise ConflictError(_IN_USE)
    token = await issue_link(rows, ctx.actor.tenant, target, "invite", now=ctx.now, life=HAND_OVER_LIFE)
    ctx.shown_once = {"link": link_path(token)}


async def send_reset(ctx: CommandContext) -> None:
    """Have a link for a new password sent to the user alone, who is told who asked for it."""
    target = _target_of_link(ctx)
    await ctx.change({Users.reset_sent_at: ctx.now}, system=SYSTEM)
    ctx.emit(RESET_ASKED, user=str(target[Users.id]), asker=ctx.actor.name)


async def reset_second_factor(ctx: CommandContext) -> None:
    """Take every second factor of a user away and sign them out everywhere; they are told, and set up a new one."""
    refuse(rules.may_manage(ctx.actor, ctx.target.row))
    refuse(rules.not_given_by(ctx.actor, ctx.target.row.get(Users.roles) or ()))
    await refuse_above_of(ctx, ctx.target.row)
    rows, user = AsSignin(ctx), ctx.target.row[Users.id]
    await take_factors(rows, user)
    await ctx.change({Users.second_factor_at: None}, system=SYSTEM)
    await end_sessions(rows, user, ctx.now)
    await end_keys(rows, user, ctx.now)
    ctx.emit(SECOND_FACTOR_RESET, user=str(user), asker=ctx.actor.name)


def _target_of_link(ctx: CommandContext) -> Row:
    target = ctx.target.row
    refuse(rules.may_manage(ctx.actor, target))
    if not target.get(Users.active):
        raise InvalidError(_("The user is deactivated. Activate first."))
    return target


async def create_key(ctx: CommandContext) -> None:
    """Make an API key of one's own with chosen roles; shown once."""
    if ctx.actor.user is None or ctx.actor.session is None:
        raise ForbiddenError(_("Sign in to create a key."))
    roles, own, problem = rules.key_roles(ctx.actor, ctx.params.get("roles"))
    if problem is not None:
        raise InvalidError(problem)
    secret = new_secret()
    values: Values = {
        ApiKeys.name: ctx.params["name"],
        ApiKeys.user: ctx.actor.user,
        ApiKeys.roles: roles,
        ApiKeys.custom_roles: own,
        ApiKeys.key_hash: digest(secret),
        ApiKeys.networks: ctx.params.get("networks"),
    }
    ctx.answer = await ctx.create("api_keys", values, system=SYSTEM)
    ctx.shown_once = {"key": Token(TokenKind.KEY, ctx.actor.tenant, ctx.answer.id, secret).text}


async def revoke(ctx: CommandContext) -> None:
    """Make a key useless."""
    await ctx.change({ApiKeys.revoked_at: ctx.now}, system=SYSTEM)


def refuse(problem: Problem | None) -> None:
    """Refuse where there is a problem (ForbiddenError)."""
    if problem is not None:
        raise ForbiddenError(problem)


def _ask(ctx: CommandContext, roles: Iterable[str]) -> None:
    """Ask for a yes where roles are better apart: the system that writes them is not asked."""
    asks = [problem for problem in rules.conflicts(roles) if problem.code == "CONFIRM"]
    if asks and not ctx.work.confirmed:
        raise UnconfirmedError(asks)
