"""Quick taps: a checklist answered with a glove on a slow network, on none, and by two people at once."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from playwright.async_api import Locator, Page, Route, expect

from browser.test_floor import Gate, gate, keep, phone
from browser.test_views import PHONE
from support.dealer import Dealer
from support.floor_cars import planned_car

Opener = Callable[..., Awaitable[Page]]
__all__ = ["gate", "phone"]
POINTS = 10
SLOW = 0.6
_TICK = """async (facts) => {
  for (const fact of facts) {
    document.querySelector(`form[action$="/fact/${fact}"] button`).click();
    await new Promise((done) => setTimeout(done, 80));
  }
}"""


# Ticks, and leaves by a link or by a form that looks something up.
_TICK_AND_GO = """async (way) => {
  document.body.insertAdjacentHTML("beforeend", `<a href="/app/me" data-way="link">Profil</a>
    <form action="/app/scan"><input name="code" value="EL12345"><button data-way="form">Søk</button></form>`);
  document.querySelector('form[action$="/fact/technical_started_at"] button').click();
  await new Promise((done) => setTimeout(done, 80));
  document.querySelector(`[data-way="${way}"]`).click();
}"""


async def begun(dealer: Dealer, points: int = POINTS) -> UUID:
    """Begin an inspection of ten points."""
    items = [{"code": f"punkt-{n}", "nb": f"Punkt {n}", "en": f"Item {n}"} for n in range(points)]
    names = {"name_nb": "Nybil", "name_en": "New car", "car_type": "new", "kind": "mottak"}
    await dealer.create(await dealer.person("tenant_admin"), "inspection_templates", items=items, **names)
    car = await planned_car(dealer, 9, upto="arrived")
    made = (await dealer.do(await dealer.person("reception", "499"), "inspections", "begin", car=str(car))).record
    assert made
    return made


async def stored(dealer: Dealer, inspection: UUID) -> dict[str, tuple[str, str | None]]:
    row = await dealer.read(await dealer.person("reception", "499"), "inspections", inspection)
    return {a["item"]: (a["result"], a.get("note")) for a in row["answers"] or []}


async def until(dealer: Dealer, inspection: UUID, wanted: dict[str, tuple[str, str | None]]) -> None:
    """Wait until just these answers are stored."""
    for _ in range(400):
        if await stored(dealer, inspection) == wanted:
            return
        await asyncio.sleep(0.05)
    assert await stored(dealer, inspection) == wanted


def ok(*points: int) -> dict[str, tuple[str, str | None]]:
    return {f"punkt-{n}": ("ok", None) for n in points}


async def places(page: Page) -> list[int]:
    """Return where the lines stand on the screen, to the pixel that a finger would notice."""
    boxes = [await line(page, point).bounding_box() for point in range(POINTS)]
    return [round(box["y"] / 2) for box in boxes if box]


async def on_page(page: Page) -> list[int]:
    """Return where the lines stand on the page, wherever it is scrolled to."""
    found: list[int] = await page.evaluate(
        """[...document.querySelectorAll("#checklist [data-line]")]
          .map(e => Math.round(e.getBoundingClientRect().top + scrollY))"""
    )
    return found


def button(page: Page, point: int, result: str = "ok") -> Locator:
    return page.locator(f"label:has(#answer-punkt-{point}-{result})")


def line(page: Page, point: int) -> Locator:
    return page.locator(f'#checklist [data-line="punkt-{point}"]')


async def slowly(page: Page) -> list[str]:
    """Let every answer take its time on the way; return what was sent, in order."""
    sent: list[str] = []

    async def pass_on(route: Route) -> None:
        sent.append(route.request.post_data or "")
        await asyncio.sleep(SLOW)
        await route.continue_()

    await page.route("**/answers", pass_on)
    return sent


async def open_slow(open_as: Opener, inspection: UUID, role: str = "reception") -> tuple[Page, list[str]]:
    page = await open_as(role, "499", **PHONE, service_workers="block", at=f"/app/inspections/{inspection}")
    return page, await slowly(page)


async def test_ten_taps_within_a_breath_are_all_kept_and_nothing_moves(dealer: Dealer, open_as: Opener) -> None:
    made = await begun(dealer)
    page, sent = await open_slow(open_as, made)
    await page.evaluate("document.querySelectorAll('#checklist input').forEach((e) => (e.mine = true))")
    for point in range(POINTS):
        await button(page, point, "ok").tap()
    before = await places(page)
    while len(await stored(dealer, made)) < POINTS:
        await page.wait_for_timeout(50)
        assert await places(page) == before
    assert await stored(dealer, made) == ok(*range(POINTS))
    assert len(sent) < POINTS
    assert await page.evaluate("[...document.querySelectorAll('#checklist input')].every((e) => e.mine)")
    await expect(page.locator("[data-points-left]")).to_have_text("")


async def test_a_changed_mind_ends_as_the_last_tap(dealer: Dealer, open_as: Opener) -> None:
    made = await begun(dealer, 2)
    page, _ = await open_slow(open_as, made)
    await button(page, 0, "ok").tap()
    await button(page, 1, "critical").tap()
    await page.fill("#note-punkt-1", "Rust")
    await button(page, 0, "remark").tap()
    await page.fill("#note-punkt-0", "Ripe")
    await button(page, 1, "remark").tap()
    await until(dealer, made, {"punkt-0": ("remark", "Ripe"), "punkt-1": ("remark", "Rust")})


async def test_what_was_found_is_written_after_the_tap_and_nothing_moves(dealer: Dealer, open_as: Opener) -> None:
    made = await begun(dealer)
    page, _ = await open_slow(open_as, made)
    top = await on_page(page)
    await button(page, 1, "remark").tap()
    await button(page, 3, "critical").tap()
    await button(page, 4).tap()
    opened = await on_page(page)
    assert opened[:2] == top[:2], "a note opens below its own line"
    await until(dealer, made, {"punkt-1": ("remark", None), "punkt-3": ("critical", None), **ok(4)})
    for point in range(POINTS):
        await expect(line(page, point).locator("[data-said]")).to_have_text("")
    assert await on_page(page) == opened
    colours = [
        await button(page, point, result).locator("span").evaluate("(e) => getComputedStyle(e).backgroundColor")
        for point, result in ((1, "remark"), (3, "critical"), (4, "ok"))
    ]
    assert len(set(colours)) == len(colours)
    await page.fill("#note-punkt-1", "Ripe")
    await page.locator("#note-punkt-1").blur()
    await expect(line(page, 1).get_by_role("link", name="Lag arbeidspunkt")).to_be_visible()
    assert (await stored(dealer, made))["punkt-1"] == ("remark", "Ripe")
    assert await on_page(page) == opened


async def test_two_people_answer_one_checklist(dealer: Dealer, open_as: Opener) -> None:
    made = await begun(dealer, 4)
    page, _ = await open_slow(open_as, made)
    other = await open_as("planner+reception", "499", **PHONE, service_workers="block", at=f"/app/inspections/{made}")
    await slowly(other)
    await asyncio.gather(button(page, 0).tap(), button(other, 1).tap())
    await asyncio.gather(button(page, 2).tap(), button(other, 3).tap())
    await until(dealer, made, ok(*range(4)))
    # What the other answered comes in, line by line.
    for one in (page, other):
        for point in range(4):
            await expect(line(one, point).locator("input[value=ok]")).to_be_checked()


async def test_the_same_line_answered_otherwise_is_for_people_to_settle(dealer: Dealer, open_as: Opener) -> None:
    made = await begun(dealer, 2)
    page, _ = await open_slow(open_as, made)
    planner = await dealer.person("planner+reception", "499")
    await page.route("**/app/live", lambda route: route.abort())
    await page.reload()
    theirs = [{"item": "punkt-0", "result": "critical", "note": "Bulk"}]
    await dealer.do(planner, "inspections", "update", made, answers=theirs)
    await button(page, 0).tap()
    await button(page, 1).tap()
    await expect(line(page, 0).locator("[data-said]")).to_contain_text("har svart «Kritisk»")
    await expect(line(page, 0).locator("input[value=critical]")).to_be_checked()
    await until(dealer, made, {"punkt-0": ("critical", "Bulk"), **ok(1)})
    await button(page, 0).tap()
    await until(dealer, made, {"punkt-0": ("ok", "Bulk"), **ok(1)})


async def test_who_leaves_at_once_leaves_nothing_behind(dealer: Dealer, open_as: Opener) -> None:
    made = await begun(dealer, 5)
    page, _ = await open_slow(open_as, made)
    await page.unroute("**/answers")
    for point in range(5):
        await button(page, point).tap()
    await page.goto("/app/floor")
    await until(dealer, made, ok(*range(5)))


@pytest.mark.parametrize("phone", ["reception"], indirect=True)
async def test_ten_taps_without_network_wait_and_are_sent_in_order(dealer: Dealer, phone: tuple[Page, Gate]) -> None:
    made = await begun(dealer)
    page, network = phone
    await keep(page)
    for _ in range(2):
        await page.goto(f"/app/inspections/{made}")
    await page.wait_for_function(
        f"async () => !!(await caches.match('/app/inspections/{made}', {{ ignoreVary: true }}))"
    )
    network.close()
    for point in range(POINTS):
        await button(page, point).tap()
    await expect(line(page, POINTS - 1).locator("[data-said]")).to_have_text("Venter på nett")
    await page.reload()
    for point in range(POINTS):
        await expect(line(page, point).locator("input[value=ok]")).to_be_checked()
    assert await stored(dealer, made) == {}
    network.open()
    await page.evaluate("navigator.serviceWorker.ready.then((r) => r.active.postMessage({ kind: 'flush' }))")
    await expect(line(page, POINTS - 1).locator("[data-said]")).to_have_text("")
    await expect(page.locator("[data-queue]")).to_be_hidden()
    assert list(await stored(dealer, made)) == [f"punkt-{n}" for n in range(POINTS)]


async def planned(dealer: Dealer, open_as: Opener) -> tuple[UUID, Page]:
    """Open a planned car as somebody who begins any work, away from what others change."""
    car = await planned_car(dealer, 9)
    page = await open_as("tenant_admin", **PHONE, service_workers="block")
    await page.route("**/app/live", lambda route: route.abort())
    await page.goto(f"/app/cars/{car}")
    return car, page


@pytest.mark.parametrize("slow", ["request", "answer"])
async def test_two_facts_of_a_car_ticked_at_once_are_both_stored(slow: str, dealer: Dealer, open_as: Opener) -> None:
    car, page = await planned(dealer, open_as)
    admin = await dealer.person("tenant_admin")
    before = (await dealer.read(admin, "cars", car))["version"]
    await page.route("**/fact/*", slow_answer if slow == "answer" else slow_request)
    await page.evaluate(_TICK, ["technical_started_at", "cosmetic_started_at"])
    await expect(page.locator("#done")).to_contain_text("Kosmetisk startet")
    row = await dealer.read(admin, "cars", car)
    assert row["cosmetic_started_at"] > row["technical_started_at"]
    assert row["version"] == before + 2


@pytest.mark.parametrize("slow", ["request", "answer"])
@pytest.mark.parametrize(("way", "there"), [("link", "**/app/me"), ("form", "**/app/scan?code=EL12345")])
async def test_a_tick_is_stored_though_a_link_is_followed_at_once(
    slow: str, way: str, there: str, dealer: Dealer, open_as: Opener
) -> None:
    car, page = await planned(dealer, open_as)
    await page.route("**/fact/*", slow_answer if slow == "answer" else slow_request)
    await page.evaluate(_TICK_AND_GO, way)
    await page.wait_for_url(there)
    assert (await dealer.read(await dealer.person("tenant_admin"), "cars", car))["technical_started_at"]


async def refuse_start(dealer: Dealer, car: UUID) -> None:
    await dealer.do(await dealer.person("tenant_admin"), "cars", "update", car, needs_technical=False)


async def test_a_refused_tick_is_told_though_a_link_is_followed_at_once(dealer: Dealer, open_as: Opener) -> None:
    car, page = await planned(dealer, open_as)
    await refuse_start(dealer, car)
    await page.route("**/fact/*", slow_request)
    await page.evaluate(_TICK_AND_GO, "link")
    await page.wait_for_url("**/fact/technical_started_at")
    await expect(page.locator(".summary").first).to_contain_text("Bilen trenger ikke dette arbeidet.")


async def test_a_tick_that_is_refused_says_so_though_another_follows(dealer: Dealer, open_as: Opener) -> None:
    car, page = await planned(dealer, open_as)
    await refuse_start(dealer, car)
    await page.route("**/fact/*", slow_request)
    await page.evaluate(_TICK, ["technical_started_at", "cosmetic_started_at"])
    # The page of the first refusal, not that of the last.
    await page.wait_for_url("**/fact/technical_started_at")
    await expect(page.locator(".summary").first).to_contain_text("Bilen trenger ikke dette arbeidet.")


async def test_two_groups_of_an_accessory_saved_at_once_are_both_stored(dealer: Dealer, open_as: Opener) -> None:
    seller = await dealer.person("new_car_sales", "495")
    car = await planned_car(dealer, 9, upto="arrived")
    made = await dealer.create(seller, "car_accessories", car=str(car), name="Krok")
    page = await open_as("new_car_sales", service_workers="block", at=f"/app/car_accessories/{made}")
    await page.route(f"**/app/car_accessories/{made}", slow_request)
    await page.evaluate("document.querySelectorAll('details.field-group').forEach((e) => (e.open = true))")
    await page.fill("#name", "Hengerfeste")
    await page.fill("#price", "4900")
    for group in ("content", "price"):
        await page.locator(f"#g-{group} button[type=submit]").click()
    await expect(page.locator("#g-price input[name=_base]")).to_have_value(re.compile("4900"))
    row = await dealer.read(seller, "car_accessories", made)
    assert (row["name"], row["price"], row["version"]) == ("Hengerfeste", "4900.00", 3)


async def slow_request(route: Route) -> None:
    await asyncio.sleep(SLOW)
    await route.continue_()


async def slow_answer(route: Route) -> None:
    answer = await route.fetch(max_redirects=0)
    await asyncio.sleep(SLOW)
    await route.fulfill(response=answer)
