"""Verbs of people: invite, roles, deactivation, one-time links and API keys, each behind its guards."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from directapp.domains.people import rules
from directapp.domains.people.events import RESET_ASKED, USER_INVITED
from directapp.domains.people.fields import USERS
from directapp.domains.people.issue import HAND_OVER_LIFE, end_keys, end_sessions, issue_link, link_path
from directapp.domains.people.tokens import Token, TokenKind, digest, new_secret
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError, Problem
from directapp.kernel.text import _
from directapp.services.act import Act, Seen

SYSTEM = "signin"
_IN_USE = _("The user has chosen a password already. Choose “Send new password”: the link goes to the user alone.")


@dataclass(frozen=True, slots=True)
class AsSignin:
    """An Act whose writes are done by the sign-in system: after the guards of the verb."""

    act: Act

    async def look_up(self, collection: str, record: UUID) -> Seen:
        """Return a record of the tenant."""
        return await self.act.look_up(collection, record, system=SYSTEM)

    async def find(self, collection: str, *, limit: int = 50, **equals: Any) -> list[Seen]:
        """Return the records with these values."""
        return await self.act.find(collection, system=SYSTEM, limit=limit, **equals)

    async def create(self, collection: str, values: Mapping[str, Any]) -> Seen:
        """Make a record."""
        return await self.act.create(collection, values, system=SYSTEM)

    async def change(self, patch: Mapping[str, Any], *, on: Seen) -> Seen:
        """Change a record."""
        return await self.act.change(patch, system=SYSTEM, on=on)


async def invite(act: Act) -> None:
    """Make a user who gets a link by mail; at the manager's own dealership unless another is named."""
    values = {name: value for name, value in act.params.items() if value is not None}
    if not rules.is_admin(values["roles"]) and act.actor.site is not None:
        values.setdefault("dealership", act.actor.site)
    values.setdefault("language", act.actor.language)
    _refuse(rules.may_manage(act.actor, {"dealership": values.get("dealership")}, values["roles"]))
    _refuse(rules.not_given_by(act.actor, values["roles"], "roles"))
    act.answer = await act.create(USERS, {**values, "invited_at": act.now}, system=SYSTEM)
    act.emit(USER_INVITED, on=act.answer, user=str(act.answer.id))


async def set_roles(act: Act) -> None:
    """Give a user other roles, never above one's own."""
    roles = act.params["roles"]
    _refuse(rules.may_manage(act.actor, act.target.row, roles))
    added = [role for role in roles if role not in (act.target.row.get("roles") or ())]
    _refuse(rules.not_given_by(act.actor, added, "roles"))
    await act.change({"roles": roles}, system=SYSTEM)


async def deactivate(act: Act) -> None:
    """Shut a user out, at once and everywhere."""
    _refuse(rules.may_manage(act.actor, act.target.row))
    await act.change({"active": False}, system=SYSTEM)
    await end_sessions(AsSignin(act), act.target.row["id"], act.now)
    await end_keys(AsSignin(act), act.target.row["id"], act.now)


async def activate(act: Act) -> None:
    """Let a user in again; they sign in anew."""
    _refuse(rules.may_manage(act.actor, act.target.row))
    _refuse(rules.not_given_by(act.actor, act.target.row.get("roles") or ()))
    await act.change({"active": True}, system=SYSTEM)


async def hand_over_link(act: Act) -> None:
    """Make a one-time link to give to an invited user whom mail does not reach; shown once, stored nowhere."""
    target, rows = _target_of_link(act), AsSignin(act)
    # Whoever holds the link becomes the user: with an account in use, or with more rights, that would be a way in.
    _refuse(rules.not_given_by(act.actor, target.get("roles") or ()))
    if await rows.find("credentials", user=target["id"], limit=1):
        raise ConflictError(_IN_USE)
    token = await issue_link(rows, act.actor.tenant, target, "invite", now=act.now, life=HAND_OVER_LIFE)
    act.shown_once = {"link": link_path(token)}


async def send_reset(act: Act) -> None:
    """Have a link for a new password sent to the user alone, who is told who asked for it."""
    target = _target_of_link(act)
    await act.change({"reset_sent_at": act.now}, system=SYSTEM)
    act.emit(RESET_ASKED, user=str(target["id"]), asker=act.actor.name)


def _target_of_link(act: Act) -> Mapping[str, Any]:
    target = act.target.row
    _refuse(rules.may_manage(act.actor, target))
    if not target.get("active"):
        raise InvalidError(_("The user is deactivated. Activate first."))
    return target


async def create_key(act: Act) -> None:
    """Make an API key of one's own with chosen roles; shown once."""
    if act.actor.user is None or act.actor.session is None:
        raise ForbiddenError(_("Sign in to create a key."))
    roles, problem = rules.key_roles(act.actor, act.params.get("roles"))
    if problem is not None:
        raise InvalidError(problem)
    secret = new_secret()
    values = {
        "name": act.params["name"],
        "user": act.actor.user,
        "roles": roles,
        "key_hash": digest(secret),
    }
    act.answer = await act.create("api_keys", values, system=SYSTEM)
    act.shown_once = {"key": Token(TokenKind.KEY, act.actor.tenant, act.answer.id, secret).text}


async def revoke(act: Act) -> None:
    """Make a key useless."""
    await act.change({"revoked_at": act.now}, system=SYSTEM)


def _refuse(problem: Problem | None) -> None:
    if problem is not None:
        raise ForbiddenError(problem)
