"""The customer's language: chosen by whoever keeps the customer's address, and spoken in everything they get."""

import re
from uuid import UUID

import httpx

from directapp.kernel.ids import uuid7
from support.browser import Opener
from support.dealer import Dealer
from support.post import SELLER, letters_to, logged, sold_car


async def shared(dealer: Dealer, number: int, **more: str) -> tuple[UUID, str]:
    """Send a customer the link to the car, and return the car with the link's last part."""
    car = await sold_car(dealer, number, **more)
    seller = await dealer.person(*SELLER)
    link = (await dealer.do(seller, "status_links", "share", car=str(car), channel="email")).record
    assert link
    await logged(dealer, car)
    return car, dealer.application.post.capabilities.token("status", dealer.tenant, link)


async def test_a_customer_is_written_to_in_the_language_that_stands_on_the_car(dealer: Dealer) -> None:
    address = f"olivia.{uuid7().hex[-8:]}@example.test"
    english, _ = await shared(dealer, 1, customer_language="en", customer_email=address, customer_name="Olivia Reed")
    (letter,) = letters_to(dealer.application, address)
    words = letter.get_body(("plain",))
    assert words is not None
    assert letter["Subject"] == "Follow your Audi A3 Sportback to delivery"
    assert "Here you can see how far your car has come" in words.get_content()
    assert "Følg" not in words.get_content()
    (line,) = await logged(dealer, english, event="customer.link")
    assert line["subject"] == "Follow your Audi A3 Sportback to delivery"
    norwegian, _ = await shared(dealer, 2)
    (line,) = await logged(dealer, norwegian, event="customer.link")
    assert line["subject"] == "Følg Volkswagen ID.4 frem til levering"


async def test_the_status_page_speaks_the_customers_language_until_they_choose(
    dealer: Dealer, stranger: httpx.AsyncClient
) -> None:
    _, token = await shared(dealer, 1, customer_language="en")
    page = await stranger.get(f"/status/{token}")
    assert "Your car is ordered" in page.text
    assert re.search(r'<html[^>]* lang="en"', page.text)
    assert "Bilen er bestilt" in (await stranger.get(f"/status/{token}?language=nb")).text
    assert "Bilen er bestilt" in (await stranger.get(f"/status/{token}")).text, "what was chosen here is kept"


async def test_who_keeps_the_address_chooses_the_language_and_others_do_not(signed: Opener, dealer: Dealer) -> None:
    car = await sold_car(dealer)
    seller = await signed(*SELLER)
    page = (await seller.get(f"/app/cars/{car}")).text
    assert "Kundens språk" in page
    actor = await dealer.person(*SELLER)
    assert (await dealer.read(actor, "cars", car))["customer_language"] == "nb"
    await dealer.do(actor, "cars", "update", car, customer_language="en")
    assert (await dealer.read(actor, "cars", car))["customer_language"] == "en"
    parts = await dealer.person("parts", "495")
    assert "customer_language" not in await dealer.read(parts, "cars", car)
