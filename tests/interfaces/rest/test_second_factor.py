"""The second factor of programs: the code goes along with the password, and is set up before anything else."""

from datetime import timedelta
from typing import Any

from interfaces.rest.test_signing import PASSWORD, give_password
from support.dealer import Time
from support.factors import App, demand


def bearer(data: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {data['access_token']}"}


async def test_it_is_set_up_before_anything_else_and_then_goes_along(api: Any, moved: Time) -> None:
    email = await give_password(api, await api.dealer.person("finance"))
    await demand(api.dealer, "finance")

    async def log_in(**more: Any) -> Any:
        return await api.client.post("/auth/login", json={"email": email, "password": PASSWORD, **more})

    first = (await log_in()).json()["data"]
    for method, path in (
        ("GET", "/users/me"),
        ("GET", "/items/cars"),
        ("SEARCH", "/items/cars"),
        ("POST", "/items/cars"),
        ("GET", "/collections"),
        ("GET", "/nowhere/at/all"),
        ("POST", "/items/api_keys/create_key"),
    ):
        answer = await api.client.request(method, path, headers=bearer(first), json={"name": "x"})
        if answer.status_code == 404:
            continue
        found = (answer.status_code, answer.json()["errors"][0]["extensions"]["code"])
        assert found == (403, "MFA_REQUIRED"), (method, path)
    begun = (await api.client.post("/auth/mfa/setup", json={}, headers=bearer(first))).json()["data"]
    assert begun["otpauth_url"].startswith("otpauth://totp/DirectApp")
    app = App(moved, begun["secret"])
    wrong = await api.client.post("/auth/mfa/verify", json={"otp": "000000"}, headers=bearer(first))
    assert (wrong.status_code, wrong.json()["errors"][0]["extensions"]["field"]) == (422, "code")
    done = await api.client.post("/auth/mfa/verify", json={"otp": app.code()}, headers=bearer(first))
    assert len(done.json()["data"]["recovery_codes"]) == 10

    for given in ({}, {"otp": "000000"}, {"otp": ""}):
        answer = await log_in(**given)
        found = (answer.status_code, answer.json()["errors"][0]["extensions"]["code"])
        assert found == (401, "INVALID_OTP"), given
    later = (await log_in(otp=app.code())).json()["data"]
    assert (await api.client.get("/users/me", headers=bearer(later))).status_code == 200


async def test_what_asks_for_it_anew_says_so_and_takes_a_code(api: Any, moved: Time) -> None:
    admin, target = await api.dealer.person("tenant_admin", ""), await api.dealer.person("mechanic", "499")
    email = await give_password(api, admin)
    first = (await api.client.post("/auth/login", json={"email": email, "password": PASSWORD})).json()["data"]
    begun = (await api.client.post("/auth/mfa/setup", json={}, headers=bearer(first))).json()["data"]
    app = App(moved, begun["secret"])
    await api.client.post("/auth/mfa/verify", json={"otp": app.code()}, headers=bearer(first))
    # Another app that is begun and given up stands in nobody's way.
    assert (await api.client.post("/auth/mfa/setup", json={}, headers=bearer(first))).status_code == 200
    moved.ahead += timedelta(minutes=6)
    path, body = f"/users/{target.user}/set_roles", {"roles": ["detailer"]}
    refused = await api.client.post(path, json=body, headers=bearer(first))
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (403, "STEP_UP_REQUIRED")
    plain = await api.client.patch(f"/users/{target.user}", json={"first_name": "Nytt"}, headers=bearer(first))
    assert plain.status_code == 200
    assert (
        await api.client.post("/auth/mfa/verify", json={"otp": app.code()}, headers=bearer(first))
    ).status_code == 204
    api.dealer.application.principals.forget(api.dealer.tenant)
    assert (await api.client.post(path, json=body, headers=bearer(first))).status_code == 200
