"""The pages of roles of a company's own: chosen in a form, compared, put into use, rolled back; for administrators."""

import re
from html import unescape
from typing import Any
from uuid import UUID

from support.browser import Browser, Opener, field
from support.dealer import Dealer
from support.own_roles import again, draft, holder, make_role, own_role, pieces, put_into_use
from support.pages import fill_yard

ROLES = "/app/admin/roles"


async def edited(admin: Browser, role: UUID, *, leave: tuple[str, ...] = (), source: str = "", **more: Any) -> str:
    """Send the form of what a role gives as it comes, but for some boxes; return where it leads."""
    page = f"{ROLES}/{role}/edit" + (f"?from={source}" if source else "")
    text = unescape((await admin.get(page)).text)
    boxes = re.findall(r'type="checkbox" name="([^"]+)" value="([^"]+)"[^>]*checked', text)
    data: dict[str, Any] = {n: field(text, n) for n in ("_csrf", "_key", "from")} | more
    for name, value in boxes:
        if not any(part in f"{name}={value}" for part in leave):
            data.setdefault(name, []).append(value)
    answer = await admin.client.post(f"{ROLES}/{role}/edit", data=data)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def act(admin: Browser, address: str, what: str) -> int:
    text = (await admin.get(address)).text
    data = {n: field(text, n) for n in ("_csrf", "_key")} | {"act": what}
    return (await admin.client.post(address, data=data)).status_code


async def test_a_role_is_chosen_compared_and_put_into_use(dealer: Dealer, signed: Opener) -> None:
    await fill_yard(dealer, 3)
    admin = await signed("tenant_admin", "")
    role = await make_role(dealer, "vikar", "planner")
    assert "Vikar" in (await admin.get(ROLES)).text
    person = await holder(dealer, role)
    first = await edited(admin, role, leave=("cars/", "/write="), note="Uten biler")
    shown = unescape((await admin.get(first)).text)
    assert "Uten biler" in shown
    assert "Vikar Vik" in shown
    assert await act(admin, first, "activate") == 303
    assert not dealer.application.platform.spec["cars"].grants_of((await again(dealer, person.user)).roles)
    # With the cars: how many more rows.
    boxes = {"cars/" + p.entry: "1" for p in pieces("planner", "cars")}
    reads = {f"cars/{p.entry}/read": list(p.read) for p in pieces("planner", "cars")}
    second = await edited(admin, role, **boxes, **reads)
    shown = unescape((await admin.get(second)).text)
    assert "Biler" in shown
    assert "0 før" in shown
    assert await act(admin, second, "activate") == 303
    assert dealer.application.platform.spec["cars"].grants_of((await again(dealer, person.user)).roles)
    beside = unescape((await admin.get(f"{second}?with={first.rsplit('/', 1)[1]}")).text)
    assert "Versjon 2 ved siden av versjon 1" in beside
    # Back to the first.
    assert await act(admin, first, "activate") == 409
    assert await act(admin, first, "simulate") == 303
    assert "Gå tilbake til denne versjonen" in (await admin.get(first)).text
    assert await act(admin, first, "activate") == 303
    assert not dealer.application.platform.spec["cars"].grants_of((await again(dealer, person.user)).roles)
    assert await act(admin, f"{ROLES}/{role}", "off") == 303
    assert "Ikke i bruk" in (await admin.get(f"{ROLES}/{role}")).text
    assert await act(admin, f"{ROLES}/{role}/versions/{first.rsplit('/', 1)[1]}", "simulate") == 303


async def test_what_was_made_is_told_once_by_its_name(signed: Opener) -> None:
    admin = await signed("tenant_admin", "")
    page = (await admin.get("/app/roles/new")).text
    names = {"code": "vikar", "name_nb": "Vikar", "name_en": "Substitute", "based_on": "planner"}
    form = {n: field(page, n) for n in ("_csrf", "_key", "_fields", "_base")}
    made = await admin.client.post("/app/roles/new", data={**form, **names})
    shown = (await admin.get(made.headers["location"])).text
    bar = re.sub(r"<[^>]+>", " ", shown.split('class="undo-bar"')[1].split("</div>")[0])
    assert "Vikar" in bar
    assert "Opprettet: Rolle" in bar
    for address in ("/app/roles", "/", made.headers["location"]):
        assert "undo-bar" not in (await admin.get(address)).text, address


async def test_what_was_chosen_of_another_role_stays(dealer: Dealer, signed: Opener) -> None:
    admin = await signed("tenant_admin", "")
    role = await own_role(dealer, "vikar", "mechanic", pieces("mechanic", "cars"))
    boxes = {"parts_orders/" + p.entry: "1" for p in pieces("parts", "parts_orders")}
    version = await edited(admin, role, source="parts", **boxes)
    row = await dealer.read(admin.actor, "role_versions", UUID(version.rsplit("/", 1)[1]))
    given = {(p["collection"], p["entry"].split(".")[0]) for p in row["pieces"]}
    assert {("cars", "mechanic"), ("parts_orders", "parts")} <= given
    text = unescape((await admin.get(f"{ROLES}/{role}/edit?from=parts")).text)
    assert "Mekaniker" in text


async def test_nobody_else_opens_them_and_the_products_have_none(dealer: Dealer, signed: Opener) -> None:
    role = await make_role(dealer, "vikar", "planner")
    version = await draft(dealer, role, pieces("planner", "cars"))
    manager, admin = await signed("manager", "499"), await signed("tenant_admin", "")
    for address in (ROLES, f"{ROLES}/{role}", f"{ROLES}/{role}/edit", f"{ROLES}/{role}/versions/{version}"):
        assert (await manager.get(address)).status_code == 403
        assert (await admin.get(address)).status_code == 200
    product = await dealer.create(
        (await dealer.person("tenant_admin", "")), "roles", code="x1", based_on="mechanic", name_nb="X", name_en="X"
    )
    for address in (f"{ROLES}/{version}", f"{ROLES}/x", f"{ROLES}/{product}/versions/{version}"):
        assert (await admin.get(address)).status_code == 404


async def test_whoever_has_a_role_of_their_own_works_on_the_pages_it_gives(dealer: Dealer, signed: Opener) -> None:
    cars = await fill_yard(dealer, 2)
    role = await own_role(dealer, "vikar", "mechanic", [])
    mechanic = await signed("mechanic", "499")
    admin = await dealer.person("tenant_admin", "")
    user = mechanic.actor.user
    await dealer.do(admin, "users", "give_role", user, role=str(role))
    await dealer.do(admin, "users", "set_roles", user, roles=[])
    # A role that gives nothing beyond the account: no page falls over.
    assert "Vikar" not in (await mechanic.get("/")).text
    for address, status in (("/", 200), ("/app/me", 200), ("/app/cars", 403), (f"/app/cars/{cars[0]}", 403)):
        assert (await mechanic.get(address)).status_code == status, address
    # What is put into use counts for the sign-in that is open.
    await put_into_use(dealer, role, await draft(dealer, role, pieces("planner", "cars")))
    assert (await mechanic.get("/app/cars")).status_code == 200
    await dealer.do(admin, "roles", "switch_off", role)
    for address, status in (("/", 200), ("/app/me", 200), ("/app/cars", 403), (f"/app/cars/{cars[0]}", 403)):
        assert (await mechanic.get(address)).status_code == status, address
    # Their own name and language are theirs still; nobody else's are, and a key made before opens nothing.
    assert (
        await mechanic.send("/app/me", first_name="Kåre", language="en", _fields="first_name language")
    ).status_code == 303
    text = (await mechanic.get("/app/me")).text
    assert 'value="Kåre"' in text
    assert "My profile" in text
    for address in ("/app/admin", "/app/plan", "/app/parts_orders"):
        assert (await mechanic.get(address)).status_code == 403, address
    assert (await mechanic.send("/sign-out")).status_code == 303
    assert (await mechanic.get("/app/me")).headers["location"].startswith("/sign-in")


async def test_the_explorer_shows_what_a_role_of_ones_own_gives(dealer: Dealer, signed: Opener) -> None:
    role = await own_role(dealer, "vikar", "planner", pieces("planner", "cars", write=(), verbs=()))
    person = await holder(dealer, role)
    admin = await signed("tenant_admin", "")
    text = unescape((await admin.get("/app/permissions?role=vikar&collection=cars&field=vin")).text)
    assert '<option value="vikar" selected>Vikar</option>' in text
    assert "Vikar leser" in text
    assert "endrer ikke" in text
    text = unescape((await admin.get(f"/app/permissions?who={person.user}&collection=cars&field=vin")).text)
    assert "Vikar leser" in text
    assert "vikar@" not in text
