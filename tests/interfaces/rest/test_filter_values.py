"""What filters of the interface mean: negations alike, lists however they are written, dates relative to now."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from directapp.kernel.clock import oslo_day, utc_now
from interfaces.rest.conftest import Api
from support.pages import new_car


@pytest.fixture
async def colours(api: Api) -> Api:
    """Three cars: a red one, a blue one, and one of which nothing is known."""
    seller = await api.dealer.person("new_car_sales", "495")
    today = oslo_day(utc_now())
    known: list[dict[str, Any]] = [
        {"color": "Rød", "model_year": 2020, "eta": (today - timedelta(days=3)).isoformat()},
        {"color": "Blå", "model_year": 2024, "eta": (today + timedelta(days=3)).isoformat()},
        {},
    ]
    for number, values in enumerate(known):
        await new_car(api.dealer, seller, number, **values)
    return api


async def found(api: Api, **params: Any) -> list[str | None]:
    seller = await api.dealer.person("new_car_sales", "495")
    rows = await api.ok(seller, "GET", "/items/cars", params={"fields": "color", "sort": "order_number", **params})
    return [row["color"] for row in rows]


NEGATIONS = {
    "filter[color][_neq]": "Rød",
    "filter[color][_nin]": "Rød",
    "filter[color][_ncontains]": "Rø",
    "filter[color][_nstarts_with]": "Rø",
    "filter[color][_nends_with]": "ød",
    "filter[model_year][_neq]": "2020",
    "filter[model_year][_nbetween]": "2019,2021",
}


@pytest.mark.parametrize(("name", "value"), NEGATIONS.items())
async def test_every_negation_leaves_out_rows_without_a_value(colours: Api, name: str, value: str) -> None:
    """As in SQL and in the dialect that this one follows; ``_null`` asks for the others."""
    assert await found(colours, **{name: value}) == ["Blå"]


NOW_LISTS = (
    "$NOW(-7 days),$NOW",
    '["$NOW(-7 days)", "$NOW"]',
    "2020-01-01,$NOW",
    "01.01.2020,$NOW",
)


@pytest.mark.parametrize("value", NOW_LISTS)
async def test_a_span_may_be_relative_to_now(colours: Api, value: str) -> None:
    """With commas, as a list in text, and mixed with days."""
    assert await found(colours, **{"filter[eta][_between]": value}) == ["Rød"]


async def test_a_list_may_come_as_text(colours: Api) -> None:
    """A list of values, and one of conditions."""
    assert await found(colours, **{"filter[color][_in]": '["Rød", "Blå"]'}) == ["Rød", "Blå"]
    both = orjson.dumps([{"color": {"_eq": "Rød"}}, {"model_year": {"_gt": "2.021"}}]).decode()
    assert await found(colours, **{"filter[_or]": both}) == ["Rød", "Blå"]
    assert await found(colours, filter=orjson.dumps({"_or": both}).decode()) == ["Rød", "Blå"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("filter[color][_in]", '["Rød"'),
        ("filter[eta][_between]", "$NOW(-7 days),$LATER"),
        ("filter[eta][_gt]", "01/12/2026"),
        ("filter[sale_price][_gt]", "1,234"),
        ("filter[sale_price][_gt]", "1e3"),
        ("filter[updated_at][_gt]", "20260101"),
        ("filter[_or]", "[x"),
        ("filter[color][_icontains]", "ø" * 501),
    ],
)
async def test_what_cannot_be_read_is_refused_by_name(colours: Api, name: str, value: str) -> None:
    """Never answered with everything."""
    seller = await colours.dealer.person("new_car_sales", "495")
    (refusal,) = await colours.refused(seller, "GET", "/items/cars", 400, params={name: value})
    assert refusal["code"] == "INVALID_QUERY"


@pytest.mark.parametrize(
    ("name", "value", "finds"),
    [
        ("filter[license_plate][_contains]", "EL 12", True),
        ("filter[license_plate][_istarts_with]", "el-123", True),
        ("filter[license_plate][_ends_with]", "23 45", True),
        ("filter[license_plate][_ncontains]", "EL 12", False),
        ("filter[license_plate][_contains]", "EL 13", False),
        ("filter[vin][_contains]", "*WVWZZZTR009680392*", True),
        ("filter[vin][_icontains]", "wvw zzz", True),
        ("filter[customer_phone][_contains]", "91 23", True),
        ("filter[customer_phone][_starts_with]", "0047 912", True),
        ("filter[customer_phone][_contains]", "0 91 23 45 67", True),
        ("filter[customer_phone][_nends_with]", "45 67", False),
        ("filter[customer_name][_contains]", "A\u030ase", True),
        ("filter[customer_name][_contains]", " \u00d8deg", True),
        ("filter[customer_name][_icontains]", "ase ode", True),
        ("filter[customer_name][_istarts_with]", "Åse", True),
        ("filter[customer_name][_iends_with]", "GÀRD", True),
        ("filter[customer_name][_icontains]", "ase ade", False),
        ("filter[customer_name][_contains]", "Ase", False),
        ("filter[customer_name][_contains]", "\u00c5seØ", False),
    ],
)
async def test_a_part_of_a_code_or_a_number_is_found_as_written_or_shown(
    api: Api, name: str, value: str, *, finds: bool
) -> None:
    seller = await api.dealer.person("new_car_sales", "495")
    known = {"license_plate": "EL 12345", "vin": "WVWZZZTR009680392", "customer_phone": "91234567"}
    car = await new_car(api.dealer, seller, 1, customer_name="Åse Ødegård", **known)
    rows = await api.ok(seller, "GET", "/items/cars", params={"fields": "id", name: value})
    assert rows == ([{"id": str(car)}] if finds else [])
