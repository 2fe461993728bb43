"""The company: the page of the tenant that a person belongs to."""

from fastapi import Response

from directapp.interfaces.web.core.context import PersonContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.features.admin.overview import PATH
from directapp.interfaces.web.records.record import show_record

TENANTS = "tenants"
HERE = f"{PATH}/company"


async def show_company(ctx: PersonContext) -> Response:
    """Show the company of the person who asks."""
    return await show_record(ctx, TENANTS, str(ctx.person.tenant))


ROUTES = (get(HERE, show_company),)
