"""The stream of changes: what a reader sees, only while they are signed in, ended when the server ends."""

import asyncio
from uuid import UUID

import orjson

from directapp.interfaces.web.records.live import changes_told, end_streams
from directapp.kernel.actor import Actor
from directapp.kernel.errors import UnauthenticatedError
from support.browser import Opener
from support.dealer import Dealer

# What was made for the test has been told by then.
SENT = 0.5


def told_in(said: bytes) -> list[list[str]]:
    """Return what a message tells of; a heartbeat tells of nothing."""
    changes: list[list[str]] = orjson.loads(said.removeprefix(b"data: ")) if said.startswith(b"data: ") else []
    return changes


async def test_changes_are_told_to_those_who_see_them(car: UUID, dealer: Dealer) -> None:
    seller, stranger = await dealer.person("new_car_sales", "495"), await dealer.person("new_car_sales", "324")
    live = dealer.application.platform.live
    await asyncio.sleep(SENT)

    async def mine() -> Actor:
        return seller

    async def theirs() -> Actor:
        return stranger

    stream, other = changes_told(live, seller, mine), changes_told(live, stranger, theirs, heartbeat=0.6)
    assert await anext(stream) == await anext(other) == b"retry: 2000\n\n"
    quiet = asyncio.ensure_future(anext(other))
    await dealer.do(seller, "cars", "update", car, color="Rød")
    async with asyncio.timeout(60):
        while ["cars", str(car)] not in told_in(await anext(stream)):
            continue
    said = await quiet
    while said != b": \n\n":
        assert ["cars", str(car)] not in told_in(said)
        said = await anext(other)
    await stream.aclose()
    await other.aclose()


async def test_a_stream_ends_with_the_sign_in_and_with_the_server(dealer: Dealer) -> None:
    seller = await dealer.person("new_car_sales", "495")
    live = dealer.application.platform.live
    await asyncio.sleep(SENT)

    async def signed_out() -> Actor:
        raise UnauthenticatedError

    assert [s async for s in changes_told(live, seller, signed_out, heartbeat=0.05)] == [b"retry: 2000\n\n"]

    async def signed_in() -> Actor:
        return seller

    stream = changes_told(live, seller, signed_in, heartbeat=60)
    await anext(stream)
    waiting = asyncio.ensure_future(anext(stream, None))
    await asyncio.sleep(0.05)
    end_streams()
    async with asyncio.timeout(30):
        assert await waiting is None


async def test_who_changed_it_is_told_to_others(car: UUID, signed: Opener) -> None:
    manager = await signed("manager")
    address = f"/app/live/who?collection=cars&record={car}"
    assert "New På 495 endret dette nå." in (await manager.part(address)).text
    assert (await (await signed("new_car_sales")).part(address)).status_code == 204
    assert (await (await signed("new_car_sales", "324")).part(address)).status_code == 404
