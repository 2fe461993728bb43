"""The demo's people on the sign-in page: one of every role, there only where demo data was asked for."""

from dataclasses import dataclass, field
from typing import Any

from directapp.domains.people.flow import Auth
from directapp.domains.people.roles import LABELS, OPERATOR
from directapp.kernel.text import Text

DOMAIN = "demo.directapp.no"
# Where each role is looked for first: selling sites, then the prep centre, then the head office.
_SITES = ("495", "324", "499", "490")
_AT_PREP = frozenset({"parts", "reception", "planner", "mechanic", "detailer"})
_HEADS = frozenset({"sales_manager", "manager", "finance", "fleet_manager", "driver"})


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to try the demo as."""

    label: Text
    email: str
    password: str


def _candidates(role: str) -> list[str]:
    if role == "tenant_admin":
        return [f"admin@{DOMAIN}"]
    first = "499" if role in _AT_PREP else "490" if role in _HEADS else "495"
    return [f"{role.replace('_', '-')}.{site}@{DOMAIN}" for site in dict.fromkeys((first, *_SITES))]


@dataclass(frozen=True, slots=True)
class DemoPeople:
    """The demo's people, looked up when the sign-in page is first shown."""

    people: list[DemoPerson] = field(default_factory=list)


async def demo_people(auth: Auth, settings: Any) -> tuple[DemoPerson, ...]:
    """Return a person of every role that the demo has."""
    password = str(getattr(settings, "demo_password", ""))
    found = []
    for role, label in LABELS.items():
        if role == OPERATOR:
            continue
        for email in _candidates(role):
            if await auth.port.find_login(email) is not None:
                found.append(DemoPerson(label, email, password))
                break
    return tuple(found)
