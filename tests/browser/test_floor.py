"""The floor in a real browser: few taps, big targets, codes read from pictures, and nothing lost without network."""

import asyncio
import io
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import segno
from PIL import Image
from playwright.async_api import Browser, Page, expect

from directapp.kernel.clock import utc_now
from support.axe import look, problems, violations
from support.dealer import Dealer
from support.floor_cars import planned_car
from support.node import find_node
from support.pages import PASSWORD, give_password

TOP = Path(__file__).parents[2]
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SMALLEST = 48
DESK_PAGES = ("/app/floor", "/app/scan", "/app/cars/labels", "/app/offline")

Opener = Callable[..., Awaitable[Page]]

_SMALL = """(least) => [...document.querySelectorAll(".floor .tap, .bottombar-link, .primary-action .btn, .floor-head")]
  .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < least)
  .map(e => e.textContent.trim() + " " + e.getBoundingClientRect().height)"""
_WRITE = """import { readFileSync } from "node:fs";
import { prepareZXingModule, writeBarcode } from "zxing-wasm/writer";
const wasmBinary = readFileSync("node_modules/zxing-wasm/dist/writer/zxing_writer.wasm");
prepareZXingModule({ overrides: { wasmBinary } });
const { image } = await writeBarcode(process.argv[2], { format: process.argv[1], scale: 3 });
process.stdout.write(new Uint8Array(await image.arrayBuffer()));"""


async def test_every_floor_task_takes_two_taps_at_most(dealer: Dealer, open_as: Opener) -> None:
    car = await planned_car(dealer, 1)
    await planned_car(dealer, 2, mechanic=None)
    page = await open_as("mechanic", "499", **PHONE)
    taps: dict[str, int] = {}

    async def do(task: str, *buttons: str) -> None:
        await page.goto("/app/floor")
        for name in buttons:
            await page.get_by_role("button", name=name).or_(page.locator("summary", has_text=name)).first.tap()
        await expect(page.locator(".undo-bar")).to_be_visible()
        await page.context.clear_cookies(name="done")
        taps[task] = len(buttons)

    await do("start", "Start teknisk")
    await do("missing part", "Mangler del", "Meld fra til delelageret")
    await do("found damage", "Fant skade", "Meld skaden")
    await do("done", "Teknisk er ferdig")
    await do("take next", "Ta neste bil")
    assert taps == {"start": 1, "done": 1, "take next": 1, "missing part": 2, "found damage": 2}
    assert (await dealer.read(await dealer.person("mechanic", "499"), "cars", car))["technical_completed_at"]


async def test_the_floor_shuts_nobody_out(dealer: Dealer, open_as: Opener, pictures: Path | None) -> None:
    cars = [await planned_car(dealer, n) for n in (1, 2)]
    await inspected(dealer, cars[0])
    desk = await open_as("mechanic", "499", color_scheme="light", **DESK)
    printed = [f"/app/cars/{cars[0]}/print/{kind}" for kind in ("card", "handover", "inspection")]
    found = await look([desk], (*DESK_PAGES, f"/app/cars/{cars[0]}", printed[-1]))
    hands = await dealer.person("mechanic", "499")
    assert hands.user
    await dealer.do(hands, "users", "update", hands.user, language="en")
    phone = await open_as("mechanic", "499", color_scheme="dark", **PHONE)
    await phone.goto("/app/floor")
    await phone.locator("summary", has_text="damage").first.tap()
    found += [*await problems(phone), *await phone.evaluate(_SMALL, SMALLEST)]
    for address in ("/app/scan", "/app/scan?code=EL98765", "/app/offline", "/app/cars/labels", *printed):
        found += [*await look([phone], [address]), *await phone.evaluate(_SMALL, SMALLEST)]
        if pictures:
            await phone.screenshot(path=pictures / f"{address.rpartition('/')[2]}.png", full_page=True)
    assert not found


async def inspected(dealer: Dealer, car: UUID) -> None:
    """Give a car an inspection with answers."""
    reception = await dealer.person("reception", "499")
    made = (await dealer.do(reception, "inspections", "begin", car=str(car))).record
    assert made
    points = (await dealer.read(reception, "inspections", made)).get("items") or []
    answers = [{"item": p["code"], "result": "remark" if n == 1 else "ok", "note": None} for n, p in enumerate(points)]
    await dealer.do(reception, "inspections", "update", made, answers=answers, note="Ripe i venstre bakdør")


@pytest.fixture
def pictures() -> Path | None:
    """Where pictures are put for a person to look at, when that folder is there."""
    folder = Path("/tmp/floor-pictures")  # noqa: S108 - only looked at
    return folder if folder.is_dir() else None


# -- scan -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["Code39", "Code128", "QRCode"])
async def test_a_code_in_a_photo_opens_the_car(kind: str, dealer: Dealer, open_as: Opener) -> None:
    car = await planned_car(dealer, 3)
    page = await open_as("mechanic", "499", **PHONE)
    row = await dealer.read(await dealer.person("mechanic", "499"), "cars", car)
    label = f"{dealer.application.platform.public_url.rstrip('/')}/app/cars/{car}"
    picture = qr(label) if kind == "QRCode" else barcode(kind, row["vin"])
    await page.goto("/app/scan")
    await page.set_input_files("#code-photo", {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": picture})
    await page.wait_for_url(f"**/app/cars/{car}")


async def test_a_picture_without_a_code_says_so(dealer: Dealer, open_as: Opener) -> None:
    await planned_car(dealer, 4)
    page = await open_as("mechanic", "499", **PHONE, at="/app/scan")
    blank = photo(Image.new("L", (300, 200), 200))
    await page.set_input_files("#code-photo", {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": blank})
    await expect(page.locator("[data-said]")).to_contain_text("Fant ingen strekkode")


def barcode(kind: str, text: str) -> bytes:
    command = [*find_node(), "--input-type=module", "-e", _WRITE, kind, text]
    made = subprocess.run(command, cwd=TOP, check=True, capture_output=True).stdout
    return photo(Image.open(io.BytesIO(made)))


def qr(text: str) -> bytes:
    made = io.BytesIO()
    segno.make(text).save(made, kind="png", scale=6)
    return photo(Image.open(made))


def photo(code: Image.Image) -> bytes:
    """Return a code as a phone takes it: askew, grey, on a larger ground."""
    code = code.convert("L").resize((code.width * 2, max(code.height * 2, 200)))
    ground = Image.new("L", (code.width + 240, code.height + 240), 235)
    ground.paste(code, (120, 120))
    made = io.BytesIO()
    ground.rotate(3, expand=True, fillcolor=235).save(made, "JPEG", quality=80)
    return made.getvalue()


# -- without network ------------------------------------------------------------------------------------


class Gate:
    """The network between a phone and the server, which can go away."""

    def __init__(self, server: str) -> None:
        self._to = (urlsplit(server).hostname, urlsplit(server).port)
        self._open = True
        self._lines: set[asyncio.StreamWriter] = set()

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open:
            writer.transport.abort()
            return
        there, onward = await asyncio.open_connection(*self._to)
        self._lines |= {writer, onward}
        await asyncio.gather(_pump(reader, onward), _pump(there, writer))

    def close(self) -> None:
        self._open = False
        for line in self._lines:
            line.transport.abort()
        self._lines.clear()

    def open(self) -> None:
        self._open = True

    async def stop(self) -> None:
        self.close()
        self._server.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@pytest.fixture
async def gate(address: str) -> AsyncIterator[tuple[Gate, str]]:
    made = Gate(address)
    yield made, await made.start()
    await made.stop()


@pytest.fixture
async def phone(
    gate: tuple[Gate, str], chromium: Browser, dealer: Dealer, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[Page, Gate]]:
    """A phone of somebody at the prep centre, a mechanic where the test says nothing else."""
    email = await give_password(dealer, await dealer.person(getattr(request, "param", "mechanic"), "499"))
    context = await chromium.new_context(locale="nb-NO", timezone_id="Europe/Oslo", base_url=gate[1], **PHONE)
    page = await context.new_page()
    page.set_default_timeout(30_000)
    await page.goto("/sign-in")
    await page.fill("#email", email)
    await page.fill("#password", PASSWORD)
    await page.click(".stack button")
    await page.wait_for_url(lambda url: "sign-in" not in url)
    yield page, gate[0]
    await context.close()


async def keep(page: Page, *cars: UUID) -> None:
    """Open my cars and wait until the worker has kept it with the cars' pages."""
    await page.goto("/app/floor")
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await page.reload()
    # A promise is not waited for by wait_for_function: it is asked until it says yes.
    for address in ("/app/offline", *(f"/app/cars/{car}" for car in cars)):
        while not await page.evaluate("async a => !!(await caches.match(a, { ignoreVary: true }))", address):
            await page.wait_for_timeout(50)


async def test_taps_and_notes_wait_for_the_network_and_are_sent_once(dealer: Dealer, phone: tuple[Page, Gate]) -> None:
    car = await planned_car(dealer, 5)
    page, gate = phone
    await keep(page, car)
    gate.close()
    before = utc_now()
    await page.get_by_role("button", name="Start teknisk").tap()
    await expect(page.locator("[data-queue]")).to_have_text("1 endring venter på nett")
    await expect(page.get_by_role("button", name="Start teknisk")).to_be_disabled()
    await page.locator("summary", has_text="Notat").tap()
    await page.fill("textarea[name=text]", "Skiftet filter")
    await page.get_by_role("button", name="Lagre notatet").tap()
    await expect(page.locator("[data-queue]")).to_have_text("2 endringer venter på nett")
    await page.get_by_role("button", name="Teknisk er ferdig").tap()
    await expect(page.locator("[data-queue]")).to_have_text("3 endringer venter på nett")
    await page.goto(f"/app/cars/{car}")
    await expect(page.locator("h1")).to_contain_text("Audi")
    gate.open()
    await page.goto("/app/offline")
    await expect(page.locator("[data-no-entries]")).to_be_visible()
    hands = await dealer.person("mechanic", "499")
    row = await dealer.read(hands, "cars", car)
    assert row["technical_completed_at"] > row["technical_started_at"] > before.isoformat()
    history = await dealer.application.platform.reading.history(hands, "cars", car)
    assert sum("technical_started_at" in entry["changes"] for entry in history) == 1
    await page.goto("/app/floor")
    await expect(page.locator("#at-done")).to_be_visible()


async def test_a_conflict_shows_both_and_loses_nothing(
    dealer: Dealer, phone: tuple[Page, Gate], pictures: Path | None
) -> None:
    car = await planned_car(dealer, 6)
    page, gate = phone
    await keep(page, car)
    gate.close()
    await page.get_by_role("button", name="Start teknisk").tap()
    await expect(page.locator("[data-queue]")).to_have_text("1 endring venter på nett")
    planner = await dealer.person("planner", "499")
    theirs = utc_now().isoformat()
    await dealer.do(planner, "cars", "update", car, technical_started_at=theirs)
    gate.open()
    await page.goto("/app/floor")
    await expect(page.locator("[data-queue]")).to_have_text("1 må du se på")
    await page.locator("[data-queue]").tap()
    entry = page.locator(".queue-entry")
    await expect(entry).to_contain_text("Planner På 499 har allerede ført dette")
    await expect(entry.locator("tbody td").nth(2)).to_contain_text("i dag")
    assert await violations(page) == []
    if pictures:
        await page.screenshot(path=pictures / "conflict.png", full_page=True)
    row = await dealer.read(planner, "cars", car)
    assert row["technical_started_at"][:19] == theirs[:19]
    await page.get_by_role("button", name="Behold det som er lagret").tap()
    await expect(page.locator("[data-no-entries]")).to_be_visible()


async def test_a_photo_waits_too(dealer: Dealer, phone: tuple[Page, Gate]) -> None:
    car = await planned_car(dealer, 7)
    page, gate = phone
    await keep(page, car)
    gate.close()
    await page.locator("summary", has_text="Fant skade").tap()
    await page.fill("[id^=damage-]", "Ripe i dør")
    picture = {"name": "ripe.jpg", "mimeType": "image/jpeg", "buffer": photo(Image.new("L", (200, 200), 120))}
    await page.set_input_files("[id^=shot-]", [picture])
    await page.get_by_role("button", name="Meld skaden").tap()
    await expect(page.locator("[data-queue]")).to_have_text("1 endring venter på nett")
    # A photo of the work is sent as soon as it is taken, as small as its place needs it.
    await page.locator("summary", has_text="Bilde").tap()
    large = photo(Image.effect_noise((3000, 2200), 60))
    await page.set_input_files("[id^=after-]", {"name": "hjul.png", "mimeType": "image/jpeg", "buffer": large})
    await expect(page.locator("[data-queue]")).to_have_text("2 endringer venter på nett")
    gate.open()
    await page.goto("/app/offline")
    await expect(page.locator("[data-no-entries]")).to_be_visible()
    hands = await dealer.person("mechanic", "499")
    answer = await page.request.get(f'/items/car_files?filter={{"car":{{"_eq":"{car}"}}}}')
    files = {f["title"]: f for f in (await answer.json())["data"]}
    assert {title: f["kind"] for title, f in files.items()} == {"hjul.jpg": "after", "ripe.jpg": None}
    kept = files["hjul.jpg"]["file"]
    stored = await dealer.read(hands, "files", UUID(str(kept)))
    assert max(stored["width"], stored["height"]) == 1600
    assert stored["size_bytes"] < len(large)


@pytest.mark.parametrize("phone", ["reception"], indirect=True)
async def test_an_inspection_without_network_meets_another_persons_answers(
    dealer: Dealer, phone: tuple[Page, Gate]
) -> None:
    page, gate = phone
    items = [{"code": c, "nb": n, "en": n} for c, n in (("lakk", "Lakk"), ("hjul", "Hjul"))]
    names = {"name_nb": "Nybil", "name_en": "New car", "car_type": "new", "kind": "mottak"}
    await dealer.create(await dealer.person("tenant_admin"), "inspection_templates", items=items, **names)
    car = await planned_car(dealer, 9, upto="arrived")
    reception = await dealer.person("reception", "499")
    made = (await dealer.do(reception, "inspections", "begin", car=str(car))).record
    assert made
    await keep(page)
    for _ in range(2):
        await page.goto(f"/app/inspections/{made}")
    await page.wait_for_function(
        f"async () => !!(await caches.match('/app/inspections/{made}', {{ ignoreVary: true }}))"
    )
    gate.close()
    await page.locator("label:has(#answer-lakk-ok)").tap()
    await expect(page.locator("[data-queue]")).to_have_text("1 endring venter på nett")
    await page.locator("label:has(#answer-hjul-ok)").tap()
    await expect(page.locator("[data-queue]")).to_have_text("2 endringer venter på nett")
    theirs = [{"item": "lakk", "result": "remark", "note": "Ripe"}]
    await dealer.do(reception, "inspections", "update", made, answers=theirs)
    gate.open()
    await page.goto("/app/offline")
    # Not only when the page next tries by itself.
    await page.evaluate("navigator.serviceWorker.ready.then((r) => r.active.postMessage({ kind: 'flush' }))")
    entry = page.locator(".queue-entry")
    await expect(entry).to_have_count(1)
    await expect(entry.and_(page.locator(".is-refused"))).to_contain_text("Merknad")
    # The line that nobody else answered is kept; the other waits for a person.
    kept = {a["item"]: (a["result"], a["note"]) for a in (await dealer.read(reception, "inspections", made))["answers"]}
    assert kept == {"lakk": ("remark", "Ripe"), "hjul": ("ok", None)}
    await page.get_by_role("button", name="Send mitt likevel").tap()
    await expect(page.locator("[data-no-entries]")).to_be_visible()
    after = {a["item"]: a["result"] for a in (await dealer.read(reception, "inspections", made))["answers"]}
    assert after == {"lakk": "ok", "hjul": "ok"}


# -- signature ------------------------------------------------------------------------------------------


async def test_a_customer_signs_on_the_screen(dealer: Dealer, open_as: Opener, pictures: Path | None) -> None:
    car = await planned_car(dealer, 8)
    page = await open_as("new_car_sales", "495", **PHONE, at=f"/app/cars/{car}/print/handover")
    await page.get_by_role("button", name="Lagre underskriften").tap()
    await expect(page.locator("[data-sign-said]")).to_have_text("Underskriften er tom.")
    await page.locator(".sign-pad").scroll_into_view_if_needed()
    box = await page.locator(".sign-pad").bounding_box()
    assert box
    await page.mouse.move(box["x"] + 20, box["y"] + 60)
    await page.mouse.down()
    for step in range(1, 12):
        await page.mouse.move(box["x"] + 20 + step * 20, box["y"] + 60 + (step % 3) * 15)
    await page.mouse.up()
    await page.get_by_role("button", name="Lagre underskriften").tap()
    await expect(page.locator(".paper-sign img")).to_be_visible()
    if pictures:
        await page.screenshot(path=pictures / "signed.png", full_page=True)
        await page.pdf(path=pictures / "handover.pdf")
