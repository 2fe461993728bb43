"""python -m bench.own_roles [--cars N]: roles of a company's own beside the declared ones, as ratios in one run.

Each asks the same as the person of the declared role does, by turns: all that the role gives as pieces, and the same
where sixty roles that differ in a piece are in use, asked in turn.
"""

import argparse
import asyncio
import itertools
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from bench.__main__ import prepare
from bench.seed import Seeded
from directapp.app.spec import load_spec
from directapp.domains.people.role_pieces import pieces_of_role
from directapp.kernel.actor import Actor
from directapp.kernel.roles import CustomRole
from directapp.services.intent import Intent
from directapp.services.pipeline import Pipeline
from directapp.services.reading import Reading
from directapp.store.database import Database
from directapp.store.query import Query

ROLES = ("new_car_sales", "planner", "manager")
TURNS, MOST_ROLES = 120, 60
_KEPT = frozenset({"cars", "comments", "users", "dealerships"})
Work = Callable[[Actor], Awaitable[object]]


def own(like: Actor, role: str, number: int = 0) -> Actor:
    """Return the same person with what a role gives as a role of the company's own, but for pieces beside cars."""
    pieces = sorted(pieces_of_role(load_spec(), role), key=lambda piece: piece.collection not in _KEPT)
    kept = sum(piece.collection in _KEPT for piece in pieces)
    left_out = {kept + place for place in range(len(pieces) - kept) if number >> place & 1}
    given = [piece for place, piece in enumerate(pieces) if place not in left_out]
    return replace(like, roles=frozenset({CustomRole("vikar", given, role)}))


def works(database: Database, cars: list[UUID]) -> Iterator[tuple[str, Work]]:
    """Yield what is compared."""
    spec = load_spec()
    reading, pipeline = Reading(spec, database), Pipeline(spec, database)
    number = itertools.count()

    async def update(actor: Actor) -> object:
        patch = {"text": f"notat {next(number)}", "subject_collection": "cars", "subject_id": str(cars[0])}
        return await pipeline.perform(
            Intent(actor=actor, collection="comments", verb="create", origin="rest", patch=patch)
        )

    yield "list of 50", lambda actor: reading.page(actor, "cars", Query(limit=50))
    yield "list of comments", lambda actor: reading.page(actor, "comments", Query(limit=50))
    yield "one car", lambda actor: reading.one(actor, "cars", cars[0])
    yield "a comment written", update


async def compared(work: Work, actors: list[Actor]) -> list[float]:
    """Return the medians of the times that each needs, asked by turns."""
    times: list[list[float]] = [[] for _ in actors]
    for turn in range(TURNS):
        for place, actor in enumerate(actors):
            began = time.perf_counter()
            await work(actor)
            if turn >= TURNS // 4:
                times[place].append(time.perf_counter() - began)
    return [statistics.median(some) for some in times]


async def first_of(database: Database, actor: Actor) -> list[UUID]:
    """Return a car that somebody sees, to work on."""
    meta = database.spec["cars"]
    flow = meta.declared.workflow
    alive = [state.code for state in flow.states if not state.locked] if flow else []
    # Those of the own site are seen in full, by whichever role.
    own = "prep_center" if actor.roles == {"planner"} else "dealership"
    async with database.unit(actor, readonly=True) as unit:
        return [row["id"] for row in await unit.find(meta, 1, {"status": alive, own: actor.site}, ("id",))]


async def measure(database: Database, seeded: Seeded) -> None:
    """Print a line for each role and kind of work."""
    for role in ROLES:
        like = seeded.people[role]
        cars = await first_of(database, like)
        for name, work in works(database, cars):
            declared, one = await compared(work, [like, own(like, role)])
            many = [own(like, role, n) for n in range(MOST_ROLES)]
            for actor in many:
                await work(actor)
            turns = itertools.cycle(many)
            beside, among = await compared(
                lambda a, w=work, m=turns, b=like: w(b if a is b else next(m)), [like, many[0]]
            )
            print(
                f"{name:20} {role:14} {one / declared:5.2f} of the role's time, among sixty {among / beside:5.2f}",
                flush=True,
            )


async def run(cars: int) -> None:
    """Measure one size."""
    data = Path(tempfile.mkdtemp(prefix="directapp-bench-"))
    data.chmod(0o711)
    postgres, database, seeded = await prepare(data / "postgres", cars)
    try:
        await measure(database, seeded)
    finally:
        await database.close()
        await asyncio.to_thread(postgres.stop)
        shutil.rmtree(data, ignore_errors=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cars", type=int, default=20_000)
    asyncio.run(run(parser.parse_args().cars))


if __name__ == "__main__":
    main()
