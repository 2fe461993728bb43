"""Branding: a site's logo and colours."""

from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.feature import Feature, RecordPart, SettingsPage
from directapp.interfaces.web.core.rights import writes
from directapp.interfaces.web.features.branding import page
from directapp.interfaces.web.features.branding.swatches import WORDS

FEATURE = Feature(
    name="branding",
    routes=page.ROUTES,
    parts=(
        RecordPart(
            on=SITES,
            template="branding/part.html",
            load=page.branding_part,
            fields=frozenset({page.COLOURS, page.LOGO}),
        ),
    ),
    settings=(
        SettingsPage(
            order=30,
            href=page.PATH,
            label=WORDS["open"],
            about=WORDS["about"],
            icon="photo",
            visible=writes(SITES, page.COLOURS),
        ),
    ),
)
