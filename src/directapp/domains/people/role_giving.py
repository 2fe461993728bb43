"""Giving roles of the company's own: never one with more than the giver may give."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from directapp.declare.names import Row, Values, plain
from directapp.domains.people import rules
from directapp.domains.people.fields import ROLES, Roles, Users
from directapp.domains.people.roles import custom_role, given_by
from directapp.kernel.actor import Actor
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError, Problem
from directapp.kernel.roles import CustomRole
from directapp.kernel.text import _, name_of
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

SYSTEM = "signin"
_PRODUCTS = _("This is a role of the product; it is given under Change roles.")
_HAS = _("The user has this role already.")
_LACKS = _("The user does not have this role.")


async def give_role(ctx: CommandContext) -> None:
    """Give a user a role of the company's own, never above one's own."""
    _refuse_managing(ctx)
    role = await own_role(ctx, ctx.params["role"])
    code, held = role.row[Roles.code], list(ctx.target.row.get(Users.custom_roles) or ())
    if code in held:
        raise ConflictError(_HAS)
    refuse_above(ctx.actor, [role.row])
    refuse_together(ctx.target.row.get(Users.roles) or (), [role.row, *await own_roles_of(ctx, ctx.target.row)])
    await ctx.change({Users.custom_roles: sorted([*held, code])}, system=SYSTEM)


async def take_role(ctx: CommandContext) -> None:
    """Take a role of the company's own from a user."""
    _refuse_managing(ctx)
    role = await own_role(ctx, ctx.params["role"])
    code, held = role.row[Roles.code], list(ctx.target.row.get(Users.custom_roles) or ())
    if code not in held:
        raise ConflictError(_LACKS)
    await ctx.change({Users.custom_roles: [one for one in held if one != code]}, system=SYSTEM)


async def own_role(ctx: CommandContext, record: UUID) -> Seen:
    """Return a role of the company's own (InvalidError: it is one of the product's)."""
    role = await ctx.look_up(ROLES, record, system=SYSTEM)
    if role.row.get(Roles.based_on) is None:
        raise InvalidError(Problem(_PRODUCTS, field="role"))
    return role


def _refuse_managing(ctx: CommandContext) -> None:
    problem = rules.may_manage(ctx.actor, ctx.target.row)
    if problem is not None:
        raise ForbiddenError(problem)


def refuse_above(actor: Actor, roles: Sequence[Row]) -> None:
    """Refuse to give roles with a piece of what the giver may not give, nor has in the same role (ForbiddenError)."""
    given, own = given_by(actor), {role.code for role in actor.roles if isinstance(role, CustomRole)}
    for row in roles:
        role = custom_role(row)
        sources = {row[Roles.based_on]} if role is None else role.sources
        if row[Roles.code] not in own and not sources <= given:
            raise ForbiddenError(Problem(rules.BEYOND.fill(role=name_of(plain(row))), field="role"))


def refuse_together(roles: Iterable[str], own: Iterable[Row]) -> None:
    """Refuse what is never in one hand, though a part of it comes with a role of the company's own (ConflictError)."""
    found = [role for row in own if (role := custom_role(row)) is not None]
    if found:
        refuse_writing(set(roles).union(*(role.writing for role in found)))


def refuse_writing(held: Iterable[str]) -> None:
    """Refuse roles that are never in one hand (ConflictError)."""
    if apart := [problem for problem in rules.conflicts(held) if problem.code != "CONFIRM"]:
        raise ConflictError(apart)


async def own_roles_of(ctx: CommandContext, user: Row) -> list[Row]:
    """Return the company's own roles that a user has."""
    codes = user.get(Users.custom_roles)
    search: Values = {Roles.code: codes}
    return [one.row for one in await ctx.find(ROLES, search, system=SYSTEM, limit=len(codes))] if codes else []


async def refuse_above_of(ctx: CommandContext, user: Row) -> None:
    """Refuse to act for a user who has a role of the company's own that the actor may not give (ForbiddenError)."""
    refuse_above(ctx.actor, await own_roles_of(ctx, user))
