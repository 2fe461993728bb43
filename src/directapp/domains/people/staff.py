"""Staff: how those who run the installation reach a tenant's data or help its people in, on the record."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from directapp.domains.people.fields import TENANTS, USERS, Sessions, Tenants, Users
from directapp.domains.people.flow import Auth
from directapp.domains.people.issue import end_keys, end_sessions, take_factors
from directapp.domains.people.roles import ADMIN
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import _
from directapp.kernel.tokens import Token, TokenKind, digest, new_secret
from directapp.services.intent import Intent
from directapp.services.pipeline import Pipeline

LONGEST = timedelta(hours=8)
_TIME = _("From one minute to eight hours.")
_WHY = _("The reason is required.")


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A session that ends by itself: a page cookie and when it is over."""

    cookie: str
    until: datetime
    kept_as: str


async def reset_second_factor(auth: Auth, pipeline: Pipeline, by: Actor, user: UUID, *, reason: str) -> None:
    """Take a user's second factors away where nobody in the company can, and sign them out; the history says why.

    Raises:
        InvalidError: no reason.

    """
    if not reason.strip():
        raise InvalidError(Problem(_WHY, field="reason"))
    async with auth.open(by.tenant) as rows:
        await take_factors(rows, user)
        await end_sessions(rows, user, auth.clock())
        await end_keys(rows, user, auth.clock())
    await pipeline.perform(
        Intent(
            actor=by,
            collection=USERS,
            verb="update",
            origin="cli",
            target=user,
            patch={Users.second_factor_at: None},
            reason=reason.strip(),
        )
    )


async def let_passwords_in(pipeline: Pipeline, by: Actor, *, reason: str) -> None:
    """Switch passwords on again where a company is shut out of its provider; the history says why.

    Raises:
        InvalidError: no reason.

    """
    if not reason.strip():
        raise InvalidError(Problem(_WHY, field="reason"))
    await pipeline.perform(
        Intent(
            actor=by,
            collection=TENANTS,
            verb="update",
            origin="cli",
            target=by.tenant,
            patch={Tenants.passwords_off: False},
            reason=reason.strip(),
        )
    )


async def begin_staff_session(
    auth: Auth, pipeline: Pipeline, tenant: UUID, *, operator: str, reason: str, minutes: int
) -> StaffSession:
    """Let an operator work as an administrator of a tenant, under the operator's own name in the audit.

    The tenant sees the user, its creation with the reason, and everything it does.

    Raises:
        InvalidError: no reason, or not between a minute and eight hours.

    """
    problems = [] if reason.strip() else [Problem(_WHY, field="reason")]
    if not timedelta(minutes=1) <= timedelta(minutes=minutes) <= LONGEST:
        problems.append(Problem(_TIME, field="minutes"))
    if problems:
        raise InvalidError(problems)
    secret, now = new_secret(), auth.clock()
    until = now + timedelta(minutes=minutes)
    user = {
        "first_name": "Drift:",
        "last_name": operator,
        "email": f"drift-{digest(secret)[:16]}@operator.test",
        "roles": [ADMIN],
        "active": True,
    }
    made = await pipeline.perform(
        Intent(
            actor=system_actor(tenant, "signin"),
            collection=USERS,
            verb="create",
            origin="cli",
            patch=user,
            reason=reason.strip(),
        )
    )
    async with auth.open(tenant) as rows:
        session = await rows.create(
            "sessions",
            {
                Sessions.user: made.record,
                Sessions.kind: "page",
                Sessions.token_hash: digest(secret),
                Sessions.user_agent: f"staff session by {operator}: {reason.strip()}"[:300],
                Sessions.expires_at: until,
                # Whoever runs the installation has come in by its host, and has no second factor here.
                Sessions.second_factor_at: now,
            },
        )
    # As the door calls it where the address is https.
    kept_as = f"{'__Host-' if auth.base_url.startswith('https:') else ''}directapp_session"
    return StaffSession(Token(TokenKind.SESSION, tenant, session.id, secret).text, until, kept_as)
