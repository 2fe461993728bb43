"""The demo: every stage has its cars, every role its person, and everything came through the pipeline."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from directapp.app.container import Application
from directapp.app.demo import seed_demo
from directapp.app.demo.lives import COUNTS, all_lives
from directapp.app.demo.photos import draw
from directapp.app.demo.sites import COAST, MOUNTAIN, Group
from directapp.app.demo.sites import GROUPS as WHOLE
from directapp.app.demo.stock import organisation, phone
from directapp.app.demo.story import LONGEST, login
from directapp.app.demo.worktime import Worktime, is_workday
from directapp.declare.reading import read_phone
from directapp.domains.imports.set_up import apply, snapshot
from directapp.domains.imports.set_up_files import read, write
from directapp.domains.people.auth import sign_in
from directapp.domains.registered.identifiers import PlateKind, parse_org_number, parse_vin, plate_kind
from directapp.kernel.actor import system_actor
from directapp.kernel.clock import OSLO, oslo_day
from directapp.kernel.ids import uuid7
from directapp.services.intent import Intent
from directapp.services.jobs import Ordered
from directapp.services.media import examine
from directapp.services.seal import seal, verify
from support.dealer import Time, built_application, template
from support.figures_page import counts, lists_of, near, numbers, shown
from support.figures_sql import as_owner
from support.monday_sql import monday as monday_figures
from support.pages import build_pages
from support.server import Server

# The same lives, fewer of them: every stage keeps its cars.
GROUPS: tuple[Group, ...] = tuple(replace(group, scale=group.scale * 0.35) for group in WHOLE)

NOONS = [
    datetime(2026, 11, 20, 11, 20, tzinfo=UTC),
    datetime(2026, 11, 22, 3, 0, tzinfo=UTC),
    datetime(2026, 11, 23, 6, 30, tzinfo=UTC),
    datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
]


@pytest.fixture(scope="module")
async def database(server: Server) -> AsyncIterator[str]:
    name = await template(server)
    yield name
    await server.drop(name)


@pytest.fixture(scope="module")
async def demo(server: Server, database: str) -> AsyncIterator[Application]:
    async with built_application(server, database, Time()) as application:
        await seed_demo(application, lambda *_: None, GROUPS)
        yield application


async def tenant_of(application: Application, email: str) -> UUID:
    found = await application.auth.port.find_login(email)
    assert found is not None, email
    return found[0]


async def rows(application: Application, domain: str, sql: str) -> list[dict[str, Any]]:
    tenant = await tenant_of(application, f"admin@{domain}")
    async with application.platform.database.unit(system_actor(tenant, "pipeline"), readonly=True) as unit:
        return [dict(r) for r in await unit.fetch(sql)]


@pytest.mark.parametrize("now", NOONS)
def test_working_time_runs_by_day_and_never_past_now(now: datetime) -> None:
    time = Worktime(now)
    moments = [time.at(h / 7) for h in range(-6000, 1)]
    assert moments == sorted(moments)
    assert moments[-1] <= now
    assert all(is_workday(m.astimezone(OSLO).date()) and 7 <= m.astimezone(OSLO).hour < 16 for m in moments)
    assert time.at(0.5) > time.at(0)
    assert time.at(-LONGEST - 9) > now - timedelta(days=160)


@pytest.mark.parametrize("group", GROUPS)
def test_lives_are_the_same_every_time_and_end_before_now(group: Any) -> None:
    first, second = all_lives(group), all_lives(group)
    assert [[(s.who, s.verb, s.hours) for s in x.steps] for x in first] == [
        [(s.who, s.verb, s.hours) for s in x.steps] for x in second
    ]
    assert {x.target for x in first} == set(COUNTS)
    spans = [(x.when(min(x.steps, key=lambda s: s.hours)), x.when(max(x.steps, key=lambda s: s.hours))) for x in first]
    assert all(-LONGEST - 1 <= begun <= ended < 0 for begun, ended in spans)


def test_numbers_are_invented_and_valid() -> None:
    assert [parse_org_number(organisation(n)) for n in range(8)]
    assert read_phone(phone(7)) == "+4740000007"
    assert examine("bil.jpg", draw("Hvit", "EL90001", (0.4, 0.5)))[0].width == 960


async def test_work_orders_stand_where_the_demo_says(demo: Application) -> None:
    found = await rows(demo, "demo.directapp.no", "SELECT status, schedule IS NULL AS fault FROM work_orders")
    assert any(one["status"] == "open" for one in found)
    assert {one["status"] for one in found if not one["fault"]} <= {"open", "awaiting_approval", "approved"}
    assert {one["status"] for one in found if one["fault"]} <= {"in_progress", "on_hold"}


@pytest.mark.slow
async def test_the_set_up_is_carried_to_an_empty_company(demo: Application, tmp_path: Path) -> None:
    pipeline, spec = demo.platform.pipeline, demo.platform.spec
    things = await snapshot(pipeline, await tenant_of(demo, f"admin@{GROUPS[0].domain}"))
    assert len({collection for collection, _ in things}) > 5
    write(tmp_path, spec, things)
    empty = uuid7()
    await pipeline.perform(
        Intent(
            actor=system_actor(empty, "demo"),
            collection="tenants",
            verb="create",
            patch={"id": str(empty), "name": "Drift"},
            origin="test",
        )
    )
    await apply(
        pipeline, empty, read(tmp_path, spec), by=Ordered(system_actor(empty, "importer"), "schema apply (ola)")
    )
    there = await snapshot(pipeline, empty)
    assert {place: thing.values for place, thing in there.items()} == {p: t.values for p, t in things.items()}


@pytest.mark.slow
async def test_a_second_start_changes_nothing(demo: Application) -> None:
    count = "SELECT (SELECT count(*) FROM audit) AS audit, (SELECT count(*) FROM cars) AS cars"
    before = [await rows(demo, g.domain, count) for g in GROUPS]
    lines = await seed_demo(demo, lambda *_: None, GROUPS)
    assert [await rows(demo, g.domain, count) for g in GROUPS] == before
    assert any("admin@demo.directapp.no" in line for line in lines)
    assert any(demo.settings.demo_password in line for line in lines)
    assert not any("broken off" in line for line in lines)


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
async def test_every_stage_has_the_cars_that_were_meant_to_be_there(demo: Application, group: Any) -> None:
    found = await rows(demo, group.domain, "SELECT status, count(*) AS n FROM cars GROUP BY 1")
    assert {r["status"]: r["n"] for r in found} == Counter(life.target for life in all_lives(group))


@pytest.mark.slow
async def test_everyone_signs_in(demo: Application) -> None:
    emails = [
        f"{login(role, site.number, n)}@{group.domain}"
        for group in GROUPS
        for site in group.sites
        for role, count in site.staff.items()
        for n in range(1, count + 1)
    ]
    admins = [f"admin@{g.domain}" for g in GROUPS]
    for email in admins:
        done = await sign_in(demo.auth, email=email, password=demo.settings.demo_password, address="192.0.2.1")
        assert done.actor.roles == {"tenant_admin"}
    roles = set()
    for i, email in enumerate(emails):
        found = await demo.auth.port.find_login(email)
        assert found is not None, email
        if i % 6 == 0 or email.endswith("499@demo.directapp.no"):
            password = demo.settings.demo_password
            done = await sign_in(demo.auth, email=email, password=password, address=f"192.0.2.{i + 2}")
            roles |= done.actor.roles
    assert "new-car-sales.495@demo.directapp.no" in emails
    assert "mechanic.499-3@demo.directapp.no" in emails
    assert {"reception", "mechanic", "detailer", "planner", "parts"} <= roles


@pytest.mark.slow
async def test_no_rule_was_passed_by(demo: Application) -> None:
    sql = (
        "SELECT c.status, count(DISTINCT a.actor) FILTER (WHERE a.actor IS NOT NULL) AS people,"
        " bool_or(a.actor IS NULL AND a.actor_name NOT IN ('system:demo', 'system:workflow')) AS strange,"
        " bool_or(a.actor IS NULL AND a.verb = 'update' AND a.changes ? 'inspection_approved') AS forged"
        " FROM cars c JOIN audit a ON a.collection = 'cars' AND a.record = c.id GROUP BY c.id, c.status"
    )
    found = await rows(demo, COAST.domain, sql)
    assert len(found) > 400 * 0.35
    assert not any(r["strange"] or r["forged"] for r in found)
    reached = {
        "planned",
        "technical_prep",
        "quality_check",
        "ready_for_delivery",
        "ready_for_sale",
        "sold",
        "delivered",
    }
    assert min(r["people"] for r in found if r["status"] in reached) >= 3
    assert sum(r["people"] >= 5 for r in found) > 100 * 0.35


@pytest.mark.slow
async def test_what_stands_around_the_cars(demo: Application) -> None:
    sql = """SELECT
        (SELECT count(*) FROM car_transfers WHERE closed_at IS NULL) AS under_way,
        (SELECT count(*) FROM car_transfers WHERE reason = 'sale') AS between_sites,
        (SELECT count(*) FROM cars WHERE trade_in_for IS NOT NULL) AS trade_ins,
        (SELECT count(*) FROM cars WHERE previous_car IS NOT NULL) AS known_before,
        (SELECT count(*) FROM cars WHERE dealership IS NULL) AS ownerless,
        (SELECT count(*) FROM cars WHERE in_vehicle_bank) AS bank,
        (SELECT count(*) FROM cars WHERE delivery_date < current_date AND status NOT IN ('delivered', 'archived'))
            AS late,
        (SELECT count(*) FROM comments WHERE mentions <> '{}') AS mentions,
        (SELECT count(*) FROM car_accessories) AS accessories,
        (SELECT count(*) FROM inspections WHERE kind = 'mottak' AND signed_at IS NOT NULL) AS inspected,
        (SELECT count(*) FROM inspections WHERE kind = 'handover' AND signed_at IS NOT NULL) AS handed_over,
        (SELECT count(*) FROM car_files) AS photos,
        (SELECT count(*) FROM service_history) AS services,
        (SELECT count(DISTINCT archive_reason) FROM cars WHERE status = 'archived') AS reasons"""
    found = (await rows(demo, COAST.domain, sql))[0]
    assert all(found.values()), found
    for table, statuses in {
        "work_items": {"proposed", "approved", "done", "declined"},
        "parts_orders": {"ordered", "arrived"},
    }.items():
        seen = await rows(demo, COAST.domain, f"SELECT DISTINCT status FROM {table}")
        assert statuses <= {r["status"] for r in seen}


@pytest.mark.slow
async def test_the_plan_is_real_and_nothing_collides(demo: Application) -> None:
    sql = """SELECT
        (SELECT count(*) FROM resource_bookings WHERE status = 'scheduled') AS ahead,
        (SELECT count(*) FROM resource_bookings WHERE status = 'in_progress') AS running,
        (SELECT count(*) FROM resource_bookings WHERE status = 'completed' AND actual_hours > 0) AS done,
        (SELECT count(*) FROM resource_bookings WHERE agreement IS NOT NULL) AS shared,
        (SELECT count(*) FROM resource_bookings b JOIN resource_types t ON t.id = b.resource_type
            WHERE t.work = 'inspection' AND b.starts_at > now() - interval '1 day') AS to_inspect,
        (SELECT count(*) FROM resource_bookings b JOIN resource_types t ON t.id = b.resource_type
            WHERE t.work = 'quality' AND b.starts_at > now() - interval '1 day') AS to_check,
        (SELECT count(*) FROM timebank_entries WHERE kind = 'work') AS hours,
        (SELECT count(*) FROM timebank_entries WHERE kind = 'correction') AS corrections,
        (SELECT count(*) FROM absences WHERE ends_at > now()) AS away,
        (SELECT count(*) FROM sharing_weeks WHERE used_hours > 0) AS weeks,
        (SELECT count(*) FROM car_stages) AS stages"""
    found = (await rows(demo, COAST.domain, sql))[0]
    assert all(found.values()), found
    nothing = """SELECT
        (SELECT count(*) FROM resource_bookings a JOIN resource_bookings b ON a.person = b.person AND a.id < b.id
            AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at) AS collisions,
        (SELECT count(*) FROM resource_bookings b JOIN absences a ON a.resource = b.resource
            AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at) AS away,
        (SELECT count(*) FROM resource_bookings b JOIN cars c ON c.id = b.car WHERE b.status = 'in_progress'
            AND c.status NOT IN ('technical_prep', 'cosmetic_prep')) AS left_open,
        (SELECT count(*) FROM cars c WHERE status = 'planned' AND assigned_mechanic IS NOT NULL
            AND needs_technical AND NOT EXISTS (SELECT 1 FROM resource_bookings b WHERE b.car = c.id)) AS unbooked"""
    for group in GROUPS:
        assert not any((await rows(demo, group.domain, nothing))[0].values())


@pytest.mark.slow
async def test_every_inspected_car_that_is_still_here_has_its_checklist(demo: Application) -> None:
    sql = """SELECT count(*) AS inspected, count(*) FILTER (WHERE NOT EXISTS (
            SELECT 1 FROM inspections i WHERE i.car = c.id AND i.kind = 'mottak' AND i.signed_at IS NOT NULL
        )) AS bare
        FROM cars c WHERE inspection_approved IS NOT NULL AND status NOT IN ('delivered', 'archived')"""
    for group in GROUPS:
        found = (await rows(demo, group.domain, sql))[0]
        assert found["inspected"]
        assert not found["bare"]


@pytest.mark.slow
async def test_people_have_read_most_of_what_they_were_told(demo: Application) -> None:
    unread = "SELECT count(*) AS n FROM notifications WHERE read_at IS NULL GROUP BY receiver ORDER BY 1 DESC"
    counts = [r["n"] for r in await rows(demo, COAST.domain, unread)]
    assert counts
    assert counts[0] <= 7
    late = "SELECT count(*) AS n FROM notifications WHERE event = 'deadline.overdue'"
    assert (await rows(demo, COAST.domain, late))[0]["n"]
    old = "SELECT count(*) AS n FROM notifications WHERE read_at IS NULL AND created_at < now() - interval '4 days'"
    assert (await rows(demo, COAST.domain, old))[0]["n"] == 0


@pytest.mark.slow
async def test_history_lies_in_the_last_months_and_can_be_sealed(demo: Application) -> None:
    span = (await rows(demo, COAST.domain, "SELECT min(at) AS first, max(at) AS last FROM audit"))[0]
    now = demo.platform.clock()
    assert now - timedelta(days=165) < span["first"] < now - timedelta(days=120)
    assert now - timedelta(days=5) < span["last"] <= now
    tenant = await tenant_of(demo, f"admin@{MOUNTAIN.domain}")
    sealed = await seal(demo.platform.database, tenant)
    found = await verify(demo.platform.database, tenant)
    assert (found.flaws, found.rows) == ([], sealed)
    assert sealed > 0


@pytest.mark.slow
async def test_cars_look_like_their_sites(demo: Application) -> None:
    sql = (
        "SELECT c.make, c.car_type, c.vin, c.license_plate, c.fuel_type, s.brands FROM cars c"
        " JOIN dealerships s ON s.id = c.original_dealership"
    )
    found = await rows(demo, COAST.domain, sql)
    assert all(r["make"] in r["brands"] for r in found if r["car_type"] in {"new", "demo"})
    assert all(parse_vin(r["vin"])[3:9] == "ZZZDEM" for r in found if r["vin"])
    electric = [r["license_plate"] for r in found if r["fuel_type"] == "electric" and r["license_plate"]]
    assert electric
    assert {plate_kind(p) for p in electric} == {PlateKind.ELECTRIC}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("login", "role"), [("planner.499", "planner"), ("manager.490", "manager"), ("admin", "tenant_admin")]
)
async def test_every_figure_is_what_plain_sql_makes_of_the_rows(
    demo: Application, server: Server, database: str, login: str, role: str
) -> None:
    """Each figure of the page is computed once more, and leads to a list of as many rows as it says."""
    email, today = f"{login}@{COAST.domain}", oslo_day(demo.platform.clock())
    monday, first, last = today - timedelta(days=today.weekday()), today - timedelta(days=30), today + timedelta(days=3)
    states = demo.platform.spec["cars"].declared.workflow
    assert states is not None
    labels = {s.code: s.label.pick("nb") for s in states.states if not s.locked}
    tiles = {"I dag": (today, today), "Denne uken": (monday, monday + timedelta(days=6)), "Perioden": (first, last)}
    transport = httpx.ASGITransport(app=build_pages(demo))
    async with httpx.AsyncClient(transport=transport, base_url="http://pages.test") as client:
        await client.post("/sign-in", data={"email": email, "password": demo.settings.demo_password})
        page = (await client.get(f"/app/figures?first={first}&last={last}")).text
        side_by_side = (await client.get("/app/figures/monday?by=dealership")).text
        for text, address in (one for one in lists_of(page + side_by_side) if counts(one[0])):
            path, _, asked = address.partition("?")
            count = (await client.get(f"{path}/count?{asked}")).text
            assert counts(text)[0] == numbers(count)[0], (text, address, count)
    async with as_owner(server.owner(database), email, role) as owner:
        found = await owner.figures(first, last, tiles, labels)
        compared = await monday_figures(owner, monday)
    assert len(found) > 100
    assert near(shown(page), found) == []
    if role != "planner":
        assert near(shown(side_by_side), compared) == []
