"""The floor over httpx: whose cars, in which order, a tap that is applied once, and what is refused."""

import io
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from PIL import Image

from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7
from support.browser import Browser, Opener
from support.dealer import Dealer
from support.floor_cars import planned_car
from support.plan import OSLO

FLOOR = "/app/floor"


async def test_a_mechanic_starts_and_completes_in_one_tap_each(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 1)
    hands = await signed("mechanic", "499")
    assert "Start teknisk" in (await hands.get(FLOOR)).text
    for step in ("start", "done"):
        answer = await tap(hands, car, step)
        assert (answer.status_code, answer.headers["location"]) == (303, FLOOR)
    row = await dealer.read(hands.actor, "cars", car)
    assert row["technical_started_at"]
    assert row["technical_completed_at"]
    assert "Ferdig i dag" in (await hands.get(FLOOR)).text
    undone = await hands.send(f"{FLOOR}/{car}/undo", _key=uuid7().hex)
    assert undone.status_code == 303
    assert (await dealer.read(hands.actor, "cars", car))["technical_completed_at"] is None


async def test_a_tap_sent_again_is_applied_once_and_keeps_its_time(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 2)
    hands = await signed("mechanic", "499")
    version = (await dealer.read(hands.actor, "cars", car))["version"]
    made = utc_now() - timedelta(minutes=20)
    values = {"_key": uuid7().hex, "_version": version, "_at": str(int(made.timestamp() * 1000)), "kind": "technical"}
    for _ in range(2):
        assert (await hands.send(f"{FLOOR}/{car}/start", **values)).status_code == 303
    row = await dealer.read(hands.actor, "cars", car)
    assert row["technical_started_at"][:16] == made.isoformat()[:16]
    assert row["version"] == version + 1


async def test_a_tap_whose_answer_was_lost_is_known_when_it_comes_again(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 2)
    hands = await signed("mechanic", "499")
    now = int(utc_now().timestamp() * 1000)
    places = (f"{FLOOR}/{car}/start", f"/app/cars/{car}/fact/technical_completed_at", f"{FLOOR}/{car}/note")
    for place in places:
        values = {"_key": uuid7().hex, "kind": "technical", "text": "Skiftet filter"}
        # First as the page sends it, then as the worker does: with the time of the tap, by a clock that is ahead too.
        for waited in ({}, {"_at": str(now - 5000)}, {"_at": str(now + 90_000)}):
            assert (await hands.send(place, **values, **waited)).status_code == 303, (place, waited)
    history = await dealer.application.platform.reading.history(hands.actor, "cars", car)
    for name in ("technical_started_at", "technical_completed_at"):
        assert sum(name in entry["changes"] for entry in history) == 1
    assert (await hands.part(f"/app/cars/{car}/part/comments")).text.count("Skiftet filter") == 1


async def test_a_form_about_this_minute_is_known_when_it_comes_again(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 3)
    hands = await signed("mechanic", "499")
    minute = utc_now().astimezone(OSLO).strftime("%Y-%m-%dT%H:%M")
    values = {"_key": uuid7().hex, "_fields": "technical_started_at", "technical_started_at": minute}
    for _ in range(2):
        assert (await hands.send(f"/app/cars/{car}", **values)).status_code == 303
    other = {**values, "technical_started_at": "2026-01-05T08:00"}
    # Changed since, it is another form.
    assert (await hands.send(f"/app/cars/{car}", **other)).status_code == 303
    assert (await dealer.read(hands.actor, "cars", car))["technical_started_at"].startswith("2026-01-05T07:00")


async def test_another_persons_fact_is_never_written_over(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 3)
    hands = await signed("mechanic", "499")
    version = (await dealer.read(hands.actor, "cars", car))["version"]
    planner = await dealer.person("planner", "499")
    await dealer.do(planner, "cars", "update", car, parking_spot="B7")
    await dealer.do(planner, "cars", "update", car, technical_started_at=utc_now().isoformat())
    answer = await tap(hands, car, "start", version=version)
    assert answer.status_code == 409
    assert "Planner På 499 har allerede ført dette" in answer.text


async def test_a_change_elsewhere_on_the_car_does_not_stop_a_tap(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 4)
    hands = await signed("mechanic", "499")
    version = (await dealer.read(hands.actor, "cars", car))["version"]
    await dealer.do(await dealer.person("planner", "499"), "cars", "update", car, parking_spot="B7")
    assert (await tap(hands, car, "start", version=version)).status_code == 303
    assert "B7" in (await hands.get(FLOOR)).text


async def test_a_missing_part_is_told_to_the_parts_departments(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 5)
    parts = await dealer.person("parts", "499")
    hands = await signed("mechanic", "499")
    assert (await tap(hands, car, "part", text="Hengerfeste")).status_code == 303
    (comment,) = await children(hands, "comments", car)
    assert comment["text"] == "Mangler del: Hengerfeste"
    assert str(parts.user) in comment["mentions"]


async def test_damage_becomes_a_work_item(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 6)
    hands = await signed("mechanic", "499")
    assert (await tap(hands, car, "damage", text="")).status_code == 303
    (item,) = await children(hands, "work_items", car)
    assert (item["kind"], item["description"]) == ("body", "Skade funnet, se bildet")


async def test_what_is_reported_of_a_car_holds_up_no_work(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 17)
    hands = await signed("mechanic", "499")
    for step in ("mileage", "place", "start"):
        assert (await tap(hands, car, step)).status_code == 303, step
    row = await dealer.read(hands.actor, "cars", car)
    assert row["misplaced_at"]
    assert row["mileage_unread_at"]
    assert row["technical_started_at"]
    floor = (await hands.get(FLOOR)).text
    assert "står ikke der" in floor
    assert "Mangler km" not in floor
    assert "Kilometerstanden kunne ikke leses" in (await hands.get(f"/app/cars/{car}")).text
    # Who finds the car says where it and its key are, and who reads the odometer what it says.
    assert (await tap(hands, car, "place", parking_spot="B7", key_location="I bilen")).status_code == 303
    await dealer.create(hands.actor, "mileage_readings", car=str(car), km=12_345)
    row = await dealer.read(hands.actor, "cars", car)
    assert (row["parking_spot"], row["key_location"], row["mileage_km"]) == ("B7", "I bilen", 12_345)
    assert (row["misplaced_at"], row["mileage_unread_at"]) == (None, None)


async def test_a_place_seen_long_ago_is_not_written_over_a_newer_one(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 18)
    hands = await signed("mechanic", "499")
    version = (await dealer.read(hands.actor, "cars", car))["version"]
    await dealer.do(await dealer.person("planner", "499"), "cars", "update", car, parking_spot="A1")
    seen = {"_base": '{"parking_spot":"C12","key_location":"Skap 4"}', "parking_spot": "B7"}
    assert (await tap(hands, car, "place", version=version, **seen)).status_code == 409
    assert (await tap(hands, car, "place", version=version, **seen | {"parking_spot": ""})).status_code == 303
    assert (await dealer.read(hands.actor, "cars", car))["parking_spot"] == "A1"


async def test_a_photo_says_whether_it_is_from_before_the_work(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 19)
    hands = await signed("mechanic", "499")
    assert (await tap(hands, car, "photo/before")).status_code == 422
    assert (await tap(hands, car, "photo/never")).status_code == 404
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "#336699").save(picture, "JPEG")
    answer = await hands.client.post(
        f"{FLOOR}/{car}/photo/before",
        data={"_csrf": await hands.token(), "_key": uuid7().hex},
        files=[("file", ("dekk.jpg", picture.getvalue(), "image/jpeg"))],
    )
    assert answer.status_code == 303
    (kept,) = await children(hands, "car_files", car)
    assert (kept["kind"], kept["stage"]) == ("before", "technical")
    assert "Teknisk · Før" in (await hands.part(f"/app/cars/{car}/part/car_files")).text


async def test_the_next_car_is_taken_from_the_queue(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 7, mechanic=None)
    hands = await signed("mechanic", "499")
    assert "(1 ledig)" in (await hands.get(FLOOR)).text
    assert (await hands.send(f"{FLOOR}/next", _key=uuid7().hex)).status_code == 303
    assert (await dealer.read(hands.actor, "cars", car))["assigned_mechanic"] == str(hands.actor.user)
    refused = await hands.send(f"{FLOOR}/next", _key=uuid7().hex)
    assert refused.status_code == 409
    assert "Køen er tom" in refused.text


async def test_a_scan_opens_the_car_or_offers_to_receive_it(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 8)
    hands = await signed("mechanic", "499")
    row = await dealer.read(hands.actor, "cars", car)
    plate = f"{row['license_plate'][:2]} {row['license_plate'][2:]}".lower()
    label = f"{dealer.application.platform.public_url.rstrip('/')}/app/cars/{car}"
    for code in (row["vin"], plate, label):
        answer = await hands.client.get("/app/scan", params={"code": code})
        assert (answer.status_code, answer.headers.get("location")) == (303, f"/app/cars/{car}"), code
    unknown = await hands.client.get("/app/scan", params={"code": "EL 98765"})
    assert "/app/cars/do/receive?code=EL98765" in unknown.text
    assert "'wasm-unsafe-eval'" in unknown.headers["content-security-policy"]
    assert "wasm" not in (await hands.get(FLOOR)).headers["content-security-policy"]
    wrong = await hands.client.get("/app/scan", params={"code": "?"})
    assert wrong.status_code == 422


async def test_the_reception_sees_what_to_inspect(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 9, upto="arrived")
    desk = await signed("reception", "499")
    assert "Start mottakskontroll" in (await desk.get(FLOOR)).text
    answer = await tap(desk, car, "begin")
    assert re.fullmatch(r"/app/inspections/[0-9a-f-]{36}", answer.headers["location"])


async def test_prints_and_labels(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 10)
    hands = await signed("mechanic", "499")
    for kind in ("label", "card", "handover", "inspection"):
        page = await hands.get(f"/app/cars/{car}/print/{kind}")
        assert page.status_code == 200, kind
        assert 'class="qr"' in page.text
    assert "label-sheet" in (await hands.get(f"/app/cars/labels?car={car}")).text
    assert (await hands.get(f"/app/cars/{car}/print/novel")).status_code == 404


async def test_a_report_without_checklist_tells_what_stands_on_the_car(signed: Opener, dealer: Dealer) -> None:
    arrived, approved = await planned_car(dealer, 14, upto="arrived"), await planned_car(dealer, 15)
    desk = await signed("reception", "499")
    assert "Bilen har ingen kontroll ennå." in (await desk.get(f"/app/cars/{arrived}/print/inspection")).text
    report = (await desk.get(f"/app/cars/{approved}/print/inspection")).text
    assert "Bilen har ingen kontroll ennå." not in report
    assert "ført rett på bilen, uten sjekkliste" in report
    assert re.search(r"<dt>Mottak godkjent</dt><dd>\s*(<[^>]+>)*\s*Ja", report)


async def test_a_report_tells_of_an_approval_after_the_checklist(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 16, upto="arrived")
    desk = await signed("reception", "499")
    inspection = UUID((await tap(desk, car, "begin")).headers["location"].rpartition("/")[2])
    await dealer.do(desk.actor, "inspections", "complete", inspection, approved=False, note="Ripe i panseret")
    address = f"/app/cars/{car}/print/inspection"
    assert "Ført på bilen" not in (await desk.get(address)).text
    await dealer.do(desk.actor, "cars", "update", car, inspection_approved=True)
    report = (await desk.get(address)).text
    assert "Ripe i panseret" in report
    assert "Ført på bilen" in report
    assert "uten sjekkliste" not in report


async def test_a_fact_tapped_on_the_cars_page_keeps_the_time_of_the_tap(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 11)
    hands = await signed("mechanic", "499")
    tapped = utc_now() - timedelta(minutes=40)
    address = f"/app/cars/{car}/fact/technical_started_at"
    await hands.send(address, _key=uuid7().hex, _at=str(int(tapped.timestamp() * 1000)))
    stored = (await dealer.read(hands.actor, "cars", car))["technical_started_at"]
    assert abs(datetime.fromisoformat(stored) - tapped) < timedelta(milliseconds=2)
    ahead = str(int((utc_now() + timedelta(hours=3)).timestamp() * 1000))
    await hands.send(f"/app/cars/{car}/fact/technical_completed_at", _key=uuid7().hex, _at=ahead)
    done = (await dealer.read(hands.actor, "cars", car))["technical_completed_at"]
    assert datetime.fromisoformat(done) <= utc_now()


async def test_the_printed_report_shows_the_damage_on_the_outline(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 12, upto="arrived")
    desk = await signed("reception", "499")
    inspection = (await tap(desk, car, "begin")).headers["location"]
    mark = {"view": "left", "x": "0.25", "y": "0.5", "note": "Ripe i døren"}
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "#336699").save(picture, "JPEG")
    kept = await desk.client.post(
        f"{inspection}/marks",
        data={"_csrf": await desk.token(), "_key": uuid7().hex, **mark},
        files=[("photo", ("ripe.jpg", picture.getvalue(), "image/jpeg"))],
    )
    assert kept.status_code == 303
    report = (await desk.get(f"/app/cars/{car}/print/inspection")).text
    assert '<circle cx="60.0" cy="50.0" r="7"/>' in report
    assert "Ripe i døren" in report
    photos = re.findall(r'<img src="(/assets/[\w-]+)\?key=large"', report)
    assert len(photos) == 1
    assert (await desk.get(photos[0])).headers["content-type"] == "image/jpeg"


async def test_the_app_can_be_installed(signed: Opener) -> None:
    hands = await signed("mechanic", "499")
    manifest = (await hands.get("/manifest.webmanifest")).json()
    assert manifest["start_url"] == FLOOR
    for icon in manifest["icons"]:
        assert (await hands.get(icon["src"])).headers["content-type"] == "image/png"
    worker = await hands.get("/sw.js")
    assert worker.headers["service-worker-allowed"] == "/"
    assert (await hands.get("/app/offline/me")).json()["person"] == str(hands.actor.user)


async def tap(hands: Browser, car: UUID, step: str, version: Any = "", **values: Any) -> Any:
    return await hands.send(f"{FLOOR}/{car}/{step}", _key=uuid7().hex, _version=version, **values)


async def children(hands: Browser, collection: str, car: UUID) -> list[dict[str, Any]]:
    answer = await hands.get(f'/items/{collection}?filter={{"car":{{"_eq":"{car}"}}}}')
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows
