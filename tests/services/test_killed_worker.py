"""Workers killed in the middle of a thousand messages: none is lost, none is sent twice."""

import asyncio
import logging
import os
import random
import subprocess
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from directapp.app.container import Application
from directapp.kernel.actor import system_actor
from directapp.kernel.text import in_language
from directapp.store.outbox import dispatcher_actor
from support.dealer import Dealer, Time, built_application, settle, template
from support.fakes.resend import FakeResend
from support.fakes.server import Heard
from support.fakes.sms import ACCOUNT, FakeTwilio
from support.fakes.sms import SECRET as TOKEN
from support.pages import new_car
from support.post import prepared, sold_car
from support.server import Server

_log = logging.getLogger(__name__)
PROGRAM = str(Path(sys.executable).with_name("directapp"))
AT_WORK = 3
RECEIVERS, EVENTS = 20, 50
MESSAGES = RECEIVERS * EVENTS
# So many letters delivered: who brought the last of them is killed before the answer, or at a chance moment after.
AT_THE_ANSWER = (100, 400, 700)
BY_CHANCE = 250


@dataclass
class Yard:
    """A tenant on a database of its own, and the worker processes that serve it, by the door they go out through."""

    dealer: Dealer
    environment: Mapping[str, str]
    workers: dict[str, Process] = field(default_factory=dict)
    started: list[Process] = field(default_factory=list)
    kills: int = 0

    async def start(self, door: str, **settings: str) -> None:
        """Start ``directapp worker``, and return when it is at work."""
        there = {**self.environment, **{f"DIRECTAPP_{name.upper()}": value for name, value in settings.items()}}
        worker = await asyncio.create_subprocess_exec(PROGRAM, "worker", env=there, stdout=subprocess.PIPE)
        self.started.append(worker)
        assert worker.stdout is not None
        assert b"at work" in await worker.stdout.readline()
        self.workers[door] = worker

    async def kill(self, door: str) -> None:
        """Kill -9 the worker behind a door."""
        worker = self.workers.pop(door)
        assert worker.returncode is None
        worker.kill()
        self.kills += 1
        await worker.wait()

    async def open_jobs(self) -> int:
        """Count what waits in the outbox."""
        application = self.dealer.application
        async with application.platform.database.unit(dispatcher_actor(self.dealer.tenant), readonly=True) as unit:
            sql = "SELECT count(*) FROM outbox WHERE tenant_id = $1 AND event = ANY ($2) AND done_at IS NULL"
            return int(await unit.value(sql, self.dealer.tenant, list(application.dispatcher.names)))

    async def everything(self, collection: str) -> list[Mapping[str, Any]]:
        """Return every row of a collection, however many."""
        reader = system_actor(self.dealer.tenant, "pipeline")
        async with self.dealer.application.platform.database.unit(reader, readonly=True) as unit:
            return [dict(row) for row in await unit.fetch(f'SELECT * FROM "{collection}"')]


class Provider(FakeResend):
    """A Resend with a door for each worker: it knows whom it is talking to, and kills some of them."""

    def __init__(self, yard: Yard, chance: random.Random) -> None:
        super().__init__()
        self._yard, self._chance = yard, chance
        self._due = sorted((*AT_THE_ANSWER, BY_CHANCE))
        self._doors: list[asyncio.Server] = []
        self._later: set[asyncio.Task[None]] = set()

    async def door(self) -> str:
        """Open one more door."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._doors.append(server)
        return f"127.0.0.1:{server.sockets[0].getsockname()[1]}"

    @property
    def killing(self) -> bool:
        """Whether somebody is still to be killed."""
        return bool(self._due) or not all(task.done() for task in self._later)

    async def taken(self, heard: Heard) -> None:
        """Kill who brought these letters, where it is time to; hold back the answer for a moment."""
        door = heard.headers["host"]
        if self._due and len(self.sent) >= self._due[0] and door in self._yard.workers:
            if self._due.pop(0) in AT_THE_ANSWER:
                await self._yard.kill(door)
            else:
                self._later.add(asyncio.create_task(self._by_chance()))
        await asyncio.sleep(self._chance.uniform(0.0, 0.2))

    async def _by_chance(self) -> None:
        await asyncio.sleep(self._chance.uniform(0.0, 0.5))
        while not self._yard.workers:
            await asyncio.sleep(0.01)
        await self._yard.kill(self._chance.choice(list(self._yard.workers)))

    async def __aexit__(self, *why: object) -> None:
        for server in self._doors:
            server.close()
        await super().__aexit__(*why)


@pytest.fixture(scope="module")
async def separate(server: Server) -> AsyncIterator[tuple[Application, dict[str, str]]]:
    """Give an application on a database of its own where nobody works, and the environment of its workers."""
    name = await template(server)
    async with built_application(server, name, Time()) as application:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("DIRECTAPP_", "DATABASE_"))}
        yield (
            application,
            {
                **kept,
                "DATABASE_URL": server.owner(name),
                "DATABASE_APP_URL": server.app(name),
                "DIRECTAPP_DATA": str(application.settings.data),
                "DIRECTAPP_SECRET": application.settings.secret,
                "DIRECTAPP_JOB_LEASE": "4",
                "DIRECTAPP_LOG": "error",
            },
        )
    await server.drop(name)


@pytest.fixture
async def yard(separate: tuple[Application, dict[str, str]]) -> AsyncIterator[Yard]:
    application, environment = separate
    yard = Yard(await settle(application), environment)
    yield yard
    for worker in yard.started:
        if worker.returncode is None:
            worker.kill()
        await worker.wait()


async def mention_everybody(dealer: Dealer) -> set[UUID]:
    """Write comments that name many colleagues each; return the colleagues."""
    people = [
        await dealer.create(
            system_actor(dealer.tenant, "demo"),
            "users",
            first_name="Kollega",
            last_name=str(number),
            email=f"kollega.{number}@example.test",
            roles=["manager"],
            dealership=str(dealer.sites["495"]),
            active=True,
        )
        for number in range(RECEIVERS)
    ]
    seller = await dealer.person("new_car_sales", "495")
    car = await new_car(dealer, seller, 1)
    for number in range(EVENTS):
        text, names = f"Se på denne, nummer {number}", [str(person) for person in people]
        await dealer.create(seller, "comments", car=str(car), text=text, mentions=names)
    return set(people)


@pytest.mark.slow
async def test_workers_killed_during_a_thousand_messages_lose_none_and_send_none_twice(yard: Yard) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    _log.info("the moments come from the seed %s", seed)
    chance = random.Random(seed)
    people = await mention_everybody(yard.dealer)
    async with Provider(yard, chance) as post:
        post.quota = 10 * MESSAGES

        async def another() -> str:
            door = await post.door()
            reach = {"resend_key": post.api_key, "resend_url": f"http://{door}", "resend_per_second": "100"}
            await yard.start(door, **reach)
            return door

        coming = {asyncio.create_task(another()) for _ in range(AT_WORK)}
        done, _ = await asyncio.wait(coming, return_when=asyncio.FIRST_COMPLETED)
        # The first dies while colleagues are told, before most letters are written.
        await asyncio.sleep(chance.uniform(0.0, 0.3))
        for door in [task.result() for task in done]:
            if door in yard.workers:
                await yard.kill(door)
        async with asyncio.timeout(400):
            while await yard.open_jobs():
                coming = {task for task in coming if not task.done()}
                if len(yard.workers) + len(coming) < (AT_WORK if post.killing else 1):
                    coming.add(asyncio.create_task(another()))
                await asyncio.sleep(0.05)
        await asyncio.gather(*coming)
        assert yard.kills > len(AT_THE_ANSWER)
        assert post.repeated >= len(AT_THE_ANSWER), "what was taken before a kill is asked for again"
        assert post.reused == [], "and in the same words"

    letters = [line for line in await yard.everything("messages") if line["channel"] == "email"]
    assert Counter(line["status"] for line in letters) == {"sent": len(letters)}
    assert Counter(line["receiver"] for line in letters if line["receiver"] in people) == dict.fromkeys(people, EVENTS)
    delivered = Counter(tag["value"] for letter in post.sent for tag in letter["tags"] if tag["name"] == "message")
    assert delivered == Counter(line["id"].hex for line in letters)
    told = [row for row in await yard.everything("notifications") if row["event"] == "comment.mention"]
    assert set(Counter((row["receiver"], row["key"]) for row in told).values()) == {1}
    assert Counter(row["receiver"] for row in told) == dict.fromkeys(people, EVENTS)
    assert await yard.everything("failed_jobs") == []


class Telephone(FakeTwilio):
    """A Twilio that takes a message, and kills who brought it before it answers."""

    def __init__(self, yard: Yard) -> None:
        super().__init__()
        self._yard = yard

    async def taken(self) -> None:
        """Kill the worker that is waiting for the answer."""
        await self._yard.kill(self.base)


@pytest.mark.slow
async def test_a_text_message_whose_worker_was_killed_at_the_answer_is_uncertain_and_not_sent_again(yard: Yard) -> None:
    dealer = yard.dealer
    car = await sold_car(dealer)
    await prepared(dealer, car)
    await dealer.do(await dealer.person("planner", "499"), "cars", "update", car, ready_for_pickup=True)
    async with Telephone(yard) as telephone:
        reach = {"twilio_account": ACCOUNT, "twilio_token": TOKEN, "twilio_url": telephone.base, "sms_from": "Bilhuset"}
        await yard.start(telephone.base, **reach)
        async with asyncio.timeout(200):
            while not yard.kills:
                await asyncio.sleep(0.05)
            (text,) = [line for line in await yard.everything("messages") if line["channel"] == "sms"]
            assert text["status"] == "queued"
            assert text["tried_at"] is not None
            await yard.start(telephone.base, **reach)
            while await yard.open_jobs():
                await asyncio.sleep(0.05)
        assert len(telephone.heard) == len(telephone.sent) == 1
    (text,) = [line for line in await yard.everything("messages") if line["channel"] == "sms"]
    assert (text["status"], text["sent_at"]) == ("failed", None)
    assert "Uvisst om SMS-en kom frem" in in_language(text["error"], "nb")
    assert await yard.everything("failed_jobs") == []
