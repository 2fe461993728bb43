"""Random acts of planning at random concurrency: what stands is what the bookings say, after every round."""

import asyncio
import os
import random

from support.acts import Acts, wrong
from support.plan import Plan

# A longer run: PLANNING_ACTS=5000 PLANNING_SEED=7.
ACTS, SEED = int(os.environ.get("PLANNING_ACTS", "120")), int(os.environ.get("PLANNING_SEED", "1"))


async def _settle(plan: Plan) -> None:
    """Let everything follow, what met another write and is to be tried again too."""
    dispatcher, tenant = plan.dealer.application.dispatcher, plan.dealer.tenant
    await dispatcher.drain(tenant)
    while (left := await dispatcher.backlog(tenant)).due + left.running + left.waiting:
        await asyncio.sleep(0.1)
        await dispatcher.drain(tenant)


async def test_sums_lanes_and_hours_follow_from_the_bookings_whatever_is_done(plan: Plan) -> None:
    await plan.resource("hall", "technical", kind="bay", capacity=2)
    agreements = [await plan.agreement("324", max_hours_per_week=8)]
    cars = [await plan.car() for _ in range(6)]
    await plan.planner()
    acts = Acts(plan, cars, random.Random(SEED), agreements)
    wanted, least = {"book", "bulk", "move", "cancel", "split", "copy"}, 4
    for turn in range(10 * least):
        # Which of the acts come to pass is chance: a few more where one of them has not.
        if turn >= least and all(acts.done[name] for name in wanted):
            break
        await acts.rounds(ACTS // 4)
        await _settle(plan)
        assert await wrong(plan) == {}
    assert all(acts.done[name] for name in wanted)
    assert acts.refused.total() > 0
