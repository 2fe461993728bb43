"""What hangs on a record, and the front page."""

import io
import re
from uuid import UUID

import orjson
import pytest
from PIL import Image

from directapp.kernel.ids import uuid7
from directapp.store.query import Query
from directapp.store.unit import recorded
from support.browser import Opener, field
from support.dealer import Dealer
from support.pages import fill_yard


async def test_comments_are_read_and_written_beside_the_record(car: UUID, signed: Opener, dealer: Dealer) -> None:
    seller = await signed("new_car_sales")
    colleague = await dealer.person("manager", "495")
    path = f"/app/cars/{car}/part/comments"
    assert "Ingen kommentarer ennå." in (await seller.part(path)).text
    part = await seller.client.post(
        path,
        data={"_csrf": await seller.token(), "text": "Kunden ringer i morgen.\n@Manager På 495 <b>ser</b> på det."},
        headers={"HX-Request": "true"},
    )
    assert "Kunden ringer i morgen." in part.text
    assert "&lt;b&gt;ser" in part.text
    rows = await seller.get(f"/app/comments?car={car}")
    assert "Kunden ringer" in rows.text
    read = await dealer.application.platform.reading.page(colleague, "comments", Query())
    assert str(colleague.user) in str(read.json)


async def test_an_empty_comment_is_refused_in_its_place(car: UUID, signed: Opener) -> None:
    seller = await signed("new_car_sales")
    answer = await seller.send(f"/app/cars/{car}/part/comments", text=" ")
    assert answer.status_code == 422
    assert "Kommentar må fylles ut." in answer.text


async def test_files_are_uploaded_for_the_stages_of_the_role(car: UUID, signed: Opener) -> None:
    reception = await signed("reception", "499")
    path = f"/app/cars/{car}/part/car_files"
    form = (await reception.part(path)).text
    assert 'value="inspection"' in form
    assert 'value="invoice"' not in form
    picture = io.BytesIO()
    Image.new("RGB", (800, 600), "#336699").save(picture, "JPEG")
    answer = await reception.client.post(
        path,
        data={"_csrf": await reception.token(), "stage": "inspection", "_key": "k1"},
        files=[("file", ("skade.jpg", picture.getvalue(), "image/jpeg")), ("file", ("falsk.jpg", b"not a picture"))],
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 422
    assert "falsk.jpg:" in answer.text
    assert "skade.jpg" in answer.text
    image = re.search(r'src="(/assets/[^"]+)"', answer.text)
    assert image
    assert (await reception.get(image[1])).headers["content-type"].startswith("image/")
    forbidden = await reception.client.post(
        path,
        data={"_csrf": await reception.token(), "stage": "invoice", "_key": "k2"},
        files=[("file", ("faktura.jpg", picture.getvalue(), "image/jpeg"))],
    )
    assert "ikke rett" in forbidden.text


async def test_a_file_form_sent_again_hangs_its_file_up_once(car: UUID, signed: Opener, dealer: Dealer) -> None:
    reception = await signed("reception", "499")
    path = f"/app/cars/{car}/part/car_files"
    form = {"_csrf": await reception.token(), "stage": "inspection", "_key": uuid7().hex}
    for _ in range(2):
        file = ("file", ("bilag.pdf", b"%PDF-1.7 bilag", "application/pdf"))
        answer = await reception.client.post(path, data=form, files=[file], headers={"HX-Request": "true"})
        assert answer.status_code == 200, answer.text
    for collection in ("files", "car_files"):
        read = await dealer.application.platform.reading.page(reception.actor, collection, Query())
        assert len(orjson.loads(read.json)) == 1, collection


async def test_history_tells_of_a_structure_only_that_it_changed(dealer: Dealer, car: UUID, signed: Opener) -> None:
    reception = await signed("reception", "499")
    marks = [{"view": "left", "x": 0.3, "y": 0.5, "note": "Ripe"}]
    record = await dealer.create(reception.actor, "inspections", car=str(car), kind="mottak", damage_marks=marks)
    told = (await reception.get(f"/app/inspections/{record}/history")).text
    assert re.search(r"Skademerker?[^<]*</\w+>\s*<\w+[^>]*>\s*endret", told)
    assert "Ripe" not in told


async def test_history_reads_as_sentences_as_far_as_one_sees(car: UUID, signed: Opener) -> None:
    seller, reception = await signed("new_car_sales"), await signed("reception", "499")
    page = f"/app/cars/{car}"
    await seller.client.post(page, data=await seller.form(page, "price", sale_price="400000"))
    mine = (await seller.part(f"{page}/history")).text.replace("\u00a0", " ")
    assert "350 900 kr" in mine
    assert "400 000 kr" in mine
    theirs = (await reception.part(f"{page}/history")).text.replace("\u00a0", " ")
    assert "400 000 kr" not in theirs
    assert "felt du ikke har innsyn i" in theirs


async def test_an_inspection_is_answered_point_by_point(car: UUID, signed: Opener, dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin")
    items = [{"code": "lakk", "nb": "Lakk", "en": "Paint"}, {"code": "hjul", "nb": "Hjul", "en": "Wheels"}]
    names = {"name_nb": "Nybil", "name_en": "New car", "car_type": "new", "kind": "mottak"}
    await dealer.create(admin, "inspection_templates", items=items, **names)
    reception = await signed("reception", "499")
    await reception.send(f"/app/cars/{car}/fact/arrived_prep_center_at")
    section = (await reception.part(f"/app/cars/{car}/part/inspections")).text
    assert "/app/inspections/do/begin" in section
    begun = await reception.send("/app/inspections/do/begin", car=str(car))
    page = begun.headers["location"]
    text = (await reception.get(page)).text
    assert "2 gjenstår" in text
    answers = {"answer.lakk": "ok", "answer.hjul": "remark"}
    quick = await reception.send(f"{page}/answers", **answers)
    assert quick.headers["location"] == page
    assert "Skriv hva som er funnet: Hjul." in (await reception.get(page)).text
    kept = await reception.send(f"{page}/answers", **answers, **{"note.hjul": "Ripe i felg"})
    assert kept.headers["location"] == page
    text = (await reception.get(page)).text
    assert 'value="Ripe i felg"' in text
    assert f"{page}/do/make_work_item?item=hjul" in text
    made = await reception.send(f"{page}/do/make_work_item", item="hjul", kind="cosmetic")
    assert made.status_code == 303
    assert "Ripe i felg" in (await reception.part(f"/app/cars/{car}/part/work_items")).text


@pytest.mark.parametrize(("address", "most"), [("/app/cars", 20), ("/", 25), ("car", 25)])
async def test_a_page_asks_the_database_little(address: str, most: int, dealer: Dealer, signed: Opener) -> None:
    cars = await fill_yard(dealer, 3)
    browser = await signed("new_car_sales")
    page = f"/app/cars/{cars[0]}" if address == "car" else address
    await browser.get(page)
    seen: list[str] = []
    recorded.set(seen)
    await browser.get(page)
    recorded.set(None)
    assert 0 < len(seen) <= most, seen


async def test_the_pages_speak_english(car: UUID, signed: Opener) -> None:
    browser = await signed("new_car_sales")
    text = (await browser.get("/app/me")).text
    form = {n: field(text, n) for n in ("_csrf", "_key", "_version", "_base", "_fields")}
    form |= {"first_name": "New", "last_name": "På 495", "language": "en", "appearance": "system"}
    await browser.client.post("/app/me", data=form)
    page = (await browser.get(f"/app/cars/{car}")).text
    assert '<html lang="en"' in page
    assert "Registered" in page
    assert "Send the car" in page
    assert not re.search(r"Lagre|Angre|Understellsnummer|Forhandler", page)
