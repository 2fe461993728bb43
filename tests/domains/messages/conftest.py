"""An application whose letters go to a Resend and whose text messages go to a Twilio of our own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from support.dealer import Dealer, Time, settle
from support.fakes.resend import SECRET, FakeResend
from support.fakes.sms import ACCOUNT, FakeTwilio
from support.fakes.sms import SECRET as TOKEN
from support.post import house_with
from support.server import Server


@dataclass(frozen=True)
class Outside:
    """A tenant, and what the outside heard."""

    dealer: Dealer
    resend: FakeResend
    twilio: FakeTwilio


@pytest.fixture(scope="session")
async def outside_house(server: Server) -> AsyncIterator[Outside]:
    async with FakeResend() as resend, FakeTwilio() as twilio:
        settings = {
            "resend_key": resend.api_key,
            "resend_url": resend.base,
            "resend_per_second": 100.0,
            "resend_webhook_secret": SECRET,
            "twilio_account": ACCOUNT,
            "twilio_token": TOKEN,
            "twilio_url": twilio.base,
            "sms_from": "Bilhuset",
            "sveve_secret": "s" * 32,
            "public_url": "https://da.example.test",
        }
        async with house_with(server, Time(), **settings) as application:
            yield Outside(await settle(application), resend, twilio)


@pytest.fixture
async def outside(outside_house: Outside) -> Outside:
    """Settle a new tenant; what was heard before is forgotten."""
    outside_house.resend.heard.clear()
    outside_house.resend.sent.clear()
    outside_house.twilio.heard.clear()
    outside_house.twilio.sent.clear()
    return Outside(await settle(outside_house.dealer.application), outside_house.resend, outside_house.twilio)
