"""Operations as three people, with what fits their description and what does not: answered as it promises.

Every sixth operation each time; ``DESCRIPTION_EXAMPLES=20`` tries all of them, with so many requests of each kind.
"""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest

from directapp.app.container import Application
from support.dealer import Dealer, settle
from support.described import Findings, Visit
from support.furnished import furnish
from support.served import served

pytestmark = pytest.mark.slow

ROLES = {"tenant_admin": "490", "new_car_sales": "495", "mechanic": "499"}
EXAMPLES = int(os.environ.get("DESCRIPTION_EXAMPLES", "0"))
IN_SUITE = 6
# What no description can say: which parameters go together, what a cursor holds, and check digits.
_BESIDE = (
    "kan ikke brukes sammen med",
    "kan ikke brukes med cursor",
    "krever aggregate",
    "Merket for neste side",
    "rader inn",
    "er for mye på én gang",
    "refresh_token mangler",
    "gyldig organisasjonsnummer",
)


@pytest.fixture(scope="module")
async def findings(application: Application) -> AsyncIterator[Findings]:
    dealer: Dealer = await settle(application)
    await furnish(dealer)
    async with served(dealer, ROLES) as there:
        visit = Visit(there, list(ROLES), EXAMPLES or 1)
        yield await asyncio.to_thread(visit.drive, lambda number, _: bool(EXAMPLES) or number % IN_SUITE == 0)


async def test_every_answer_is_described_and_none_is_a_failure_of_ours(findings: Findings) -> None:
    assert findings.requests > 300
    assert findings.faults == {}


async def test_what_fits_the_description_is_understood(findings: Findings) -> None:
    unread = {said: found for said, found in findings.refused.items() if not any(words in said for words in _BESIDE)}
    assert unread == {}
