"""OpenID Connect against a provider that speaks it: what is accepted, and everything that is not."""

import hmac
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from directapp.connectors.guarded import GuardedClient
from directapp.connectors.id_tokens import IdToken
from directapp.connectors.openid import OpenId, ProviderDownError, ProviderRefusedError, Registration, Secrets
from support.dealer import Time
from support.fakes.openid import (
    CLIENT,
    DIRECTORY,
    KARI,
    SECRET,
    FakeOpenId,
    in_base64,
    new_key,
    sign_in_there,
    signed_by,
    unsigned,
)
from support.fakes.server import Reply, as_json, as_text

BACK = "https://bil.example/sign-in/with/a/b/answer"


class Us:
    """The application at a provider."""

    def __init__(self, provider: FakeOpenId, client: GuardedClient, clock: Time) -> None:
        self.provider, self.open_id, self.known = provider, OpenId(client, clock=clock), Secrets.new()
        self.about = Registration(
            issuer=provider.issuer,
            client_id=CLIENT,
            client_secret=SECRET,
            redirect_uri=BACK,
            directory=provider.directory,
        )

    async def answer(self) -> dict[str, str]:
        return await sign_in_there(await self.open_id.sign_in_address(self.about, self.known))

    async def redeem(self, answer: dict[str, str]) -> IdToken:
        assert answer["state"] == self.known.state
        return await self.open_id.redeem(self.about, self.known, answer["code"], answer.get("iss"))

    async def sign_in(self) -> IdToken:
        return await self.redeem(await self.answer())


@pytest.fixture
async def client() -> AsyncIterator[GuardedClient]:
    client = GuardedClient(private=True)
    yield client
    await client.close()


@pytest.fixture(params=["", DIRECTORY], ids=["openid", "entra"])
async def us(request: pytest.FixtureRequest, client: GuardedClient) -> AsyncIterator[Us]:
    time = Time()
    async with FakeOpenId(directory=request.param, clock=time) as provider:
        yield Us(provider, client, time)


async def refused(us: Us) -> str:
    with pytest.raises(ProviderRefusedError) as error:
        await us.sign_in()
    return error.value.cause


async def test_who_signed_in_is_known_by_issuer_and_subject_and_in_entra_by_directory_and_object(us: Us) -> None:
    token = await us.sign_in()
    assert (token.issuer, token.subject) == (us.provider.issuer, KARI["oid" if us.provider.directory else "sub"])
    sent = us.provider.heard[1].query
    assert {"code_challenge", "nonce", "state"} <= set(sent)
    assert us.known.verifier not in sent.values()


@pytest.mark.parametrize(
    ("says", "cause"),
    [
        ({"aud": "somebody-else"}, "audience"),
        ({"aud": [CLIENT, "somebody-else"]}, "audience"),
        ({"azp": "somebody-else"}, "audience"),
        ({"aud": None}, "audience"),
        ({"iss": "https://other.example"}, "issuer"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"exp": None}, "answer"),
        ({"iat": "yesterday"}, "answer"),
        ({"sub": "", "oid": ""}, "subject"),
        ({"sub": None, "oid": None}, "subject"),
        ({"sub": "x" * 300, "oid": "x" * 300}, "subject"),
    ],
)
async def test_a_token_for_others_of_others_or_of_another_sign_in_is_refused(
    us: Us, says: dict[str, Any], cause: str
) -> None:
    us.provider.says = says
    assert await refused(us) == cause


async def test_a_token_for_several_counts_where_it_says_that_it_was_made_for_us(us: Us) -> None:
    us.provider.says = {"aud": ["somebody-else", CLIENT], "azp": CLIENT}
    assert (await us.sign_in()).issuer == us.provider.issuer


@pytest.mark.parametrize(
    ("says", "cause"),
    [
        ({"exp": -30}, None),
        ({"exp": -120}, "expired"),
        ({"iat": 30}, None),
        ({"iat": 120}, "clock"),
        ({"nbf": 30}, None),
        ({"nbf": 120}, "clock"),
    ],
)
async def test_clocks_may_be_a_minute_apart(us: Us, says: dict[str, int], cause: str | None) -> None:
    now = int(us.provider.clock().timestamp())
    us.provider.says = {name: now + seconds for name, seconds in says.items()}
    if cause is None:
        await us.sign_in()
    else:
        assert await refused(us) == cause


async def test_a_code_is_good_once_and_in_its_own_sign_in_alone(us: Us) -> None:
    answer = await us.answer()
    await us.redeem(answer)
    with pytest.raises(ProviderRefusedError) as error:
        await us.redeem(answer)
    assert error.value.cause == "code"
    stolen = await us.answer()
    us.known = replace(us.known, verifier=Secrets.new().verifier)
    with pytest.raises(ProviderRefusedError) as error:
        await us.redeem(stolen)
    assert error.value.cause == "code"


async def test_an_answer_of_another_provider_is_refused_before_the_code_is_told(us: Us) -> None:
    answer = await us.answer()
    asked = len(us.provider.heard)
    for issuer in ({"iss": "https://other.example"}, {}):
        with pytest.raises(ProviderRefusedError) as error:
            await us.redeem({name: value for name, value in answer.items() if name != "iss"} | issuer)
        assert error.value.cause == "issuer"
    assert len(us.provider.heard) == asked


async def test_a_provider_that_never_names_itself_is_taken_at_its_word(us: Us) -> None:
    us.provider.names_itself = False
    assert "iss" not in await us.answer()
    await us.sign_in()


def by_the_public_key(us: Us) -> Callable[[dict[str, Any]], str]:
    """Return what "signs" with the public key as if it were a secret."""
    known = us.provider.keys[0].as_pem(private=False)

    def sign(claims: dict[str, Any]) -> str:
        begun = unsigned(claims, algorithm="HS256", kid="one").rstrip(".")
        return f"{begun}.{in_base64(hmac.digest(known, begun.encode(), 'sha256'))}"

    return sign


async def test_an_unsigned_token_and_one_signed_by_what_everybody_knows_are_refused(us: Us) -> None:
    us.provider.sign = unsigned
    assert await refused(us) == "algorithm"
    us.provider.sign = by_the_public_key(us)
    assert await refused(us) == "algorithm"
    us.provider.sign = lambda _: "no.token"
    assert await refused(us) == "answer"


async def test_keys_may_change_and_an_unknown_one_is_asked_for_twice_a_minute(us: Us) -> None:
    await us.sign_in()
    us.provider.keys.insert(0, new_key("two"))
    await us.sign_in()
    asked = [h.path for h in us.provider.heard].count("/keys")
    stranger = new_key("three")
    us.provider.sign = lambda claims: signed_by(stranger, claims)
    assert await refused(us) == "key"
    assert [h.path for h in us.provider.heard].count("/keys") == asked
    us.provider.clock.ahead += timedelta(seconds=31)  # type: ignore[attr-defined]
    assert await refused(us) == "key"
    assert [h.path for h in us.provider.heard].count("/keys") == asked + 1


async def test_a_signature_by_another_key_of_the_same_name_is_refused(us: Us) -> None:
    stranger = new_key("one")
    us.provider.sign = lambda claims: signed_by(stranger, claims)
    assert await refused(us) == "signature"


async def test_a_key_for_encryption_or_a_shared_secret_signs_nothing(us: Us) -> None:
    key = us.provider.keys[0]
    answer = await us.answer()
    token = us.provider.signed(us.provider.claims(nonce=us.known.nonce))
    keys = {"keys": [{**key.as_dict(private=False), "use": "enc"}, {"kty": "oct", "k": "c2VjcmV0", "kid": "one"}]}
    us.provider.then(as_json({"id_token": token}), as_json(keys))
    with pytest.raises(ProviderRefusedError) as error:
        await us.redeem(answer)
    assert error.value.cause == "key"


async def test_entra_answers_for_one_directory_alone(client: GuardedClient) -> None:
    async with FakeOpenId(directory=DIRECTORY) as provider:
        us = Us(provider, client, Time())
        provider.says = {"tid": "00000000-0000-4000-8000-000000000000"}
        assert await refused(us) == "directory"


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": "file:///etc/passwd"},
    ],
)
async def test_a_description_that_does_not_fit_is_refused(us: Us, described: dict[str, Any]) -> None:
    us.provider.described = described
    assert await refused(us) == "description"


async def test_a_provider_that_is_down_or_moves_is_no_provider(us: Us) -> None:
    us.provider.then(as_text("", 503))
    with pytest.raises(ProviderDownError):
        await us.sign_in()
    us.provider.then(Reply(status=302, headers={"location": us.provider.base}))
    assert await refused(us) == "answer"
    us.provider.then(as_json(["no", "object"]))
    assert await refused(us) == "answer"
    us.provider.then(Reply(body=b'{"a": "' + b"x" * 600_000 + b'"}'))
    assert await refused(us) == "answer"


async def test_a_wrong_secret_is_said_to_be_one(us: Us) -> None:
    us.about = replace(us.about, client_secret="wrong")
    assert await refused(us) == "client"


async def test_in_production_no_provider_leads_into_our_own_network() -> None:
    async with FakeOpenId() as provider:
        client = GuardedClient()
        us = Us(provider, client, Time())
        assert await refused(us) == "address"
        us.about = replace(us.about, issuer=provider.base.replace("http:", "https:"))
        assert await refused(us) == "address"
        await client.close()
    assert provider.heard == []


@pytest.mark.parametrize(
    ("says", "cause"),
    [
        ({}, None),
        ({"events": {}}, "answer"),
        ({"typ": "JWT"}, "answer"),
        ({"iat": 1_700_000_000}, "answer"),
        ({"nonce": "n"}, "answer"),
        ({"aud": "somebody-else"}, "audience"),
        ({"sid": None, "sub": None, "oid": None}, "subject"),
    ],
)
async def test_a_logout_token_says_whom_it_signs_out(us: Us, says: dict[str, Any], cause: str | None) -> None:
    text = us.provider.logout(**says)
    if cause is None:
        told = await us.open_id.read_signed_out(us.about, text)
        assert (told.session, told.subject) == ("there-1", KARI["oid" if us.provider.directory else "sub"])
    else:
        with pytest.raises(ProviderRefusedError) as error:
            await us.open_id.read_signed_out(us.about, text)
        assert error.value.cause == cause
