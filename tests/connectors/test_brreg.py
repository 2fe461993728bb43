"""Enhetsregisteret over HTTP: numbers are judged before anybody is asked, places are read, failures are told."""

from collections.abc import AsyncIterator

import pytest

from directapp.connectors.brreg import Enhetsregisteret, read_number
from directapp.connectors.failures import OutsideError
from directapp.connectors.outgoing import open_client
from directapp.kernel.errors import InvalidError
from support.fakes.brreg import ALONE, NUMBER, FakeBrreg
from support.fakes.server import as_json, as_text


@pytest.fixture
async def fake() -> AsyncIterator[FakeBrreg]:
    async with FakeBrreg() as fake:
        yield fake


@pytest.fixture
async def register(fake: FakeBrreg) -> AsyncIterator[Enhetsregisteret]:
    async with open_client() as http:
        yield Enhetsregisteret(http, base=fake.base)


async def test_a_company_has_its_places_but_not_those_that_closed(register: Enhetsregisteret) -> None:
    company = await register.company("NO 310 000 019 MVA")
    assert (company.whole.name, company.whole.town) == ("FJORDBIL AS", "Sandnes")
    assert [(p.name, p.town) for p in company.places] == [
        ("FJORDBIL SANDNES", "Sandnes"),
        ("FJORDBIL KLARGJØRING", "Stavanger"),
    ]
    assert (await register.company(ALONE)).places == ()


@pytest.mark.parametrize("written", ["", "310000018", "31000001", "3100000190", "tull"])
async def test_what_is_no_number_is_asked_of_nobody(written: str, register: Enhetsregisteret, fake: FakeBrreg) -> None:
    with pytest.raises(InvalidError):
        await register.company(written)
    assert fake.heard == []


def test_numbers_are_read_as_people_write_them() -> None:
    assert {read_number(one) for one in ("310 000 019", "310.000.019", "NO310000019MVA")} == {NUMBER}


async def test_an_unknown_number_and_an_odd_answer_are_told_apart(register: Enhetsregisteret, fake: FakeBrreg) -> None:
    with pytest.raises(InvalidError, match="knows no company"):
        await register.company("974760673")
    fake.then(as_text("<html>"))
    with pytest.raises(OutsideError, match="cannot be read"):
        await register.company(NUMBER)
    fake.then(as_json({"navn": 1}), as_json({"_embedded": []}))
    with pytest.raises(OutsideError, match="cannot be read"):
        await register.company(NUMBER)
