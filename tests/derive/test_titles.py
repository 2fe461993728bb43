"""What records are called: by a plate, else by what tells them apart."""

import pytest

from directapp.derive.shown import Formatter
from directapp.domains.cars.fields import CARS
from directapp.kernel.clock import utc_now
from support.dealer import Dealer

CAR = {"make": "Škoda", "model": "Kodiaq", "color": "Blå"}
ORDER, VIN = {"order_number": "324-10083"}, {"vin": "TMBZZZDEM49000161"}


@pytest.mark.parametrize(
    ("row", "title", "mark"),
    [
        ({**CAR, **ORDER, **VIN, "license_plate": "EH90123"}, "EH 90123 Škoda Kodiaq", "EH 90123"),
        ({**CAR, **ORDER, **VIN}, "Škoda Kodiaq Blå 324-10083", "324-10083"),
        ({**CAR, **VIN}, "Škoda Kodiaq Blå …000161", "…000161"),
        (VIN, "TMBZZZDEM49000161", "…000161"),
        (CAR, "Škoda Kodiaq Blå", ""),
        ({}, "Bil", ""),
    ],
)
async def test_a_car_is_told_apart(row: dict[str, str], title: str, mark: str, dealer: Dealer) -> None:
    spec = dealer.application.platform.spec
    formatter = Formatter(spec, await dealer.person("planner", "499"), utc_now(), "nb")
    assert formatter.title(spec[CARS], row) == title
    assert formatter.mark(spec[CARS], row).text == mark
