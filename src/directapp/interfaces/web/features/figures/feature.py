"""Figures: what a period came to."""

from directapp.interfaces.web.core.feature import Feature, MenuEntry
from directapp.interfaces.web.features.figures import monday, page
from directapp.interfaces.web.features.figures.words import WORDS

FEATURE = Feature(
    name="figures",
    routes=(*page.ROUTES, *monday.ROUTES),
    menu=(
        MenuEntry(
            href=lambda _: page.PATH,
            label=WORDS["figures"],
            icon="chart-bar",
            visible=page.opens_figures,
            codes=frozenset({"figures"}),
            order=40,
        ),
    ),
)
