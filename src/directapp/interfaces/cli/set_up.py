"""The commands that carry a company's set-up between installations, as files."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

import typer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from directapp.interfaces.cli.opened import ApplicationLike, Commands
    from directapp.services.jobs import Ordered
    from directapp.services.platform import Platform

T = TypeVar("T")
Tenant = Annotated[str, typer.Option(help="The company's name or id; needed where there are several.")]
_MARKS = {"create": "+", "change": "~", "drop": "-"}
_LONGEST_VALUE = 60


def register(schema: typer.Typer, commands: "Callable[[], Commands]") -> None:
    """Add the commands to those of the schema."""

    @schema.command("snapshot")
    def snapshot(folder: Path, *, tenant: Tenant = "") -> None:
        """Write how a company is set up into FOLDER, a file for each thing; files of what is gone are deleted."""
        count = _within(commands, tenant, lambda known, company: _written(known.platform, company, folder))
        typer.echo(f"{count} files in {folder}")

    @schema.command("diff")
    def diff(folder: Path, *, tenant: Tenant = "") -> None:
        """Compare a company with the files in FOLDER; 1 where they differ."""
        there = _there(folder)
        plan = _within(commands, tenant, lambda known, company: _compared(known.platform, company, there))
        if plan:
            raise typer.Exit(1)

    @schema.command("apply")
    def apply(
        folder: Path,
        *,
        tenant: Tenant = "",
        commit: Annotated[bool, typer.Option("--commit", help="Do it; without this it is only shown.")] = False,
        drop: Annotated[list[str] | None, typer.Option(help="Delete this too: collection/name; repeatable.")] = None,
        by: Annotated[str, typer.Option("--as", help="Who does it, by e-mail; without, the user of the system.")] = "",
    ) -> None:
        """Bring a company to what the files in FOLDER say, all of it or nothing; show it first."""
        there, drops = _there(folder), frozenset(drop or ())

        async def work(application: "ApplicationLike", company: UUID) -> Sequence[Any]:
            from directapp.interfaces.cli.people import ordered_by

            ordered = await ordered_by(application.auth, company, "importer", "schema apply", by)
            plan = await _compared(application.platform, company, there)
            if plan and commit:
                await _applied(application.platform, company, there, drops, ordered)
            return plan

        if _within(commands, tenant, work) and not commit:
            typer.echo("nothing is written; --commit does it")


def _within(
    commands: "Callable[[], Commands]", tenant: str, work: "Callable[[ApplicationLike, UUID], Awaitable[T]]"
) -> T:
    from directapp.interfaces.cli.importing import find_tenant
    from directapp.kernel.errors import DirectAppError

    async def answer() -> T:
        async with commands().application() as application:
            return await work(application, await find_tenant(application.platform, tenant))

    try:
        return asyncio.run(answer())
    except DirectAppError as error:
        for problem in error.problems:
            typer.echo(problem.message.english, err=True)
        raise typer.Exit(1) from error


async def _compared(platform: "Platform", company: UUID, folder: Path) -> Sequence[Any]:
    from directapp.domains.imports.set_up import differences
    from directapp.domains.imports.set_up_files import read

    plan = await differences(platform.pipeline, company, read(folder, platform.spec))
    _tell(plan)
    return plan


async def _applied(platform: "Platform", company: UUID, folder: Path, drops: frozenset[str], by: "Ordered") -> None:
    from directapp.domains.imports.set_up import apply
    from directapp.domains.imports.set_up_files import read

    back = platform.data / "restore-points" / f"{platform.clock():%Y%m%dT%H%M%S%f}"
    await _written(platform, company, back)
    await apply(platform.pipeline, company, read(folder, platform.spec), drops, by=by)
    typer.echo(f"done; the way back: directapp schema apply {back} --commit")


def _there(folder: Path) -> Path:
    if not folder.is_dir():
        raise typer.BadParameter(f"there is no folder {folder}")
    return folder


async def _written(platform: "Platform", company: UUID, folder: Path) -> int:
    from directapp.domains.imports.set_up import snapshot
    from directapp.domains.imports.set_up_files import write

    return len(write(folder, platform.spec, await snapshot(platform.pipeline, company)))


def _tell(plan: Sequence[Any]) -> None:
    for one in plan:
        typer.echo(f"{_MARKS[one.act]} {one.name}")
        if one.act == "change":
            for name, (before, after) in one.fields.items():
                typer.echo(f"    {name}: {_short(before)} -> {_short(after)}")
    if not plan:
        typer.echo("no difference")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"
