"""Deprovisioned means out, everywhere and within thirty seconds: each way in, by each way of saying it."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from directapp.app.principals import REMEMBERED, Principals
from directapp.domains.people import auth as signing
from directapp.domains.people.issue import issue_link
from directapp.domains.people.principal import load_actor
from directapp.domains.people.role_pieces import account_role
from directapp.interfaces.web.records.live import changes_told
from directapp.kernel.actor import Actor
from directapp.kernel.errors import UnauthenticatedError
from directapp.store.database import CHANNEL
from interfaces.scim.conftest import Directory
from support.pages import PASSWORD, give_password

HOME = "203.0.113.9"
WAYS = ("patch", "delete", "group")


@dataclass
class Inside:
    """Somebody who has come in by every way there is."""

    person: str
    group: str
    user: UUID
    actor: Actor
    page: signing.SignedIn
    program: signing.SignedIn
    key: str
    calendar: str
    link: str


async def come_in(directory: Directory) -> Inside:
    dealer, auth = directory.dealer, directory.dealer.application.auth
    person = (await directory.person())["id"]
    group = (await directory.group("mechanic@499", person))["id"]
    user = (await directory.user() or {})["id"]
    async with auth.open(dealer.tenant) as rows:
        actor = await load_actor(rows, dealer.tenant, user)
        known = (await rows.look_up("users", user)).row
        link = await issue_link(rows, dealer.tenant, known, "reset", now=auth.clock(), life=timedelta(hours=1))
    email = await give_password(dealer, actor)
    page = await signing.sign_in(auth, email=email, password=PASSWORD, address=HOME, mode="session")
    program = await signing.sign_in(auth, email=email, password=PASSWORD, address=HOME)
    key = (await dealer.do(program.actor, "api_keys", "create_key", name="Alt")).shown_once["key"]
    calendar = (await dealer.do(program.actor, "calendar_feeds", "issue")).shown_once["address"]
    return Inside(person, group, user, actor, page, program, key, calendar, link.text)


async def put_out(directory: Directory, inside: Inside, way: str) -> None:
    person, group = f"/Users/{inside.person}", f"/Groups/{inside.group}"
    if way == "patch":
        await directory.patch(person, {"op": "Replace", "path": "active", "value": "False"})
    elif way == "group":
        await directory.patch(group, {"op": "remove", "path": f'members[value eq "{inside.person}"]'})
    else:
        await directory.ask("DELETE", person, 204)


async def ways_in(directory: Directory, inside: Inside) -> dict[str, int]:
    """Return what each way in is answered."""
    client = directory.client
    client.cookies.clear()

    async def status(path: str, **more: Any) -> int:
        answer: httpx.Response = await client.get(path, **more)
        return answer.status_code

    bearer = {"authorization": f"Bearer {inside.program.access_token}"}
    return {
        "page": await status("/app/me", headers={"cookie": f"directapp_session={inside.page.cookie}"}),
        "access token": await status("/users/me", headers=bearer),
        "key": await status("/users/me", headers={"authorization": f"Bearer {inside.key}"}),
        "calendar": await status(inside.calendar),
        "link": await status(f"/link/{inside.link}"),
    }


@pytest.mark.parametrize("way", WAYS)
async def test_who_is_deprovisioned_is_out_everywhere(directory: Directory, way: str) -> None:
    inside = await come_in(directory)
    application = directory.dealer.application
    assert await ways_in(directory, inside) == {
        "page": 200, "access token": 200, "key": 200, "calendar": 200, "link": 200,
    }  # fmt: skip

    async def reader() -> Actor:
        return await application.principals.authenticate(cookie=inside.page.cookie, address=HOME)

    stream = changes_told(application.platform.live, inside.actor, reader, heartbeat=60)
    assert await anext(stream) == b"retry: 2000\n\n"
    ended = asyncio.ensure_future(_end_of(stream))
    await put_out(directory, inside, way)
    # At once, not when what is remembered has run out.
    assert await ways_in(directory, inside) == {
        "page": 303, "access token": 401, "key": 401, "calendar": 404, "link": 410,
    }  # fmt: skip
    with pytest.raises(UnauthenticatedError):
        await signing.refresh(application.auth, inside.program.refresh_token or "")
    with pytest.raises(UnauthenticatedError):
        await signing.sign_in(application.auth, email=directory.address("kari"), password=PASSWORD, address=HOME)
    async with asyncio.timeout(30):
        await ended
    assert (await directory.user() or {})["active"] is False


async def _end_of(stream: Any) -> None:
    async for _said in stream:
        continue


async def test_another_process_hears_of_it_and_forgets_at_the_latest_by_itself(directory: Directory) -> None:
    assert REMEMBERED <= 30
    inside = await come_in(directory)
    application = directory.dealer.application
    elsewhere = Principals(application.auth, account_role(application.platform.spec))
    listening = await asyncpg.connect(directory.dealer.application.platform.database.dsn)
    await listening.add_listener(CHANNEL, lambda *said: elsewhere.notified(str(said[-1])))
    assert (await elsewhere.authenticate(cookie=inside.page.cookie, address=HOME)).user == inside.user
    await put_out(directory, inside, "patch")
    async with asyncio.timeout(30):
        while elsewhere._recall(inside.page.cookie or "") is not None:
            await asyncio.sleep(0.02)
    await listening.close()
    with pytest.raises(UnauthenticatedError):
        await elsewhere.authenticate(cookie=inside.page.cookie, address=HOME)


async def test_who_comes_back_has_to_sign_in_anew(directory: Directory) -> None:
    inside = await come_in(directory)
    await put_out(directory, inside, "patch")
    await directory.patch(f"/Users/{inside.person}", {"op": "Replace", "path": "active", "value": True})
    assert (await directory.user() or {})["active"] is True
    found = await ways_in(directory, inside)
    assert (found["page"], found["access token"], found["key"], found["link"]) == (303, 401, 401, 410)
