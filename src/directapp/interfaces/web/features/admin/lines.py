"""The items of an inspection template as its form holds them: read, moved, added, taken away, judged."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from directapp.interfaces.web.core.form import Posted
from directapp.kernel.ids import uuid7

MOST, LONGEST = 200, 200
NEW = "new-"
_NO_CODE = re.compile(r"[^a-z0-9]+")
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ð": "d", "þ": "th", "ß": "ss"})
_CODE_LENGTH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """An item: its code, its text in both languages, whether it is critical. New ones get their code when saved."""

    code: str
    nb: str = ""
    en: str = ""
    critical: bool = False

    @property
    def blank(self) -> bool:
        """Whether nothing is written in it."""
        return not (self.nb or self.en)


def new_line() -> ItemLine:
    """Return an item that nothing is written in yet."""
    return ItemLine(code=f"{NEW}{uuid7().hex[-12:]}")


def stored_lines(items: Any) -> tuple[ItemLine, ...]:
    """Return the items that a template holds."""
    return tuple(
        ItemLine(
            code=str(i["code"]), nb=str(i.get("nb", "")), en=str(i.get("en", "")), critical=i.get("critical") is True
        )
        for i in items or ()
        if isinstance(i, Mapping) and i.get("code")
    )


def typed_lines(posted: Posted) -> tuple[ItemLine, ...]:
    """Return the items that a form brought, in its order."""
    marked = set(posted.typed.get("critical", ()))
    columns = (posted.typed.get(name, []) for name in ("code", "nb", "en"))
    found = zip(*columns, strict=False)
    return tuple(
        ItemLine(code=c, nb=nb.strip(), en=en.strip(), critical=c in marked) for c, nb, en in list(found)[:MOST]
    )


def moved(lines: Sequence[ItemLine], deed: str) -> tuple[tuple[ItemLine, ...], str]:
    """Return the items after a deed of the form (``add``, ``up.code``, ``down.code``, ``remove.code``).

    Beside them stands the id of what the person goes on with.
    """
    word, _, code = deed.partition(".")
    place = next((n for n, line in enumerate(lines) if line.code == code), None)
    if word == "add":
        made = new_line()
        at = len(lines) if place is None else place + 1
        return (*lines[:at], made, *lines[at:]), f"nb-{made.code}"
    if place is None:
        return tuple(lines), ""
    rest = [*lines[:place], *lines[place + 1 :]]
    if word == "remove":
        follow = rest[min(place, len(rest) - 1)].code if rest else ""
        return tuple(rest), f"nb-{follow}" if follow else "add"
    rest.insert(max(place - 1, 0) if word == "up" else place + 1, lines[place])
    return tuple(rest), f"{word}-{code}"


def items_of(lines: Iterable[ItemLine]) -> list[dict[str, Any]]:
    """Return items as a template holds them; new ones are called after their Norwegian text."""
    lines = [line for line in lines if not line.blank]
    taken = {line.code for line in lines if not line.code.startswith(NEW)}
    items = []
    for line in lines:
        code = line.code
        if code.startswith(NEW):
            code = _free(_coded(line.nb), taken)
            taken.add(code)
        item: dict[str, Any] = {"code": code, "nb": line.nb, "en": line.en}
        items.append({**item, "critical": True} if line.critical else item)
    return items


def _coded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS)).encode("ascii", "ignore").decode()
    return _NO_CODE.sub("_", plain).strip("_")[:_CODE_LENGTH].strip("_") or "item"


def _free(code: str, taken: set[str]) -> str:
    number = 2
    free = code
    while free in taken:
        free, number = f"{code}_{number}", number + 1
    return free
