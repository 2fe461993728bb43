"""By keyboard alone: what a planner and a salesperson do all day, without a pointer once."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from playwright.async_api import Locator, Page, expect

from support.dealer import Dealer
from support.pages import fill_yard, new_car

Opener = Callable[..., Awaitable[Page]]
_FAR = 150
_READY = 4


async def reach(page: Page, wanted: Locator, *, back: bool = False) -> None:
    """Press Tab until the focus is on something."""
    await expect(wanted).to_have_count(1)
    for _ in range(_FAR):
        if await wanted.evaluate("e => e === document.activeElement"):
            return
        await page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"the keyboard does not come to {wanted}")


async def go(page: Page, typed: str, address: str) -> None:
    """Go anywhere with the one key."""
    await page.keyboard.press("Control+k")
    await expect(page.locator("[data-palette-text]")).to_be_focused()
    await page.keyboard.type(typed)
    await expect(page.locator("[role=option]").first).to_be_visible()
    await page.keyboard.press("Enter")
    await page.wait_for_url(address)


async def put(page: Page, name: str, text: str, *, back: bool = False) -> None:
    """Write in a field, or choose in a select by its first letters."""
    field = page.locator(f"#{name}")
    await reach(page, field, back=back)
    await page.keyboard.type(text, delay=5)


async def moment(page: Page, name: str) -> None:
    """Write a date and a time as one does: the second of February, half past eight."""
    await reach(page, page.locator(f"#{name}"))
    await page.keyboard.type("2.2.30 0830")
    await page.keyboard.press("Tab")
    await expect(page.locator(f"#{name}")).to_have_value("02.02.2030 08:30")


async def press(page: Page, wanted: Locator, *, back: bool = False) -> None:
    """Come to a button or link, and press it."""
    await reach(page, wanted, back=back)
    await page.keyboard.press("Enter")


async def test_a_planner_plans_by_keyboard_alone(dealer: Dealer, open_as: Opener) -> None:
    cars = await fill_yard(dealer, 8)
    mechanic, planner = await dealer.person("mechanic", "499"), await dealer.person("planner", "499")
    page = await open_as("planner", "499")
    # From the front page to the board: what waits, and one card as far as the keyboard takes it.
    await go(page, "tavle", "**/app/cars/board")
    await reach(page, page.locator(f'[data-card="{cars[_READY]}"] .card-name'))
    await page.keyboard.press("m")
    dialog = page.locator("[data-move-dialog]")
    await expect(dialog).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    # The car by its plate, its two starts, and who does it.
    await go(page, "el 20004", f"**/app/cars/{cars[_READY]}")
    await moment(page, "scheduled_technical_start")
    await moment(page, "scheduled_cosmetic_start")
    await put(page, "assigned_mechanic", "Mech")
    await press(page, page.locator("#g-planning button[type=submit]"))
    await expect(page.locator("#done .undo-bar")).to_contain_text("Lagret")
    await expect(page.locator(".status-line")).to_contain_text("Planlagt")
    row = await dealer.read(planner, "cars", cars[_READY])
    assert (row["status"], row["assigned_mechanic"]) == ("planned", str(mechanic.user))
    # Two cars of the list, picked and given to somebody.
    await go(page, "biler", "**/app/cars")
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await expect(page.locator(".row-pick:checked")).to_have_count(2)
    await press(page, page.get_by_role("button", name="Gjør med de valgte"), back=True)
    await page.wait_for_url("**/bulk?*")
    await press(page, page.get_by_role("button", name="Fordel på nytt"))
    await put(page, "bulk-to_user", "Mech")
    await put(page, "bulk-kind", "Tek")
    await press(page, page.get_by_role("button", name="Se hva som endres (2)"))
    await press(page, page.get_by_role("button", name="Fordel på nytt (2)"))
    await expect(page.get_by_text("av 2 er gjort").first).to_be_visible()


async def test_a_salesperson_sells_by_keyboard_alone(dealer: Dealer, open_as: Opener) -> None:
    seller = await dealer.person("new_car_sales", "495")
    await dealer.person("manager", "495")
    await new_car(dealer, seller, 1)
    page = await open_as("new_car_sales")
    # A new car for the customer who sits there.
    await go(page, "ny bil", "**/app/cars/new")
    for name, text in (("make", "Audi"), ("model", "Q6 e-tron")):
        await put(page, name, text)
    await put(page, "car_type", "Ny")
    await put(page, "order_number", "T0001")
    await put(page, "customer_name", "Kari Kunde")
    await press(page, page.locator("summary", has_text="Kundens kontaktopplysninger"))
    await put(page, "customer_phone", "91234567")
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "/app/cars/" in url and not url.endswith("/new"))
    await expect(page.locator(".status-line")).to_contain_text("Registrert")
    car = page.url.rpartition("/")[2]
    # Another colour, and back again.
    await put(page, "color", "Rød")
    await page.keyboard.press("Enter")
    await expect(page.locator("#done .undo-bar")).to_contain_text("Lagret: Farge")
    await press(page, page.get_by_role("button", name="Angre"))
    await expect(page.locator("#color")).to_have_value("")
    # A word to the manager, by name.
    await put(page, "comment-text", "Hei @man")
    await expect(page.locator(".mention-option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await page.keyboard.type("- den haster")
    await press(page, page.get_by_role("button", name="Send", exact=True))
    await expect(page.locator(".comment")).to_contain_text("Hei @Manager På 495 - den haster")
    # The list: its search, a row, a cell of it.
    await go(page, "biler", "**/app/cars")
    await page.keyboard.press("/")
    await page.keyboard.type("t0001")
    await expect(page.locator("[data-row]")).to_have_count(1)
    await reach(page, page.locator(f'[data-row] > th a[href="/app/cars/{car}"]'))
    await page.keyboard.press("e")
    form = page.locator("[data-cell-form]")
    await expect(form).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("e")
    await expect(form).to_be_visible()
    await page.keyboard.press("Escape")
    assert (await dealer.read(seller, "cars", UUID(car)))["customer_name"] == "Kari Kunde"
