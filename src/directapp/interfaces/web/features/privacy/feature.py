"""Personal data: what is held of a person, the register, and how long it is kept."""

from directapp.interfaces.web.core.feature import Feature, SettingsPage
from directapp.interfaces.web.features.privacy import overview, page
from directapp.interfaces.web.features.privacy.words import WORDS

FEATURE = Feature(
    name="privacy",
    routes=(*page.ROUTES, *overview.ROUTES),
    settings=(
        SettingsPage(
            order=135,
            href=page.PATH,
            label=WORDS["title"],
            about=WORDS["settings_about"],
            icon="shield-check",
            visible=page.answers,
            collections=("personal_requests", "retention_rules", "personal_views", "consents"),
        ),
    ),
)
