"""What a company calls the statuses of its cars, and their colours: on every page, in both languages, for it alone."""

from html import unescape
from typing import Any

import pytest

from directapp.app.spec import load_spec
from directapp.declare.reading import BadValueError
from directapp.declare.renamed import renamed
from directapp.domains.people.values import parse_statuses
from support.browser import Browser, Opener, field
from support.dealer import Dealer
from support.pages import fill_yard

STATUSES = "/app/admin/statuses"


async def save(admin: Browser, **typed: str) -> int:
    text = (await admin.get(STATUSES)).text
    form = {n: field(text, n) for n in ("_csrf", "_key", "_version")}
    sent = await admin.client.post(STATUSES, data={**form, **{n.replace("__", "."): v for n, v in typed.items()}})
    return sent.status_code


async def test_own_names_stand_on_every_page_in_both_languages(dealer: Dealer, signed: Opener) -> None:
    cars = await fill_yard(dealer, 3)
    admin, seller = await signed("tenant_admin", ""), await signed("new_car_sales", "495")
    assert "Bestilt hos oss" not in (await seller.get("/app/cars")).text
    typed = {"registered__nb": "Bestilt hos oss", "registered__en": "Ordered with us", "hue__order": "teal"}
    assert await save(admin, **typed) == 303
    for address in ("/app/cars", f"/app/cars/{cars[0]}", "/app/cars/board", "/"):
        text = unescape((await seller.get(address)).text)
        assert "Bestilt hos oss" in text, address
    board = (await seller.get("/app/cars/board")).text
    assert "hue-teal" in board
    assert 'hue-teal">Bestilt hos oss' in (await seller.get("/app/cars")).text
    await dealer.do(seller.actor, "users", "update", seller.actor.user, language="en")
    assert "Ordered with us" in (await (await signed("new_car_sales", "495")).get("/app/cars")).text
    # Programs know statuses by their codes, whatever they are called.
    assert (await dealer.read(admin.actor, "cars", cars[0]))["status"] == "registered"


async def test_an_empty_name_is_the_usual_again(dealer: Dealer, signed: Opener) -> None:
    await fill_yard(dealer, 1)
    admin = await signed("tenant_admin", "")
    await save(admin, registered__nb="Bestilt hos oss")
    assert await save(admin, registered__nb="  ") == 303
    assert "Bestilt hos oss" not in (await admin.get("/app/cars")).text
    assert (await dealer.read(admin.actor, "tenants", dealer.tenant))["status_names"] == {
        "cars": {"labels": {}, "hues": {}}
    }


def test_the_product_and_other_companies_keep_their_names() -> None:
    spec = load_spec()
    own = renamed(spec, {"cars": {"labels": {"planned": {"nb": "Satt opp"}}, "hues": {"planning": "teal"}}})
    assert own["cars"].fields["status"].choice("planned").label.pick("nb") == "Satt opp"  # type: ignore[union-attr]
    assert own["cars"].fields["status"].choice("planned").label.pick("en") == "Planned"  # type: ignore[union-attr]
    assert spec["cars"].fields["status"].choice("planned").label.pick("nb") != "Satt opp"  # type: ignore[union-attr]
    assert {m.name for m in own.exposed} == {m.name for m in spec.exposed}
    assert own["users"] is spec["users"]
    assert renamed(spec, {"users": {"labels": {}}}) is spec
    assert own["cars"] in own.exposed


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"cars": 1},
        {"cars": {"labels": {"planned": {"xx": "Navn"}}}},
        {"cars": {"labels": {"planned": "Navn"}}},
        {"cars": {"labels": 7}},
        {"cars": {"labels": {"planned": {"nb": "x" * 41}}}},
        {"cars": {"hues": {"planning": "pinkish"}}},
        {"Cars": {}},
    ],
)
def test_what_is_no_name_is_refused(value: Any) -> None:
    with pytest.raises(BadValueError):
        parse_statuses(value)


async def test_what_is_too_long_stays_in_the_form(signed: Opener) -> None:
    admin = await signed("tenant_admin", "")
    text = (await admin.get(STATUSES)).text
    form = {n: field(text, n) for n in ("_csrf", "_key", "_version")}
    sent = await admin.client.post(STATUSES, data={**form, "planned.nb": "x" * 41})
    assert sent.status_code == 422
    assert f'value="{"x" * 41}"' in sent.text
    assert await save(admin, planned__nb="Satt opp") == 303
    assert (await admin.client.post(STATUSES, data={**form, "_key": "other"})).status_code == 409


async def test_only_administrators_name_statuses(signed: Opener) -> None:
    for role in ("manager", "planner"):
        assert (await (await signed(role, "499")).get(STATUSES)).status_code == 403
