"""What every line does: repeats, waits, breaks, gives up, and says nothing of what it carried."""

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from directapp.connectors.failures import OutsideBusyError, OutsideDownError
from directapp.connectors.outgoing import AT_ONCE, Answer, Ask, Breaker, Pacer, Patience, ServiceClient, retry_after
from support.fakes.server import Fake, Heard, Reply, as_json, as_text
from support.fakes.still import Still

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)


class Well(Fake):
    async def answer(self, heard: Heard) -> Reply:
        return as_json({"path": heard.path})


@pytest.fixture
async def fake() -> AsyncIterator[Fake]:
    async with Well() as fake:
        yield fake


class Caller:
    def __init__(self, fake: Fake, http: httpx2.AsyncClient, still: Still, patience: Patience | None = None) -> None:
        self.line = ServiceClient(client=http, name="test", timing=still.timing, patience=patience or Patience())
        self.base = fake.base
        self.built = 0

    async def build(self) -> Ask:
        self.built += 1
        return Ask(method="POST", url=f"{self.base}/x", params={"plate": "EL12345"}, json={"n": self.built})

    async def call(self, **how: Any) -> Answer:
        return await self.line.call(self.build, **how)


@pytest.fixture
def caller(fake: Fake, http: httpx2.AsyncClient, still: Still) -> Caller:
    return Caller(fake, http, still)


async def test_what_fails_in_passing_is_tried_again_ever_later(caller: Caller, fake: Fake, still: Still) -> None:
    fake.then(as_text("", 500), as_text("", 503), Reply(cut=True, body=b"{"))
    answer = await caller.call()
    assert answer.mapping() == {"path": "/x"}
    assert still.slept == [0.25, 0.5, 1.0]
    assert [one.json()["n"] for one in fake.heard] == [1, 2, 3, 4]


async def test_chance_spreads_the_waits(caller: Caller, fake: Fake, still: Still) -> None:
    still.luck = 1.0
    fake.then(as_text("", 500), as_text("", 500, retry_after="3"))
    await caller.call()
    assert still.slept == [0.5, 3.5]


async def test_the_service_says_how_long_to_wait(caller: Caller, fake: Fake, still: Still) -> None:
    date = "Mon, 15 Jun 2026 10:00:12 GMT"
    fake.then(as_text("", 429, retry_after="7"), as_text("", 503, retry_after=date))
    await caller.call()
    assert still.slept == [7.0, 5.0]


async def test_a_wait_longer_than_our_patience_is_handed_on_at_once(caller: Caller, fake: Fake, still: Still) -> None:
    fake.then(as_text("", 429, retry_after="3600"))
    with pytest.raises(OutsideBusyError) as caught:
        await caller.call()
    assert caught.value.retry_after == 3600
    assert caught.value.passing
    assert not still.slept
    assert len(fake.heard) == 1


async def test_patience_ends(fake: Fake, http: httpx2.AsyncClient, still: Still) -> None:
    caller = Caller(fake, http, still, Patience(tries=3, first=1.0))
    fake.then(*[as_text("", 502)] * 3)
    with pytest.raises(OutsideDownError) as caught:
        await caller.call()
    assert not caught.value.uncertain
    assert len(fake.heard) == 3
    patient = Caller(fake, http, still, Patience(tries=50, first=10.0, most=10.0, total=21.0))
    fake.then(*[as_text("", 429)] * 50)
    with pytest.raises(OutsideBusyError):
        await patient.call()
    assert patient.built == 5


async def test_a_refusal_is_an_answer(caller: Caller, fake: Fake, still: Still) -> None:
    fake.then(as_text("no", 404))
    assert (await caller.call()).status == 404
    fake.then(Reply(status=302, headers={"location": f"{fake.base}/elsewhere"}))
    assert (await caller.call()).status == 302
    assert not still.slept


@pytest.mark.parametrize(
    "reply",
    [Reply(hang=5.0), Reply(cut=True, body=b"{"), as_text("", 500), Reply(body=b"x" * (9 * 1024 * 1024))],
    ids=["slow", "cut", "broken", "large"],
)
async def test_what_may_have_been_done_is_not_repeated(
    fake: Fake, http: httpx2.AsyncClient, still: Still, reply: Reply
) -> None:
    caller = Caller(fake, http, still, Patience(each=0.5 if reply.hang else 15.0))
    fake.then(reply)
    with pytest.raises(OutsideDownError) as caught:
        await caller.call(repeatable=False)
    assert caught.value.uncertain
    assert len(fake.heard) == 1


async def test_what_was_certainly_not_done_is(caller: Caller, fake: Fake) -> None:
    fake.then(as_text("", 429, retry_after="1"))
    assert (await caller.call(repeatable=False)).well
    base, caller.base = caller.base, "http://127.0.0.1:9"
    with pytest.raises(OutsideDownError) as caught:
        await caller.call(repeatable=False)
    assert not caught.value.uncertain
    assert caller.built == 7
    caller.base = base


async def test_a_bomb_is_not_unpacked(fake: Fake, http: httpx2.AsyncClient, still: Still) -> None:
    fake.then(Reply(body=gzip.compress(b"0" * (64 * 1024 * 1024)), headers={"content-encoding": "gzip"}))
    with pytest.raises(OutsideDownError):
        await Caller(fake, http, still, Patience(tries=1)).call()


async def test_the_breaker_spares_a_broken_service_and_then_tries_once(
    fake: Fake, http: httpx2.AsyncClient, still: Still
) -> None:
    caller = Caller(fake, http, still, Patience(tries=1))
    fake.then(*[as_text("", 500)] * 6)
    for _ in range(5):
        with pytest.raises(OutsideDownError):
            await caller.call()
    with pytest.raises(OutsideDownError) as caught:
        await caller.call()
    assert caught.value.retry_after == pytest.approx(30.0)
    assert len(fake.heard) == 5
    still.forward(31)
    fake.delay = 0.05
    first, *others = await asyncio.gather(*[caller.call() for _ in range(4)], return_exceptions=True)
    assert isinstance(first, OutsideDownError)
    assert all(isinstance(one, OutsideDownError) for one in others)
    assert len(fake.heard) == 6
    still.forward(31)
    assert (await caller.call()).well
    assert (await caller.call()).well


async def test_a_cancelled_trial_lets_the_next_one_try(still: Still) -> None:
    breaker = Breaker(still.timing, failures=1, rest=10)
    breaker.failed()
    still.forward(11)
    breaker.enter()
    assert breaker.closed_for
    breaker.left()
    assert not breaker.closed_for


async def test_nothing_that_was_carried_is_logged_or_printed(
    caller: Caller, fake: Fake, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    fake.then(as_text("", 500), as_text("EL12345", 429, retry_after="9999"))
    with pytest.raises(OutsideBusyError) as caught:
        await caller.call()
    out, err = capfd.readouterr()
    assert "outside_repeat" in out
    for said in (out, err, caplog.text, repr(caught.value), repr(await caller.build()), repr(caught.value.__context__)):
        assert "EL12345" not in said


async def test_a_pacer_lets_calls_begin_at_a_rate(still: Still) -> None:
    pacer = Pacer(2.0, still.timing)
    for _ in range(3):
        await pacer.turn()
    pacer.hold(4.0)
    await pacer.turn()
    assert still.slept == [0.5, 0.5, 4.0]


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("12", 12.0),
        ("-3", 0.0),
        ("Mon, 15 Jun 2026 10:01:00 GMT", 60.0),
        ("Mon, 15 Jun 2026 09:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(said: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": said}, NOW) == seconds


def test_a_person_waits_less_than_a_job() -> None:
    assert AT_ONCE.total < Patience().total
