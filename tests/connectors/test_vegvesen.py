"""One look-up by API key: found, and every way of not being found."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from directapp.connectors.outgoing import Patience
from directapp.connectors.quota import CountedHere, fingerprint
from directapp.connectors.vegvesen import Vegvesen
from directapp.connectors.vegvesen_failures import (
    BadLookUpError,
    QuotaUsedUpError,
    RegistryBusyError,
    RegistryDownError,
    RegistryRefusedError,
    RegistryUnclearError,
    VehicleNotFoundError,
)
from directapp.kernel.errors import DirectAppError
from support.fakes.registry import FakeRegistry
from support.fakes.server import Reply, as_json, as_text
from support.fakes.still import Still
from support.fakes.vehicles import ELECTRIC

Make = Callable[..., Vegvesen]
VIN = "1ZZTE5T00R0000001"


@pytest.fixture
def make(http: httpx2.AsyncClient, registry: FakeRegistry, quota: CountedHere, still: Still) -> Make:
    def made(**changes: Any) -> Vegvesen:
        named = {"api_key": "key-1", "quota": quota, "base": registry.base, "timing": still.timing}
        return Vegvesen(http, **named | changes)

    return made


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ({"plate": "EL12345"}, "EL12345"),
        ({"plate": "el 12345"}, "EL12345"),
        ({"plate": "EL-12345"}, "EL12345"),
        ({"vin": VIN}, VIN),
    ],
)
async def test_a_vehicle_is_found_by_either_name(
    make: Make, registry: FakeRegistry, still: Still, asked: dict[str, str], sent: str
) -> None:
    found = await make().look_up(**asked)
    assert found.identity.vin == VIN
    assert found.identity.license_plate == "EL12345"
    assert found.fetched_at == still.now()
    (heard,) = registry.heard
    assert heard.headers["svv-authorization"] == "Apikey key-1"
    assert list(heard.query.values()) == [sent]


async def test_a_vehicle_is_found_by_its_personal_plate(make: Make) -> None:
    found = await make().look_up(plate="teste 1")
    assert found.identity.license_plate == "AB12345"
    assert found.details.personal_plate == "TESTE1"


@pytest.mark.parametrize("unknown", ["204", "404", "feilmelding", "empty"])
async def test_a_vehicle_that_is_not_there(make: Make, registry: FakeRegistry, unknown: Any) -> None:
    registry.unknown = unknown
    with pytest.raises(VehicleNotFoundError, match="ZZ99999") as caught:
        await make().look_up(plate="ZZ 99999")
    assert not caught.value.passing


async def test_the_quota_is_counted_by_key_and_day(
    make: Make, registry: FakeRegistry, quota: CountedHere, still: Still
) -> None:
    source = make(a_day=2)
    registry.then(as_text("", 503))
    await source.look_up(plate="EL12345")
    with pytest.raises(QuotaUsedUpError) as caught:
        await source.look_up(plate="EL12345")
    assert len(registry.heard) == 2
    assert caught.value.until == datetime(2026, 6, 15, 22, 0, tzinfo=UTC)
    assert caught.value.retry_after == pytest.approx(12 * 3600 - still.passed)
    assert "00.00" in caught.value.problems[0].message.pick("nb")
    assert await quota.used(fingerprint("key-1"), still.now().date()) == 2
    still.forward(12 * 3600)
    assert await source.look_up(plate="EL12345")


async def test_the_registry_says_that_the_quota_is_used_up(make: Make, registry: FakeRegistry, still: Still) -> None:
    registry.quota = 0
    source = make()
    for _ in range(2):
        with pytest.raises(QuotaUsedUpError) as caught:
            await source.look_up(vin=VIN)
    assert len(registry.heard) == 1
    assert caught.value.passing
    assert not still.slept


async def test_the_registry_says_when_there_is_more(make: Make, registry: FakeRegistry) -> None:
    registry.quota, registry.until_midnight = 0, "600"
    with pytest.raises(QuotaUsedUpError) as caught:
        await make().look_up(vin=VIN)
    assert caught.value.retry_after == 600
    assert "12.10" in caught.value.problems[0].message.pick("nb")


async def test_a_key_that_is_not_accepted(make: Make, registry: FakeRegistry) -> None:
    with pytest.raises(RegistryRefusedError):
        await make(api_key="other").look_up(plate="EL12345")
    registry.then(as_text("", 401))
    with pytest.raises(RegistryRefusedError):
        await make().look_up(plate="EL12345")


async def test_the_registry_is_down(make: Make, registry: FakeRegistry) -> None:
    registry.then(*[as_text("", 500)] * 2)
    with pytest.raises(RegistryDownError):
        await make().look_up(plate="EL12345")
    assert len(registry.heard) == 2
    registry.then(Reply(hang=1.0), Reply(hang=1.0))
    with pytest.raises(RegistryDownError):
        await make(patience=Patience(tries=2, each=0.1)).look_up(plate="EL12345")


async def test_the_registry_is_busy(make: Make, registry: FakeRegistry) -> None:
    registry.then(as_text("", 429, retry_after="60"))
    with pytest.raises(RegistryBusyError) as caught:
        await make().look_up(plate="EL12345")
    assert caught.value.retry_after == 60


async def test_what_cannot_be_looked_up_is_not_asked(make: Make, registry: FakeRegistry) -> None:
    source = make()
    wrong = (
        {},
        {"vin": VIN, "plate": "EL12345"},
        {"plate": "E"},
        {"plate": "EL12345678"},
        {"vin": "OIQ"},
        {"vin": "æ"},
    )
    for asked in wrong:
        with pytest.raises(BadLookUpError):
            await source.look_up(**asked)
    assert not registry.heard
    registry.then(as_text("", 400))
    with pytest.raises(BadLookUpError) as caught:
        await source.look_up(plate="EL12345")
    assert caught.value.problems[0].field == "license_plate"


async def test_an_old_short_chassis_number_may_be_asked(make: Make, registry: FakeRegistry) -> None:
    with pytest.raises(VehicleNotFoundError):
        await make().look_up(vin="1234567")
    assert registry.heard[0].query == {"understellsnummer": "1234567"}


@pytest.mark.parametrize(
    "odd",
    [
        as_text("<html>vedlikehold</html>"),
        as_json([ELECTRIC]),
        as_json({"kjoretoydataListe": {"a": 1}}),
        as_json({"kjoretoydataListe": [ELECTRIC | {"kjoretoyId": {"kjennemerke": "XX 99999"}, "kjennemerke": []}]}),
        Reply(status=302, headers={"location": "/login"}),
        Reply(body=b"\xff\xfe{"),
    ],
    ids=["html", "list", "object", "another", "redirect", "bytes"],
)
async def test_what_cannot_be_read_fills_no_car(make: Make, registry: FakeRegistry, odd: Reply) -> None:
    registry.then(odd)
    with pytest.raises(RegistryUnclearError):
        await make().look_up(plate="EL12345")


@pytest.mark.parametrize(
    "odd",
    [
        as_json({"kjoretoydataListe": [None, 3, {}]}),
        as_json({}),
        as_json({"feilmelding": "x", "kjoretoydataListe": []}),
    ],
)
async def test_an_answer_without_a_vehicle_is_none_found(make: Make, registry: FakeRegistry, odd: Reply) -> None:
    registry.then(odd)
    with pytest.raises(VehicleNotFoundError):
        await make().look_up(plate="EL12345")


def test_every_failure_says_so_in_both_languages() -> None:
    soon = datetime(2026, 6, 15, tzinfo=UTC)
    failures: list[DirectAppError] = [
        VehicleNotFoundError("EL12345"),
        BadLookUpError("vin"),
        QuotaUsedUpError(soon, soon),
        RegistryDownError(),
        RegistryBusyError(),
        RegistryRefusedError(),
        RegistryUnclearError(),
    ]
    assert len({failure.code for failure in failures}) == len(failures)
    for failure in failures:
        message = failure.problems[0].message
        assert message.pick("nb") != message.english
        assert "{" not in message.pick("nb") + message.english
        assert "!" not in message.pick("nb") + message.english


async def test_neither_key_nor_plate_is_logged(
    make: Make, registry: FakeRegistry, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    registry.then(as_text("", 500))
    found = await make().look_up(plate="EL12345")
    out, err = capfd.readouterr()
    for said in (out, err, caplog.text):
        assert "EL12345" not in said
        assert "key-1" not in said
    assert "raw" not in repr(found)
    assert "key-1" not in fingerprint("key-1")
