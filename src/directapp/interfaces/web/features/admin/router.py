"""The routes of administration; they stand before those of records, whose addresses take any word."""

from fastapi import APIRouter

from directapp.interfaces.web.features.admin.goals import add_goals
from directapp.interfaces.web.features.admin.overview import add_overview
from directapp.interfaces.web.features.admin.people import add_people
from directapp.interfaces.web.features.admin.templates import add_templates
from directapp.interfaces.web.features.admin.tree import add_tree


def add_admin(router: APIRouter) -> None:
    """Add every page of administration."""
    add_overview(router)
    add_people(router)
    add_tree(router)
    add_goals(router)
    add_templates(router)
