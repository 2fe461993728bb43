"""The table of the security standard: whole, and every pointer in it leads somewhere."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from directapp.app.settings import Settings

TOP = Path(__file__).parents[2]
PAGE = TOP / "docs/security/asvs.md"
IDS = TOP / "tests/data/asvs-5.0.0-levels-1-2.txt"
STATES = ("held", "not held", "not applicable")
# Said of HTTP or of the server's own environment: pointers to nothing in the repository.
SPOKEN = {"__Host-", "/docs", "/openapi.json", "/server/health", "sslmode=verify-full", "FORWARDED_ALLOW_IPS"}


@dataclass(frozen=True)
class Line:
    number: str
    level: str
    asked: str
    state: str
    where: str

    @property
    def pointers(self) -> list[str]:
        return [word for word in re.findall(r"`([^`]+)`", self.where) if word not in SPOKEN]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


LINES = [Line(*cells(line)) for line in PAGE.read_text().splitlines() if line.startswith("| V")]


def is_there(pointer: str) -> bool:
    """Whether a test, a path from the top or from the source's folder, or a setting is there."""
    path, _, test = pointer.partition("::")
    if test:
        file = TOP / path
        return file.is_file() and re.search(rf"^(async )?def {test}\(", file.read_text(), re.MULTILINE) is not None
    settings = {str(f.validation_alias or f"DIRECTAPP_{name}".upper()) for name, f in Settings.model_fields.items()}
    return pointer in settings or any((top / path).exists() for top in (TOP, TOP / "src/directapp"))


def test_every_requirement_has_its_line_once_in_the_standards_order() -> None:
    asked = [tuple(line.split()) for line in IDS.read_text().splitlines()]
    assert [(line.number, line.level) for line in LINES] == asked
    assert len(asked) == 253


def test_no_cell_is_empty_and_every_state_is_one() -> None:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("|")]
    assert [line for line in lines if len(cells(line)) != 5 or not all(cells(line))] == []
    assert [line.number for line in LINES if line.state not in STATES] == []


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.number)
def test_every_pointer_leads_somewhere(line: Line) -> None:
    assert [pointer for pointer in line.pointers if not is_there(pointer)] == []


def test_what_is_held_has_a_pointer() -> None:
    assert [line.number for line in LINES if line.state == "held" and not line.pointers] == []


def test_the_count_is_that_of_the_lines() -> None:
    counted = [sum(line.state == state for line in LINES) for state in STATES]
    said = re.search(r"(\d+) are held, (\d+) are not, (\d+) do not apply", PAGE.read_text())
    assert said
    assert [int(number) for number in said.groups()] == counted
