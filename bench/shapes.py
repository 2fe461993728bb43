"""python -m bench.shapes [--shapes N]: questions of ever new shape, and what they leave in memory.

Every question names other fields, filters or orders than all before; none may stay for long. Fails when a backend of
PostgreSQL or the application passes its limit.
"""

import argparse
import asyncio
import json
import random
import tempfile
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx

from bench import processes
from bench.__main__ import PASSWORD, email_of, prepare, put_away, start_app
from bench.seed import Seeded
from directapp.app.spec import load_spec
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta, Spec
from directapp.kernel.actor import Actor
from directapp.store.database import Database

BACKEND_MEGABYTES, PROCESS_MEGABYTES = 150.0, 400.0
_LANES = 16
_TOLD = 10
_COLLECTIONS = ("cars", "cars", "cars", "users", "work_items", "resource_bookings", "parts_orders", "comments")
_VALUES = {
    Kind.STRING: ("_contains", "a"),
    Kind.TEXT: ("_icontains", "a"),
    Kind.INTEGER: ("_gte", 3),
    Kind.MONEY: ("_lt", "400000"),
    Kind.DATE: ("_gt", "2026-01-01"),
    Kind.INSTANT: ("_lte", "2027-01-01T00:00:00Z"),
    Kind.BOOLEAN: ("_eq", True),
}


def questions(spec: Spec, people: dict[str, Actor], seed: int) -> Iterator[tuple[str, str]]:
    """Yield roles with addresses, each of a shape of its own."""
    chance, seen = random.Random(seed), set[str]()  # noqa: S311 - the same questions each time
    while True:
        role = chance.choice(list(people))
        meta = spec[chance.choice(_COLLECTIONS)]
        grants = meta.grants_of(people[role].roles)
        names = sorted(frozenset[str]().union(*(meta.reads(g) for g in grants)))
        if names:
            path = f"/items/{meta.name}?{urllib.parse.urlencode(_question(chance, spec, meta, names))}"
            if role + path not in seen:
                seen.add(role + path)
                yield role, path


def _question(chance: random.Random, spec: Spec, meta: CollectionMeta, names: list[str]) -> dict[str, str]:
    fields = chance.sample(names, min(len(names), chance.choice((1, 3, 8, 20, 60))))
    refs = [n for n in fields if spec.get(str(meta.fields[n].ref)) is not None]
    if refs and chance.random() < 0.3:  # noqa: PLR2004 - now and then across a relation
        fields.append(f"{chance.choice(refs)}.*")
    if chance.random() < 0.02:  # noqa: PLR2004 - seldom everything
        fields = [chance.choice(("*.*", "*.*.*"))]
    asked = {"fields": ",".join(fields), "limit": str(chance.choice((5, 25, 50)))}
    typed = [n for n in names if meta.fields[n].kind in _VALUES and meta.fields[n].stored]
    parts = []
    for name in chance.sample(typed, min(len(typed), chance.choice((0, 1, 2, 5)))):
        op, value = _VALUES[meta.fields[name].kind]
        parts.append({name: {op: value}})
    if parts:
        asked["filter"] = json.dumps({chance.choice(("_and", "_or")): parts})
    if typed and chance.random() < 0.5:  # noqa: PLR2004 - every other in an order of its own
        asked["sort"] = ",".join(chance.choice(("", "-")) + n for n in chance.sample(typed, min(len(typed), 2)))
    return asked


async def fuzz(base: str, tokens: dict[str, str], asked: Iterator[tuple[str, str]], count: int) -> Counter[int]:
    """Send so many questions, sixteen at a time; return how many were answered with which status."""
    answers: Counter[int] = Counter()
    left = iter(range(count))
    async with httpx.AsyncClient(base_url=base, timeout=120, limits=httpx.Limits(keepalive_expiry=2)) as client:

        async def lane() -> None:
            for _ in left:
                role, path = next(asked)
                answer = await client.get(path, headers={"Authorization": f"Bearer {tokens[role]}"})
                answers[answer.status_code] += 1

        await asyncio.gather(*(lane() for _ in range(_LANES)))
    return answers


async def signed_in(base: str, database: Database, seeded: Seeded) -> dict[str, str]:
    """Return an access token for each role: they live for minutes."""
    tokens = {}
    for role in seeded.people:
        login = {"email": await email_of(database, seeded, role), "password": PASSWORD}
        answer = httpx.post(f"{base}/auth/login", json=login, timeout=30).raise_for_status()
        tokens[role] = answer.json()["data"]["access_token"]
    return tokens


async def run(metas: int, cars: int) -> None:
    """Ask, and tell what is held after each tenth.

    Raises:
        SystemExit: a limit was passed, or a question met with a failure of ours.

    """
    data = Path(tempfile.mkdtemp(prefix="directapp-bench-"))
    data.chmod(0o711)
    postgres, database, seeded = await prepare(data / "postgres", cars)
    process, port = start_app(postgres, data)
    base, spec = f"http://127.0.0.1:{port}", load_spec()
    server = processes.postmaster(data / "postgres")
    highest_backend = highest_process = 0.0
    answers: Counter[int] = Counter()
    try:
        asked = questions(spec, seeded.people, 1)
        for part in range(_TOLD):
            tokens = await signed_in(base, database, seeded)
            answers += await fuzz(base, tokens, asked, metas // _TOLD)
            backends = sorted(processes.megabytes(pid) for pid in processes.children(server)[1:])
            own = processes.megabytes(process.pid)
            highest_backend, highest_process = max(highest_backend, backends[-1]), max(highest_process, own)
            print(
                f"{(part + 1) * (metas // _TOLD):6} shapes: application {own:4.0f} MB, largest backend"
                f" {backends[-1]:4.0f} MB, {len(backends)} processes of PostgreSQL {sum(backends):5.0f} MB",
                flush=True,
            )
    finally:
        await put_away(process, database, postgres, data)
    print(f"answers by status: {dict(answers)}")
    if highest_backend > BACKEND_MEGABYTES or highest_process > PROCESS_MEGABYTES or any(s >= 500 for s in answers):  # noqa: PLR2004 - ours
        raise SystemExit("over the limit")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench.shapes", description=__doc__)
    parser.add_argument("--shapes", type=int, default=20_000)
    parser.add_argument("--cars", type=int, default=20_000)
    chosen = parser.parse_args()
    asyncio.run(run(chosen.metas, chosen.cars))


if __name__ == "__main__":
    main()
