"""Children: several processes that serve on one socket, started again when one dies."""

import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress

import structlog

from directapp.app.settings import Settings

# What the embedded database has connections for, beside those of the process that started it.
_CONNECTIONS = 80
_FEWEST = 4
_AGAIN_SECONDS = 1.0
_FAREWELL_SECONDS = 20.0
_log = structlog.get_logger(__name__)


class AddressTakenError(Exception):
    """The address to serve on is not free."""


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to an address, which children can be given (AddressTakenError)."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
    except OSError as error:
        bound.close()
        message = f"DirectApp cannot serve on {host}:{port}: {error.strerror}. PORT names another port."
        raise AddressTakenError(message) from error
    bound.set_inheritable(True)
    return bound


class Children:
    """The processes that serve; each ends when told to, or when its parent is gone."""

    def __init__(self, settings: Settings, bound: socket.socket, number: int) -> None:
        """Start nothing yet; ``number`` of processes."""
        pool = settings.pool
        if not settings.database_url:
            pool = max(_FEWEST, min(pool, _CONNECTIONS // number))
        self._environment = os.environ | {"DIRECTAPP_POOL": str(pool), "DIRECTAPP_DATA": str(settings.data.absolute())}
        self._socket = bound.fileno()
        self._number = number

    async def serve(self, stop: asyncio.Event) -> None:
        """Keep so many processes serving until told to stop, then wait for their last answers."""
        await asyncio.gather(*(self._keep(stop) for _ in range(self._number)))

    async def _keep(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                sys.argv[0],
                "run",
                "--no-worker",
                "--socket",
                str(self._socket),
                stdin=asyncio.subprocess.PIPE,
                env=self._environment,
                pass_fds=(self._socket,),
            )
            ended, told = asyncio.create_task(child.wait()), asyncio.create_task(stop.wait())
            await asyncio.wait({ended, told}, return_when=asyncio.FIRST_COMPLETED)
            told.cancel()
            if not stop.is_set():
                _log.error("serving process ended", process=child.pid, status=child.returncode)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _AGAIN_SECONDS)
                continue
            with suppress(ProcessLookupError):
                child.send_signal(signal.SIGTERM)
            await ended


async def until_orphaned() -> None:
    """End this process as a signal would when the parent, which holds the other end of standard input, is gone."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
    signal.raise_signal(signal.SIGTERM)
    # The database may have gone with the parent, and what waits for it would wait for ever.
    await asyncio.sleep(_FAREWELL_SECONDS)
    signal.raise_signal(signal.SIGKILL)
