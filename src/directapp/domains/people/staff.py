"""Staff sessions: how those who run the installation reach a tenant's data, for a time and on the record."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from directapp.domains.people.fields import USERS
from directapp.domains.people.flow import Auth
from directapp.domains.people.roles import ADMIN
from directapp.domains.people.tokens import Token, TokenKind, digest, new_secret
from directapp.kernel.actor import system_actor
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import _
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
                "user": made.record,
                "kind": "page",
                "token_hash": digest(secret),
                "user_agent": f"staff session by {operator}: {reason.strip()}"[:300],
                "expires_at": until,
            },
        )
    return StaffSession(Token(TokenKind.SESSION, tenant, session.id, secret).text, until)
