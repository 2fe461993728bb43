from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from directapp.domains.people.issue import store_password
from directapp.kernel.actor import Actor

PASSWORD = "en lang og god setning"


async def give_password(api: Any, actor: Actor) -> str:
    application = api.dealer.application
    async with application.auth.open(actor.tenant) as rows:
        await store_password(rows, actor.user, await application.auth.passwords.hash(PASSWORD))
        return str((await rows.look_up("users", actor.user)).row["email"])


@pytest.fixture
async def email(api: Any) -> str:
    return await give_password(api, await api.dealer.person("used_car_sales", "495"))


async def sign_in(api: Any, email: str, **more: Any) -> Any:
    return await api.client.post("/auth/login", json={"email": email, "password": PASSWORD, **more})


async def me(api: Any, token: str) -> Any:
    return await api.client.get("/users/me", headers={"Authorization": f"Bearer {token}"})


async def test_tokens_are_given_used_renewed_and_ended(api: Any, email: str) -> None:
    first = (await sign_in(api, email)).json()["data"]
    assert first["expires"] == 900_000
    assert (await me(api, first["access_token"])).json()["data"]["email"] == email
    body = {"refresh_token": first["refresh_token"], "mode": "json"}
    second = (await api.client.post("/auth/refresh", json=body)).json()["data"]
    assert second["refresh_token"] != first["refresh_token"]
    reused = await api.client.post("/auth/refresh", json=body)
    assert reused.status_code == 401
    assert (await api.client.post("/auth/refresh", json={"refresh_token": second["refresh_token"]})).status_code == 401


async def test_signing_out_ends_the_session(api: Any, email: str) -> None:
    tokens = (await sign_in(api, email)).json()["data"]
    out = await api.client.post("/auth/logout", json={"refresh_token": tokens["refresh_token"]})
    assert out.status_code == 204
    assert (await api.client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})).status_code == 401


async def test_a_cookie_holds_the_refresh_token_where_asked_for(api: Any, email: str) -> None:
    answer = await sign_in(api, email, mode="cookie")
    assert set(answer.json()["data"]) == {"access_token", "expires"}
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=lax" in answer.headers["set-cookie"]
    renewed = await api.client.post("/auth/refresh", json={"mode": "cookie"})
    assert set(renewed.json()["data"]) == {"access_token", "expires"}
    foreign = await api.client.post("/auth/refresh", json={"mode": "cookie"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403


async def test_a_session_cookie_serves_the_interface_too(api: Any, email: str) -> None:
    answer = await sign_in(api, email, mode="session")
    assert set(answer.json()["data"]) == {"expires"}
    assert (await api.client.get("/users/me")).json()["data"]["email"] == email
    assert (await api.client.post("/auth/refresh", json={"mode": "session"})).status_code == 200
    assert (await api.client.post("/auth/logout", json={"mode": "session"})).status_code == 204
    assert (await api.client.get("/users/me")).status_code == 401


async def test_wrong_credentials_sound_the_same_and_the_fifth_is_refused(api: Any, email: str) -> None:
    nobody = {"email": f"x{email}", "password": "feil"}
    known = {"email": email, "password": "feil"}
    answers = [await api.client.post("/auth/login", json=body) for body in (nobody, known)]
    assert answers[0].json() == answers[1].json()
    assert answers[0].status_code == 401
    for _ in range(4):
        last = await api.client.post("/auth/login", json=known)
    assert last.status_code == 429
    assert last.json()["errors"][0]["extensions"]["code"] == "REQUESTS_EXCEEDED"
    assert int(last.headers["Retry-After"]) > 0


async def test_a_token_that_ran_out_says_so(api: Any) -> None:
    actor = await api.dealer.person("parts", "499")
    past = datetime.now(UTC) - timedelta(hours=1)
    token = api.dealer.application.auth.signer.access_token(actor.tenant, actor.user, actor.user, past)
    answer = await me(api, token)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["code"] == "TOKEN_EXPIRED"
    assert (await me(api, "nonsense")).status_code == 401


async def test_a_new_password_comes_by_a_mailed_link(api: Any, email: str) -> None:
    for address in (email, f"x{email}"):
        answer = await api.client.post("/auth/password/request", json={"email": address})
        assert (answer.status_code, answer.content) == (204, b"")
    wrong = await api.client.post("/auth/password/reset", json={"token": "link_x", "password": "ny " + PASSWORD})
    assert wrong.status_code == 401


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/auth/login", {"email": "a@b.no"}, "password"),
        ("/auth/login", {"email": "a@b.no", "password": "x", "mode": "magic"}, "mode"),
        ("/auth/login", {"email": "a@b.no", "password": "x", "pin": "1"}, "pin"),
        ("/auth/refresh", {}, "refresh_token"),
        ("/auth/password/request", {"email": "a@b.no", "reset_url": "https://evil.example"}, "reset_url"),
        ("/auth/password/reset", {"token": 1, "password": "x"}, "token"),
    ],
)
async def test_what_is_not_understood_is_refused_by_name(api: Any, path: str, body: Any, field: str) -> None:
    answer = await api.client.post(path, json=body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"] == {"code": "INVALID_PAYLOAD", "field": field}
