"""What happens to companies and people."""

from directapp.declare.events import event
from directapp.declare.kinds import Kind
from directapp.domains.people.fields import TENANTS, USERS
from directapp.kernel.text import Text

TENANT_NAMED = event("tenant.named", TENANTS, Text("Virksomhet navngitt", "Company named"), internal=True)
USER_INVITED = event("user.invited", USERS, Text("Send invitasjon", "Send invitation"), internal=True, user=Kind.REF)
RESET_ASKED = event(
    "user.reset_asked",
    USERS,
    Text("Send nytt passord", "Send new password"),
    internal=True,
    user=Kind.REF,
    asker=Kind.STRING,
)
