"""The child process of ``processes``: takes one piece of work after another, and answers in frames.

A frame is its length (eight bytes) and a pickle: (kind, value, whether the child takes more work). The child works at
low priority under a limit of memory; it ends by itself when a piece of work takes far longer than it may, or nobody
listens any more.
"""

import os
import pickle
import resource
import signal
import struct
import sys
import traceback
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from directapp.kernel.errors import DirectAppError

LENGTH = struct.Struct(">Q")
ITEM, DONE, REFUSED, BROKEN, MEMORY = "item", "done", "refused", "broken", "memory"
_POLITE = 10
_STATM = Path("/proc/self/statm")


def read_frame(stream: BinaryIO) -> Any:
    """Return what the next frame holds (EOFError: there is none)."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    return pickle.loads(stream.read(LENGTH.unpack(head)[0]))  # noqa: S301 - both ends are ours


def frame(value: Any) -> bytes:
    """Return a value as a frame."""
    packed = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(packed)) + packed


def _answers(call: tuple[Any, tuple[Any, ...], dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    work, args, named = call
    try:
        value = work(*args, **named)
        if isinstance(value, Generator):
            yield from ((ITEM, item) for item in value)
            value = None
        yield DONE, value
    except MemoryError:
        yield MEMORY, None
    except DirectAppError as error:
        yield REFUSED, error
    except Exception:  # noqa: BLE001 - whatever it is, the caller hears of it
        yield BROKEN, traceback.format_exc()


def _grown(memory: int) -> bool:
    """Whether what was done has left so little room that a fresh process is better."""
    with suppress(OSError):
        return int(_STATM.read_text().split()[0]) * resource.getpagesize() > memory // 2
    return False


def main() -> None:
    """Work until the other end closes."""
    memory = int(sys.argv[1])
    incoming, outgoing = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # What a library prints must not stand among the frames.
    os.dup2(2, 1)
    os.nice(_POLITE)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    stays = True
    while stays:
        try:
            seconds, longest, call = read_frame(incoming)
        except EOFError:
            return
        # Either timer ends the process: nothing in it listens.
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, longest)
        for kind, value in _answers(call):
            stays = kind == ITEM or (kind != MEMORY and not _grown(memory))
            outgoing.write(frame((kind, value, stays)))
            outgoing.flush()
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main()
