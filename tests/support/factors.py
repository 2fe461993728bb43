"""Second factors in tests: codes as an authenticator app shows them, and people who have set one up."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pyotp

from directapp.domains.people import enrolment
from directapp.kernel.actor import Actor, system_actor
from support.dealer import Dealer, Time

HERE = "203.0.113.7"
_STEP = timedelta(seconds=30)


@dataclass
class App:
    """An authenticator app. A code is good once: to show another one, half a minute passes."""

    time: Time
    secret: str

    def code(self) -> str:
        self.time.ahead += _STEP
        return pyotp.TOTP(self.secret).at(int(self.time().timestamp()))


async def demand(dealer: Dealer, *roles: str, days: int = 0) -> None:
    """Let roles of the company need a second factor."""
    values: dict[str, Any] = {"second_factor_roles": list(roles), "second_factor_grace_days": days}
    await dealer.do(system_actor(dealer.tenant, "signin"), "tenants", "update", dealer.tenant, **values)


async def enrol(dealer: Dealer, actor: Actor, session: UUID, time: Time) -> tuple[App, tuple[str, ...]]:
    """Set an authenticator app up for a person in a sign-in of theirs; return it and the recovery codes."""
    auth, here = dealer.application.auth, replace(actor, session=session)
    app = App(time, (await enrolment.begin_totp(auth, here, HERE)).secret)
    return app, (await enrolment.confirm_totp(auth, here, HERE, code=app.code())).codes
