"""Roles: what people do here. Fixed: the rights behind each are declared with the collections."""

from datetime import datetime, timedelta
from typing import Any

from directapp.declare.access import Access, grants
from directapp.declare.collection import Collection, SetUp, Unique, Views
from directapp.declare.fields import Choice, Group, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Row
from directapp.domains.people.fields import Roles, Tenants, Users
from directapp.kernel.actor import Actor
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
    return tuple(Choice(code, label) for code, label in LABELS.items() if code not in {OPERATOR, *without})


ROLE_CHOICES = role_choices()


def given_by(actor: Actor) -> frozenset[str]:
    """Return the roles that an actor may give: one's own, a manager's staff, an administrator's all."""
    if ADMIN in actor.roles:
        return frozenset(choice.code for choice in ROLE_CHOICES)
    return actor.roles.union(STAFF if MANAGER in actor.roles else ())


def needs_second_factor(company: Row, user: Row) -> bool:
    """Whether a company asks a user's roles for a second factor."""
    return bool(set(user[Users.roles] or ()) & set(company.get(Tenants.second_factor_roles) or ()))


def lacks_second_factor(company: Row, user: Row, now: datetime) -> bool:
    """Whether a user's roles need a second factor in a company, none is set up, and the days of grace are over."""
    if user.get(Users.second_factor_at) is not None or not needs_second_factor(company, user):
        return False
    begun = max(filter(None, (user[Users.created_at], company.get(Tenants.second_factor_since))))
    grace = timedelta(days=company.get(Tenants.second_factor_grace_days) or 0)
    return not grace or now >= begun + grace


ROLES = field(
    "roles",
    _("Roles"),
    Kind.CHOICES,
    required=True,
    choices=ROLE_CHOICES,
    offered=given_by,
    step_up=True,
    headings=("Rolle", "Stilling", "Role"),
)


def role_rows() -> list[dict[str, Any]]:
    """Return the rows that every new tenant starts with."""
    return [{"code": code, "name_nb": label.pick("nb"), "name_en": label.english} for code, label in LABELS.items()]


COLLECTION = Collection(
    name="roles",
    set_up=SetUp(key=("code",)),
    label=_("Role"),
    plural=_("Roles"),
    groups=(
        Group(
            "all",
            _("Role"),
            (
                field(Roles.code, _("Code"), code=True, required=True, max_length=60, immutable=True),
                field(Roles.name_nb, _("Name (Norwegian)"), required=True, max_length=60, english=Roles.name_en),
                field(Roles.name_en, _("Name (English)"), required=True, max_length=60),
            ),
        ),
    ),
    access=Access(grants=grants(EVERYONE, read=("all",)), systems=("signin", "importer", "demo")),
    views=Views(columns=(Roles.name_nb, Roles.code), title=(Roles.name_nb,), sort=(Roles.code,), icon="id-badge"),
    unique=(Unique(fields=(Roles.code,), message=_("The role exists.")),),
    history=False,
)
