"""The page of a question, the box on lists and home, and what the search box offers: by the person's own rights."""

from urllib.parse import parse_qsl, quote, urlsplit

from support.browser import Opener
from support.dealer import Dealer

CAR = {"model": "Q4", "car_type": "new"}


async def test_a_question_is_answered_with_its_filter_and_leads_to_the_list(signed: Opener, dealer: Dealer) -> None:
    seller = await dealer.person("new_car_sales", "490")
    for make, colour in (("Audi", "rød"), ("Audi", "blå"), ("Volkswagen", "rød")):
        await dealer.create(seller, "cars", make=make, color=colour, **CAR)
    browser = await signed("new_car_sales", "490")
    page = (await browser.get(f"/app/ask?q={quote('nye Audi uten skilt')}")).text
    assert "Forstått som Biler" in page
    assert page.count("Audi Q4") == 2
    for chip in ("Skilt: mangler", "Biltype: Nybil", "Merke: Audi"):
        assert chip in page
    href = next(part for part in page.split('href="') if part.startswith("/app/cars?") and "make=Audi" in part)
    address = href.split('"')[0].replace("&amp;", "&")
    assert dict(parse_qsl(urlsplit(address).query))["make"] == "Audi"
    listed = (await browser.get(address)).text
    assert "Audi" in listed
    grouped = (await browser.get(f"/app/ask?q={quote('hvor mange biler per farge')}")).text
    assert 'value="2"' in grouped
    assert "color=r%C3%B8d" in grouped


async def test_what_is_not_understood_is_said_and_finds_nothing(signed: Opener, dealer: Dealer) -> None:
    await dealer.create(await dealer.person("new_car_sales", "490"), "cars", make="Audi", **CAR)
    browser = await signed("manager", "490")
    page = (await browser.get(f"/app/ask?q={quote('nye biler med <b>blå</b> seter')}")).text
    assert "Ikke forstått" in page
    assert "<b>blå" not in page
    assert "Audi Q4" not in page
    other = await signed("new_car_sales", "324")
    assert "Audi Q4" not in (await other.get(f"/app/ask?q={quote('alle nye biler')}")).text


async def test_it_can_be_asked_from_lists_home_and_the_search_box(signed: Opener) -> None:
    browser = await signed("manager", "490")
    for path, here in (("/app/cars", "cars"), ("/app/parts_orders", "parts_orders"), ("/", "")):
        page = (await browser.get(path)).text
        assert 'action="/app/ask"' in page
        assert (f'name="here" value="{here}"' in page) == bool(here)
    offered = (await browser.get("/app/palette?q=forsinkede+biler")).json()["items"]
    assert offered[-1]["href"] == "/app/ask?q=forsinkede+biler"
    assert "Delebestillinger" in (await browser.get("/app/ask?here=parts_orders&q=underveis")).text
