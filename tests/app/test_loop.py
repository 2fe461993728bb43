"""What the commands run on."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from typer.testing import CliRunner

from directapp.app.main import AppCommands
from directapp.app.settings import Settings
from directapp.interfaces.cli.main import build


@dataclass
class Looking(AppCommands):
    """Doors behind which a worker only looks at its event loop."""

    settings: Settings = field(default_factory=lambda: Settings(data=Path("nowhere")))
    seen: list[str] = field(default_factory=list)

    async def work(self) -> None:
        self.seen.append(type(asyncio.get_running_loop()).__module__)


def test_commands_run_on_uvloop() -> None:
    doors = Looking()
    assert CliRunner().invoke(build(doors), ["worker"]).exit_code == 0
    assert doors.seen == ["uvloop"]
