"""Many look-ups with a token: each with its own outcome, and not a word of owners."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from directapp.connectors.maskinporten import Client, Maskinporten, MaskinportenRefusedError
from directapp.connectors.quota import CountedHere
from directapp.connectors.vegvesen import RESOURCE, SCOPE, Outcome, VegvesenBulk
from directapp.connectors.vegvesen_failures import (
    BadLookUpError,
    QuotaUsedUpError,
    RegistryDownError,
    RegistryRefusedError,
    RegistryUnclearError,
    VehicleNotFoundError,
)
from directapp.connectors.vegvesen_types import Vehicle
from support.fakes.maskinporten import FakeMaskinporten
from support.fakes.registry import FakeRegistry
from support.fakes.server import Reply, as_json, as_text
from support.fakes.still import Still
from support.fakes.vehicles import OWNER, vehicle

Make = Callable[..., VegvesenBulk]


@pytest.fixture
def make(
    *,
    http: httpx2.AsyncClient,
    porten: FakeMaskinporten,
    registry: FakeRegistry,
    quota: CountedHere,
    still: Still,
    pem: str,
) -> Make:
    def made(client: dict[str, str] | None = None, **changes: Any) -> VegvesenBulk:
        named = {"client_id": "client-1", "kid": "kid-1"} | (client or {})
        registered = Client(issuer=f"{porten.base}/", scope=SCOPE, resource=RESOURCE, key=pem, **named)
        tokens = Maskinporten(http, registered, timing=still.timing)
        usual = {"maskinporten": tokens, "client_id": "client-1", "quota": quota, "base": registry.base}
        return VegvesenBulk(http, timing=still.timing, **usual | changes)

    return made


async def asked(source: VegvesenBulk, kind: Any, *written: str) -> dict[str, Outcome]:
    return {one: outcome async for one, outcome in source.look_up(kind, written)}


async def gather(source: VegvesenBulk, got: dict[str, Outcome], *plates: str) -> None:
    async for one, outcome in source.look_up("plate", plates):
        got |= {one: outcome}


async def test_each_name_gets_its_own_outcome(make: Make, registry: FakeRegistry) -> None:
    outcomes = await asked(make(), "plate", "el 12345", "EL12345", "AB12345", "ZZ99999", "!")
    assert list(outcomes) == ["!", "el 12345", "EL12345", "AB12345", "ZZ99999"]
    assert isinstance(outcomes["!"], BadLookUpError)
    assert isinstance(outcomes["ZZ99999"], VehicleNotFoundError)
    assert outcomes["el 12345"] is outcomes["EL12345"]
    found = outcomes["AB12345"]
    assert isinstance(found, Vehicle)
    assert found.registration.fuel_type == "plug_in_hybrid"
    assert len(registry.heard) == 1
    assert registry.heard[0].json() == [{"kjennemerke": one} for one in ("EL12345", "AB12345", "ZZ99999")]


async def test_chassis_numbers_nest_one_deeper(make: Make) -> None:
    outcomes = await asked(make(), "vin", "1ZZTE5T00R0000001", "WZZTESTXXRX000002")
    assert isinstance(outcomes["1ZZTE5T00R0000001"], Vehicle)
    assert isinstance(outcomes["WZZTESTXXRX000002"], VehicleNotFoundError)


async def test_owners_are_dropped(make: Make) -> None:
    found = (await asked(make(), "plate", "EL12345"))["EL12345"]
    assert isinstance(found, Vehicle)
    kept = f"{found!r} {found.raw}"
    for word in ("TESTESEN", "TESTFLÅTE", "Testveien", "eierskap", "1980-01-01", "Drosjebiltransport"):
        assert word not in kept
    assert OWNER["eier"]["person"]["etternavn"] == "TESTESEN"


async def test_batches_stay_within_size_and_one_token_serves(
    make: Make, registry: FakeRegistry, porten: FakeMaskinporten
) -> None:
    registry.vehicles = [vehicle(f"EL {n}", f"1ZZTE5T00R00{n}") for n in range(10000, 10025)]
    outcomes = await asked(make(batch=10), "plate", *[f"EL{n}" for n in range(10000, 10025)])
    assert all(isinstance(one, Vehicle) for one in outcomes.values())
    assert [len(one.json()) for one in registry.heard] == [10, 10, 5]
    assert len(porten.heard) == 1


async def test_a_batch_that_is_too_large_is_halved(make: Make, registry: FakeRegistry) -> None:
    registry.most_in_bulk = 2
    outcomes = await asked(make(), "plate", "EL12345", "AB12345", "ZZ99999", "ZZ99998", "ZZ99997")
    assert [type(one) for one in outcomes.values()] == [Vehicle, Vehicle, *[VehicleNotFoundError] * 3]
    registry.most_in_bulk = 0
    assert isinstance((await asked(make(), "plate", "EL12345"))["EL12345"], BadLookUpError)


async def test_the_registry_keeps_the_count(make: Make, registry: FakeRegistry) -> None:
    registry.quota = 3
    source = make(a_day=10)
    await asked(source, "plate", "EL12345")
    got: dict[str, Outcome] = {}
    with pytest.raises(QuotaUsedUpError):
        await gather(make(a_day=10, batch=2), got, "EL12345", "AB12345", "ZZ99999")
    assert list(got) == ["EL12345", "AB12345"]
    assert len(registry.heard) == 2


async def test_the_registry_ends_the_day(make: Make, registry: FakeRegistry) -> None:
    registry.quota = 0
    source = make()
    for _ in range(2):
        with pytest.raises(QuotaUsedUpError):
            await asked(source, "plate", "EL12345")
    assert len(registry.heard) == 1


async def test_a_token_that_is_no_longer_accepted_is_renewed_once(
    make: Make, registry: FakeRegistry, porten: FakeMaskinporten
) -> None:
    source = make()
    await asked(source, "plate", "EL12345")
    porten.refused.update(porten.given)
    assert isinstance((await asked(source, "plate", "EL12345"))["EL12345"], Vehicle)
    assert len(porten.heard) == 2
    registry.then(as_text("", 401), as_text("", 401))
    with pytest.raises(RegistryRefusedError):
        await asked(source, "plate", "EL12345")
    registry.then(as_text("", 403))
    with pytest.raises(RegistryRefusedError):
        await asked(source, "plate", "EL12345")


async def test_without_a_token_nothing_is_asked(make: Make, registry: FakeRegistry) -> None:
    with pytest.raises(MaskinportenRefusedError):
        await asked(make({"client_id": "stranger"}), "plate", "EL12345")
    assert not registry.heard


async def test_a_broken_registry_is_tried_again_and_then_down(make: Make, registry: FakeRegistry) -> None:
    registry.then(as_text("", 502))
    assert isinstance((await asked(make(), "plate", "EL12345"))["EL12345"], Vehicle)
    registry.then(*[as_text("", 502)] * 9)
    with pytest.raises(RegistryDownError):
        await asked(make(), "plate", "EL12345")


@pytest.mark.parametrize("odd", [as_text("x"), as_json({}), as_json({"responser": 3})])
async def test_an_answer_that_cannot_be_read(make: Make, registry: FakeRegistry, odd: Reply) -> None:
    registry.then(odd)
    with pytest.raises(RegistryUnclearError):
        await asked(make(), "plate", "EL12345")


async def test_a_name_that_the_answer_leaves_out_is_unclear(make: Make, registry: FakeRegistry) -> None:
    registry.then(as_json({"gjenstaendeKvote": True, "responser": [None, {"request": None}]}))
    assert isinstance((await asked(make(), "plate", "EL12345"))["EL12345"], RegistryUnclearError)
