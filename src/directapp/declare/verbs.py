"""Verbs: what is done to a record that is not a plain change."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from directapp.declare.case import Case
from directapp.declare.fields import Field
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A named act on one record, or on the collection as a whole.

    ``run`` gets the corridor's Act (declared in services) and returns the id of the record to answer
    with, or None. ``states`` are those in which it makes sense; ``blocked`` says why not right now.
    ``params`` are what the person fills in. ``primary`` verbs are offered first.
    """

    name: str
    label: Text
    run: Callable[[Any], Awaitable[Any]]
    on: Literal["record", "collection"] = "record"
    params: tuple[Field, ...] = ()
    states: tuple[str, ...] = ()
    blocked: Callable[[Case], Problem | None] | None = None
    icon: str = "player-play"
    primary: bool = False
    danger: bool = False
