"""Letters about signing in go by the mail service that is set up, like all others."""

from typing import Any

import pytest

from directapp.domains.people.auth import sign_in
from directapp.domains.people.email_change import ask_email_change
from directapp.domains.people.issue import store_password
from directapp.domains.people.links import request_reset
from support.dealer import Dealer
from support.fakes.resend import refusal
from support.post import letters, rows


async def invite(dealer: Dealer, address: str) -> None:
    admin = await dealer.person("tenant_admin", "495")
    values = {"email": address, "first_name": "Nina", "last_name": "Ny", "roles": ["planner"]}
    await dealer.do(admin, "users", "invite", **values)
    await dealer.application.dispatcher.drain(dealer.tenant)


async def test_an_invitation_goes_by_resend_and_not_into_the_folder(outside: Any) -> None:
    address = f"nina.{outside.dealer.tenant.hex[-8:]}@example.test"
    await invite(outside.dealer, address)
    (letter,) = outside.resend.sent
    assert letter["to"] == [address]
    assert "/link/" in letter["text"]
    assert letter["headers"] == {"Auto-Submitted": "auto-generated"}
    assert letters(outside.dealer.application) == []


async def test_a_forgotten_password_and_a_new_address_go_by_resend(outside: Any) -> None:
    dealer = outside.dealer
    auth, person, password = dealer.application.auth, await dealer.person("used_car_sales"), "en lang og god setning"
    async with auth.open(dealer.tenant) as opened:
        email = str((await opened.look_up("users", person.user)).row["email"])
        await store_password(opened, person.user, await auth.passwords.hash(password))
    seller = (await sign_in(auth, email=email, password=password, address="127.0.0.1")).actor
    await request_reset(auth, email)
    new = f"ny.{email}"
    await ask_email_change(auth, seller, email=new, password=password, address="127.0.0.1")
    assert [one["to"] for one in outside.resend.sent] == [[email], [email], [new]]


@pytest.mark.parametrize(("status", "name"), [(429, "daily_quota_exceeded"), (403, "invalid_api_key")])
async def test_an_invitation_waits_while_the_service_takes_no_letters(outside: Any, status: int, name: str) -> None:
    outside.resend.then(refusal(status, name))
    await invite(outside.dealer, f"{name}@example.test")
    assert outside.resend.sent == []
    admin = await outside.dealer.person("tenant_admin", "495")
    assert await rows(outside.dealer, admin, "failed_jobs") == []


async def test_whoever_invites_hears_that_the_service_refused_the_address(outside: Any) -> None:
    dealer = outside.dealer
    outside.resend.then(refusal(422, "validation_error"))
    await invite(dealer, "nobody@example.test")
    admin = await dealer.person("tenant_admin", "495")
    (note,) = await rows(dealer, admin, "notifications", event="address.refused")
    assert "nobody@example.test" in note["body"]
    assert [one["job"] for one in await rows(dealer, admin, "failed_jobs")] == ["user.invited"]
