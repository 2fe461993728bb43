"""What processes have used, from /proc: seconds of processor time, megabytes of their own memory."""

import os
from contextlib import suppress
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """Return a process and those it started that still run."""
    found = [pid]
    with suppress(FileNotFoundError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += children(int(child))
    return found


def seconds(pid: int) -> float:
    """Return the processor time of a process and of all it started, those that have ended included."""
    total = 0.0
    for one in children(pid):
        try:
            line = Path(f"/proc/{one}/stat").read_text()
        except FileNotFoundError:
            continue
        total += sum(int(ticks) for ticks in line.rpartition(")")[2].split()[11:15]) / _TICK
    return total


def megabytes(pid: int) -> float:
    """Return what a process holds that it shares with no other."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except FileNotFoundError:
        return 0.0
    return int(next((text.split()[1] for text in lines if text.startswith("RssAnon")), "0")) / 1024


def postmaster(data: Path) -> int:
    """Return the process id of the embedded server in a folder."""
    return int((data / "cluster" / "postmaster.pid").read_text().splitlines()[0])
