"""Backups: of a whole installation, encrypted and kept once, restored to an instant and tried by the machine itself."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import boto3
import pytest
from moto.server import ThreadedMotoServer

from directapp.app.backups import BACKUP, TRIAL, Keeper, open_backups, restored
from directapp.app.container import Application, open_application
from directapp.app.settings import ConfigurationError, Settings
from directapp.domains.people.beginning import add_tenant
from directapp.interfaces.web.features.operations.words import SERVICES
from directapp.kernel.clock import utc_now
from directapp.store.embedded.backups import Backups, began_at
from directapp.store.embedded.repository import CHUNK_BYTES, CHUNKS, WAL, BackupError, Bucket, Repository
from directapp.store.embedded.server import EmbeddedPostgres

KEY = "the key of the backups, kept elsewhere"
SECRETS = (b"kari@nord.example", b"Fjeldheim")


def settings_of(folder: Path, **more: object) -> Settings:
    told: dict[str, object] = {"data": folder / "data", "backup_to": str(folder / "kept"), "backup_key": KEY}
    return Settings(**(told | more))  # type: ignore[arg-type]


def keeper_of(application: Application) -> Keeper:
    return Keeper(application.settings, application.platform.spec, application.platform.database)


async def emails(owner: str) -> list[str]:
    connection = await asyncpg.connect(owner)
    try:
        return [row["email"] for row in await connection.fetch("SELECT email FROM login_directory ORDER BY 1")]
    finally:
        await connection.close()


async def company(application: Application, email: str) -> None:
    await add_tenant(application.auth, name="Nord", email=email, first_name="Kari", last_name="Fjeldheim")


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[EmbeddedPostgres]:
    postgres = EmbeddedPostgres(folder / "postgres")
    await asyncio.to_thread(postgres.start)
    try:
        yield postgres
    finally:
        await asyncio.to_thread(postgres.stop)


def names_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.embedded
async def test_an_installation_is_backed_up_tried_and_restored_to_an_instant(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    settings, kept = settings_of(tmp_path), tmp_path / "kept"
    photo = settings.data / "files/aa/photo"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(os.urandom(CHUNK_BYTES + 1000))
    async with open_application(settings) as application:
        keeper = keeper_of(application)
        await company(application, "kari@nord.example")
        first = await keeper.take()
        before = names_below(kept / CHUNKS)
        # What is unchanged is kept once.
        await company(application, "ola@nord.example")
        await asyncio.sleep(1.1)
        instant = datetime.now(UTC)
        await asyncio.sleep(1.1)
        await company(application, "per@nord.example")
        second = await keeper.take()
        assert {chunk for one in second.files for chunk in one.chunks} <= {f"{CHUNKS}/{name}" for name in before}
        trial = await keeper.verify()
        assert (trial.backup, list(trial.flaws), trial.files) == (second.name, [], len(second.files))
        assert trial.rows > 20
        states = await application.platform.watched.states()
        assert states[BACKUP][0].well
        assert states[TRIAL][1]["rows"] == trial.rows
        assert {BACKUP, TRIAL} <= set(SERVICES), "the operations page has words for them"
        # A table that was changed behind the back of whoever counted is found.
        backups = open_backups(settings)
        untrue = second.dump() | {"tally": {t: {"users": ["7", "1"]} for t in second.tally}}
        await backups.repository.put_manifest(second.name, untrue)
        trial = await keeper.verify()
        assert any("users of" in flaw for flaw in trial.flaws)
        assert not (await application.platform.watched.states())[TRIAL][0].well
        await backups.repository.put_manifest(second.name, second.dump())
    # Nobody reads it without the key, and nothing in it names anybody.
    held = b"".join((kept / name).read_bytes() for name in names_below(kept))
    assert [secret for secret in SECRETS if secret in held] == []
    with pytest.raises(BackupError, match="another key"):
        await Repository(kept, "another").get(f"{CHUNKS}/{min(before)}")
    for at, there in {instant: ["kari", "ola"], None: ["kari", "ola", "per"]}.items():
        copy = tmp_path / f"copy-{len(there)}"
        made = await restored(settings, copy, at)
        assert made.name == (first if at else second).name
        assert (copy / "files/aa/photo").read_bytes() == photo.read_bytes()
        assert (copy / "secret").read_text() == (settings.data / "secret").read_text()
        async with running(copy) as postgres:
            assert await emails(postgres.owner_dsn()) == [f"{name}@nord.example" for name in there]
            connection = await asyncpg.connect(postgres.owner_dsn())
            assert await connection.fetchval("SELECT 1 FROM schema_state WHERE name = 'quiet'") == 1, "it is held"
            await connection.close()
    with pytest.raises(BackupError, match="is not empty"):
        await restored(settings, tmp_path / "copy-2", None)
    with pytest.raises(BackupError, match="from before"):
        await restored(settings, tmp_path / "none", began_at(first.name) - timedelta(days=1))


async def test_what_is_old_goes_with_what_only_it_needs_and_the_last_one_stays(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "kept", KEY)
    backups = Backups(repository, EmbeddedPostgres(tmp_path / "postgres"), tmp_path, timedelta(days=30))
    shared, own, newer = (repository.chunk_name(word) for word in (b"shared", b"own", b"newer"))
    for name, word in ((shared, b"shared"), (own, b"own"), (newer, b"newer")):
        await repository.put(name, word)
    for segment in ("000000010000000000000001", "000000010000000000000009"):
        await repository.put(f"{WAL}/{segment}", b"log")

    def manifest(name: str, first: str, *chunks: str) -> dict[str, object]:
        files = [[str(n), 0.0, 1, [chunk]] for n, chunk in enumerate(chunks)]
        return {
            "name": name, "finished_at": "2026-01-01T00:00:00+00:00", "label": "", "first": first, "point": "",
            "folders": [], "cluster": [], "files": files, "tally": {},
        }  # fmt: skip

    old, new = "20260101T013000Z", "20260301T013000Z"
    await repository.put_manifest(old, manifest(old, "000000010000000000000001", shared, own))
    await backups.prune(utc_now())
    assert await backups.manifests() == [old], "the last one is never forgotten"
    await repository.put_manifest(new, manifest(new, "000000010000000000000009", shared, newer))
    await backups.prune(utc_now())
    assert await backups.manifests() == [new]
    assert {name async for name, _ in repository.names(CHUNKS)} == {shared, newer}
    assert [name async for name, _ in repository.names(WAL)] == [f"{WAL}/000000010000000000000009"]


async def test_a_bucket_keeps_them_as_a_folder_does() -> None:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        client = boto3.client(
            "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        with pytest.raises(BackupError, match="the bucket kept"):
            await Repository(Bucket(name="kept", endpoint=endpoint, key="a", secret="b"), KEY).put("wal/one", b"log")
        client.create_bucket(Bucket="kept")
        repository = Repository(Bucket(name="kept", endpoint=endpoint, key="a", secret="b"), KEY)
        await repository.put("wal/one", b"log")
        assert await repository.get("wal/one") == b"log"
        assert [name async for name, _ in repository.names(WAL)] == ["wal/one"]
        await repository.delete(["wal/one"])
        with pytest.raises(BackupError, match="missing"):
            await repository.get("wal/one")
    finally:
        server.stop()


async def test_a_damaged_or_missing_object_is_said(tmp_path: Path) -> None:
    repository = Repository(tmp_path, KEY)
    await repository.put("chunks/aa/one", b"something")
    path = tmp_path / "chunks/aa/one"
    path.write_bytes(path.read_bytes()[:-1] + b"\x00\x01")
    with pytest.raises(BackupError, match="damaged"):
        await repository.get("chunks/aa/one")
    with pytest.raises(BackupError, match="missing"):
        await repository.get("chunks/aa/two")
    # Another object's bytes are not taken for this one's.
    await repository.put("chunks/aa/two", b"other")
    path.write_bytes((tmp_path / "chunks/aa/two").read_bytes())
    with pytest.raises(BackupError, match="damaged"):
        await repository.get("chunks/aa/one")


def test_where_none_are_set_up_a_sentence_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="DIRECTAPP_BACKUP_TO"):
        open_backups(Settings(data=tmp_path))
    with pytest.raises(ConfigurationError, match="elsewhere"):
        open_backups(Settings(data=tmp_path, database_url="postgresql://here/there", backup_to=str(tmp_path)))
