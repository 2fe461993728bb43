"""Languages: English is the source; every other one is a ``.po`` file below ``locale/``, read when first asked for."""

import gettext
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

Language = str

# The language of the texts in the code, and the one of readers who have not chosen.
SOURCE: Language = "en"
DEFAULT: Language = "nb"
# What stands between a message's context and its id, as in compiled catalogues.
CONTEXT_MARK = "\x04"

# Beside the package in a wheel, beside ``src`` in a checkout.
_PLACES = (Path(__file__).resolve().parents[1] / "locale", Path(__file__).resolve().parents[3] / "locale")
_FILE = "LC_MESSAGES/directapp.po"
_ALIASES = {"no": "nb", "nn": "nb"}
_ENTRY = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)?\s*(".*")')
_PLURAL_FORMS = re.compile(r"plural=([^;]+)")
_NAME = re.compile(r"^Language-Name: *(.+)$", re.MULTILINE)


def _one_or_many(count: int) -> int:
    return int(count != 1)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The messages of a language by key, and which plural form a count takes; ``name``: what it calls itself."""

    name: str = "English"
    messages: Mapping[str, str] = field(default_factory=dict)
    plurals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    form: Callable[[int], int] = _one_or_many


def read_catalogue(text: str) -> Catalogue:
    """Return what a ``.po`` file says; fuzzy and empty translations are left out, so that English stands there."""
    messages: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    head = ""
    for parts in _entries(text):
        msgid = parts["msgid"]
        key = f"{parts['msgctxt']}{CONTEXT_MARK}{msgid}" if "msgctxt" in parts else msgid
        forms = tuple(value for name, value in parts.items() if name.startswith("msgstr"))
        if not msgid:
            head = forms[0]
        elif "msgid_plural" in parts and all(forms):
            plurals[key] = forms
        elif forms[0]:
            messages[key] = forms[0]
    rule, name = _PLURAL_FORMS.search(head), _NAME.search(head)
    form = gettext.c2py(rule[1].strip()) if rule else _one_or_many
    return Catalogue(name=name[1] if name else "", messages=messages, plurals=plurals, form=form)


def _entries(text: str) -> Iterator[dict[str, str]]:
    for block in text.split("\n\n"):
        lines = block.splitlines()
        if any(line.startswith("#,") and "fuzzy" in line for line in lines):
            continue
        parts: dict[str, str] = {}
        name = ""
        for line in lines:
            found = _ENTRY.match(line)
            if found:
                name = found[1] or name
                parts[name] = parts.get(name, "") + json.loads(found[2])
        if parts:
            yield parts


@cache
def _files() -> dict[Language, Path]:
    found = (path for place in _PLACES for path in sorted(place.glob(f"*/{_FILE}")))
    return {path.parent.parent.name: path for path in found}


class _Catalogues(dict[Language, Catalogue]):
    """Catalogues by language, each read once; a language without a file reads as the default one."""

    def __missing__(self, language: Language) -> Catalogue:
        path = _files().get(language)
        if path is None:
            return self[DEFAULT] if language != DEFAULT else self[SOURCE]
        catalogue = self[language] = read_catalogue(path.read_text(encoding="utf-8"))
        return catalogue


CATALOGUES = _Catalogues({SOURCE: Catalogue()})


def languages() -> tuple[Language, ...]:
    """Return the codes of all languages: the default one, the source, then the others that lie in ``locale/``."""
    return tuple(dict.fromkeys((DEFAULT, SOURCE, *sorted({*_files(), *CATALOGUES}))))


def pick_language(accept: str | None, preferred: str | None = None) -> Language:
    """Choose a language from a user's preference, else an ``Accept-Language`` header, else Norwegian."""
    known = languages()
    if preferred in known:
        return preferred
    weighted: list[tuple[float, int, Language]] = []
    for place, part in enumerate((accept or "").split(",")):
        tag, _, quality = part.strip().partition(";q=")
        code = tag.split("-")[0].lower()
        code = _ALIASES.get(code, code)
        if code not in known:
            continue
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        weighted.append((-weight, place, code))
    return min(weighted)[2] if weighted else DEFAULT
