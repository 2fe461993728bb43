"""Words as they are compared: headings, labels, names."""

import re
import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def plain_word(text: str) -> str:
    """Return a text as it is compared: without case, accents and signs."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ø", "o").replace("æ", "ae"))
    return re.sub(r"[^a-z0-9]+", " ", "".join(c for c in folded if not unicodedata.combining(c))).strip()


def closed_up(word: str) -> str:
    """Return a plain word without its spaces: ``reg nr`` and ``regnr`` are one."""
    return word.replace(" ", "")


def heading_words(heading: str) -> tuple[str, ...]:
    """Return how a heading may be understood, closed up: whole, without brackets, its last part alone."""
    whole = closed_up(plain_word(heading))
    bare = closed_up(plain_word(re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", heading)))
    last = closed_up(plain_word(heading.rpartition(" / ")[2]))
    return tuple(dict.fromkeys(word for word in (whole, bare, last) if word))
