"""What the command line needs of an installation, opened on demand; and how it is served."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path

import asyncpg
import uvicorn

from directapp.app.backups import Keeper, open_backups, restored
from directapp.app.boot import named_database, served_database
from directapp.app.children import Children, bind, tell_parent, until_orphaned
from directapp.app.container import RELEASED, Application, background_jobs, open_application
from directapp.app.demo import seed_demo
from directapp.app.doctor import Finding, examine
from directapp.app.protocol import BoundedProtocol
from directapp.app.settings import Settings
from directapp.app.spec import load_spec
from directapp.app.translations import flaws
from directapp.app.upgrades import Plan, make_plan, may_run_beside, note_beside
from directapp.app.watch.watching import watched
from directapp.app.web import build_app
from directapp.domains.planning.engine.workdays import holiday
from directapp.interfaces.web.core.render import is_built
from directapp.interfaces.web.records.live import end_streams
from directapp.kernel.clock import oslo_day, utc_now
from directapp.store.drift import drift
from directapp.store.embedded.backups import Manifest
from directapp.store.embedded.restoring import Trial
from directapp.store.migrate import bring_up_to_date, generate, undeclared
from directapp.store.quiet import hold, release
from directapp.store.schema import NewerDatabaseError, lint

_FRONT_END_SECONDS = 120
_LISTEN_SECONDS = 0.3


class Server(uvicorn.Server):
    """A server that ends quietly: the database is stopped after the last answer, not by the signal itself."""

    def __init__(self, config: uvicorn.Config, serving: Callable[[], None] | None = None) -> None:
        """Keep who is told once requests are taken."""
        super().__init__(config)
        self._serving = serving

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take requests."""
        await super().startup(sockets)
        if self._serving and self.started:
            self._serving()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, let those just taken say what they want, and wait for the other answers."""
        for server in self.servers:
            server.close()
        await asyncio.sleep(_LISTEN_SECONDS)
        end_streams()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop serving at the first signal, and at once at the second; never pass it on."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


class AppCommands:
    """What the commands need, opened on demand."""

    def __init__(self, settings: Settings) -> None:
        """Keep the settings."""
        self.settings = settings

    @asynccontextmanager
    async def application(self) -> AsyncIterator[Application]:
        """Open the installation without its worker."""
        async with open_application(self.settings, beside=True, migrate=False) as application:
            yield application

    async def work(self) -> None:
        """Run background jobs until told to stop."""
        async with open_application(self.settings, beside=True) as application:
            stop = _stopping()
            _say(["DirectApp: at work"])
            async with background_jobs(application), watched(application, listens=True):
                await stop.wait()

    async def serve(self, *, demo: bool, worker: bool, processes: int, quiet: bool) -> None:
        """Serve until told to stop; several ``processes`` serve as children of this one, which runs background jobs."""
        settings = self.settings.model_copy(update={"demo": demo or self.settings.demo})
        async with open_application(settings) as application:
            if quiet:
                await hold(application.owner_dsn)
            if await application.look_whether_quiet():
                _say(["DirectApp: held as a restored copy; nothing is sent before `directapp release`"])
            with bind(settings.host, settings.port) as bound:
                lines = await seed_demo(application, _tell_progress) if settings.demo else []
                await _front_end()
                _say([f"DirectApp: {settings.url}", *lines])
                async with background_jobs(application) if worker else nullcontext():
                    if processes == 1:
                        await _answer(application, bound)
                    else:
                        async with watched(application, listens=True):
                            await Children(settings, bound, processes).serve(_stopping())

    async def release(self) -> int:
        """Let a held installation send and work again; return how much was due."""
        async with self.application() as application:
            due = sum(one.due for one in await application.dispatcher.backlogs())
            await release(application.owner_dsn)
            await application.platform.database.notify(RELEASED)
        return due

    async def serve_child(self, number: int) -> None:
        """Serve on a socket of the parent process, with this file descriptor, until that ends."""
        parent = asyncio.create_task(until_orphaned())
        async with open_application(self.settings, beside=True, migrate=False) as application:
            with socket.socket(fileno=number) as bound:
                await _answer(application, bound, tell_parent)
        parent.cancel()

    async def back_up(self) -> str:
        """Take a backup and return its name (BackupError)."""
        async with self.application() as application:
            return (await self._keeper(application).take()).name

    async def try_backup(self) -> Trial:
        """Restore the newest backup to a scratch place and compare (BackupError: it cannot be)."""
        async with self.application() as application:
            return await self._keeper(application).verify()

    async def list_backups(self) -> list[Manifest]:
        """Return the backups there are, oldest first."""
        backups = open_backups(self.settings)
        return [await backups.read(name) for name in await backups.manifests()]

    async def restore(self, into: Path, at: datetime | None) -> Manifest:
        """Restore a backup into a new folder, up to an instant, and hold the copy (BackupError)."""
        return await restored(self.settings, into, at)

    def _keeper(self, application: Application) -> Keeper:
        return Keeper(self.settings, application.platform.spec, application.platform.database)

    async def examine(self) -> list[Finding]:
        """Look at everything the installation depends on."""
        return await examine(self.settings)

    async def lint(self) -> list[str]:
        """Return what is wrong with the database's protection; nothing is changed."""
        return await self._ask(lambda connection: lint(connection, load_spec()))

    async def drift(self) -> list[str]:
        """Return what in the database is not as declared, and not as the last migration left it."""
        async with served_database(self.settings, beside=True, migrate=False) as (owner, _):
            return await undeclared(load_spec(), owner) + await self._ask(drift)

    async def upgrade(self, *, back: bool) -> bool:
        """Bring the schema up, and tell whether anything was missing."""
        async with named_database(self.settings, beside=True) as (owner, _):
            try:
                changed = await bring_up_to_date(load_spec(), owner, utc_now(), back=back)
            except NewerDatabaseError:
                # An older release is started again while a newer one takes its place: there is nothing for it to do.
                if not await may_run_beside(owner):
                    raise
                return False
            await note_beside(owner)
            return changed

    async def upgrade_plan(self) -> Plan:
        """Return what an upgrade would do; nothing is changed."""
        async with named_database(self.settings, beside=True) as (owner, _):
            return await make_plan(owner)

    async def upgrade_whole(self) -> list[str]:
        """Bring the database to this version and return what is not as declared then."""
        await self.upgrade(back=False)
        return await self.lint() + await self.drift()

    async def _ask(self, question: Callable[[asyncpg.Connection], Awaitable[list[str]]]) -> list[str]:
        async with served_database(self.settings, beside=True, migrate=False) as (owner, _):
            connection = await asyncpg.connect(owner, server_settings={"default_transaction_read_only": "on"})
            try:
                return await question(connection)
            finally:
                await connection.close()

    async def migration(self, message: str) -> Path:
        """Write a migration from the present schema to the declarations."""
        async with served_database(self.settings, policies=False, beside=True) as (owner, _):
            return await generate(load_spec(), owner, message)

    def goldens(self) -> dict[str, Callable[[], str | Awaitable[str]]]:
        """Return the generated files, by path."""
        from directapp.app.goldens import goldens

        return goldens()

    def flaws(self) -> list[str]:
        """Return what the translations lack."""
        return flaws()


async def _answer(application: Application, bound: socket.socket, serving: Callable[[], None] | None = None) -> None:
    config = uvicorn.Config(
        build_app(application),
        http=BoundedProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    # The calendar of holidays loads slowly: whoever plans first shall not wait for it.
    loading = asyncio.create_task(asyncio.to_thread(holiday, oslo_day(application.platform.clock())))
    async with watched(application):
        await Server(config, serving).serve([bound])
    await loading


async def _front_end() -> None:
    """Wait until the front end is built, which ``make run`` does meanwhile the first time."""
    for _ in range(_FRONT_END_SECONDS * 5):
        if is_built():
            return
        await asyncio.sleep(0.2)
    sys.exit("DirectApp: the front end is not built; make setup builds it.")


def _stopping() -> asyncio.Event:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


def _tell_progress(name: str, percent: int) -> None:
    _say([f"DirectApp: demo data of {name}, {percent} %"])


def _say(lines: list[str]) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
