"""Verbs of roles: put one together, see what it would change, put it into use, switch it off."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from directapp.declare.access import Grant
from directapp.declare.names import Row, Values, plain
from directapp.declare.rules import All, Either, Not, Parent, Rule, SeenInFull, SubjectSeen
from directapp.declare.spec import Spec
from directapp.domains.people.fields import DEALERSHIPS, ROLE_VERSIONS, ROLES, USERS, Roles, RoleVersions, Users
from directapp.domains.people.principal import build_actor
from directapp.domains.people.role_giving import SYSTEM, refuse_writing
from directapp.domains.people.role_pieces import changes, digest_of, read_pieces, stored
from directapp.domains.people.roles import custom_role, pieces_of
from directapp.kernel.actor import Actor
from directapp.kernel.errors import ConflictError, InvalidError, Problem
from directapp.kernel.roles import CustomRole
from directapp.kernel.text import _
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

# Rows are counted up to so many a collection, person by person until so many questions have been asked.
MOST_ROWS, _MOST_QUESTIONS = 10_000, 1_000
_OTHERS = _("The version belongs to another role.")
_UNSEEN = _("See first what this version would change: what is in use now is not what it was compared with.")
_IN_USE = _("This version is in use already.")


async def draft(ctx: CommandContext) -> None:
    """Keep what was chosen as the next version; it gives nobody anything before it is put into use."""
    base = str(ctx.target.row.get(Roles.based_on))
    pieces, problems = read_pieces(ctx.work.spec, ctx.params["pieces"], base, ctx.actor)
    if problems:
        raise InvalidError(problems)
    refuse_writing(CustomRole("", pieces, base).writing)
    ctx.answer = await add_version(ctx, ctx.target, stored(pieces), ctx.params.get("note"))


async def add_version(ctx: CommandContext, role: Seen, pieces: Sequence[Mapping[str, Any]], note: str | None) -> Seen:
    """Make the next version of a role."""
    earlier = await ctx.every(ROLE_VERSIONS, {RoleVersions.role: role.id}, system=SYSTEM, only=(RoleVersions.number,))
    number = 1 + max((one.row[RoleVersions.number] for one in earlier), default=0)
    values: Values = {
        RoleVersions.role: role.id,
        RoleVersions.number: number,
        RoleVersions.pieces: pieces,
        RoleVersions.note: note,
    }
    return await ctx.create(ROLE_VERSIONS, values, system=SYSTEM)


async def simulate(ctx: CommandContext) -> None:
    """Count on what is stored now who would gain and who would lose what, and keep it with the version."""
    version = await _version(ctx)
    role = ctx.target.row
    told = await _simulated(ctx, custom_role(role), _as_in(role, version.row))
    found: Values = {
        RoleVersions.simulated_at: ctx.now,
        RoleVersions.simulated_against: digest_of(role.get(Roles.pieces)),
        RoleVersions.simulation: told,
    }
    ctx.answer = await ctx.change(found, system=SYSTEM, on=version)


async def activate(ctx: CommandContext) -> None:
    """Put a version into use, an earlier one too: everybody who has the role has it from their next request on."""
    await ctx.hold([ctx.target.id])
    version, role = await _version(ctx), await ctx.look_up(ROLES, ctx.target.id, system=SYSTEM)
    if role.row.get(Roles.active_version) == version.row[RoleVersions.number]:
        raise ConflictError(_IN_USE)
    if version.row.get(RoleVersions.simulated_against) != digest_of(role.row.get(Roles.pieces)):
        raise ConflictError(_UNSEEN)
    if role.row.get(Roles.pieces) is not None and role.row.get(Roles.active_version) is None:
        # It came with files: a version of its own keeps the way back.
        await add_version(ctx, role, role.row[Roles.pieces], None)
    after = _as_in(role.row, version.row)
    for user in await holders(ctx, after.code):
        refuse_writing(after.writing.union(user.get(Users.roles) or ()))
    values: Values = {
        Roles.pieces: version.row[RoleVersions.pieces],
        Roles.active_version: version.row[RoleVersions.number],
    }
    await ctx.change(values, system=SYSTEM)


async def switch_off(ctx: CommandContext) -> None:
    """Let a role give nothing, at once; its versions stay."""
    await ctx.change({Roles.pieces: None, Roles.active_version: None}, system=SYSTEM)


async def _version(ctx: CommandContext) -> Seen:
    version = await ctx.look_up(ROLE_VERSIONS, ctx.params["version"], system=SYSTEM)
    if version.row[RoleVersions.role] != ctx.target.id:
        raise InvalidError(Problem(_OTHERS, field="version"))
    return version


def _as_in(role: Row, version: Row) -> CustomRole:
    return CustomRole(role[Roles.code], pieces_of(version[RoleVersions.pieces]), str(role.get(Roles.based_on)))


# -- simulation -----------------------------------------------------------------------------------------


async def holders(ctx: CommandContext, code: str) -> list[Row]:
    """Return the active users who have a role of the company's own, by their ids."""
    people = await ctx.every(USERS, {Users.active: True}, system=SYSTEM)
    return [one.row for one in people if code in (one.row.get(Users.custom_roles) or ())]


async def _simulated(ctx: CommandContext, before: CustomRole | None, after: CustomRole) -> dict[str, Any]:
    """Return what people would gain and lose: those alike in ``groups``, each with their rows, before and after.

    ``uncounted`` people have no ``rows``, as the questions were used up; their rights are compared all the same.
    """
    people = await holders(ctx, after.code)
    sites = [plain(one.row) for one in await ctx.every(DEALERSHIPS, system=SYSTEM)]
    own = [plain(one.row) for one in await ctx.every(ROLES, system=SYSTEM)]
    groups: dict[tuple[frozenset[str], frozenset[str]], dict[str, Any]] = {}
    asked: dict[tuple[frozenset[str], frozenset[str]], list[str]] = {}
    left, uncounted = _MOST_QUESTIONS, 0
    for user in people:
        present = build_actor(ctx.actor.tenant, plain(user), sites, own=own)
        pair = (present.roles, (present.roles - {before}) | {after})
        if pair not in groups:
            told = [_told(one) for one in changes(ctx.work.spec, *pair)]
            groups[pair], asked[pair] = {"changes": told, "people": []}, _asked(ctx.work.spec, *pair)
        person: dict[str, Any] = {"user": str(present.user), "name": present.name}
        if 2 * len(asked[pair]) <= left:
            left -= 2 * len(asked[pair])
            person["rows"] = await _rows(ctx, asked[pair], present, replace(present, roles=pair[1]))
        else:
            uncounted += 1
        groups[pair]["people"].append(person)
    return {"people": len(people), "uncounted": uncounted, "groups": list(groups.values())}


def _told(change: Any) -> dict[str, Any]:
    return {"collection": change.collection, "gained": dict(change.gained), "lost": dict(change.lost)}


def _asked(spec: Spec, before: frozenset[str], after: frozenset[str]) -> list[str]:
    """Return the collections of which another set of roles may see other rows.

    Where none is seen by other rules, nothing that follows a record of another one is seen by more or fewer either.
    """
    given = {
        meta.name: [frozenset(_seen(g) for g in meta.grants_of(r)) for r in (before, after)] for meta in spec.exposed
    }
    own = {name for name, (was, now) in given.items() if was != now}
    return [
        name for name, sets in given.items() if name in own or (own and any(map(_follows, frozenset().union(*sets))))
    ]


def _seen(grant: Grant) -> tuple[Rule, bool]:
    return grant.rows, grant.full


def _follows(seen: tuple[Rule, bool]) -> bool:
    """Whether a rule asks about another record."""
    match seen[0]:
        case All(parts=parts) | Either(parts=parts):
            return any(_follows((part, False)) for part in parts)
        case Not(part=part):
            return _follows((part, False))
        case SeenInFull() | SubjectSeen() | Parent():
            return True
        case _:
            return False


async def _rows(ctx: CommandContext, asked: Sequence[str], before: Actor, after: Actor) -> dict[str, list[int]]:
    """Return how many rows somebody sees of each collection, before and after, where that differs."""
    found = {}
    for name in asked:
        counts = [await ctx.count_seen(name, actor, MOST_ROWS) for actor in (before, after)]
        if counts[0] != counts[1]:
            found[name] = counts
    return found
