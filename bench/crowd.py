"""python -m bench.crowd: what a crowd of people costs: the load model of docs/scale.md, at the rate this machine holds.

A figure is the processor time of a request, of the application and of PostgreSQL, which is the same on a busy machine;
how many requests a second were answered is said beside it, and what the crowd needs is worked out from both.
"""

import argparse
import asyncio
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench import processes
from bench.__main__ import Bench, cookie_of, prepare, put_away, sign_in, start_app

PEOPLE = 50_000
# How many there are of whom, how many seconds pass between two things one asks for, and how many are at it at once.
SHARE = {"new_car_sales": 40, "planner": 15, "manager": 10, "tenant_admin": 1}
AT_ONCE, BUSY = 0.25, 0.6
THINK_SECONDS = {"new_car_sales": 40, "planner": 15, "manager": 60, "tenant_admin": 60}
# What a person asks for, of ten requests: pages, what pages ask for by themselves, and writes.
MIX = {"list": 3, "car": 3, "rows": 2, "one": 1, "write": 1}
_REQUESTS = 4_000


@dataclass(frozen=True)
class Cost:
    """What was measured with so many processes: requests a second, the slow ones, milliseconds of processor for one."""

    processes: int
    rate: float
    p95: float
    failed: float
    application: float
    database: float


async def mix(bench: Bench) -> list[str]:
    """Return requests as the model has them, in an order that is the same each time."""
    dice = random.Random(7)  # noqa: S311 - an order, not a secret
    cookies = {role: await cookie_of(bench, role) for role in SHARE}
    weight = {role: share / THINK_SECONDS[role] for role, share in SHARE.items()}
    kinds, found = list(MIX), []
    for number in range(_REQUESTS):
        role = dice.choices(list(weight), list(weight.values()))[0]
        car = bench.car(dice.randrange(1, bench.cars // 80) * 10)
        page = f"Host: 127.0.0.1\r\nAccept: text/html\r\nCookie: {cookies[role]}\r\n\r\n"
        note = {"seller_notes": f"note {number}"}
        found.append({
            "list": f"GET /app/cars HTTP/1.1\r\n{page}",
            "car": f"GET /app/cars/{bench.car(5 * 20)} HTTP/1.1\r\n{page}",
            "rows": bench.request(role, "GET", "/items/cars?limit=50"),
            "one": bench.request("manager", "GET", f"/items/cars/{bench.car(2)}"),
            "write": bench.request("tenant_admin", "PATCH", f"/items/cars/{car}", note),
        }[dice.choices(kinds, list(MIX.values()))[0]])  # fmt: skip
    return found


def used(bench: Bench) -> tuple[float, float]:
    """Return the processor seconds of the application and of PostgreSQL so far."""
    return processes.seconds(bench.application), processes.seconds(bench.postmaster)


async def measure(bench: Bench, number: int) -> Cost:
    """Let the crowd ask for a while."""
    await sign_in(bench)
    requests = await mix(bench)
    bench.load(requests, runs=1)
    before = used(bench)
    found = bench.load(requests, runs=1, connections=8 * number)
    spent = [1000 * (now - then) / (found["count"]) for now, then in zip(used(bench), before, strict=True)]
    return Cost(number, found["rate"], found["p95"], found["failed"], *spent)


def tell(costs: list[Cost]) -> None:
    """Print what was measured, and the arithmetic for the whole crowd."""
    for one in costs:
        failed = f", {one.failed:.0f} FAILED" if one.failed else ""
        print(
            f"{one.processes} processes: {one.rate:.0f} requests a second, p95 {one.p95:.0f} ms; a request takes"
            f" {one.application:.1f} ms of processor in the application, {one.database:.1f} ms in PostgreSQL{failed}"
        )
    per_second = sum(share / THINK_SECONDS[role] for role, share in SHARE.items()) / sum(SHARE.values())
    rate = PEOPLE * AT_ONCE * per_second
    application, database = (rate * ms / 1000 / BUSY for ms in (costs[-1].application, costs[-1].database))
    print(
        f"{PEOPLE} people, {AT_ONCE:.0%} at once: {rate:.0f} requests a second, {application:.0f} cores for the"
        f" application and {database:.0f} for PostgreSQL at {BUSY:.0%} use"
    )


async def run(cars: int, seconds: int) -> None:
    """Measure one process and two."""
    data = Path(tempfile.mkdtemp(prefix="directapp-bench-"))
    data.chmod(0o711)
    postgres, database, seeded = await prepare(data / "postgres", cars)
    server, costs = processes.postmaster(data / "postgres"), []
    process = None
    try:
        for number in (1, 2):
            process, port = start_app(postgres, data, "--no-worker", "--processes", str(number))
            bench = Bench(postgres, database, seeded, port, {}, seconds, 1, cars, application=process.pid,
                          postmaster=server)  # fmt: skip
            costs.append(await measure(bench, number))
            if number == 1:
                process.terminate()
                process.wait(30)
        tell(costs)
    finally:
        if process is not None:
            await put_away(process, database, postgres, data)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cars", type=int, default=20_000)
    parser.add_argument("--seconds", type=int, default=15)
    asked = parser.parse_args()
    asyncio.run(run(asked.cars, asked.seconds))


if __name__ == "__main__":
    main()
