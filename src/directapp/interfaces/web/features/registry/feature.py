"""The vehicle registry: look-ups on a car and on a new one, the nights, and inspections that fall due."""

from directapp.interfaces.web.core.feature import CreatePart, Feature, ListLink, SettingsPage
from directapp.interfaces.web.core.rights import opens
from directapp.interfaces.web.features.registry import creating, inspections, looking, nights, taken
from directapp.interfaces.web.features.registry.words import WORDS

FEATURE = Feature(
    name="registry",
    routes=(*creating.ROUTES, *looking.ROUTES, *nights.ROUTES, *inspections.ROUTES),
    create_parts=(
        CreatePart(on=taken.CARS, template="registry/slot.html", load=taken.slot_of, created=taken.complete),
    ),
    list_links=(ListLink(on=taken.CARS, href=inspections.PATH, label=WORDS["eu_control"], icon="calendar-check"),),
    settings=(
        SettingsPage(
            order=90,
            href=nights.PATH,
            label=WORDS["title"],
            about=WORDS["settings_about"],
            icon="database",
            visible=opens("enrichment_runs"),
        ),
    ),
)
