"""Slots: what the search for a free time answered, as the wizard shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from directapp.declare.fields import Field
from directapp.derive import present
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.features.plan.closed import wall
from directapp.interfaces.web.features.plan.scope import BOOKINGS

_APART = "|"
_PARTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place on the plan that was found, or chosen: what is booked there when it is taken."""

    kind: str
    resource: str
    person: str
    start: str
    end: str
    name: str = ""
    site: str = ""
    when: str = ""
    reasons: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The slot as a form carries it."""
        return _APART.join((self.kind, self.resource, self.person, self.start, self.end))


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to do all that a car needs."""

    slots: tuple[Slot, ...]
    finish: str
    late: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search answered: the hours and what they rest on, the places best first, and why there are none."""

    hours: str = ""
    basis: str = ""
    slots: tuple[Slot, ...] = ()
    ways: tuple[Way, ...] = ()
    refused: tuple[str, ...] = ()


def read_slot(text: str) -> Slot | None:
    """Return a slot that a form brought back, None when it is none."""
    parts = text.split(_APART)
    if len(parts) != _PARTS:
        return None
    kind, resource, person, start, end = parts
    return Slot(kind=kind, resource=resource, person=person, start=start, end=end)


def params_of(ctx: RequestContext, verb: str) -> dict[str, Field]:
    """Return what a verb asks for, by name."""
    found = ctx.spec[BOOKINGS].verb(verb)
    return {item.name: item for item in found.params} if found else {}


async def ask(ctx: RequestContext, verb: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Ask the plan for a free time, under the reader's own rights."""
    answer = await ctx.do(ctx.meta(BOOKINGS), verb, {n: v for n, v in values.items() if v})
    read: dict[str, Any] = orjson.loads(answer.json or "{}")
    return read


async def find_slots(ctx: RequestContext, values: Mapping[str, Any]) -> Found:
    """Return where one job fits."""
    told = await ask(ctx, "find_slots", values)
    kind = str(values["resource_type"])
    return Found(
        hours=f"{float(told['hours']):g}",
        basis=str(told["basis"]),
        slots=tuple(_slot(ctx, s, kind) for s in told["slots"]),
        refused=tuple(told["refused"]),
    )


async def find_ways(ctx: RequestContext, values: Mapping[str, Any]) -> Found:
    """Return where everything that a car needs fits, one after the other."""
    told = await ask(ctx, "find_chains", values)
    return Found(
        ways=tuple(_way(ctx, way) for way in told["chains"]),
        refused=tuple(told["refused"]),
        basis=" · ".join(_step(ctx, step) for step in told["steps"]),
    )


def _step(ctx: RequestContext, step: Mapping[str, Any]) -> str:
    length = present.show_span(timedelta(hours=float(step["hours"])), ctx.language)
    return f"{length} ({step['basis'].lower().rstrip('.')})"


def _way(ctx: RequestContext, way: Mapping[str, Any]) -> Way:
    finish = present.read_instant(way["finish"])
    late = float(way["late_hours"])
    return Way(
        slots=tuple(_slot(ctx, s, str(s["resource_type"])) for s in way["slots"]),
        finish=present.show_moment(finish, ctx.now, ctx.language) if finish else "",
        late=present.show_span(timedelta(hours=late), ctx.language) if late else "",
        reasons=tuple(way["reasons"]),
    )


def _slot(ctx: RequestContext, one: Mapping[str, Any], kind: str) -> Slot:
    start, end = str(one["start"]), str(one["end"])
    return Slot(
        kind=kind,
        resource=str(one["resource"]),
        person=str(one["person"] or ""),
        start=start,
        end=end,
        name=str(one["resource_name"]),
        site="" if one["own_site"] else str(one["site_name"]),
        when=when(ctx, start, end),
        reasons=tuple(one["reasons"]),
    )


def when(ctx: RequestContext, start: str, end: str) -> str:
    """Return a time as people say it: "tor 26. nov 08:00–10:30"."""
    begun, ended = present.read_instant(start), present.read_instant(end)
    if begun is None or ended is None:
        return ""
    return f"{present.show_moment(begun, ctx.now, ctx.language)}–{wall(ended)[11:]}"
