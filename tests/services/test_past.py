"""What records held when something happened: every kind of value, step by step, by the audit alone."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7
from directapp.services.past import Past, Step, rewound
from directapp.store.outbox import Outbox
from support.dealer import Dealer, settle
from support.pages import new_car

FIELDS = ("color", "sale_price", "delivery_date", "sent_at", "seller", "accessories", "consent_sms")


def past_of(dealer: Dealer) -> Past:
    return Past(dealer.application.platform.database)


async def held(dealer: Dealer, car: UUID, *events: UUID) -> list[dict[str, Any]]:
    """Return what a car held in some fields at events, where that was something else than now."""
    moments = [(car, event) for event in events]
    found = await past_of(dealer).differing(dealer.tenant, "cars", moments, FIELDS, utc_now() - timedelta(days=1))
    return [found.get(moment, {}) for moment in moments]


async def test_each_value_is_what_it_was_after_the_write_that_told(dealer: Dealer) -> None:
    seller = await dealer.person("new_car_sales", "495")
    sent = utc_now().replace(microsecond=0)
    car = await new_car(dealer, seller, 1, color="Rød", delivery_date="2030-01-02", sale_price=300000)
    first = uuid7()
    await dealer.do(
        seller, "cars", "update", car, color="Blå", sale_price=310000, delivery_date="2030-02-03", consent_sms=True
    )
    second = uuid7()
    await dealer.do(seller, "cars", "update", car, color=None, sent_at=sent.isoformat())
    third = uuid7()
    at_first, at_second, at_third = await held(dealer, car, first, second, third)
    assert (at_first["color"], at_first["sale_price"], str(at_first["delivery_date"])) == (
        "Rød",
        Decimal("300000.00"),
        "2030-01-02",
    )
    assert (at_first["sent_at"], at_first["consent_sms"]) == (None, at_first["consent_sms"])
    assert at_first["consent_sms"] is not True
    assert at_second == {"color": "Blå", "sent_at": None}
    assert at_third == {}


async def test_an_event_is_judged_after_the_write_that_told_of_it(dealer: Dealer) -> None:
    seller = await dealer.person("new_car_sales", "495")
    car = await new_car(dealer, seller, 1, vin=None, color="Rød")
    await dealer.do(seller, "cars", "update", car, vin="WAUZZZF49MA000901", color="Blå")
    await dealer.do(seller, "cars", "update", car, color="Grønn")
    outbox = Outbox(dealer.application.platform.database)
    (event,) = await outbox.past(dealer.tenant, ["car.identified"], utc_now() - timedelta(days=1), 10)
    assert await held(dealer, car, event["id"]) == [{"color": "Blå"}]


def test_what_the_same_transaction_wrote_later_belongs_to_the_event(dealer: Dealer) -> None:
    meta = dealer.application.platform.spec["cars"]
    now = utc_now()
    told, event, also, later = (uuid7() for _ in range(4))
    steps = [
        Step(told, now, {"color": "Rød"}),
        Step(also, now, {"color": "Blå"}),
        Step(later, now + timedelta(seconds=1), {"color": "Grønn", "engine_type": None}),
    ]
    assert rewound(meta, steps, event) == {"color": "Grønn", "engine_type": None}
    assert rewound(meta, steps[:2], event) == {}
    assert rewound(meta, steps, later) == {}
    assert rewound(meta, steps[2:], event) == {"color": "Grønn", "engine_type": None}


async def test_another_company_is_not_looked_into(dealer: Dealer) -> None:
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 1, color="Rød")
    event = uuid7()
    await dealer.do(await dealer.person("new_car_sales", "495"), "cars", "update", car, color="Blå")
    other = await settle(dealer.application)
    assert await held(dealer, car, event) == [{"color": "Rød"}]
    assert await held(other, car, event) == [{}]


async def test_what_is_secret_or_unknown_is_not_told(dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin")
    webhook = (
        await dealer.do(
            admin, "webhooks", "subscribe", name="Regnskap", url="https://example.test/", events=["car.sold"]
        )
    ).record
    assert webhook is not None
    event = uuid7()
    await dealer.do(admin, "webhooks", "renew", webhook)
    await dealer.do(admin, "webhooks", "update", webhook, name="Lønn")
    asked = await past_of(dealer).differing(
        dealer.tenant, "webhooks", [(webhook, event)], ("name", "secret", "nothing"), utc_now()
    )
    assert asked == {(webhook, event): {"name": "Regnskap"}}
