"""A load generator: a process of its own, raw keep-alive connections, one request after the other on each."""

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator

import uvloop

_BUFFER = 1 << 18


class Lane(asyncio.BufferedProtocol):
    """One connection: counts the bytes of an answer and throws them away."""

    def __init__(self, requests: Iterator[bytes], until: float, times: list[float]) -> None:
        self._requests, self._until, self._times = requests, until, times
        self._buffer = bytearray(_BUFFER)
        self._left = -1
        self._head = b""
        self.failures: list[int] = []
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._began = time.perf_counter()
        if self._began >= self._until:
            self._transport.close()
            self.done.set_result(None)
            return
        self._left, self._head = -1, b""
        self._transport.write(next(self._requests))  # type: ignore[attr-defined]

    def get_buffer(self, sizehint: int) -> bytearray:
        del sizehint
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self._left < 0:
            self._head += self._buffer[:nbytes]
            place = self._head.find(b"\r\n\r\n")
            if place < 0:
                return
            head = self._head[:place].lower() + b"\r\n"
            unchanged = head.startswith(b"http/1.1 304")
            start = 0 if unchanged else head.index(b"content-length:") + 15
            whole = 0 if unchanged else int(head[start : head.index(b"\r\n", start)])
            self._left = whole - (len(self._head) - place - 4)
            status = head.split(maxsplit=2)[1]
            self.failures += [] if status.startswith(b"2") or unchanged else [int(status)]
        else:
            self._left -= nbytes
        if self._left <= 0:
            self._times.append(time.perf_counter() - self._began)
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server hung up"))


async def _all(job: dict[str, object]) -> dict[str, object]:
    requests = itertools.cycle([str(r).encode() for r in job["requests"]])  # type: ignore[attr-defined]
    times: list[float] = []
    began = time.perf_counter()
    until = began + float(str(job["seconds"]))
    loop = asyncio.get_running_loop()
    lanes = []
    for _ in range(int(str(job["connections"]))):
        _, lane = await loop.create_connection(lambda: Lane(requests, until, times), "127.0.0.1", int(str(job["port"])))
        lanes.append(lane)
    await asyncio.gather(*(lane.done for lane in lanes))
    took = time.perf_counter() - began
    times.sort()
    failures = [status for lane in lanes for status in lane.failures]
    return {
        "count": len(times),
        "rate": len(times) / took,
        "failed": len(failures),
        "status": failures[0] if failures else 0,
        **{f"p{p}": times[min(len(times) - 1, len(times) * p // 100)] * 1000 for p in (50, 95, 99)},
    }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(_all(json.load(sys.stdin)))))
