"""Stored texts: what the product has written into rows by id and values, told in the reader's language."""

from typing import AnyStr

import orjson

from directapp.kernel.actor import Actor
from directapp.kernel.text import MARK, in_language

_STORED = orjson.dumps(MARK)[:-1]
_STORED_STR = _STORED.decode()


def in_words(json: AnyStr, actor: Actor) -> AnyStr:
    """Return rows with the texts that the product has stored in them, each told in the reader's language."""
    if isinstance(json, str):
        return orjson.dumps(in_language(orjson.loads(json), actor.language)).decode() if _STORED_STR in json else json
    return orjson.dumps(in_language(orjson.loads(json), actor.language)) if _STORED in json else json
