"""What ran out long ago is deleted at night, and nothing else."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from directapp.app.container import Application
from directapp.domains.people.purge import KEPT
from directapp.kernel.actor import system_actor
from directapp.kernel.ids import uuid7
from directapp.services.intent import Intent
from support.dealer import Dealer, Time

NIGHT = timedelta(days=1)


async def left_behind(dealer: Dealer, user: UUID | None, ran_out: timedelta) -> dict[str, UUID]:
    """Leave a sign-in with its token, and a mailed link, that ran out so long ago."""
    now = dealer.application.platform.clock()
    values: dict[str, Any] = {"expires_at": now - ran_out}
    async with dealer.application.auth.open(dealer.tenant) as rows:
        session = await rows.create("sessions", {"user": user, "kind": "api", **values})
        token = await rows.create("refresh_tokens", {"session": session.id, "token_hash": "x", **values})
        mailed = {"user": user, "purpose": "reset", "sent_to": "kari@example.test", "token_hash": "x"}
        link = await rows.create("one_time_links", {**mailed, **values})
    return {"sessions": session.id, "refresh_tokens": token.id, "one_time_links": link.id}


async def kept(dealer: Dealer, table: str) -> set[UUID]:
    async with dealer.application.platform.database.unit(system_actor(dealer.tenant, "signin"), readonly=True) as unit:
        return {row["id"] for row in await unit.fetch(f"SELECT id FROM {table}")}


@pytest.mark.parametrize("count", [1, 205])
async def test_sign_ins_and_links_are_deleted_when_they_ran_out_long_ago(
    count: int, dealer: Dealer, application: Application, time: Time
) -> None:
    user = (await dealer.person("manager")).user
    old = [await left_behind(dealer, user, KEPT + timedelta(hours=1)) for _ in range(count)]
    recent = await left_behind(dealer, user, KEPT - NIGHT - timedelta(hours=1))
    open_still = await left_behind(dealer, user, -timedelta(days=3))
    await application.schedules.once(dealer.tenant)
    time.ahead += NIGHT
    try:
        await application.schedules.once(dealer.tenant)
        await application.dispatcher.drain(dealer.tenant)
    finally:
        time.ahead -= NIGHT
    for table in ("sessions", "refresh_tokens", "one_time_links"):
        left = await kept(dealer, table)
        assert {recent[table], open_still[table]} <= left
        assert not left & {one[table] for one in old}


async def test_answers_kept_for_a_resend_go_after_a_day(dealer: Dealer, application: Application, time: Time) -> None:
    manager, key = await dealer.person("manager"), uuid7().hex
    assert manager.user
    intent = Intent(
        actor=manager,
        collection="users",
        verb="update",
        origin="test",
        target=manager.user,
        patch={"language": "en"},
        key=key,
    )
    await application.platform.pipeline.perform(intent)
    assert await remembered(dealer, key)
    await application.schedules.once(dealer.tenant)
    time.ahead += NIGHT + timedelta(hours=1)
    try:
        await application.schedules.once(dealer.tenant)
        await application.dispatcher.drain(dealer.tenant)
    finally:
        time.ahead -= NIGHT + timedelta(hours=1)
    assert not await remembered(dealer, key)


async def remembered(dealer: Dealer, key: str) -> bool:
    async with dealer.application.platform.database.unit(
        system_actor(dealer.tenant, "pipeline"), readonly=True
    ) as unit:
        return bool(await unit.value("SELECT count(*) FROM idempotency WHERE key = $1", key))
