"""Mileage: readings at reception, hand-over and test drives, of which the car keeps the latest."""

from datetime import timedelta

import orjson
import pytest

from directapp.kernel.clock import utc_now
from directapp.kernel.errors import DirectAppError
from directapp.store.query import Condition, Query
from services.test_importing import sheet, taken
from support.dealer import Dealer
from support.pages import new_car


async def test_the_car_keeps_the_latest_of_its_readings(dealer: Dealer) -> None:
    seller, planner = await dealer.person("new_car_sales", "495"), await dealer.person("planner", "499")
    car = await new_car(dealer, seller, 1)
    now = utc_now()
    await dealer.create(seller, "mileage_readings", car=str(car), km=12, occasion="test_drive")
    assert (await dealer.read(seller, "cars", car))["mileage_km"] == 12
    earlier = (now - timedelta(days=2)).isoformat()
    await dealer.create(planner, "mileage_readings", car=str(car), km=15, read_at=earlier, occasion="other")
    assert (await dealer.read(seller, "cars", car))["mileage_km"] == 12
    with pytest.raises(DirectAppError, match="stood at 12 km"):
        await dealer.create(seller, "mileage_readings", car=str(car), km=8)
    with pytest.raises(DirectAppError, match="stood at 12 km"):
        await dealer.do(seller, "cars", "update", car, mileage_km=8)


async def test_what_is_written_on_the_car_or_in_a_sheet_is_a_reading_too(dealer: Dealer) -> None:
    seller, admin = await dealer.person("new_car_sales", "495"), await dealer.person("tenant_admin")
    car = await new_car(dealer, seller, 1)
    await dealer.do(seller, "cars", "update", car, mileage_km=31)
    readings = Query(filter=Condition(("car",), "eq", str(car)), limit=10)
    page = await dealer.application.platform.reading.page(seller, "mileage_readings", readings)
    assert [(r["km"], r["occasion"]) for r in orjson.loads(page.json)] == [(31, "other")]
    await dealer.do(seller, "cars", "undo", car)
    page = await dealer.application.platform.reading.page(seller, "mileage_readings", readings)
    assert orjson.loads(page.json) == []
    text = "VIN;Merke;Modell;Biltype;Forhandler;Km-stand\nWVWZZZE1ZMA000777;VW;Golf;Bruktbil;490;84 500"
    await taken(dealer, sheet(dealer, text))
    found = Query(filter=Condition(("vin",), "eq", "WVWZZZE1ZMA000777"), limit=2)
    (row,) = orjson.loads((await dealer.application.platform.reading.page(admin, "cars", found)).json)
    assert row["mileage_km"] == 84_500


async def test_the_odometer_is_read_at_reception(dealer: Dealer) -> None:
    seller, reception = await dealer.person("new_car_sales", "495"), await dealer.person("reception", "499")
    car = await new_car(dealer, seller, 1)
    vin = (await dealer.read(seller, "cars", car))["vin"]
    await dealer.do(reception, "cars", "receive", vin=vin, mileage_km=9)
    row = await dealer.read(seller, "cars", car)
    assert (row["mileage_km"], row["status"]) == (9, "at_prep_center")


async def test_a_car_at_another_site_tells_its_mileage_and_no_reading(dealer: Dealer) -> None:
    manager, seller = await dealer.person("manager", "324"), await dealer.person("used_car_sales", "495")
    car = await new_car(
        dealer, manager, 2, car_type="used", order_number=None, in_vehicle_bank=True, visibility="global"
    )
    await dealer.create(manager, "mileage_readings", car=str(car), km=81_000)
    assert (await dealer.read(seller, "cars", car))["mileage_km"] == 81_000
    with pytest.raises(DirectAppError):
        await dealer.create(seller, "mileage_readings", car=str(car), km=82_000)
