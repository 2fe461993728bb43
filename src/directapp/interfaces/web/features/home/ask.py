"""The shape of what a front page counts and lines up: lists by their address, and nothing else."""

from dataclasses import dataclass

from directapp.kernel.text import Text

Params = tuple[tuple[str, str], ...]
CARS = "cars"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A list that is counted or lined up: its name and its address; ``late`` says that none would be best."""

    label: Text
    params: Params
    collection: str = CARS
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The front page of a role: its tiles, its work, and which cars its stages count (None: no stages)."""

    tiles: tuple[Ask, ...]
    work: Ask
    stages: Params | None = None


def statuses(*codes: str) -> Params:
    """Return the part of an address that asks for any of these statuses."""
    return tuple(("status", code) for code in codes)


def ask_for(label: Text, *params: tuple[str, str], collection: str = CARS, late: bool = False) -> Ask:
    """Return a list by its name and the parameters of its address."""
    return Ask(label=label, params=params, collection=collection, late=late)
