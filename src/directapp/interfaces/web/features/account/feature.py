"""One's own account: signing in, the profile, and calendar links."""

from directapp.interfaces.web.core.feature import Feature
from directapp.interfaces.web.features.account import (
    calendar_links,
    profile,
    provider,
    second_factor,
    security,
    sign_in,
    their_sessions,
)
from directapp.services.platform import Platform


def account_feature(platform: Platform) -> Feature:
    """Return the pages of one's own account."""
    routes = (
        *sign_in.ROUTES,
        *provider.ROUTES,
        *second_factor.ROUTES,
        *security.ROUTES,
        *their_sessions.ROUTES,
        *profile.ROUTES,
        *calendar_links.calendar_links_routes(platform),
    )
    return Feature(name="account", routes=routes, parts=(*provider.PARTS, *their_sessions.PARTS))
