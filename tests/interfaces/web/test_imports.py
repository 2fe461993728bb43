"""The import pages, as a browser meets them: upload, trial, report, taking in, correcting, exporting."""

import io
import json
import re
import zipfile
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from directapp.derive.sheet.layout import Table, read_table
from directapp.derive.sheet.rows import TableReader
from directapp.domains.imports.ledger import LEDGER
from directapp.interfaces.web.records.imports import starting
from directapp.kernel.actor import Actor
from directapp.kernel.errors import BadPayloadError
from directapp.services.importing import Importing
from directapp.services.intent import Intent
from directapp.services.ledger import Order
from support.damage import broken_inside
from support.dealer import Dealer
from support.export import car, small
from support.pages import PASSWORD, give_password, new_car
from support.post import rows


@pytest.fixture
async def browser(pages: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=pages)
    async with httpx.AsyncClient(transport=transport, base_url="http://pages.test", follow_redirects=True) as client:
        yield client


async def sign_in(browser: httpx.AsyncClient, dealer: Dealer, role: str, site: str = "490") -> Actor:
    person = await dealer.person(role, site)
    email = await give_password(dealer, person)
    page = await browser.get("/sign-in")
    data = dict(re.findall(r'name="(_\w+)" value="([^"]*)"', page.text))
    answer = await browser.post("/sign-in", data={**data, "email": email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return person


async def token(browser: httpx.AsyncClient, address: str) -> dict[str, str]:
    page = await browser.get(address)
    assert page.status_code == 200, page.text
    found = re.search(r'name="_csrf" value="([^"]+)"', page.text)
    assert found is not None
    return {"_csrf": found[1]}


async def upload(browser: httpx.AsyncClient, kind: str, files: dict[str, bytes], **fields: str) -> httpx.Response:
    data = {**await token(browser, "/app/imports"), **fields}
    sent = [("files", (name, io.BytesIO(content))) for name, content in files.items()]
    answer = await browser.post(f"/app/imports/{kind}", data=data, files=sent)
    await starting.settled()
    return answer


def numbers(page: str) -> list[int]:
    return [int(n) for n in re.findall(r'tile-number">(\d+)<', page)]


async def test_an_export_is_tried_reported_taken_in_and_mended(browser: httpx.AsyncClient, dealer: Dealer) -> None:
    await sign_in(browser, dealer, "tenant_admin")
    good, wrong = car(), car(vin="kort")
    answer = await upload(browser, "prototype", small(good, wrong, people=False))
    run = str(answer.url).rsplit("/", 1)[-1]
    page = await browser.get(f"/app/imports/{run}")
    assert "Prøve: ingenting er lagret." in page.text
    assert numbers(page.text) == [4, 0, 4, 0, 0, 1]
    assert "Understellsnummeret skal ha 17 tegn" in page.text
    assert "Lagre" not in page.text
    report = read_table((await browser.get(f"/app/imports/{run}/report.xlsx")).content)
    assert [row[3] for row in report.rows if row[0] == "cars"] == ["Opprettet", "Avvist"]
    same = read_table((await browser.get(f"/app/imports/{run}/report.csv")).content)
    assert [[str(v) for v in row if v] for row in same.rows] == [[str(v) for v in row if v] for row in report.rows]
    assert len((await browser.get(f"/app/imports/{run}/report.json")).json()["rows"]) == 9

    taken = await browser.post(f"/app/imports/{run}/commit", data=await token(browser, f"/app/imports/{run}"))
    await starting.settled()
    done = str(taken.url).rsplit("/", 1)[-1]
    page = await browser.get(f"/app/imports/{done}?outcome=rejected")
    assert "Tatt inn." in page.text
    row = re.search(rf"/app/imports/{done}/rows/([\w-]+)", page.text)
    assert row is not None
    assert 'name="value-vin" value="kort"' in page.text
    csrf = await token(browser, f"/app/imports/{done}")
    said = {**csrf, "value-vin": "WVWZZZE1ZMP123456", "decision": ""}
    page = await browser.post(f"/app/imports/{done}/rows/{row[1]}", data=said)
    assert "Svart, prøves neste gang" in page.text
    page = await browser.post(f"/app/imports/{done}/retry", data=csrf)
    assert "Prøv rettede rader igjen" not in page.text
    cars = await browser.get("/app/cars/export.csv?all=1&header=codes")
    assert "WVWZZZE1ZMP123456" in cars.text
    assert (await browser.post(f"/app/imports/{run}/commit", data=csrf)).status_code == 409


async def test_a_sheet_is_matched_tried_and_taken_in(browser: httpx.AsyncClient, dealer: Dealer) -> None:
    await sign_in(browser, dealer, "manager")
    text = (
        "Understellsnummer;Merke;Modell;Biltype;Ordrenumer;Vet ikke\n"
        "WVWZZZE1ZMP654321;VW;Golf;Nybil;O-1;x\nkort;VW;;Nybil;O-2;\n"
    )
    columns = await upload(browser, "sheet", {"biler.csv": text.encode()}, collection="cars")
    assert '<option value="vin" selected>' in columns.text
    assert '<option value="order_number" selected>' in columns.text
    assert "forslag" in columns.text
    chosen = {
        "column-0": "vin",
        "column-1": "make",
        "column-2": "model",
        "column-3": "car_type",
        "column-4": "order_number",
        "key": "vin",
    }
    address = columns.url.path
    answer = await browser.post(address, data={**await token(browser, address), **chosen})
    await starting.settled()
    page = await browser.get(answer.url.path)
    assert numbers(page.text) == [1, 0, 0, 0, 0, 1]
    assert "WVWZZZE1ZMP654321, O-1, VW, Golf" in page.text, "by what a car is known by, whatever its columns are called"
    taken = await browser.post(f"{answer.url.path}/commit", data=await token(browser, answer.url.path))
    await starting.settled()
    assert "Tatt inn." in (await browser.get(taken.url.path)).text
    listed = await browser.get("/app/cars/export.csv?q=WVWZZZE1ZMP654321")
    assert listed.text.startswith("\ufeff")
    assert "WVWZZZE1ZMP654321" in listed.text
    sheet = read_table((await browser.get("/app/cars/export.xlsx?q=WVWZZZE1ZMP654321")).content)
    assert (len(sheet.rows), "Understellsnummer" in sheet.header) == (1, True)


async def test_a_sheet_fills_own_fields_and_refuses_by_row_and_field(
    browser: httpx.AsyncClient, dealer: Dealer
) -> None:
    admin = await dealer.person("tenant_admin", "")
    for code, label, kind, more in (
        ("colour", "Fargekode", "string", {"pattern": "[A-Z0-9]{4}"}),
        ("keys", "Antall nøkler", "integer", {"maximum": 4}),
        ("tyre", "Dekk", "choice", {"choices": "winter: Vinter | Winter"}),
        ("until", "Holdes til", "date", {"required": True}),
    ):
        values = {"label_nb": label, "label_en": code, "placed_in": "cars.seller_notes", "kind": kind, **more}
        await dealer.application.platform.pipeline.perform(
            Intent(
                actor=admin,
                collection="own_fields",
                verb="create",
                origin="test",
                patch={"collection": "cars", "code": code, **values},
            )
        )
    await sign_in(browser, dealer, "manager")
    text = (
        "Understellsnummer;Merke;Modell;Biltype;Fargekode;Antall nøkler;Dekk;own_until\n"
        "WVWZZZE1ZMP654321;VW;Golf;Nybil;LY7W;2;Vinter;24.12.2026\n"
        "WVWZZZE1ZMP654322;VW;Polo;Nybil;ly;9;Sommer;24.12.2026\n"
        "WVWZZZE1ZMP654323;VW;Polo;Nybil;LY7W;;;\n"
    )
    columns = await upload(browser, "sheet", {"biler.csv": text.encode()}, collection="cars")
    for name in ("own_colour", "own_keys", "own_tyre", "own_until"):
        assert f'<option value="{name}" selected>' in columns.text
    fields = ("vin", "make", "model", "car_type", "own_colour", "own_keys", "own_tyre", "own_until")
    chosen = {f"column-{n}": name for n, name in enumerate(fields)} | {"key": "vin"}
    address = columns.url.path
    answer = await browser.post(address, data={**await token(browser, address), **chosen})
    await starting.settled()
    report = (await browser.get(f"{answer.url.path}/report.json")).json()
    refused = {
        row["row"]: sorted(note["field"] for note in row["notes"])
        for row in report["rows"]
        if row["outcome"] == "rejected"
    }
    assert refused == {3: ["own_colour", "own_keys", "own_tyre"], 4: ["own_until"]}
    await browser.post(f"{answer.url.path}/commit", data=await token(browser, answer.url.path))
    await starting.settled()
    (car,) = await rows(dealer, admin, "cars")
    assert {name: car[name] for name in fields[4:]} == {
        "own_colour": "LY7W",
        "own_keys": 2,
        "own_tyre": "winter",
        "own_until": "2026-12-24",
    }


async def test_a_sheet_of_comments_says_what_each_is_about(browser: httpx.AsyncClient, dealer: Dealer) -> None:
    admin = await sign_in(browser, dealer, "tenant_admin")
    made = await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    item = await dealer.create(admin, "work_items", car=str(made), description="Bytt bremser")
    text = f"Gjelder;Post;Kommentar\nArbeidspunkt;{item};Deler er bestilt\ncars;{made};Vasket\nBil;{admin.user};Feil\n"
    columns = await upload(browser, "sheet", {"om.csv": text.encode()}, collection="comments")
    assert '<option value="subject_id" selected>' in columns.text
    chosen = {"column-0": "subject_collection", "column-1": "subject_id", "column-2": "text"}
    address = columns.url.path
    answer = await browser.post(address, data={**await token(browser, address), **chosen})
    await starting.settled()
    assert numbers((await browser.get(answer.url.path)).text) == [2, 0, 0, 0, 0, 1]
    await browser.post(f"{answer.url.path}/commit", data=await token(browser, answer.url.path))
    await starting.settled()
    made_of = {
        row["text"]: (row["subject_collection"], row["subject_id"]) for row in await rows(dealer, admin, "comments")
    }
    assert made_of == {"Deler er bestilt": ("work_items", str(item)), "Vasket": ("cars", str(made))}


async def test_exports_hold_what_the_reader_may_see(browser: httpx.AsyncClient, dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin")
    await dealer.create(
        admin, "cars", vin="WVWZZZE1ZMP777777", make="VW", model="Golf", car_type="used",
        dealership=str(dealer.sites["490"]), prep_center=str(dealer.sites["490"]), sale_price="99.00",
        purchase_price="77.00", customer_name="Hemmelig Kunde", customer_phone="91234567",
    )  # fmt: skip
    await sign_in(browser, dealer, "parts")
    text = (await browser.get("/app/cars/export.csv?all=1")).text
    assert "Hemmelig Kunde" in text
    for hidden in ("91234567", "99,00", "77,00", "Innkjøpspris", "Salgspris"):
        assert hidden not in text


async def test_who_may_not_import_is_told_so(browser: httpx.AsyncClient, dealer: Dealer) -> None:
    await sign_in(browser, dealer, "new_car_sales")
    assert (await browser.get("/app/imports")).status_code == 403
    browser.cookies.clear()
    await sign_in(browser, dealer, "manager")
    page = await browser.get("/app/imports")
    assert ("Fra regneark" in page.text, "Fra prototypen" in page.text) == (True, False)
    assert (await upload(browser, "prototype", small(people=False))).status_code == 403
    assert (await browser.post("/app/imports/sheet", data={})).status_code == 403


async def test_another_companys_run_and_file_are_not_found(browser: httpx.AsyncClient, dealer: Dealer) -> None:
    await sign_in(browser, dealer, "tenant_admin")
    for address in (
        "/app/imports/nonsense",
        "/app/imports/019b0000-0000-7000-8000-000000000000",
        "/app/imports/sheet/x",
    ):
        assert (await browser.get(address)).status_code == 404
    broken = await upload(browser, "sheet", {"x.csv": b"\x00\x00\x00"}, collection="cars")
    assert broken.status_code == 400
    assert (await upload(browser, "prototype", {"cars.json": json.dumps([]).encode()})).status_code == 400


async def test_a_run_shows_how_far_it_is_until_it_has_ended(browser: httpx.AsyncClient, dealer: Dealer) -> None:
    person = await sign_in(browser, dealer, "tenant_admin")
    spec = dealer.application.platform.spec
    reader = TableReader(spec=spec, meta=spec["cars"], table=Table(), columns={}, key=None)
    order = Order(actor=person, by=person, reader=reader, name="biler.csv", collection="cars")
    books = Importing(dealer.application.platform.pipeline, LEDGER).books(dealer.tenant)
    run = await books.open(order, 5000)
    for done in (0, 1200):
        await books.tell(run, done, {})
        for path in (f"/app/imports/{run}", f"/app/imports/{run}/progress"):
            page = (await browser.get(path)).text
            assert f'<progress max="5000" value="{done}"' in page
            assert 'hx-trigger="every 1s"' in page
    await books.close(run, {"created": 5000}, dealer.application.platform.clock())
    assert "<progress" not in (await browser.get(f"/app/imports/{run}/progress")).text


def test_of_an_archive_only_what_is_asked_for_is_unpacked_and_a_damaged_one_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("other.bin", str(list(range(500))))
        packed.writestr("export/cars.json", json.dumps([{"vin": "x" * 100}]))
    unread = broken_inside(out.getvalue(), b"other.bin")
    assert starting.unzipped({"export.zip": unread}) == {"cars.json": json.dumps([{"vin": "x" * 100}]).encode()}
    with pytest.raises(BadPayloadError):
        starting.unzipped({"export.zip": broken_inside(unread, b"cars.json")})
