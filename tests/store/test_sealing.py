"""What is sealed is read with its key, in its place, and unchanged; keys are wrapped and found again, or missed."""

from uuid import uuid4

import pytest

from directapp.kernel.errors import KeyMissingError
from directapp.store.key_ring import SecretMasterKey
from directapp.store.sealing import KEY_BYTES, DataKey, Sealer, key_name, place_of, sealed_with


class Held:
    """Keys that a test holds itself."""

    def __init__(self, *keys: DataKey) -> None:
        self.keys = {key.name: key for key in keys}
        self.newest = keys[-1]

    async def current(self) -> DataKey:
        return self.newest

    async def named(self, name: str) -> DataKey | None:
        return self.keys.get(name)


def key(letter: str) -> DataKey:
    raw = letter.encode() * KEY_BYTES
    return DataKey(key_name(raw), raw)


async def test_what_is_sealed_is_read_with_its_key_in_its_place_alone() -> None:
    sealer, place = Sealer(Held(key("k"))), place_of("webhooks", "secret", uuid4())
    sealed = await sealer.seal("hemmelig", place)
    assert await sealer.unseal(sealed, place) == "hemmelig"
    assert "hemmelig" not in sealed
    assert await sealer.seal("hemmelig", place) != sealed
    assert sealed_with(sealed) == key("k").name
    posing = DataKey(key("k").name, b"j" * KEY_BYTES)
    for other, text, where in (
        (sealer, sealed, place_of("webhooks", "secret", uuid4())),
        (Sealer(Held(key("j"))), sealed, place),
        (Sealer(Held(posing)), sealed, place),
        (sealer, sealed[:-4] + "AAAA", place),
        (sealer, f"s1.{key('k').name}.x", place),
        (sealer, "hemmelig", place),
    ):
        with pytest.raises(KeyMissingError):
            await other.unseal(text, where)


async def test_after_a_new_key_what_the_older_one_sealed_is_still_read() -> None:
    older, both = Sealer(Held(key("a"))), Sealer(Held(key("a"), key("b")))
    sealed = await older.seal("hemmelig", "her")
    assert await both.unseal(sealed, "her") == "hemmelig"
    assert sealed_with(await both.seal("hemmelig", "her")) == key("b").name


@pytest.mark.parametrize("text", ["", "whsec_abc", "s1.", "s1.abc", "s1.abc.", "s2.abc.def"])
def test_what_is_not_sealed_names_no_key(text: str) -> None:
    assert sealed_with(text) is None


async def test_a_master_key_unwraps_what_it_wrapped_alone() -> None:
    mine, other = SecretMasterKey("k" * 48), SecretMasterKey("j" * 48)
    wrapped = await mine.wrap(b"x" * KEY_BYTES)
    assert await mine.unwrap(wrapped) == b"x" * KEY_BYTES
    assert mine.name != other.name
    with pytest.raises(KeyMissingError):
        await other.unwrap(wrapped)
