"""Waiting: the cars that are ready to plan, each with the work that it still lacks a time for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from directapp.derive import present
from directapp.derive.present import read_number
from directapp.derive.shown import Shown
from directapp.domains.cars.fields import Cars
from directapp.domains.planning.fields import ResourceTypes
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.features.plan.scope import CARS, PLAN
from directapp.kernel.clock import OSLO
from directapp.kernel.text import name_of

BOOK = f"{PLAN}/book"
WORKS = ("technical", "cosmetic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """One piece of work that a car waits for: dragged onto a row, or opened in the wizard."""

    kind: str
    name: str
    hours: float
    told: str
    hue: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A car that waits to be planned."""

    id: str
    plate: Shown
    name: str
    promised: Shown
    late: bool
    wants: tuple[Want, ...]
    chain: str | None


def waiting_of(
    ctx: RequestContext, rows: Iterable[Mapping[str, Any]], kinds: Sequence[Mapping[str, Any]]
) -> list[Waiting]:
    """Return the waiting cars as they are shown."""
    return [_one(ctx, row, kinds) for row in rows]


def _one(ctx: RequestContext, row: Mapping[str, Any], kinds: Sequence[Mapping[str, Any]]) -> Waiting:
    meta, tell = ctx.spec[CARS], ctx.formatter.value
    wants = wants_of(ctx, row, kinds)
    chain = f"{BOOK}?{urlencode({'car': row[Cars.id], 'type': 'chain'})}" if len(wants) > 1 else None
    return Waiting(
        id=str(row[Cars.id]),
        plate=ctx.formatter.mark(meta, row),
        name=ctx.formatter.name(meta, row),
        promised=tell(meta, "delivery_date", row),
        late=str(row.get(Cars.delivery_date) or "9999") < ctx.now.astimezone(OSLO).date().isoformat(),
        wants=wants,
        chain=chain,
    )


def wants_of(ctx: RequestContext, row: Mapping[str, Any], kinds: Sequence[Mapping[str, Any]]) -> tuple[Want, ...]:
    """Return the work a car needs and has no time for yet."""
    found = []
    flow = ctx.spec[CARS].declared.workflow
    for work in WORKS:
        phase = flow.phase(work) if flow else None
        open_ = row.get(f"needs_{work}") is not False and not row.get(f"{work}_completed_at")
        kind = next((k for k in kinds if k[ResourceTypes.work] == work), None)
        if not open_ or kind is None or row.get(f"scheduled_{work}_start"):
            continue
        hours = read_number(row.get(f"estimated_{work}_hours")) or read_number(kind[ResourceTypes.default_hours])
        length = float(hours) if hours else 1.0
        found.append(
            Want(
                kind=str(kind[ResourceTypes.id]),
                name=name_of(kind).pick(ctx.language),
                hours=length,
                told=present.show_span(timedelta(hours=length), ctx.language),
                hue=phase.hue if phase else "steel",
                href=f"{BOOK}?{urlencode({'car': row[Cars.id], 'type': kind[ResourceTypes.id]})}",
            )
        )
    return tuple(found)
