"""Children: several processes that serve on one socket, started again when one dies."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from contextlib import suppress

import structlog

from directapp.app.settings import Settings

# What the embedded database has connections for, beside those of the process that started it.
_CONNECTIONS = 80
_FEWEST = 4
_AGAIN_SECONDS = 1.0
_FAREWELL_SECONDS = 20.0
SERVING = b"serving\n"
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
    """The processes that serve; each ends when told to, or when its parent is gone.

    SIGHUP replaces them one after the other by what stands on the disk now: each new one serves before an old one ends,
    on the same socket, so that nobody is refused meanwhile.
    """

    def __init__(self, settings: Settings, bound: socket.socket, number: int) -> None:
        """Start nothing yet; ``number`` of processes."""
        pool = settings.pool
        if not settings.database_url:
            # One more than there are while they are replaced.
            pool = max(_FEWEST, min(pool, _CONNECTIONS // (number + 1)))
        self._environment = os.environ | {"DIRECTAPP_POOL": str(pool), "DIRECTAPP_DATA": str(settings.data.absolute())}
        self._socket = bound.fileno()
        self._number = number
        self._serving: dict[int, Process] = {}
        self._asked = asyncio.Event()

    async def serve(self, stop: asyncio.Event) -> None:
        """Keep so many processes serving until told to stop, then wait for their last answers."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._asked.set)
        replacing = asyncio.create_task(self._replace_when_asked())
        try:
            await asyncio.gather(*(self._keep(place, stop) for place in range(self._number)))
        finally:
            replacing.cancel()

    async def _start(self) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            sys.argv[0],
            "run",
            "--no-worker",
            "--socket",
            str(self._socket),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=self._environment,
            pass_fds=(self._socket,),
        )

    async def _keep(self, place: int, stop: asyncio.Event) -> None:
        child = self._serving[place] = await self._start()
        while not stop.is_set():
            ended, told = asyncio.create_task(child.wait()), asyncio.create_task(stop.wait())
            await asyncio.wait({ended, told}, return_when=asyncio.FIRST_COMPLETED)
            told.cancel()
            if not stop.is_set() and self._serving[place] is child:
                _log.error("serving process ended", process=child.pid, status=child.returncode)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _AGAIN_SECONDS)
                if not stop.is_set():
                    self._serving[place] = await self._start()
            child = self._serving[place]
        await _end(child)

    async def _replace_when_asked(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            for place in list(self._serving):
                fresh = await self._start()
                # One that does not come to serve has said so in the log, and ended.
                if fresh.stdout is None or await fresh.stdout.readline() != SERVING:
                    _log.error("a new process does not serve; the old ones go on", process=fresh.pid)
                    await _end(fresh)
                    break
                old, self._serving[place] = self._serving[place], fresh
                await _end(old)
            else:
                _log.info("the processes were replaced", number=self._number)


async def _end(child: Process) -> None:
    """Tell a process to stop, and wait for its last answers."""
    with suppress(ProcessLookupError):
        child.send_signal(signal.SIGTERM)
    await child.wait()


def tell_parent() -> None:
    """Tell the parent that this process serves."""
    sys.stdout.buffer.write(SERVING)
    sys.stdout.flush()


async def until_orphaned() -> None:
    """End this process as a signal would when the parent, which holds the other end of standard input, is gone."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
    signal.raise_signal(signal.SIGTERM)
    # The database may have gone with the parent, and what waits for it would wait for ever.
    await asyncio.sleep(_FAREWELL_SECONDS)
    signal.raise_signal(signal.SIGKILL)
