"""Enhetsregisteret: companies and their places of business, as the open API tells of them."""

from typing import Any

from support.fakes.server import Fake, Heard, Reply, as_json

NUMBER, ALONE = "310000019", "310000027"
PLACES = (("310000035", "FJORDBIL SANDNES", "SANDNES"), ("310000000", "FJORDBIL KLARGJØRING", "STAVANGER"))


class FakeBrreg(Fake):
    """Knows a company with two places, one of which has closed a third, and a company without any."""

    async def answer(self, heard: Heard) -> Reply:
        if heard.path == "/underenheter":
            return as_json(_below(heard.query.get("overordnetEnhet", "")))
        number = heard.path.removeprefix("/enheter/")
        if number not in {NUMBER, ALONE}:
            return as_json({"status": 404}, 404)
        address = {"adresse": ["Havnegata 1"], "postnummer": "4306", "poststed": "SANDNES"}
        return as_json({"organisasjonsnummer": number, "navn": "FJORDBIL AS", "forretningsadresse": address})


def _below(number: str) -> dict[str, Any]:
    if number != NUMBER:
        return {"page": {"totalElements": 0}}
    found = [
        {"organisasjonsnummer": code, "navn": name, "beliggenhetsadresse": {"poststed": town}}
        for code, name, town in PLACES
    ]
    closed = {"organisasjonsnummer": "310000043", "navn": "FJORDBIL BRYNE", "nedleggelsesdato": "2024-01-01"}
    return {"_embedded": {"underenheter": [*found, closed]}, "page": {"totalElements": 3}}
