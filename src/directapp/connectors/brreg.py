"""Enhetsregisteret: a company by its organisation number, and where it does business; open data, no key."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx2
from stdnum.exceptions import ValidationError
from stdnum.no import orgnr

from directapp.connectors.failures import OutsideError
from directapp.connectors.outgoing import AT_ONCE, Answer, Ask, Patience, ServiceClient
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import _

OPEN = "https://data.brreg.no/enhetsregisteret/api"
_MOST = 100
_NO_NUMBER = _("An organisation number has nine digits, for example 974 760 673.")
_UNKNOWN = _("Enhetsregisteret knows no company with this number.")
_UNCLEAR = _("Enhetsregisteret answered in a way that cannot be read. Write the sites by hand.")


@dataclass(frozen=True, slots=True)
class Place:
    """A company, or one of the places where it does business."""

    number: str
    name: str
    town: str


@dataclass(frozen=True, slots=True)
class Company:
    """A company with its places of business."""

    whole: Place
    places: tuple[Place, ...]


def read_number(written: str) -> str:
    """Return the nine digits of an organisation number (InvalidError: it is none)."""
    digits = re.sub(r"[\s.]", "", written).upper().removeprefix("NO").removesuffix("MVA")
    try:
        return str(orgnr.validate(digits))
    except ValidationError:
        raise InvalidError(Problem(_NO_NUMBER, field="number")) from None


class Enhetsregisteret:
    """Looks companies up, for a person who waits."""

    def __init__(self, http: httpx2.AsyncClient, *, base: str = OPEN, patience: Patience = AT_ONCE) -> None:
        """Keep where it is asked."""
        self._line = ServiceClient(client=http, name="enhetsregisteret", patience=patience)
        self._base = base

    async def company(self, written: str) -> Company:
        """Return a company and its places of business.

        Raises:
            InvalidError: what was written is no number, or nobody has it.
            OutsideError: the register does not answer, or not as it should.

        """
        number = read_number(written)
        whole = await self._ask(f"/enheter/{number}", {})
        if whole is None:
            raise InvalidError(Problem(_UNKNOWN, field="number"))
        below = await self._ask("/underenheter", {"overordnetEnhet": number, "size": str(_MOST)})
        try:
            found = ((below or {}).get("_embedded") or {}).get("underenheter") or []
            return Company(_place(whole, "forretningsadresse"), _places(found))
        except (KeyError, TypeError, AttributeError) as error:
            raise OutsideError(_UNCLEAR) from error

    async def _ask(self, path: str, params: Mapping[str, str]) -> Mapping[str, Any] | None:
        async def build() -> Ask:
            headers = {"Accept": "application/json"}
            return Ask(method="GET", url=f"{self._base}{path}", headers=headers, params=params or None)

        answer = await self._line.call(build)
        if answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            return None
        return _read(answer)


def _read(answer: Answer) -> Mapping[str, Any]:
    found = answer.mapping() if answer.well else None
    if found is None:
        raise OutsideError(_UNCLEAR)
    return found


def _places(found: Sequence[Mapping[str, Any]]) -> tuple[Place, ...]:
    return tuple(_place(one, "beliggenhetsadresse") for one in found if not one.get("nedleggelsesdato"))


def _place(found: Mapping[str, Any], address: str) -> Place:
    town = str((found.get(address) or {}).get("poststed") or "")
    return Place(str(found["organisasjonsnummer"]), str(found["navn"]), town.title())
