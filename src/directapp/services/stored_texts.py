"""Stored texts: what the product has written into rows by id and values, told in the reader's language."""

import orjson

from directapp.kernel.actor import Actor
from directapp.kernel.text import MARK
from directapp.kernel.text import told as in_language

_STORED = orjson.dumps(MARK)[:-1]


def in_words(json: bytes, actor: Actor) -> bytes:
    """Return rows with the texts that the product has stored in them, each told in the reader's language."""
    return orjson.dumps(in_language(orjson.loads(json), actor.language)) if _STORED in json else json
