"""Intent: what an interface wants done, in one value, whoever asks and from wherever."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from directapp.kernel.actor import Actor

Verb = str
Origin = Literal["rest", "web", "mcp", "scim", "cli", "worker", "import", "test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One write. ``verb`` is create, update, delete, or a declared verb; ``target`` the record's id.

    ``version`` is the one the writer saw (None: no stale check) and ``base`` the values of the changed fields that the
    writer saw: of a record that others have changed since, what they left as it was seen is changed. ``key`` makes it
    safe to send again; ``said`` is what the sender said where the patch is worked out of that and of the moment, so
    that a resend is known as one. ``confirmed``: the writer has seen the consequences that were named. ``read_back``
    False: nobody looks at the record in the answer, so it is not read again.
    """

    actor: Actor
    collection: str
    verb: Verb
    origin: Origin
    target: UUID | None = None
    patch: dict[str, Any] = field(default_factory=dict)
    version: int | None = None
    base: Mapping[str, Any] | None = None
    key: str | None = None
    said: str | None = None
    reason: str | None = None
    request_id: str | None = None
    dry_run: bool = False
    confirmed: bool = False
    read_back: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of an intent: the record's id, its JSON masked for the actor (if read back), and the differences.

    ``shown_once`` holds secrets for this one answer; they are never stored, not even for a resend, whose answer
    names them in ``withheld``. ``acted_on`` is the record that was there before and that can be undone.
    """

    collection: str
    record: UUID | None
    json: str | None
    changes: dict[str, Any]
    shown_once: dict[str, str] = field(default_factory=dict)
    withheld: tuple[str, ...] = ()
    replayed: bool = False
    looked: bool = False
    acted_on: UUID | None = None
