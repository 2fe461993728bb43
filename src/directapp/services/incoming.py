"""Incoming: a row from outside as plain values, before anything is written; what is noted about it and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol
from uuid import UUID

from directapp.kernel.text import Text

# What a cell that cannot be kept as it is is said to be: {"is": UNSTORABLE, "text": what of it can be shown}.
UNSTORABLE = "unstorable"

Level = Literal["info", "repaired", "warning", "held", "rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One remark on a row: a value put right, something to look at, or why the row has to wait."""

    level: Level
    text: Text
    field: str | None = None
    before: Any = None
    after: Any = None

    def as_json(self) -> dict[str, Any]:
        """Return the note as it is kept and reported."""
        kept = {"before": self.before, "after": self.after}
        values = {name: str(value) for name, value in kept.items() if value is not None}
        return {"level": self.level, "field": self.field, "text": self.text.stored(), **values}


@dataclass(frozen=True, slots=True)
class Pointer:
    """A record named by its id in the source, or by the value of one of its columns."""

    collection: str
    value: str
    column: str | None = None
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What a row of a source comes to.

    ``external`` is its id in the source: with the row's hash the key by which a second reading knows it.
    ``match`` names a record that may be there already, by id or by columns' values; it stays as it is unless
    ``update``. ``once`` holds the values that may stand in one row of the source only: the others wait.
    ``status`` is set as such, beside the facts; None lets the workflow find it.
    """

    collection: str
    number: int
    data: Mapping[str, Any]
    values: Mapping[str, Any]
    external: str | None = None
    status: str | None = None
    match: Mapping[str, Any] = field(default_factory=dict)
    update: bool = False
    once: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    def noted(self, *notes: Note) -> "Incoming":
        """Return the row with further notes."""
        return replace(self, notes=(*self.notes, *notes))

    def released(self) -> "Incoming":
        """Return the row as a person lets it in who has seen why it was held."""
        return replace(self, notes=tuple(replace(n, level="warning") if n.level == "held" else n for n in self.notes))

    def has(self, level: Level) -> bool:
        """Whether any note is of a level."""
        return any(note.level == level for note in self.notes)


@dataclass(frozen=True, slots=True)
class Raw:
    """A row of a source as it came."""

    collection: str
    number: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The two collections that imports are kept in, and the field of a run that says for which site it is."""

    runs: str
    rows: str
    site: str


class Reader(Protocol):
    """A source: its rows in the order in which they can be written, and what each comes to."""

    @property
    def source(self) -> str:
        """What kind of source it is, as import runs name it."""

    @property
    def context(self) -> dict[str, Any]:
        """What must be known to understand a single row again later."""

    def rows(self) -> Sequence[Raw]:
        """Return every row as it came."""

    def understand(self, raw: Raw) -> Incoming:
        """Return what a row comes to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a row.

    ``row`` is the ledger's row where it stands already; ``replaces`` one of an earlier version that waited.
    ``waits_still`` says that an earlier reading has it waiting already.
    """

    raw: Raw
    outcome: str
    notes: tuple[Note, ...] = ()
    record: UUID | None = None
    external: str | None = None
    hash: str = ""
    status: str | None = None
    row: UUID | None = None
    replaces: UUID | None = None
    waits_still: bool = False

    @property
    def waits(self) -> bool:
        """Whether a person has to do something before the row is in."""
        return self.outcome in {"held", "rejected"}
