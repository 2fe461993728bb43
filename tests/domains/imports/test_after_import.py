"""After an import: what waits is corrected and decided, what the source changes is taken, later edits stay."""

import asyncio
from typing import Any

import pytest

from directapp.app.container import Application
from directapp.app.spec import load_spec
from directapp.domains.imports.prototype import read_export
from directapp.kernel.actor import system_actor
from directapp.kernel.clock import utc_now
from directapp.kernel.errors import BadPayloadError
from directapp.kernel.ids import uuid7
from directapp.services.ledger import Order, Report
from support.export import Place, car, small


@pytest.fixture
def place(application: Application) -> Place:
    return Place(application, uuid7())


def outcomes(report: Report) -> list[str]:
    return [r.outcome for r in report.results if r.raw.collection == "cars"]


def notes(report: Report) -> str:
    return "; ".join(n.text.english for r in report.results if r.raw.collection == "cars" for n in r.notes)


async def test_a_rejected_row_is_corrected_and_taken_in(place: Place) -> None:
    wrong = car(vin="WVWZZZ", customer_phone="ukjent", kjennemerke="AB 123456")
    first = await place.read(small(wrong, people=False))
    assert outcomes(first) == ["rejected"]
    assert {n.field for n in first.results[-1].notes if n.level == "rejected"} == {
        "vin", "customer_phone", "license_plate",
    }  # fmt: skip
    run = await place.answer(wrong["id"], corrected={"vin": "WVWZZZE1ZMP000777", "customer_phone": "91234567"})
    assert outcomes(await place.retry(run)) == ["rejected"]
    run = await place.answer(
        wrong["id"], corrected={"vin": "WVWZZZE1ZMP000777", "customer_phone": "91234567", "kjennemerke": "AB 12345"}
    )
    assert outcomes(await place.retry(run)) == ["created"]
    cars = await place.cars()
    assert (cars[wrong["id"]]["vin"], cars[wrong["id"]]["license_plate"]) == ("WVWZZZE1ZMP000777", "AB12345")
    stored = (await place.rows("import_runs", id=run))[0]
    assert (stored["created"], stored["rejected"], stored["status"]) == (7 + 1, 0, "finished")
    assert (await place.retry(run)).results == []
    assert outcomes(await place.read(small(wrong, people=False))) == ["unchanged"]


async def test_every_row_of_a_group_is_held_until_a_person_decides(place: Place) -> None:
    vin = "WVWZZZE1ZMP000778"
    first, second, third = car(vin=vin), car(vin=vin.lower()), car(vin=vin)
    report = await place.read(small(first, second, third, people=False))
    assert outcomes(report) == ["held", "held", "held"]
    assert "also stands in row 2, 3" in notes(report)
    run = await place.answer(second["id"], decision="take")
    await place.answer(first["id"], decision="skip")
    answered = await place.retry(run)
    assert sorted(outcomes(answered)) == ["repaired", "unchanged"]
    assert set(await place.cars()) == {second["id"]}
    run = await place.answer(third["id"], decision="take")
    again = await place.retry(run)
    assert outcomes(again) == ["held"]
    assert "already stands on another record" in notes(again)
    await place.answer(third["id"], corrected={"vin": "WVWZZZE1ZMP000779"})
    assert outcomes(await place.retry(run)) == ["created"]
    assert set(await place.cars()) == {second["id"], third["id"]}
    assert outcomes(await place.read(small(first, second, third, people=False))) == ["unchanged"] * 3


async def test_a_corrected_row_of_a_group_needs_no_decision(place: Place) -> None:
    number = uuid7().int % 10**9
    first, second = car(order_number=number), car(order_number=number)
    await place.read(small(first, second, people=False))
    run = await place.answer(first["id"], corrected={"order_number": number + 1})
    assert outcomes(await place.retry(run)) == ["created"]
    run = await place.answer(second["id"], corrected={"order_number": number + 1})
    assert outcomes(await place.retry(run)) == ["held"]


async def test_a_correction_into_a_value_that_waits_is_held(place: Place) -> None:
    number = uuid7().int % 10**9
    first, second, third = car(order_number=number), car(order_number=number), car(customer_phone="4790")
    await place.read(small(first, second, third, people=False))
    run = await place.answer(third["id"], corrected={"order_number": number, "customer_phone": "91234567"})
    assert outcomes(await place.retry(run)) == ["held"]


async def test_a_car_that_is_here_already_holds_its_row(place: Place) -> None:
    first = car()
    await place.read(small(first, people=False))
    same = car(vin=first["vin"])
    report = await place.read(small(same, people=False))
    assert outcomes(report) == ["held"]


async def edit(place: Place, external: str, **patch: Any) -> None:
    target = (await place.cars())[external]["id"]
    await place.do(await place.admin(), "cars", "update", target, **patch)


async def test_a_later_edit_is_never_overwritten(place: Place) -> None:
    row = car(comment="Hastesak", model="Enyaq")
    await place.read(small(row))
    await edit(place, row["id"], seller_notes="Ringt kunden")
    assert outcomes(await place.read(small(row, people=False))) == ["unchanged"]
    newer = {**row, "comment": "Avbestilt", "model": "Enyaq Coupé", "date_updated": "2026-11-18T10:00:00"}
    report = await place.read(small(newer, people=False))
    assert outcomes(report) == ["changed"]
    assert "Seller's notes was changed here since" in notes(report)
    stored = (await place.cars())[row["id"]]
    assert (stored["seller_notes"], stored["model"]) == ("Ringt kunden", "Enyaq Coupé")
    assert outcomes(await place.read(small(newer, people=False))) == ["unchanged"]
    assert (await place.cars())[row["id"]]["version"] == stored["version"]


async def test_a_newer_export_moves_the_status_unless_somebody_has(place: Place) -> None:
    moving, moved = car(), car()
    await place.read(small(moving, moved))
    at = {"scheduled_technical_start": "2026-12-01T08:00:00Z", "scheduled_cosmetic_start": "2026-12-01T12:00:00Z"}
    await edit(place, moved["id"], **at)
    planned = {"status": "behandles", "teknisk_klargjoring": "2026-11-19T08:00:00"}
    assert outcomes(await place.read(small(moving | planned, moved | planned, people=False))) == ["changed", "changed"]
    cars = await place.cars()
    assert (cars[moving["id"]]["status"], cars[moved["id"]]["status"]) == ("technical_prep", "planned")


async def test_a_row_mended_in_the_source_settles_the_one_that_waited(place: Place) -> None:
    row = car(customer_phone="4790")
    await place.read(small(row, people=False))
    assert outcomes(await place.read(small({**row, "customer_phone": "91234567"}, people=False))) == ["created"]
    waiting = [r for r in await place.rows("import_rows", external_id=row["id"]) if r["outcome"] == "rejected"]
    assert waiting == []


async def test_a_deleted_record_does_not_come_back(place: Place) -> None:
    row = car(biltype="ingen")
    await place.read(small(row, people=False))
    target = (await place.cars())[row["id"]]["id"]
    await place.do(await place.admin(), "cars", "delete", target)
    assert outcomes(await place.read(small(row, people=False))) == ["unchanged"]
    assert outcomes(await place.read(small({**row, "comment": "ny"}, people=False))) == ["unchanged"]
    assert await place.cars() == {}


async def test_sites_match_by_number_and_stay_as_they_are(place: Place) -> None:
    demo = system_actor(place.tenant, "demo")
    values = {"number": "490", "name": "Vårt eget navn", "dealership_type": "sales_and_prep"}
    await place.do(demo, "dealerships", "create", None, **values)
    row = car(dealership_id="cd613e30-d8f1-4adf-91b7-584a2265b1f5")
    report = await place.read(small(row, people=False))
    assert report.figures()["dealerships"]["unchanged"] == 1
    sites = {s["number"]: s for s in await place.rows("dealerships")}
    assert (len(sites), sites["490"]["name"]) == (7, "Vårt eget navn")
    assert (await place.cars())[row["id"]]["dealership"] == sites["490"]["id"]


async def test_what_cannot_be_found_or_read_is_said(place: Place) -> None:
    rows = (
        car(dealership_id="no such site"),
        car(status="hvor er den"),
        car(selgernummer="77", mekaniker="nobody", biltype="Bobil", behanding="gull", ukjent_kolonne="x"),
        car(customer_phone=None),
    )
    report = await place.read(small(*rows, people=False))
    assert outcomes(report) == ["rejected", "rejected", "created", "repaired"]
    said = notes(report)
    for words in ("no such site", "hvor er den", "“77” was not found", "“Bobil”", "“gull”", "ukjent_kolonne", "unsold"):
        assert words in said
    assert (await place.cars())[rows[2]["id"]]["status"] == "draft"


async def test_a_file_that_is_something_else_is_refused(place: Place) -> None:
    with pytest.raises(BadPayloadError) as refused:
        await place.read({"cars.json": b"not json", "dealership.json": b"[]"})
    assert {p.field for p in refused.value.problems} == {"cars.json", "directus_users.json"}


async def test_an_import_that_was_cut_off_is_finished_by_the_next(place: Place) -> None:
    cars = [car() for _ in range(130)]
    reader = read_export(load_spec(), small(*cars, people=False), utc_now())
    order = Order(actor=system_actor(place.tenant, "importer"), reader=reader, name="cut", dry_run=False)

    def cut(done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await place.importing.run(order, cut)
    assert [r["status"] for r in await place.rows("import_runs")] == ["failed"]
    done = len(await place.cars())
    assert 0 < done < len(cars)
    report = await place.importing.run(order)
    assert report.figures()["cars"] | {"held": 0} == {
        "created": len(cars) - done, "repaired": 0, "changed": 0, "unchanged": done, "held": 0, "rejected": 0,
    }  # fmt: skip
    assert len(await place.cars()) == len(cars)


async def test_two_imports_at_once_take_a_row_in_once(place: Place) -> None:
    cars = [car(vin=None, biltype="ingen", status="Ubehandlet", mottakskontroll=None) for _ in range(40)]
    export = small(*(c | {"ankommet_forhandler": None} for c in cars), people=False)
    reports = await asyncio.gather(place.read(export), place.read(export))
    assert sorted(outcomes(reports[0]) + outcomes(reports[1])) == ["created"] * 40 + ["unchanged"] * 40
    assert len(await place.rows("cars")) == 40
