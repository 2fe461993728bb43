"""Seen: a record that a look-up found for an actor, and how many are looked at in one statement."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from directapp.declare.case import Range
from directapp.declare.events import Event
from directapp.declare.names import FieldNames, Row

# How many records are looked at in one statement, where all are.
PAGE = 5_000

# The event that follows from a new record's values, and in how many seconds.
Then = Callable[[Mapping[str, Any]], tuple[Event, float] | None]


@dataclass(frozen=True, slots=True)
class Seen:
    """A record that a look-up found for an actor. Only look-ups and writes make one."""

    collection: str
    id: UUID
    row: Row

    @property
    def version(self) -> int:
        """The version of the row as it was seen."""
        return self.row[FieldNames.version]


def beyond(page: Sequence[Seen]) -> Range:
    """Return the ids after those of a page: where the next begins."""
    return Range(UUID(int=page[-1].id.int + 1))
