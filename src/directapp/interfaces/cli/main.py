"""Commands. What they need of the installation is opened by app when one is run: help waits for nothing."""

import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, TypeVar
from uuid import UUID

import typer

from directapp.interfaces.cli.backups import register as add_backups
from directapp.interfaces.cli.doctor import register as add_doctor
from directapp.interfaces.cli.importing import register as add_import
from directapp.interfaces.cli.keys import register as add_keys
from directapp.interfaces.cli.permissions import register as add_permissions
from directapp.interfaces.cli.set_up import register as add_set_up
from directapp.interfaces.cli.upgrades import register as add_upgrades

if TYPE_CHECKING:
    from directapp.domains.people.staff import StaffSession
    from directapp.interfaces.cli.opened import Commands
    from directapp.services.seal import Verified

T = TypeVar("T")


def build(commands: "Callable[[], Commands]") -> typer.Typer:  # noqa: C901, PLR0915 - one command after the other
    """Return the command line of an installation."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    schema = typer.Typer(no_args_is_help=True, help="The database's schema.")
    audit = typer.Typer(no_args_is_help=True, help="The audit.")
    app.add_typer(schema, name="schema")
    mfa = typer.Typer(no_args_is_help=True, help="The second factor.")
    app.add_typer(audit, name="audit")
    app.add_typer(mfa, name="mfa")
    passwords = typer.Typer(no_args_is_help=True, help="Passwords.")
    app.add_typer(passwords, name="passwords")
    add_import(app, commands)
    add_keys(app, commands)
    add_doctor(app, commands)
    add_permissions(app, commands)
    add_backups(app, commands)
    add_upgrades(app, commands)

    @app.callback(invoke_without_command=False)
    def whole(
        *,
        _: Annotated[bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Say which.")] = False,
    ) -> None:
        """Vehicle operations for dealer groups and fleets."""

    @app.command()
    def run(
        *,
        demo: Annotated[bool, typer.Option(help="Fill an empty installation with demo data.")] = False,
        worker: Annotated[bool, typer.Option(help="Run background jobs in this process too.")] = True,
        processes: Annotated[int, typer.Option(min=1, max=16, help="How many processes serve.")] = 1,
        quiet: Annotated[
            bool, typer.Option("--quiet", help="Send nothing and run no background jobs before `directapp release`.")
        ] = False,
        socket: Annotated[int | None, typer.Option(hidden=True)] = None,
    ) -> None:
        """Serve pages and API, and run background jobs."""
        if socket is not None:
            _go(commands().serve_child(socket))
        else:
            with _counting_together(processes):
                _go(commands().serve(demo=demo, worker=worker, processes=processes, quiet=quiet))

    @app.command()
    def worker() -> None:
        """Run background jobs: event handlers, jobs, schedules. Several may run beside each other."""
        _go(commands().work())

    @app.command()
    def release() -> None:
        """Let a restored copy that is held send and work again, in every process."""
        typer.echo(f"released; {_go(commands().release())} events and jobs were due")

    @app.command("add-tenant")
    def new_tenant(name: str, email: str, first_name: str, last_name: str) -> None:
        """Make a tenant and its administrator; print the one-time link that sets the password."""
        from directapp.domains.people.beginning import add_tenant

        async def answer() -> str:
            async with commands().application() as application:
                return await add_tenant(
                    application.auth, name=name, email=email, first_name=first_name, last_name=last_name
                )

        typer.echo(_go(answer()))

    @app.command("staff-session")
    def staff_session(tenant: UUID, operator: str, reason: str, minutes: int = 30) -> None:
        """Reach a tenant's data as OPERATOR for a while; the tenant sees who, why and what was done."""
        from directapp.domains.people.staff import begin_staff_session

        async def answer() -> "StaffSession":
            async with commands().application() as application:
                return await begin_staff_session(
                    application.auth,
                    application.platform.pipeline,
                    tenant,
                    operator=operator,
                    reason=reason,
                    minutes=minutes,
                )

        session = _go(answer())
        typer.echo(f"until {session.until:%Y-%m-%d %H:%M} UTC, cookie {session.kept_as}={session.cookie}")

    @mfa.command("reset")
    def reset_mfa(email: str, reason: Annotated[str, typer.Option()]) -> None:
        """Take the second factors of the person with EMAIL away, where nobody in the company can; say why."""
        from directapp.domains.people.staff import reset_second_factor
        from directapp.interfaces.cli.people import find_login, operator

        async def answer() -> None:
            async with commands().application() as application:
                tenant, user = await find_login(application.auth, email)
                by = operator(tenant, "signin")
                await reset_second_factor(application.auth, application.platform.pipeline, by, user, reason=reason)

        _go(answer())
        typer.echo(f"{email} has no second factor now, and is signed out everywhere")

    @passwords.command("on")
    def passwords_on(email: str, reason: Annotated[str, typer.Option()]) -> None:
        """Let passwords in again at the company of the person with EMAIL, where its provider fails; say why."""
        from directapp.domains.people.staff import let_passwords_in
        from directapp.interfaces.cli.people import find_login, operator

        async def answer() -> None:
            async with commands().application() as application:
                tenant, _ = await find_login(application.auth, email)
                await let_passwords_in(application.platform.pipeline, operator(tenant, "signin"), reason=reason)

        _go(answer())
        typer.echo(f"the company of {email} signs in with passwords again")

    @app.command("explain")
    def explain_right(who: str, what: str) -> None:
        """Say why WHO (an e-mail) may or may not see or change WHAT: collection, collection/id, collection/id.field."""
        from directapp.interfaces.cli.people import find_person
        from directapp.services.explain import explain

        path, _, field = what.partition(".")
        collection, _, record = path.partition("/")

        async def answer() -> list[str]:
            async with commands().application() as application:
                platform = application.platform
                actor = await find_person(application.auth, who)
                meta = (await platform.database.spec_of(actor.tenant)).get(collection)
                if meta is None:
                    raise typer.BadParameter(f"there is no collection {collection}")
                if field and field not in meta.fields:
                    raise typer.BadParameter(f"{collection} has no field {field}")
                target = UUID(record) if record else None
                told = await explain(platform.database, actor, meta, target, field or None)
                return [line.english for line in told]

        typer.echo("\n".join(_go(answer())))

    add_set_up(schema, commands)

    @schema.command("lint")
    def lint() -> None:
        """Fail on anything in the database that is not protected as declared."""
        _fail_on(_go(commands().lint()), "schema lint: all tables are protected")

    @schema.command("drift")
    def drift() -> None:
        """Fail on anything in the database that is not as declared, or not as the last migration left it."""
        _fail_on(_go(commands().drift()), "schema drift: the database is as it was made")

    @schema.command("upgrade")
    def upgrade(
        *, back: Annotated[bool, typer.Option("--back", help="Take the policies of a newer version back.")] = False
    ) -> None:
        """Run missing migrations and bring policies to this version; `directapp run` does so at its start."""
        changed = _go(commands().upgrade(back=back))
        typer.echo(f"schema upgrade: {'brought up to' if changed else 'stands at'} version {version('directapp')}")

    @schema.command("migration")
    def migration(message: str) -> None:
        """Write the migration that brings the present schema to the declarations."""
        typer.echo(f"wrote {_go(commands().migration(message))}")

    @audit.command("verify")
    def verify_audit() -> None:
        """Check the audit of every tenant against its seals."""
        from directapp.services.seal import verify

        async def answer() -> "dict[UUID, Verified]":
            async with commands().application() as application:
                database = application.platform.database
                return {tenant: await verify(database, tenant) for tenant in await database.tenants()}

        seen = _go(answer())
        counts = {name: sum(getattr(one, name) for one in seen.values()) for name in ("rows", "batches", "unsealed")}
        told = "audit verify: {rows} rows in {batches} batches are as they were sealed; {unsealed} are not sealed yet"
        flaws = [f"{tenant}: {flaw}" for tenant, one in seen.items() for flaw in one.flaws]
        _fail_on(flaws, told.format(**counts))

    @app.command()
    def golden(
        *,
        write: Annotated[bool, typer.Option("--write", help="Write the files.")] = False,
        check: Annotated[bool, typer.Option("--check", help="Fail when a file is not up to date.")] = False,
    ) -> None:
        """Generate golden/: what the declarations come to, for people to read and diff."""
        stale = []
        for name, make in commands().goldens().items():
            made = make()
            text = made if isinstance(made, str) else _go(made)
            path = Path("golden") / name
            if write:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
            elif check and (not path.exists() or path.read_text() != text):
                stale.append(f"golden/{name} is not up to date: make golden")
        if check:
            stale += commands().flaws()
        _fail_on(stale, "")

    return app


@contextmanager
def _counting_together(processes: int) -> Iterator[None]:
    """Let several processes count in one folder, which whoever of them is asked adds up."""
    if processes == 1:
        yield
        return
    with TemporaryDirectory(prefix="directapp-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def _tell_version(asked: bool) -> None:  # noqa: FBT001 - typer's
    if asked:
        typer.echo(f"directapp {version('directapp')}")
        raise typer.Exit


def _go(work: Awaitable[T]) -> T:
    if sys.platform == "win32":
        from asyncio import run as run_loop
    else:
        from uvloop import run as run_loop

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
