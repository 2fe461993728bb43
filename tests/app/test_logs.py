"""The log: an event a line as JSON, with its traceback, its path and its number, and with nobody's address."""

import json
import subprocess
import sys

SAID = """
import logging, asyncio, aiosmtplib, structlog
from directapp.app.logs import configure
configure("info")
log = structlog.get_logger("test")
log.warning("job failed", why="SMTPRecipientsRefused: kari.nordmann@example.no +47 912 34 567", number=7, at=None)
try:
    raise aiosmtplib.SMTPRecipientsRefused([aiosmtplib.SMTPRecipientRefused(550, "no", "kari.nordmann@example.no")])
except Exception:
    log.exception("letter failed", receivers=["kari.nordmann@example.no"])
try:
    open("/nowhere/at/all")
except OSError:
    log.exception("file failed")
lost = ValueError("kari@example.no")
logging.getLogger("asyncio").error("Task exception was never retrieved\\nfor kari.nordmann@example.no", exc_info=lost)
raise RuntimeError("kari.nordmann@example.no")
"""


def test_an_event_is_a_line_with_all_of_it_and_nobodys_address() -> None:
    done = subprocess.run([sys.executable, "-c", SAID], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "kari" not in done.stderr
    assert "912" not in done.stderr
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert [one["event"].splitlines()[0] for one in events] == [
        "job failed", "letter failed", "file failed", "Task exception was never retrieved", "unexpected error"
    ]  # fmt: skip
    refused, letter, file, foreign, last = events
    assert (refused["why"], refused["number"]) == ("SMTPRecipientsRefused: <address> <address>", 7)
    assert letter["receivers"] == ["<address>"]
    assert (file["path"], file["errno"]) == ("/nowhere/at/all", 2)
    assert all("Traceback" in one["exception"] for one in (letter, file, last))
    assert "ValueError: <address>" in foreign["exception"]
    assert all({"level", "timestamp"} <= set(one) for one in events)
