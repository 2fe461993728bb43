"""Many records at once: what fits all of them, what will change, why not, and the way back."""

import re
from uuid import UUID

from support.browser import Opener
from support.dealer import Dealer
from support.floor_cars import planned_car
from support.pages import new_car


async def cars_of(dealer: Dealer, count: int = 3) -> list[UUID]:
    seller = await dealer.person("new_car_sales", "495")
    return [await new_car(dealer, seller, n) for n in range(count)]


async def test_a_field_is_set_on_all_looked_at_first_and_taken_back_at_once(dealer: Dealer, signed: Opener) -> None:
    cars = await cars_of(dealer)
    browser = await signed("new_car_sales")
    await dealer.do(browser.actor, "cars", "archive", cars[2], reason="duplicate")
    listed = (await browser.get("/app/cars?make=Audi")).text
    way = re.search(r'href="(/app/cars/bulk[?]filter=[^"]*)"', listed)
    assert way
    chosen = (await browser.get(way[1])).text
    assert "2 valgt" in chosen
    fields = set(re.findall(r'<option value="([a-z_]+)"', chosen))
    assert {"treatment", "parking_spot", "sale_price"} <= fields
    assert not {"vin", "license_plate", "status", "sent_at", "parts_status"} & fields
    records = [str(c) for c in cars[:2]]
    form = (await browser.get("/app/cars/bulk?field=treatment&" + "&".join(f"record={r}" for r in records))).text
    assert 'name="treatment"' in form
    sent = {"field": "treatment", "record": records, "_fields": "treatment", "treatment": "premium"}
    looked = (await browser.send("/app/cars/bulk", preview="1", **sent)).text
    assert "2 av 2 blir endret" in looked
    assert "Premium" in looked
    assert (await dealer.read(browser.actor, "cars", cars[0]))["treatment"] == "none"
    done = await browser.send("/app/cars/bulk", **sent)
    assert [(await dealer.read(browser.actor, "cars", c))["treatment"] for c in cars[:2]] == ["premium"] * 2
    undo = re.search(r'action="(/app/cars/bulk/undo/[^"]+)"', done.text)
    assert undo
    back = await browser.send(undo[1])
    assert "2 av 2 er gjort" in back.text
    assert [(await dealer.read(browser.actor, "cars", c))["treatment"] for c in cars[:2]] == ["none"] * 2


async def test_every_reason_against_is_told_with_the_way_to_what_takes_it_away(dealer: Dealer, signed: Opener) -> None:
    cars = [await planned_car(dealer, 9), *await cars_of(dealer, 2)]
    admin = await signed("tenant_admin")
    chosen = "&".join(f"record={c}" for c in cars)
    page = (await admin.get(f"/app/cars/bulk?{chosen}")).text
    assert 'value="archive"' in page
    sent = {"field": "needs_technical", "record": [str(c) for c in cars], "_fields": "needs_technical"}
    await dealer.do(admin.actor, "cars", "update", cars[0], technical_started_at="2026-01-05T08:00:00+01:00")
    assert (await admin.send("/app/cars/bulk", preview="1", needs_technical="false", **sent)).status_code == 200
    late = {"field": "technical_completed_at", "record": sent["record"], "_fields": "technical_completed_at"}
    told = await admin.send("/app/cars/bulk", preview="1", technical_completed_at="2020-01-05T08:00", **late)
    assert "0 av 3 blir endret" in told.text
    assert told.text.count('class="field-error"') >= 3
    assert f'href="/app/cars/{cars[0]}#g-technical"' in told.text


async def test_a_number_that_another_car_has_names_and_links_it_to_who_sees_it(dealer: Dealer, signed: Opener) -> None:
    first, second = await cars_of(dealer, 2)
    seller, stranger = await signed("new_car_sales"), await signed("new_car_sales", "490")
    vin = (await dealer.read(seller.actor, "cars", first))["vin"]
    page = f"/app/cars/{second}"
    form = await seller.form(page, "identity", vin=vin)
    answer = await seller.client.post(page, data=form)
    assert answer.status_code == 409
    assert f'href="/app/cars/{first}"' in answer.text
    told = answer.text.split('class="two-columns"')
    assert "EL" in told[1].split('class="field-error"')[1][:160]
    values = {"car_type": "new", "make": "Audi", "model": "A3", "order_number": "X1", "vin": vin}
    refused = await stranger.send("/app/cars/new", _fields=" ".join(values), **values)
    assert refused.status_code == 409
    assert str(first) not in refused.text
    assert "EL20000" not in refused.text
    said = "En annen bil har dette understellsnummeret."
    assert refused.text.count(said[:-1]) == 1
