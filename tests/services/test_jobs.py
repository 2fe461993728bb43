"""Event handlers, jobs and schedules on the real outbox, by one worker and by several."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from typing import Any
from uuid import UUID

import orjson
import pytest

from directapp.declare.events import Event
from directapp.domains.operations import keep
from directapp.kernel.errors import ConflictError, DirectAppError
from directapp.services.command import CommandContext
from directapp.services.dispatcher import Dispatcher
from directapp.services.intent import Intent
from directapp.services.jobs import (
    Daily,
    Every,
    GiveUpError,
    Job,
    JobRun,
    LaterError,
    Schedule,
    acting,
    backoff,
)
from directapp.services.schedules import Schedules
from directapp.store.outbox import Outbox, dispatcher_actor
from directapp.store.query import Query
from support.dealer import Dealer, Time
from support.text import bilingual

LABEL = bilingual("Prøve", "Trial")


@pytest.fixture
def moving(time: Time) -> Iterator[Time]:
    """Give the application's clock, and put it back."""
    yield time
    time.ahead = timedelta()


def trial(name: str) -> Event:
    """Return an event that no domain declares."""
    return Event(name=name, collection="cars", label=LABEL)


def dispatcher(
    dealer: Dealer, *jobs: Job, lease: float = 30.0, alone: tuple[str, ...] = (), **handlers: Any
) -> Dispatcher:
    """Return a worker of its own, as another process would have."""
    pipeline = dealer.application.platform.pipeline
    named = {trial(name.replace("_", ".")): (each,) if callable(each) else each for name, each in handlers.items()}
    apart = [trial(name) for name in alone]
    return Dispatcher(pipeline, named, "workflow", jobs=jobs, keep=keep, lease=lease, alone=apart)


async def ask(dealer: Dealer, event: str, count: int = 1, **payload: Any) -> UUID:
    """Put events about a new car in the outbox; return the car."""
    pipeline = dealer.application.platform.pipeline
    async with acting(pipeline, dealer.tenant, "demo", "test", "", None) as ctx:
        car = await ctx.create("cars", {"make": "VW"})
        for number in range(count):
            ctx.work.emitting.again(event, "cars", car.id, {"number": number, **payload})
    return car.id


async def outbox(dealer: Dealer, event: str) -> list[dict[str, Any]]:
    async with dealer.application.platform.database.unit(dispatcher_actor(dealer.tenant), readonly=True) as unit:
        rows = await unit.fetch(
            "SELECT *, due_at - clock_timestamp() AS wait FROM outbox WHERE tenant_id = $1 AND event = $2 ORDER BY id",
            dealer.tenant,
            event,
        )
    return [dict(row) for row in rows]


async def letters(dealer: Dealer, site: str = "490") -> list[dict[str, Any]]:
    admin = await dealer.person("tenant_admin", site)
    page = await dealer.application.platform.reading.page(admin, "failed_jobs", Query())
    found: list[dict[str, Any]] = orjson.loads(page.json)
    return [row | {"id": UUID(row["id"])} for row in found]


# -- what follows from a write ------------------------------------------------------------------------


async def test_a_write_that_is_rolled_back_asks_for_nothing(dealer: Dealer) -> None:
    pipeline = dealer.application.platform.pipeline

    async def change_and_fail() -> None:
        async with acting(pipeline, dealer.tenant, "demo", "test", "", None) as ctx:
            car = await ctx.create("cars", {"make": "VW"})
            ctx.work.emitting.again("trial.sent", "cars", car.id, {})
            await ctx.change({"model": "Golf"}, on=car)
            raise RuntimeError("not after all")

    with pytest.raises(RuntimeError, match="not after all"):
        await change_and_fail()
    assert await outbox(dealer, "trial.sent") == []


@pytest.mark.parametrize("alone", [(), ("trial.told",)])
async def test_an_event_that_has_to_be_alone_has_a_transaction_of_its_own(
    dealer: Dealer, alone: tuple[str, ...]
) -> None:
    seen: list[int] = []

    async def look(ctx: CommandContext) -> None:
        seen.append(await ctx.work.unit.value("SELECT pg_current_xact_id()::text::bigint"))

    for _ in range(3):
        await ask(dealer, "trial.told")
    await dispatcher(dealer, trial_told=look, alone=alone).drain(dealer.tenant)
    assert len(seen) == 3
    assert (len(set(seen)) == 3) is bool(alone)
    assert all(row["done_at"] for row in await outbox(dealer, "trial.told"))


async def test_a_dry_run_asks_for_nothing(dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin")
    before = len(await outbox(dealer, "car.identified"))
    intent = Intent(
        actor=admin,
        collection="cars",
        verb="create",
        patch={"make": "VW", "vin": "WVWZZZCDZMW000001"},
        origin="test",
        dry_run=True,
    )
    await dealer.application.platform.pipeline.perform(intent)
    assert len(await outbox(dealer, "car.identified")) == before


async def test_an_event_is_a_job_or_has_event_handlers(dealer: Dealer) -> None:
    async def nothing(_: Any) -> None: ...

    with pytest.raises(ValueError, match=r"trial\.sent"):
        dispatcher(dealer, Job(event=trial("trial.sent"), run=nothing), trial_sent=nothing)


# -- event handlers ----------------------------------------------------------------------------------------


async def test_a_failing_event_handler_holds_up_no_other_and_each_takes_effect_once(
    dealer: Dealer, moving: Time
) -> None:
    failing = True

    async def first(ctx: CommandContext) -> None:
        await ctx.change({"model": "Golf"}, system="demo")
        if failing:
            raise RuntimeError("not today")

    async def second(ctx: CommandContext) -> None:
        await ctx.create("cars", {"make": "Audi", "model": "follows"}, system="demo")

    worker = dispatcher(dealer, trial_sold=(first, second))
    car = await ask(dealer, "trial.sold")
    admin = await dealer.person("tenant_admin")
    await worker.once(dealer.tenant)
    assert (await dealer.read(admin, "cars", car))["model"] is None
    (row,) = await outbox(dealer, "trial.sold")
    assert (row["done_at"], row["attempts"], "not today" in row["error"]) == (None, 1, True)
    failing = False
    moving.ahead = timedelta(minutes=1)
    await worker.drain(dealer.tenant)
    assert (await dealer.read(admin, "cars", car))["model"] == "Golf"
    async with acting(worker._pipeline, dealer.tenant, "demo", "test", "", None) as ctx:
        assert len(await ctx.find("cars", {"model": "follows"})) == 1


async def test_a_refused_event_handler_is_noted_and_not_tried_again(dealer: Dealer) -> None:
    async def refused(_: CommandContext) -> None:
        raise ConflictError(bilingual("Nei.", "No."))

    await ask(dealer, "trial.sold")
    assert await dispatcher(dealer, trial_sold=refused).drain(dealer.tenant) == 1
    (row,) = await outbox(dealer, "trial.sold")
    assert row["done_at"]
    assert row["error"].endswith("refused: No.")


async def test_several_workers_run_each_event_handler_once(dealer: Dealer) -> None:
    seen: Counter[int] = Counter()

    async def count(ctx: CommandContext) -> None:
        seen[ctx.params["number"]] += 1
        await asyncio.sleep(0)
        await ctx.change({"model": f"{ctx.params['number']}"}, system="demo")

    await ask(dealer, "trial.sold", 120)
    await asyncio.gather(*(dispatcher(dealer, trial_sold=count).drain(dealer.tenant) for _ in range(3)))
    assert seen == Counter(range(120))


async def test_what_reacts_writes_live_and_says_how_deep_it_goes(dealer: Dealer) -> None:
    told: list[tuple[str, UUID]] = []
    pipeline = dealer.application.platform.pipeline
    before = pipeline.after_commit

    async def listen(_: object, touched: Sequence[tuple[str, UUID]], _asked: object) -> None:
        told.extend(touched)

    async def react(ctx: CommandContext) -> None:
        await ctx.change({"model": "Golf"}, system="demo")
        ctx.work.emitting.again("trial.deeper", "cars", ctx.target.id, {})

    car = await ask(dealer, "trial.sold")
    pipeline.after_commit = listen
    try:
        await dispatcher(dealer, trial_sold=react).once(dealer.tenant)
    finally:
        pipeline.after_commit = before
    assert ("cars", car) in told
    (row,) = await outbox(dealer, "trial.deeper")
    assert row["payload"]["depth"] == 1


# -- jobs ------------------------------------------------------------------------------------------


async def test_a_job_runs_outside_any_transaction_and_writes_down_what_came_of_it(dealer: Dealer) -> None:
    async def send(job: JobRun) -> None:
        async with dealer.application.platform.database.unit(dispatcher_actor(job.tenant), readonly=True) as unit:
            sessions = (
                "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
                " AND pid <> pg_backend_pid() AND datname = current_database()"
            )
            assert await unit.value(sessions) == 0
        async with job.act("demo") as ctx:
            await ctx.change({"model": f"sent {job.payload['number']}"})

    car = await ask(dealer, "trial.sent")
    assert await dispatcher(dealer, Job(event=trial("trial.sent"), run=send)).drain(dealer.tenant) == 1
    admin = await dealer.person("tenant_admin")
    assert (await dealer.read(admin, "cars", car))["model"] == "sent 0"


async def test_back_off_grows_and_is_capped() -> None:
    waits = [backoff(attempt, 2.0, 60.0, lambda: 1.0) for attempt in range(1, 10)]
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert backoff(3, 2.0, 60.0, lambda: 0.0) == 4.0
    assert backoff(10_000, 2.0, 60.0, lambda: 1.0) == 60.0


async def test_a_failing_job_waits_longer_each_time_and_ends_as_a_dead_letter(dealer: Dealer, moving: Time) -> None:
    keys: list[tuple[int, str, bool]] = []

    async def fail(job: JobRun) -> None:
        keys.append((job.attempt, job.key, job.last))
        raise OSError("nobody answers")

    worker = dispatcher(dealer, Job(event=trial("trial.sent"), run=fail, attempts=4, first=100, longest=300))
    await ask(dealer, "trial.sent")
    waits = []
    for _ in range(3):
        await worker.once(dealer.tenant)
        (row,) = await outbox(dealer, "trial.sent")
        waits.append(row["wait"].total_seconds() - moving.ahead.total_seconds())
        assert await worker.once(dealer.tenant) == 0
        moving.ahead += timedelta(seconds=400)
    assert [50 <= waits[0] <= 101, 100 <= waits[1] <= 201, 150 <= waits[2] <= 301] == [True] * 3
    assert await letters(dealer) == []
    await worker.once(dealer.tenant)
    assert [attempt for attempt, _, _ in keys] == [1, 2, 3, 4]
    assert len({key for _, key, _ in keys}) == 1
    assert [last for _, _, last in keys] == [False, False, False, True]
    (letter,) = await letters(dealer)
    assert (letter["job"], letter["kind"], letter["attempts"]) == ("trial.sent", "job", 4)
    assert "nobody answers" in letter["error"]
    assert "payload" not in letter


async def test_a_dead_letter_is_tried_again_with_the_same_key_or_dropped_with_a_reason(dealer: Dealer) -> None:
    keys: list[str] = []
    answer: Exception | None = GiveUpError("no such address")

    async def send(job: JobRun) -> None:
        keys.append(job.key)
        if answer:
            raise answer

    worker = dispatcher(dealer, Job(event=trial("trial.sent"), run=send))
    await ask(dealer, "trial.sent", 2)
    await worker.drain(dealer.tenant)
    assert len(keys) == 2
    admin = await dealer.person("tenant_admin")
    one, other = await letters(dealer)
    with pytest.raises(DirectAppError):
        await dealer.do(admin, "failed_jobs", "drop", other["id"])
    await dealer.do(admin, "failed_jobs", "drop", other["id"], note="Adressen finnes ikke")
    answer = None
    await dealer.do(admin, "failed_jobs", "retry_all")
    await worker.drain(dealer.tenant)
    assert len(keys) == 3
    assert keys[2] in keys[:2]
    found = {letter["id"]: letter for letter in await letters(dealer)}
    assert found[one["id"]]["outcome"] == "retried"
    assert (found[other["id"]]["outcome"], found[other["id"]]["note"]) == ("dropped", "Adressen finnes ikke")
    for verb, values in (("retry", {}), ("drop", {"note": "igjen"})):
        with pytest.raises(ConflictError):
            await dealer.do(admin, "failed_jobs", verb, one["id"], **values)


async def test_an_event_handler_tried_again_by_hand_does_not_repeat_what_is_behind_it(
    dealer: Dealer, moving: Time
) -> None:
    failing, done = True, 0

    async def first(_: CommandContext) -> None:
        nonlocal done
        done += 1

    async def second(_: CommandContext) -> None:
        if failing:
            raise RuntimeError("not today")

    worker = dispatcher(dealer, trial_sold=(first, second))
    await ask(dealer, "trial.sold")
    for _ in range(12):
        await worker.once(dealer.tenant)
        moving.ahead += timedelta(minutes=20)
    (letter,) = await letters(dealer)
    assert (letter["kind"], letter["attempts"]) == ("event_handler", 10)
    failing = False
    await dealer.do(await dealer.person("tenant_admin"), "failed_jobs", "retry", letter["id"])
    await worker.drain(dealer.tenant)
    assert done == 1
    assert [row["done_at"] is not None for row in await outbox(dealer, "trial.sold")] == [True, True]


async def test_only_the_own_tenants_administrator_sees_and_retries_dead_letters(
    dealer: Dealer, application: Any
) -> None:
    from support.dealer import settle  # noqa: PLC0415 - a second company, beside the fixture's

    async def fail(_: JobRun) -> None:
        raise GiveUpError("no")

    await ask(dealer, "trial.sent")
    await dispatcher(dealer, Job(event=trial("trial.sent"), run=fail)).once(dealer.tenant)
    (letter,) = await letters(dealer)
    stranger = await (await settle(application)).person("tenant_admin")
    planner = await dealer.person("planner")
    for actor in (stranger, planner):
        with pytest.raises(DirectAppError):
            await dealer.do(actor, "failed_jobs", "retry", letter["id"])
        with pytest.raises(DirectAppError):
            await dealer.read(actor, "failed_jobs", letter["id"])


async def test_a_job_may_ask_for_later_without_using_up_attempts_until_its_patience_ends(
    dealer: Dealer, moving: Time
) -> None:
    attempts: list[int] = []

    async def wait(job: JobRun) -> None:
        attempts.append(job.attempt)
        raise LaterError("quota used up", seconds=600)

    worker = dispatcher(dealer, Job(event=trial("trial.sent"), run=wait, attempts=2, patience=3600))
    await ask(dealer, "trial.sent")
    for _ in range(7):
        await worker.once(dealer.tenant)
        assert await worker.once(dealer.tenant) == 0
        moving.ahead += timedelta(seconds=601)
    assert attempts == [1] * len(attempts)
    assert 5 <= len(attempts) <= 6
    (letter,) = await letters(dealer)
    assert letter["error"] == "quota used up"


async def test_what_takes_too_long_is_stopped_and_fails(dealer: Dealer) -> None:
    async def hang(_: JobRun) -> None:
        await asyncio.sleep(60)

    await ask(dealer, "trial.sent")
    await dispatcher(dealer, Job(event=trial("trial.sent"), run=hang, attempts=1, seconds=0.05)).once(dealer.tenant)
    (letter,) = await letters(dealer)
    assert letter["error"] == "Det tok for lang tid."


async def test_what_a_killed_worker_left_is_run_by_another_once_its_lease_is_over(dealer: Dealer, moving: Time) -> None:
    runs: list[tuple[int, str]] = []

    async def send(job: JobRun) -> None:
        runs.append((job.attempt, job.key))

    await ask(dealer, "trial.sent")
    pipeline = dealer.application.platform.pipeline
    dead = Outbox(pipeline.database, pipeline.clock)
    (claimed,) = await dead.claim(dealer.tenant, "trial.sent", UUID(int=7), 30.0, 10)
    worker = dispatcher(dealer, Job(event=trial("trial.sent"), run=send))
    assert await worker.once(dealer.tenant) == 0
    moving.ahead = timedelta(seconds=31)
    assert await worker.once(dealer.tenant) == 1
    assert runs == [(2, str(claimed["id"]))]
    await dead.again(dealer.tenant, claimed["id"], UUID(int=7), 1, "too late", 0, counts=True)
    (row,) = await outbox(dealer, "trial.sent")
    assert row["done_at"]


async def test_a_job_that_kills_its_worker_every_time_is_given_up_too(dealer: Dealer, moving: Time) -> None:
    async def never(_: JobRun) -> None:
        pytest.fail("it must not run again")

    await ask(dealer, "trial.sent")
    pipeline = dealer.application.platform.pipeline
    dead = Outbox(pipeline.database, pipeline.clock)
    for _ in range(2):
        await dead.claim(dealer.tenant, "trial.sent", UUID(int=7), 30.0, 10)
        moving.ahead += timedelta(seconds=31)
    await dispatcher(dealer, Job(event=trial("trial.sent"), run=never, attempts=2)).once(dealer.tenant)
    (letter,) = await letters(dealer)
    assert letter["error"] == "Arbeideren stanset mens jobben kjørte."


async def test_a_slow_service_holds_up_neither_event_handlers_nor_other_jobs_and_is_bounded(dealer: Dealer) -> None:
    gate, most, now = asyncio.Event(), 0, 0
    done: set[str] = set()

    async def slow(_: JobRun) -> None:
        nonlocal most, now
        now += 1
        most = max(most, now)
        await gate.wait()
        now -= 1
        done.add("slow")

    async def quick(_: JobRun) -> None:
        done.add("quick")

    async def react(_: CommandContext) -> None:
        done.add("handled")

    await ask(dealer, "trial.slow", 8)
    worker = dispatcher(
        dealer,
        Job(event=trial("trial.slow"), run=slow, at_once=3),
        Job(event=trial("trial.quick"), run=quick),
        trial_sold=react,
    )
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    worker.wake(dealer.tenant)
    try:
        async with asyncio.timeout(20):
            while now < 3:
                await asyncio.sleep(0.01)
            await ask(dealer, "trial.quick")
            await ask(dealer, "trial.sold")
            worker.wake(dealer.tenant)
            while not {"quick", "handled"} <= done:
                await asyncio.sleep(0.01)
            assert "slow" not in done
            gate.set()
            while any(row["done_at"] is None for row in await outbox(dealer, "trial.slow")):
                await asyncio.sleep(0.01)
    finally:
        stop.set()
        await running
    assert most == 3


async def test_a_worker_told_to_stop_gives_back_what_it_cannot_end(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("directapp.services.job_runner._FAREWELL_SECONDS", 0.05)
    begun = asyncio.Event()

    async def hang(_: JobRun) -> None:
        begun.set()
        await asyncio.sleep(60)

    await ask(dealer, "trial.sent")
    worker = dispatcher(dealer, Job(event=trial("trial.sent"), run=hang))
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    worker.wake(dealer.tenant)
    async with asyncio.timeout(20):
        await begun.wait()
        stop.set()
        await running
    (row,) = await outbox(dealer, "trial.sent")
    assert (row["claimed_by"], row["attempts"], row["done_at"]) == (None, 0, None)


# -- schedules ----------------------------------------------------------------------------------------


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_nine_in_oslo_stays_nine_when_the_clocks_change() -> None:
    nine = Daily(clock_time(9, 0))
    # Summer time begins on 29 March 2026 and ends on 25 October 2026.
    assert nine.next(at("2026-03-28T08:00:00")) == at("2026-03-29T07:00:00")
    assert nine.next(at("2026-03-28T07:59:59")) == at("2026-03-28T08:00:00")
    assert nine.next(at("2026-03-29T07:00:00")) == at("2026-03-30T07:00:00")
    assert nine.next(at("2026-10-24T07:00:00")) == at("2026-10-25T08:00:00")
    assert nine.next(at("2026-10-25T08:00:00")) == at("2026-10-26T08:00:00")


def test_an_hour_that_is_skipped_or_comes_twice_still_gives_one_run_a_day() -> None:
    night = Daily(clock_time(2, 30))
    instant, runs = at("2026-03-27T12:00:00"), []
    for _ in range(3):
        instant = night.next(instant)
        runs.append(instant)
    assert runs == [at("2026-03-28T01:30:00"), at("2026-03-29T01:30:00"), at("2026-03-30T00:30:00")]
    instant, runs = at("2026-10-23T12:00:00"), []
    for _ in range(3):
        instant = night.next(instant)
        runs.append(instant)
    assert runs == [at("2026-10-24T00:30:00"), at("2026-10-25T00:30:00"), at("2026-10-26T01:30:00")]


def test_some_days_of_the_week_only() -> None:
    mondays = Daily(clock_time(7, 0), frozenset({0}))
    assert mondays.next(at("2026-11-20T12:00:00")) == at("2026-11-23T06:00:00")
    assert Every(600).next(at("2026-11-20T12:00:00")) == at("2026-11-20T12:10:00")


async def test_several_workers_and_one_schedule_run_each_occurrence_once(dealer: Dealer, moving: Time) -> None:
    runs: list[str] = []

    async def note(job: JobRun) -> None:
        runs.append(job.payload["due"])

    schedule = Schedule(name="trial", label=LABEL, when=Daily(clock_time(9, 0)), run=note)
    pipeline = dealer.application.platform.pipeline
    workers = [(Schedules(pipeline, [schedule]), dispatcher(dealer, schedule.job)) for _ in range(3)]

    async def work() -> None:
        await asyncio.gather(*(clock.once(dealer.tenant) for clock, _ in workers))
        await asyncio.gather(*(worker.once(dealer.tenant) for _, worker in workers))

    await work()
    assert runs == []
    first = schedule.when.next(pipeline.clock())
    for day in range(1, 4):
        moving.ahead += timedelta(days=1)
        await work()
        await work()
        assert len(runs) == day
    assert runs[0] == first.isoformat()
    moving.ahead += timedelta(days=5)
    await work()
    assert len(runs) == 4, "what was missed is done once"
    (stands,) = await workers[0][0].appointments(dealer.tenant)
    assert (stands.name, stands.last_error) == ("trial", None)
    assert stands.last_at
    assert stands.next_at == schedule.when.next(pipeline.clock())


async def test_a_schedule_keeps_its_error_and_does_not_run_over_itself(dealer: Dealer, moving: Time) -> None:
    failing, runs = True, 0

    async def run(_: JobRun) -> None:
        nonlocal runs
        runs += 1
        if failing:
            raise OSError("nobody answers")

    schedule = Schedule(name="trial", label=LABEL, when=Every(3600), run=run, attempts=9)
    pipeline = dealer.application.platform.pipeline
    clock, worker = Schedules(pipeline, [schedule]), dispatcher(dealer, schedule.job)
    await clock.once(dealer.tenant)
    moving.ahead += timedelta(hours=1)
    assert await clock.once(dealer.tenant) == 1
    await worker.once(dealer.tenant)
    (stands,) = await clock.appointments(dealer.tenant)
    assert stands.last_error == "OSError: nobody answers"
    moving.ahead += timedelta(hours=1)
    assert await clock.once(dealer.tenant) == 0
    failing = False
    await worker.drain(dealer.tenant)
    assert runs == 2
    moving.ahead += timedelta(hours=1)
    assert await clock.once(dealer.tenant) == 1
    (stands,) = await clock.appointments(dealer.tenant)
    assert stands.last_error is None
