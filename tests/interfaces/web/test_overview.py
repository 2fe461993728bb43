"""The first screen of a record's page: what each role is told there, and what it is not."""

import io
import re
from uuid import UUID

import pytest
from PIL import Image

from support.browser import Opener, field
from support.dealer import Dealer
from support.pages import new_car
from support.plan import Plan, lay_plan


@pytest.fixture
def jpeg() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (80, 60), "#336699").save(picture, "JPEG")
    return picture.getvalue()


def overview(page: str) -> str:
    """Return the first screen as words."""
    part = page.split('class="overview', 1)[1].split('class="two-columns"', maxsplit=1)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", part).replace("\u00a0", " ").split())


async def test_a_car_tells_its_customer_price_place_and_key(car: UUID, signed: Opener, dealer: Dealer) -> None:
    seller = await signed("new_car_sales")
    place = {"parking_spot": "K31", "key_location": "Nøkkelskap 7"}
    await dealer.do(seller.actor, "cars", "update", car, **place)
    await dealer.create(seller.actor, "mileage_readings", car=str(car), km=1234, occasion="test_drive")
    page = (await seller.get(f"/app/cars/{car}")).text
    told = overview(page)
    assert "Kilometerstand 1 234 km" in told
    assert 'id="s-mileage_readings"' in page
    assert "Kunde Kunde 1" in told
    assert 'href="tel:+4790000001"' in page
    for words in ("Pris 350 900 kr", "K31", "Nøkkel Nøkkelskap 7", "Lovet levering", "Neste steg"):
        assert words in told, told


async def test_the_next_step_is_told_with_whose_it_is(car: UUID, signed: Opener, dealer: Dealer) -> None:
    reception = await dealer.person("reception", "499")
    await dealer.do(reception, "cars", "update", car, arrived_prep_center_at="2026-01-05T08:00:00+01:00")
    told = overview((await (await signed("new_car_sales")).get(f"/app/cars/{car}")).text)
    assert "Neste steg Mottakskontroll startet gir status «Mottakskontroll» · Mottakskontrollør" in told


async def test_no_role_is_told_what_it_may_not_read(car: UUID, signed: Opener) -> None:
    page = (await (await signed("reception", "499")).get(f"/app/cars/{car}")).text
    assert "350 900" not in page.replace("\u00a0", " ")
    parts = (await (await signed("parts")).get(f"/app/cars/{car}")).text
    assert "Kunde 1" in parts
    assert "tel:" not in parts


async def test_another_sites_car_tells_nothing_of_its_customer(dealer: Dealer, signed: Opener) -> None:
    manager = await dealer.person("manager", "324")
    used = await new_car(
        dealer, manager, 2, car_type="used", in_vehicle_bank=True, visibility="global", order_number=None
    )
    await dealer.create(manager, "comments", car=str(used), text="Står på plassen.")
    admin = await dealer.person("tenant_admin")
    await dealer.do(admin, "dealerships", "update", dealer.sites["324"], phone="38001122")
    seller = await signed("used_car_sales")
    page = (await seller.get(f"/app/cars/{used}")).text
    assert 'href="tel:+4738001122"' in page
    for words in ("Kunde 2", "Står på plassen", "comment-text", "Nøkkel", 'id="s-promise"'):
        assert words not in page, words


async def test_what_holds_a_car_up_is_told_with_the_way_out(car: UUID, signed: Opener, dealer: Dealer) -> None:
    parts, planner = await dealer.person("parts", "499"), await dealer.person("planner", "499")
    await dealer.create(parts, "parts_orders", car=str(car), part_name="Bremseskive", eta="2030-01-02")
    await dealer.create(planner, "work_items", car=str(car), description="Bytt bremser")
    page = (await (await signed("planner", "499")).get(f"/app/cars/{car}")).text
    why = page.split('class="overview-why"')[1].split("</dl>")[0]
    assert re.search(r"Bremseskive \([^)]*2030\)", why), why
    assert 'href="#s-parts_orders"' in why
    assert "Bytt bremser" in why
    assert 'href="#s-work_items"' in why
    # The mechanic has not been given the car, and nothing of it.
    assert (await (await signed("mechanic", "499")).get(f"/app/cars/{car}")).status_code == 404


@pytest.fixture
async def plan(dealer: Dealer) -> Plan:
    return await lay_plan(dealer)


async def test_who_has_a_car_when_is_told(plan: Plan, signed: Opener) -> None:
    booked = await plan.car()
    await plan.book(booked, "mechanic", "08:00", "10:30")
    page = (await (await signed("planner", "499")).get(f"/app/cars/{booked}")).text
    following = page.split('class="overview-next"')[1].split("</dl>")[0]
    assert re.search(r"08:00–10:30", following)
    assert "/app/resource_bookings/" in following
    assert 'id="s-promise"' in page


async def test_the_last_three_comments_stand_first_with_a_box(car: UUID, signed: Opener, dealer: Dealer) -> None:
    seller = await signed("new_car_sales")
    for number in range(4):
        await dealer.create(seller.actor, "comments", car=str(car), text=f"Beskjed {number}")
    page = (await seller.get(f"/app/cars/{car}")).text
    card = page.split('id="last-comments"')[1].split("</section>")[0]
    assert re.findall(r"Beskjed (\d)", card) == ["1", "2", "3"]
    assert f'href="/app/cars/{car}/part/comments"' in card
    form = {"_csrf": await seller.token(), "_key": field(card, "_key"), "_last": "1", "text": "Beskjed 4"}
    path = f"/app/cars/{car}/part/comments"
    part = await seller.client.post(path, data=form, headers={"HX-Request": "true"})
    assert re.findall(r"Beskjed (\d)", part.text) == ["2", "3", "4"]
    empty = await seller.client.post(path, data={**form, "_key": "k2", "text": " "}, headers={"HX-Request": "true"})
    assert empty.status_code == 422
    assert "Kommentar må fylles ut." in empty.text
    # Without a script the page itself comes back.
    answer = await seller.client.post(path, data={**form, "_key": "k3", "text": "Beskjed 5"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/app/cars/{car}")


async def test_photos_stand_first_as_thumbnails(car: UUID, signed: Opener, jpeg: bytes) -> None:
    reception = await signed("reception", "499")
    form = {"_csrf": await reception.token(), "stage": "inspection", "_key": "k1"}
    files = [("file", (f"{n}.jpg", jpeg + bytes([n]), "image/jpeg")) for n in range(5)]
    files.append(("file", ("ordre.pdf", b"%PDF-1.7 ordre", "application/pdf")))
    await reception.client.post(f"/app/cars/{car}/part/car_files", data=form, files=files)
    page = (await reception.get(f"/app/cars/{car}")).text
    thumbs = page.split('class="thumbs"')[1].split("</ul>")[0]
    assert thumbs.count("<img") == 4
    assert 'href="#s-car_files"' in thumbs


async def test_other_records_have_a_first_screen_of_their_own(car: UUID, signed: Opener, dealer: Dealer) -> None:
    planner = await signed("planner", "499")
    item = await dealer.create(planner.actor, "work_items", car=str(car), description="Bytt bremser")
    page = (await planner.get(f"/app/work_items/{item}")).text
    assert "overview-facts" in page
    assert 'id="last-comments"' in page


async def test_what_hangs_on_a_car_is_counted_and_what_is_empty_stands_small(
    car: UUID, signed: Opener, dealer: Dealer
) -> None:
    planner = await signed("planner", "499")
    for words in ("Bytt bremser", "Poler lakken"):
        await dealer.create(planner.actor, "work_items", car=str(car), description=words)
    page = (await planner.get(f"/app/cars/{car}")).text
    places = page.split('class="anchors"')[1].split("</nav>")[0]
    assert re.search(r'href="#s-work_items">Arbeidspunkter\s*<span class="anchors-count">2<', places)
    assert 'href="#s-parts_orders"' not in places
    assert re.search(r'class="field-group section is-empty" id="s-parts_orders"', page)
    assert re.search(r'class="field-group section" id="s-work_items"', page)


async def test_what_one_may_only_read_stands_open_as_a_list(car: UUID, signed: Opener) -> None:
    page = (await (await signed("reception", "499")).get(f"/app/cars/{car}")).text
    read = page.split('class="read-groups"')[1].split("</section>")[0]
    assert "<details" not in read
    assert "Kunde 1" in read


async def test_the_feed_tells_everything_in_the_order_of_time(
    car: UUID, signed: Opener, dealer: Dealer, jpeg: bytes
) -> None:
    reception = await signed("reception", "499")
    await dealer.create(reception.actor, "comments", car=str(car), text="Står på B12.")
    await dealer.do(reception.actor, "cars", "update", car, arrived_prep_center_at="2026-01-05T08:00:00+01:00")
    form = {"_csrf": await reception.token(), "stage": "inspection", "_key": "k1", "_last": "1", "text": ""}
    photo = ("file", ("skade.jpg", jpeg, "image/jpeg"))
    answer = await reception.client.post(f"/app/cars/{car}/part/comments", data=form, files=[photo])
    assert answer.status_code == 303, answer.text
    page = (await reception.get(f"/app/cars/{car}")).text
    feed = page.split('id="feed"')[1].split("</section>")[0]
    places = [feed.index(words) for words in ("skade.jpg", "Ankommet klargjøring", "Står på B12.")]
    assert places == sorted(places)
    only = (await reception.part(f"/app/cars/{car}/feed?kind=comments")).text
    assert "Står på B12." in only
    assert "skade.jpg" not in only
    assert "Ankommet klargjøring" not in only
    whole = (await reception.get(f"/app/cars/{car}/feed")).text
    assert "Står på B12." in whole


async def test_the_feed_tells_nobody_what_they_may_not_read(dealer: Dealer, signed: Opener) -> None:
    manager = await dealer.person("manager", "324")
    used = await new_car(
        dealer, manager, 2, car_type="used", in_vehicle_bank=True, visibility="global", order_number=None
    )
    await dealer.create(manager, "comments", car=str(used), text="Står på plassen.")
    seller = await signed("used_car_sales")
    assert 'id="feed"' not in (await seller.get(f"/app/cars/{used}")).text
    assert (await seller.get(f"/app/cars/{used}/feed")).status_code == 404
    mechanic = await signed("mechanic", "499")
    assert (await mechanic.get(f"/app/cars/{used}/feed")).status_code == 404


async def test_a_file_that_is_refused_takes_the_words_with_it_nowhere(car: UUID, signed: Opener) -> None:
    reception = await signed("reception", "499")
    form = {"_csrf": await reception.token(), "stage": "inspection", "_key": "k1", "_last": "1", "text": "Se bildet"}
    bad = ("file", ("falsk.jpg", b"not a picture", "image/jpeg"))
    path = f"/app/cars/{car}/part/comments"
    answer = await reception.client.post(path, data=form, files=[bad], headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "falsk.jpg:" in answer.text
    assert ">Se bildet</textarea>" in answer.text
    assert "Se bildet" not in (await reception.part(path)).text


async def test_marked_damage_is_counted_with_the_way_to_it(car: UUID, signed: Opener, dealer: Dealer) -> None:
    reception = await signed("reception", "499")
    await dealer.do(reception.actor, "cars", "update", car, arrived_prep_center_at="2026-01-05T08:00:00+01:00")
    made = await dealer.do(reception.actor, "inspections", "begin", car=str(car))
    marks = [{"x": 0.2, "y": 0.4, "view": "left", "note": "Ripe"}, {"x": 0.7, "y": 0.4, "view": "left"}]
    await dealer.do(reception.actor, "inspections", "update", made.record, damage_marks=marks)
    page = (await reception.get(f"/app/cars/{car}")).text
    assert "Skader 2 merker" in overview(page)
    assert 'href="#s-damage"' in page.split('class="overview', 1)[1].split("overview-cards")[0]


async def test_another_sites_car_is_asked_for_and_the_owner_answers(dealer: Dealer, signed: Opener) -> None:
    seller, asker = await signed("used_car_sales", "490"), await signed("used_car_sales", "324")
    values = {"car_type": "used", "make": "Audi", "model": "A4", "license_plate": "EL30009"}
    car = await dealer.create(seller.actor, "cars", **values, in_vehicle_bank=True, visibility="global")
    page = (await asker.get(f"/app/cars/{car}")).text
    way = re.search(r'class="btn btn-primary" href="(/app/car_requests/new[^"]+)"', page)
    assert way
    assert "/app/car_requests/new" not in (await seller.get(f"/app/cars/{car}")).text
    form = (await asker.get(way[1].replace("&amp;", "&"))).text
    assert f'value="{car}"' in form
    sent = {"car": str(car), "note": "Kunde venter", "_fields": "car note", "back": f"/app/cars/{car}"}
    assert (await asker.send("/app/car_requests/new", **sent)).headers["location"] == f"/app/cars/{car}"
    told = (await seller.get(f"/app/cars/{car}")).text
    assert "Bedt om av 324" in overview(told)
    request = re.search(r'href="(/app/car_requests/[0-9a-f-]{36})"', told)
    assert request
    answers = (await seller.get(request[1])).text
    assert f'href="{request[1]}/do/accept"' in answers
    assert f'href="{request[1]}/do/decline"' in answers
    assert f'href="{request[1]}/do/accept"' not in (await asker.get(request[1])).text
