"""Entity tags: whether what a reader has is still what would be read, told without looking at the rows.

PostgreSQL names what a transaction sees by its snapshot: while that stands, every answer stands. It changes with each
write that anybody commits, whichever way, so nothing has to be counted, and no writer waits for another's count.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from directapp.store.compiler import Plan
from directapp.store.session import settings_of
from directapp.store.unit import Unit

# Numbers of transactions begin anew where a backup is put back; the server has then been started anew.
_MARK = "SELECT pg_current_snapshot()::text || ' ' || extract(epoch FROM pg_postmaster_start_time())::text"
_BY_THE_CLOCK = re.compile(r"\b(now|age|timeofday)\(|_timestamp\b|\bcurrent_(date|time)\b|\blocaltime", re.IGNORECASE)
_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_BYTES = 16


@dataclass(frozen=True, slots=True)
class Revisit:
    """A question that may have been answered before: its words, and the tags of the answers that the reader has."""

    question: bytes
    known: frozenset[str] = frozenset()


def revisit(question: bytes, header: str | None) -> Revisit:
    """Return a question with the tags named in ``If-None-Match``."""
    return Revisit(question, frozenset(_TAG.findall(header or "")))


async def tag_of(unit: Unit, question: bytes, plans: Iterable[Plan]) -> str | None:
    """Return the tag of what these plans answer now; None where the answer changes with the clock alone.

    It covers the statements (what is declared, and the rights of the roles), who asks, and what there is to see.
    """
    texts = [plan.sql for plan in plans]
    if any(_BY_THE_CLOCK.search(text) for text in texts):
        return None
    mark = await unit.value(_MARK)
    parts = (question.decode("latin-1"), settings_of(unit.actor), unit.actor.language, str(mark), *texts)
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=_BYTES).hexdigest()
