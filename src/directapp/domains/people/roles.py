"""Roles: what people do here. The rights behind each are declared with the collections.

A company puts roles of its own together from pieces of the working ones (``CustomRole``).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from directapp.declare.fields import Choice, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Row
from directapp.domains.people.fields import Roles, Tenants, Users
from directapp.kernel.actor import Actor
from directapp.kernel.money import kroner
from directapp.kernel.roles import CustomRole, Piece
from directapp.kernel.text import Text, _, pgettext

ADMIN = "tenant_admin"
MANAGER = "manager"
# Runs the installation from outside every tenant; never given to a user.
OPERATOR = "operator"

_AT_DEALERS: dict[str, Text] = {
    "new_car_sales": _("New car sales"),
    "used_car_sales": _("Used car sales"),
    "parts": pgettext("department", "Parts"),
    "reception": _("Reception inspector"),
    "planner": _("Planner"),
    "mechanic": _("Mechanic"),
    "detailer": _("Detailer"),
    "sales_manager": _("Sales manager"),
    "manager": _("Manager"),
    "finance": _("Finance"),
}
_IN_FLEETS: dict[str, Text] = {
    "fleet_manager": _("Fleet manager"),
    "supervisor": _("Supervisor"),
    "dispatcher": _("Dispatcher"),
    "technician": _("Technician"),
    "driver": _("Driver"),
    "safety_officer": _("Safety officer"),
    "safety_rep": _("Safety representative"),
    "buyer": _("Buyer"),
    "analyst": _("Analyst"),
    "auditor": _("Auditor"),
}
LABELS: dict[str, Text] = {
    **_AT_DEALERS,
    **_IN_FLEETS,
    "tenant_admin": _("Administrator"),
    "operator": _("Operator"),
}

# The roles of both permission matrices, with spaces between, for `grants`.
WORKING = " ".join((*_AT_DEALERS, *_IN_FLEETS))
EVERYONE = f"{WORKING} {ADMIN}"
_WORKING = frozenset(WORKING.split())
# Those whose work is the cars of a dealer.
DEALING = " ".join(_AT_DEALERS)
# Of them, those whose work is the cars themselves, not the money behind them.
HANDLING = " ".join(code for code in _AT_DEALERS if code != "finance")
# Whom a manager staffs a site with: what these roles see, a manager sees. Finance keeps the figures that a manager is
# measured by, and is an administrator's to give.
STAFF = (
    "new_car_sales",
    "used_car_sales",
    "parts",
    "reception",
    "planner",
    "mechanic",
    "detailer",
    "sales_manager",
    "supervisor",
    "dispatcher",
    "technician",
    "driver",
)
AUDITOR = "auditor"
# Roles that write nothing: an auditor may have them too.
READING = frozenset({AUDITOR, "analyst", "safety_rep"})
# Who orders does not pay.
NEVER_TOGETHER = (("finance", "buyer"),)
# Who pays neither gives rights nor sends vehicles out, unless somebody says that it has to be so.
ASKED_TOGETHER = (("finance", ADMIN), ("finance", "dispatcher"))


def role_choices(*without: str) -> tuple[Choice, ...]:
    """Return the roles that a person of a company may have, but for some, as choices."""
    left = {code: label for code, label in LABELS.items() if code not in {OPERATOR, *without}}
    return tuple(Choice(code, label, module="fleet" if code in _IN_FLEETS else "") for code, label in left.items())


ROLE_CHOICES = role_choices()


def given_by(actor: Actor) -> frozenset[str]:
    """Return the roles that an actor may give: one's own, a manager's staff, an administrator's all."""
    if ADMIN in actor.roles:
        return frozenset(choice.code for choice in ROLE_CHOICES)
    return actor.roles.union(STAFF if MANAGER in actor.roles else ())


def pieces_of(stored: Any) -> tuple[Piece, ...]:
    """Return the pieces that a row holds; none of what only an administrator has is ever one."""
    found = (
        Piece(
            str(one["collection"]),
            str(one["entry"]),
            tuple(one.get("read") or ()),
            tuple(one.get("write") or ()),
            tuple(one.get("verbs") or ()),
            create=bool(one.get("create")),
            delete=bool(one.get("delete")),
        )
        for one in stored or ()
    )
    return tuple(piece for piece in found if piece.source in _WORKING)


def limit_of(roles: Iterable[str], limits: Mapping[str, Any] | None) -> Decimal | None:
    """Return the most that someone with these roles approves, None for any amount.

    ``limits`` is the site's setting: kroner by role, null without limit, a role left out approves nothing.
    """
    known = {**(limits or {}), ADMIN: None}
    own = [known[role] for role in roles if role in known]
    if any(limit is None for limit in own):
        return None
    return max((kroner(limit) for limit in own), default=Decimal(0))


def custom_role(row: Row) -> CustomRole | None:
    """Return a role of the company's own as it holds now; None for the product's, and where it is switched off."""
    base = row.get(Roles.based_on)
    if base is None or row.get(Roles.pieces) is None:
        return None
    return CustomRole(row[Roles.code], pieces_of(row[Roles.pieces]), base)


def held_by(user: Row, roles: Iterable[Row]) -> dict[str, CustomRole]:
    """Return the company's own roles that a user has and that are switched on, by code."""
    wanted = set(user.get(Users.custom_roles) or ())
    found = (custom_role(row) for row in roles if row[Roles.code] in wanted)
    return {role.code: role for role in found if role is not None}


def counts_as(user: Row, roles: Iterable[Row]) -> frozenset[str]:
    """Return the roles whose demands a user meets: those held, and those that the company's own are put together from.

    So nobody is asked for less (a second factor, a network) by having part of a role than by having all of it.
    """
    own = held_by(user, roles).values()
    return frozenset(user.get(Users.roles) or ()).union(*(role.sources for role in own))


def works_as(user: Row, roles: Iterable[Row]) -> frozenset[str]:
    """Return the roles by whose work a user is notified: those held, and those that the company's own are based on."""
    bases = {role.based_on for role in held_by(user, roles).values()}
    return frozenset(user.get(Users.roles) or ()) | bases


def needs_second_factor(company: Row, roles: Iterable[str]) -> bool:
    """Whether a company asks any of these roles for a second factor."""
    return not set(company.get(Tenants.second_factor_roles) or ()).isdisjoint(roles)


def lacks_second_factor(company: Row, user: Row, roles: Iterable[str], now: datetime) -> bool:
    """Whether what a user counts as needs a second factor, none is set up, and the days of grace are over."""
    if user.get(Users.second_factor_at) is not None or not needs_second_factor(company, roles):
        return False
    begun = max(filter(None, (user[Users.created_at], company.get(Tenants.second_factor_since))))
    grace = timedelta(days=company.get(Tenants.second_factor_grace_days) or 0)
    return not grace or now >= begun + grace


ROLES = field(
    "roles",
    _("Roles"),
    Kind.CHOICES,
    choices=ROLE_CHOICES,
    offered=given_by,
    step_up=True,
    headings=("Rolle", "Stilling", "Role"),
)


def role_rows() -> list[dict[str, Any]]:
    """Return the rows that every new tenant starts with."""
    return [{"code": code, "name_nb": label.pick("nb"), "name_en": label.english} for code, label in LABELS.items()]
