"""References in a rule's filter: the records that a name or a number stands for."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from directapp.declare.kinds import BadValueError, Kind
from directapp.domains.automation.conditions import Condition, plain
from directapp.domains.cars.fields import Cars
from directapp.kernel.text import _
from directapp.services.command import CommandContext

# What people call a record by; cars are many, and found by what stands on them.
_NAMES = ("number", "code", "name", "name_nb", "name_en", "email", "title")
_CODES = (Cars.license_plate, Cars.vin, Cars.order_number)
_MOST = 2000
_NONE = _("Line {line}: “{said}” was not found.")


async def resolved(ctx: CommandContext, conditions: Sequence[Condition]) -> list[Condition]:
    """Return conditions with the records that their references stand for; what stands for none holds for none."""
    return [await _resolved(ctx, one) for one in conditions]


async def demand_found(ctx: CommandContext, conditions: Sequence[Condition]) -> None:
    """Refuse a reference that stands for no record (BadValueError: by its line)."""
    for one in conditions:
        if one.kind not in {Kind.REF, Kind.REFS}:
            continue
        for said in one.values:
            if not await _found(ctx, str(one.ref), said):
                text = _NONE.fill(line=one.line, said=said)
                raise BadValueError(text)


async def _resolved(ctx: CommandContext, one: Condition) -> Condition:
    if one.kind not in {Kind.REF, Kind.REFS} or not one.values:
        return one
    return replace(one, values=tuple([await _found(ctx, str(one.ref), said) for said in one.values]))


async def _found(ctx: CommandContext, collection: str, said: UUID | str) -> frozenset[UUID]:
    if isinstance(said, UUID):
        return frozenset({said})
    names = ctx.fields(collection)
    if "vin" in names:
        written = said.upper().replace(" ", "").replace("-", "")
        asked: list[dict[str, Any]] = [{name: written} for name in _CODES]
        found = [await ctx.find(collection, one, system="pipeline", limit=_MOST) for one in asked]
        return frozenset(one.id for rows in found for one in rows)
    rows = await ctx.find(collection, system="pipeline", limit=_MOST, cached=True)
    return frozenset(one.id for one in rows if said in _called(one.row))


def _called(row: Any) -> set[str]:
    called = {plain(str(row[name])) for name in _NAMES if row.get(name) not in (None, "")}
    person = " ".join(str(row[name]) for name in ("first_name", "last_name") if row.get(name))
    numbered = f"{row.get('number') or ''} {row.get('name') or ''}"
    return called | {plain(words) for words in (person, numbered) if words.strip()}
