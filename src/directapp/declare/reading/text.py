"""Text and codes as they are stored: composed, without signs that cannot be stored or seen."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from directapp.declare.reading.manner import TYPED, BadValueError, Manner
from directapp.kernel.text import Text, _

# JSON and sheets carry numbers as doubles: whole ones beyond this have lost their last digits.
LARGEST_EXACT = 2**53
# What a code's key leaves out, and the signs that are taken for others.
SEPARATORS, ALIKE, SAME = " -./_,;#*+()", "OI", "01"
# Letters with the accents that a part of a text is compared without.
_ACCENTED = "àáâãäåçèéêëìíîïñòóôõöøùúûüýÿāăąćĉċčďđēĕėęěĝğġģĥĩīĭįĵķĺļľłńņňōŏőŕŗřśŝşšţťũūŭůűųŵŷźżž"
_PLAIN = "".join({"ø": "o", "đ": "d", "ł": "l"}.get(c) or unicodedata.normalize("NFD", c)[0] for c in _ACCENTED)
_BARE = str.maketrans(_ACCENTED, _PLAIN)
_FAMILY = {c: f"[{c}{''.join(a for a, p in zip(_ACCENTED, _PLAIN, strict=True) if p == c)}]" for c in set(_PLAIN)}
_LONGEST_PART = 500
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# No XML file, and so no XLSX, can hold the last two either.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_UNPARTED = dict.fromkeys(map(ord, SEPARATORS))
# What nobody sees: format signs (Cf, bidi marks among them), fillers, and what only changes the look of a sign.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Joiners and the choice of a look belong to emoji, flags and to scripts that need them, not to Latin words.
_JOINED = re.compile(
    "(?<=[^\x00-\u02ff])[\u200c\u200d\ufe00-\ufe0f]+(?=[^\x00-\u02ff]|\\Z|[\\s.,!?:;)])|(?<=[0-9#*\xa9\xae])\ufe0f"
    "|(?<=[\u2000-\u303d\u3297\u3299\U0001f000-\U0001faff])\ufe0f|(?<=\U0001f3f4)[\U000e0020-\U000e007f]+"
)
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_POWER = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE]\+\d{1,3}")
# Capitals of other alphabets that are drawn like Latin ones.
_TWINS = str.maketrans(
    "\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425"
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455"
    "\u0458\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
    "ABESIJKMHOPCTYXaeopcyxisjABEZHIKMNOPTYX",
)


def clean_text(value: Any, manner: Manner = TYPED) -> str:
    """Return free text as stored: composed (NFC), a line feed between its lines, nothing around it.

    Raises:
        BadValueError: it is no text, or holds a sign that cannot be stored or seen; the message says where.

    """
    text = _spelt(value)
    if text.isascii() and text.isprintable():
        return text.strip()
    text = _BREAKS.sub("\n", text)
    _refuse(_CONTROLS.search(text), text)
    text = unicodedata.normalize("NFC", text)
    places = {place for m in _JOINED.finditer(text) for place in range(*m.span())}
    if manner.drop_invisible:
        text = "".join(c for n, c in enumerate(text) if n in places or _UNSEEN.match(c) is None)
    else:
        _refuse(next((m for m in _UNSEEN.finditer(text) if m.start() not in places), None), text)
    return text.strip()


def clean_line(value: Any, manner: Manner = TYPED) -> str:
    """Return free text on one line, single spaces between its words (raises as ``clean_text``)."""
    return " ".join(clean_text(value, manner).split())


def clean_code(value: Any) -> str:
    """Return what identifies a thing: invisible signs left out, full-width signs and look-alike letters as Latin ones.

    Raises:
        BadValueError: it is no text, or a number that a sheet has rounded.

    """
    written = _spelt(value)
    text = _plain(written)
    if not text and written.strip():
        raise BadValueError(_("The value has only characters that nobody sees."))
    # A spreadsheet's mark of text, typed or pasted along.
    text = text.translate(_TWINS).removeprefix("'")
    if _POWER.fullmatch(text):
        raise BadValueError(
            _("“{text}” is a number that a spreadsheet has shortened. Write all its digits, in a column of text.").fill(
                text=text
            )
        )
    return text


def clean_address(value: Any) -> str:
    """Return an e-mail address without invisible signs; look-alike letters are Latin ones where all others are.

    Raises:
        BadValueError: it is no text.

    """
    text = _plain(_spelt(value))
    latin = text.translate(_TWINS)
    return latin if latin.isascii() else text


def _plain(text: str) -> str:
    if not text.isascii():
        text = visible(unicodedata.normalize("NFKC", visible(text)))
        text = _DASHES.sub("-", text)
    text = " ".join(_BREAKS.sub(" ", text).split())
    _refuse(_CONTROLS.search(text), text)
    return text


def visible(text: str) -> str:
    """Return a text without its invisible signs."""
    return _UNSEEN.sub("", text)


def code_key(code: str) -> str:
    """Return what two codes that people take for one have in common: O as 0, I as 1, nothing between their signs.

    The store's unique rules compare codes by the same key (``store.uniques``).
    """
    return clean_code(code).upper().translate(str.maketrans(ALIKE, SAME, SEPARATORS))


def alike(text: str) -> str:
    """Return the regular expression of a part of a text where neither case nor accents count: PostgreSQL's ``~*``.

    Raises:
        BadValueError: it is so long that PostgreSQL would take long to read the expression.

    """
    if len(text) > _LONGEST_PART:
        raise BadValueError(_("At most {limit} characters.").fill(limit=_LONGEST_PART))
    return "".join(_FAMILY.get(c) or re.escape(c) for c in text.lower().translate(_BARE))


def code_part(text: str) -> str:
    """Return a part of a code as a code is stored that has nothing between its signs."""
    return clean_code(text).upper().translate(_UNPARTED)


def clean_structure(value: Any) -> Any:
    """Return parsed JSON with its texts composed (NFC), the product's own as they are stored.

    Raises:
        BadValueError: a text in it cannot be stored.

    """
    if isinstance(value, Text):
        return value.stored()
    if isinstance(value, str):
        _refuse(re.search("[\x00\ud800-\udfff]", value), value)
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {clean_structure(name): clean_structure(inner) for name, inner in value.items()}
    return [clean_structure(inner) for inner in value] if isinstance(value, list | tuple) else value


def of_sort(value: Any, form: Mapping[str, Any] | None) -> Any:
    """Return a value where it is the list or object that a form asks for.

    Raises:
        BadValueError: it is something else.

    """
    wanted = (form or {}).get("type")
    if wanted == "array" and not isinstance(value, list):
        raise BadValueError(_("Must be a list."))
    if wanted == "object" and not isinstance(value, dict):
        raise BadValueError(_("Must be an object of names and values."))
    return value


def _spelt(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadValueError(_("Must be text."))
    if isinstance(value, int) and abs(value) > LARGEST_EXACT:
        raise BadValueError(_("Numbers as long as this must be sent as text; their last digits get rounded otherwise."))
    return str(value)


def _refuse(found: re.Match[str] | None, text: str) -> None:
    if found is None:
        return
    sign = f"U+{ord(found[0]):04X}"
    before = visible(_CONTROLS.sub("", text[: found.start()]))[-20:].strip()
    if not before:
        raise BadValueError(
            _("The text begins with an invisible character ({sign}). Delete it or type the text anew.").fill(sign=sign)
        )
    raise BadValueError(
        _("After “{before}” stands an invisible character ({sign}). Delete it or type the text anew.").fill(
            before=before, sign=sign
        )
    )
