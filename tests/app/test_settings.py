"""Settings that cannot be: each is said in a sentence that names it, and no secret is repeated in one."""

import os
from pathlib import Path

import pytest

from directapp.app.boot import named_database
from directapp.app.refusals import REFUSALS, sentence
from directapp.app.settings import ConfigurationError, Settings, read_settings
from directapp.store.embedded.repository import BackupError, Repository

WRONG = {
    "PORT": ["http", "99999", "-1"],
    "DIRECTAPP_POOL": ["many", "0"],
    "DIRECTAPP_LOG": ["loud"],
    "DIRECTAPP_SECRET": ["kort"],
    "DIRECTAPP_ENCRYPTION_KEY": ["/nowhere/key"],
    "DIRECTAPP_ENCRYPTION_KEYS_BEFORE": ["x, /nowhere/key"],
    "DIRECTAPP_BACKUP_KEY": ["/nowhere/key"],
    "DIRECTAPP_MASKINPORTEN_KEY": ["/nowhere/key"],
    "DIRECTAPP_AZURE_TOKEN_FILE": ["/nowhere/key"],
    "DIRECTAPP_PUBLIC_URL": ["hello", "directapp.example"],
    "DIRECTAPP_S3_ENDPOINT": ["minio:9000"],
    "DIRECTAPP_TRACES_URL": ["collector:4318"],
    "DIRECTAPP_SENTRY_DSN": ["abc", "https://sentry.example/1"],
    "DIRECTAPP_RATE_LIMITS": ["x=1"],
    "DIRECTAPP_RATE_STORE": ["http://valkey"],
    "DIRECTAPP_METRICS_LISTEN": ["here"],
    "DIRECTAPP_JOB_LEASE": ["0"],
    "DIRECTAPP_BACKUP_DAYS": ["0"],
}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("DIRECTAPP_", "DATABASE_", "PORT")):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(("name", "value"), [(name, one) for name, values in WRONG.items() for one in values])
def test_a_setting_that_cannot_be_is_named_in_one_sentence(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as refused:
        read_settings()
    assert name in str(refused.value)
    assert "Value error" not in str(refused.value)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


def test_no_sentence_repeats_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIRECTAPP_SECRET", "hemmelig")
    with pytest.raises(ConfigurationError, match="too short") as refused:
        read_settings()
    assert "hemmelig" not in str(refused.value)


def test_nothing_has_to_be_set() -> None:
    assert read_settings().pool == 16


async def test_folders_that_cannot_be_are_said_too() -> None:
    with pytest.raises(ConfigurationError, match="DIRECTAPP_DATA: there can be no folder /proc/nowhere"):
        async with named_database(Settings.model_validate({"data": "/proc/nowhere"})):
            pass
    with pytest.raises(BackupError, match="there can be no folder /proc/nowhere"):
        Repository(Path("/proc/nowhere"), "a secret of backups that is long enough")


def test_a_database_that_is_away_is_said_by_the_setting_that_names_it() -> None:
    refused = ConnectionRefusedError(111, "Connection refused")
    assert isinstance(refused, REFUSALS)
    assert "DATABASE_URL" in sentence(refused)
    assert "Connection refused" in sentence(refused)
    assert sentence(BackupError("as it is")) == "as it is"
