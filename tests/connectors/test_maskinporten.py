"""The JWT-bearer grant: signed as asked, one renewal for all, and every refusal by its code."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from joserfc.jwk import RSAKey

from directapp.connectors.maskinporten import (
    Client,
    Maskinporten,
    MaskinportenBusyError,
    MaskinportenDownError,
    MaskinportenRefusedError,
)
from directapp.connectors.outgoing import Patience
from support.fakes.maskinporten import FakeMaskinporten, refusal
from support.fakes.server import Reply, as_json, as_text
from support.fakes.still import Still

Make = Callable[..., Maskinporten]
SCOPE = "svv:kjoretoy/kjoretoyopplysninger"


@pytest.fixture
def make(http: httpx2.AsyncClient, porten: FakeMaskinporten, still: Still, pem: str) -> Make:
    def made(**changes: Any) -> Maskinporten:
        named = {
            "issuer": f"{porten.base}/",
            "client_id": "client-1",
            "scope": SCOPE,
            "key": pem,
            "kid": "kid-1",
            "resource": "https://www.vegvesen.no",
        }
        return Maskinporten(http, Client(**named | changes), timing=still.timing, patience=Patience(tries=2))

    return made


async def test_a_token_is_held_until_its_last_fifth(make: Make, porten: FakeMaskinporten, still: Still) -> None:
    source = make()
    first = await source.token()
    still.forward(479)
    assert await source.token() == first
    still.forward(1)
    assert await source.token() != first
    claims = porten.claims[0]
    assert claims["resource"] == "https://www.vegvesen.no"
    assert claims["scope"] == SCOPE
    assert "consumer_org" not in claims
    assert len({one["jti"] for one in porten.claims}) == 2


async def test_many_callers_cost_one_renewal(make: Make, porten: FakeMaskinporten) -> None:
    source = make()
    porten.delay = 0.02
    tokens = await asyncio.gather(*[source.token() for _ in range(50)])
    assert len(set(tokens)) == 1
    assert len(porten.heard) == 1


async def test_a_caller_who_leaves_takes_nobody_with_him(make: Make, porten: FakeMaskinporten) -> None:
    source = make()
    porten.delay = 0.05
    leaving = asyncio.create_task(source.token())
    await asyncio.sleep(0.01)
    staying = asyncio.create_task(source.token())
    await asyncio.sleep(0.01)
    leaving.cancel()
    assert await staying in porten.given
    assert len(porten.heard) == 1


async def test_a_token_that_still_holds_serves_while_maskinporten_is_away(
    make: Make, porten: FakeMaskinporten, still: Still
) -> None:
    source = make()
    first = await source.token()
    still.forward(500)
    porten.then(*[as_text("", 503)] * 4)
    assert await source.token() == first
    still.forward(100)
    with pytest.raises(MaskinportenDownError):
        await source.token()
    still.forward(60)
    assert await source.token() != first


async def test_a_forgotten_token_is_not_given_again(make: Make) -> None:
    source = make()
    first = await source.token()
    source.forget("another")
    assert await source.token() == first
    source.forget(first)
    assert await source.token() != first


async def test_a_certificate_chain_serves_instead_of_a_key_id(
    http: httpx2.AsyncClient, rsa: RSAKey, still: Still, pem: str
) -> None:
    chain = ("MIIB-leaf", "MIIB-root")
    async with FakeMaskinporten(key=rsa, x5c=chain) as fake:
        fake.clock = lambda: still.now().timestamp()
        client = Client(issuer=f"{fake.base}/", client_id="client-1", scope=SCOPE, key=pem, x5c=chain)
        assert await Maskinporten(http, client, timing=still.timing).token() in fake.given


async def test_each_try_signs_anew(make: Make, porten: FakeMaskinporten) -> None:
    source = make()
    porten.then(as_text("", 500))
    await source.token()
    assert porten.heard[0].form()["assertion"] != porten.heard[1].form()["assertion"]


@pytest.mark.parametrize(
    ("changes", "code", "cause"),
    [
        ({"client_id": "stranger"}, "MP-100", "klienten er ukjent"),
        ({"kid": "kid-2"}, "MP-100", "klienten er ukjent"),
        ({"scope": "idporten:all"}, "MP-200", "tilgangen er ugyldig"),
        ({"key": RSAKey.generate_key(2048).as_pem(private=True).decode()}, "MP-124", "signaturen stemmer ikke"),
    ],
)
async def test_a_refusal_says_what_to_look_at(
    make: Make, porten: FakeMaskinporten, changes: dict[str, str], code: str, cause: str
) -> None:
    with pytest.raises(MaskinportenRefusedError) as caught:
        await make(**changes).token()
    assert caught.value.reason == code
    assert cause in caught.value.problems[0].message.pick("nb")
    assert "310000019" not in str(caught.value)
    assert len(porten.heard) == 1


async def test_a_clock_that_is_wrong_is_named(make: Make, porten: FakeMaskinporten, still: Still) -> None:
    porten.clock = lambda: still.now().timestamp() + 60
    with pytest.raises(MaskinportenRefusedError, match="MP-130"):
        await make().token()


@pytest.mark.parametrize(
    "odd", [as_text("<html>", 200), as_json({"expires_in": 5}), as_json([1]), as_text("", 401), as_json({}, 400)]
)
async def test_odd_answers_give_no_token(make: Make, porten: FakeMaskinporten, odd: Reply) -> None:
    porten.then(odd)
    with pytest.raises(MaskinportenRefusedError, match=f"HTTP {odd.status}"):
        await make().token()


async def test_a_token_without_a_life_is_not_held_long(make: Make, porten: FakeMaskinporten, still: Still) -> None:
    source = make()
    porten.then(as_json({"access_token": "a", "expires_in": "soon"}))
    assert await source.token() == "a"
    still.forward(81)
    assert await source.token() != "a"


async def test_a_refused_renewal_is_said_although_a_token_is_left(
    make: Make, porten: FakeMaskinporten, still: Still
) -> None:
    source = make()
    await source.token()
    still.forward(500)
    porten.then(refusal("MP-121"))
    with pytest.raises(MaskinportenRefusedError, match="MP-121"):
        await source.token()


async def test_a_busy_maskinporten_is_its_own_error(make: Make, porten: FakeMaskinporten) -> None:
    porten.then(as_text("", 429, retry_after="600"))
    with pytest.raises(MaskinportenBusyError):
        await make().token()


def test_a_bad_key_is_known_at_start(make: Make, rsa: RSAKey) -> None:
    public = rsa.as_pem(private=False).decode()
    for changes in ({"key": "no key"}, {"key": public}, {"kid": ""}, {"x5c": ("a",)}):
        with pytest.raises(ValueError, match=r".+"):
            make(**changes)


def test_the_key_is_not_printed(pem: str) -> None:
    client = Client(client_id="a", scope="b", key=pem, kid="c")
    assert "PRIVATE" not in repr(client)
