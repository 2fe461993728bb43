"""python -m bench.rush [--bookers N] [--attempts N]: everybody books the same week at once, and what stands then."""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from directapp.store.embedded.server import EmbeddedPostgres

# The rush is the suite's own, at its full size.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support.dealer import Time, built_application, settle, template
from support.plan import Plan, lay_plan
from support.rush import audit, rush
from support.server import Server

_PEOPLE = ("parts", "reception", "planner", "manager", "finance", "sales_manager", "new_car_sales")


async def lay_full_week(plan: Plan) -> None:
    """Give the site nine people and the team fewer hours a day than they would take."""
    for role in _PEOPLE:
        await plan.person(role, "technical")
    plan.resources.pop("detailer")
    days = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), 40)
    site, kind = str(plan.dealer.sites["499"]), str(plan.types["mechanical"])
    await plan.dealer.create(plan.demo, "capacity_rules", dealership=site, resource_type=kind, **days)


async def run(server: Server, bookers: int, attempts: int) -> bool:
    """Rush, print what came of it, and tell whether every rule held."""
    async with built_application(server, await template(server), Time()) as application:
        plan = await lay_plan(await settle(application))
        await lay_full_week(plan)
        cars = [await plan.car() for _ in range(60)]
        began = time.perf_counter()
        came = await rush(plan, cars, bookers=bookers, attempts=attempts)
        took = time.perf_counter() - began
        held = await audit(plan, came)
    kept = sum(came.acknowledged.values())
    print(f"{attempts} attempts by {bookers} bookers in {took:.1f} s: {attempts / took:.0f}/s")
    print(f"{len(came.acknowledged)} booked, {kept} of them still standing, refused: {dict(came.refused)}")
    print(held)
    return not any(vars(held).values())


def main() -> None:
    """Read the size and rush on a database of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bookers", type=int, default=64)
    parser.add_argument("--attempts", type=int, default=10_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        with EmbeddedPostgres(Path(folder)) as postgres:
            server = Server(postgres.owner_dsn(), postgres.app_dsn())
            sys.exit(0 if asyncio.run(run(server, asked.bookers, asked.attempts)) else 1)


if __name__ == "__main__":
    main()
