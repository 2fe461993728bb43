"""What the figures are told in: tiles, tables, their lines and cells. A figure carries the list of its rows."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: words, perhaps a link, a bar from 0 to 1, a tone or a status colour."""

    text: str
    href: str = ""
    share: float | None = None
    tone: str = ""
    hue: str = ""
    figure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with its title, how it is computed, what it says when it is empty, and perhaps a sum at the end."""

    code: str
    title: str
    how: str
    note: str = ""
    note_href: str = ""
    empty: str
    heads: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[Cell]]
    wide: bool = False
    last_is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A figure in words, or beside its name, and the list of its rows, or (not ``counted``) what they are among.

    ``part``: it is a part of the one before.
    """

    text: str
    href: str = ""
    tone: str = ""
    number: str = ""
    counted: bool = True
    part: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A figure that stands for itself, what it is made of, and how it is computed."""

    code: str
    name: str
    number: str
    lines: Sequence[Line]
    how: str
    tone: str = ""
