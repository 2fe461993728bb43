"""python -m bench.prices [--cars N] [--turns T]: what each guard costs a list, one car and an update, in one run.

Each guard has a company of its own, alike but for it. Requests go through the whole program in this process and to its
PostgreSQL, one of each company after the other, so that a busy machine is busy for all of them. What is told is the
median of each, and its ratio to that of the company without any. A guard more is a function in ``GUARDS``.
"""

import argparse
import asyncio
import hashlib
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import httpx
import pyotp

from bench.seed import Seeded, analyse, seed
from directapp.app.budgets import read_budgets
from directapp.app.container import Application, open_application
from directapp.app.settings import Settings
from directapp.app.web import Front, build_app
from directapp.connectors.rate_limits import RateLimits
from directapp.domains.people import enrolment
from directapp.domains.people.auth import Began, begin
from directapp.kernel.actor import Actor, system_actor
from directapp.services.intent import Intent

_ROLE = "new_car_sales"
# So many that none is refused, and each is counted.
_COUNTED = " ".join(f"requests.{whose}=100000000" for whose in ("address", "person", "tenant"))
_OFF = "off"


@dataclass(frozen=True)
class Company:
    """A company under measurement: whom its requests come from, through which program."""

    application: Application
    seeded: Seeded
    front: Front
    token: str
    cars: tuple[str, ...]


@dataclass(frozen=True)
class Ground:
    """What a guard's company is made of."""

    application: Application
    seeded: Seeded
    cars: int

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.seeded.people[_ROLE]

    def front(self, limits: str = _OFF) -> Front:
        """Return the program, with budgets as a setting says them."""
        changed = self.application.settings.model_copy(update={"rate_limits": limits})
        counters = RateLimits(read_budgets(limits).values())
        return build_app(replace(self.application, settings=changed, rate_limits=counters))

    async def company(self, front: Front | None = None, *, proven: bool = False) -> Company:
        """Return the company as it is now, asked by a fresh sign-in."""
        actor, auth = self.actor, self.application.auth
        assert actor.user is not None
        began = Began(mode="json", address="127.0.0.1", user_agent="bench", proven=proven)
        signed = await begin(auth, actor.tenant, actor.user, began)
        # Of those of the first site, those that are alive: see ``bench.seed``.
        cars = tuple(str(UUID(_md5(f"{actor.tenant}{n}"))) for n in range(40, self.cars, 40))
        return Company(self.application, self.seeded, front or self.front(), signed.access_token or "", cars)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


async def open_ground(application: Application, cars: int) -> Ground:
    """Make a company with its cars."""
    seeded = await seed(application.platform.database, cars)
    await _perform(application, seeded, "tenants", id=str(seeded.tenant), name="Bench", second_factor_roles=[])
    return Ground(application, seeded, cars)


async def _perform(application: Application, seeded: Seeded, collection: str, **patch: object) -> None:
    demo = system_actor(seeded.tenant, "demo")
    intent = Intent(actor=demo, collection=collection, verb="create", origin="test", patch=patch)
    await application.platform.pipeline.perform(intent)


async def nothing(ground: Ground) -> Company:
    """Ask with no guard but rights."""
    return await ground.company()


async def rate_limits(ground: Ground) -> Company:
    """Count each request by its address, person and company."""
    return await ground.company(ground.front(_COUNTED))


async def second_factor(ground: Ground) -> Company:
    """Ask as somebody who has a second factor and has shown it."""
    actor, auth = ground.actor, ground.application.auth
    assert actor.user is not None
    first = await begin(auth, actor.tenant, actor.user, Began(address="127.0.0.1", user_agent="bench"))
    here = replace(actor, session=first.session)
    secret = (await enrolment.begin_totp(auth, here, "127.0.0.1")).secret
    await enrolment.confirm_totp(auth, here, "127.0.0.1", code=pyotp.TOTP(secret).now())
    return await ground.company(proven=True)


async def looks(ground: Ground) -> Company:
    """Note who reads which customers."""
    admin = replace(ground.actor, roles=frozenset({"tenant_admin"}))
    rule = {"subject": "views", "months": 3, "active": True}
    intent = Intent(actor=admin, collection="retention_rules", verb="create", origin="test", patch=rule)
    await ground.application.platform.pipeline.perform(intent)
    return await ground.company()


Guard = Callable[[Ground], Awaitable[Company]]
GUARDS: dict[str, Guard] = {
    "nothing": nothing,
    "rate limits": rate_limits,
    "second factor": second_factor,
    "looks kept": looks,
}


async def ask(client: httpx.AsyncClient, company: Company, kind: str, turn: int) -> float:
    """Send one request and return its milliseconds."""
    car = company.cars[turn % len(company.cars)]
    begun = time.perf_counter()
    match kind:
        case "list of 50":
            answer = await client.get("/items/cars?limit=50")
        case "one car":
            answer = await client.get(f"/items/cars/{car}")
        case _:
            answer = await client.patch(f"/items/cars/{car}", json={"seller_notes": f"{turn} {begun}"})
    taken = (time.perf_counter() - begun) * 1000
    answer.raise_for_status()
    return taken


KINDS = ("list of 50", "one car", "update")


async def measure(companies: dict[str, Company], turns: int) -> dict[tuple[str, str], float]:
    """Return the median milliseconds of each kind of request at each company; the first turns warm up."""
    taken: dict[tuple[str, str], list[float]] = {}
    async with AsyncExitStack() as stack:
        clients = {}
        for name, company in companies.items():
            transport = httpx.ASGITransport(app=company.front, client=("127.0.0.1", 1))
            headers = {"authorization": f"Bearer {company.token}"}
            client = httpx.AsyncClient(transport=transport, base_url="http://bench", headers=headers)
            clients[name] = await stack.enter_async_context(client)
        for kind in KINDS:
            for turn in range(turns + turns // 5):
                # Whoever is first in a turn finds the machine cold: each is, as often as the others.
                names = list(companies)
                names = names[turn % len(names) :] + names[: turn % len(names)]
                for name in names:
                    found = await ask(clients[name], companies[name], kind, turn)
                    if turn >= turns // 5:
                        taken.setdefault((name, kind), []).append(found)
    return {key: statistics.median(found) for key, found in taken.items()}


async def main(cars: int, turns: int) -> None:
    """Make the companies, measure, and print a line for each guard."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_application(Settings(data=Path(folder), secret="b" * 48)) as application:
            grounds = {name: await open_ground(application, cars) for name in GUARDS}
            await analyse(application.owner_dsn)
            companies = {name: await GUARDS[name](ground) for name, ground in grounds.items()}
            found = await measure(companies, turns)
    for name in GUARDS:
        parts = (
            f"{kind} {found[name, kind]:6.2f} ms {found[name, kind] / found['nothing', kind]:5.2f} ×" for kind in KINDS
        )
        print(f"{name:16} {'   '.join(parts)}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--cars", type=int, default=4000)
    parser.add_argument("--turns", type=int, default=300)
    given = parser.parse_args()
    asyncio.run(main(given.cars, given.turns))
