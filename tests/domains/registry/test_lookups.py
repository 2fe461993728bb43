"""Looking a car up: kept answers, the registry, the VIN itself, and each way it may fail."""

from dataclasses import replace
from datetime import timedelta

import pytest

from directapp.connectors.vegvesen_failures import (
    BadLookUpError,
    NotSetUpError,
    QuotaUsedUpError,
    RegistryDownError,
    RegistryRefusedError,
    RegistrySlowError,
    VehicleNotFoundError,
)
from directapp.domains.registry.found import line_in
from directapp.domains.registry.lookups import Code, Lookups, forget_answers, read_code
from directapp.kernel.actor import system_actor
from directapp.services.jobs import acting
from support.dealer import Dealer, Time
from support.fakes.registry import FakeRegistry
from support.fakes.server import Reply, as_text
from support.fakes.vehicles import code, vehicle
from support.registry import HURRIED, Asking, rows_of

VOLKSWAGEN = "WVWZZZE1ZMP000001"


@pytest.mark.parametrize(
    ("written", "kind", "value"),
    [
        ("el 12345", "plate", "EL12345"),
        ("12345 EL", "plate", "EL12345"),
        ("ab 12345-el", "plate", "AB12345"),
        ("A 1", "plate", "A1"),
        (" 1zzte5t00r0000001 ", "vin", "1ZZTE5T00R0000001"),
        ("WVW-1234567", "vin", "WVW1234567"),
    ],
)
def test_what_is_typed_is_understood(written: str, kind: str, value: str) -> None:
    assert (read_code(written).kind, read_code(written).value) == (kind, value)


@pytest.mark.parametrize("written", ["", "A", "???", "1ZZTE5T00R000000O", "1ZZTE5T00R00000011"])
def test_what_can_be_neither_is_refused(written: str) -> None:
    with pytest.raises(BadLookUpError):
        read_code(written)


async def test_an_answer_is_kept_and_asked_for_once(dealer: Dealer, ask: Asking, registry: FakeRegistry) -> None:
    first = await ask().look_up(dealer.tenant, "EL 12345")
    assert first.kept is not None
    assert first.problem is None
    assert first.kept.found["power_kw"]["value"] == "150.00"
    assert first.kept.found["first_registered"] == {
        "value": "2024-03-11",
        "source": "registry",
        "at": first.kept.fetched_at.isoformat(timespec="milliseconds"),
    }
    again = await ask().look_up(dealer.tenant, "el12345")
    assert again.kept == first.kept
    assert len(registry.heard) == 1
    renewed = await ask().look_up(dealer.tenant, "el12345", fresh=True)
    assert renewed.kept is not None
    assert renewed.kept.id == first.kept.id
    assert renewed.kept.fetched_at > first.kept.fetched_at
    assert len(registry.heard) == 2


async def test_an_answer_runs_out(dealer: Dealer, ask: Asking, registry: FakeRegistry, time: Time) -> None:
    await ask(keep=timedelta(hours=1)).look_up(dealer.tenant, "EL 12345")
    time.ahead += timedelta(hours=2)
    try:
        await ask().look_up(dealer.tenant, "EL 12345")
        assert len(registry.heard) == 2
        time.ahead += timedelta(days=40)
        async with acting(dealer.application.platform.pipeline, dealer.tenant, "registry", "tidy", "", None) as ctx:
            await forget_answers(ctx)
    finally:
        time.ahead = timedelta()
    assert await rows_of(dealer, "registry_answers") == []


async def test_nothing_personal_is_kept(dealer: Dealer, ask: Asking) -> None:
    await ask().look_up(dealer.tenant, "EL 12345")
    kept = repr(await rows_of(dealer, "registry_answers"))
    assert "Drosjebiltransport" not in kept
    assert "Testbil" in kept
    async with dealer.application.platform.database.unit(system_actor(dealer.tenant, "pipeline")) as unit:
        audited = await unit.fetch("SELECT changes::text AS said FROM audit WHERE collection = 'registry_answers'")
    assert audited
    assert "Testbil" not in repr([row["said"] for row in audited]), "the answer stands in its own row alone"


async def test_details_have_labels_and_unknown_codes_keep_their_words(
    dealer: Dealer, ask: Asking, registry: FakeRegistry
) -> None:
    odd = {"hybridKategori": code("NYKODE", "Noe nytt"), "girkassetype": code("M")}
    registry.vehicles.append(vehicle("EL 55555", "1ZZTE5T00R0000005", motorOgDrivverk=odd))
    looked = await ask().look_up(dealer.tenant, "EL55555")
    assert looked.kept is not None
    english, norwegian = (dict(line_in(line, code) for line in looked.kept.details) for code in ("en", "nb"))
    assert (english["Gearbox"], norwegian["Girkasse"]) == ("Manual", "Manuell")
    assert (english["Hybrid"], norwegian["Hybrid"]) == ("Noe nytt (code NYKODE)", "Noe nytt (kode NYKODE)")
    assert norwegian["Taklast"] == "75 kg"
    # A line that was kept before holds both languages side by side.
    assert line_in({"label": {"nb": "Gir", "en": "Gears"}, "value": {"nb": "6", "en": "6"}}, "fi") == ("Gir", "6")


@pytest.mark.parametrize("unknown", ["204", "404", "feilmelding", "empty"])
async def test_an_unknown_plate_is_said(dealer: Dealer, ask: Asking, registry: FakeRegistry, unknown: str) -> None:
    registry.unknown = unknown  # type: ignore[assignment]
    looked = await ask().look_up(dealer.tenant, "ZZ 99999")
    assert looked.kept is None
    assert isinstance(looked.problem, VehicleNotFoundError)


async def test_an_unknown_vin_tells_what_it_can_by_itself(dealer: Dealer, ask: Asking) -> None:
    looked = await ask().look_up(dealer.tenant, VOLKSWAGEN)
    assert isinstance(looked.problem, VehicleNotFoundError)
    assert looked.kept is not None
    assert looked.kept.source == "vin"
    assert looked.kept.found["make"]["value"] == "Volkswagen"
    assert looked.kept.found["make"]["source"] == "vin"
    assert looked.kept.found["model_year"]["value"] == 2021
    assert "Fabrikk" in dict(line_in(line, "nb") for line in looked.kept.details)


async def test_the_vin_gives_the_model_year_that_the_registry_lacks(
    dealer: Dealer, ask: Asking, registry: FakeRegistry
) -> None:
    registry.vehicles.append(vehicle("EL 66666", "WVWZZZE1ZRP000001"))
    looked = await ask().look_up(dealer.tenant, "EL66666")
    assert looked.kept is not None
    assert (looked.kept.found["model_year"]["value"], looked.kept.found["model_year"]["source"]) == (2024, "vin")


async def test_each_failure_is_its_own(dealer: Dealer, ask: Asking, registry: FakeRegistry) -> None:
    registry.then(as_text("", 500), as_text("", 403), as_text("Kvoten er brukt opp", 422, retry_after="3600"))
    for kind in (RegistryDownError, RegistryRefusedError, QuotaUsedUpError):
        looked = await ask().look_up(dealer.tenant, "EL 12345")
        assert isinstance(looked.problem, kind)
        assert looked.kept is None
    heard = len(registry.heard)
    looked = await ask().look_up(dealer.tenant, "EL 12345")
    assert isinstance(looked.problem, QuotaUsedUpError), "every process knows that the day is used up"
    assert len(registry.heard) == heard


async def test_a_registry_that_hangs_is_said_to_be_slow(dealer: Dealer, ask: Asking, registry: FakeRegistry) -> None:
    registry.then(Reply(hang=30.0))
    hurried = ask(patience=replace(HURRIED, each=0.2))
    assert isinstance((await hurried.look_up(dealer.tenant, "EL 12345")).problem, RegistrySlowError)


async def test_an_old_answer_helps_while_the_registry_is_down(
    dealer: Dealer, ask: Asking, registry: FakeRegistry
) -> None:
    await ask(keep=timedelta(seconds=-1)).look_up(dealer.tenant, "EL 12345")
    registry.then(as_text("", 503))
    looked = await ask().look_up(dealer.tenant, "EL 12345")
    assert isinstance(looked.problem, RegistryDownError)
    assert looked.old
    assert looked.kept is not None
    assert looked.kept.found["make"]["value"] == "Testbil"


async def test_the_quota_is_shared_by_everyone_with_the_key(
    dealer: Dealer, ask: Asking, registry: FakeRegistry
) -> None:
    assert (await ask(a_day=1).look_up(dealer.tenant, "EL 12345")).kept
    assert isinstance((await ask(a_day=1).look_up(dealer.tenant, "AB 12345")).problem, QuotaUsedUpError)
    assert len(registry.heard) == 1


async def test_without_a_key_it_is_said_and_the_vin_still_helps(dealer: Dealer) -> None:
    bare = Lookups(dealer.application.platform.pipeline)
    assert not bare.ready
    assert isinstance((await bare.look_up(dealer.tenant, "EL 12345")).problem, NotSetUpError)
    by_vin = await bare.look_up(dealer.tenant, VOLKSWAGEN)
    assert isinstance(by_vin.problem, NotSetUpError)
    assert by_vin.kept is not None
    with pytest.raises(NotSetUpError):
        [pair async for pair in bare.many([Code("plate", "EL12345")])]
