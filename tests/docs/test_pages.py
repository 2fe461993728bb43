"""What the pages promise: every link and path that they name exists, every setting and command is told of."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from directapp.app.commands import AppCommands
from directapp.app.settings import Settings
from directapp.interfaces.cli import main as cli

TOP = Path(__file__).parents[2]
PAGES = [TOP / "README.md", TOP / "SECURITY.md", *sorted((TOP / "docs").rglob("*.md"))]
README = (TOP / "README.md").read_text()
# Made by the set-up or by use, so not in a clone.
MADE = {".venv", "data"}
TREES = ("src", "tests", "docs", "deploy", "golden", "migrations", "frontend", "bench")
ROOMS = ("app", "interfaces", "derive", "domains", "services", "connectors", "store", "declare", "telemetry", "kernel")


def prose(page: Path) -> str:
    """Return a page without its blocks of code."""
    return re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)


def named_paths(page: Path) -> list[Path]:
    """Return the files and folders that a page names, from the top or from the source's own folder."""
    named = []
    for word in re.findall(r"`([A-Za-z0-9_./-]+)`", prose(page)):
        head = word.split("/")[0]
        if "/" in word and head in TREES:
            named.append(TOP / word)
        elif "/" in word and head in ROOMS:
            named.append(TOP / "src/directapp" / word)
    return named


def anchors(page: Path) -> set[str]:
    """Return what a page can be pointed into at."""
    text = page.read_text()
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", t.lower()).replace(" ", "-") for t in titles} | set(
        re.findall(r'<a id="([^"]+)">', text)
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(TOP)))
def test_every_link_and_path_leads_somewhere(page: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", prose(page)) if "://" not in link]
    dead = []
    for link in links:
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    dead += [str(path.relative_to(TOP)) for path in named_paths(page) if not path.exists()]
    assert dead == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(TOP)))
def test_every_test_that_holds_a_promise_is_there(page: Path) -> None:
    named = re.findall(r"tests/[\w/]+\.py", page.read_text())
    assert [name for name in named if not (TOP / name).is_file()] == []


def test_every_setting_stands_in_the_readme_with_its_default() -> None:
    table = dict(re.findall(r"^\| \**`(\w+)`\** \| ([^|]+) \|", README, re.MULTILINE))
    prefix = Settings.model_config["env_prefix"]
    expected = {f.validation_alias or f"{prefix}{name}".upper(): f for name, f in Settings.model_fields.items()}
    assert set(expected) <= set(table)
    for name, field in expected.items():
        shown = table[str(name)].strip()
        plain = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
        assert shown == f"`{plain}`" if plain else shown, name
    assert set(table) - set(map(str, expected)) == {"FORWARDED_ALLOW_IPS"}


def test_every_command_stands_in_the_readme() -> None:
    documented = set(re.findall(r"^\| `directapp ((?:[a-z-]+ ?)+)", README, re.MULTILINE))
    command = typer.main.get_command(cli.build(lambda: AppCommands(Settings())))
    found = set(commands(command, ""))
    assert {name for name in found if not any(d.strip() == name for d in documented)} == set()
    assert {d.strip() for d in documented} <= found


def commands(command: Any, path: str) -> list[str]:
    """Return the full names of a command and those under it."""
    inner = getattr(command, "commands", None)
    if inner is None:
        return [path.strip()]
    return [name for sub, under in inner.items() for name in commands(under, f"{path} {sub}")]


def test_decisions_are_numbered_without_gaps_and_name_their_check() -> None:
    pages = sorted((TOP / "docs/decisions").glob("*.md"))
    assert [p.name[:4] for p in pages] == [f"{n + 1:04d}" for n in range(len(pages))]
    assert [p.name for p in pages if "**Enforced by.**" not in p.read_text()] == []
    assert [p.name for p in pages if len(p.read_text().splitlines()) > 60] == []


def test_no_page_names_a_setting_that_is_none() -> None:
    known = {f"DIRECTAPP_{name}".upper() for name in Settings.model_fields}
    deploying = {"DIRECTAPP_DOMAIN", "DIRECTAPP_UPSTREAM"} | {
        f"DIRECTAPP_{role}_PASSWORD" for role in ("OWNER", "APP", "BACKUP")
    }
    files = [*PAGES, *(p for p in (TOP / "deploy").rglob("*") if p.is_file())]
    assert files
    for file in files:
        named = {n for n in re.findall(r"DIRECTAPP_[A-Z0-9_]+(?![A-Z0-9_*])", file.read_text()) if not n.endswith("_")}
        assert named <= known | deploying, file
