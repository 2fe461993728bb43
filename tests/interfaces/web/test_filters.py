"""A filter that cannot be read says so and shows nothing, in every view of a list and in its exports."""

import re

import pytest

from support.browser import Opener
from support.dealer import Dealer
from support.pages import new_car

UNREAD = {
    "sale_price.from=tull": "Filteret Salgspris kan ikke leses («tull»)",
    "sale_price.to=1,234": "kan bety 1234 eller 1,234",
    "eta.from=01/12/2026": "Filteret Forventet ankomst kan ikke leses («01/12/2026»)",
    "updated_at.to=2026-11-31": "Filteret Endret kan ikke leses («2026-11-31»)",
    "updated_at.from=0001-01-01": "utenfor kalenderen",
    "make=a%00b": "Filteret Merke kan ikke leses («ab»)",
    "dealership=bogus": "Filteret Anlegg kan ikke leses («bogus»)",
    "car_type=sykkel": "«sykkel» finnes ikke; velg blant: Nybil, Bruktbil",
    "model_year=2e3": "Filteret Årsmodell kan ikke leses («2e3»)",
    f"make={'a' * 501}": "Maks 500 tegn.",
    "make=%E2%80%8B": "Filteret Merke kan ikke leses («»)",
    "make.from=A": "Filteret Merke kan ikke leses («make.from=A»)",
    "sale_price.over=1": "Filteret Salgspris kan ikke leses («sale_price.over=1»)",
    "tull=1": "Filteret tull kan ikke leses («1»), så ingenting vises. Feltet tull finnes ikke.",
    "tull.from=1": "Filteret tull.from kan ikke leses («1»)",
    "prep_cost.from=1": "Filteret Klargjøringskostnad kan ikke leses («•»), så ingenting vises. Du har ikke innsyn",
}


def count(page: str) -> int:
    return len(set(re.findall(r'href="/app/cars/([0-9a-f-]{36})"', page)))


@pytest.mark.parametrize(("asked", "said"), UNREAD.items())
@pytest.mark.usefixtures("car")
async def test_what_cannot_be_read_is_told_and_shows_nothing(signed: Opener, asked: str, said: str) -> None:
    """Also beside a filter that can be read; what was typed stays in its place."""
    browser = await signed("new_car_sales")
    for view in ("", "/board", "/calendar"):
        page = await browser.get(f"/app/cars{view}?{asked}")
        assert page.status_code == 200
        assert said in page.text
        assert count(page.text) == 0
    both = await browser.part(f"/app/cars?make=audi&{asked}")
    assert said in both.text
    assert count(both.text) == 0
    assert (await browser.get(f"/app/cars/count?{asked}")).text == "0 biler"
    for kind in ("csv", "xlsx"):
        refused = await browser.get(f"/app/cars/export.{kind}?{asked}")
        assert refused.status_code == 400
        assert said in refused.text


@pytest.mark.parametrize(
    "asked",
    [
        *("sale_price.from=349.900&sale_price.to=kr 350 000,-", "updated_at.from=01.11.2026", "make=Audi&eta.from="),
        *("delivery_date.to=01.02.2199", "sale_price.from=-5", "make=audi%E2%80%8B", "status=draft&status=registered"),
    ],
)
async def test_what_people_write_is_read(dealer: Dealer, signed: Opener, asked: str) -> None:
    """As forms read it; a limit need not be a value that the field may hold."""
    browser = await signed("new_car_sales")
    seller = await dealer.person("new_car_sales", "495")
    await new_car(dealer, seller, 0)
    page = (await browser.get(f"/app/cars?{asked}")).text
    assert "kan ikke leses" not in page
    assert count(page) == 1


@pytest.mark.parametrize(
    "asked",
    [
        *("license_plate=EL 12345", "license_plate=el-12345", "license_plate=EL\u200b123", "license_plate=45"),
        *("vin=wvw zzz tr0", "vin=*WVWZZZTR009680392*", "vin=IWVWZZZTR009680392", "vin=680392"),
        *(
            "customer_phone=0 91 23 45 67",
            "customer_phone=%2B47 91 23",
            "customer_phone=0047912",
            "customer_phone=912 34",
        ),
        *("customer_email=KARI@BÆRUM.NO", "customer_email=kari@xn--brum-voa.no", "order_number=ab-123"),
        *("customer_name=A\u030ase", "customer_name=ase", "customer_name=ÀSE"),
    ],
)
async def test_codes_numbers_and_addresses_are_found_as_written_or_shown(
    dealer: Dealer, signed: Opener, asked: str
) -> None:
    browser = await signed("new_car_sales")
    codes = {"license_plate": "EL 12345", "vin": "WVWZZZTR009680392", "order_number": "AB-123"}
    person = {"customer_phone": "91234567", "customer_email": "kari@bærum.no", "customer_name": "Åse"}
    car = await new_car(dealer, browser.actor, 1, **codes, **person)
    other = await new_car(dealer, browser.actor, 2, license_plate="EL 99999", customer_phone="98888888")
    for view in ("", "/board"):
        shown = (await browser.get(f"/app/cars{view}?{asked}")).text
        assert (str(car) in shown, str(other) in shown) == (True, False)


@pytest.mark.usefixtures("car")
async def test_a_day_of_the_calendar_that_cannot_be_read_is_told(signed: Opener) -> None:
    browser = await signed("new_car_sales")
    assert "Dag «tull» kan ikke leses og er utelatt." in (await browser.get("/app/cars/calendar?day=tull")).text
    assert "kan ikke leses" not in (await browser.get("/app/cars/calendar?day=2026-11-30&span=week")).text
