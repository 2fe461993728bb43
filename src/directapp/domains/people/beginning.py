"""The beginning of a tenant: its row, its roles, and an administrator who chooses a password by a link."""

from directapp.domains.people.fields import TENANTS, USERS, Tenants
from directapp.domains.people.flow import Auth
from directapp.domains.people.issue import INVITE_LIFE, issue_link, link_path
from directapp.domains.people.roles import ADMIN, role_rows
from directapp.kernel.ids import uuid7


async def add_tenant(auth: Auth, *, name: str, email: str, first_name: str, last_name: str) -> str:
    """Make a tenant with one administrator; return the one-time link that sets the password.

    Raises:
        NotUniqueError: somebody in the installation has the e-mail address.
        InvalidError: the address is none.

    """
    tenant = uuid7()
    async with auth.open(tenant) as rows:
        await rows.create(TENANTS, {Tenants.id: str(tenant), Tenants.name: name})
        for role in role_rows():
            await rows.create("roles", role)
        person = {"first_name": first_name, "last_name": last_name, "email": email, "roles": [ADMIN], "active": True}
        user = await rows.create(USERS, person)
        token = await issue_link(rows, tenant, user.row, "invite", now=auth.clock(), life=INVITE_LIFE)
    return f"{auth.base_url}{link_path(token)}"
