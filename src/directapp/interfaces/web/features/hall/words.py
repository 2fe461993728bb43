"""Words of the wall display."""

from functools import cache

from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _

WORDS: dict[str, Text] = {
    "hall": _("Wall display"),
    "none": _("No cars"),
    "due": _("Due"),
    "page": _("Page {n} of {all}"),
    "lost": _("No connection. What you see is from {clock}."),
    "closed": _("This wall display is not in use"),
    "closed_help": _("Whoever leads the site can make a new link."),
}


@cache
def speak_hall(language: Language) -> dict[str, str]:
    """Return the display's words in a language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
