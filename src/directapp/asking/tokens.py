"""Words of a question: cut apart, and brought to a form in which inflections are alike."""

import re
from dataclasses import dataclass

_CUT = re.compile(
    r'"[^"]{1,80}"|“[^”]{1,80}”|«[^»]{1,80}»'
    r"|\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4}"
    r"|\d{1,3}(?:[ .\u00a0]\d{3})+(?![\d])|\d+(?:[.,]\d+)?"
    r"|[\w/&'’-]+|[<>]=?|≥|≤",
    re.UNICODE,
)
_QUOTES = '"“”«»'
_ENDINGS = (
    *("edes", "enes", "anes", "ene", "ane", "ede", "ens", "ers", "er", "en", "et", "es", "ed", "te", "ne"),
    *("a", "e", "s", "t", "n", "d"),
)
_LEAST = 3
# Between the parts of a compound word.
LINKS = r"(?:e|en|ens|ets|s|er|ers|et)?"
_CODE = re.compile(r"(?=.*\d)[a-z0-9æøå-]{5,20}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """One word as written, as it is compared, and its stem."""

    written: str
    plain: str
    stem: str

    @property
    def quoted(self) -> bool:
        """Whether it was written in quotation marks."""
        return self.written[0] in _QUOTES

    @property
    def number(self) -> bool:
        """Whether it is a number."""
        return self.plain[0].isdigit() and re.fullmatch(r"[\d .,\u00a0]+", self.plain) is not None

    @property
    def code(self) -> bool:
        """Whether it looks like a plate, a chassis number or an order number."""
        return not self.number and _CODE.fullmatch(self.plain) is not None and "-" not in self.plain[:1]


def cut(question: str) -> list[Token]:
    """Return the words of a question, in order."""
    return [_token(found) for found in _CUT.findall(question)]


def _token(written: str) -> Token:
    plain = written.strip(_QUOTES).casefold().replace("’", "'")
    return Token(written, plain, stem(plain))


def stem(word: str) -> str:
    """Return a word without its ending, in a way that is the same for all its forms."""
    word = word.removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST:
            return _single(word[: -len(ending)])
    return _single(word)


def _single(word: str) -> str:
    """Return a stem without the letter that is doubled before an ending."""
    return word[:-1] if len(word) > _LEAST and word[-1] == word[-2] and word[-1] not in "aeiouyæøå" else word


def near(one: str, other: str) -> bool:
    """Whether two words differ by one letter, or by two neighbours that changed places; short ones never."""
    if one[:1] != other[:1] or abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < _LEAST + 2:
        return False
    at = next(
        (n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other))
    )
    rest, left = one[at:], other[at:]
    return (
        rest[1:] == left[1:]
        or rest == left[1:]
        or rest[1:] == left
        or (rest[:2] == left[1::-1] and rest[2:] == left[2:])
    )
