"""What the door does with every request: cookies' names, a policy on every answer, and the security log."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import aiosmtplib
import httpx
import pytest
import structlog.testing
from pydantic import ValidationError

from app.test_edges import HOME, built, key_of, reached
from directapp.app.settings import Settings
from directapp.connectors.mail import Mailer
from support.browser import field
from support.dealer import Dealer, Time
from support.fakes.smtp import FakeSmtp
from support.pages import PASSWORD, give_password

WORK_DAY = timedelta(hours=12)


async def signed_in(dealer: Dealer, client: httpx.AsyncClient) -> httpx.Response:
    email = await give_password(dealer, await dealer.person("planner", "490"))
    answer = await client.post("/sign-in", data={"email": email, "password": PASSWORD})
    assert answer.status_code == 303
    return answer


async def test_by_tls_cookies_are_kept_for_this_host_alone(dealer: Dealer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dealer.application.platform, "public_url", "https://bil.example")
    front = built(dealer.application, public_url="https://bil.example")
    async with reached(front, base="https://bil.example") as client, reached(front, base="https://bil.example") as evil:
        answer = await signed_in(dealer, client)
        told = answer.headers.get_list("set-cookie")
        names = {one.partition("=")[0] for one in told}
        assert {"__Host-directapp_session", "__Host-directapp_device"} <= names
        for one in told:
            assert ("Secure" in one, "Path=/;" in f"{one};", "Domain" in one) == (True, True, False), one
        assert (await client.get("/app/me")).status_code == 200
        # What a name below this one, or a page without TLS, has set is not looked at.
        session = client.cookies["__Host-directapp_session"]
        stolen = {"cookie": f"directapp_session={session}"}
        assert (await evil.get("/app/me", headers=stolen)).status_code == 303
        page = await client.get("/app/me", headers={"cookie": f"__Host-directapp_session={session}; theme=dark"})
        assert 'data-bs-theme="dark"' in page.text
        signed_out = await client.post("/sign-out", data={"_csrf": field(page.text, "_csrf")})
        assert "__Host-directapp_session" in {
            one.partition("=")[0] for one in signed_out.headers.get_list("set-cookie")
        }
        assert (await client.get("/app/me")).status_code == 303


async def test_without_tls_cookies_keep_their_plain_names(dealer: Dealer) -> None:
    async with reached(built(dealer.application)) as client:
        answer = await signed_in(dealer, client)
    assert "__" not in "".join(answer.headers.get_list("set-cookie"))


async def test_no_answer_is_without_a_policy_but_a_script(dealer: Dealer) -> None:
    key = await key_of(dealer, "planner", "490")
    async with reached(built(dealer.application)) as client:
        for path in (
            "/items/cars",
            "/users/me",
            "/nothing",
            "/server/ping",
            "/scim/v2/Users",
            "/favicon.ico",
            "/sw.js",
        ):
            policy = (answer := await client.get(path, headers=key)).headers.get("content-security-policy", "")
            script = "javascript" in answer.headers.get("content-type", "")
            assert (policy == "default-src 'none'; frame-ancestors 'none'") is not script, path
        page = await client.get("/sign-in")
        assert "script-src" in page.headers["content-security-policy"]


async def test_the_security_log_tells_who_came_in_who_did_not_and_what_was_refused(dealer: Dealer) -> None:
    planner = await dealer.person("planner", "490")
    email = await give_password(dealer, planner)
    key = await key_of(dealer, "mechanic", "499")
    async with reached(built(dealer.application)) as client:
        with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
            for word in ("feil", "feil", PASSWORD):
                await client.post("/sign-in", data={"email": email, "password": word})
            await client.post("/sign-in", data={"email": "ingen@example.test", "password": "feil"})
            assert (await client.get("/items/tenants", headers={"authorization": "Bearer key_x"})).status_code == 401
            refused = await client.post("/items/dealerships", json={"name": "Ny"}, headers=key)
            assert refused.status_code == 403
            await client.get("/calendar/secret-of-a-link")
    told = [one for one in lines if one.get("log") == "security"]
    failed = [one for one in told if one["event"] == "sign_in_failed"]
    assert [(one["address"], one.get("user"), one["of_account"]) for one in failed] == [
        (HOME, str(planner.user), 1), (HOME, str(planner.user), 2), (HOME, None, 1),
    ]  # fmt: skip
    (came,) = [one for one in told if one["event"] == "signed_in"]
    assert (came["address"], came["user"], came["tenant"], came["kind"]) == (
        HOME, str(planner.user), str(dealer.tenant), "page",
    )  # fmt: skip
    refusals = [(one["status"], one["method"], one["path"]) for one in told if one["event"] == "access_refused"]
    assert (401, "GET", "/items/tenants") in refusals
    assert (403, "POST", "/items/dealerships") in refusals
    mechanic = str((await dealer.person("mechanic", "499")).user)
    assert {one.get("user") for one in told if one.get("path") == "/items/dealerships"} == {mechanic}
    assert not [one for one in lines if "secret-of-a-link" in str(one) or email in str(one) or "feil" in str(one)]


async def test_a_browser_that_nobody_uses_is_signed_out(dealer: Dealer, moved: Time) -> None:
    async with reached(built(dealer.application)) as client:
        await signed_in(dealer, client)
        for _ in range(3):
            dealer.application.principals.forget(dealer.tenant)
            moved.ahead += WORK_DAY - timedelta(minutes=11)
            assert (await client.get("/app/me")).status_code == 200, "used, it stays"
        # A page that asks by itself is no use of it.
        for _ in range(2):
            dealer.application.principals.forget(dealer.tenant)
            moved.ahead += WORK_DAY / 2 - timedelta(minutes=11)
            assert (await client.get("/app/me", headers={"x-passive": "true"})).status_code == 200
        dealer.application.principals.forget(dealer.tenant)
        moved.ahead += timedelta(minutes=23)
        assert (await client.get("/app/me")).status_code == 303


async def test_a_program_is_renewed_instead(dealer: Dealer, moved: Time) -> None:
    email = await give_password(dealer, await dealer.person("planner", "490"))
    async with reached(built(dealer.application)) as client:
        pair = (await client.post("/auth/login", json={"email": email, "password": PASSWORD})).json()["data"]
        moved.ahead += WORK_DAY * 2
        again = await client.post("/auth/refresh", json={"refresh_token": pair["refresh_token"]})
        assert again.status_code == 200


# -- TLS, where it is demanded --------------------------------------------------------------------------

PLAIN: dict[str, dict[str, Any]] = {
    "DATABASE_URL": {"database_url": "postgresql://u@db.example/d?sslmode=require"},
    "DATABASE_APP_URL": {
        "database_url": "postgresql://u@db.example/d?sslmode=verify-full", "database_app_url": "postgresql://a@db.example/d"
    },
    "DIRECTAPP_RATE_STORE": {"rate_store": "redis://store.example"},
    "DIRECTAPP_S3_ENDPOINT": {"s3_endpoint": "http://files.example"},
    "DIRECTAPP_TWILIO_URL": {"twilio_url": "http://sms.example"},
}  # fmt: skip


@pytest.mark.parametrize("name", PLAIN)
def test_where_tls_is_demanded_nothing_begins_without(name: str) -> None:
    assert Settings(**PLAIN[name])
    with pytest.raises(ValidationError, match=name):
        Settings(demand_tls=True, **PLAIN[name])
    assert Settings(
        demand_tls=True, database_url="postgresql://u@db.example/d?sslmode=verify-full", rate_store="rediss://s"
    )


async def test_where_tls_is_demanded_no_letter_goes_without(tmp_path: Path) -> None:
    async with FakeSmtp() as post:
        mailer = Mailer(folder=tmp_path, sender="a@example.test", host="127.0.0.1", port=post.port, encrypted=True)
        with pytest.raises(aiosmtplib.SMTPException, match="STARTTLS"):
            await mailer.send("ase@example.test", subject="S", text="T", html="<p>T</p>")
        assert post.letters == []
