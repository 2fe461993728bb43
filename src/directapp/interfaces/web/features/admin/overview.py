"""The front page of administration: the settings pages of all features that this person may open."""

from collections.abc import Mapping

from fastapi import Response

from directapp.interfaces.web.core.context import PersonContext
from directapp.interfaces.web.core.feature import Features, SettingsPage, get
from directapp.interfaces.web.features.admin.words import speak_admin
from directapp.kernel.errors import ForbiddenError
from directapp.kernel.text import Text, _

PATH = "/app/admin"
# Pages stand under the last heading whose number is not above their own order.
_HEADINGS: Mapping[int, Text] = {
    0: _("Company and people"),
    20: _("Sites, resources and hours"),
    40: _("How cars are worked on"),
    60: _("Messages"),
    80: _("Data"),
    100: _("Rules and other programs"),
    117: _("Sign-in, rights and operations"),
}
TEMPLATES = "inspection_templates"


async def show_admin(ctx: PersonContext) -> Response:
    """Show the pages that this person may open."""
    pages = ctx.services.get(Features).settings_of(ctx)
    if not pages:
        raise ForbiddenError
    parts: dict[int, list[tuple[SettingsPage, str, str]]] = {}
    for page in pages:
        heading = max(number for number in _HEADINGS if number <= page.order)
        parts.setdefault(heading, []).append((page, ctx.say(page.label), ctx.say(page.about)))
    told = [(number, ctx.say(_HEADINGS[number]), places) for number, places in parts.items()]
    return ctx.page("admin/overview.html", here="admin", a=speak_admin(ctx.language), parts=told)


ROUTES = (get(PATH, show_admin),)
