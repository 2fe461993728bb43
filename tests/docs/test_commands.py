"""The commands on the pages: each is executed here in the order of its page, or by the test that is named for it."""

import asyncio
import re
import shlex
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import typer
from click.testing import CliRunner

from directapp.app.commands import AppCommands
from directapp.app.settings import Settings
from directapp.interfaces.cli.main import build
from support.dealer import template
from support.server import Server

TOP = Path(__file__).parents[2]
PAGES = [TOP / "README.md", *sorted((TOP / "docs").rglob("*.md"))]
# What serves until it is stopped, what needs a machine, and what a page's own test follows to the letter.
ELSEWHERE = {
    r"(\S+=\S+ )?\.venv/bin/directapp run": "tests/app/test_kill.py",
    r"\.venv/bin/directapp release": "tests/app/test_away.py",
    r"\.venv/bin/directapp (backup|restore) .*": "tests/app/test_backups.py",
    r"\.venv/bin/directapp schema migration .*": "tests/docs/test_how_to.py",
    r"\.venv/bin/directapp import sheet .*": "tests/interfaces/cli/test_sheets.py",
    r"\.venv/bin/directapp import prototype .*": "tests/interfaces/cli/test_importing.py",
    r"directapp permissions .*": "tests/interfaces/cli/test_permissions.py",
    r"export .*": "tests/docs/test_commands.py",
    r"deploy/backup/(backup|restore)\.sh .*": "tests/nightly/test_backup_scripts.py",
    r"pgbackrest .*": "tests/nightly/test_pgbackrest.py",
    r"(useradd|git clone|make|install|cp|systemctl) .*": "tests/deploy/test_proxies.py",
    r"curl --header .*/metrics": "tests/app/test_metrics.py",
    r"printf .*|docker compose .*": "tests/deploy/test_monitoring.py",
}


def commands(page: Path) -> list[str]:
    """Return the lines of a page's blocks for a shell, without what is said beside them."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", page.read_text(), re.DOTALL | re.MULTILINE)
    lines = [re.sub(r"\s+# .*$", "", line).strip() for line in "".join(blocks).replace("\\\n", " ").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def named(line: str) -> str | None:
    """Return the test that executes a line which is not executed here."""
    return next((test for what, test in ELSEWHERE.items() if re.fullmatch(what, line)), None)


HERE = {page: [line for line in commands(page) if named(line) is None] for page in PAGES}


@pytest.fixture
async def name(server: Server) -> AsyncIterator[str]:
    name = await template(server)
    yield name
    await server.drop(name)


def test_what_is_executed_elsewhere_is_executed_there_and_nothing_is_named_in_vain() -> None:
    lines = [line for page in PAGES for line in commands(page)]
    assert [what for what in ELSEWHERE if not any(re.fullmatch(what, line) for line in lines)] == []
    assert {test for test in ELSEWHERE.values() if not (TOP / test).is_file()} == set()


def test_a_shell_understands_every_block() -> None:
    for page in PAGES:
        script = "\n".join(commands(page))
        done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
        assert done.stderr == "", page


@pytest.mark.parametrize("page", [page for page, lines in HERE.items() if lines], ids=lambda page: page.name)
async def test_the_commands_of_a_page_do_what_it_says(page: Path, server: Server, name: str, tmp_path: Path) -> None:
    settings = Settings(
        data=tmp_path, database_url=server.owner(name), database_app_url=server.app(name), secret="d" * 48
    )
    program = typer.main.get_command(build(lambda: AppCommands(settings)))
    for line in HERE[page]:
        word, *words = shlex.split(line)
        assert Path(word).name == "directapp", f"nobody executes {line}"
        done = await asyncio.to_thread(CliRunner().invoke, program, words)
        assert done.exit_code == 0, f"{line}: {done.output} {done.exception!r}"
