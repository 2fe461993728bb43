"""Who found a weakness is told whom to write to, where the installation says so."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from directapp.app.container import Application
from directapp.kernel.clock import utc_now

ADDRESS = "/.well-known/security.txt"


async def test_nothing_is_there_where_no_contact_is_set(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get(ADDRESS)).status_code == 404


async def test_contacts_are_told_as_the_standard_asks(
    stranger: httpx.AsyncClient, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts = ("sikkerhet@bilgruppen.example", "https://bilgruppen.example/report")
    monkeypatch.setattr(application.platform, "security_contacts", contacts)
    monkeypatch.setattr(application.platform, "public_url", "https://app.bilgruppen.example")
    answer = await stranger.get(ADDRESS)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    told = [line.split(": ", 1) for line in answer.text.splitlines()]
    assert [value for name, value in told if name == "Contact"] == [
        "mailto:sikkerhet@bilgruppen.example",
        "https://bilgruppen.example/report",
    ]
    once = {name: value for name, value in told if name != "Contact"}
    assert once.keys() == {"Expires", "Preferred-Languages", "Canonical"}
    assert once["Preferred-Languages"] == "nb, en"
    assert once["Canonical"] == f"https://app.bilgruppen.example{ADDRESS}"
    expires = datetime.strptime(once["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(days=80) < expires - utc_now() < timedelta(days=365)


async def test_no_canonical_address_is_told_without_https(
    stranger: httpx.AsyncClient, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application.platform, "security_contacts", ("sikkerhet@bilgruppen.example",))
    assert "Canonical" not in (await stranger.get(ADDRESS)).text
