"""Roles of a company's own: pieces of declared access entries, known by what they give."""

import hashlib
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """What a role takes over of one declared entry: the rows as declared, of the rest what is named and no more.

    ``entry`` is its key in the collection (``CollectionMeta.entries``); ``read`` and ``write`` name groups or fields.
    """

    collection: str
    entry: str
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    create: bool = False
    delete: bool = False

    @property
    def source(self) -> str:
        """The declared role whose entry it is."""
        return self.entry.partition(".")[0]

    def row_rights(self) -> list[str]:
        """Return what policies know this piece by: to see rows, and to add, change, move by a verb or delete them."""
        given = {"r": True, "w": self.write, "v": self.verbs, "c": self.create, "d": self.delete}
        return [row_right(self.collection, self.entry, letter) for letter, some in given.items() if some]


def row_right(collection: str, entry: str, letter: str) -> str:
    """Return what policies know one right of an entry by, whosever it is; no declared role is called so."""
    return f"{collection}.{entry.split('.')[1]}.{letter}"


class CustomRole(str):  # noqa: SLOT000 - a str takes no typed slots
    """A role of a company's own, in one version: its code and a digest of all that it gives.

    Two are equal where they give the same under the same code, in whichever company: what is worked out for one holds
    for the other. As a plain string, such as one that came out of JSON, it gives nothing.
    """

    code: str
    pieces: tuple[Piece, ...]
    based_on: str

    def __new__(cls, code: str, pieces: Iterable[Piece], based_on: str) -> Self:
        """Keep the pieces in one order, and the declared role that people with this one work as."""
        held = tuple(sorted(pieces))
        given = repr((based_on, [astuple(piece) for piece in held]))
        made = super().__new__(cls, f"{code}@{hashlib.sha256(given.encode()).hexdigest()[:32]}")
        made.code, made.pieces, made.based_on = code, held, based_on
        return made

    @property
    def sources(self) -> frozenset[str]:
        """The declared roles that it has anything of, and the one it is based on."""
        return frozenset({self.based_on, *(piece.source for piece in self.pieces)})

    @property
    def writing(self) -> frozenset[str]:
        """The declared roles of which it changes something, and the one it is based on."""
        pieces = (p for p in self.pieces if p.write or p.verbs or p.create or p.delete)
        return frozenset({self.based_on, *(piece.source for piece in pieces)})


def row_roles(roles: Iterable[str]) -> list[str]:
    """Return what policies are asked with: declared roles by their names, others by what their pieces give.

    What is neither, such as a name that looks like a piece's right, is left out.
    """
    found: set[str] = set()
    for role in roles:
        if isinstance(role, CustomRole):
            found.update(right for piece in role.pieces for right in piece.row_rights())
        elif role.isidentifier():
            found.add(role)
    return sorted(found)


def role_codes(roles: Iterable[str]) -> list[str]:
    """Return what roles are called, in order."""
    return sorted(role.code if isinstance(role, CustomRole) else role for role in roles)
