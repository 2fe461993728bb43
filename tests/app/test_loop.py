"""What the commands run on."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typer.testing import CliRunner

from directapp.app.commands import AppCommands
from directapp.app.settings import Settings
from directapp.interfaces.cli.main import build


@dataclass
class Looking(AppCommands):
    """Commands whose worker and server only look at their event loop."""

    settings: Settings = field(default_factory=lambda: Settings(data=Path("nowhere")))
    seen: list[str] = field(default_factory=list)

    async def work(self) -> None:
        self.seen.append(type(asyncio.get_running_loop()).__module__)

    async def serve(self, **_: object) -> None:
        await self.work()


@pytest.mark.parametrize("command", ["worker", "run"])
def test_commands_run_on_uvloop(command: str) -> None:
    commands = Looking()
    assert CliRunner().invoke(build(lambda: commands), [command]).exit_code == 0
    assert commands.seen == ["uvloop"]
