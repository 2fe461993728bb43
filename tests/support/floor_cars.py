"""Cars that stand on the floor of the prep centre, ready for a mechanic's hands."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from directapp.kernel.clock import utc_now
from support.dealer import Dealer
from support.pages import new_car

_MINE = "mechanic"


async def planned_car(dealer: Dealer, number: int, *, mechanic: str | None = _MINE, upto: str = "planned") -> UUID:
    """Return a car that is planned at 499 and assigned to its mechanic, or one that has only arrived."""
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), number)
    reception = await dealer.person("reception", "499")
    now = utc_now()
    await dealer.do(
        reception,
        "cars",
        "update",
        car,
        arrived_prep_center_at=now.isoformat(),
        parking_spot="C12",
        key_location="Skap 4",
    )
    if upto == "arrived":
        return car
    await dealer.do(reception, "cars", "update", car, inspection_started_at=now.isoformat())
    await dealer.do(reception, "cars", "update", car, inspection_approved=True)
    hands: Any = str((await dealer.person(mechanic, "499")).user) if mechanic else None
    await dealer.do(
        await dealer.person("planner", "499"),
        "cars",
        "update",
        car,
        scheduled_technical_start=(now + timedelta(hours=1)).isoformat(),
        scheduled_cosmetic_start=(now + timedelta(hours=4)).isoformat(),
        assigned_mechanic=hands,
    )
    return car
