"""Translations: the texts of the code gathered into the ``.po`` files of ``locale/``, and what is wrong with those."""

import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

FOLDER, FILE = Path("locale"), "LC_MESSAGES/directapp.po"
_SOURCE = Path(__file__).resolve().parents[1]
_KEYWORDS = {"_": None, "pgettext": ((1, "c"), 2), "ngettext": (1, 2)}
_PLACE = re.compile(r"\{(\w*)")
_WIDTH = 120
# A form may say "one car" in words; the others need the figure.
_COUNT = "count"


@cache
def extracted() -> Catalog:
    """Return every text of the code."""
    found = Catalog()
    for _name, _line, message, _comments, context in extract_from_dir(
        _SOURCE, method_map=[("**.py", "python")], keywords=_KEYWORDS
    ):
        found.add(message, context=context)
    return found


def files() -> list[Path]:
    """Return the catalogue of each language."""
    return sorted(FOLDER.glob(f"*/{FILE}"))


def updated(path: Path) -> str:
    """Return a language's file with what the code says now: new texts empty or guessed, gone ones left out."""
    written = path.read_text(encoding="utf-8")
    catalogue = _read(path)
    catalogue.update(extracted(), update_header_comment=False)
    catalogue.obsolete.clear()
    made = BytesIO()
    write_po(made, catalogue, width=_WIDTH, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    # The header says nothing of when and by whom: those who merge would meet there each time.
    head = written.split("\n\n", 1)[0]
    return f"{head}\n\n{made.getvalue().decode().strip()}\n"


def flaws() -> list[str]:
    """Return what the catalogues lack: missing and guessed translations, and those whose places differ."""
    return [
        f"{path}: {flaw}: {_id(message)!r}"
        for path in files()
        for message in _read(path)
        if message.id
        for flaw in _flaws(message)
    ]


def _read(path: Path) -> Catalog:
    return read_po(BytesIO(path.read_bytes()), locale=path.parent.parent.name)


def _id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _flaws(message: Message) -> Iterator[str]:
    forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    if message.fuzzy:
        yield "guessed, and not looked at (fuzzy)"
    if not all(forms):
        yield "not translated"
        return
    wanted = set(_PLACE.findall(message.id if isinstance(message.id, str) else " ".join(message.id)))
    free = {_COUNT} if message.pluralizable else set[str]()
    for form in forms:
        places = set(_PLACE.findall(form))
        if places - wanted or wanted - places - free:
            yield f"other places than {{{', '.join(sorted(wanted))}}}"
