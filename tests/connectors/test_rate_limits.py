import asyncio

import pytest

from directapp.app.budgets import BUDGETS, budget_of, read_budgets
from directapp.connectors.rate_limits import Budget, RateLimits, Spending
from directapp.kernel.errors import TooManyError
from support import redis

SMALL = Budget(name="small", address=3, person=60)
needs_redis = pytest.mark.skipif(redis.PROGRAM is None, reason="no valkey-server or redis-server here")


async def test_so_many_come_through_and_the_next_is_told_when_to_come_again() -> None:
    limits = RateLimits([SMALL])
    left = [await limits.count(SMALL, "address", "a") for _ in range(3)]
    assert [one.remaining for one in left if one] == [2, 1, 0]
    assert left[0]
    assert left[0].headers[0] == (b"ratelimit-limit", b"3")
    with pytest.raises(TooManyError) as refused:
        await limits.count(SMALL, "address", "a")
    # Three a minute come back one by one.
    assert 19 <= refused.value.retry_after <= 20
    said = refused.value.problems[0].message
    assert said.pick("en") == f"Too many requests. Try again in {refused.value.retry_after} seconds."
    assert said.pick("nb") == f"For mange forespørsler. Prøv igjen om {refused.value.retry_after} sekunder."
    other = await limits.count(SMALL, "address", "b")
    assert other
    assert other.remaining == 2, "another address has its own"
    assert await limits.count(SMALL, "tenant", "t") is None, "what has no number is not counted"


async def test_they_come_back_evenly() -> None:
    quick = Budget(name="quick", address=600)
    limits = RateLimits([quick])
    for _ in range(600):
        await limits.count(quick, "address", "a")
    with pytest.raises(TooManyError):
        await limits.count(quick, "address", "a")
    await asyncio.sleep(0.25)
    assert await limits.count(quick, "address", "a"), "after a quarter of a second two of ten a second are back"


async def test_a_request_counts_once_for_a_subject_and_tells_of_the_scarcest() -> None:
    spending = Spending(RateLimits([SMALL]), SMALL)
    await spending.count("person", "p")
    for _ in range(5):
        await spending.count("address", "a")
    assert spending.left
    assert (spending.left.most, spending.left.remaining) == (3, 2)


@needs_redis
async def test_several_processes_count_together_in_a_store() -> None:
    with redis.running() as server:
        one, other = (RateLimits([SMALL], server.url.replace("redis:", scheme)) for scheme in ("redis:", "valkey:"))
        try:
            first, second = [await limits.count(SMALL, "address", "a") for limits in (one, other)]
            assert first
            assert second
            assert (first.remaining, second.remaining) == (2, 1)
            assert await other.state() == {"status": "ok", "counted": "shared"}
            together = await asyncio.gather(
                *(limits.count(SMALL, "address", "b") for limits in (one, other) for _ in range(4)),
                return_exceptions=True,
            )
            assert sum(isinstance(answer, TooManyError) for answer in together) == 5, "three of eight, whoever asks"
        finally:
            await one.close()
            await other.close()


@needs_redis
async def test_a_store_that_goes_away_stops_nobody() -> None:
    now = 0.0
    with redis.running() as server:
        limits = RateLimits([SMALL], server.url, clock=lambda: now)
        try:
            assert await limits.count(SMALL, "address", "a")
            server.stop()
            assert [(await limits.count(SMALL, "address", "a")) is not None for _ in range(3)] == [True] * 3
            assert await limits.state() == {"status": "warn", "counted": "here"}
            with pytest.raises(TooManyError):
                await limits.count(SMALL, "address", "a")
            now = 6.0
            assert await limits.state() == {"status": "ok", "counted": "shared"}, "it is asked again after a while"
        finally:
            await limits.close()


@pytest.mark.parametrize(
    ("method", "path", "query", "budget"),
    [
        ("GET", "/app/cars", b"", "requests"),
        ("GET", "/app/cars", b"q=", "requests"),
        ("GET", "/app/cars", b"status=draft&q=audi", "search"),
        ("GET", "/items/cars", b"search=audi", "search"),
        ("GET", "/app/palette", b"", "search"),
        ("GET", "/app/cars/export.csv", b"q=audi", "export"),
        ("GET", "/app/figures/monday/sites.xlsx", b"", "export"),
        ("GET", "/sign-in", b"", "requests"),
        ("POST", "/sign-in", b"", "sign_in"),
        ("POST", "/sign-in/passkey/ask", b"", "sign_in"),
        ("POST", "/auth/login", b"", "sign_in"),
        ("POST", "/auth/password/reset", b"", "sign_in"),
        ("POST", "/auth/refresh", b"", "requests"),
        ("GET", "/link/abc", b"", "sign_in"),
        ("GET", "/sign-in/with/a/b/answer", b"", "sign_in"),
        ("POST", "/app/second-factor", b"", "sign_in"),
        ("GET", "/status/abc", b"", "public_link"),
        ("POST", "/vendor/abc", b"", "public_link"),
        ("GET", "/calendar/cal_x.ics", b"", "public_link"),
        ("GET", "/static/app.css", b"", None),
        ("GET", "/server/health", b"", None),
    ],
)
def test_each_kind_of_request_has_its_budget(method: str, path: str, query: bytes, budget: str | None) -> None:
    assert budget_of(method, path, query) == budget


def test_a_setting_changes_budgets() -> None:
    changed = read_budgets("sign_in.address=30 export.person=0")
    assert (changed["sign_in"].address, changed["export"].person) == (30, 0)
    assert changed["sign_in"].person == BUDGETS["sign_in"].person
    assert read_budgets("") == BUDGETS
    assert read_budgets("off") == {}
    for wrong in ("sign_in=30", "nothing.address=3", "sign_in.street=3", "sign_in.address=-1"):
        with pytest.raises(ValueError, match="write BUDGET"):
            read_budgets(wrong)
