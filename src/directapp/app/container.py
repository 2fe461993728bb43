"""The application, wired: one object with everything a process needs, opened and closed as one."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx2

from directapp.app.automation import automation_jobs
from directapp.app.boot import served_database
from directapp.app.jobs import REACTOR, jobs, schedules
from directapp.app.principals import MADE_OF, Principals
from directapp.app.providers import open_inbox, open_post
from directapp.app.registry import Registry, open_registry
from directapp.app.settings import Settings
from directapp.app.signin import SignInPort
from directapp.app.spec import load_event_handlers, load_spec
from directapp.connectors.mail import Mailer
from directapp.connectors.outgoing import open_client
from directapp.connectors.storage import open_storage
from directapp.connectors.webhooks import WebhookSender
from directapp.declare.spec import Spec
from directapp.domains import planning
from directapp.domains.messages.post import Post
from directapp.domains.operations import keep
from directapp.domains.people.flow import Auth
from directapp.domains.people.tokens import Signer
from directapp.kernel.actor import Actor
from directapp.kernel.clock import Clock, utc_now
from directapp.services.attachments import Attachments
from directapp.services.dispatcher import Dispatcher
from directapp.services.live import Live
from directapp.services.loop_watch import LoopWatch
from directapp.services.operations import Operations
from directapp.services.pipeline import Pipeline
from directapp.services.platform import Platform
from directapp.services.reading import Reading
from directapp.services.schedules import Schedules
from directapp.services.unused_files import UnusedFiles
from directapp.store.database import Database
from directapp.store.schema import MONTHS_AHEAD

_FEWEST_MONTHS = 2
_TOO_OLD = timedelta(minutes=5)


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
    http: httpx2.AsyncClient
    sender: WebhookSender
    loop_watch: LoopWatch
    owner_dsn: str

    async def jobs(self) -> dict[str, object]:
        """Tell how the work behind the scenes goes; an error when what is due has waited too long."""
        oldest, last = await self.dispatcher.oldest(), self.dispatcher.last_run
        late = oldest is not None and self.platform.clock() - oldest > _TOO_OLD
        return {
            "status": "error" if late else "ok",
            "oldest_due": oldest.isoformat() if oldest else None,
            "last_run": last.isoformat() if last else None,
        }

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
        self.platform.live.tell(actor.tenant, touched)
        if asked:
            self.dispatcher.wake(actor.tenant)

    def heard(self, message: str) -> None:
        """Hear what any process says: a change may have asked for a job."""
        word, _, rest = message.partition(" ")
        if word == "changed":
            self.dispatcher.wake(UUID(rest.partition(" ")[0]))
        self.principals.heard(message)
        self.platform.live.heard(message)

    async def close(self) -> None:
        """Finish what is on its way, and give the database back."""
        await self.platform.live.close()
        await self.platform.processes.close()
        await self.platform.short_work.close()
        await self.registry.http.aclose()
        await self.http.aclose()
        await self.sender.close()
        await self.platform.database.close()


def _mailer(settings: Settings) -> Mailer:
    return Mailer(
        folder=settings.data / "mail",
        sender=settings.smtp_from,
        host=settings.smtp_host,
        port=settings.smtp_port,
        user=settings.smtp_user,
        password=settings.smtp_password,
    )


async def wire(settings: Settings, owner: str, weak: str, *, spec: Spec, clock: Clock = utc_now) -> Application:
    """Open the database as the weak role and wire everything on it."""
    database = await Database(spec, weak, size=settings.pool).open()
    pipeline = Pipeline(spec, database, clock=clock)
    http = open_client()
    post = open_post(settings, _mailer(settings), http)
    auth = Auth(
        port=SignInPort(pipeline, post),
        signer=Signer(settings.signing_secret()),
        base_url=settings.url,
        clock=clock,
    )
    reading = Reading(spec, database, clock=clock)
    platform = Platform(
        spec=spec,
        database=database,
        pipeline=pipeline,
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
    registry = open_registry(settings, pipeline)
    attachments = Attachments(pipeline, storage, platform.short_work, largest=settings.largest_file)
    inbox = open_inbox(post.resend, attachments)
    unused = UnusedFiles(pipeline, storage, timedelta(days=settings.unused_files_days))
    repeated = (*schedules(pipeline, owner, unused), *registry.schedules, *post.schedules)
    sender = WebhookSender(private=settings.private_webhooks)
    work = (
        *jobs(auth),
        *registry.jobs,
        *post.jobs,
        *inbox.jobs,
        *automation_jobs(pipeline, sender),
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
        principals=Principals(auth),
        dispatcher=dispatcher,
        attachments=attachments,
        schedules=Schedules(pipeline, repeated, asked=dispatcher.wake),
        registry=registry,
        post=post,
        http=http,
        sender=sender,
        loop_watch=LoopWatch(settings.loop_lag_ms / 1000),
        owner_dsn=owner,
    )
    pipeline.after_commit = application.written
    platform.operations = Operations(dispatcher, application.schedules)
    platform.checks["jobs"] = application.jobs
    platform.checks["audit"] = application.audit
    platform.checks["event_loop"] = application.loop_watch.state
    await database.listen(application.heard)
    return application


@asynccontextmanager
async def open_application(settings: Settings, *, beside: bool = False) -> AsyncIterator[Application]:
    """Start the database and wire the application; nothing works behind the scenes yet.

    ``beside``: share the embedded database of an installation that runs already.
    """
    async with served_database(settings, beside=beside) as (owner, weak):
        application = await wire(settings, owner, weak, spec=load_spec())
        try:
            yield application
        finally:
            await application.close()


@asynccontextmanager
async def background_jobs(application: Application) -> AsyncIterator[None]:
    """Run what follows from events, and what is done again and again, beside whatever goes on inside."""
    stop = asyncio.Event()
    running = [asyncio.create_task(worker.run(stop)) for worker in (application.dispatcher, application.schedules)]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*running)
