import pytest

from directapp.kernel.errors import ForbiddenError, InvalidError
from support.floor import Floor


async def test_work_without_an_item_is_recorded_by_verb_only(floor: Floor) -> None:
    car = await floor.car()
    with pytest.raises(ForbiddenError):
        await floor.make("mechanic", "service_history", car=car, type="service")
    entry = (
        await floor.do("mechanic", "record", "service_history", car=car, type="service", hours=2, notes="Oljeskift")
    ).record
    row = await floor.row("new_car_sales", "service_history", entry)
    assert (row["vin"], row["performed_by"]) == ("WVWZZZ1KZAW000001", str(floor.people["mechanic"].user))


async def test_nothing_is_recorded_on_a_car_one_does_not_see(floor: Floor) -> None:
    car = await floor.car(assigned_mechanic=None)
    with pytest.raises(InvalidError, match="there is no such record"):
        await floor.do("mechanic", "record", "service_history", car=car, type="service")
