"""The hour that the night back to normal time has twice, and the one that the night to summer time skips."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from support.dealer import Dealer
from support.pages import new_car

FIRST, SECOND = "2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"


@pytest.fixture
async def car(dealer: Dealer) -> UUID:
    return await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)


async def appointed(api: Any, car: UUID, at: str) -> str:
    seller = await api.dealer.person("new_car_sales", "495")
    row = await api.ok(seller, "PATCH", f"/items/cars/{car}", json={"handover_at": at})
    return str(row["handover_at"])


@pytest.mark.parametrize("stored", [FIRST, SECOND])
async def test_what_is_sent_back_unchanged_does_not_move(api: Any, car: UUID, stored: str) -> None:
    assert await appointed(api, car, stored) == stored
    for same in (stored, "2026-10-25T02:30", "25.10.2026 02:30"):
        assert await appointed(api, car, same) == stored
    row = await api.ok(await api.dealer.person("new_car_sales", "495"), "GET", f"/items/cars/{car}")
    assert row["version"] == 2


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-10-25T02:30+02:00", FIRST),
        ("2026-10-25T02:30+01:00", SECOND),
        ("2026-10-25T02:30:00+0100", SECOND),
        ("25.10.2026 02:30 +01:00", SECOND),
        ("2026-10-25T02:30", FIRST),
        ("2026-10-25T03:00", "2026-10-25T02:00:00.000Z"),
    ],
)
async def test_an_offset_tells_both_hours_apart(api: Any, car: UUID, said: str, meant: str) -> None:
    assert await appointed(api, car, said) == meant


@pytest.mark.parametrize("said", ["2026-03-29T02:30", "29.03.2026 02:00", "2026-03-29T02:59:59"])
async def test_the_hour_that_is_skipped_is_refused_by_name(api: Any, car: UUID, said: str) -> None:
    seller = await api.dealer.person("new_car_sales", "495")
    answer = await api.call(seller, "PATCH", f"/items/cars/{car}", json={"handover_at": said})
    assert answer.status_code == 422
    (problem,) = answer.json()["errors"]
    assert problem["extensions"]["field"] == "handover_at"
    assert "sommertid" in problem["message"]
    assert await appointed(api, car, "2026-03-29T03:00") == "2026-03-29T01:00:00.000Z"


async def test_a_minute_later_stays_in_the_hour_that_was_stored(api: Any, car: UUID) -> None:
    await appointed(api, car, SECOND)
    moved = datetime.fromisoformat(await appointed(api, car, "2026-10-25T02:45"))
    assert moved == datetime.fromisoformat("2026-10-25T01:45:00Z")
