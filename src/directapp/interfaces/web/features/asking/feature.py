"""Asking in plain words: a page that tells how a question was understood, and what it finds."""

from directapp.interfaces.web.core.feature import Feature, FoundPage
from directapp.interfaces.web.core.words import ASK, WORDS
from directapp.interfaces.web.features.asking import page

FEATURE = Feature(
    name="asking",
    routes=page.ROUTES,
    found_pages=(FoundPage(href=ASK, label=WORDS["ask_title"], visible=lambda ctx: bool(ctx.main_list)),),
)
