"""What a transaction begins with: whose it is, how its statements are planned, which record it holds."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from directapp.kernel.actor import Actor
from directapp.kernel.roles import row_roles
from directapp.store.names import BRAND_SEPARATOR, literal


@lru_cache(maxsize=4096)
def settings_of(actor: Actor) -> str:
    """Return the statement that makes the rest of a transaction an actor's."""
    pairs = {
        "app.tenant": str(actor.tenant),
        "app.user": str(actor.user or ""),
        "app.site": str(actor.site or ""),
        "app.sites": ",".join(sorted(str(s) for s in actor.sites)),
        "app.roles": ",".join(row_roles(actor.roles)),
        "app.brands": BRAND_SEPARATOR.join(sorted(b.replace(BRAND_SEPARATOR, "") for b in actor.brands)),
    }
    return "SELECT " + ", ".join(f"set_config('{k}', {literal(v)}, true)" for k, v in pairs.items())


@lru_cache(maxsize=1024)
def planned_for(roles: frozenset[str]) -> str:
    """Return what a statement begins with, so that it is prepared for what these roles give apart from all others.

    Its plan holds for these roles alone (``planned_for_present``).
    """
    return f"/*{hashlib.sha256(','.join(row_roles(roles)).encode()).hexdigest()[:12]}*/"


def lock_key(record: UUID) -> int:
    """Return the key of a record's advisory lock."""
    return record.int & (2**63 - 1)


def lock_sql(record: UUID) -> str:
    """Return the statement that holds a record for the rest of a transaction."""
    return f"SELECT pg_advisory_xact_lock({lock_key(record)})"


def settings_sql(
    actor: Actor, *, readonly: bool, hold: Iterable[UUID] = (), generic_plan: bool | None = None, more: str = ""
) -> str:
    """Return the text that opens a transaction for an actor, in one round trip.

    ``generic_plan`` keeps the plan that was made once for a statement: planning the masked shapes of a car anew
    costs more than running them. Not ``generic_plan``: planned for the values bound, each time; None: as PostgreSQL
    likes. What is read in several steps is read as it stood at the first. ``more`` is set for this transaction too.
    """
    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if readonly else "BEGIN"
    mode = None if generic_plan is None else "generic" if generic_plan else "custom"
    plans = [f"SET LOCAL plan_cache_mode = force_{mode}_plan"] if mode else []
    return "; ".join([begin, *([more] if more else ()), *plans, settings_of(actor), *map(lock_sql, sorted(hold))])
