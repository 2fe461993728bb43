"""Home: the front page of each role."""

from directapp.interfaces.web.core.feature import Feature, MenuEntry
from directapp.interfaces.web.core.words import WORDS
from directapp.interfaces.web.features.home import page

FEATURE = Feature(
    name="home",
    routes=page.ROUTES,
    menu=(
        MenuEntry(
            href=lambda _: "/",
            label=WORDS["home"],
            icon="home",
            visible=lambda _: True,
            codes=frozenset({"home"}),
            order=10,
        ),
    ),
)
