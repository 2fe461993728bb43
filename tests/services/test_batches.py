"""Piles: many records in as few statements as one, judged and told of one by one."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from directapp.declare.events import event
from directapp.domains.cars.events import ARCHIVE_DUE
from directapp.kernel.errors import ForbiddenError, InvalidError, NotFoundError
from directapp.kernel.ids import uuid7
from directapp.services.command import CommandContext
from directapp.services.dispatcher import Dispatcher
from directapp.services.drafts import TakenError
from directapp.services.jobs import act_in, acting
from directapp.store.outbox import Outbox
from directapp.store.unit import recorded
from support.dealer import Dealer
from support.text import bilingual

ODD = 'Bil «Å» "sitat" \\ {klamme}, 1\n2'

TOLD = event("trial.told", "cars", bilingual("Prøve", "Trial"))


def act_as(dealer: Dealer, system: str = "demo") -> Any:
    return acting(dealer.application.platform.pipeline, dealer.tenant, system, "test", "", None)


async def cars(dealer: Dealer, ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    async with act_as(dealer) as ctx:
        return {one.id: dict(one.row) for one in await ctx.find("cars", {"id": ids}, limit=100)}


async def history(dealer: Dealer, record: UUID) -> list[tuple[str, int, list[str]]]:
    reader = await dealer.person("tenant_admin", "490")
    found = await dealer.application.platform.reading.history(reader, "cars", record)
    return [(one["verb"], one["version"], sorted(one["changes"])) for one in found]


async def test_a_pile_is_written_as_one_by_one(dealer: Dealer) -> None:
    values: dict[str, Any] = {
        "make": "VW",
        "model": ODD,
        "model_year": 2024,
        "purchase_price": Decimal("1234.50"),
        "customer_name": None,
        "eta": datetime(2024, 2, 29, tzinfo=UTC).date(),
    }
    async with act_as(dealer) as ctx:
        alone = await ctx.create("cars", {**values, "vin": "WVWZZZ00000000001"})
        many = await ctx.create_all("cars", [{**values, "vin": f"WVWZZZ0000000001{n}"} for n in range(3)])
    own = {"id", "vin", "created_at", "updated_at", "stock_number"}
    found = await cars(dealer, [alone.id, *(one.id for one in many)])
    plain = {k: v for k, v in found[alone.id].items() if k not in own}
    for one in many:
        assert {k: v for k, v in found[one.id].items() if k not in own} == plain
        assert await history(dealer, one.id) == await history(dealer, alone.id)
    seen = await dealer.application.platform.reading.history(
        await dealer.person("tenant_admin", "490"), "cars", many[2].id
    )
    assert seen[0]["changes"]["vin"][1] == "WVWZZZ00000000012"


async def test_a_pile_costs_the_statements_of_one(dealer: Dealer) -> None:
    async def statements(count: int) -> int:
        async with act_as(dealer, "workflow") as ctx:
            mark = recorded.set([])
            rows = [
                {"receiver": person.user, "event": "order.new", "type": "order", "title": "x", "key": uuid7().hex}
                for _ in range(count)
            ]
            await ctx.create_all("notifications", rows)
            ran = recorded.get()
            recorded.reset(mark)
            return len(ran or ())

    person = await dealer.person("parts", "495")
    assert await statements(1) == await statements(40)


async def test_a_pile_of_changes_keeps_versions_and_leaves_out_what_is_the_same(dealer: Dealer) -> None:
    async with act_as(dealer) as ctx:
        made = [one.id for one in await ctx.create_all("cars", [{"make": "VW"}, {"make": "Audi"}, {"make": "VW"}])]
    async with act_as(dealer) as ctx:
        patches = {made[0]: {"make": "Audi"}, made[1]: {"make": "Audi"}, made[2]: {"make": "Seat", "model": "Leon"}}
        changed = await ctx.change_all("cars", patches)
    assert {one.id for one in changed} == {made[0], made[2]}
    found = await cars(dealer, made)
    assert [found[one]["make"] for one in made] == ["Audi", "Audi", "Seat"]
    assert [found[one]["version"] for one in made] == [2, 1, 2]
    assert (await history(dealer, made[2]))[0] == ("test", 2, ["make", "model"])


async def test_one_that_cannot_stand_stops_the_pile(dealer: Dealer) -> None:
    with pytest.raises(InvalidError):
        async with act_as(dealer) as ctx:
            await ctx.create_all("cars", [{"make": "VW"}, {"make": "VW", "model_year": 1700}])
    with pytest.raises(NotFoundError):
        async with act_as(dealer) as ctx:
            await ctx.change_all("cars", {uuid7(): {"make": "VW"}})
    person = await dealer.person("parts", "495")
    row = {"receiver": person.user, "event": "order.new", "type": "order", "title": "x", "key": "the same"}
    with pytest.raises(TakenError):
        async with act_as(dealer, "workflow") as ctx:
            await ctx.create_all("notifications", [row, row])
    async with act_as(dealer, "workflow") as ctx:
        assert await ctx.find("notifications", {"key": "the same"}) == []


async def test_a_person_makes_no_pile(dealer: Dealer) -> None:
    pipeline = dealer.application.platform.pipeline
    async with pipeline.database.unit(await dealer.person("new_car_sales", "495")) as unit:
        ctx = await act_in(pipeline, unit, "test", "", None)
        with pytest.raises(ForbiddenError):
            await ctx.create_all("cars", [{"make": "VW"}, {"make": "VW"}])


async def test_an_event_follows_from_each_in_its_own_time(dealer: Dealer) -> None:
    async with act_as(dealer) as ctx:
        made = await ctx.create_all(
            "cars",
            [{"make": "VW"}, {"make": "Audi"}, {"make": "Seat"}],
            then=lambda row: None if row["make"] == "Seat" else (ARCHIVE_DUE, 3600.0 if row["make"] == "Audi" else 0.0),
        )
    rows = Outbox(dealer.application.platform.database)
    past = await rows.past(dealer.tenant, [ARCHIVE_DUE.name], datetime(2000, 1, 1, tzinfo=UTC), 10)
    assert [one["record"] for one in past] == [made[0].id, made[1].id]
    backlog = await rows.backlog(dealer.tenant, [ARCHIVE_DUE.name])
    assert (backlog.due, backlog.waiting) == (1, 1)


async def test_what_is_settled_is_read_once_until_it_is_written(dealer: Dealer) -> None:
    async with act_as(dealer) as ctx:
        car = await ctx.create("cars", {"make": "VW"})
    async with act_as(dealer) as ctx:

        async def makes() -> list[str]:
            return [one.row["make"] for one in await ctx.find("cars", {"id": car.id}, cached=True)]

        mark = recorded.set([])
        assert [await makes(), await makes()] == [["VW"], ["VW"]]
        ran = recorded.get()
        recorded.reset(mark)
        assert len([sql for sql, _ in ran or () if sql.startswith("SELECT c.*")]) == 1
        await ctx.change({"make": "Audi"}, on=car)
        assert await makes() == ["Audi"]


async def notes(dealer: Dealer) -> list[str]:
    async with act_as(dealer, "workflow") as ctx:
        return sorted(one.row["key"] for one in await ctx.find("notifications", limit=100))


async def handled(dealer: Dealer, react: Any, keys: list[str]) -> Dispatcher:
    """Let an event handler meet several events at once."""
    pipeline = dealer.application.platform.pipeline
    async with act_as(dealer) as ctx:
        for key in keys:
            car = await ctx.create("cars", {"make": "VW"})
            ctx.work.emitting.again(TOLD.name, "cars", car.id, {"key": key})
    dispatcher = Dispatcher(pipeline, {TOLD: (react,)}, "workflow")
    assert await dispatcher.once(dealer.tenant) == len(keys)
    return dispatcher


async def test_what_several_event_handlers_put_down_is_written_together(dealer: Dealer) -> None:
    person = await dealer.person("parts", "495")

    async def react(ctx: CommandContext) -> None:
        row = {"receiver": person.user, "event": "order.new", "type": "order", "title": "x", "key": ctx.params["key"]}
        assert await ctx.create_all("notifications", [row], later=True) == []
        if ctx.params["key"] == "c":
            raise RuntimeError("of no use")

    mark = recorded.set([])
    dispatcher = await handled(dealer, react, ["a", "b", "c", "d"])
    ran = [sql for sql, _ in recorded.get() or () if '"notifications"' in sql and "INSERT" in sql]
    recorded.reset(mark)
    assert len(ran) == 1
    assert await notes(dealer) == ["a", "b", "d"]
    assert (await dispatcher.backlog(dealer.tenant)).waiting == 1


async def test_one_that_cannot_be_written_spoils_no_other(dealer: Dealer) -> None:
    person = await dealer.person("parts", "495")

    async def react(ctx: CommandContext) -> None:
        row = {"receiver": person.user, "event": "order.new", "type": "order", "title": "x", "key": ctx.params["key"]}
        await ctx.create_all("notifications", [row], later=True)

    dispatcher = await handled(dealer, react, ["a", "b", "a", "d"])
    assert await notes(dealer) == ["a", "b", "d"]
    assert (await dispatcher.backlog(dealer.tenant)).waiting == 1


async def test_what_a_named_system_actor_puts_down_is_written_while_it_acts(dealer: Dealer) -> None:
    person = await dealer.person("parts", "495")
    made = []

    async def react(ctx: CommandContext) -> None:
        row = {"receiver": person.user, "event": "order.new", "type": "order", "title": "x", "key": ctx.params["key"]}
        made.extend(await ctx.create_all("notifications", [row], system="messenger", later=True))

    await handled(dealer, react, ["a", "b"])
    assert len(made) == 2
    assert await notes(dealer) == ["a", "b"]
