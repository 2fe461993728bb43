"""The routes of the registry's pages; they stand before those of records and lists, whose addresses take any word."""

from fastapi import APIRouter

from directapp.interfaces.web.features.registry.creating import add_creating
from directapp.interfaces.web.features.registry.inspections import add_inspections
from directapp.interfaces.web.features.registry.looking import add_looking
from directapp.interfaces.web.features.registry.nights import add_nights


def add_registry(router: APIRouter) -> None:
    """Add every page of the registry."""
    add_creating(router)
    add_looking(router)
    add_nights(router)
    add_inspections(router)
