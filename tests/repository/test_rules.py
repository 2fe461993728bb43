"""The repository holds its own rules: sizes, languages, protection, and migrations that lead to the declarations."""

import ast
import asyncio
import re
from importlib.util import cache_from_source
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine  # noqa: TID251 - to hold the migrations against the metadata

from directapp.app.spec import DOMAINS as LOADED
from directapp.app.spec import load_spec
from directapp.declare.collection import SYSTEM
from directapp.domains import cars, planning, workshop
from directapp.domains.people.roles import LABELS
from directapp.kernel.clock import utc_now
from directapp.kernel.text import Text
from directapp.store.migrate import bring_up_to_date
from directapp.store.policies import EXEMPT
from directapp.store.schema import lint
from directapp.store.tables import build_metadata
from support.server import Server

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
PACKAGE = ROOT / "src/directapp"
# Packages that know no trade; ``records`` are the derived pages.
GENERIC = {"services", "store", "declare", "derive", "records"}
LONGEST_FILE, LONGEST_FUNCTION = 500, 80
LONGEST_TEMPLATE_LINE = 159


def test_files_and_functions_stay_readable() -> None:
    long_files = [f"{p.name}: {n}" for p in SOURCES if (n := len(p.read_text().splitlines())) > LONGEST_FILE]
    long_functions = [
        f"{path.name}:{node.name}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno > LONGEST_FUNCTION
        and node.name != "build"
    ]
    assert long_files == []
    assert long_functions == []


def test_lines_of_templates_stay_readable() -> None:
    templates = sorted(PACKAGE.rglob("*.html"))
    long_lines = [
        f"{path.relative_to(PACKAGE)}:{number}"
        for path in templates
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LONGEST_TEMPLATE_LINE
    ]
    assert long_lines == []
    assert len(templates) > 100


def test_the_framework_inside_stays_small() -> None:
    inside = [p for name in ("declare", "store", "services", "derive") for p in (PACKAGE / name).rglob("*.py")]
    lines = sum(len(p.read_text().splitlines()) for p in inside if "embedded" not in p.parts)
    # 17,460 before subjects, the registry of events, writes that are merged, typed names, feeds, seals and keys.
    # 19,000 before drift, refusals of other versions' databases, the clock of the audit, and what is away or held.
    # 19,300 before values are forgotten under their seals, and who reads what is personal is told.
    # 19,450 before figures are counted, and what is known of outside services is kept.
    # 19,550 before decimals have a scale, and companies the modules they use.
    # 19,600 before companies put roles of their own together.
    # 19,660 before companies declare fields of their own.
    # 20,100 before who changes people is asked again whether they still may, and a person's past is handed out.
    # 20,200 before rules and webhooks know a company's own fields, and roles of its own read them.
    # 20,300 before who asks and who approves are held apart.
    assert lines < 20_330


def test_what_is_set_up_is_compiled() -> None:
    """A start that compiles takes twice as long, and where the folder is read-only every one does."""
    files = [*PACKAGE.rglob("*.py"), *Path(sqlalchemy.__file__).parent.rglob("*.py")]
    assert [str(p) for p in files if not Path(cache_from_source(str(p))).exists()] == []


def test_every_script_is_judged_by_its_types() -> None:
    scripts = [p for p in (ROOT / "frontend").rglob("*") if p.suffix in {".js", ".mjs"}]
    assert scripts
    assert [p.name for p in scripts if re.search(r"@ts-(ignore|nocheck|expect-error)", p.read_text())] == []


def test_nothing_is_left_to_do_and_no_domain_is_named_below_it() -> None:
    left = [p.name for p in SOURCES if re.search(r"\b(TODO|FIXME|XXX)\b", p.read_text())]
    assert left == []
    # The dialect itself has fixed paths for the first; the others hold what people keep of lists.
    names = set(load_spec().metas) - {"files", "users", "roles", "saved_views", "list_columns"}
    below = [p for p in SOURCES if GENERIC & set(p.parts) and "domains" not in p.parts]
    named = [
        f"{path.name}: {node.value}"
        for path in below
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value in names
    ]
    assert named == []


def test_generic_packages_name_no_field_phase_or_role_of_the_trade() -> None:
    trade = [meta for domain in (cars, workshop, planning) for meta in domain.COLLECTIONS]
    fields = {f.name for meta in trade for group in meta.groups for f in group.fields}
    flows = [meta.workflow for meta in trade if meta.workflow]
    phases = {s.phase.code for flow in flows for s in flow.states}
    states = {s.code for flow in flows for s in flow.states}
    system = {f.name for f in SYSTEM.fields}
    # A word alone may mean anything; these and what is made of several words mean the trade.
    alone = {
        "vin",
        "eta",
        "seller",
        "rework",
        "priority",
        "technical",
        "cosmetic",
        "dealership",
        "mechanic",
        "detailer",
    }
    names = {n for n in fields | phases | states | set(LABELS) if "_" in n or n in alone} - system
    assert {"prep_center", "license_plate", "waiting_parts", "new_car_sales", "technical"} <= names
    below = [p for p in SOURCES if GENERIC & set(p.parts) and "domains" not in p.parts]
    named = [
        f"{path.name}: {node.value}"
        for path in below
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value in names
    ]
    assert named == []


def test_every_label_is_there_in_both_languages() -> None:
    spec = load_spec()
    labels: list[tuple[str, Text]] = []
    for meta in spec.metas.values():
        labels += [(meta.name, meta.declared.label), (meta.name, meta.declared.plural)]
        labels += [(f"{meta.name}.{g.code}", g.label) for g in meta.groups]
        labels += [(f"{meta.name}.{f.name}", f.label) for f in meta.fields.values()]
        labels += [(f"{meta.name}.{f.name}", c.label) for f in meta.fields.values() for c in f.choices]
        labels += [(f"{meta.name} {v.name}", v.label) for v in meta.declared.verbs]
        labels += [(f"{meta.name} {v.name}", p.label) for v in meta.declared.verbs for p in v.params]
        if meta.declared.workflow:
            labels += [(f"{meta.name} {s.code}", s.label) for s in meta.declared.workflow.states]
            labels += [(f"{meta.name} {f.field}", f.refusal) for f in meta.declared.workflow.facts]
    empty = [where for where, text in labels if not (text.pick("nb").strip() and text.english.strip())]
    assert empty == []
    assert len(labels) > 500


def test_the_list_of_unprotected_tables_only_shrinks() -> None:
    assert set(EXEMPT) <= {"login_directory", "login_failures", "encryption_keys", "schema_state", "alembic_version"}


# SQLAlchemy reflects a CHECK that is NOT VALID with an option it does not know itself.
@pytest.mark.filterwarnings("ignore:Can't validate argument 'dialect_options'")
async def test_migrations_lead_to_what_is_declared(server: Server) -> None:
    name = await server.create()
    try:
        assert await bring_up_to_date(load_spec(), server.owner(name), utc_now())
        assert not await bring_up_to_date(load_spec(), server.owner(name), utc_now())
        dsn = server.owner(name)

        async def connect(*_: object, **__: object) -> asyncpg.Connection:
            return await asyncpg.connect(dsn)

        engine = create_async_engine("postgresql+asyncpg://", async_creator=connect)
        async with engine.connect() as connection:
            differences = await connection.run_sync(_differences)
        await engine.dispose()
        assert differences == []
        plain = await asyncpg.connect(dsn)
        assert await lint(plain, load_spec()) == []
        await plain.close()
    finally:
        await server.drop(name)


def _differences(connection: Connection) -> list[object]:
    def include(_item: object, name: str | None, kind: str, reflected: bool, _other: object) -> bool:  # noqa: FBT001
        return not (kind == "table" and reflected and str(name).startswith(("audit_20", "alembic")))

    options = {"include_object": include, "compare_type": True}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, build_metadata(load_spec())))


async def test_two_starts_at_once_bring_a_database_up_once(server: Server) -> None:
    name = await server.create()
    try:
        starts = [bring_up_to_date(load_spec(), server.owner(name), utc_now()) for _ in range(2)]
        assert sorted(await asyncio.gather(*starts)) == [False, True]
    finally:
        await server.drop(name)


DOMAINS = PACKAGE / "domains"
_NAMING = {"ref", "collection", "of"}
PUBLIC = {"fields", "events", "roles", "naming"}


def test_domains_know_of_each_other_the_public_names_alone() -> None:
    found = []
    for path in sorted(DOMAINS.rglob("*.py")):
        own = path.relative_to(DOMAINS).parts[0]
        for node in ast.walk(ast.parse(path.read_text())):
            parts = (node.module or "").split(".") if isinstance(node, ast.ImportFrom) else []
            if parts[:2] != ["directapp", "domains"] or parts[2:3] == [own]:
                continue
            names = parts[3:4] or [alias.name for alias in node.names]  # type: ignore[union-attr]
            found += [f"{path.name}: {'.'.join(parts)}" for name in names if name not in PUBLIC]
    assert found == []


def test_domains_name_no_collection_of_another_by_a_string() -> None:
    """Where a collection of another domain is asked for, its name comes from the public names of its owner."""
    owner = {c.name: domain.__name__.rsplit(".", 1)[-1] for domain in LOADED for c in domain.COLLECTIONS}
    asked = {"find", "every", "look_up", "create", "create_all", "change_all", "sums", "lifted", "One", "Many"}
    found = []
    for path in sorted(DOMAINS.rglob("*.py")):
        own = path.relative_to(DOMAINS).parts[0]
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            named = [
                *(node.args[called in {"One", "Many"} :] if called in asked else ()),
                *(k.value for k in node.keywords if k.arg in _NAMING),
            ]
            found += [
                f"{own}/{path.name}:{one.lineno} {one.value}"
                for one in named
                if isinstance(one, ast.Constant) and owner.get(str(one.value), own) != own
            ]
    assert found == []


def test_the_list_of_roles_stands_in_one_place() -> None:
    """Who names nearly all of them takes the list, or the choices, from the roles themselves."""
    known, most = set(LABELS), 8
    lists = [
        f"{path.name}:{node.lineno}"
        for path in sorted(DOMAINS.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and len(known & set(str(node.value).split())) > most
    ]
    assert lists == []
    fields = [
        f for meta in load_spec().metas.values() for f in meta.stored if len(known & {c.code for c in f.choices}) > 4
    ]
    assert len(fields) >= 3
    assert all(c.label == LABELS[c.code] for f in fields for c in f.choices)
