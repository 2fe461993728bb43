"""Actor: who does it. There is no code path without one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from directapp.kernel.languages import Language
from directapp.kernel.roles import CustomRole

# How long a second factor that was shown counts for what asks for one anew.
PROOF_LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A signed-in person, an API key or a named part of the system, inside one tenant.

    ``sites`` holds the own dealership and those below it; ``brands`` those of the own dealership.
    A system actor has ``user`` None and exactly one role, whose code begins with ``sys_``.
    ``waits_for`` is what the person must do before anything else: set up a second factor, or show it.
    ``proven_at`` is when this sign-in last showed one; an API key never does.
    ``networks`` are those the actor may come from: one of each of the lists, from everywhere where there is none.
    """

    tenant: UUID
    user: UUID | None
    name: str
    roles: frozenset[str]
    site: UUID | None = None
    sites: frozenset[UUID] = frozenset()
    brands: frozenset[str] = frozenset()
    language: Language = "nb"
    session: UUID | None = None
    waits_for: Literal["enrolment", "second_factor"] | None = None
    has_second_factor: bool = False
    proven_at: datetime | None = None
    networks: tuple[tuple[str, ...], ...] = ()

    @property
    def is_system(self) -> bool:
        """Whether this is a part of the system and not a person."""
        return self.user is None

    @property
    def works_as(self) -> frozenset[str]:
        """The declared roles whose work is this one's: those held, and those that roles of the company's own are like.

        It decides what is offered first and who is notified; what may be done is asked of ``roles``.
        """
        return frozenset(role.based_on if isinstance(role, CustomRole) else role for role in self.roles)

    @property
    def made_of(self) -> frozenset[str]:
        """The declared roles that this one has all or anything of: what binds one of them binds this one too."""
        return frozenset().union(*(role.sources if isinstance(role, CustomRole) else {role} for role in self.roles))

    def must_prove(self, now: datetime) -> bool:
        """Whether what asks for a second factor anew is closed until it is shown again."""
        return self.has_second_factor and (self.proven_at is None or now - self.proven_at > PROOF_LIFE)


def system_actor(tenant: UUID, name: str) -> Actor:
    """Return the named system actor of a tenant; its role is ``sys_<name>``."""
    return Actor(tenant=tenant, user=None, name=f"system:{name}", roles=frozenset({f"sys_{name}"}))
