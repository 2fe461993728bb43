"""Ordered means one thing: whatever is done to accessories, orders and the car, they say the same afterwards."""

import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import orjson

from directapp.domains.cars.fields import PARTS, furthest_behind
from directapp.kernel.clock import utc_now
from directapp.kernel.errors import DirectAppError
from directapp.store.query import Condition, Query
from support.dealer import Dealer
from support.floor_cars import planned_car
from support.pages import new_car

# A longer run: SUPPLY_ACTS=2000 SUPPLY_SEED=7.
ACTS, SEED = int(os.environ.get("SUPPLY_ACTS", "120")), int(os.environ.get("SUPPLY_SEED", "1"))
STATUSES = ("none", "ordered", "in_transit", "arrived", "installed")
Rows = list[dict[str, Any]]


async def rows_of(dealer: Dealer, collection: str, car: UUID) -> Rows:
    admin = await dealer.person("tenant_admin")
    query = Query(filter=Condition(("car",), "eq", str(car)), limit=200)
    page = await dealer.application.platform.reading.page(admin, collection, query)
    rows: Rows = orjson.loads(page.json)
    return rows


def disagreements(car: dict[str, Any], accessories: Rows, orders: Rows) -> list[str]:
    """Return what does not say the same."""
    live = [o for o in orders if o["status"] != "cancelled"]
    wrong, by_time = [], []
    for accessory in accessories:
        own = [o for o in live if o["accessory"] == accessory["id"]]
        told = (accessory["status"], accessory["ordered_at"], accessory["arrived_at"])
        arrivals = [o["arrived_at"] for o in own]
        first = min((o["ordered_at"] for o in own), default=None)
        last = None if None in arrivals else max(arrivals, default=None)
        if told != (furthest_behind(o["status"] for o in own), first, last):
            wrong.append(f"{told} but {[(o['status'], o['ordered_at'], o['arrived_at']) for o in own]}")
    for side, parts in PARTS.items():
        own = [o for o in live if o["ordered_by_side"] == side]
        missing = car[parts.ordered] is not None and car[parts.arrived] is None
        if own and missing != any(o["arrived_at"] is None for o in own):
            wrong.append(f"{side}: missing is {missing}, orders are {[o['status'] for o in own]}")
        if not own and (car[parts.ordered] or car[parts.arrived]):
            by_time.append("arrived" if car[parts.arrived] else "ordered")
    status = furthest_behind([*by_time, *(o["status"] for o in live)])
    return wrong if car["parts_status"] == status else [*wrong, f"{car['parts_status']} but {status}"]


class Touch:
    """Random acts of parts at both sites, and of the mechanic, on what one car waits for."""

    def __init__(self, dealer: Dealer, car: UUID, chance: random.Random) -> None:
        self.dealer, self.car, self.chance = dealer, car, chance
        self.done, self.refused = Counter[str](), Counter[str]()

    async def act(self) -> None:
        acts: dict[str, Callable[[], Awaitable[object]]] = {
            "accessory": self.accessory,
            "order the accessory": self.order_accessory,
            "times": self.times,
            "new order": self.new_order,
            "verb of an order": self.verb,
            "car": self.on_car,
        }
        name = self.chance.choice(list(acts))
        try:
            await acts[name]()
        except DirectAppError:
            self.refused[name] += 1
        else:
            self.done[name] += 1

    async def _who(self) -> Any:
        return await self.dealer.person("parts", self.chance.choice(("495", "499")))

    async def _one(self, collection: str) -> UUID:
        return UUID(
            self.chance.choice(await rows_of(self.dealer, collection, self.car) or [{"id": str(self.car)}])["id"]
        )

    async def accessory(self) -> None:
        status, which = self.chance.choice(STATUSES), await self._one("car_accessories")
        await self.dealer.do(await self._who(), "car_accessories", "update", which, status=status)

    async def order_accessory(self) -> None:
        which = await self._one("car_accessories")
        await self.dealer.do(await self._who(), "car_accessories", "order", which, supplier="Thule")

    async def times(self) -> None:
        which, value = await self._one("car_accessories"), self.chance.choice((None, utc_now().isoformat()))
        patch = {self.chance.choice(("ordered_at", "arrived_at")): value}
        await self.dealer.do(await self._who(), "car_accessories", "update", which, **patch)

    async def new_order(self) -> None:
        name = self.chance.choice(("Hengerfeste", "Takstativ", "Filter"))
        quantity = self.chance.randint(1, 3)
        values = {"car": str(self.car), "part_name": name, "quantity": quantity}
        await self.dealer.create(await self._who(), "parts_orders", **values)

    async def verb(self) -> None:
        which, verb = await self._one("parts_orders"), self.chance.choice(("receive", "install", "cancel"))
        given = {"quantity": 1} if verb == "receive" and self.chance.random() < 0.5 else {}
        await self.dealer.do(await self._who(), "parts_orders", verb, which, **given)

    async def on_car(self) -> None:
        side = self.chance.choice(list(PARTS.values()))
        name = self.chance.choice((side.ordered, side.arrived))
        value = self.chance.choice((None, utc_now().isoformat()))
        await self.dealer.do(await self._who(), "cars", "update", self.car, **{name: value})


async def test_ordered_means_the_same_whatever_is_touched(dealer: Dealer) -> None:
    seller = await dealer.person("new_car_sales", "495")
    admin, chance = await dealer.person("tenant_admin"), random.Random(SEED)
    done, refused = Counter[str](), Counter[str]()
    for number in range(4):
        car = await new_car(dealer, seller, number)
        for name, code in (("Hengerfeste", "HF1"), ("Takstativ", "TS2"), ("Matter", None)):
            await dealer.create(seller, "car_accessories", car=str(car), name=name, part_number=code)
        touch = Touch(dealer, car, chance)
        for _ in range(ACTS // 4):
            await touch.act()
            row = await dealer.read(admin, "cars", car)
            told = [await rows_of(dealer, c, car) for c in ("car_accessories", "parts_orders")]
            assert disagreements(row, *told) == []
        done, refused = done + touch.done, refused + touch.refused
    assert len(done) == 6, done
    assert refused.total() > 0


async def test_accessories_to_order_lead_to_the_step_that_moves_the_car(dealer: Dealer) -> None:
    car = await planned_car(dealer, 9)
    seller, parts = await dealer.person("new_car_sales", "495"), await dealer.person("parts", "495")
    made = [await dealer.create(seller, "car_accessories", car=str(car), name=n) for n in ("Feste", "Matte")]
    await dealer.do(parts, "car_accessories", "order", made[0], supplier="Thule", eta="2030-01-05")
    row = await dealer.read(parts, "cars", car)
    assert (row["status"], row["parts_status"]) == ("waiting_parts", "ordered")
    (order,) = await rows_of(dealer, "parts_orders", car)
    assert (order["supplier"], order["accessory"], order["ordered_by_side"]) == ("Thule", str(made[0]), "seller")
    await dealer.do(parts, "car_accessories", "undo", made[0])
    assert (await dealer.read(parts, "cars", car))["status"] == "planned"
    assert [o["status"] for o in await rows_of(dealer, "parts_orders", car)] == ["cancelled"]
    await dealer.do(parts, "cars", "update", car, parts_ordered_seller_at=utc_now().isoformat())
    assert [a["status"] for a in await rows_of(dealer, "car_accessories", car)] == ["ordered", "ordered"]
    for order in await rows_of(dealer, "parts_orders", car):
        if order["status"] == "cancelled":
            continue
        await dealer.do(parts, "parts_orders", "receive", UUID(order["id"]))
    assert [a["status"] for a in await rows_of(dealer, "car_accessories", car)] == ["arrived", "arrived"]
    assert (await dealer.read(parts, "cars", car))["status"] == "planned"
