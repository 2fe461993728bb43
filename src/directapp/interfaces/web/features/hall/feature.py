"""The wall display's page, and what administration leads to of it."""

from directapp.interfaces.web.core.feature import Feature, SettingsPage
from directapp.interfaces.web.core.rights import administers
from directapp.interfaces.web.features.hall.page import SCREENS, hall_routes
from directapp.kernel.text import _
from directapp.services.platform import Platform


def hall_feature(platform: Platform) -> Feature:
    """Return the page that the screen in the hall shows."""
    settings = SettingsPage(
        order=30,
        href=f"/app/{SCREENS}",
        label=_("Wall displays"),
        about=_("Screens in the hall that show the cars by step, at a link without a sign-in."),
        icon="layout-kanban",
        visible=administers(SCREENS),
        collections=(SCREENS,),
    )
    return Feature(name="hall", routes=hall_routes(platform), settings=(settings,))
