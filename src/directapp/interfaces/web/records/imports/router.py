"""The routes of imports and exports; they stand before those of lists, whose addresses take any word."""

from fastapi import APIRouter

from directapp.interfaces.web.records.imports.begin import add_beginnings
from directapp.interfaces.web.records.imports.exporting import add_exports
from directapp.interfaces.web.records.imports.runs import add_runs


def add_imports(router: APIRouter) -> None:
    """Add every page of imports, and the exports of lists."""
    add_beginnings(router)
    add_runs(router)
    add_exports(router)
