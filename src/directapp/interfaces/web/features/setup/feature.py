"""Set-up: the guide, and its pages for many at once."""

from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.feature import Feature, SettingsPage
from directapp.interfaces.web.core.rights import does
from directapp.interfaces.web.features.setup import guide, hours, people, sites, trying
from directapp.interfaces.web.features.setup.steps import PATH
from directapp.interfaces.web.features.setup.words import WORDS

FEATURE = Feature(
    name="setup",
    routes=(*guide.ROUTES, *sites.ROUTES, *people.ROUTES, *hours.ROUTES, *trying.ROUTES),
    settings=(
        SettingsPage(
            order=1,
            href=PATH,
            label=WORDS["title"],
            about=WORDS["about"],
            icon="rocket",
            visible=guide.guides,
        ),
        SettingsPage(
            order=12,
            href=people.HERE,
            label=WORDS["by_list"],
            about=WORDS["people_help"],
            icon="user-plus",
            visible=does(people.USERS, "invite"),
        ),
        SettingsPage(
            order=21,
            href=sites.HERE,
            label=WORDS["by_number"],
            about=WORDS["sites_help"],
            icon="building",
            visible=guide.guides,
            collections=(SITES,),
        ),
        SettingsPage(
            order=23,
            href=hours.HERE,
            label=WORDS["by_template"],
            about=WORDS["hours_help"],
            icon="clock",
            visible=hours.opens_hours,
        ),
        SettingsPage(
            order=62,
            href=trying.HERE,
            label=WORDS["trying"],
            about=WORDS["mail_help"],
            icon="mail",
            visible=guide.guides,
        ),
    ),
)
