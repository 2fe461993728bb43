"""The house, wired: one object with everything a process needs, opened and closed as one."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from directapp.app.boot import served_database
from directapp.app.principals import MADE_OF, Principals
from directapp.app.settings import Settings
from directapp.app.signin import SignInPort
from directapp.app.spec import load_reactions, load_spec
from directapp.connectors.mail import Mailer
from directapp.connectors.storage import open_storage
from directapp.declare.spec import Spec
from directapp.domains.cars.reactions import archive_due
from directapp.domains.people.flow import Auth
from directapp.domains.people.links import send_invite
from directapp.domains.people.tokens import Signer
from directapp.kernel.actor import Actor
from directapp.kernel.clock import Clock, utc_now
from directapp.services.act import Act
from directapp.services.attachments import Attachments
from directapp.services.corridor import Corridor
from directapp.services.live import Live
from directapp.services.platform import Platform
from directapp.services.reading import Reading
from directapp.services.relay import Relay
from directapp.services.schedules import Schedules, Task, forget, sweep
from directapp.services.seal import seal
from directapp.store.database import Database
from directapp.store.schema import MONTHS_AHEAD, keep_partitions

REACTOR = "workflow"
_FEWEST_MONTHS = 2


@dataclass(slots=True, kw_only=True)
class House:
    """A running installation inside one process."""

    settings: Settings
    platform: Platform
    auth: Auth
    principals: Principals
    relay: Relay
    schedules: Schedules
    attachments: Attachments
    owner_dsn: str

    async def jobs(self) -> dict[str, object]:
        """Tell how the work behind the scenes goes; raises nothing, so that health can say what is wrong."""
        failed = [task.name for task in self.schedules.tasks if task.last_error]
        last = self.relay.last_run
        return {"status": "warn" if failed else "ok", "failed": failed, "last_run": last.isoformat() if last else None}

    async def audit(self) -> dict[str, object]:
        """Tell how many months ahead the audit has room for; two or fewer is an error."""
        rows = await self.platform.database.plain(MONTHS_AHEAD)
        months = int(rows[0]["months"])
        return {"status": "ok" if months > _FEWEST_MONTHS else "error", "months_ahead": months}

    async def written(self, actor: Actor, touched: Sequence[tuple[str, UUID]]) -> None:
        """Hear of every committed write: what actors are made of is forgotten everywhere."""
        if any(collection in MADE_OF for collection, _ in touched):
            self.principals.forget(actor.tenant)
            await self.platform.database.notify(f"principal {actor.tenant}")
        self.platform.live.tell(actor.tenant, touched)

    def heard(self, message: str) -> None:
        """Hear what any process says."""
        self.principals.heard(message)
        self.platform.live.heard(message)

    async def close(self) -> None:
        """Finish what is on its way, and give the database back."""
        await self.platform.live.close()
        await self.platform.database.close()


async def wire(settings: Settings, owner: str, weak: str, *, spec: Spec, clock: Clock = utc_now) -> House:
    """Open the database as the weak role and wire everything on it."""
    database = await Database(spec, weak, size=settings.pool).open()
    corridor = Corridor(spec, database, clock=clock)
    mailer = Mailer(
        folder=settings.data / "mail",
        sender=settings.smtp_from,
        host=settings.smtp_host,
        port=settings.smtp_port,
        user=settings.smtp_user,
        password=settings.smtp_password,
    )
    auth = Auth(
        port=SignInPort(corridor, mailer),
        signer=Signer(settings.signing_secret()),
        base_url=settings.url,
        clock=clock,
    )
    reading = Reading(spec, database, clock=clock)
    platform = Platform(
        spec=spec,
        database=database,
        corridor=corridor,
        reading=reading,
        live=Live(database, reading),
        data=settings.data,
        public_url=settings.url,
        demo=settings.demo,
        clock=clock,
    )
    storage = open_storage(
        settings.data / "files",
        bucket=settings.s3_bucket,
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        key=settings.s3_key,
        secret=settings.s3_secret,
    )
    reactions = load_reactions()

    async def invite(act: Act) -> None:
        await send_invite(auth, act.actor.tenant, UUID(act.params["user"]))

    reactions.setdefault("user.invited", []).append(invite)
    house = House(
        settings=settings,
        platform=platform,
        auth=auth,
        principals=Principals(auth),
        relay=Relay(corridor, reactions, REACTOR),
        attachments=Attachments(corridor, storage, largest=settings.largest_file),
        schedules=Schedules(corridor=corridor, tasks=_tasks(corridor, owner)),
        owner_dsn=owner,
    )
    corridor.after_commit = house.written
    platform.checks["jobs"] = house.jobs
    platform.checks["audit"] = house.audit
    await database.listen(house.heard)
    return house


def _tasks(corridor: Corridor, owner: str) -> list[Task]:
    return [
        Task(
            name="archive delivered cars",
            every=600,
            run=lambda tenant: sweep(corridor, tenant, REACTOR, archive_due),
        ),
        Task(name="seal the audit", every=900, run=lambda tenant: seal(corridor.database, tenant)),
        Task(name="make room for the audit", every=86_400, run=lambda _: keep_partitions(owner, corridor.clock())),
        Task(name="forget", every=3600, run=lambda tenant: forget(corridor, tenant)),
    ]


@asynccontextmanager
async def open_house(settings: Settings, *, beside: bool = False) -> AsyncIterator[House]:
    """Start the database and wire the house; nothing works behind the scenes yet.

    ``beside``: share the embedded database of an installation that runs already.
    """
    async with served_database(settings, beside=beside) as (owner, weak):
        house = await wire(settings, owner, weak, spec=load_spec())
        try:
            yield house
        finally:
            await house.close()


@asynccontextmanager
async def at_work(house: House) -> AsyncIterator[None]:
    """Run what follows from events, and what is done again and again, beside whatever goes on inside."""
    stop = asyncio.Event()
    running = [asyncio.create_task(worker.run(stop)) for worker in (house.relay, house.schedules)]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*running)
