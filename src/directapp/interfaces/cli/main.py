"""Commands. What they need of the installation comes through doors that app opens."""

import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated, Protocol, TypeVar
from uuid import UUID

import typer

from directapp.domains.people.beginning import add_tenant
from directapp.domains.people.flow import Auth
from directapp.domains.people.staff import StaffSession, begin_staff_session
from directapp.interfaces.cli.importing import register as add_import
from directapp.interfaces.cli.people import find_person
from directapp.services.explain import explain
from directapp.services.platform import Platform
from directapp.services.seal import verify

if sys.platform == "win32":
    from asyncio import run as run_loop
else:
    from uvloop import run as run_loop

T = TypeVar("T")


class ApplicationLike(Protocol):
    """An open installation."""

    @property
    def platform(self) -> Platform:
        """What every interface works with."""

    @property
    def auth(self) -> Auth:
        """How people sign in."""


class Commands(Protocol):
    """What app opens for the commands."""

    def application(self) -> AbstractAsyncContextManager[ApplicationLike]:
        """Open the installation, without its worker."""

    async def serve(self, *, demo: bool, worker: bool, processes: int) -> None:
        """Serve pages and API, and work behind the scenes, until told to stop."""

    async def serve_beside(self, number: int) -> None:
        """Serve on the listening socket with this file descriptor, beside the process that opened it."""

    async def work(self) -> None:
        """Work behind the scenes until told to stop."""

    async def lint(self) -> list[str]:
        """Return what is wrong with the database's protection."""

    async def migration(self, message: str) -> Path:
        """Write a migration from the present schema to the declarations."""

    def goldens(self) -> dict[str, Callable[[], str | Awaitable[str]]]:
        """Return the generated files, by path."""

    def flaws(self) -> list[str]:
        """Return what the translations lack."""


def build(doors: Commands) -> typer.Typer:  # noqa: C901, PLR0915 - one command after the other
    """Return the command line of an installation."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    schema = typer.Typer(no_args_is_help=True, help="The database's schema.")
    audit = typer.Typer(no_args_is_help=True, help="The audit.")
    app.add_typer(schema, name="schema")
    app.add_typer(audit, name="audit")
    add_import(app, doors)

    @app.command()
    def run(
        *,
        demo: Annotated[bool, typer.Option(help="Fill an empty installation with demo data.")] = False,
        worker: Annotated[bool, typer.Option(help="Work behind the scenes in this process too.")] = True,
        processes: Annotated[int, typer.Option(min=1, max=16, help="How many processes serve.")] = 1,
        socket: Annotated[int | None, typer.Option(hidden=True)] = None,
    ) -> None:
        """Serve pages and API, and work behind the scenes."""
        if socket is not None:
            _go(doors.serve_beside(socket))
        else:
            _go(doors.serve(demo=demo, worker=worker, processes=processes))

    @app.command()
    def worker() -> None:
        """Work behind the scenes: event handlers, jobs, schedules. Several may run beside each other."""
        _go(doors.work())

    @app.command("add-tenant")
    def new_tenant(name: str, email: str, first_name: str, last_name: str) -> None:
        """Make a tenant and its administrator; print the one-time link that sets the password."""

        async def answer() -> str:
            async with doors.application() as application:
                return await add_tenant(
                    application.auth, name=name, email=email, first_name=first_name, last_name=last_name
                )

        typer.echo(_go(answer()))

    @app.command("staff-session")
    def staff_session(tenant: UUID, operator: str, reason: str, minutes: int = 30) -> None:
        """Reach a tenant's data as OPERATOR for a while; the tenant sees who, why and what was done."""

        async def answer() -> StaffSession:
            async with doors.application() as application:
                return await begin_staff_session(
                    application.auth,
                    application.platform.pipeline,
                    tenant,
                    operator=operator,
                    reason=reason,
                    minutes=minutes,
                )

        session = _go(answer())
        typer.echo(f"until {session.until:%Y-%m-%d %H:%M} UTC, cookie directapp_session={session.cookie}")

    @app.command("explain")
    def explain_right(who: str, what: str) -> None:
        """Say why WHO (an e-mail) may or may not see or change WHAT: collection, collection/id, collection/id.field."""
        path, _, field = what.partition(".")
        collection, _, record = path.partition("/")

        async def answer() -> list[str]:
            async with doors.application() as application:
                platform = application.platform
                meta = platform.spec.get(collection)
                if meta is None:
                    raise typer.BadParameter(f"there is no collection {collection}")
                if field and field not in meta.fields:
                    raise typer.BadParameter(f"{collection} has no field {field}")
                actor = await find_person(application.auth, who)
                target = UUID(record) if record else None
                told = await explain(platform.database, actor, meta, target, field or None)
                return [line.english for line in told]

        typer.echo("\n".join(_go(answer())))

    @schema.command("lint")
    def lint() -> None:
        """Fail on anything in the database that is not protected as declared."""
        _fail_on(_go(doors.lint()), "schema lint: all tables are protected")

    @schema.command("migration")
    def migration(message: str) -> None:
        """Write the migration that brings the present schema to the declarations."""
        typer.echo(f"wrote {_go(doors.migration(message))}")

    @audit.command("verify")
    def verify_audit() -> None:
        """Check the audit of every tenant against its seals."""

        async def answer() -> list[str]:
            async with doors.application() as application:
                platform = application.platform
                found = []
                for tenant in await platform.database.tenants():
                    found += [f"{tenant}: {line}" for line in await verify(platform.database, tenant)]
                return found

        _fail_on(_go(answer()), "audit verify: the audit is as it was sealed")

    @app.command()
    def golden(
        *,
        write: Annotated[bool, typer.Option("--write", help="Write the files.")] = False,
        check: Annotated[bool, typer.Option("--check", help="Fail when a file is not up to date.")] = False,
    ) -> None:
        """Generate golden/: what the declarations come to, for people to read and diff."""
        stale = []
        for name, make in doors.goldens().items():
            made = make()
            text = made if isinstance(made, str) else _go(made)
            path = Path("golden") / name
            if write:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
            elif check and (not path.exists() or path.read_text() != text):
                stale.append(f"golden/{name} is not up to date: make golden")
        if check:
            stale += doors.flaws()
        _fail_on(stale, "")

    return app


def _go(work: Awaitable[T]) -> T:
    async def whole() -> T:
        return await work

    return run_loop(whole())


def _fail_on(lines: list[str], good: str) -> None:
    for line in lines:
        typer.echo(line, err=True)
    if lines:
        raise typer.Exit(1)
    if good:
        typer.echo(good)
