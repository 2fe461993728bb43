"""The application, wired: one object with everything a process needs, opened and closed as one."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID

import asyncpg
import httpx2
import structlog

from directapp.app.automation import automation_jobs
from directapp.app.backups import Keeper
from directapp.app.boot import served_database
from directapp.app.budgets import read_budgets
from directapp.app.jobs import REACTOR, jobs, schedules
from directapp.app.principals import MADE_OF, Principals
from directapp.app.providers import open_inbox, open_masters, open_post, services_of
from directapp.app.registry import Registry, open_registry
from directapp.app.settings import Settings
from directapp.app.signin import SignInPort
from directapp.app.spec import load_event_handlers, load_spec
from directapp.app.watch.lookout import Lookout
from directapp.connectors import brreg
from directapp.connectors.brreg import Enhetsregisteret
from directapp.connectors.guarded import GuardedClient
from directapp.connectors.mail import Mailer
from directapp.connectors.openid import OpenId
from directapp.connectors.outgoing import open_client
from directapp.connectors.rate_limits import RateLimits
from directapp.connectors.storage import BucketStorage, LocalStorage, open_storage
from directapp.connectors.webhooks import WebhookSender
from directapp.declare.spec import Spec
from directapp.domains import planning
from directapp.domains.messages.post import Post
from directapp.domains.operations import keep
from directapp.domains.own_fields.fields import OWN_FIELDS
from directapp.domains.people.fields import TENANTS
from directapp.domains.people.flow import Auth
from directapp.domains.people.role_pieces import account_role
from directapp.domains.people.signer import Signer
from directapp.domains.privacy.looks import Looks
from directapp.kernel.actor import Actor
from directapp.kernel.clock import Clock, utc_now
from directapp.kernel.errors import UnavailableError
from directapp.services.attachments import Attachments
from directapp.services.dispatcher import Dispatcher
from directapp.services.encryption import Encryption
from directapp.services.live import Live
from directapp.services.loop_watch import LoopWatch
from directapp.services.operations import Operations
from directapp.services.pipeline import Pipeline
from directapp.services.platform import Platform
from directapp.services.reading import Reading
from directapp.services.schedules import Schedules
from directapp.services.unused_files import UnusedFiles
from directapp.store.database import Database
from directapp.store.drift import drift
from directapp.store.key_ring import KeyRing
from directapp.store.quiet import HELD
from directapp.store.schema import MONTHS_AHEAD
from directapp.store.sealing import Sealer

_FEWEST_MONTHS = 2
_TOO_OLD, _FAILS = timedelta(minutes=5), timedelta(minutes=30)
_DRIFT_SECONDS, _LOOK_SECONDS = 600.0, 5.0
RELEASED = "released"
_log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Application:
    """A running installation inside one process."""

    settings: Settings
    platform: Platform
    auth: Auth
    principals: Principals
    dispatcher: Dispatcher
    schedules: Schedules
    attachments: Attachments
    registry: Registry
    post: Post
    companies: Enhetsregisteret
    http: httpx2.AsyncClient
    guarded: GuardedClient
    encryption: Encryption
    rate_limits: RateLimits
    loop_watch: LoopWatch
    looks: Looks
    owner_dsn: str
    _drift: list[str] | None = None
    _drift_at: float = 0.0

    def checks(self) -> Mapping[str, Callable[[], Awaitable[dict[str, object]]]]:
        """Return what health asks of the parts."""
        checks = {
            "jobs": self.jobs,
            "audit": self.audit,
            "keys": self.encryption.state,
            "event_loop": self.loop_watch.state,
            "schema": self.schema,
        }
        return checks | ({"rate_limits": self.rate_limits.state} if self.settings.rate_store else {})

    async def jobs(self) -> dict[str, object]:
        """Tell how background jobs go; an error when what is due, or fails, has waited too long.

        What fails again and again is most often one service that is away: the mail server, a receiver of webhooks.
        """
        backlogs, last, now = await self.dispatcher.backlogs(), self.dispatcher.last_run, self.platform.clock()
        oldest = min((one.oldest for one in backlogs if one.oldest), default=None)
        failing = min((one.failing_since for one in backlogs if one.failing_since), default=None)
        late = any(since is not None and now - since > most for since, most in ((oldest, _TOO_OLD), (failing, _FAILS)))
        if self.platform.quiet:
            return {"status": "warn", "held": sum(one.due for one in backlogs)}
        return {
            "status": "error" if late else "ok",
            "oldest_due": oldest.isoformat() if oldest else None,
            "failing": sum(one.failing for one in backlogs),
            "failing_since": failing.isoformat() if failing else None,
            "last_run": last.isoformat() if last else None,
        }

    async def schema(self) -> dict[str, object]:
        """Tell whether the database is as the last migration left it, as of some minutes ago."""
        if self._drift is None or time.monotonic() - self._drift_at > _DRIFT_SECONDS:
            async with self.platform.database.pool.acquire() as connection:
                self._drift, self._drift_at = await drift(cast("asyncpg.Connection", connection)), time.monotonic()
            for line in self._drift:
                _log.error("the database has drifted", what=line)
        return {"status": "error" if self._drift else "ok", "differences": len(self._drift)}

    async def quotas(self) -> dict[str, int]:
        """Return how many calls each service with a quota has left today."""
        used = await self.registry.lookups.used_today()
        return {} if used is None else {"vegvesen": max(0, used[1] - used[0])}

    async def look_whether_quiet(self) -> bool:
        """Ask whether a restored copy is still held, and remember it."""
        self.platform.quiet = bool(await self.platform.database.plain(HELD))
        return self.platform.quiet

    async def audit(self) -> dict[str, object]:
        """Tell how many months ahead the audit has room for; two or fewer is an error."""
        rows = await self.platform.database.plain(MONTHS_AHEAD)
        months = int(rows[0]["months"])
        return {"status": "ok" if months > _FEWEST_MONTHS else "error", "months_ahead": months}

    async def written(self, actor: Actor, touched: Sequence[tuple[str, UUID]], asked: bool) -> None:  # noqa: FBT001 - heard
        """Hear of every committed write: what actors are made of is forgotten everywhere, what was asked for begins."""
        if any(collection in MADE_OF for collection, _ in touched):
            self.principals.forget(actor.tenant)
            await self.platform.database.notify(f"principal {actor.tenant}")
        if any(collection in {OWN_FIELDS, TENANTS} for collection, _ in touched):
            self.platform.database.forget_own(actor.tenant)
            await self.platform.database.notify(f"{OWN_FIELDS} {actor.tenant}")
        self.platform.live.tell(actor.tenant, touched)
        if asked:
            self.dispatcher.wake(actor.tenant)

    def notified(self, message: str) -> None:
        """Hear what any process says: a change may have asked for a job."""
        word, _, rest = message.partition(" ")
        if word == RELEASED:
            self.platform.quiet = False
        if word == "changed":
            self.dispatcher.wake(UUID(rest.partition(" ")[0]))
        if word == OWN_FIELDS:
            self.platform.database.forget_own(UUID(rest))
        self.principals.notified(message)
        self.platform.live.notified(message)

    async def close(self) -> None:
        """Finish what is on its way, and give the database back."""
        await self.looks.close()
        await self.platform.live.close()
        await self.platform.processes.close()
        await self.platform.short_work.close()
        await self.registry.http.aclose()
        await self.http.aclose()
        await self.guarded.close()
        await self.rate_limits.close()
        await self.platform.database.close()


def _mailer(settings: Settings) -> Mailer:
    return Mailer(
        folder=settings.data / "mail",
        sender=settings.smtp_from,
        host=settings.smtp_host,
        port=settings.smtp_port,
        user=settings.smtp_user,
        password=settings.smtp_password,
        encrypted=settings.demand_tls,
    )


def _open_storage(settings: Settings) -> LocalStorage | BucketStorage:
    return open_storage(
        settings.data / "files",
        bucket=settings.s3_bucket,
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        key=settings.s3_key,
        secret=settings.s3_secret,
    )


async def _open_keys(settings: Settings, database: Database, owner: str, http: httpx2.AsyncClient) -> KeyRing:
    ring = KeyRing(database, owner, open_masters(settings, http))
    database.sealer = Sealer(ring)
    await ring.open()
    return ring


def _open_platform(settings: Settings, pipeline: Pipeline, reading: Reading) -> Platform:
    return Platform(
        spec=pipeline.spec,
        database=pipeline.database,
        pipeline=pipeline,
        reading=reading,
        live=Live(pipeline.database, reading),
        data=settings.data,
        public_url=settings.url,
        demo=settings.demo,
        security_contacts=tuple(settings.security_contact.split()),
        services=services_of(settings),
        clock=pipeline.clock,
    )


async def wire(settings: Settings, owner: str, weak: str, *, spec: Spec, clock: Clock = utc_now) -> Application:
    """Open the database as the weak role and wire everything on it."""
    database = await Database(spec, weak, size=settings.pool, direct=settings.database_direct_url).open()
    pipeline = Pipeline(spec, database, clock=clock)
    http = open_client()
    guarded = GuardedClient(private=settings.private_webhooks)
    encryption = Encryption(pipeline, await _open_keys(settings, database, owner, http))
    post = open_post(settings, _mailer(settings), http)
    port = SignInPort(pipeline, post, settings.signing_secret())
    auth = Auth(
        port=port,
        signer=Signer(settings.signing_secret()),
        base_url=settings.url,
        open_id=OpenId(guarded, clock=clock, graph=settings.graph_url),
        clock=clock,
        idle=timedelta(minutes=settings.idle_minutes) if settings.idle_minutes else None,
    )
    reading = Reading(spec, database, clock=clock)
    platform = _open_platform(settings, pipeline, reading)
    storage = _open_storage(settings)
    registry = open_registry(settings, pipeline)
    attachments = Attachments(pipeline, storage, platform.short_work, largest=settings.largest_file)
    inbox = open_inbox(post.resend, attachments)
    unused = UnusedFiles(pipeline, storage, timedelta(days=settings.unused_files_days))
    lookout = Lookout(settings, http, platform)
    repeated = (
        *(*schedules(pipeline, owner, unused, encryption), *registry.schedules),
        *(*post.schedules, *lookout.schedules, *Keeper(settings, spec, database).schedules),
    )
    work = (
        *jobs(auth),
        *registry.jobs,
        *post.jobs,
        *inbox.jobs,
        *automation_jobs(pipeline, WebhookSender(guarded)),
        *(schedule.job for schedule in repeated),
    )
    dispatcher = Dispatcher(
        pipeline,
        load_event_handlers(),
        REACTOR,
        jobs=work,
        keep=keep,
        lease=settings.job_lease,
        alone=planning.ALONE,
    )
    application = Application(
        settings=settings,
        platform=platform,
        auth=auth,
        principals=Principals(auth, account_role(spec)),
        dispatcher=dispatcher,
        attachments=attachments,
        schedules=Schedules(pipeline, repeated, asked=dispatcher.wake),
        registry=registry,
        post=post,
        companies=Enhetsregisteret(http, base=settings.brreg_url.rstrip("/") or brreg.OPEN),
        http=http,
        guarded=guarded,
        encryption=encryption,
        rate_limits=RateLimits(read_budgets(settings.rate_limits).values(), settings.rate_store),
        loop_watch=LoopWatch(settings.loop_lag_ms / 1000),
        looks=Looks(pipeline),
        owner_dsn=owner,
    )
    pipeline.after_commit = application.written
    reading.looked, reading.listed = application.looks.note, application.looks.note_list
    port.forget = application.principals.forget
    platform.operations = Operations(dispatcher, application.schedules)
    platform.checks |= application.checks()
    await application.look_whether_quiet()
    await database.listen(application.notified)
    return application


@asynccontextmanager
async def open_application(
    settings: Settings, *, beside: bool = False, migrate: bool = True
) -> AsyncIterator[Application]:
    """Start the database and wire the application; no background jobs run yet.

    ``beside``: share the embedded database of an installation that runs already. ``migrate``: bring its schema up.
    """
    async with served_database(settings, beside=beside, migrate=migrate) as (owner, weak):
        application = await wire(settings, owner, weak, spec=load_spec())
        try:
            yield application
        finally:
            await application.close()


@asynccontextmanager
async def background_jobs(application: Application) -> AsyncIterator[None]:
    """Run what follows from events, and what is done again and again, beside whatever goes on inside.

    In a restored copy that is held, nothing is run or sent before a person releases it.
    """
    stop = asyncio.Event()

    async def work() -> None:
        while application.platform.quiet and not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _LOOK_SECONDS)
            with suppress(UnavailableError):
                await application.look_whether_quiet()
        await asyncio.gather(application.dispatcher.run(stop), application.schedules.run(stop))

    running = [asyncio.create_task(work())]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*running)
