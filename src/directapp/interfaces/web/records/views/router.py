"""The routes of views; they stand before those of lists, whose addresses take any word."""

from fastapi import APIRouter

from directapp.interfaces.web.records.views.board import add_board
from directapp.interfaces.web.records.views.bulk import add_bulk
from directapp.interfaces.web.records.views.calendar import add_calendar
from directapp.interfaces.web.records.views.moving import add_moving
from directapp.interfaces.web.records.views.palette import add_palette
from directapp.interfaces.web.records.views.saved import add_saved


def add_views(router: APIRouter) -> None:
    """Add the board, the calendar, moves, bulk work, saved views and the palette."""
    add_palette(router)
    add_board(router)
    add_calendar(router)
    add_moving(router)
    add_bulk(router)
    add_saved(router)
