"""The page of limits says what the code does."""

import re
from pathlib import Path

import pytest

from directapp.app import protocol, web
from directapp.app.budgets import BUDGETS
from directapp.connectors.rate_limits import SUBJECTS
from directapp.derive.sheet import cells
from directapp.interfaces.rest import body, items, signing
from directapp.interfaces.rest.dialect import filter as filters
from directapp.interfaces.rest.dialect import input as nested
from directapp.interfaces.rest.dialect import query
from directapp.interfaces.scim import router as scim
from directapp.interfaces.web.core import posted
from directapp.interfaces.web.records.imports import exporting
from directapp.services import attachments, live
from directapp.store import database

PAGE = (Path(__file__).parents[2] / "docs/limits.md").read_text()
ROWS = [[cell.strip() for cell in line.strip("| ").split("|")] for line in PAGE.splitlines() if line.startswith("| ")]
NUMBERS = {row[0]: [int(n.replace(",", "")) for n in re.findall(r"[0-9][0-9,]*", row[1])] for row in ROWS}

HELD = {
    "Address and headers of a request": [protocol._MOST_HEADER_BYTES],
    "Seconds until the headers have come": [int(protocol.HEADER_SECONDS)],
    "Seconds between two parts of a body": [int(web.BODY_SECONDS)],
    "Seconds until a body has come whole": [int(web.WHOLE_BODY_SECONDS)],
    "A JSON body of the API": [body.LARGEST_JSON],
    "A body of `/auth`": [signing._SMALL],
    "A body of `/scim/v2`": [scim.LARGEST],
    "Rows in one body of the API": [items._MOST_ROWS],
    "A form before sign-in": [posted.STRANGER_BYTES],
    "A form of text": [posted._TEXT_BYTES],
    "A form with files": [posted.UPLOAD_BYTES],
    "Fields, and files, of one form": [posted._MOST_FIELDS, posted._MOST_FILES],
    "A file (`DIRECTAPP_LARGEST_FILE`)": [attachments.LARGEST],
    "Rows, and columns, of a sheet": [cells.MOST_ROWS, cells.MOST_COLUMNS],
    "Brackets inside brackets of a parameter": [nested._DEEPEST],
    "Parameters of an address": [nested._MOST_PAIRS],
    "`_and` and `_or` inside each other in a filter": [filters._DEEPEST],
    "Conditions of a filter": [filters._MOST_CONDITIONS],
    "Relations followed by one path": [filters.LONGEST_PATH],
    "Levels of `*` in `fields`": [query._DEEPEST_STAR],
    "Fields of a query": [query._MOST_FIELDS],
    "Rows of a page (`limit`)": [query.LARGEST_LIMIT],
    "Rows skipped (`offset`)": [query.LARGEST_OFFSET],
    "Seconds of one statement": [int(database._LIMITS["statement_timeout"].rstrip("s"))],
    "Seconds a transaction may do nothing": [int(database._LIMITS["idle_in_transaction_session_timeout"].rstrip("s"))],
    "Seconds to write a sheet": [int(exporting._BOOK_SECONDS)],
    "Pages of one person that refresh themselves": [live.MOST_OF_ONE],
}


@pytest.mark.parametrize("name", sorted(HELD))
def test_a_limit_is_the_one_that_is_told(name: str) -> None:
    assert NUMBERS[name] == HELD[name]


def test_every_limit_that_is_told_is_compared() -> None:
    told = [row[0] for row in ROWS if len(row) == 4 and row[0] not in {"What", "---"}]
    assert set(told) == set(HELD)


def test_budgets_are_those_that_are_told() -> None:
    told = {row[0].strip("`"): row[1:5] for row in ROWS if row[0].strip("`") in BUDGETS}
    kept = {n: [f"{b.of(s):,}" if b.of(s) else "" for s in SUBJECTS] for n, b in BUDGETS.items()}
    assert told == kept
