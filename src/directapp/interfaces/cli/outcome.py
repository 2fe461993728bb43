"""What came of an import, as the command line tells it: figures, the rows that wait with their columns, a file."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from directapp.kernel.errors import DirectAppError
from directapp.kernel.languages import DEFAULT, SOURCE, Language
from directapp.kernel.text import Text, _, in_language, ngettext, verbatim

if TYPE_CHECKING:
    from directapp.services.incoming import Note, Result
    from directapp.services.ledger import Report

# The command's answer beside 0: nothing was done, it was asked for wrongly (typer's own), rows wait for a person.
FAILED, WAITING = 1, 3
_MOST_LINES = 40
_LEVELS = {
    "rejected": _("rejected"),
    "held": _("held"),
    "repaired": _("repaired"),
    "warning": _("warning"),
}
_TRIED = _("tried, nothing is written (run {run})")
_TAKEN = _("taken in (run {run})")
_OLD_ROWS = ngettext("{count} row waits from before", "{count} rows wait from before")
_ROW = _("row {row}")
_MORE = _("… and {count} more; --report FILE writes them all")
_TO_DO = ngettext(
    "{count} row is not taken in. Correct it in the file and run it again, or under Imports on the pages.",
    "{count} rows are not taken in. Correct them in the file and run it again, or under Imports on the pages.",
)
_LISTED = ngettext("{count} row: {file}", "{count} rows: {file}")
_TRYING, _TAKING = _("trying"), _("taking in")
_STOPPED = _("Stopped after {done} of {total} rows. What has been taken in stays; run it again to go on.")
_NO_FILE = _("The file {file} cannot be read: {why}.")
_REASONS: Mapping[type[OSError], Text] = {
    FileNotFoundError: _("there is none"),
    NotADirectoryError: _("there is no such folder"),
    IsADirectoryError: _("it is a folder"),
    PermissionError: _("access is denied"),
}
_NO_REPORT = _("The report cannot be written to {file}: {why}. Nothing has been done.")


def language_of(*, english: bool) -> Language:
    """Return the language that a command speaks."""
    return SOURCE if english else DEFAULT


def fail(text: Text, language: Language) -> NoReturn:
    """Say what is wrong and end."""
    typer.echo(text.pick(language), err=True)
    raise typer.Exit(FAILED)


@contextmanager
def failing_in(language: Language) -> Iterator[None]:
    """End with what an error says, in a language."""
    try:
        yield
    except DirectAppError as error:
        for problem in error.problems:
            typer.echo(problem.message.pick(language), err=True)
        raise typer.Exit(FAILED) from None


def _why(error: OSError) -> Text:
    known = next((text for kind, text in _REASONS.items() if isinstance(error, kind)), None)
    return known or verbatim(error.strerror)


def read_file(file: Path, language: Language) -> bytes:
    """Return what a file holds (typer.Exit: it cannot be read, which is said)."""
    try:
        return file.read_bytes()
    except OSError as error:
        fail(_NO_FILE.fill(file=file, why=_why(error)), language)


def open_report(file: Path | None, language: Language) -> None:
    """Make sure that a report can be written before anything is done (typer.Exit: it cannot, which is said)."""
    try:
        if file is not None:
            file.open("a").close()
    except OSError as error:
        fail(_NO_REPORT.fill(file=file, why=_why(error)), language)


@contextmanager
def bar(*, commit: bool, language: Language = "nb") -> Iterator[Callable[[int, int], None]]:
    """Show how far an import is; what is given is told of it. One that is stopped says what it has stored."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    reached = (0, 0)
    with Progress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task((_TAKING if commit else _TRYING).pick(language))

        def tell(done: int, total: int) -> None:
            nonlocal reached
            reached = (done, total)
            shown.update(task, completed=done, total=total)

        try:
            yield tell
        except BaseException:
            if commit:
                typer.echo(_STOPPED.fill(done=reached[0], total=reached[1]).pick(language), err=True)
            raise


def say(done: "Report", report: Path | None, *, english: bool, columns: Mapping[str, str] | None = None) -> NoReturn:
    """Print what came of an import, write every row's outcome to a file where one is named, and end the command.

    ``columns`` are the headings by field. The command answers that rows wait for a person where any do.
    """
    language = language_of(english=english)
    show(done, english=english, columns=columns)
    if report is not None:
        write_report(done, report, english=english)
        typer.echo(_LISTED.fill(count=len(done.results), file=report).pick(language))
    raise typer.Exit(WAITING if any(result.waits for result in done.results) else 0)


def show(done: "Report", *, english: bool, columns: Mapping[str, str] | None = None) -> None:
    """Print what came of an import: figures, what there is to say about which row, and how often."""
    from rich.console import Console
    from rich.table import Table

    from directapp.domains.imports.report import HEADER, outcome_label
    from directapp.services.ledger import OUTCOMES

    language = language_of(english=english)
    console = Console(file=sys.stdout)
    title = _TRIED if done.dry_run else _TAKEN
    table = Table(title=title.fill(run=done.run).pick(language))
    table.add_column(HEADER[0].pick(language))
    for code in OUTCOMES:
        table.add_column(outcome_label(code).pick(language), justify="right")
    for collection, figures in done.figures().items():
        table.add_row(collection, *(str(figures[code]) for code in OUTCOMES))
    console.print(table)
    statuses = Table(title="cars.status" if done.statuses() else None, show_header=False)
    for status, count in done.statuses().items():
        statuses.add_row(status, str(count))
    if done.statuses():
        console.print(statuses)
    for line in (*_lines(done, language, columns or {}), *_endings(done, language)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _endings(done: "Report", language: Language) -> Iterator[str]:
    yield from _reasons(done, language)
    if done.still_waiting:
        yield _OLD_ROWS.fill(count=done.still_waiting).pick(language)
    waiting = sum(result.waits for result in done.results)
    if waiting and not done.dry_run:
        yield _TO_DO.fill(count=waiting).pick(language)


def _lines(done: "Report", language: Language, columns: Mapping[str, str]) -> Iterator[str]:
    """Yield what there is to say about rows, each with its number and column; those that wait come first."""
    told = [(result, note) for result in done.results for note in result.notes if note.level in _LEVELS]
    told.sort(key=lambda pair: not pair[0].waits)
    for result, note in told[:_MOST_LINES]:
        yield _line(result, note, language, columns)
    if len(told) > _MOST_LINES:
        yield _MORE.fill(count=len(told) - _MOST_LINES).pick(language)


def _line(result: "Result", note: "Note", language: Language, columns: Mapping[str, str]) -> str:
    where = [result.raw.collection, _ROW.fill(row=result.raw.number).pick(language)]
    if note.field:
        where.append(columns.get(note.field, note.field))
    return f"{_LEVELS[note.level].pick(language)}: {', '.join(where)}: {note.text.pick(language)}"


def _reasons(done: "Report", language: Language) -> list[str]:
    """Return how many rows wait for what, by field."""
    counted = Counter(
        pair
        for result in done.results
        for pair in {(n.level, n.field or "") for n in result.notes if n.level != "info"}
    )
    ordered = sorted(counted.items(), key=lambda item: (item[0][0], -item[1]))
    return [f"{_LEVELS[level].pick(language):>9}  {count:>5}  {field}" for (level, field), count in ordered]


def write_report(done: "Report", path: Path, *, english: bool = False) -> None:
    """Write the outcome of every row to a file: JSON by its name, else CSV."""
    from directapp.derive.sheets import csv_lines
    from directapp.domains.imports.report import cells, header, lines_of

    language = language_of(english=english)
    lines = lines_of(done.results)
    if path.suffix.lower() == ".json":
        rows = in_language(lines, language)
        path.write_text(json.dumps({"run": str(done.run), "rows": rows}, ensure_ascii=False, indent=1) + "\n")
        return
    path.write_text("".join(csv_lines(header(language), cells(lines, language))), newline="")
