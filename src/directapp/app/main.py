"""The program: opens the doors for the command line and serves the application."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path

import asyncpg
import structlog
import uvicorn

from directapp.app.boot import served_database
from directapp.app.demo import seed_demo
from directapp.app.goldens import goldens
from directapp.app.house import House, at_work, open_house
from directapp.app.protocol import BoundedProtocol
from directapp.app.settings import Settings
from directapp.app.spec import load_spec
from directapp.app.web import build_app
from directapp.domains.planning.engine.workdays import holiday
from directapp.interfaces.cli import main as cli
from directapp.interfaces.web.live import end_streams
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import DirectAppError
from directapp.store.embedded import EmbeddedPostgresError
from directapp.store.migrate import generate
from directapp.store.schema import lint


class Server(uvicorn.Server):
    """A server that ends quietly: the database is stopped after the last answer, not by the signal itself."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams that would go on for ever, and wait for the other answers."""
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


class AppDoors:
    """What the commands need, opened on demand."""

    def __init__(self, settings: Settings) -> None:
        """Keep the settings."""
        self.settings = settings

    @asynccontextmanager
    async def house(self) -> AsyncIterator[House]:
        """Open the installation without its worker."""
        async with open_house(self.settings, beside=True) as house:
            yield house

    async def work(self) -> None:
        """Work behind the scenes until told to stop."""
        async with open_house(self.settings, beside=True) as house:
            loop, stop = asyncio.get_running_loop(), asyncio.Event()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, stop.set)
            _say(["DirectApp: at work"])
            async with at_work(house):
                await stop.wait()

    async def serve(self, *, demo: bool, worker: bool) -> None:
        """Serve until told to stop."""
        settings = self.settings.model_copy(update={"demo": demo or self.settings.demo})
        async with open_house(settings) as house:
            lines = await seed_demo(house) if settings.demo else []
            config = uvicorn.Config(
                build_app(house),
                host=settings.host,
                port=settings.port,
                loop="uvloop",
                http=BoundedProtocol,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=10,
            )
            _say([f"DirectApp: {settings.url}", *lines])
            # The calendar of holidays loads slowly: whoever plans first shall not wait for it.
            loading = asyncio.create_task(asyncio.to_thread(holiday, oslo_day(house.platform.clock())))
            async with at_work(house) if worker else nullcontext():
                await Server(config).serve()
            await loading

    async def lint(self) -> list[str]:
        """Return what is wrong with the database's protection."""
        async with served_database(self.settings, beside=True) as (owner, _):
            connection = await asyncpg.connect(owner)
            try:
                return await lint(connection, load_spec())
            finally:
                await connection.close()

    async def migration(self, message: str) -> Path:
        """Write a migration from the present schema to the declarations."""
        async with served_database(self.settings, policies=False, beside=True) as (owner, _):
            return await generate(load_spec(), owner, message)

    def goldens(self) -> dict[str, Callable[[], str | Awaitable[str]]]:
        """Return the generated files, by path."""
        return goldens()


def _say(lines: list[str]) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run the command line; what is refused on purpose is said in a line, not in a traceback."""
    settings = Settings()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log.upper()]),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer() if not sys.stderr.isatty() else structlog.dev.ConsoleRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        cli.build(AppDoors(settings))()
    except (EmbeddedPostgresError, DirectAppError) as error:
        sys.exit(str(error))
