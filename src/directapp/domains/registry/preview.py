"""Preview: what an answer would change on a car, field by field, before anything is changed. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from directapp.declare.access import Grant
from directapp.declare.fields import Field
from directapp.declare.kinds import BadValueError
from directapp.declare.names import Row, plain
from directapp.domains.cars.fields import Cars
from directapp.domains.registry.found import Found

FILL = "fill_from_registry"
PERSON = "user"
# Offered, and left to the person: the registry's variant is that of the type approval, not what people call the car.
_LEFT_TO_YOU = frozenset({Cars.variant})

State = Literal["new", "differs", "same"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field: what stands there now and where that is from, and what the answer says.

    ``suggested`` fields are taken over unless the person says otherwise: empty ones, and those fetched earlier.
    """

    field: Field
    now: Any
    value: Any
    source: str
    at: str
    state: State
    now_source: str | None = None
    suggested: bool = False


def preview(fields: Mapping[str, Field], row: Row, found: Found) -> list[Change]:
    """Return what an answer says about each field of a car that it names, in the fields' order."""
    made = (_change(item, row, found[name]) for name, item in fields.items() if name in found)
    return [change for change in made if change is not None]


def _change(item: Field, row: Row, told: Mapping[str, Any]) -> Change | None:
    value = _understood(item, told["value"])
    if value is None:
        return None
    now = plain(row).get(item.name)
    given = None if now in (None, "") else now
    state: State = "new" if given is None else "same" if _alike(_understood(item, given), value) else "differs"
    source = _source(row, item.name) if given is not None else None
    return Change(
        field=item,
        now=given,
        value=told["value"],
        source=str(told["source"]),
        at=str(told["at"]),
        state=state,
        now_source=source,
        suggested=item.name not in _LEFT_TO_YOU and (state == "new" or (state == "differs" and source != PERSON)),
    )


def _source(row: Row, name: str) -> str:
    sources = row.get(Cars.registry_sources)
    said = sources.get(name) if isinstance(sources, Mapping) else None
    return str(said.get("source", PERSON)) if isinstance(said, Mapping) else PERSON


def _understood(item: Field, value: Any) -> Any:
    try:
        return item.understand(value)
    except BadValueError:
        return None


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    return bool(one == other)


def may_look_up(grants: Iterable[Grant]) -> bool:
    """Whether any of these entries lets its reader take an answer over."""
    return any(FILL in g.verbs or "*" in g.verbs for g in grants)
