"""What was told to whom: notifications and the communication log, as their readers see them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import orjson

from directapp.app.container import Application
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.clock import utc_now
from directapp.store.query import Condition, Query
from support.dealer import Dealer, Time, built_application, template
from support.pages import new_car
from support.server import Server

SELLER = ("new_car_sales", "495")
CONTACT = {"customer_name": "Nora Lie", "customer_email": "nora@example.test", "consent_sms": True}


async def rows(dealer: Dealer, actor: Actor, collection: str, **equals: Any) -> list[dict[str, Any]]:
    """Return what an actor sees of a collection, oldest first."""
    found: list[dict[str, Any]] = orjson.loads(
        (await dealer.application.platform.reading.page(actor, collection, Query(limit=1000))).json
    )
    kept = [row for row in found if all(row.get(name) == value for name, value in equals.items())]
    return sorted(kept, key=lambda row: row["id"])


async def told(dealer: Dealer, person: Actor) -> list[str]:
    """Do what waits, and return the events that a person was told of."""
    await dealer.application.dispatcher.drain(dealer.tenant)
    return [row["event"] for row in await rows(dealer, person, "notifications")]


async def logged(dealer: Dealer, car: UUID, **equals: Any) -> list[dict[str, Any]]:
    """Do what waits, and return the communication log of a car."""
    await dealer.application.dispatcher.drain(dealer.tenant)
    reader = system_actor(dealer.tenant, "pipeline")
    query = Query(filter=Condition(("car",), "eq", car), limit=1000)
    found = orjson.loads((await dealer.application.platform.reading.page(reader, "messages", query)).json)
    kept = [row for row in found if all(row.get(name) == value for name, value in equals.items())]
    return sorted(kept, key=lambda row: row["id"])


async def sold_car(dealer: Dealer, number: int = 1, **more: Any) -> UUID:
    """Return a new car that is sold to a customer who has consented to text messages."""
    seller = await dealer.person(*SELLER)
    car = await new_car(dealer, seller, number, **{**CONTACT, **more})
    await dealer.do(seller, "cars", "update", car, sold_at=(utc_now() - timedelta(minutes=1)).isoformat())
    return car


async def prepared(dealer: Dealer, car: UUID) -> None:
    """Take a car from the order to technical and cosmetic work done, waiting for the quality check."""
    reception, planner = await dealer.person("reception", "499"), await dealer.person("planner", "499")
    mechanic, detailer = await dealer.person("mechanic", "499"), await dealer.person("detailer", "499")
    now = utc_now()
    steps: list[tuple[Actor, dict[str, Any]]] = [
        (reception, {"arrived_prep_center_at": now.isoformat()}),
        (reception, {"inspection_started_at": now.isoformat()}),
        (reception, {"inspection_approved": True}),
        (
            planner,
            {
                "scheduled_technical_start": (now + timedelta(hours=1)).isoformat(),
                "scheduled_cosmetic_start": (now + timedelta(hours=4)).isoformat(),
                "assigned_mechanic": str(mechanic.user),
                "assigned_detailer": str(detailer.user),
            },
        ),
        (mechanic, {"technical_started_at": now.isoformat()}),
        (mechanic, {"technical_completed_at": now.isoformat()}),
        (detailer, {"cosmetic_started_at": now.isoformat()}),
        (detailer, {"cosmetic_completed_at": now.isoformat()}),
    ]
    for actor, values in steps:
        await dealer.do(actor, "cars", "update", car, **values)


def letters(application: Application) -> list[EmailMessage]:
    """Return the letters in the mail folder, oldest first."""
    found = sorted((application.settings.data / "mail").glob("*.eml"))
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in found]  # type: ignore[misc]


def letters_to(application: Application, address: str) -> list[EmailMessage]:
    """Return the letters to an address."""
    return [letter for letter in letters(application) if letter["To"] == address]


@asynccontextmanager
async def house_with(server: Server, clock: Time, **settings: Any) -> AsyncIterator[Application]:
    """Wire an application of its own whose outside services stand where the settings say."""
    name = await template(server)
    async with built_application(server, name, clock, **settings) as application:
        yield application
    await server.drop(name)
