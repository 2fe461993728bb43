"""Actor: who does it. There is no code path without one."""

from dataclasses import dataclass
from uuid import UUID

from directapp.kernel.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A signed-in person, an API key or a named part of the system, inside one tenant.

    ``sites`` holds the own dealership and those below it; ``brands`` those of the own dealership.
    A system actor has ``user`` None and exactly one role, whose code begins with ``sys_``.
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

    @property
    def is_system(self) -> bool:
        """Whether this is a part of the system and not a person."""
        return self.user is None


def system_actor(tenant: UUID, name: str) -> Actor:
    """Return the named system actor of a tenant; its role is ``sys_<name>``."""
    return Actor(tenant=tenant, user=None, name=f"system:{name}", roles=frozenset({f"sys_{name}"}))
