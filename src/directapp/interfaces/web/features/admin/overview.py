"""The front page of administration: the settings pages of all features that this person may open."""

from fastapi import Response

from directapp.interfaces.web.core.context import PersonContext
from directapp.interfaces.web.core.feature import Features, get
from directapp.interfaces.web.features.admin.words import speak_admin
from directapp.kernel.errors import ForbiddenError

PATH = "/app/admin"
TEMPLATES = "inspection_templates"


async def show_admin(ctx: PersonContext) -> Response:
    """Show the pages that this person may open."""
    pages = ctx.services.get(Features).settings_of(ctx)
    if not pages:
        raise ForbiddenError
    told = [(page, ctx.say(page.label), ctx.say(page.about)) for page in pages]
    return ctx.page("admin/overview.html", here="admin", a=speak_admin(ctx.language), places=told)


ROUTES = (get(PATH, show_admin),)
