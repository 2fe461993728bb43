"""What a directory does to people here: it names them, puts them into groups that give roles, and takes them out."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from directapp.declare.kinds import BadValueError, Kind, read
from directapp.declare.names import Row, Values
from directapp.domains.people.fields import (
    DEALERSHIPS,
    DIRECTORY_GROUPS,
    DIRECTORY_MEMBERS,
    DIRECTORY_PEOPLE,
    DIRECTORY_TOKENS,
    IDENTITY_MAPPINGS,
    USERS,
    Dealerships,
    DirectoryGroups,
    DirectoryMembers,
    DirectoryPeople,
    DirectoryTokens,
    IdentityMappings,
    Users,
)
from directapp.domains.people.issue import end_keys, end_links, end_sessions
from directapp.domains.people.mapped_roles import Given, codes_of, given_by_mapping, is_last_administrator
from directapp.domains.people.role_giving import SYSTEM
from directapp.domains.people.roles import ADMIN, LABELS
from directapp.domains.people.verbs import AsSignin
from directapp.kernel.errors import ConflictError, InvalidError, NotUniqueError, Problem
from directapp.kernel.languages import languages
from directapp.kernel.text import _
from directapp.kernel.tokens import Token, TokenKind, digest, new_secret
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

MOST_MEMBERS = 5_000
_MOST_SITES, _MOST_GROUPS, _NAME_LENGTH = 1000, 200, 80
_LAST = _("The last administrator of the company cannot be taken out. Make somebody else an administrator first.")
_STRANGERS = _("These members are not known here: provision them first.")


async def create_token(ctx: CommandContext) -> None:
    """Make a token for a directory; shown once."""
    secret = new_secret()
    values: Values = {
        DirectoryTokens.name: ctx.params["name"],
        DirectoryTokens.networks: ctx.params.get("networks"),
        DirectoryTokens.token_hash: digest(secret),
    }
    ctx.answer = await ctx.create(DIRECTORY_TOKENS, values, system=SYSTEM)
    ctx.shown_once = {"token": Token(TokenKind.DIRECTORY, ctx.actor.tenant, ctx.answer.id, secret).text}


async def revoke_token(ctx: CommandContext) -> None:
    """Make a token useless."""
    await ctx.change({DirectoryTokens.revoked_at: ctx.now}, system=SYSTEM)


# -- people ---------------------------------------------------------------------------------------------


NOTHING = Given((), None)


def _suffices(given: Given) -> bool:
    """Whether somebody with this can work here."""
    return not given.nothing and (given.site is not None or ADMIN in given.roles)


async def provision(ctx: CommandContext) -> None:
    """Take in somebody from the directory; an account with the same e-mail address becomes theirs."""
    person = await ctx.create(DIRECTORY_PEOPLE, {**_told(ctx.params), DirectoryPeople.placed: False})
    email = person.row.get(DirectoryPeople.email)
    known = await ctx.find(USERS, {Users.email: email}, system=SYSTEM, limit=1) if email else []
    if known:
        person = await ctx.change({DirectoryPeople.user: known[0].id}, on=person)
    ctx.answer = await settle(ctx, person)


async def revise(ctx: CommandContext) -> None:
    """Write down what the directory says of somebody now; one who is no longer active is out at once."""
    person = await ctx.change(_told(ctx.params))
    ctx.answer = await settle(ctx, person)


async def withdraw(ctx: CommandContext) -> None:
    """Forget somebody whom the directory has taken out, and shut them out; what they did here stays theirs."""
    user = await _user_of(ctx, ctx.target)
    if user is not None and user.row[Users.active]:
        await _shut_out(ctx, user)
    for member in await ctx.find(DIRECTORY_MEMBERS, {DirectoryMembers.person: ctx.target.id}, limit=_MOST_GROUPS):
        await ctx.remove(member)
    await ctx.remove(ctx.target)


async def settle(ctx: CommandContext, person: Seen) -> Seen:
    """Let the account of somebody be as the directory and the groups say.

    Without a group that gives a role and a site there is no account yet; an account that was here before keeps its
    roles until groups give it some. Whom the groups give nothing any more is shut out. The last administrator stays
    one, and the address of an administrator whom no group made one stays theirs: links for a new password go there.
    Whom a person here has shut out a person here lets in again.
    """
    user = await _user_of(ctx, person)
    is_admin = user is not None and bool(user.row.get(Users.administrator))
    given, made_admin = await _given(ctx, person, is_admin=is_admin)
    placed = bool(person.row.get(DirectoryPeople.placed))
    active = bool(person.row.get(DirectoryPeople.active)) and (_suffices(given) or not placed)
    if user is None:
        if not (active and _suffices(given)):
            return person
        values: Values = {**_account(person.row), **await _rights(ctx, given), Users.active: True}
        try:
            async with ctx.attempt():
                made = await ctx.create(USERS, values, system=SYSTEM)
        except (NotUniqueError, InvalidError):
            # Without an address, or with one that is somebody's, here or elsewhere, there is none. Whose goes untold.
            return person
        return await ctx.change({DirectoryPeople.user: made.id, DirectoryPeople.placed: True}, on=person)
    if not active and user.row[Users.active]:
        await _shut_out(ctx, user)
        return person
    account, rights = _account(person.row), await _rights(ctx, given) if _suffices(given) else {}
    if is_admin and not made_admin:
        account = {name: value for name, value in account.items() if name != Users.email}
    if rights and ADMIN not in given.roles and await is_last_administrator(AsSignin(ctx), user.row):
        rights[Users.roles] = [*given.roles, ADMIN]
    active = active and not user.row.get(Users.deactivated_here)
    await _follow(ctx, user, {**account, **rights, Users.active: active})
    if _suffices(given) and not placed:
        return await ctx.change({DirectoryPeople.placed: True}, on=person)
    return person


async def _follow(ctx: CommandContext, user: Seen, wanted: Values) -> None:
    """Let an account be as wanted; an address that is somebody's, here or elsewhere, is not taken over."""
    stored: Any = user.row
    patch = {name: value for name, value in wanted.items() if _differs(stored.get(name), value)}
    if Users.email in patch:
        try:
            async with ctx.attempt():
                await ctx.change(patch, system=SYSTEM, on=user)
        except NotUniqueError:
            del patch[Users.email]
        else:
            return
    if patch:
        await ctx.change(patch, system=SYSTEM, on=user)


def _differs(stored: Any, wanted: Any) -> bool:
    if isinstance(wanted, list):
        return sorted(stored or ()) != sorted(wanted)
    return bool(stored != wanted)


async def _user_of(ctx: CommandContext, person: Seen) -> Seen | None:
    user = person.row.get(DirectoryPeople.user)
    found = await ctx.find(USERS, {Users.id: user}, system=SYSTEM, limit=1) if user else []
    return found[0] if found else None


async def _shut_out(ctx: CommandContext, user: Seen) -> None:
    """End every way in at once: sign-ins with their refresh tokens, keys, links; streams and calendars ask for it."""
    rows = AsSignin(ctx)
    if await is_last_administrator(rows, user.row):
        raise ConflictError(_LAST)
    await ctx.change({Users.active: False}, system=SYSTEM, on=user)
    await end_sessions(rows, user.id, ctx.now)
    await end_keys(rows, user.id, ctx.now)
    await end_links(rows, user.id, ctx.now)


async def _given(ctx: CommandContext, person: Seen, *, is_admin: bool) -> tuple[Given, bool]:
    """Return what the groups of somebody give: each what was chosen for it, else what it gives at the sign-in.

    With it stands whether a choice made them an administrator: what a group gives at the sign-in only lets one stay so,
    for a directory says itself what its groups are called.
    """
    own = await ctx.find(DIRECTORY_MEMBERS, {DirectoryMembers.person: person.id}, limit=_MOST_GROUPS)
    if not own:
        return NOTHING, False
    ids = [member.row[DirectoryMembers.group] for member in own]
    groups = await ctx.find(DIRECTORY_GROUPS, {Users.id: ids}, limit=_MOST_GROUPS)
    groups.sort(key=lambda group: (group.row[Users.created_at], group.id))
    chosen = [group.row for group in groups if _is_chosen(group.row)]
    names = (DirectoryGroups.external_id, DirectoryGroups.display_name)
    others = frozenset(g.row[n] for g in groups if not _is_chosen(g.row) for n in names if g.row.get(n))
    mapped = await _mapped(ctx, others) if others else NOTHING
    by_choice = {role for row in chosen for role in row.get(DirectoryGroups.roles) or ()}
    roles = by_choice | (set(mapped.roles) if is_admin else set(mapped.roles) - {ADMIN})
    site = next((row[DirectoryGroups.dealership] for row in chosen if row.get(DirectoryGroups.dealership)), mapped.site)
    its = {row[DirectoryGroups.custom_role] for row in chosen if row.get(DirectoryGroups.custom_role)}.union(mapped.own)
    return Given(tuple(code for code in LABELS if code in roles), site, tuple(sorted(its))), ADMIN in by_choice


def _is_chosen(group: Row) -> bool:
    """Whether somebody has said here what a group gives."""
    return bool(group.get(DirectoryGroups.roles) or group.get(DirectoryGroups.custom_role))


async def _mapped(ctx: CommandContext, values: frozenset[str]) -> Given:
    """Return what groups of these ids or names give where people sign in at a provider (Roles by group)."""
    equals: Values = {IdentityMappings.value: sorted(values)}
    found = await ctx.find(IDENTITY_MAPPINGS, equals, system=SYSTEM, limit=_MOST_GROUPS)
    found.sort(key=lambda one: (one.row[Users.created_at], one.id))
    return given_by_mapping((one.row for one in found), values)


async def _rights(ctx: CommandContext, given: Given) -> Values:
    own = await codes_of(AsSignin(ctx), given.own)
    return {Users.roles: list(given.roles), Users.custom_roles: own, Users.dealership: given.site}


def _told(params: Mapping[str, Any]) -> Values:
    attributes: Mapping[str, Any] = params["attributes"]
    return {
        DirectoryPeople.user_name: str(params["user_name"]).lower(),
        DirectoryPeople.external_id: params.get("external_id"),
        DirectoryPeople.email: _email(params["user_name"], attributes),
        DirectoryPeople.active: params["active"],
        DirectoryPeople.attributes: attributes,
    }


def _email(user_name: str, attributes: Mapping[str, Any]) -> str | None:
    """Return the address that letters go to: the primary one, that of work, any, or the user name if it is one."""
    listed = [one for one in attributes.get("emails") or () if one.get("value")]
    chosen = sorted(listed, key=lambda one: (not one.get("primary"), one.get("type") != "work"))
    for text in (*(one["value"] for one in chosen), user_name):
        try:
            return str(read(Kind.EMAIL, text))
        except BadValueError:
            continue
    return None


def _account(person: Row) -> Values:
    """Return what an account is told of its person."""
    attributes: Mapping[str, Any] = person.get(DirectoryPeople.attributes) or {}
    name = attributes.get("name") or {}
    whole = attributes.get("displayName") or name.get("formatted") or str(person[DirectoryPeople.user_name])
    begun, _between, rest = str(whole).rpartition(" ")
    values: Values = {
        Users.first_name: str(name.get("givenName") or begun or rest)[:_NAME_LENGTH],
        Users.last_name: str(name.get("familyName") or rest)[:_NAME_LENGTH],
    }
    if person.get(DirectoryPeople.email):
        values[Users.email] = person[DirectoryPeople.email]
    spoken = str(attributes.get("preferredLanguage") or "")[:2].lower()
    if spoken in {"no", "nn", *languages()}:
        values[Users.language] = spoken if spoken in languages() else "nb"
    for one in attributes.get("phoneNumbers") or ():
        try:
            values[Users.phone] = read(Kind.PHONE, one.get("value"))
            break
        except BadValueError:
            continue
    return values


# -- groups ---------------------------------------------------------------------------------------------


async def provision_group(ctx: CommandContext) -> None:
    """Take in a group; one that is called as a role at a site, such as mechanic@499, gives that."""
    name = ctx.params["display_name"]
    told: Values = {DirectoryGroups.display_name: name, DirectoryGroups.external_id: ctx.params.get("external_id")}
    ctx.answer = await ctx.create(DIRECTORY_GROUPS, {**told, **await _named(ctx, name)})
    await _put(ctx, ctx.answer, ctx.params.get("members") or ())


async def revise_group(ctx: CommandContext) -> None:
    """Write down what a group is called and who is in it now."""
    name = ctx.params["display_name"]
    renamed = {} if name == ctx.target.row[DirectoryGroups.display_name] else await _named(ctx, name)
    told: Values = {DirectoryGroups.display_name: name, DirectoryGroups.external_id: ctx.params.get("external_id")}
    ctx.answer = await ctx.change({**told, **renamed})
    await _put(ctx, ctx.answer, ctx.params.get("members") or (), again=bool(renamed))


async def withdraw_group(ctx: CommandContext) -> None:
    """Forget a group; what it gave is taken from its members."""
    await _put(ctx, ctx.target, ())
    await ctx.remove(ctx.target)


async def map_group(ctx: CommandContext) -> None:
    """Say which roles a group gives, and at which site; its members have them from now on."""
    chosen: Values = {
        DirectoryGroups.roles: ctx.params.get("roles"),
        DirectoryGroups.custom_role: ctx.params.get("custom_role"),
        DirectoryGroups.dealership: ctx.params.get("dealership"),
    }
    ctx.answer = await ctx.change(chosen, system=SYSTEM)
    async with ctx.work.acting(SYSTEM):
        await _settle_all(ctx, [m.row[DirectoryMembers.person] for m in await _members(ctx, ctx.target)])


async def _named(ctx: CommandContext, name: str) -> Values:
    """Return the role and the site that a name such as mechanic@499 says; an administrator's is given by hand alone."""
    role, _at, place = (part.strip().casefold() for part in name.rpartition("@"))
    codes = [
        code
        for code, label in LABELS.items()
        if code not in {ADMIN, "operator"} and role in {code, label.pick("nb").casefold(), label.english.casefold()}
    ]
    sites = await ctx.find(DEALERSHIPS, system=SYSTEM, limit=_MOST_SITES)
    fitting = [
        s for s in sites if place in {str(s.row[n] or "").casefold() for n in (Dealerships.number, Dealerships.name)}
    ]
    if not codes or len(fitting) != 1:
        return {}
    return {DirectoryGroups.roles: codes, DirectoryGroups.dealership: fitting[0].id}


async def _members(ctx: CommandContext, group: Seen) -> list[Seen]:
    return await ctx.find(DIRECTORY_MEMBERS, {DirectoryMembers.group: group.id}, limit=MOST_MEMBERS)


async def _put(ctx: CommandContext, group: Seen, wanted: Iterable[UUID], *, again: bool = False) -> None:
    """Let these be the members of a group, and give and take what follows."""
    people, present = set(wanted), await _members(ctx, group)
    before = {member.row[DirectoryMembers.person] for member in present}
    known = (
        await ctx.find(DIRECTORY_PEOPLE, {Users.id: sorted(people - before)}, limit=MOST_MEMBERS)
        if people - before
        else []
    )
    if len(known) < len(people - before):
        raise InvalidError(Problem(_STRANGERS, field="members"))
    for member in present:
        if member.row[DirectoryMembers.person] not in people:
            await ctx.remove(member)
    rows: list[Values] = [{DirectoryMembers.group: group.id, DirectoryMembers.person: one.id} for one in known]
    await ctx.create_all(DIRECTORY_MEMBERS, rows)
    await _settle_all(ctx, sorted(people | before if again else people ^ before))


async def _settle_all(ctx: CommandContext, people: Sequence[UUID]) -> None:
    if people:
        for person in await ctx.find(DIRECTORY_PEOPLE, {Users.id: list(people)}, limit=MOST_MEMBERS):
            await settle(ctx, person)
