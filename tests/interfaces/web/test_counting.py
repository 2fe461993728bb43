"""Counting stops at ten thousand, on every page, and says so."""

import re

import pytest

from directapp.derive.present import show_count
from directapp.interfaces.web.core.context import SPOKEN_COOKIE
from directapp.kernel.actor import system_actor
from directapp.services.reading import MOST_COUNTED
from directapp.store.query import Condition, Junction, Query
from support.browser import Opener
from support.dealer import Dealer

_NB, _EN = "10\u00a0000+", "10,000+"
_CARS = """
INSERT INTO cars (tenant_id, id, status, car_type, dealership, original_dealership, prep_center, delivery_date,
                  customer_name)
SELECT $1, gen_random_uuid(), CASE WHEN n > 12 THEN 'registered' ELSE 'draft' END, 'new', $2, $2, $3,
       current_date - 5, 'Kunde' FROM generate_series(1, $4::int) n
"""
_OTHERS = """
UPDATE cars SET status = CASE right(id::text, 1) WHEN '1' THEN 'archived' WHEN '2' THEN 'delivered' ELSE status END,
       car_type = CASE WHEN right(id::text, 1) < '5' THEN 'used' ELSE car_type END,
       delivery_date = current_date + ascii(right(id::text, 1)) - 56,
       in_vehicle_bank = right(id::text, 1) = '3', visibility = 'global'
 WHERE tenant_id = $1 AND status = 'registered'
"""


async def stock(dealer: Dealer, count: int) -> None:
    """Put so many cars in the yard, twelve of them drafts, all promised for last week."""
    async with dealer.application.platform.database.unit(system_actor(dealer.tenant, "demo")) as unit:
        await unit.value(_CARS, dealer.tenant, dealer.sites["495"], dealer.sites["499"], count)


@pytest.mark.parametrize(("count", "nb", "en"), [(9_999, "9\u00a0999", "9,999"), (10_000, "10\u00a0000", "10,000")])
def test_what_was_counted_to_the_end_is_told_as_it_is(count: int, nb: str, en: str) -> None:
    assert (show_count(count, "nb", most=MOST_COUNTED), show_count(count, "en", most=MOST_COUNTED)) == (nb, en)
    assert show_count(MOST_COUNTED + 1, "nb", most=MOST_COUNTED) == _NB


async def test_a_count_stops_one_past_the_most(dealer: Dealer) -> None:
    await stock(dealer, 30)
    reading, admin = dealer.application.platform.reading, await dealer.person("tenant_admin", "495")
    assert await reading.count(admin, "cars", Query(), most=20) == 21
    assert await reading.count(admin, "cars", Query(), most=30) == 30
    drafts = Query(filter=Condition(("status",), "eq", "draft"))
    assert await reading.count(admin, "cars", drafts, most=20) == 12
    assert await reading.counts(admin, "cars", Query(), "status", most=15) == {"draft": 12, "registered": 16}
    assert await reading.counts(admin, "cars", drafts, "status") == {"draft": 12}
    stranger = await dealer.person("reception", "490")
    assert await reading.counts(stranger, "cars", Query(), "status") == {}, "only what this person sees is counted"


@pytest.mark.parametrize("name", ["status", "sla_status", "car_type"])
async def test_each_of_many_codes_is_counted_as_if_alone(dealer: Dealer, name: str) -> None:
    await stock(dealer, 30)
    async with dealer.application.platform.database.unit(system_actor(dealer.tenant, "demo")) as unit:
        await unit.value(_OTHERS, dealer.tenant)
    reading, codes = dealer.application.platform.reading, dealer.application.platform.spec["cars"].fields[name].choices
    open_ones = Condition(("status",), "among", ("draft", "registered", "sold"))
    met: set[str] = set()
    for role, site in (("tenant_admin", "495"), ("new_car_sales", "495"), ("used_car_sales", "324")):
        reader = await dealer.person(role, site)
        for filter_ in (None, open_ones, Junction("or", (open_ones, Condition(("car_type",), "eq", "new")))):
            alone = {}
            for code in codes:
                here = Condition((name,), "eq", code.code)
                query = Query(filter=Junction("and", (here, filter_)) if filter_ else here)
                if count := await reading.count(reader, "cars", query, most=7):
                    alone[code.code] = count
            assert await reading.counts(reader, "cars", Query(filter=filter_), name, most=7) == alone
            met |= {*alone}
    assert len(met) > 1


async def test_where_nothing_is_due_any_more_the_newest_stand_first(dealer: Dealer, signed: Opener) -> None:
    await stock(dealer, 30)
    async with dealer.application.platform.database.unit(system_actor(dealer.tenant, "demo")) as unit:
        await unit.value(
            "UPDATE cars SET delivery_date = current_date - (id::text < '8')::int WHERE tenant_id = $1", dealer.tenant
        )
        await unit.value("UPDATE cars SET status = 'archived' WHERE tenant_id = $1 AND status = 'draft'", dealer.tenant)
    browser = await signed("tenant_admin", "495")
    shown = {
        s: re.findall(
            r'href="/app/cars/([0-9a-f-]{36})"', (await browser.get(f"/app/cars/board?all=1&status={s}")).text
        )
        for s in ("archived", "registered")
    }
    assert shown["archived"] == sorted(shown["archived"], reverse=True)
    assert shown["registered"] == sorted(shown["registered"]), "those due a day earlier come before"
    assert len(shown["archived"]) == 12


async def test_pages_say_ten_thousand_and_more(dealer: Dealer, signed: Opener) -> None:
    await stock(dealer, MOST_COUNTED + 30)
    browser = await signed("tenant_admin", "495")
    assert (await browser.get("/app/cars/count")).text == f"{_NB} biler"
    assert (await browser.get("/app/cars/count?status=draft")).text == "12 biler"
    home = (await browser.get("/")).text
    assert re.search(rf'tile-number">{re.escape(_NB)}</span>\s*<span class="tile-name">Over frist', home)
    assert f"({_NB})" in home, "the queue's own list"
    board = (await browser.get("/app/cars/board")).text
    assert 'lane-count">1\u00a0000+<' in board, "many are counted at once there, each to a thousand"
    assert 'lane-count">12<' in board
    browser.client.cookies.set(SPOKEN_COOKIE, f"en.{browser.actor.user}")
    assert (await browser.get("/app/cars/count")).text == f"{_EN} cars"
    assert _EN in (await browser.get("/app/figures")).text


async def test_the_plan_of_a_count_reads_no_further(dealer: Dealer) -> None:
    """What is counted is limited in the statement itself: no page asks for all."""
    admin = await dealer.person("tenant_admin", "495")
    database = dealer.application.platform.database
    plan = database.count_plan(admin.roles, dealer.application.platform.spec["cars"], Query(most=MOST_COUNTED))
    assert f"LIMIT {MOST_COUNTED + 1}" in plan.sql
