"""The routes that look ahead; they stand before those of lists and acts, whose addresses take any word."""

from fastapi import APIRouter

from directapp.interfaces.web.features.plan.outlook.promise import add_promise
from directapp.interfaces.web.features.plan.outlook.proposals import add_proposals
from directapp.interfaces.web.features.plan.outlook.room import add_room


def add_outlook(router: APIRouter) -> None:
    """Add plan proposals, making room, and the promise of a car."""
    add_proposals(router)
    add_room(router)
    add_promise(router)
