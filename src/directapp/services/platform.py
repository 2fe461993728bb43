"""Platform: the wired half below the interfaces, handed to each of them by app."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from directapp.declare.spec import Spec
from directapp.declare.verbs import Verb
from directapp.kernel.clock import Clock, utc_now
from directapp.services.intent import Answer
from directapp.services.live import Live
from directapp.services.operations import Operations
from directapp.services.pipeline import Pipeline
from directapp.services.processes import Processes, short_work
from directapp.services.reading import Reading
from directapp.store.database import Database
from directapp.store.watched import Watched


@dataclass(slots=True, kw_only=True)
class Platform:
    """What every interface works with. ``data`` is the folder for files, mail and keys.

    ``checks`` are further health probes by name, each returning a detail or raising; ``security_contacts`` are where
    weaknesses are reported.
    """

    spec: Spec
    database: Database
    pipeline: Pipeline
    reading: Reading
    live: Live
    data: Path
    public_url: str
    demo: bool = False
    security_contacts: tuple[str, ...] = ()
    # A restored copy that is held: nothing is sent, and pages say so.
    quiet: bool = False
    # The outside services that are set up, by the names that their clients note them under.
    services: tuple[str, ...] = ()
    processes: Processes = field(default_factory=Processes)
    short_work: Processes = field(default_factory=short_work)
    operations: Operations | None = None
    clock: Clock = utc_now
    checks: dict[str, Any] = field(default_factory=dict)

    @property
    def watched(self) -> Watched:
        """What is known of outside services."""
        return Watched(self.database)

    def shown_once(self, verb: Verb, answer: Answer) -> dict[str, str]:
        """Return the secrets of an answer by name, addresses in full; empty for a resend and a dry run."""
        root = self.public_url.rstrip("/")
        told = answer.shown_once
        return {s.name: f"{root if s.address else ''}{told[s.name]}" for s in verb.secrets if s.name in told}
