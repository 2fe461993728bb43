import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from directapp.domains.people import auth
from directapp.domains.people.flow import Mode, SignedIn
from directapp.domains.people.signer import Claims
from directapp.kernel.actor import Actor
from directapp.kernel.errors import (
    ForbiddenError,
    InvalidError,
    TokenExpiredError,
    TooManyError,
    UnauthenticatedError,
)
from directapp.kernel.tokens import Token, TokenKind, digest
from domains.people.memory import EMAIL, PASSWORD, World

HERE = "192.0.2.7"


async def sign_in(
    world: World, password: str = PASSWORD, *, email: str = EMAIL, address: str = HERE, mode: Mode = "json"
) -> SignedIn:
    return await auth.sign_in(world.auth, email=email, password=password, address=address, mode=mode)


async def actor_of(world: World, access_token: str | None) -> Actor:
    assert access_token
    return await auth.check_access_token(world.auth, auth.read_access_token(world.auth, access_token))


def refresh_token(signed_in: SignedIn) -> str:
    assert signed_in.refresh_token
    return signed_in.refresh_token


async def fail(world: World, times: int, **who: str) -> list[type[Exception]]:
    seen: list[type[Exception]] = []
    for _ in range(times):
        with pytest.raises((UnauthenticatedError, TooManyError)) as caught:
            await sign_in(world, "feil-passord-2026", **who)
        seen.append(caught.type)
    return seen


async def test_signs_in_with_tokens_for_programs(world: World) -> None:
    signed_in = await sign_in(world, email=f"  {EMAIL.upper()} ")
    assert signed_in.expires == 900_000
    assert signed_in.cookie is None
    actor = await actor_of(world, signed_in.access_token)
    assert actor == signed_in.actor
    assert (actor.tenant, actor.user, actor.session) == (world.tenant, world.kari, signed_in.session)
    assert actor.roles == {"manager", "new_car_sales"}
    assert (actor.site, actor.sites, actor.brands) == (world.head, {world.head, world.below}, {"Audi"})
    assert world.row("users", world.kari)["last_seen_at"] == world.port.now


async def test_signs_in_with_a_cookie_for_pages(world: World) -> None:
    signed_in = await sign_in(world, mode="session")
    assert signed_in.access_token is None
    assert signed_in.cookie
    assert signed_in.form_token
    assert (await auth.check_session(world.auth, signed_in.cookie)) == signed_in.actor
    assert world.auth.signer.is_form_token(signed_in.session, signed_in.form_token)
    assert not world.auth.signer.is_form_token(uuid4(), signed_in.form_token)
    again = await auth.refresh(world.auth, signed_in.cookie)
    assert (again.cookie, again.session) == (signed_in.cookie, signed_in.session)


async def test_keeps_digests_only(world: World) -> None:
    signed_in = await sign_in(world)
    page = await sign_in(world, mode="session")
    stored = str(world.port.tenants)
    for token in (refresh_token(signed_in), page.cookie or ""):
        secret = token.split("_", 3)[3]
        assert secret not in stored
        assert digest(secret) in stored


async def test_works_as_the_sign_in_system_only(world: World) -> None:
    await sign_in(world)
    assert world.port.actors == {"system:signin"}


async def test_unknown_email_gets_the_same_answer_and_the_same_work(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[bool] = []
    fits = world.auth.passwords._fits

    def count(stored: str, password: str) -> bool:
        verified.append(stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$"))
        return fits(stored, password)

    monkeypatch.setattr(world.auth.passwords, "_fits", count)
    answers = []
    for email in (EMAIL, "ingen@demo.directapp.no", "ikke en adresse"):
        with pytest.raises(UnauthenticatedError) as caught:
            await sign_in(world, "feil-passord-2026", email=email)
        answers.append(caught.value.problems)
    assert answers[0] == answers[1] == answers[2]
    assert verified == [True, True, True]
    assert [failures.count for key, failures in world.port.failures.items() if " " not in key] == [1, 3, 1, 1]


async def test_invited_and_inactive_users_do_not_get_in(world: World) -> None:
    world.add_user("ny@demo.directapp.no")
    world.row("users", world.kari)["active"] = False
    for email in ("ny@demo.directapp.no", EMAIL):
        with pytest.raises(UnauthenticatedError):
            await sign_in(world, email=email)


async def test_the_fifth_failure_locks_the_account_from_every_address(world: World) -> None:
    for number in range(4):
        assert await fail(world, 1, address=f"192.0.2.{number}") == [UnauthenticatedError]
    with pytest.raises(TooManyError) as fifth:
        await sign_in(world, "feil-passord-2026", address="192.0.2.4")
    assert fifth.value.retry_after == 5
    with pytest.raises(TooManyError) as right:
        await sign_in(world, address="198.51.100.1")
    assert 0 < right.value.retry_after <= 5
    world.port.pass_time(seconds=5)
    await sign_in(world, address="198.51.100.1")
    assert await fail(world, 4, address="203.0.113.9") == [UnauthenticatedError] * 4


async def test_the_pause_doubles_up_to_a_quarter_of_an_hour(world: World) -> None:
    await fail(world, 4)
    pauses = []
    for number in range(10):
        with pytest.raises(TooManyError) as caught:
            await sign_in(world, "feil-passord-2026", address=f"192.0.2.{number}")
        pauses.append(caught.value.retry_after)
        world.port.pass_time(seconds=pauses[-1])
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]


async def test_attempts_during_a_pause_do_not_lengthen_it(world: World) -> None:
    await fail(world, 50)
    world.port.pass_time(seconds=5)
    await sign_in(world)


async def test_the_fifth_failure_locks_the_address_for_every_account(world: World) -> None:
    for number in range(4):
        assert await fail(world, 1, email=f"ingen{number}@x.example") == [UnauthenticatedError]
    assert await fail(world, 1, email="ingen4@x.example") == [TooManyError]
    with pytest.raises(TooManyError) as caught:
        await sign_in(world)
    assert caught.value.retry_after <= 2
    await sign_in(world, address="198.51.100.1")


async def test_a_success_takes_back_only_what_the_account_itself_cost_the_address(world: World) -> None:
    await fail(world, 3)
    await fail(world, 1, email="ingen@x.example")
    await sign_in(world)
    assert [f.count for key, f in world.port.failures.items() if key == f"address:{HERE}"] == [1]
    assert await fail(world, 3) == [UnauthenticatedError] * 3


async def test_an_ipv6_site_is_one_address(world: World) -> None:
    for number in range(4):
        await fail(world, 1, email=f"ingen{number}@x.example", address=f"2001:db8:1:2::{number}")
    assert await fail(world, 1, email="ingen4@x.example", address="2001:db8:1:2:ffff::") == [TooManyError]
    await sign_in(world, address="2001:db8:1:3::1")


async def test_guesses_hashed_side_by_side_do_not_slip_through(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = asyncio.Event()
    verify = world.auth.passwords.verify

    async def slow(stored: str | None, password: str) -> bool:
        if password == PASSWORD:
            await ready.wait()
        return await verify(stored, password)

    monkeypatch.setattr(world.auth.passwords, "verify", slow)
    right = asyncio.create_task(sign_in(world, address="198.51.100.1"))
    await asyncio.sleep(0)
    await fail(world, 5)
    ready.set()
    with pytest.raises(TooManyError):
        await right


async def test_many_sign_ins_of_one_person_at_once(world: World) -> None:
    signed_in = await asyncio.gather(*(sign_in(world) for _ in range(8)))
    assert len({s.session for s in signed_in}) == 8


async def test_access_tokens_run_out_and_forgeries_are_refused(world: World) -> None:
    token = (await sign_in(world)).access_token or ""
    world.port.pass_time(minutes=15)
    with pytest.raises(TokenExpiredError):
        auth.read_access_token(world.auth, token)
    head, body, seal = token.split(".")
    unsigned = "eyJhbGciOiJub25lIn0"
    for forged in ("", "x", f"{head}.{body}.", f"{unsigned}.{body}.", f"{unsigned}.{body}.{seal}", f"{token}x"):
        with pytest.raises(UnauthenticatedError):
            auth.read_access_token(world.auth, forged)


async def test_an_access_token_speaks_for_its_own_user_only(world: World) -> None:
    claims = auth.read_access_token(world.auth, (await sign_in(world)).access_token or "")
    other = Claims(claims.tenant, world.add_user("per@demo.directapp.no"), claims.session, claims.expires_at)
    with pytest.raises(UnauthenticatedError):
        await auth.check_access_token(world.auth, other)


async def test_refresh_rotates(world: World) -> None:
    first = await sign_in(world)
    second = await auth.refresh(world.auth, refresh_token(first))
    third = await auth.refresh(world.auth, refresh_token(second))
    assert first.session == second.session == third.session
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert (await actor_of(world, third.access_token)).user == world.kari


async def test_reuse_of_a_refresh_token_ends_the_family(world: World) -> None:
    first = await sign_in(world)
    bystander = await sign_in(world)
    second = await auth.refresh(world.auth, refresh_token(first))
    for token in (first, second):
        with pytest.raises(UnauthenticatedError):
            await auth.refresh(world.auth, refresh_token(token))
    with pytest.raises(UnauthenticatedError):
        await actor_of(world, second.access_token)
    assert (world.tenant, world.kari) in world.port.invalidated
    await auth.refresh(world.auth, refresh_token(bystander))


async def test_two_refreshes_with_one_token_at_once_count_as_reuse(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in = await sign_in(world)
    both_looked = asyncio.Barrier(2)
    held = auth.held

    async def together(*args: object) -> object:
        found = await held(*args)  # type: ignore[arg-type]
        await both_looked.wait()
        return found

    monkeypatch.setattr(auth, "held", together)
    tries = (auth.refresh(world.auth, refresh_token(signed_in)) for _ in range(2))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["SignedIn", "UnauthenticatedError"]
    assert world.row("sessions", signed_in.session)["ended_at"] is not None


async def test_a_wrong_secret_opens_nothing_and_ends_nothing(world: World) -> None:
    signed_in = await sign_in(world)
    right = refresh_token(signed_in)
    for wrong in (right[:-1], f"{right}x", right.replace("refresh", "session"), "refresh_x_y_z", "", "refresh_" * 9):
        with pytest.raises(UnauthenticatedError):
            await auth.refresh(world.auth, wrong)
        await auth.sign_out(world.auth, wrong)
    await auth.refresh(world.auth, right)


async def test_refresh_tokens_and_sessions_run_out(world: World) -> None:
    idle = await sign_in(world)
    busy = await sign_in(world)
    page = await sign_in(world, mode="session")
    for _ in range(5):
        world.port.pass_time(days=6)
        if world.port.now < world.row("sessions", busy.session)["expires_at"]:
            busy = await auth.refresh(world.auth, refresh_token(busy))
    for token in (refresh_token(idle), refresh_token(busy), page.cookie or ""):
        with pytest.raises(UnauthenticatedError):
            await auth.refresh(world.auth, token)


async def test_signing_out_ends_the_session(world: World) -> None:
    program, page = await sign_in(world), await sign_in(world, mode="session")
    await auth.sign_out(world.auth, refresh_token(program))
    await auth.sign_out(world.auth, refresh_token(program))
    with pytest.raises(UnauthenticatedError):
        await actor_of(world, program.access_token)
    assert page.cookie
    await auth.check_session(world.auth, page.cookie)
    await auth.sign_out(world.auth, page.cookie)
    with pytest.raises(UnauthenticatedError):
        await auth.check_session(world.auth, page.cookie)


async def test_deactivation_ends_sessions_for_good(world: World) -> None:
    signed_in, page = await sign_in(world), await sign_in(world, mode="session")
    world.port.pass_time(seconds=1)
    kari = world.row("users", world.kari)
    kari.update(active=False, sessions_ended_at=world.port.now)
    world.port.pass_time(seconds=1)
    for active in (False, True):
        kari["active"] = active
        with pytest.raises(UnauthenticatedError):
            await actor_of(world, signed_in.access_token)
        with pytest.raises(UnauthenticatedError):
            await auth.refresh(world.auth, refresh_token(signed_in))
        with pytest.raises(UnauthenticatedError):
            await auth.check_session(world.auth, page.cookie or "")
    await actor_of(world, (await sign_in(world)).access_token)


async def add_key(world: World, roles: list[str]) -> tuple[str, UUID]:
    async with world.auth.open(world.tenant) as rows:
        values = {"name": "lager", "user": world.kari, "roles": roles, "key_hash": digest("hemmelig")}
        made = await rows.create("api_keys", values)
    return Token(TokenKind.KEY, world.tenant, made.id, "hemmelig").text, made.id


async def test_an_api_key_has_its_owners_rights_cut_to_the_chosen_roles(world: World) -> None:
    key, made = await add_key(world, ["new_car_sales", "finance"])
    actor = await auth.check_api_key(world.auth, key)
    assert (actor.user, actor.roles, actor.session) == (world.kari, {"new_car_sales"}, None)
    assert world.row("api_keys", made)["last_used_at"] == world.port.now


async def test_api_keys_end_with_revocation_and_with_their_owner(world: World) -> None:
    key, made = await add_key(world, ["manager"])
    kari = world.row("users", world.kari)
    kari["active"] = False
    with pytest.raises(UnauthenticatedError):
        await auth.check_api_key(world.auth, key)
    kari["active"] = True
    await auth.check_api_key(world.auth, key)
    world.row("api_keys", made)["revoked_at"] = world.port.now
    for wrong in (key, key[:-1], "key_1_2_3", ""):
        with pytest.raises(UnauthenticatedError):
            await auth.check_api_key(world.auth, wrong)


async def test_changing_the_password_ends_the_other_sessions(world: World) -> None:
    mine, other = await sign_in(world), await sign_in(world)
    await auth.change_password(world.auth, mine.actor, current=PASSWORD, new="vinterdekk i mai", address=HERE)
    await actor_of(world, mine.access_token)
    with pytest.raises(UnauthenticatedError):
        await actor_of(world, other.access_token)
    with pytest.raises(UnauthenticatedError):
        await sign_in(world)
    await sign_in(world, "vinterdekk i mai")


async def test_changing_the_password_needs_the_present_one(world: World) -> None:
    actor = (await sign_in(world)).actor
    for current, new, field in (("feil", "vinterdekk i mai", "current_password"), (PASSWORD, "kort", "password")):
        with pytest.raises(InvalidError) as caught:
            await auth.change_password(world.auth, actor, current=current, new=new, address=HERE)
        assert [p.field for p in caught.value.problems] == [field]
    for number in range(4):
        with pytest.raises(InvalidError if number < 3 else TooManyError):
            await auth.change_password(world.auth, actor, current="feil", new="vinterdekk i mai", address=HERE)


async def test_an_api_key_does_not_change_the_password(world: World) -> None:
    key, _ = await add_key(world, ["manager"])
    actor = await auth.check_api_key(world.auth, key)
    with pytest.raises(ForbiddenError):
        await auth.change_password(world.auth, actor, current=PASSWORD, new="vinterdekk i mai", address=HERE)


async def test_last_seen_is_noted_now_and_then(world: World) -> None:
    await sign_in(world)
    first = world.port.now
    world.port.pass_time(minutes=5)
    await sign_in(world)
    assert world.row("users", world.kari)["last_seen_at"] == first
    world.port.pass_time(minutes=6)
    await sign_in(world)
    assert world.row("users", world.kari)["last_seen_at"] == first + timedelta(minutes=11)
