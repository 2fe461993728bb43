"""Events: what happens to records, declared once; whoever listens chooses from them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from directapp.declare.case import Case
from directapp.declare.kinds import Kind
from directapp.declare.names import FieldName
from directapp.kernel.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happens to a record of ``collection``.

    ``payload`` names the values that it carries, with their kinds; ``was`` fields of the record, as they were before
    the write. An ``internal`` event is one part of the system asking another: nobody else listens to it.
    """

    name: str
    collection: str
    label: Text
    payload: tuple[tuple[str, Kind], ...] = ()
    was: tuple[str, ...] = ()
    internal: bool = False


def event(name: str, collection: str, label: Text, /, *was: str, internal: bool = False, **payload: Kind) -> Event:
    """Declare an event; ``was`` and ``payload`` as in Event."""
    values = tuple(payload.items())
    return Event(name=name, collection=collection, label=label, payload=values, was=was, internal=internal)


def events_in(module: ModuleType) -> tuple[Event, ...]:
    """Return the events that a module declares, in order."""
    return tuple(each for each in vars(module).values() if isinstance(each, Event))


@dataclass(frozen=True, slots=True, kw_only=True)
class Emit:
    """A write that emits an event: one that gives ``field`` a value, one of which ``when`` says so, or a deletion.

    It is emitted whichever step or writer brought it; the payload of a ``deletion`` tells the row's references as
    ``was``.
    """

    event: Event
    field: FieldName[Any] | None = None
    when: Callable[[Case], bool] | None = None
    deletion: bool = False

    def follows(self, case: Case, written: Mapping[str, Any]) -> bool:
        """Whether it follows from a write of these columns."""
        if self.when is not None:
            return self.when(case)
        name = self.field
        return name is not None and name in written and case.get(name) is not None and case.changed(name)


def becomes(holds: Callable[[Case], bool]) -> Callable[[Case], bool]:
    """Return the question whether something holds that did not hold before the write."""
    return lambda case: holds(case) and not (case.before is not None and holds(replace(case, row=case.before)))
