"""Unused files: bytes go when no row has named them for long, not before, and whenever the work is cut short."""

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from directapp.connectors.storage import LocalStorage
from directapp.kernel.actor import Actor, system_actor
from directapp.services.attachments import Incoming
from directapp.services.unused_files import Swept, UnusedFiles
from support.dealer import Dealer, Time

KEPT = timedelta(days=30)


class Cut(LocalStorage):
    """A storage that the process dies in, at the ``at``-th deletion."""

    at = 0

    async def delete(self, key: str) -> None:
        self.at -= 1
        if self.at < 0:
            raise KeyboardInterrupt
        await super().delete(key)


@pytest.fixture
async def days(time: Time) -> AsyncIterator[Time]:
    yield time
    time.ahead = timedelta()


def sweeper(dealer: Dealer, storage: Any = None) -> UnusedFiles:
    return UnusedFiles(dealer.application.platform.pipeline, storage or dealer.application.attachments.storage, KEPT)


async def kept(dealer: Dealer, actor: Actor, content: bytes = b"hei", **values: str) -> tuple[UUID, str]:
    """Upload a file and return its id and the key of its bytes."""
    picture = content.startswith(b"\x89PNG")
    answer = await dealer.application.attachments.keep(
        actor, Incoming(name="a.png" if picture else "a.txt", chunks=sent(content)), values, origin="rest"
    )
    assert answer.record is not None
    stored = await dealer.application.attachments.look_up(actor, answer.record)
    if picture:
        await dealer.application.attachments.thumbnail(stored, 160)
    return answer.record, stored.key


async def sent(content: bytes) -> AsyncIterator[bytes]:
    yield content


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(target, "PNG")
    return target.getvalue()


async def there(dealer: Dealer, key: str) -> list[str]:
    """Return the endings of what is kept under a key."""
    keys = await dealer.application.attachments.storage.keys(key.rpartition("/")[0])
    return sorted(k.removeprefix(key) for k in keys if k.startswith(key))


async def test_a_deleted_files_bytes_go_after_their_time_and_no_others(dealer: Dealer, days: Time) -> None:
    reception = await dealer.person("reception", "499")
    gone, gone_key = await kept(dealer, reception, picture())
    # The same content in another row, a file on no car, and one of everybody's.
    _, same_key = await kept(dealer, reception, picture())
    _, loose_key = await kept(dealer, await dealer.person("mechanic", "490"))
    _, face_key = await kept(dealer, await dealer.person("planner", "495"), picture(), purpose="photo")
    others = {key: await there(dealer, key) for key in (same_key, loose_key, face_key)}
    await dealer.do(reception, "files", "delete", gone)
    assert await sweeper(dealer).sweep(dealer.tenant) == Swept(marked=1)
    assert await there(dealer, gone_key) == ["", ".160.webp", ".unused"]
    days.ahead = KEPT - timedelta(hours=1)
    assert await sweeper(dealer).sweep(dealer.tenant) == Swept()
    days.ahead = KEPT + timedelta(hours=1)
    assert await sweeper(dealer).sweep(dealer.tenant) == Swept(deleted=1)
    assert await there(dealer, gone_key) == []
    assert {key: await there(dealer, key) for key in others} == others
    assert await sweeper(dealer).sweep(dealer.tenant) == Swept()


async def test_bytes_that_two_rows_name_stay_until_both_are_gone(dealer: Dealer, days: Time) -> None:
    reception = await dealer.person("reception", "499")
    (first, key), (second, spare) = await kept(dealer, reception), await kept(dealer, reception)
    custodian = system_actor(dealer.tenant, "custodian")
    async with dealer.application.platform.database.unit(custodian) as unit:
        await unit.value(
            "UPDATE files SET storage_key = $1 WHERE tenant_id = $2 AND id = $3", key, dealer.tenant, second
        )
    await dealer.do(reception, "files", "delete", first)
    assert await sweeper(dealer).sweep(dealer.tenant) == Swept(marked=1)
    assert await there(dealer, spare) == ["", ".unused"]
    await dealer.do(reception, "files", "delete", second)
    assert await sweeper(dealer).sweep(dealer.tenant) == Swept(marked=1)
    days.ahead = KEPT * 2
    assert await sweeper(dealer).sweep(dealer.tenant) == Swept(deleted=2)


async def test_bytes_of_an_upload_that_was_cut_short_go_too(dealer: Dealer, days: Time) -> None:
    storage = dealer.application.attachments.storage
    key = f"{dealer.tenant.hex}/ab/{'0' * 30}ab"
    await storage.put(key, sent(b"bytes without a row"))
    await storage.put(f"{key}.480.webp", sent(b"small"))
    part = dealer.application.platform.data / "files" / dealer.tenant.hex / "ab" / ".half.part"
    part.write_bytes(b"half")
    await sweeper(dealer).sweep(dealer.tenant)
    assert part.exists()
    days.ahead = KEPT * 2
    assert await sweeper(dealer).sweep(dealer.tenant) == Swept(deleted=1)
    assert await there(dealer, key) == []
    assert not part.exists()


@pytest.mark.parametrize("deletions", [0, 1, 2])
async def test_cut_short_anywhere_the_next_round_ends_it(dealer: Dealer, days: Time, deletions: int) -> None:
    reception = await dealer.person("reception", "499")
    gone, key = await kept(dealer, reception, picture())
    _, other = await kept(dealer, reception)
    await dealer.do(reception, "files", "delete", gone)
    await sweeper(dealer).sweep(dealer.tenant)
    days.ahead = KEPT * 2
    storage = Cut(dealer.application.platform.data / "files")
    storage.at = deletions
    with pytest.raises(KeyboardInterrupt):
        await sweeper(dealer, storage).sweep(dealer.tenant)
    assert ".unused" in await there(dealer, key)
    assert await sweeper(dealer).sweep(dealer.tenant) == Swept(deleted=1)
    assert await there(dealer, key) == []
    assert await there(dealer, other) == [""]


async def test_a_row_that_comes_back_frees_its_bytes_and_time_begins_anew(dealer: Dealer, days: Time) -> None:
    reception = await dealer.person("reception", "499")
    file, key = await kept(dealer, reception)
    custodian, database = system_actor(dealer.tenant, "custodian"), dealer.application.platform.database
    move = "UPDATE files SET storage_key = $1 WHERE tenant_id = $2 AND id = $3"
    async with database.unit(custodian) as unit:
        await unit.value(move, "elsewhere", dealer.tenant, file)
    assert await sweeper(dealer).sweep(dealer.tenant) == Swept(marked=1)
    async with database.unit(custodian) as unit:
        await unit.value(move, key, dealer.tenant, file)
    days.ahead = KEPT * 2
    assert await sweeper(dealer).sweep(dealer.tenant) == Swept(freed=1)
    assert await there(dealer, key) == [""]
    await dealer.do(reception, "files", "delete", file)
    assert await sweeper(dealer).sweep(dealer.tenant) == Swept(marked=1)


async def test_it_is_done_every_night_and_by_nobody_in_anothers_storage(dealer: Dealer, days: Time) -> None:
    (schedule,) = [s for s in dealer.application.schedules.schedules if s.name == "delete unused files"]
    assert schedule.tenants
    assert schedule.when.next(days()) - days() < timedelta(days=1, hours=1)
    strange = f"{'f' * 32}/ab/{'0' * 30}ab"
    await dealer.application.attachments.storage.put(strange, sent(b"of another tenant"))
    await sweeper(dealer).sweep(dealer.tenant)
    days.ahead = KEPT * 2
    await sweeper(dealer).sweep(dealer.tenant)
    assert await there(dealer, strange) == [""]
