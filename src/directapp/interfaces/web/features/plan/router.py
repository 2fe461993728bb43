"""The routes of the plan; they stand before those of lists and acts, whose addresses take any word."""

from fastapi import APIRouter

from directapp.interfaces.web.features.plan.absence import add_absence
from directapp.interfaces.web.features.plan.booking import add_booking
from directapp.interfaces.web.features.plan.mine import add_mine
from directapp.interfaces.web.features.plan.moves import add_moves
from directapp.interfaces.web.features.plan.page import add_page
from directapp.interfaces.web.features.plan.wizard import add_wizard


def add_plan(router: APIRouter) -> None:
    """Add the calendar, its moves, one booking, the wizard, my plan and what an absence displaces."""
    add_page(router)
    add_moves(router)
    add_booking(router)
    add_wizard(router)
    add_mine(router)
    add_absence(router)
