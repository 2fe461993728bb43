"""The program: the command line, and what it needs of the installation, opened when a command asks for it.

Whoever asks for help or for the version waits for neither the product nor its database.
"""

import sys
from typing import TYPE_CHECKING

from directapp.interfaces.cli import main as cli

if TYPE_CHECKING:
    from directapp.interfaces.cli.opened import Commands


def commands() -> "Commands":
    """Return the commands of the installation that the environment names."""
    from directapp.app.settings import read_settings

    settings = read_settings()
    from directapp.app.commands import AppCommands
    from directapp.app.logs import configure

    configure(settings.log)
    if settings.sentry_dsn:
        from directapp.app.watch.reports import begin_reports

        begin_reports(settings.sentry_dsn)
    return AppCommands(settings)


def main() -> None:
    """Run the command line; what is refused on purpose is said in a line, not in a traceback."""
    try:
        cli.build(commands)()
    except Exception as error:
        from directapp.app.refusals import REFUSALS, sentence

        if not isinstance(error, REFUSALS):
            raise
        sys.exit(f"DirectApp: {sentence(error)}")
