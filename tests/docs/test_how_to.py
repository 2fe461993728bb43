"""The how-to pages for a new field and a new collection, followed to the letter in a copy of the source."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from support.dealer import template
from support.server import Server

TOP = Path(__file__).parents[2]
WORKSHOP = "src/directapp/domains/workshop"

# Runs on the copied source, which declares more than the database has.
FOLLOW = """
import asyncio, json, sys
from directapp.app.spec import load_spec
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7
from directapp.services.pipeline import Pipeline
from directapp.services.intent import Intent
from directapp.services.reading import Reading
from directapp.store.database import Database
from directapp.store.migrate import bring_up_to_date, generate
from directapp.store.query import Query
from directapp.store.words import question_words

owner, app = sys.argv[1:]
spec, tenant = load_spec(), uuid7()


async def follow():
    print("migration", await generate(spec, owner, "how to"))
    assert await bring_up_to_date(spec, owner, utc_now())
    person = {"first_name": "A", "last_name": "B", "email": f"{tenant}@example.test", "roles": ["tenant_admin"]}
    async with Database(spec, app) as database:
        pipeline, reading = Pipeline(spec, database), Reading(spec, database)

        async def create(actor, collection, **patch):
            intent = Intent(actor=actor, collection=collection, verb="create", origin="test", patch=patch)
            return (await pipeline.perform(intent)).record

        async def show(actor, collection, record, *names):
            fields = tuple((n,) for n in names)
            read = show_text(await reading.one(actor, collection, record, fields))
            print("read", read)
            words = question_words(str(next(iter(json.loads(read).values()))))
            found = await reading.page(actor, collection, Query(fields=fields, search=words))
            print("found", show_text(found.json))

        user = await create(system_actor(tenant, "demo"), "users", **person)
        admin = Actor(tenant=tenant, user=user, name="A B", roles=frozenset({"tenant_admin"}))
        await use(admin, create, show)


def show_text(json):
    return json.decode() if isinstance(json, bytes) else json


async def use(admin, create, show):
    USE


asyncio.run(follow())
"""


@dataclass
class Copy:
    """A copy of the source, and a database at the schema of the source as it is."""

    top: Path
    owner: str
    app: str

    def follow(self, use: str) -> dict[str, str]:
        """Write and run the migration, then use what is new; return what was told."""
        environment = {**os.environ, "PYTHONPATH": str(self.top / "src")}
        program = FOLLOW.replace("    USE", use)
        command = [sys.executable, "-c", program, self.owner, self.app]
        done = subprocess.run(
            command, cwd=self.top, env=environment, capture_output=True, text=True, timeout=240, check=False
        )
        assert done.returncode == 0, done.stderr
        return {word: rest for word, _, rest in (line.partition(" ") for line in done.stdout.splitlines())}


@pytest.fixture
async def copy(server: Server, tmp_path: Path) -> AsyncIterator[Copy]:
    """Copy the source and make the database."""
    for folder in ("src", "migrations"):
        shutil.copytree(TOP / folder, tmp_path / folder, ignore=shutil.ignore_patterns("static"))
    name = await template(server)
    yield Copy(tmp_path, server.owner(name), server.app(name))
    await server.drop(name)


def page(name: str) -> str:
    return (TOP / "docs/how-to" / name).read_text()


def codes(text: str) -> list[str]:
    return [dedent(found) for found in re.findall(r"```python\n(.*?)\n *```", text, re.DOTALL)]


def add_below(path: Path, what: str, line: str) -> None:
    text = path.read_text()
    found = re.search(what, text, re.DOTALL)
    assert found
    path.write_text(f"{text[: found.end()]}    {line}\n{text[found.end() :]}")


def steps(migration: str) -> list[str]:
    """Return the operations of the way up."""
    up = Path(migration).read_text().split("def downgrade")[0]
    return re.findall(r"^    op\.(.*)$", up, re.MULTILINE)


async def test_a_field_is_two_lines_and_a_generated_migration(copy: Copy) -> None:
    text = page("add-a-field.md")
    lines = [code.strip() for code in codes(text)]
    places = re.findall(r"[Ii]n `(\S+)`, in the (?:class|group) `(\w+)`, add below `(\w+)`", text)
    assert len(lines) == len(places) == 2
    for line, (file, where, above) in zip(lines, places, strict=True):
        assert "\n" not in line
        add_below(copy.top / file, rf"(class {where}\(|{where} = group\().*?\b{above}\b[^\n]*\n", line)
    told = copy.follow(
        """
    car = await create(admin, "cars", make="Audi", key_tag="B 17")
    await show(admin, "cars", car, "key_tag")
"""
    )
    assert Path(told["migration"]).is_relative_to(copy.top)
    assert steps(told["migration"]) == ["add_column('cars', sa.Column('key_tag', sa.Text(), nullable=True))"]
    assert told["read"] == '{"key_tag":"B 17"}'
    assert told["found"] == '[{"key_tag":"B 17"}]'


async def test_a_collection_is_one_declaration_and_a_generated_migration(copy: Copy) -> None:
    names, declaration = codes(page("add-a-collection.md"))
    with (copy.top / WORKSHOP / "fields.py").open("a") as fields:
        fields.write(f"\n\n{names}\n")
    (copy.top / WORKSHOP / "loan_cars.py").write_text(declaration)
    contents = copy.top / WORKSHOP / "__init__.py"
    before, listed, after = contents.read_text().partition("    SERVICE_HISTORY,\n")
    contents.write_text(
        f"from directapp.domains.workshop.loan_cars import LOAN_CARS\n{before}{listed}    LOAN_CARS,\n{after}"
    )
    told = copy.follow(
        """
    site = await create(admin, "dealerships", number="490", name="Prøve", dealership_type="sales_and_prep")
    car = await create(admin, "loan_cars", license_plate="BT12345", dealership=str(site))
    await show(admin, "loan_cars", car, "license_plate", "out_of_order")
"""
    )
    made = steps(told["migration"])
    assert made[0].startswith("create_table('loan_cars'")
    assert any("fk_loan_cars_dealership" in step and "tenant_id" in step for step in made)
    assert any("uq_loan_cars_license_plate" in step and "unique=True" in step for step in made)
    assert told["read"] == '{"license_plate":"BT12345","out_of_order":false}'
    assert told["found"] == f"[{told['read']}]"
