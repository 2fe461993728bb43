"""The command's own help, and what it says where it cannot begin."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from directapp.app.commands import AppCommands
from directapp.app.settings import Settings
from directapp.interfaces.cli.main import build
from support.program import PROGRAM as PROGRAM_PATH

PROGRAM = build(lambda: AppCommands(Settings(data=Path("nowhere"))))
COMMANDS = [str(one.name or (one.callback and one.callback.__name__)) for one in PROGRAM.registered_commands]


@pytest.mark.parametrize("command", ["", *(name.replace("_", "-") for name in COMMANDS)])
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(PROGRAM, [*([command] if command else []), "--help"])
    assert result.exit_code == 0, result.output
    assert "Usage" in result.output


@pytest.mark.parametrize("asked", ["--help", "--version", "schema upgrade --help"])
def test_who_asks_for_help_waits_for_no_database_and_no_web(asked: str) -> None:
    """What a second and more of imports would bring: help and the version say themselves without."""
    heavy = {"asyncpg", "sqlalchemy", "fastapi", "pydantic_settings", "structlog", "openpyxl", "directapp.app.commands"}
    told = (
        "import sys, atexit\n"
        f"atexit.register(lambda: print('brought', *sorted({heavy!r} & set(sys.modules))))\n"
        "from directapp.app.main import main\n"
        f"sys.argv = ['directapp', *{asked.split()!r}]\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "brought"
    if asked == "--version":
        assert done.stdout.splitlines()[0] == f"directapp {version('directapp')}"


@pytest.mark.parametrize(
    ("surroundings", "said"),
    [
        ({}, "DIRECTAPP_DATA names the folder of the one that is meant"),
        ({"DIRECTAPP_POOL": "many"}, "The setting DIRECTAPP_POOL cannot be 'many'"),
        ({"PORT": "http"}, "The setting PORT cannot be 'http'"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "DATABASE_APP_URL": "postgresql://"}, "Connect"),
        ({"DATABASE_URL": "mysql://here/there"}, "mysql"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_a_command_that_cannot_begin_says_why_in_a_sentence_and_makes_nothing(
    tmp_path: Path, surroundings: dict[str, str], said: str
) -> None:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("DIRECTAPP_", "DATABASE_", "PORT"))}
    done = subprocess.run(
        [PROGRAM_PATH, "schema", "lint"],
        cwd=tmp_path,
        env=clean | surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("DirectApp: ")
    assert list(tmp_path.iterdir()) == []
