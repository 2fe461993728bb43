"""Wall displays: made and revoked by who leads a site; what they tell, and whom they do not."""

import hashlib
from typing import Any
from uuid import UUID

import orjson
import pytest

from directapp.domains.planning.hall import parse_screen
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.errors import ConflictError, ForbiddenError, NotFoundError
from support.plan import Plan


async def issue(plan: Plan, who: Actor, site: str = "499", **more: Any) -> tuple[str, UUID]:
    """Make a display; return its address and its record."""
    values = {"name": "Hall", "dealership": str(plan.dealer.sites[site])} | more
    answer = await plan.dealer.do(who, "hall_screens", "issue", **values)
    assert answer.record is not None
    return answer.shown_once["address"], answer.record


async def test_who_leads_a_site_makes_and_revokes_a_display_and_its_secret_is_kept_by_nobody(plan: Plan) -> None:
    manager = await plan.dealer.person("manager", "499")
    address, record = await issue(plan, manager)
    token = parse_screen(address.removeprefix("/hall/"))
    assert token is not None
    assert (token.tenant, token.id) == (plan.dealer.tenant, record)
    async with plan.dealer.application.platform.database.unit(plan.demo) as unit:
        (kept,) = await unit.fetch("SELECT secret_hash FROM hall_screens WHERE id = $1", record)
    assert kept["secret_hash"] == hashlib.sha256(token.secret.encode()).hexdigest()
    assert "secret_hash" not in await plan.dealer.read(manager, "hall_screens", record)
    for role, site in (("planner", "499"), ("mechanic", "499"), ("manager", "324")):
        with pytest.raises((ForbiddenError, NotFoundError)):
            await issue(plan, await plan.dealer.person(role, site))
    other = await plan.dealer.person("manager", "324")
    with pytest.raises(NotFoundError):
        await plan.dealer.do(other, "hall_screens", "revoke", record)
    await plan.dealer.do(manager, "hall_screens", "revoke", record)
    with pytest.raises(ConflictError):
        await plan.dealer.do(manager, "hall_screens", "revoke", record)
    with pytest.raises(ForbiddenError):
        await plan.dealer.do(manager, "hall_screens", "show", record, secret=token.secret)


async def test_a_display_tells_of_the_cars_at_its_site(plan: Plan) -> None:
    car = await plan.car()
    await plan.dealer.do(plan.demo, "cars", "update", car, customer_name="Ola Nordmann", customer_phone="99887766")
    booked = await plan.book(car, "mechanic", "08:00", "10:00")
    assert booked.record
    address, record = await issue(plan, await plan.dealer.person("manager", "499"), columns=["ready_to_plan"])
    token = parse_screen(address.removeprefix("/hall/"))
    assert token is not None
    planning = system_actor(plan.dealer.tenant, "planning")
    answer = await plan.dealer.do(planning, "hall_screens", "show", record, secret=token.secret)
    assert answer.json is not None
    told: dict[str, Any] = orjson.loads(answer.json)
    (column,) = told["columns"]
    (shown,) = column["cars"]
    assert (shown["who"], shown["step"]["nb"]) == ("mechanic", "Teknisk")
    assert set(shown) == {"plate", "vin", "name", "due", "tone", "step", "starts", "who"}
    assert "Nordmann" not in str(answer.json)
    with pytest.raises(NotFoundError):
        await plan.dealer.do(planning, "hall_screens", "show", record, secret="x" * 43)
