"""Verbs of people: invite, roles, deactivation, one-time links and API keys, each behind its guards."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from directapp.domains.people import rules
from directapp.domains.people.issue import HAND_OVER_LIFE, end_sessions, issue_link, link_path
from directapp.domains.people.mails import Purpose
from directapp.domains.people.tokens import Token, TokenKind, digest, new_secret
from directapp.kernel.errors import ForbiddenError, InvalidError, Problem
from directapp.kernel.text import Text
from directapp.services.act import Act, Seen

SYSTEM = "signin"


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
    act.answer = await act.create("users", {**values, "invited_at": act.now}, system=SYSTEM)
    act.emit("user.invited", on=act.answer, user=str(act.answer.id))


async def set_roles(act: Act) -> None:
    """Give a user other roles, never above one's own."""
    roles = act.params["roles"]
    _refuse(rules.may_manage(act.actor, act.target.row, roles))
    await act.change({"roles": roles}, system=SYSTEM)


async def deactivate(act: Act) -> None:
    """Shut a user out, at once and everywhere."""
    _refuse(rules.may_manage(act.actor, act.target.row))
    await act.change({"active": False}, system=SYSTEM)
    await end_sessions(AsSignin(act), act.target.row["id"], act.now)
    act.emit("user.deactivated", user=str(act.target.row["id"]))


async def activate(act: Act) -> None:
    """Let a user in again; they sign in anew."""
    _refuse(rules.may_manage(act.actor, act.target.row))
    await act.change({"active": True}, system=SYSTEM)


async def hand_over_link(act: Act) -> None:
    """Make a one-time link to give to the user where mail does not reach; shown once, stored nowhere."""
    target = act.target.row
    _refuse(rules.may_manage(act.actor, target))
    if not target.get("active"):
        raise InvalidError(Text("Brukeren er deaktivert. Aktiver først.", "The user is deactivated. Activate first."))
    rows = AsSignin(act)
    known = await rows.find("credentials", user=target["id"], limit=1)
    purpose: Purpose = "reset" if known else "invite"
    token = await issue_link(rows, act.actor.tenant, target, purpose, now=act.now, life=HAND_OVER_LIFE)
    act.shown_once = {"link": link_path(token)}


async def create_key(act: Act) -> None:
    """Make an API key of one's own with chosen roles; shown once."""
    if act.actor.user is None or act.actor.session is None:
        raise ForbiddenError(Text("Logg inn for å lage en nøkkel.", "Sign in to create a key."))
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
