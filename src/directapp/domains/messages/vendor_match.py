"""Which work a vendor's message is about: by the message it answers, by its code, or because there is only one."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from directapp.kernel.text import _

# No vowels, so that a code is no word; none that look alike.
_LETTERS, _DIGITS = "BCDFGHJKMNPQRTVWXZ", "23456789"
_CODE = re.compile(rf"(?<![^\W_])[{_LETTERS}][{_DIGITS}][{_LETTERS}]{{2}}(?![^\W_])", re.IGNORECASE)

INVITE_SMS = _("Or answer this text message: DONE {code}, PRICE 4500 {code} or DELAYED 24.12 {code}")
INVITE_MAIL = _("You may also answer this e-mail with DONE, PRICE 4500 or DELAYED 24.12, and attach photos.")
_STOP = frozenset({"stop", "stopp", "stopall", "stop all", "unsubscribe", "avslutt", "cancel", "end", "quit"})


def code_of(link: UUID) -> str:
    """Return the short name that a text message gives the work of a link: K7QP."""
    number = int.from_bytes(hashlib.sha256(link.bytes).digest()[:8])
    places = (_LETTERS, _DIGITS, _LETTERS, _LETTERS)
    found = ""
    for signs in places:
        number, place = divmod(number, len(signs))
        found += signs[place]
    return found


def wants_silence(text: str) -> bool:
    """Whether somebody asks not to be written to."""
    return text.strip().strip(".!").casefold() in _STOP


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A link that was sent to a number; ``named`` where the message says that it answers this one.

    ``name`` is what its car is known by.
    """

    tenant: UUID
    link: UUID
    item: UUID
    open: bool
    named: bool = False
    name: str = ""

    @property
    def code(self) -> str:
        """Its short name."""
        return code_of(self.link)

    @property
    def shown(self) -> str:
        """Its short name with what its car is known by."""
        return f"{self.code} ({self.name})" if self.name else self.code

    @property
    def work(self) -> tuple[UUID, UUID]:
        """What it is about: asked twice it is still one work."""
        return self.tenant, self.item


class Sort(StrEnum):
    """What is done with a message."""

    ANSWER = "answer"
    CLOSED = "closed"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The links that a message concerns, newest first, and what is done with it; ``text`` is without codes."""

    sort: Sort
    links: Sequence[Asked] = field(default_factory=list)
    text: str = ""


def decide(asked: Sequence[Asked], text: str) -> Verdict | None:
    """Return which work a message is about; None where nobody asked its sender anything."""
    newest = sorted(asked, key=lambda one: one.link, reverse=True)
    said = {code.upper() for code in _CODE.findall(text)}
    coded = [one for one in newest if one.code in said]
    named = [one for one in newest if one.named]
    bare = without(text, {one.code for one in coded})
    meant = coded or named
    if meant:
        works = {one.work for one in (*_works(coded), *_works(named))}
        return _of(meant[0], bare) if len(works) == 1 else Verdict(Sort.UNMATCHED, _works([*coded, *named]), bare)
    waiting = _works([one for one in newest if one.open])
    if waiting:
        return _of(waiting[0], bare) if len(waiting) == 1 else Verdict(Sort.UNMATCHED, waiting, bare)
    if not newest or len({one.tenant for one in newest}) > 1:
        return None
    return _of(newest[0], bare)


def _of(one: Asked, text: str) -> Verdict:
    return Verdict(Sort.ANSWER if one.open else Sort.CLOSED, [one], text)


def _works(links: Sequence[Asked]) -> list[Asked]:
    """Return the newest link of each work."""
    found: dict[tuple[UUID, UUID], Asked] = {}
    for one in sorted(links, key=lambda one: one.link, reverse=True):
        found.setdefault(one.work, one)
    return list(found.values())


def without(text: str, codes: set[str]) -> str:
    """Return a message without these codes, as its words are read."""
    return _CODE.sub(lambda found: " " if found[0].upper() in codes else found[0], text).strip()
