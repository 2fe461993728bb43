"""Figures: what a period came to."""

from directapp.interfaces.web.core.feature import Feature, MenuEntry
from directapp.interfaces.web.core.rights import lists
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
            visible=lambda ctx: lists("cars")(ctx) and page.opens_figures(ctx),
            codes=frozenset({"figures"}),
            order=40,
        ),
    ),
)
