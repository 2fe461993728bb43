"""Watching a process while it works: its loop, its connections, what it finds of outside services, its traces."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from directapp.app.container import Application
from directapp.app.watch.metrics import PATH, Metrics
from directapp.kernel.errors import UnavailableError
from directapp.telemetry.meters import POOL
from directapp.telemetry.outside import take_seen
from directapp.telemetry.statements import Limit

_BEAT_SECONDS = 10.0
_log = structlog.get_logger(__name__)


async def beat(application: Application) -> None:
    """Write down what this process knows: its connections for the figures, outside services for every process."""
    database = application.platform.database
    idle, size = database.pool.get_idle_size(), database.pool.get_size()
    for state, number in {"busy": size - idle, "idle": idle, "waiting": database.queued}.items():
        POOL.labels(state).set(number)
    for service, seen in take_seen().items():
        await application.platform.watched.keep(service, seen)


async def _beats(application: Application) -> None:
    while True:
        try:
            await beat(application)
        except UnavailableError:
            _log.info("nothing written down: the database is away")
        await asyncio.sleep(_BEAT_SECONDS)


@asynccontextmanager
async def watched(application: Application, *, listens: bool = False) -> AsyncIterator[None]:
    """Watch until the context ends; with ``listens`` figures are told on the address set for them, if any."""
    # What is loaded by now stays as long as the process: to look in it for what can go would stop the loop for a
    # quarter of a second, every time.
    gc.freeze()
    settings = application.settings
    Limit.seconds, Limit.tables = settings.slow_ms / 1000, frozenset(application.platform.spec.metas)
    async with AsyncExitStack() as stack:
        if settings.traces_url:
            from directapp.app.watch.traces import Collected

            traces = Collected(settings.traces_url)
            stack.push_async_callback(traces.sent)
            stack.enter_context(traces)
        await stack.enter_async_context(application.loop_watch.watching())
        beating = asyncio.create_task(_beats(application))
        stack.push_async_callback(_end, beating)
        if listens and settings.metrics_listen:
            await stack.enter_async_context(_listening(application, settings.metrics_listen))
        yield
        with suppress(UnavailableError):
            await beat(application)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@asynccontextmanager
async def _listening(application: Application, address: str) -> AsyncIterator[None]:
    host, _, port = address.rpartition(":")
    app = Starlette(routes=[Route(PATH, Metrics(application).answer)])
    config = uvicorn.Config(app, host=host, port=int(port), log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())  # noqa: SLF001 - as ``serve``, which takes the signals of the process
    try:
        yield
    finally:
        server.should_exit = True
        await serving
