"""Oneself: the signed-in user's own record."""

from starlette.responses import Response

from directapp.interfaces.rest import items
from directapp.interfaces.rest.endpoint import Call
from directapp.kernel.errors import NotFoundError


def _aim(call: Call) -> None:
    if call.actor.user is None:
        raise NotFoundError
    call.request.path_params["key"] = str(call.actor.user)


async def read_me(call: Call) -> Response:
    """Answer the own record."""
    _aim(call)
    return await items.read_one(call)


async def update_me(call: Call) -> Response:
    """Change the own record."""
    _aim(call)
    return await items.update(call)
