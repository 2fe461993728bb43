"""A rush of bookers on a full week: many at once, most refused; what is left is held against the rules."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from directapp.domains.planning.booking_fields import HOLDING
from directapp.kernel.actor import system_actor
from directapp.kernel.errors import DirectAppError
from support.plan import Plan, at

_LENGTHS = (0.5, 1, 1.5, 2, 3)


@dataclass
class Rush:
    """What came of it."""

    acknowledged: dict[UUID, bool] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)


@dataclass
class Held:
    """What stands in the database afterwards."""

    overlaps: int
    persons_overlap: int
    overdrawn_days: int
    overdrawn_weeks: int
    miscounted: int
    lost: int


async def rush(plan: Plan, cars: list[UUID], *, bookers: int, attempts: int, seed: int = 1) -> Rush:
    """Book, cancel and move at random, ``bookers`` at a time, until so many attempts are made."""
    chance = random.Random(seed)
    came = Rush()
    left = iter(range(attempts))
    planner = await plan.planner()
    resources = list(plan.resources.items())

    async def once() -> None:
        name, _ = chance.choice(resources)
        day = plan.day + timedelta(days=chance.randrange(5))
        minutes = 15 * chance.randrange(32)
        start = at(day, "08:00") + timedelta(minutes=minutes)
        end = start + timedelta(hours=chance.choice(_LENGTHS))
        if came.acknowledged and chance.random() < 0.1:
            target = chance.choice(list(came.acknowledged))
            await plan.dealer.do(planner, "resource_bookings", "cancel", target)
            came.acknowledged[target] = False
            return
        if came.acknowledged and chance.random() < 0.1:
            target = chance.choice(list(came.acknowledged))
            await plan.dealer.do(
                planner, "resource_bookings", "update", target, starts_at=start.isoformat(), ends_at=end.isoformat()
            )
            return
        answer = await plan.dealer.do(
            planner,
            "resource_bookings",
            "create",
            car=str(chance.choice(cars)),
            resource_type=str(plan.types["mechanical"]),
            resource=str(plan.resources[name]),
            starts_at=start.isoformat(),
            ends_at=end.isoformat(),
        )
        assert answer.record is not None
        came.acknowledged[answer.record] = True

    async def booker() -> None:
        for _ in left:
            try:
                await once()
            except DirectAppError as error:
                came.refused[error.problems[0].field or error.code] += 1

    await asyncio.gather(*(booker() for _ in range(bookers)))
    return came


_OVERLAPS = """
SELECT count(*) FROM resource_bookings a JOIN resource_bookings b ON a.tenant_id = b.tenant_id AND a.id < b.id
 AND a.{key} = b.{key} AND a.{lane} = b.{lane} AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
 WHERE a.tenant_id = $1 AND a.status = ANY($2) AND b.status = ANY($2)
"""
_HOURS = "extract(epoch FROM b.ends_at - b.starts_at) / 3600"
_MISCOUNTED = f"""
SELECT (SELECT count(*) FROM resource_capacities c WHERE c.tenant_id = $1 AND c.used_hours IS DISTINCT FROM
  (SELECT round(coalesce(sum({_HOURS}), 0), 2) FROM resource_bookings b WHERE b.tenant_id = c.tenant_id
    AND b.provider = c.dealership AND b.resource_type = c.resource_type AND b.day = c.day
    AND (c.resource IS NULL OR b.resource = c.resource) AND b.status NOT IN ('cancelled', 'no_show')))
 + (SELECT count(*) FROM sharing_weeks w WHERE w.tenant_id = $1 AND w.used_hours IS DISTINCT FROM
  (SELECT round(coalesce(sum({_HOURS}), 0), 2) FROM resource_bookings b WHERE b.tenant_id = w.tenant_id
    AND b.agreement = w.agreement AND b.week = w.week AND b.status NOT IN ('cancelled', 'no_show')))
"""


async def audit(plan: Plan, came: Rush) -> Held:
    """Hold what stands against the rules, by SQL of its own."""
    tenant = plan.dealer.tenant
    live = list(HOLDING)
    async with plan.dealer.application.platform.database.unit(system_actor(tenant, "planning"), readonly=True) as unit:

        async def number(sql: str, *values: Any) -> int:
            return int(await unit.value(sql, *values))

        standing = {
            r["id"]
            for r in await unit.fetch(
                "SELECT id FROM resource_bookings WHERE tenant_id = $1 AND status = ANY($2)", tenant, live
            )
        }
        return Held(
            overlaps=await number(_OVERLAPS.format(key="resource", lane="lane"), tenant, live),
            persons_overlap=await number(_OVERLAPS.format(key="person", lane="person_lane"), tenant, live),
            overdrawn_days=await number(
                "SELECT count(*) FROM resource_capacities WHERE tenant_id = $1 AND used_hours > allocated_hours", tenant
            ),
            overdrawn_weeks=await number(
                "SELECT count(*) FROM sharing_weeks WHERE tenant_id = $1 AND used_hours > cap_hours", tenant
            ),
            miscounted=await number(_MISCOUNTED, tenant),
            lost=len(standing ^ {record for record, holds in came.acknowledged.items() if holds}),
        )
