"""python -m bench.search [--cars N] [--small N] --folder F: searches beside the best SQL that pgbench can be given.

Uses what ``bench.scale`` has filled (and fills what is not there). For each question and role it prints how many
searches a second the server answers, and the best rate of pgbench on three ways to write the same search: the
statements that the server sends, one statement that asks every row for the words, and one that begins at the records
of the rarest word.
"""

import argparse
import asyncio
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import httpx

from bench import pgbench
from bench.__main__ import Bench, report, start_app, statements
from bench.scale import filled, opened
from bench.scale_fill import PASSWORD, SPEC, TENANT, email_of, person
from bench.seed import Seeded
from directapp.domains.people.principal import load_actor
from directapp.kernel.actor import Actor
from directapp.services.reading import Reading
from directapp.store.compiler import Plan, compile_list
from directapp.store.embedded.server import EmbeddedPostgres
from directapp.store.query import Query
from directapp.store.session import settings_sql
from directapp.store.words import question_words

ROLES = ("manager", "new_car_sales", "used_car_sales", "tenant_admin")
# A number that few cars have, a name that a sixth has, two words, a beginning, and a word in every car.
QUESTIONS = ("s12345", "hansen", "kunde 12345", "enya", "kunde")


def _whole(actor: Actor, query: Query) -> Plan:
    return compile_list(SPEC, actor.roles, SPEC["cars"], query)


def _at_records(actor: Actor, query: Query) -> list[pgbench.Statement]:
    """Return one statement that begins at the records of the first word."""
    named = replace(query, found=())
    plan = _whole(actor, named)
    low, high = query.search[0][0]
    hits = pgbench.Expression(
        f"(SELECT array_agg(s.record) FROM search_tokens s WHERE s.tenant_id = '{actor.tenant}' AND s.collection ="
        f" 'cars' AND s.token >= {pgbench.literal(low)} AND s.token < {pgbench.literal(high)})"
    )
    values = [hits if value == [] and n == 0 else value for n, value in enumerate(named.values())]
    return [(plan.sql, tuple(plan.bind(actor, values)))]


def ways(actor: Actor, query: Query, logged: list[pgbench.Statement]) -> list[list[pgbench.Statement]]:
    """Return the search written in three ways, each a transaction."""
    begin: list[pgbench.Statement] = [(settings_sql(actor, readonly=True), ())]
    whole = _whole(actor, query)
    end: list[pgbench.Statement] = [("COMMIT", ())]
    return [
        logged,
        [*begin, (whole.sql, tuple(whole.bind(actor, query.values()))), *end],
        [*begin, *_at_records(actor, query), *end],
    ]


async def measure(bench: Bench, people: dict[str, Actor]) -> None:
    """Print a line for each role and question."""
    reading = Reading(SPEC, bench.database)
    for role, actor in people.items():
        for question in QUESTIONS:
            query = Query(limit=50, search=question_words(question))
            query = replace(query, sort=reading.default_sort(actor, SPEC["cars"]))
            logged = await statements(lambda a=actor, q=query: reading.page(a, "cars", q))
            best = max(_rate(bench, way) for way in ways(actor, query, logged))
            found = bench.load([bench.request(role, "GET", f"/items/cars?limit=50&search={quote(question)}")])
            report(f"{bench.cars} {role} {question}", found, best, len(logged))


def _rate(bench: Bench, way: list[pgbench.Statement]) -> float:
    return bench.alone(pgbench.script(way))


async def one_size(postgres: EmbeddedPostgres, folder: Path, cars: int, seconds: int, runs: int) -> None:
    """Measure one database."""
    name = await filled(postgres, cars)
    process, port = start_app(postgres, folder, database=name)
    try:
        async with opened(postgres, name, folder) as side:
            people: dict[str, Actor] = {}
            tokens = {}
            for role in ROLES:
                login = {"email": email_of(role), "password": PASSWORD}
                answer = httpx.post(f"http://127.0.0.1:{port}/auth/login", json=login, timeout=60).raise_for_status()
                tokens[role] = answer.json()["data"]["access_token"]
                async with side.application.auth.open(TENANT) as rows:
                    people[role] = await load_actor(rows, TENANT, person(role, 0))
            database = side.application.platform.database
            seeded = Seeded(TENANT, [], people)
            await measure(Bench(postgres, database, seeded, port, tokens, seconds, runs, cars, name), people)
    finally:
        process.terminate()
        process.wait(20)


async def run(folder: Path, sizes: tuple[int, ...], seconds: int, runs: int) -> None:
    """Measure every size."""
    postgres = EmbeddedPostgres(folder / "postgres", durable=False)
    await asyncio.to_thread(postgres.start)
    try:
        for cars in sizes:
            await one_size(postgres, folder, cars, seconds, runs)
    finally:
        await asyncio.to_thread(postgres.stop)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench.search", description=__doc__)
    parser.add_argument("--cars", type=int, default=1_000_000)
    parser.add_argument("--small", type=int, default=20_000)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--folder", type=Path, required=True)
    chosen = parser.parse_args()
    asyncio.run(run(chosen.folder, (chosen.small, chosen.cars), chosen.seconds, chosen.runs))


if __name__ == "__main__":
    main()
