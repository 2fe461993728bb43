"""A change that leaves bookings without room: the page names them, keeps what was typed, and takes a yes."""

from support.browser import Opener
from support.dealer import Dealer
from support.plan import lay_plan


async def test_less_room_is_asked_about_on_the_page_with_what_was_typed(dealer: Dealer, signed: Opener) -> None:
    plan = await lay_plan(dealer)
    await dealer.do(plan.demo, "resource_types", "update", plan.types["mechanical"], requires_assignment=False)
    hall = await plan.resource("hall", "technical", kind="bay", capacity=2)
    for _ in range(2):
        await plan.book(await plan.car(), "hall", "08:00", "10:00")
    browser = await signed("planner", "499")
    page = f"/app/resources/{hall}"
    typed = await browser.form(page, "all", _fields="capacity note", capacity="1", note="Bare en løftebukk igjen")
    asked = await browser.client.post(page, data=typed)
    assert asked.status_code == 409
    assert "som ikke lenger passer" in asked.text
    assert 'name="_confirm"' in asked.text
    assert "Bare en løftebukk igjen" in asked.text
    assert (await dealer.read(browser.actor, "resources", hall))["capacity"] == 2
    done = await browser.client.post(page, data=typed | {"_confirm": "1"})
    assert done.status_code == 303
    assert (await dealer.read(browser.actor, "resources", hall))["capacity"] == 1


async def test_a_page_that_asks_nothing_has_no_yes_to_give(dealer: Dealer, signed: Opener) -> None:
    plan = await lay_plan(dealer)
    browser = await signed("planner", "499")
    page = f"/app/resources/{plan.resources['mechanic']}"
    assert 'name="_confirm"' not in (await browser.get(page)).text
    refused = await browser.client.post(page, data=await browser.form(page, "all", _fields="capacity", capacity="99"))
    assert refused.status_code == 422
    assert 'name="_confirm"' not in refused.text
