"""Processes: work for the processor beside the event loop, with limits on memory and time.

What a stranger's file costs is not known before it is read. Here it costs a child process at most: one that takes
too long is killed, one that takes too much memory is refused, one that dies is replaced, and the caller is told which.
"""

import asyncio
import os
import pickle
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, ParamSpec, TypeVar

import structlog

from directapp.kernel.errors import DirectAppError, TooLargeError, TooManyError
from directapp.kernel.text import _
from directapp.services import process_child
from directapp.services.process_child import BROKEN, DONE, ITEM, LENGTH, MEMORY, REFUSED, frame

P = ParamSpec("P")
T = TypeVar("T")

_log = structlog.get_logger(__name__)
_MEGABYTE = 1024 * 1024
_GRACE_SECONDS = 5.0
_PATIENCE = 4.0
_RETRY_SECONDS = 5
_SHORT_MEGABYTES, _SHORT_SECONDS, _SHORT_WAITING = 768, 20.0, 256
_KEPT_NAMES = frozenset({"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV"})
_TOO_LONG = _("The work was stopped after {seconds} seconds. Try a smaller or simpler file.")
_TOO_BIG = _("The work needs more than {megabytes} MB of memory. Try a smaller or simpler file.")
_DIED = _("The work stopped unexpectedly. Try again, or with another file.")
_BUSY = _("Many files are being read. Try again shortly.")


class TooHeavyError(TooLargeError):
    """Work that takes more time or memory than it may (413 CONTENT_TOO_LARGE)."""


class WorkDiedError(DirectAppError):
    """A child process that ended in the middle of its work (422 FAILED_VALIDATION): most often its file's doing."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "FAILED_VALIDATION"
    default = _DIED


@dataclass(slots=True)
class _Child:
    """A child process; ``idle`` when it has answered all that it was asked."""

    process: Process
    idle: bool = True

    async def ask(self, call: tuple[Any, ...], seconds: float) -> None:
        """Hand over a piece of work that may take so many seconds of the processor."""
        assert self.process.stdin is not None
        self.idle = False
        self.process.stdin.write(frame((seconds, seconds * _PATIENCE + _GRACE_SECONDS, call)))
        with suppress(BrokenPipeError, ConnectionResetError):
            await self.process.stdin.drain()

    async def answer(self) -> tuple[str, Any]:
        """Return the next thing it says, raise what its work raised."""
        assert self.process.stdout is not None
        try:
            size = LENGTH.unpack(await self.process.stdout.readexactly(LENGTH.size))[0]
            packed = await self.process.stdout.readexactly(size)
        except asyncio.IncompleteReadError:
            status = await self.process.wait()
            _log.warning("a working process died", status=status)
            raise (TimeoutError if status == -signal.SIGPROF else WorkDiedError) from None
        kind, value, stays = pickle.loads(packed)  # noqa: S301 - both ends are ours
        self.idle = stays and kind != ITEM
        if kind == REFUSED:
            raise value
        if kind == BROKEN:
            _log.error("work in a process broke", traceback=value)
            raise WorkDiedError
        return kind, value

    async def end(self) -> None:
        """Kill it; what it still said is read, as the end of a pipe that nobody reads is never seen."""
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.communicate()


@dataclass(slots=True)
class Processes:
    """A few child processes, started when they are first needed.

    ``memory`` is in bytes of address space, a child; ``seconds`` of the processor what a piece of work may take unless
    it is said (by the clock some times as long: a busy machine is not the file's fault);
    ``waiting`` how many pieces may stand in line before further ones are refused (TooManyError).
    """

    most: int = field(default_factory=lambda: max(1, min(4, os.cpu_count() or 1)))
    memory: int = 1024 * _MEGABYTE
    seconds: float = 30.0
    waiting: int = 32
    _places: asyncio.Semaphore = field(init=False)
    _children: list[_Child] = field(default_factory=list)
    _asked: int = 0
    _closed: bool = False

    def __post_init__(self) -> None:
        self._places = asyncio.Semaphore(self.most)

    async def run(self, work: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> T:
        """Return what a function of a module answers, called in a child; what it takes and gives is pickled.

        Raises:
            TooHeavyError: it took too long or too much memory.
            WorkDiedError: the child died of it.
            TooManyError: too many others stand in line.

        """
        return await self.run_within(self.seconds, work, *args, **named)

    async def run_within(self, seconds: float, work: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> T:
        """Do as ``run``, in so many seconds."""
        async with self._child() as child:
            deadline = asyncio.get_running_loop().time() + seconds * _PATIENCE
            await child.ask((work, args, named), seconds)
            result: T = (await self._answer(child, deadline, seconds))[1]
            return result

    async def stream(
        self, seconds: float, work: Callable[P, Iterator[T]], /, *args: P.args, **named: P.kwargs
    ) -> AsyncGenerator[T, None]:
        """Yield what a generator function yields in a child, piece by piece; raises as ``run``.

        The seconds count on while the caller is busy with a piece.
        """
        async with self._child() as child:
            deadline = asyncio.get_running_loop().time() + seconds * _PATIENCE
            await child.ask((work, args, named), seconds)
            while (answer := await self._answer(child, deadline, seconds))[0] != DONE:
                yield answer[1]

    async def close(self) -> None:
        """End every child; none is started any more."""
        self._closed = True
        while self._children:
            await self._children.pop().end()

    @asynccontextmanager
    async def _child(self) -> AsyncIterator[_Child]:
        """Give a child to one caller; it lives on when its work has come to an end."""
        if self._asked >= self.most + self.waiting:
            raise TooManyError(_BUSY, retry_after=_RETRY_SECONDS)
        self._asked += 1
        try:
            async with self._places:
                child = await self._started()
                try:
                    yield child
                finally:
                    if child.idle and not self._closed:
                        self._children.append(child)
                    else:
                        await child.end()
        finally:
            self._asked -= 1

    async def _started(self) -> _Child:
        while self._children:
            child = self._children.pop()
            if child.process.returncode is None:
                return child
        if self._closed:
            raise WorkDiedError
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", process_child.__name__, str(self.memory),
            stdin=PIPE, stdout=PIPE, env={n: v for n, v in os.environ.items() if n in _KEPT_NAMES},
            start_new_session=True,
        )  # fmt: skip
        return _Child(process)

    async def _answer(self, child: _Child, deadline: float, seconds: float) -> tuple[str, Any]:
        try:
            async with asyncio.timeout_at(deadline):
                kind, value = await child.answer()
        except TimeoutError:
            raise TooHeavyError(_TOO_LONG.fill(seconds=round(seconds))) from None
        if kind == MEMORY:
            raise TooHeavyError(_TOO_BIG.fill(megabytes=self.memory // _MEGABYTE))
        return kind, value


def short_work() -> Processes:
    """Return processes for what is done in a moment: two at most, whose memory is what all pictures may take."""
    return Processes(most=2, memory=_SHORT_MEGABYTES * _MEGABYTE, seconds=_SHORT_SECONDS, waiting=_SHORT_WAITING)
