"""Roles by mapping: what the groups and roles of a person at a provider give here, at each sign-in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from directapp.connectors.id_tokens import IdToken
from directapp.declare.names import Patch, Row, Values
from directapp.domains.people.fields import (
    IDENTITY_MAPPINGS,
    ROLES,
    USERS,
    IdentityMappings,
    IdentityProviders,
    Roles,
    Users,
)
from directapp.domains.people.flow import normal_email
from directapp.domains.people.identity_providers import words_of
from directapp.domains.people.ports import Found, Rows
from directapp.domains.people.roles import ADMIN, LABELS
from directapp.kernel.errors import InvalidError, UnauthenticatedError
from directapp.kernel.text import _

_MOST_MAPPINGS = 2000
_MOST_ADMINISTRATORS = 1000
_NAME_LENGTH = 80
NO_ROLE = _("Your account at {provider} has no role here. Ask an administrator to give it one there.")
TOO_MANY = _(
    "Your account at {provider} is in more groups than its answer has room for. Ask an administrator to use app roles,"
    " or to send only the groups that are assigned to the application."
)
NO_ADDRESS = _("{provider} does not say your e-mail address. Ask an administrator to add it to its answer.")
NO_SITE = _("Your groups at {provider} name no site here. Ask an administrator to add one to the mapping.")


class MappingError(UnauthenticatedError):
    """What a provider says of a person gives no way in here (401 PROVIDER_SIGN_IN)."""

    code = "PROVIDER_SIGN_IN"


@dataclass(frozen=True, slots=True)
class Given:
    """What a mapping gives: roles, in the order of the list of roles, and a site, None where it names none.

    ``own`` are the ids of roles of the company's own.
    """

    roles: tuple[str, ...]
    site: UUID | None
    own: tuple[UUID, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether it gives no role at all."""
        return not (self.roles or self.own)


def given_by_mapping(mappings: Iterable[Row], values: frozenset[str]) -> Given:
    """Return what a person with these groups and roles there is given; ``mappings`` stand oldest first."""
    fitting = [one for one in mappings if one[IdentityMappings.value] in values]
    roles = {role for one in fitting for role in one[IdentityMappings.roles] or ()}
    site = next((one[IdentityMappings.dealership] for one in fitting if one.get(IdentityMappings.dealership)), None)
    own = sorted({one[IdentityMappings.custom_role] for one in fitting if one.get(IdentityMappings.custom_role)})
    return Given(tuple(code for code in LABELS if code in roles), site, tuple(own))


async def codes_of(rows: Rows[Any], own: Sequence[UUID]) -> list[str]:
    """Return the codes of roles of the company's own by their ids."""
    found = await rows.find(ROLES, {Roles.id: list(own)}, limit=len(own)) if own else []
    return sorted(one.row[Roles.code] for one in found if one.row.get(Roles.based_on) is not None)


async def _given(rows: Rows[Any], provider: Found, token: IdToken) -> Given | None:
    """Return what the mapping of a provider gives somebody, None where it has none."""
    found = await rows.find(IDENTITY_MAPPINGS, {IdentityMappings.provider: provider.id}, limit=_MOST_MAPPINGS)
    if not found:
        return None
    claims = words_of(provider.row.get(IdentityProviders.role_claims))
    if token.beyond(*claims):
        raise MappingError(TOO_MANY.fill(provider=provider.row[IdentityProviders.label]))
    oldest = sorted(found, key=lambda one: (one.row[Users.created_at], one.id))
    given = given_by_mapping((one.row for one in oldest), token.values(*claims))
    if given.nothing:
        raise MappingError(NO_ROLE.fill(provider=provider.row[IdentityProviders.label]))
    return given


async def apply_mapping(rows: Rows[Any], provider: Found, token: IdToken, user: UUID) -> Row | None:
    """Give a user the roles and the site that the mapping says; return the row where it changed.

    The last administrator of a company stays one: a group that was emptied by mistake shuts nobody out for good.

    Raises:
        MappingError: it gives no role.

    """
    given = await _given(rows, provider, token)
    if given is None:
        return None
    found = await rows.look_up(USERS, user)
    roles = given.roles
    if ADMIN not in roles and await is_last_administrator(rows, found.row):
        roles = (*roles, ADMIN)
    patch: dict[str, Any] = {}
    if set(roles) != set(found.row[Users.roles] or ()):
        patch[Users.roles] = list(roles)
    own = await codes_of(rows, given.own)
    if set(own) != set(found.row.get(Users.custom_roles) or ()):
        patch[Users.custom_roles] = own
    if given.site is not None and given.site != found.row.get(Users.dealership):
        patch[Users.dealership] = given.site
    return await _changed(rows, provider, found, patch) if patch else None


async def is_last_administrator(rows: Rows[Any], user: Row) -> bool:
    """Whether a user is an administrator, and nobody else is; none of them changes before the transaction ends."""
    if not (user.get(Users.administrator) and user[Users.active]):
        return False
    all_of_them: Patch = {Users.administrator: True, Users.active: True}
    await rows.hold([one.id for one in await rows.find(USERS, all_of_them, limit=_MOST_ADMINISTRATORS)])
    # Of those, who was shut out while this waited is none any more.
    return [one.id for one in await rows.find(USERS, all_of_them, limit=2)] == [user[Users.id]]


async def _changed(rows: Rows[Any], provider: Found, found: Found, patch: Patch) -> Row:
    try:
        row: Row = (await rows.change(patch, on=found)).row
    except InvalidError:
        raise MappingError(NO_SITE.fill(provider=provider.row[IdentityProviders.label])) from None
    return row


async def make_account(rows: Rows[Any], provider: Found, token: IdToken) -> Row:
    """Make the account of somebody whom the mapping gives a role.

    Raises:
        MappingError: it gives none, or the provider says too little.
        NotUniqueError: the e-mail address is somebody's already.

    """
    label, given = provider.row[IdentityProviders.label], await _given(rows, provider, token)
    if given is None:
        raise MappingError(NO_ROLE.fill(provider=label))
    if given.site is None and ADMIN not in given.roles:
        raise MappingError(NO_SITE.fill(provider=label))
    first, last = _names(token)
    values: Values = {
        Users.first_name: first,
        Users.last_name: last,
        Users.email: normal_email(token.word("email") or token.word("preferred_username")),
        Users.roles: list(given.roles),
        Users.custom_roles: await codes_of(rows, given.own),
        Users.dealership: given.site,
        Users.active: True,
    }
    try:
        row: Row = (await rows.create(USERS, values)).row
    except InvalidError:
        raise MappingError(NO_ADDRESS.fill(provider=label)) from None
    return row


def _names(token: IdToken) -> tuple[str, str]:
    """Return the first and the last name, as the provider says them or as they stand in the whole name."""
    first, last = token.word("given_name"), token.word("family_name")
    if not (first and last):
        whole = token.word("name") or token.word("preferred_username") or token.word("email") or "?"
        begun, _between, rest = whole.rpartition(" ")
        first, last = (begun or rest), (rest if begun else first or rest)
    return first[:_NAME_LENGTH], last[:_NAME_LENGTH]
