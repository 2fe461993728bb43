import errno
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from obstore.exceptions import BaseError

from directapp.connectors.storage import SERVICE, LocalStorage, MissingBytesError, open_storage
from directapp.kernel.clock import utc_now
from directapp.kernel.errors import UnavailableError
from directapp.telemetry.outside import UNREACHABLE, take_seen

KEY = "0190/ab/cdef"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "folder":
        return open_storage(tmp_path / "files")
    endpoint = request.getfixturevalue("endpoint")
    client = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    client.create_bucket(Bucket="directapp")
    return open_storage(tmp_path, bucket="directapp", endpoint=endpoint, region="us-east-1", key="a", secret="b")


async def sent(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def taken(storage: Any, *span: int) -> bytes:
    return b"".join([chunk async for chunk in storage.read(KEY, *span)])


async def test_bytes_come_back_whole_and_in_part(storage: Any) -> None:
    large = os.urandom(600_000)
    await storage.put(KEY, sent(b"abc", large))
    assert await taken(storage) == b"abc" + large
    assert await taken(storage, 1, 4) == b"bc" + large[:2]
    assert await taken(storage, 600_000) == large[-3:]
    assert await storage.has(KEY)
    assert (await storage.check())["status"] == "ok"


async def test_the_keys_of_a_folder_are_told(storage: Any) -> None:
    for key in (KEY, f"{KEY}.160.webp", "0190/abc/other", "0190/ac/other"):
        await storage.put(key, sent(b"x"))
    assert sorted(await storage.keys("0190/ab")) == [KEY, f"{KEY}.160.webp"]
    assert await storage.keys("0190/ff") == []
    await storage.tidy("0190", utc_now())
    assert await storage.has(KEY)


async def test_what_is_not_there_is_said_to_be_missing(storage: Any) -> None:
    assert not await storage.has("0190/ab/none")
    with pytest.raises(MissingBytesError):
        [chunk async for chunk in storage.read("0190/ab/none")]
    await storage.delete("0190/ab/none")
    await storage.put(KEY, sent(b"x"))
    await storage.delete(KEY)
    assert not await storage.has(KEY)


@pytest.mark.parametrize("key", ["../etc/passwd", "/etc/passwd", "a//b", "a/../b", "", "A b", ".hidden"])
async def test_a_key_stays_where_it_belongs(storage: Any, key: str) -> None:
    with pytest.raises(ValueError, match="not a storage key"):
        await storage.has(key)


async def test_a_broken_upload_leaves_nothing(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionError

    storage = LocalStorage(tmp_path)
    with pytest.raises(ConnectionError):
        await storage.put(KEY, broken())
    assert not [name for _, _, names in os.walk(tmp_path) for name in names]


async def test_a_bucket_that_is_not_there_is_not_well(endpoint: str, tmp_path: Path) -> None:
    missing = open_storage(tmp_path, bucket="nowhere", endpoint=endpoint, region="us-east-1", key="a", secret="b")
    with pytest.raises(UnavailableError) as refused:
        await missing.check()
    assert isinstance(refused.value.__cause__, BaseError)
    assert "NoSuchBucket" in str(refused.value.__cause__)
    assert take_seen()[SERVICE].error == UNREACHABLE


async def test_a_bucket_that_is_out_of_reach_is_not_available_for_the_moment(tmp_path: Path) -> None:
    away = open_storage(
        tmp_path, bucket="directapp", endpoint="http://127.0.0.1:1", region="us-east-1", key="a", secret="b"
    )
    for asked in (away.put(KEY, sent(b"x")), away.has(KEY), away.delete(KEY), taken(away)):
        with pytest.raises(UnavailableError):
            await asked


async def test_a_full_disk_is_not_available_for_the_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The device that is always full answers as a full disk does."""
    full = os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb")
    monkeypatch.setattr("directapp.connectors.storage._create", lambda _: full)
    with pytest.raises(UnavailableError) as refused:
        await open_storage(tmp_path).put(KEY, sent(b"x" * 100_000))
    assert isinstance(refused.value.__cause__, OSError)
    assert refused.value.__cause__.errno == errno.ENOSPC
