"""Masking: what names a person inside a text or a document, taken out of it."""

import re
from collections.abc import Iterable
from typing import Any

TAKEN_OUT = "[…]"
_SHORTEST = 3


class Mask:
    """Takes the names, phone numbers and e-mail addresses of people out of what somebody wrote."""

    def __init__(self, names: Iterable[str], phones: Iterable[str], emails: Iterable[str]) -> None:
        """Keep what is looked for; parts of a name count where they have three letters."""
        words = {part for name in names for part in (name, *name.split()) if len(part) >= _SHORTEST}
        ways = [rf"\b{re.escape(word)}\b" for word in sorted(words, key=len, reverse=True)]
        ways = [*(re.escape(one) for one in emails), *(_digits(one) for one in phones), *ways]
        self._pattern = re.compile("|".join(ways), re.IGNORECASE) if ways else None

    def __call__(self, value: Any) -> Any:
        """Return a value without them, whatever it is made of."""
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self._pattern.sub(TAKEN_OUT, value)
        if isinstance(value, dict):
            return {key: self(part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [self(part) for part in value]
        return value


def _digits(phone: str) -> str:
    """Return a pattern for a phone number however it is grouped, with or without the code of Norway."""
    norwegian = phone.startswith("+47")
    number = r"\s*".join(map(re.escape, phone.removeprefix("+47")))
    return rf"(?:(?:\+|00)47\s*)?{number}" if norwegian else number
