"""python -m bench.own_fields [--cars N] [--fields N]: what own fields cost a list, as a ratio in one run.

Two companies of the same size lie in one database; the second has its own fields on cars, each with a value. Their
lists are asked for in turn, run by run. What is compared is the processor time that a request takes of the application
and of PostgreSQL together: time by the clock says how busy the machine is.
"""

import argparse
import asyncio
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

from bench import processes
from bench.__main__ import Bench, cookie_of, prepare, put_away, sign_in, start_app
from bench.pages import credentialed
from bench.seed import Seeded, analyse, seed
from directapp.app.spec import load_spec
from directapp.kernel.actor import system_actor
from directapp.services.intent import Intent
from directapp.services.pipeline import Pipeline
from directapp.store.database import Database

AIM = 1.3
_KINDS = ("string", "integer", "decimal", "boolean", "date", "instant", "choice", "text", "string", "choices")
_VALUES = {
    "string": "'verdi ' || n % 97",
    "text": "'Noen ord om bilen, nummer ' || n",
    "integer": "n % 1000",
    "decimal": "(n % 1000) || '.50'",
    "boolean": "n % 2 = 0",
    "date": "'2026-12-' || lpad((n % 28 + 1)::text, 2, '0')",
    "instant": "'2026-12-01T08:30:00.000Z'",
    "choice": "(ARRAY['red', 'blue'])[n % 2 + 1]",
    "choices": "'[\"red\"]'::jsonb",
}
_CHOICES = "red: Rød | Red\nblue: Blå | Blue"
_PAGE = "GET /app/cars HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nCookie: {cookie}\r\n\r\n"
_ROLES = ("new_car_sales", "tenant_admin")


async def declare(database: Database, seeded: Seeded, fields: int) -> None:
    """Declare own fields on cars as the administrator, and give every car a value of each."""
    pipeline, admin = Pipeline(load_spec(), database), seeded.people["tenant_admin"]
    kinds = [_KINDS[n % len(_KINDS)] for n in range(fields)]
    for n, kind in enumerate(kinds):
        patch = {
            "collection": "cars",
            "code": f"field_{n}",
            "kind": kind,
            "label_nb": f"Felt {n}",
            "label_en": f"Field {n}",
            "placed_in": "cars.seller_notes",
            "choices": _CHOICES if kind in {"choice", "choices"} else None,
        }
        await pipeline.perform(Intent(actor=admin, collection="own_fields", verb="create", origin="cli", patch=patch))
    # In two: a function takes a hundred arguments.
    halves = (range(0, fields, 2), range(1, fields, 2))
    members = [", ".join(f"'own_field_{n}', {_VALUES[kinds[n]]}" for n in half) for half in halves]
    built = " || ".join(f"jsonb_build_object({half})" for half in members)
    async with database.unit(system_actor(seeded.tenant, "demo")) as unit:
        await unit.fetch(
            f"UPDATE cars c SET own = {built} FROM (SELECT id, row_number() OVER (ORDER BY id)::int AS n FROM cars"
            " WHERE tenant_id = $1) o WHERE c.tenant_id = $1 AND c.id = o.id",
            seeded.tenant,
        )
    database.forget_own(seeded.tenant)


async def compare(bare: Bench, own: Bench, fields: int) -> None:
    """Print each list of both companies and the ratio of their medians."""
    some = ",".join(f"own_field_{n}" for n in range(min(8, fields)))
    asked = [
        ("REST: all fields", "/items/cars?limit=50", "/items/cars?limit=50"),
        ("REST: eight fields", "/items/cars?limit=50&fields=id,vin,make,model,status,color,variant,model_year", ""),
        (
            "REST: eight own fields",
            "/items/cars?limit=50&fields=id,vin,make,model,status,color,variant,model_year",
            f"/items/cars?limit=50&fields={some}",
        ),
        (
            "REST: filter on a field",
            "/items/cars?limit=50&fields=id&filter[model][_eq]=Q4",
            "/items/cars?limit=50&fields=id&filter[own_field_6][_eq]=red",
        ),
    ]
    for name, path, other in asked:
        for role in _ROLES:
            tell(
                name,
                role,
                *in_turn(bare, own, bare.request(role, "GET", path), own.request(role, "GET", other or path)),
            )
    for role in _ROLES:
        cookies = [await cookie_of(bench, role) for bench in (bare, own)]
        heads = [_PAGE.format(cookie=cookie) for cookie in cookies]
        tell("page: list of cars", role, *in_turn(bare, own, *heads))


def in_turn(bare: Bench, own: Bench, first: str, second: str) -> tuple[float, float]:
    """Return the milliseconds of processor time of two requests, medians of runs in turn, the first thrown away."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(bare.runs + 1):
        for times, bench, request in zip(found, (bare, own), (first, second), strict=True):
            before = processes.seconds(bench.application) + processes.seconds(bench.postmaster)
            done = bench.load([request], runs=1, connections=1)
            after = processes.seconds(bench.application) + processes.seconds(bench.postmaster)
            if done["failed"]:
                raise RuntimeError(f"{request.splitlines()[0]} failed with {done['status']:.0f}")
            times.append(1000 * (after - before) / done["count"])
    return statistics.median(found[0][1:]), statistics.median(found[1][1:])


def tell(name: str, role: str, bare: float, own: float) -> None:
    """Print one line."""
    ratio = own / bare
    print(
        f"{name:26} {role:14} {bare:7.2f} ms  {own:7.2f} ms  {ratio:5.2f}{'' if ratio <= AIM else ' OVER'}", flush=True
    )


async def run(cars: int, fields: int, seconds: int, runs: int) -> None:
    """Measure one size."""
    data = Path(tempfile.mkdtemp(prefix="directapp-bench-"))
    data.chmod(0o711)
    postgres, database, seeded = await prepare(data / "postgres", cars)
    other = await seed(database, cars)
    await credentialed(database, other)
    await declare(database, other, fields)
    await analyse(postgres.owner_dsn())
    server = processes.postmaster(data / "postgres")
    process, port = start_app(postgres, data, "--no-worker")
    try:
        bare = Bench(
            postgres, database, seeded, port, {}, seconds, runs, cars, application=process.pid, postmaster=server
        )
        own = replace(bare, seeded=other, tokens={})
        for bench in (bare, own):
            await sign_in(bench)
        print(f"{cars} cars each, {fields} own fields: without, with, ratio (aim {AIM})")
        await compare(bare, own, fields)
    finally:
        await put_away(process, database, postgres, data)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench.own_fields", description=__doc__)
    parser.add_argument("--cars", type=int, default=10_000)
    parser.add_argument("--fields", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    asyncio.run(run(chosen.cars, chosen.fields, chosen.seconds, chosen.runs))


if __name__ == "__main__":
    main()
