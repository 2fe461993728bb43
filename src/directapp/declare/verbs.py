"""Verbs: what is done to a record that is not a plain change."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from directapp.declare.case import Case
from directapp.declare.fields import Field
from directapp.declare.names import FieldName
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _

_ONCE = _("Shown this once only.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What a verb tells in its answer, this once: no read and no resend tells it again.

    ``address``: the value is a path, told below the installation's own address. ``help`` is said beside it.
    """

    name: str
    label: Text
    help: Text = _ONCE
    address: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A named act on one record, or on the collection as a whole.

    ``run`` gets the pipeline's CommandContext (declared in services) and returns the id of the record to answer
    with, or None. ``states`` are those in which it makes sense; ``blocked`` says why not right now.
    ``params`` are what the person fills in. ``primary`` verbs are offered first. ``secrets`` are what
    ``run`` puts into the context's ``shown_once``, each and no other. ``to`` is the status that it brings a record to.
    ``covers`` are the facts that it sets or leads to, of a record of ``covers_in`` (its own collection where None):
    where the verb may be used, pages offer it and not the bare facts. ``blocked`` of a verb on a collection says of
    which records it does not cover them.
    ``step_up``: whoever has a second factor must have shown it just now.
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
    secrets: tuple[Secret, ...] = ()
    step_up: bool = False
    to: str | None = None
    covers: tuple[FieldName[Any], ...] = ()
    covers_in: str | None = None
