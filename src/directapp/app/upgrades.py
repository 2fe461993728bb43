"""Upgrades while everything goes on: what each migration asks of the release before it, and who may run beside whom.

A release and the one before it serve the same database while one takes the other's place, so a migration expands:
what the older one reads stays, and what it writes is taken. What it no longer uses is taken away a release later.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import asyncpg
import orjson

from directapp.store.migrate import FOLDER, present_revision
from directapp.store.state import note, noted

# A line each: the release, its newest migration, its newest decision.
RELEASES = FOLDER / "releases.txt"
_BESIDE = "may run beside"
# Tables that grow as long as people work: what reads or locks all of one holds up everybody.
LARGE = frozenset({
    *("audit", "cars", "car_files", "car_stages", "car_transfers", "comments", "communication_log", "idempotency"),
    *("inspections", "messages", "notifications", "outbox", "resource_bookings", "search_tokens", "vehicles"),
    *("vehicle_readings", "work_items"),
})  # fmt: skip
_HINDERS = {
    r"\bDROP\s+(COLUMN|TABLE)\b": "takes away what the release before reads",
    r"\bRENAME\s+(TO|COLUMN)\b": "renames what the release before reads",
    r"\bSET\s+NOT\s+NULL\b": "demands a value that the release before may leave out",
    r"\bALTER\s+(COLUMN\s+)?\w+\s+TYPE\b": "writes a table anew under a lock",
}


@dataclass(frozen=True, slots=True)
class Migration:
    """A migration as its file says it: ``hindrances`` in words, ``alone`` why nobody else may run meanwhile."""

    revision: str
    title: str
    hindrances: tuple[str, ...]
    alone: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What an upgrade would do: where the database stands (None: empty), and the migrations that are missing."""

    present: str | None
    newest: str
    missing: tuple[Migration, ...]


def read_migration(path: Path) -> Migration:
    """Return what a migration asks of the release before it, from its file alone."""
    module = ast.parse(path.read_text())
    told = {
        str(getattr(one.targets[0], "id", "")): one.value.value
        for one in module.body
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant)
    }
    calls = list(_calls(module))
    made = {_first(call) for name, call in calls if name == "create_table"}
    added = {_column(call) for name, call in calls if name == "add_column"}
    found = [said for name, call in calls for said in _judge(name, call, made, added)]
    if told.get("CONTRACTS"):
        found = [said for said in found if not said.startswith("takes away")]
    title = (ast.get_docstring(module) or path.stem).splitlines()[0]
    return Migration(path.stem.partition("_")[0], title, tuple(found), str(told.get("ALONE") or ""))


def read_migrations(first: str = "") -> list[Migration]:
    """Return every migration from a revision on, the oldest first."""
    paths = sorted((FOLDER / "versions").glob("[0-9]*.py"))
    return [read_migration(path) for path in paths if path.name >= first]


def read_releases() -> list[tuple[str, str, str]]:
    """Return each release with its newest migration and decision, the oldest first."""
    lines = [line.split() for line in RELEASES.read_text().splitlines()]
    return [(release, migration, decision) for release, migration, decision in lines]


async def make_plan(owner: str) -> Plan:
    """Return what an upgrade of a database would do; nothing is changed."""
    present, known = await present_revision(owner), read_migrations()
    return Plan(present, known[-1].revision, tuple(one for one in known if one.revision > (present or "")))


async def note_beside(owner: str) -> None:
    """Write down which releases may run beside this one: those that stand at no migration before one done alone."""
    allowed: list[str] = []
    first = read_releases()[0][1]
    # Every start does this: to read all would take a quarter of a second.
    for one in reversed(read_migrations(first)):
        allowed.append(one.revision)
        if one.alone or one.revision <= first:
            break
    connection = await asyncpg.connect(owner)
    try:
        await note(connection, _BESIDE, orjson.dumps(allowed).decode())
    finally:
        await connection.close()


async def may_run_beside(owner: str) -> bool:
    """Whether the newer version that has been here said that this one may run beside it."""
    connection = await asyncpg.connect(owner)
    try:
        told = await noted(connection, _BESIDE)
    finally:
        await connection.close()
    return told is not None and read_migrations()[-1].revision in orjson.loads(told)


def _calls(module: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Yield what is asked of Alembic on the way up, by its name."""
    for part in module.body:
        if isinstance(part, ast.FunctionDef) and part.name == "downgrade":
            continue
        for node in ast.walk(part):
            function = node.func if isinstance(node, ast.Call) else None
            if isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "op":
                yield function.attr, cast("ast.Call", node)


def _judge(name: str, call: ast.Call, made: set[str], added: set[str]) -> Iterator[str]:
    table = _table(name, call)
    if name in {"drop_column", "drop_table"}:
        yield f"takes away what the release before reads: {_first(call)} {_second(call)}".rstrip()
    elif name == "rename_table":
        yield f"renames what the release before reads: {_first(call)}"
    elif name == "execute":
        yield from _judge_sql(_text(call))
    elif table in made:
        return
    elif name == "alter_column":
        yield from _judge_change(call, f"{table}.{_second(call)}")
    else:
        yield from _judge_addition(name, call, table, added)


def _judge_addition(name: str, call: ast.Call, table: str, added: set[str]) -> Iterator[str]:
    if name == "add_column":
        column = cast("ast.Call", call.args[1])
        if _value(column, "nullable") is False and all(one.arg != "server_default" for one in column.keywords):
            yield f"demands a value that the release before does not know: {table}.{_column(call)}"
    elif name == "create_index":
        if _value(call, "unique") and not added & set(_texts(call.args[2])):
            yield f"refuses what the release before may write: {_first(call)}"
        if table in LARGE and not _value(call, "postgresql_concurrently"):
            yield f"locks {table} while it builds {_first(call)}: make it concurrently"
    elif name in {"create_check_constraint", "create_unique_constraint", "create_exclude_constraint"}:
        yield f"refuses what the release before may write: {_first(call)}"
    elif name == "create_foreign_key" and table in LARGE and not _value(call, "postgresql_not_valid"):
        yield f"locks {table} while it checks {_first(call)}: add it not valid"


def _judge_sql(text: str) -> Iterator[str]:
    for what, said in _HINDERS.items():
        if re.search(what, text, re.IGNORECASE):
            yield f"{said}: {text.strip()[:60]}"
    written = re.match(r"\s*(?:UPDATE|DELETE FROM)\s+(\w+)", text, re.IGNORECASE)
    if written and written[1] in LARGE:
        yield f"writes all of {written[1]} in one transaction: leave it to a job"


def _judge_change(call: ast.Call, column: str) -> Iterator[str]:
    if _value(call, "new_column_name"):
        yield f"renames what the release before reads: {column}"
    if _value(call, "nullable") is False:
        yield f"demands a value that the release before may leave out: {column}"
    if any(one.arg == "type_" for one in call.keywords):
        yield f"writes a table anew under a lock: {column}"


def _table(name: str, call: ast.Call) -> str:
    """Return the table that an operation is about: by its place among the arguments, or by name."""
    return str(_value(call, "table_name") or "") or (_second(call) if name.startswith("create_") else _first(call))


def _constant(node: ast.AST | None) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def _first(call: ast.Call) -> str:
    return str(_constant(call.args[0]) or "") if call.args else ""


def _second(call: ast.Call) -> str:
    return str(_constant(call.args[1]) or "") if len(call.args) > 1 else ""


def _value(call: ast.Call, name: str) -> object:
    return next((_constant(one.value) for one in call.keywords if one.arg == name), None)


def _column(call: ast.Call) -> str:
    column = call.args[1] if len(call.args) > 1 else None
    return _first(column) if isinstance(column, ast.Call) else ""


def _texts(node: ast.AST) -> Sequence[str]:
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _text(call: ast.Call) -> str:
    return " ".join(text for argument in call.args for text in _texts(argument))
