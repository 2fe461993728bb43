"""What happens to companies and people."""

from directapp.declare.events import event
from directapp.declare.kinds import Kind
from directapp.domains.people.fields import TENANTS, USERS
from directapp.kernel.text import _

TENANT_NAMED = event("tenant.named", TENANTS, _("Company named"), internal=True)
USER_INVITED = event("user.invited", USERS, _("Send invitation"), internal=True, user=Kind.REF)
RESET_ASKED = event(
    "user.reset_asked",
    USERS,
    _("Send new password"),
    internal=True,
    user=Kind.REF,
    asker=Kind.STRING,
)
