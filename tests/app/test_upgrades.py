"""Upgrades while everything goes on: what migrations may ask, what a plan says, and which version runs beside which."""

import re
import runpy
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from directapp.app import upgrades
from directapp.app.boot import served_database
from directapp.app.commands import AppCommands
from directapp.app.settings import Settings
from directapp.app.upgrades import (
    make_plan,
    may_run_beside,
    note_beside,
    read_migration,
    read_migrations,
    read_releases,
)
from directapp.store.schema import NewerDatabaseError
from support.dealer import template
from support.server import Server

TOP = Path(__file__).parents[2]
NOTES = runpy.run_path(str(TOP / ".ci/notes.py"))
# What a migration may not do while the release before goes on, and a word of what is said of it.
REFUSED = {
    "op.drop_column('cars', 'make')": "takes away",
    "op.drop_table('cars')": "takes away",
    "op.execute('ALTER TABLE cars DROP COLUMN make')": "takes away",
    "op.rename_table('cars', 'autos')": "renames",
    "op.alter_column('cars', 'make', new_column_name='brand')": "renames",
    "op.execute('ALTER TABLE cars RENAME COLUMN make TO brand')": "renames",
    "op.alter_column('cars', 'make', nullable=False)": "demands a value",
    "op.execute(f'ALTER TABLE {1} ALTER COLUMN make SET NOT NULL')": "demands a value",
    "op.add_column('cars', sa.Column('x', sa.Text(), nullable=False))": "demands a value",
    "op.alter_column('cars', 'make', type_=sa.Integer())": "anew under a lock",
    "op.create_index('i', 'cars', ['make'])": "locks cars",
    "op.create_index('u', 'roles', ['code'], unique=True)": "refuses what",
    "op.create_check_constraint('c', 'roles', 'code > 1')": "refuses what",
    "op.create_foreign_key('f', 'cars', 'roles', ['a'], ['b'])": "locks cars",
    "op.execute('UPDATE cars SET make = NULL')": "writes all of cars",
}
TAKEN = (
    "op.add_column('cars', sa.Column('x', sa.Text(), nullable=True))",
    "op.add_column('cars', sa.Column('x', sa.Integer(), nullable=False, server_default=sa.text('1')))",
    "op.create_index('i', 'cars', ['make'], postgresql_concurrently=True)",
    "op.create_index('i', 'roles', ['code'])",
    "op.create_foreign_key('f', 'cars', 'roles', ['a'], ['b'], postgresql_not_valid=True)",
    "op.create_table('new', sa.Column('x', sa.Text())); op.create_index('u', 'new', ['x'], unique=True)",
)


def written(folder: Path, step: str, more: str = "") -> Path:
    path = folder / "0099_step.py"
    path.write_text(f'"""step"""\n{more}\ndef upgrade():\n    {step}\n\ndef downgrade():\n    op.drop_table("new")\n')
    return path


@pytest.mark.parametrize("step", REFUSED)
def test_what_the_release_before_cannot_run_beside_is_refused(step: str, tmp_path: Path) -> None:
    assert REFUSED[step] in " ".join(read_migration(written(tmp_path, step)).hindrances)


@pytest.mark.parametrize("step", TAKEN)
def test_what_only_adds_is_taken(step: str, tmp_path: Path) -> None:
    assert read_migration(written(tmp_path, step)).hindrances == ()


def test_what_is_no_longer_used_is_taken_away_a_release_later(tmp_path: Path) -> None:
    path = written(tmp_path, "op.drop_column('cars', 'make')", "CONTRACTS = '0.1.0'")
    assert read_migration(path).hindrances == ()


def test_every_migration_since_the_first_release_lets_the_one_before_it_go_on() -> None:
    """Or says by ALONE why everybody has to be stopped; one that takes away names the release that stopped using it."""
    first = read_releases()[0][1]
    since = [one for one in read_migrations() if one.revision > first]
    assert [(one.revision, one.hindrances) for one in since if one.hindrances and not one.alone] == []
    releases = {release for release, _, _ in read_releases()}
    files = [path.read_text() for path in (TOP / "migrations/versions").glob("[0-9]*.py")]
    named = {one for text in files for one in re.findall(r"^CONTRACTS = '(.*)'", text, re.MULTILINE)}
    assert named - releases == set()


@pytest.fixture
async def name(server: Server) -> AsyncIterator[str]:
    name = await template(server)
    yield name
    await server.drop(name)


async def test_a_plan_names_what_is_missing(server: Server, name: str) -> None:
    owner, known = server.owner(name), read_migrations()
    assert (await make_plan(owner)).missing == ()
    connection = await asyncpg.connect(owner)
    try:
        await connection.execute("UPDATE alembic_version SET version_num = $1", known[-3].revision)
    finally:
        await connection.close()
    plan = await make_plan(owner)
    assert (plan.present, plan.missing) == (known[-3].revision, tuple(known[-2:]))


async def test_an_older_version_works_beside_a_newer_one_that_allows_it_and_beside_no_other(
    server: Server, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = server.owner(name)
    settings = Settings(data=tmp_path, database_url=owner, database_app_url=server.app(name))
    newer = upgrades.Migration("9999", "of the next release", (), "")
    known = read_migrations()
    connection = await asyncpg.connect(owner)
    try:
        await connection.execute("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(NewerDatabaseError):
            async with served_database(settings):
                pass
        with monkeypatch.context() as next_release:
            next_release.setattr(upgrades, "read_migrations", lambda _first: [*known, newer])
            await note_beside(owner)
        assert not await AppCommands(settings).upgrade(back=False)
        async with served_database(settings):
            assert await connection.fetchval("SELECT version_num FROM alembic_version") == "9999"
        alone = upgrades.Migration("9999", "of the next release", (), "it writes every table anew")
        with monkeypatch.context() as next_release:
            next_release.setattr(upgrades, "read_migrations", lambda _first: [*known, alone])
            await note_beside(owner)
        assert not await may_run_beside(owner)
        with pytest.raises(NewerDatabaseError):
            await AppCommands(settings).upgrade(back=False)
    finally:
        await connection.close()


def test_the_notes_of_a_release_name_what_was_decided_and_what_an_upgrade_asks_for() -> None:
    told = NOTES["notes"]()
    last = max((TOP / "docs/decisions").glob("[0-9]*.md"))
    assert last.name in told
    assert all(f"- {one.revision} " in told for one in read_migrations() if one.revision > read_releases()[-1][1])
