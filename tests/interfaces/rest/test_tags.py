from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from directapp.kernel.actor import Actor, system_actor
from support.dealer import settle

CAR = {"car_type": "used", "make": "Audi", "model": "Q4"}
LIST = "/items/cars?fields=id,model,dealership.name&limit=50"
COUNT = "/items/cars?aggregate[count]=*&groupBy=status"


@pytest.fixture
async def seller(api: Any) -> Actor:
    actor: Actor = await api.dealer.person("used_car_sales", "495")
    return actor


async def ask(api: Any, actor: Actor, path: str, tag: str | None = None) -> httpx.Response:
    headers = {"If-None-Match": tag} if tag else {}
    response: httpx.Response = await api.call(actor, "GET", path, headers=headers)
    return response


async def unchanged(api: Any, actor: Actor, path: str, asked: str = "{tag}") -> tuple[httpx.Response, httpx.Response]:
    """Ask until nobody has written in between: other tests write to the same server."""
    for _ in range(200):
        first = await ask(api, actor, path)
        again = await ask(api, actor, path, asked.format(tag=first.headers["ETag"]))
        if again.status_code == 304:
            return first, again
    raise AssertionError("never unchanged")


@pytest.mark.parametrize("path", [LIST, COUNT, "/items/users?limit=5", "/items/cars?fields=id&search=audi"])
async def test_what_has_not_changed_is_not_sent_again(api: Any, seller: Actor, path: str) -> None:
    await api.ok(seller, "POST", "/items/cars", json=CAR)
    first, again = await unchanged(api, seller, path)
    assert first.status_code == 200
    assert again.content == b""
    assert again.headers["ETag"] == first.headers["ETag"]
    _, some = await unchanged(api, seller, path, '"other", W/{tag}')
    assert some.content == b""
    assert (await ask(api, seller, path, '"other"')).status_code == 200


async def test_one_record_is_not_sent_again(api: Any, seller: Actor) -> None:
    car = await api.ok(seller, "POST", "/items/cars", json=CAR)
    path = f"/items/cars/{car['id']}?fields=id,model"
    await unchanged(api, seller, path)
    tag = (await ask(api, seller, path)).headers["ETag"]
    manager = await api.dealer.person("tenant_admin")
    await api.ok(manager, "PATCH", f"/items/cars/{car['id']}", json={"model": "Q6"})
    after = await ask(api, seller, path, tag)
    assert (after.status_code, after.json()["data"]["model"]) == (200, "Q6")


async def test_every_write_of_somebody_else_is_seen(api: Any, seller: Actor) -> None:
    admin = await api.dealer.person("tenant_admin")
    car = await api.ok(seller, "POST", "/items/cars", json=CAR)
    site = str(seller.site)
    name = (await api.ok(admin, "GET", f"/items/dealerships/{site}"))["name"]

    async def changed() -> None:
        await api.ok(admin, "PATCH", f"/items/cars/{car['id']}", json={"model": "Q8"})

    async def created() -> None:
        await api.ok(admin, "POST", "/items/cars", json=CAR | {"model": "A6", "dealership": site})

    async def renamed() -> None:
        await api.ok(admin, "PATCH", f"/items/dealerships/{site}", json={"name": name + " Ny"})

    async def written_past_the_rules() -> None:
        demo = system_actor(seller.tenant, "demo")
        async with api.dealer.application.platform.database.unit(demo) as unit:
            await unit.value("UPDATE cars SET model = 'Raw' WHERE tenant_id = $1 AND id = $2", demo.tenant, car["id"])

    writes: list[Callable[[], Awaitable[None]]] = [changed, created, renamed, written_past_the_rules]
    for write in writes:
        before = await ask(api, seller, LIST)
        await write()
        after = await ask(api, seller, LIST, before.headers["ETag"])
        assert after.status_code == 200, write.__name__
        assert after.json() != before.json(), write.__name__


async def test_a_write_that_was_under_way_is_seen_when_it_is_done(api: Any, seller: Actor) -> None:
    car = await api.ok(seller, "POST", "/items/cars", json=CAR)
    demo = system_actor(seller.tenant, "demo")
    async with api.dealer.application.platform.database.unit(demo) as unit:
        await unit.value("UPDATE cars SET model = 'Late' WHERE tenant_id = $1 AND id = $2", demo.tenant, car["id"])
        # What is numbered after it is committed before it.
        await api.ok(seller, "POST", "/items/cars", json=CAR | {"model": "Early"})
        before = await ask(api, seller, LIST)
        assert "Late" not in before.text
    after = await ask(api, seller, LIST, before.headers["ETag"])
    assert after.status_code == 200
    assert "Late" in after.text


async def test_figures_kept_by_their_tag_follow_every_write(api: Any, seller: Actor) -> None:
    async def registered() -> int:
        rows = (await ask(api, seller, COUNT)).json()["data"]
        return sum(int(row["count"]) for row in rows)

    counts = [await registered()]
    for _ in range(3):
        await api.ok(seller, "POST", "/items/cars", json=CAR)
        counts += [await registered()]
        assert await registered() == counts[-1]
    assert counts == list(range(counts[0], counts[0] + 4))


async def test_nobody_is_told_unchanged_by_the_tag_of_somebody_else(api: Any, seller: Actor) -> None:
    await api.ok(seller, "POST", "/items/cars", json=CAR)
    others = [
        replace(seller, roles=frozenset({"used_car_sales", "finance"})),
        replace(seller, roles=frozenset({"new_car_sales"})),
        replace(seller, brands=frozenset({"Lada"})),
        replace(seller, sites=frozenset()),
        replace(seller, site=None),
        replace(seller, language="en"),
        await api.dealer.person("used_car_sales", "499"),
    ]
    for other in others:
        for path in (LIST, COUNT):
            tag = (await ask(api, seller, path)).headers["ETag"]
            assert (await ask(api, other, path, tag)).status_code == 200


async def test_another_tenant_is_not_told_unchanged(api: Any, seller: Actor) -> None:
    other = await (await settle(api.dealer.application)).person("used_car_sales", "495")
    tag = (await ask(api, seller, "/items/cars?fields=id")).headers["ETag"]
    answer = await ask(api, other, "/items/cars?fields=id", tag)
    assert (answer.status_code, answer.json()["data"]) == (200, [])


async def test_another_question_is_another_tag(api: Any, seller: Actor) -> None:
    tag = (await ask(api, seller, "/items/cars?fields=id&limit=1")).headers["ETag"]
    for path in ("/items/cars?fields=id&limit=2", "/items/users?fields=id&limit=1", "/items/cars?fields=id&sort=-id"):
        assert (await ask(api, seller, path, tag)).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/items/cars",
        "/items/cars?fields=id,sla_status",
        "/items/cars?fields=expected_ready_at",
        '/items/cars?fields=id&filter={"sla_status":{"_eq":"delayed"}}',
        '/items/cars?fields=id&filter={"created_at":{"_lt":"$NOW"}}',
        "/items/cars?aggregate[count]=*&groupBy=sla_status",
        "/items/work_items?fields=id,car.sla_status",
    ],
)
async def test_what_changes_with_the_clock_has_no_tag(api: Any, path: str) -> None:
    manager = await api.dealer.person("manager", "495")
    answer = await ask(api, manager, path, '"any"')
    assert answer.status_code == 200, answer.text
    assert "ETag" not in answer.headers
