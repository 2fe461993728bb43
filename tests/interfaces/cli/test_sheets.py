"""The command line's sheets: proposed columns, what may be said otherwise, a trial, taking in."""

from pathlib import Path

import pytest
import typer

from directapp.interfaces.cli.people import find_person
from directapp.interfaces.cli.sheets import Asked, read, take
from support.dealer import Dealer

FILE = Path(__file__).parents[2] / "data" / "sheets" / "own_dealer_export_first40.csv"


async def test_a_dealers_export_is_tried_and_taken_in(dealer: Dealer, capsys: pytest.CaptureFixture[str]) -> None:
    platform, admin = dealer.application.platform, await dealer.person("tenant_admin")
    tried = await take(platform, admin, FILE, Asked(), commit=False)
    assert tried.outcomes == {"created": 40}
    told = capsys.readouterr().err
    assert "records are known by vin" in told
    assert "Innpris -> purchase_price" in told
    done = await take(platform, admin, FILE, Asked(), commit=True)
    assert done.outcomes == {"created": 40}
    record = done.results[30].record
    assert record is not None
    car = await dealer.read(admin, "cars", record)
    assert (car["vin"], car["sale_price"], car["eta"], car["customer_phone"], car["seller_notes"]) == (
        "WVWZZZTR009680422", "1170900.00", "2027-03-06", "+4740093756", "Takboks; hengerfeste",
    )  # fmt: skip
    again = await take(platform, admin, FILE, Asked(key="license_plate"), commit=True)
    assert again.outcomes == {"unchanged": 40}


async def test_columns_and_key_may_be_said_otherwise(dealer: Dealer) -> None:
    platform, admin = dealer.application.platform, await dealer.person("tenant_admin")
    data = b"Regnr;Notat;Annet\nEL12345;en;to\n"
    said = await read(platform, admin, data, Asked(columns={"Notat": "", "Annet": "seller_notes"}, key="none"))
    assert (said.columns, said.key) == ({"Regnr": "license_plate", "Annet": "seller_notes"}, None)
    for wrong in (Asked(columns={"Finnes ikke": "vin"}), Asked(key="vin"), Asked(collection="ukjent")):
        with pytest.raises(typer.BadParameter):
            await read(platform, admin, data, wrong)


async def test_a_person_is_found_by_address(dealer: Dealer) -> None:
    with pytest.raises(typer.BadParameter, match="nobody"):
        await find_person(dealer.application.auth, "ingen@example.test")
