"""The doctor: each thing that an installation depends on, well and not well, and what to do then."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from directapp.app import doctor
from directapp.app.doctor import Finding, examine
from directapp.app.settings import Settings
from support.dealer import Time, template
from support.fakes.server import Fake, Heard, Reply, as_text
from support.server import Server


class Bucket(Fake):
    """Refuses everybody."""

    async def answer(self, _: Heard) -> Reply:
        return as_text("<Error><Code>AccessDenied</Code></Error>", 403)


@pytest.fixture
async def bucket() -> AsyncIterator[Bucket]:
    async with Bucket() as bucket:
        yield bucket


def of(found: list[Finding], name: str) -> list[tuple[str, str]]:
    return [(one.state, one.said) for one in found if one.name == name]


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


async def test_what_is_well_is_said_in_a_line_each(server: Server, time: Time, tmp_path: Path) -> None:
    del time
    name = await template(server)
    settings = Settings(
        data=tmp_path, database_url=server.owner(name), database_app_url=server.app(name), secret="s" * 40,
        public_url="http://127.0.0.1:8000", smtp_host="localhost", smtp_port=closed_port(), smtp_from="x@dealer.no",
    )  # fmt: skip
    found = await examine(settings)
    for part in ("configuration", "database", "schema", "protection", "drift", "application role", "owner role"):
        assert [state for state, _ in of(found, part)] == ["ok"], (part, found)
    assert of(found, "mail")[0][0] == "error"
    assert all(bool(one.do) == (one.state != "ok") for one in found), "what is not well says what to do"


async def test_what_is_wrong_is_an_error_and_no_end(server: Server, bucket: Bucket, tmp_path: Path) -> None:
    empty = await server.create()
    settings = Settings(
        data=tmp_path, database_url=server.owner(empty), database_app_url=server.owner(empty),
        public_url=f"https://127.0.0.1:{closed_port()}", s3_bucket="files", s3_endpoint=bucket.base, demo=True,
        smtp_host="there-is-no-such-host.invalid",
    )  # fmt: skip
    found = await examine(settings)
    said = " ".join(text for _, text in of(found, "configuration"))
    assert "no backups" not in said, "that database is somebody else's to back up"
    for words in ("DIRECTAPP_SECRET is not set", "demo data", "without a key", "@localhost"):
        assert words in said
    assert of(found, "schema") == [("warn", "the database is empty")]
    assert of(found, "application role")[0][0] == "error"
    assert of(found, "bucket")[0][0] == "error"
    assert of(found, "certificate")[0][0] == "error"
    assert ("error", "mail server: there-is-no-such-host.invalid has no address") in of(found, "names")
    await server.drop(empty)


async def test_no_database_is_a_finding(tmp_path: Path) -> None:
    url = f"postgresql://nobody@127.0.0.1:{closed_port()}/none"
    settings = Settings(data=tmp_path, database_url=url, database_app_url=url)
    assert of(await examine(settings), "database")[0][0] == "error"


def test_backups_are_asked_for_where_the_database_comes_along(tmp_path: Path) -> None:
    def told(**more: str) -> str:
        return " ".join(one.said for one in doctor.configuration(Settings(data=tmp_path, **more)))  # type: ignore[arg-type]

    assert "no backups" in told()
    assert "key from the data folder" in told(backup_to=str(tmp_path))
    assert "backups" not in told(backup_to=str(tmp_path), backup_key="elsewhere")


def test_the_disk_and_the_clock_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    assert doctor.disk(Settings(data=tmp_path / "file/below")).state == "error"
    monkeypatch.setattr(doctor, "_LOWEST", 2**60)
    assert doctor.disk(Settings(data=tmp_path)).state == "error"
    assert doctor.clock().name == "clock"
