"""Calendar feeds: read back by the library that calendars use; secret, revocable, and silent about customers."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from icalendar import Calendar

from directapp.app.container import Application
from directapp.domains.planning.feeds import parse_feed
from directapp.kernel.actor import Actor
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from directapp.services.reading import Reading
from directapp.store.query import Query
from support.pages import build_pages
from support.plan import Plan, at


@pytest.fixture(scope="module")
def app(application: Application) -> FastAPI:
    return build_pages(application)


async def fetch(app: FastAPI, address: str, **headers: str) -> httpx.Response:
    """Read an address as a calendar on somebody's phone does."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://pages.test") as client:
        return await client.get(address, headers=headers)


async def issue(plan: Plan, who: Actor, **params: Any) -> tuple[str, UUID]:
    """Make a link; return its address and its record."""
    answer = await plan.dealer.do(who, "calendar_feeds", "issue", **params)
    assert answer.record is not None
    return answer.shown_once["address"], answer.record


def events(text: str) -> list[Any]:
    return list(Calendar.from_ical(text).walk("VEVENT"))


async def test_a_persons_bookings_are_read_back(plan: Plan, app: FastAPI) -> None:
    mechanic = await plan.dealer.person("mechanic", "499")
    cars = [await plan.car(), await plan.car()]
    await plan.dealer.do(
        plan.demo, "cars", "update", cars[0], license_plate="EL54321", make="Škoda", model="Enyaq «Kystvær» æøå"
    )
    kept = await plan.book(cars[0], "mechanic", "08:00", "10:30", note="Ring Ola Nordmann 99 88 77 66")
    gone = await plan.book(cars[1], "mechanic", "12:00", "13:00")
    await plan.book(cars[1], "detailer", "14:00", "15:00", "cosmetic")
    await plan.dealer.do(await plan.planner(), "resource_bookings", "cancel", gone.record, reason="Utsatt")
    address, _ = await issue(plan, mechanic)
    answer = await fetch(app, address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    first, second = events(answer.text)
    assert str(first["UID"]) == f"{kept.record}@directapp"
    assert (first.decoded("DTSTART"), first.decoded("DTEND")) == (at(plan.day, "08:00"), at(plan.day, "10:30"))
    assert first["DTSTART"].to_ical().endswith(b"Z")
    assert str(first["SUMMARY"]) == "EL 54321 Škoda Enyaq «Kystvær» æøå – Teknisk"
    assert str(first["LOCATION"]) == "Skade og bilpleie"
    assert (str(first["STATUS"]), str(second["STATUS"])) == ("CONFIRMED", "CANCELLED")
    assert str(second["UID"]) == f"{gone.record}@directapp"
    assert int(second["SEQUENCE"]) > int(first["SEQUENCE"])
    assert str(first["URL"]).endswith(f"/app/cars/{cars[0]}")
    # Lines of 75 octets at most, ended as the format wants.
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    assert b"\n" not in answer.content.replace(b"\r\n", b"")
    whole = answer.text.replace("\r\n ", "")
    assert not any(word in whole for word in ("Kunde", "Nordmann", "99 88", "kunde"))


async def test_unchanged_is_said_in_few_words_and_a_move_keeps_its_name(plan: Plan, app: FastAPI) -> None:
    mechanic, planner = await plan.dealer.person("mechanic", "499"), await plan.planner()
    booked = await plan.book(await plan.car(), "mechanic", "08:00", "10:00")
    address, record = await issue(plan, mechanic)
    first = await fetch(app, address)
    again = await fetch(app, address, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    moved = {"starts_at": at(plan.day, "09:00").isoformat(), "ends_at": at(plan.day, "11:00").isoformat()}
    await plan.dealer.do(planner, "resource_bookings", "update", booked.record, **moved)
    third = await fetch(app, address, **{"If-None-Match": first.headers["etag"]})
    assert third.status_code == 200
    before, after = events(first.text)[0], events(third.text)[0]
    assert str(before["UID"]) == str(after["UID"])
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert after.decoded("DTSTART") == at(plan.day, "09:00")
    row = await plan.dealer.read(mechanic, "calendar_feeds", record)
    assert row["last_read_at"] is not None
    assert "secret_hash" not in row


async def test_a_link_is_dead_when_revoked_guessed_or_its_person_is_gone(plan: Plan, app: FastAPI) -> None:
    mechanic, detailer = await plan.dealer.person("mechanic", "499"), await plan.dealer.person("detailer", "499")
    address, record = await issue(plan, mechanic)
    other, _ = await issue(plan, mechanic)
    token = parse_feed(address.removeprefix("/calendar/").removesuffix(".ics"))
    assert token is not None
    assert token.tenant == plan.dealer.tenant
    for wrong in (
        address.replace(token.secret, "x" * len(token.secret)),
        address.replace(token.tenant.hex, "0" * 32),
        address.replace(token.id.hex, "f" * 32),
        "/calendar/cal_.ics",
        "/calendar/anything.ics",
    ):
        assert (await fetch(app, wrong)).status_code == 404, wrong
    with pytest.raises(NotFoundError):
        await plan.dealer.do(detailer, "calendar_feeds", "revoke", record)
    await plan.dealer.do(mechanic, "calendar_feeds", "revoke", record)
    assert (await fetch(app, address)).status_code == 404
    with pytest.raises(ConflictError):
        await plan.dealer.do(mechanic, "calendar_feeds", "revoke", record)
    assert (await fetch(app, other)).status_code == 200
    assert mechanic.user is not None
    await plan.dealer.do(await plan.dealer.person("tenant_admin", "490"), "users", "deactivate", mechanic.user)
    assert (await fetch(app, other)).status_code == 404


async def test_planners_make_those_of_their_own_resources(plan: Plan, app: FastAPI) -> None:
    resource, planner = str(plan.resources["detailer"]), await plan.planner()
    await plan.book(await plan.car(), "detailer", "08:00", "10:00", "cosmetic")
    address, record = await issue(plan, planner, resource=resource)
    assert len(events((await fetch(app, address)).text)) == 1
    detailer = await plan.dealer.person("detailer", "499")
    with pytest.raises(ForbiddenError) as caught:
        await issue(plan, detailer, resource=resource)
    assert caught.value.problems[0].field == "resource"
    with pytest.raises(InvalidError):
        await issue(plan, await plan.planner("490"), resource=resource)
    manager = await plan.dealer.person("manager", "499")
    await plan.dealer.do(manager, "calendar_feeds", "revoke", record)
    assert (await fetch(app, address)).status_code == 404


@pytest.mark.parametrize("change", [{"active": False}, {"roles": ["mechanic"]}, {"dealership": "490"}])
async def test_a_resources_link_ends_with_its_makers_access(plan: Plan, app: FastAPI, change: dict[str, Any]) -> None:
    planner, resource = await plan.dealer.person("planner", "499"), str(plan.resources["detailer"])
    address, _ = await issue(plan, planner, resource=resource)
    assert (await fetch(app, address)).status_code == 200
    values = change | ({"dealership": str(plan.dealer.sites["490"])} if "dealership" in change else {})
    await plan.dealer.do(plan.demo, "users", "update", planner.user, **values)
    assert (await fetch(app, address)).status_code == 404


async def test_a_leaders_link_follows_the_sites_below(plan: Plan, app: FastAPI) -> None:
    sites = plan.dealer.sites
    await plan.dealer.do(plan.demo, "dealerships", "update", sites["499"], parent_dealership=str(sites["490"]))
    manager = await plan.dealer.person("manager", "490")
    address, _ = await issue(plan, manager, resource=str(plan.resources["mechanic"]))
    assert (await fetch(app, address)).status_code == 200
    await plan.dealer.do(plan.demo, "dealerships", "update", sites["499"], parent_dealership=None)
    assert (await fetch(app, address)).status_code == 404


async def test_nobody_reads_through_the_verb_or_sees_the_secret(plan: Plan) -> None:
    mechanic, admin = await plan.dealer.person("mechanic", "499"), await plan.dealer.person("tenant_admin", "490")
    address, record = await issue(plan, mechanic)
    secret = address.rpartition("_")[2].removesuffix(".ics")
    with pytest.raises(ForbiddenError):
        await plan.dealer.do(mechanic, "calendar_feeds", "subscribe", record, secret=secret)
    reading: Reading = plan.dealer.application.platform.reading
    page = (await reading.page(admin, "calendar_feeds", Query(limit=10))).json
    assert str(record).encode() in page
    assert b"secret" not in page
