"""What happens to companies and people."""

from directapp.declare.events import event
from directapp.declare.kinds import Kind
from directapp.domains.people.fields import DEALERSHIPS, TENANTS, USERS
from directapp.kernel.text import _

TENANT_NAMED = event("tenant.named", TENANTS, _("Company named"), internal=True)
SITE_OPENED = event("site.opened", DEALERSHIPS, _("Site opened"), internal=True)
USER_INVITED = event("user.invited", USERS, _("Send invitation"), internal=True, user=Kind.REF)
SECOND_FACTOR_RESET = event(
    "user.second_factor_reset",
    USERS,
    _("Second factor reset"),
    internal=True,
    user=Kind.REF,
    asker=Kind.STRING,
)
RESET_ASKED = event(
    "user.reset_asked",
    USERS,
    _("Send new password"),
    internal=True,
    user=Kind.REF,
    asker=Kind.STRING,
)
