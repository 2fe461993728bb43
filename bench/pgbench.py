"""The same statements without us: what PostgreSQL alone does with them, by pgbench."""

import re
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import orjson

Statement = tuple[str, tuple[object, ...]]
CLIENTS = 16


class Expression(str):
    """SQL that stands for a value, written as it is."""

    __slots__ = ()


def literal(value: object) -> str:  # noqa: PLR0911 - one case a kind
    """Return a parameter's value as SQL text."""
    match value:
        case Expression():
            return str(value)
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case list():
            return _quoted("{" + ",".join(map(_element, value)) + "}")
        case dict():
            return _quoted(orjson.dumps(value).decode())
        case UUID() | datetime() | date() | str():
            return _quoted(str(value))
        case _:
            return _quoted(str(value))


def _element(value: object) -> str:
    return "NULL" if value is None else '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _quoted(text: str) -> str:
    # A colon begins one of pgbench's variables: written by its code point it does not.
    return "E'" + text.replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a") + "'"


def script(statements: Sequence[Statement], head: str = "") -> str:
    """Return a pgbench script of the logged statements, their parameters written in."""
    lines = [head] if head else []
    for sql, values in statements:
        text = re.sub(r"\$(\d+)", lambda m, v=values: literal(v[int(m[1]) - 1]), sql)
        text = text.replace('\'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"\'', _quoted('YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
        lines += [part.strip() + ";" for part in _split(text)]
    return "\n".join(lines) + "\n"


def _split(sql: str) -> list[str]:
    """Part what one simple query sends at once; only BEGIN and its settings come so."""
    return sql.split("; ") if sql.startswith("BEGIN") else [sql]


def run(binary: Path, dsn: str, text: str, seconds: int, clients: int = CLIENTS) -> float:
    """Return transactions a second of a script, all clients on one thread."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(text)
        file.flush()
        command = [
            str(binary), "--no-vacuum", f"--client={clients}", "--jobs=1", f"--time={seconds}", "--protocol=prepared",
            f"--file={file.name}", dsn,
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if found is None or "aborted" in done.stderr:
        raise RuntimeError(done.stderr[-600:] + text[-3000:])
    return float(found[1])
