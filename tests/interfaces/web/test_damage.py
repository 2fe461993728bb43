"""Damage on the outline of a car: marked with a note and a photo, taken off again, seen by others."""

import io
import re
from uuid import UUID

import httpx
import pytest
from PIL import Image

from support.browser import Browser, Opener, field
from support.dealer import Dealer


@pytest.fixture
async def inspection(car: UUID, dealer: Dealer) -> str:
    reception = await dealer.person("reception", "499")
    record = await dealer.create(reception, "inspections", car=str(car), kind="mottak")
    return f"/app/inspections/{record}"


async def mark(browser: Browser, page: str, **values: str) -> httpx.Response:
    return await browser.send(f"{page}/marks", **{"view": "left", "x": "0.25", "y": "0.5", "note": "Ripe", **values})


async def test_damage_is_marked_and_taken_off(inspection: str, car: UUID, signed: Opener) -> None:
    reception, seller = await signed("reception", "499"), await signed("new_car_sales")
    assert "Ingen skader er merket av." in (await reception.get(inspection)).text
    assert (await mark(reception, inspection)).headers["location"] == f"{inspection}#damage"
    text = (await reception.get(inspection)).text
    assert '<circle cx="60.0" cy="50.0" r="7"/>' in text
    assert "Skade 1: Venstre side" in text
    assert "data-damage-form" in text
    theirs = (await seller.get(inspection)).text
    assert '<circle cx="60.0"' in theirs
    assert "data-damage-form" not in theirs
    seen = (await seller.part(f"/app/cars/{car}/damage")).text
    assert "Ripe" in seen
    assert "<form" not in seen
    assert "Ripe" in (await seller.get(f"/app/cars/{car}/damage")).text
    assert f"/app/cars/{car}/damage" in (await seller.get(f"/app/cars/{car}")).text
    await reception.send(f"{inspection}/marks/remove", mark=field(text, "mark"))
    assert "Ingen skader er merket av." in (await reception.get(inspection)).text


async def test_a_photo_of_damage_is_among_the_cars_files(inspection: str, car: UUID, signed: Opener) -> None:
    reception = await signed("reception", "499")
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "#336699").save(picture, "JPEG")
    # The same form twice, as a browser sends it that got no answer.
    for _ in range(2):
        answer = await reception.client.post(
            f"{inspection}/marks",
            data={
                "_csrf": await reception.token(),
                "_key": "k",
                "view": "rear",
                "x": "0.5",
                "y": "0.9",
                "note": "Bulk",
            },
            files=[("photo", ("bulk.jpg", picture.getvalue(), "image/jpeg"))],
            headers={"HX-Request": "true"},
        )
        assert answer.status_code == 200
    photos = set(re.findall(r'src="(/assets/[^"?]+)', answer.text))
    assert len(photos) == 1
    assert (
        set(re.findall(r'src="(/assets/[^"?]+)', (await reception.part(f"/app/cars/{car}/part/car_files")).text))
        == photos
    )


async def test_what_is_wrong_is_said_and_what_is_typed_stays(inspection: str, signed: Opener) -> None:
    reception = await signed("reception", "499")
    for wrong in ({"x": "2"}, {"x": "nan"}, {"y": ""}, {"view": "under"}):
        answer = await mark(reception, inspection, **wrong)
        assert answer.status_code == 422
        assert "sett punktet på bilen" in answer.text
        assert 'value="Ripe"' in answer.text
    inside = await mark(reception, inspection, view="interior", x="")
    assert inside.status_code == 303
    seller = await signed("new_car_sales")
    assert (await mark(seller, inspection)).status_code == 403


async def test_marking_damage_leaves_the_checklist_open_to_answers(car: UUID, dealer: Dealer, signed: Opener) -> None:
    admin = await dealer.person("tenant_admin")
    template = await dealer.create(
        admin,
        "inspection_templates",
        items=[{"code": "lakk", "nb": "Lakk", "en": "Paint"}],
        name_nb="Nybil",
        name_en="New car",
        car_type="new",
        kind="mottak",
    )
    actor = await dealer.person("reception", "499")
    record = await dealer.create(actor, "inspections", car=str(car), kind="mottak", template=str(template))
    page = f"/app/inspections/{record}"
    reception = await signed("reception", "499")
    form = (await reception.get(page)).text.split('id="checklist"')[1]
    known = {n: field(form, n) for n in ("_version", "_base")}
    await mark(reception, page)
    kept = await reception.send(f"{page}/answers", **known, **{"answer.lakk": "ok"})
    assert kept.status_code == 303
    stale = await reception.send(f"{page}/answers", **known, **{"answer.lakk": "critical", "note.lakk": "Rust"})
    assert stale.status_code == 409
