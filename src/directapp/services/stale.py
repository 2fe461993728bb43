"""Stale writes: what somebody else changed since the writer looked is not written over; the rest is merged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.reading import BadValueError
from directapp.declare.spec import CollectionMeta
from directapp.kernel.actor import Actor
from directapp.kernel.errors import Problem, StaleError
from directapp.services import validation
from directapp.store.unit import Found


@dataclass(frozen=True, slots=True)
class Saw:
    """What a writer saw of a record: its version (None: no stale check), and values of fields as they were shown."""

    version: int | None = None
    base: Mapping[str, Any] | None = None

    def refuse_stale(self, meta: CollectionMeta, values: Mapping[str, Any], found: Found, actor: Actor) -> None:
        """Refuse to write over what somebody else has changed.

        Raises:
            StaleError: a problem for each such field, with the version stored now and, for readers, the value.

        """
        stored = found.row
        if self.version is None or self.version == stored["version"]:
            return
        base = self.base or {}
        clashes = [n for n in values if n not in base or not is_as_seen(meta.fields[n], stored.get(n), base[n])]
        if not clashes:
            return
        readable = meta.readable_names if actor.is_system else validation.readable(meta, actor, found)
        raise StaleError([_problem(meta.fields[n], stored, told=n in readable) for n in clashes])


UNSEEN = Saw()


def is_as_seen(item: Field, stored: Any, seen: Any) -> bool:
    """Whether a field holds what was seen; a form shows an instant to the minute."""
    try:
        value = item.understand(seen, stored=stored)
    except BadValueError:
        return False
    if item.kind is Kind.INSTANT and value is not None and stored is not None:
        return bool(value == stored or value == stored.replace(second=0, microsecond=0))
    # To a reader nothing, no and an empty list are one.
    return bool(value == stored or all(one is None or one is False or one == [] for one in (value, stored)))


def _problem(item: Field, stored: Mapping[str, Any], *, told: bool) -> Problem:
    extra: dict[str, Any] = {"version": str(stored["version"])}
    if told:
        value = stored.get(item.name)
        extra["stored"] = None if value is None else validation.json_value(item, value)
    return Problem(StaleError.default, field=item.name, extra=extra)
