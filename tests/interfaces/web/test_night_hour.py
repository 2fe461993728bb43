"""A form whose appointment lies in the hour that comes twice: sent as it is shown, nothing moves."""

from uuid import UUID

import pytest

from support.browser import Opener, field
from support.dealer import Dealer

SECOND = "2026-10-25T01:30:00.000Z"
SHOWN = "25.10.2026 02:30"


@pytest.mark.parametrize("stored", ["2026-10-25T00:30:00.000Z", SECOND])
async def test_a_form_sent_as_shown_does_not_move_the_appointment(
    car: UUID, signed: Opener, dealer: Dealer, stored: str
) -> None:
    browser, page = await signed("new_car_sales"), f"/app/cars/{car}"
    await dealer.do(browser.actor, "cars", "update", car, handover_at=stored)
    form = await browser.form(page, "responsibility", handover_at=SHOWN, handover_place="Ved porten")
    assert f'value="{SHOWN}"' in (await browser.get(page)).text
    assert (await browser.client.post(page, data=form)).status_code == 303
    row = await dealer.read(browser.actor, "cars", car)
    assert (row["handover_at"], row["handover_place"]) == (stored, "Ved porten")


async def test_a_form_without_what_it_was_made_of_does_not_move_it_either(
    car: UUID, signed: Opener, dealer: Dealer
) -> None:
    browser, page = await signed("new_car_sales"), f"/app/cars/{car}"
    await dealer.do(browser.actor, "cars", "update", car, handover_at=SECOND)
    form = await browser.form(page, "responsibility", handover_at=SHOWN, _base="{}")
    assert (await browser.client.post(page, data=form)).status_code == 303
    assert (await dealer.read(browser.actor, "cars", car))["handover_at"] == SECOND


async def test_a_cell_sent_as_shown_does_not_move_it(car: UUID, signed: Opener, dealer: Dealer) -> None:
    browser = await signed("new_car_sales")
    await dealer.do(browser.actor, "cars", "update", car, handover_at=SECOND)
    page = f"/app/cars/{car}/cell/handover_at"
    shown = (await browser.part(page)).text
    form = {n: field(shown, n) for n in ("_csrf", "_key", "_version", "_base", "_fields")}
    sent = {**form, "_columns": "status,handover_at", "handover_at": SHOWN}
    assert (await browser.client.post(page, data=sent, headers={"HX-Request": "true"})).status_code == 200
    assert (await dealer.read(browser.actor, "cars", car))["handover_at"] == SECOND


async def test_the_hour_that_is_skipped_is_refused_at_the_field(car: UUID, signed: Opener) -> None:
    browser, page = await signed("new_car_sales"), f"/app/cars/{car}"
    form = await browser.form(page, "responsibility", handover_at="2026-03-29T02:30", handover_place="Ved porten")
    answer = await browser.client.post(page, data=form)
    assert answer.status_code == 422
    assert "sommertid" in answer.text
    assert 'value="2026-03-29T02:30"' in answer.text
    assert 'value="Ved porten"' in answer.text
