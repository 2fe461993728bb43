"""The pages on an application, people with passwords, and a few cars on the way."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from fastapi import FastAPI

from directapp.app.container import Application
from directapp.app.web import outside_of
from directapp.domains.people.issue import store_password
from directapp.interfaces.rest import router as rest
from directapp.interfaces.web import router as pages
from directapp.kernel.actor import Actor
from directapp.kernel.clock import utc_now
from support.dealer import Dealer

PASSWORD = "klargjort-2026"
# Hashed once, at the least cost; that real ones cost what they should is tested where they are made.
_STORED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def build_pages(application: Application) -> FastAPI:
    """Return an application of the pages and, for pictures, the API."""
    app = FastAPI(openapi_url=None)
    app.state.platform, app.state.auth = application.platform, application.auth
    app.state.authenticate = application.principals.authenticate
    app.state.registry = application.registry.lookups
    app.state.settings, app.state.companies = application.settings, application.companies
    app.include_router(rest.build(application.platform, application.auth))
    app.include_router(pages.build(application.platform, application.auth, outside=outside_of(application)))
    return app


async def give_password(dealer: Dealer, actor: Actor) -> str:
    """Give a person the tests' password and return their e-mail address."""
    assert actor.user is not None
    async with dealer.application.auth.open(dealer.tenant) as rows:
        await store_password(rows, actor.user, _STORED)
        return str((await rows.look_up("users", actor.user)).row["email"])


MODELS = (("Audi", "Q4 e-tron"), ("Audi", "A3 Sportback"), ("Volkswagen", "ID.4"), ("Škoda", "Enyaq"))
FACTS = (
    ("sent_at", "new_car_sales", "495"),
    ("arrived_prep_center_at", "reception", "499"),
    ("inspection_started_at", "reception", "499"),
    ("inspection_approved", "reception", "499"),
    ("scheduled_technical_start", "planner", "499"),
    ("technical_started_at", "planner", "499"),
)


async def new_car(dealer: Dealer, seller: Actor, number: int, **more: Any) -> UUID:
    """Create a new car that a customer has ordered."""
    make, model = MODELS[number % len(MODELS)]
    serial = dealer.tenant.hex[-3:].upper().translate(str.maketrans("IOQ", "123"))
    promised = utc_now() + timedelta(days=number % 20 - 3)
    values = {
        "car_type": "new",
        "make": make,
        "model": model,
        "vin": f"WAUZZZF4{serial}{number:06d}",
        "order_number": f"O{number:05d}",
        "license_plate": f"EL{20000 + number}",
        "customer_name": f"Kunde {number}",
        "customer_phone": f"9{number:07d}",
        "delivery_date": promised.date().isoformat(),
        "sale_price": 349900 + 1000 * number,
    }
    return await dealer.create(seller, "cars", **{**values, **more})


async def fill_yard(dealer: Dealer, count: int = 60) -> list[UUID]:
    """Make cars that stand at every stage up to technical preparation."""
    seller = await dealer.person("new_car_sales", "495")
    made = []
    for number in range(count):
        car = await new_car(dealer, seller, number)
        for name, role, site in FACTS[: number % (len(FACTS) + 1)]:
            actor = await dealer.person(role, site)
            value: Any = True if name == "inspection_approved" else utc_now().isoformat()
            values = {name: value}
            if name == "scheduled_technical_start":
                values["scheduled_cosmetic_start"] = value
            await dealer.do(actor, "cars", "update", car, **values)
        made.append(car)
    return made


__all__ = ["PASSWORD", "build_pages", "fill_yard", "give_password", "new_car"]
