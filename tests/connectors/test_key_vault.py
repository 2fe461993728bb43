"""A key in a vault wraps and unwraps; a newer version unwraps what an older one wrapped; each refusal by its code."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from directapp.connectors.key_vault import KeyVault, KeyVaultDownError, KeyVaultRefusedError, VaultClient
from directapp.connectors.outgoing import Patience
from support.fakes.key_vault import FakeKeyVault, refusal
from support.fakes.server import Reply

Make = Callable[..., KeyVault]
RAW = bytes(range(32))


@pytest.fixture
async def vault() -> AsyncIterator[FakeKeyVault]:
    async with FakeKeyVault() as fake:
        yield fake


@pytest.fixture
def make(http: httpx2.AsyncClient, vault: FakeKeyVault) -> Make:
    def made(key: str = "", **changes: Any) -> KeyVault:
        named = {"directory": "directory-1", "client_id": "client-1", "secret": "s3cret", "sign_in": vault.base}
        patience = Patience(tries=2, first=0.001, most=0.001)
        return KeyVault(http, VaultClient(**named | changes), key or vault.key, patience=patience)

    return made


async def test_a_key_comes_back_as_it_went_in(make: Make, vault: FakeKeyVault) -> None:
    master = make()
    wrapped = await master.wrap(RAW)
    assert RAW not in wrapped
    assert await make().unwrap(wrapped) == RAW
    assert await master.unwrap(wrapped) == RAW
    assert len(vault.forms) == 2, "each signs in once"
    assert master.name == f"vault:{vault.key}"


async def test_a_new_version_wraps_and_the_old_one_still_unwraps(make: Make, vault: FakeKeyVault) -> None:
    master = make()
    before = await master.wrap(RAW)
    vault.rotate()
    after = await master.wrap(RAW)
    assert before.split(b"\n")[0] != after.split(b"\n")[0]
    assert await master.unwrap(before) == await master.unwrap(after) == RAW


async def test_a_workload_signs_in_by_the_token_in_its_file(make: Make, vault: FakeKeyVault, tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("workload\n")
    master = make(secret="", token_file=path)
    assert await master.unwrap(await master.wrap(RAW)) == RAW
    assert "client_secret" not in vault.forms[0]


async def test_a_token_that_is_no_longer_taken_is_renewed_once(make: Make, vault: FakeKeyVault) -> None:
    master = make()
    wrapped = await master.wrap(RAW)
    vault.tokens.clear()
    assert await master.unwrap(wrapped) == RAW
    assert len(vault.forms) == 2


async def test_refusals_are_said_by_their_code(make: Make, vault: FakeKeyVault) -> None:
    with pytest.raises(KeyVaultRefusedError, match="invalid_client"):
        await make(secret="wrong").wrap(RAW)
    with pytest.raises(KeyVaultRefusedError, match="KeyNotFound"):
        await make(f"{vault.base}/keys/other").wrap(RAW)
    master = make()
    wrapped = await master.wrap(RAW)
    vault.then(refusal(403, "Forbidden"))
    with pytest.raises(KeyVaultRefusedError, match="Forbidden") as caught:
        await master.unwrap(wrapped)
    assert "client-1" not in str(caught.value)
    with pytest.raises(KeyVaultRefusedError, match="another key"):
        await master.unwrap(b"https://elsewhere.example/keys/klargjoring/1\nAAAA")


async def test_a_vault_that_does_not_answer_is_said_to_be_down(make: Make, vault: FakeKeyVault) -> None:
    master = make()
    wrapped = await master.wrap(RAW)
    vault.then(Reply(status=503), Reply(status=503))
    with pytest.raises(KeyVaultDownError):
        await master.unwrap(wrapped)
