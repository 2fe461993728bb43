"""The command's own help."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from directapp.app.main import AppCommands
from directapp.app.settings import Settings
from directapp.interfaces.cli.main import build

PROGRAM = build(AppCommands(Settings(data=Path("nowhere"))))
COMMANDS = [str(one.name or (one.callback and one.callback.__name__)) for one in PROGRAM.registered_commands]


@pytest.mark.parametrize("command", ["", *(name.replace("_", "-") for name in COMMANDS)])
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(PROGRAM, [*([command] if command else []), "--help"])
    assert result.exit_code == 0, result.output
    assert "Usage" in result.output
