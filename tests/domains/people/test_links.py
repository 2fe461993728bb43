import asyncio

import pytest

from directapp.domains.people import auth, links
from directapp.kernel.errors import InvalidError, TooManyError, UnauthenticatedError
from domains.people.memory import EMAIL, PASSWORD, World

HERE = "192.0.2.7"
NEW = "vinterdekk i mai"


async def reset_link(world: World) -> str:
    await links.request_reset(world.auth, f" {EMAIL.upper()}")
    return world.link()


async def sign_in(world: World, password: str, email: str = EMAIL) -> None:
    await auth.sign_in(world.auth, email=email, password=password, address=HERE)


async def test_a_reset_link_sets_the_password_once(world: World) -> None:
    signed_in = await auth.sign_in(world.auth, email=EMAIL, password=PASSWORD, address=HERE)
    token = await reset_link(world)
    seen = await links.use_link(world.auth, token, NEW, address=HERE)
    assert (seen.purpose, seen.email, seen.user) == ("reset", EMAIL, world.kari)
    with pytest.raises(UnauthenticatedError):
        await auth.refresh(world.auth, signed_in.refresh_token or "")
    await sign_in(world, NEW)
    with pytest.raises(UnauthenticatedError):
        await links.use_link(world.auth, token, "et helt annet ord", address=HERE)
    with pytest.raises(UnauthenticatedError):
        await sign_in(world, PASSWORD)
    assert world.port.invalidated == [(world.tenant, world.kari)]


async def test_reading_a_link_does_not_use_it(world: World) -> None:
    token = await reset_link(world)
    for _ in range(2):
        seen = await links.read_link(world.auth, token)
    assert (seen.first_name, seen.language, seen.brand) == ("Kari", "nb", "Sørkyst Auto")


async def test_a_poor_password_leaves_the_link_alive(world: World) -> None:
    token = await reset_link(world)
    with pytest.raises(InvalidError):
        await links.use_link(world.auth, token, EMAIL, address=HERE)
    await links.use_link(world.auth, token, NEW, address=HERE)


async def test_two_uses_at_once_set_one_password(world: World) -> None:
    token = await reset_link(world)
    tries = (links.use_link(world.auth, token, f"{NEW} {number}", address=HERE) for number in range(2))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["LinkSeen", "UnauthenticatedError"]


async def test_using_one_link_ends_the_others(world: World) -> None:
    first = await reset_link(world)
    world.port.pass_time(minutes=3)
    second = await reset_link(world)
    assert first != second
    await links.use_link(world.auth, first, NEW, address=HERE)
    with pytest.raises(UnauthenticatedError):
        await links.read_link(world.auth, second)


async def test_links_die_of_age_deactivation_and_a_new_address(world: World) -> None:
    token = await reset_link(world)
    kari = world.row("users", world.kari)
    for change in ({"active": False}, {"email": "annen@demo.directapp.no"}):
        before = dict(kari)
        kari.update(change)
        with pytest.raises(UnauthenticatedError):
            await links.read_link(world.auth, token)
        kari.update(before)
    world.port.pass_time(hours=1)
    with pytest.raises(UnauthenticatedError):
        await links.use_link(world.auth, token, NEW, address=HERE)
    for wrong in ("", "link_1_2_3", token[:-1], token.replace("link", "key")):
        with pytest.raises(UnauthenticatedError):
            await links.read_link(world.auth, wrong)


async def test_nobody_is_mailed_twice_in_a_row_or_without_an_account(world: World) -> None:
    await reset_link(world)
    await links.request_reset(world.auth, EMAIL)
    await links.request_reset(world.auth, "ingen@demo.directapp.no")
    world.row("users", world.add_user("borte@demo.directapp.no"))["active"] = False
    await links.request_reset(world.auth, "borte@demo.directapp.no")
    assert [to for to, _ in world.port.mails] == [EMAIL]


async def test_a_locked_out_person_gets_in_by_a_link(world: World) -> None:
    for _ in range(5):
        with pytest.raises((UnauthenticatedError, TooManyError), match=r"Wrong|Too many"):
            await sign_in(world, "feil-passord-2026")
    token = await reset_link(world)
    await links.use_link(world.auth, token, NEW, address=HERE)
    await auth.sign_in(world.auth, email=EMAIL, password=NEW, address="198.51.100.1")


async def test_an_invitation_in_english_to_someone_without_a_site(world: World) -> None:
    email = "ann@demo.directapp.no"
    ann = world.add_user(email, first_name="Ann <b>", language="en", dealership=None, roles=["tenant_admin"])
    await links.send_invite(world.auth, world.tenant, ann)
    to, mail = world.port.mails[-1]
    assert to == email
    assert mail.subject == "Welcome to DirectApp at Sørkyst"
    assert "https://bil.example/link/link_" in mail.text
    assert "Ann <b>" in mail.text
    assert "Ann &lt;b&gt;" in mail.html
    assert "seven days" in mail.text
    world.port.pass_time(days=6)
    await links.use_link(world.auth, world.link(), NEW, address=HERE)
    await sign_in(world, NEW, email)
    await links.send_invite(world.auth, world.tenant, ann)
    assert len(world.port.mails) == 1


async def test_letters_in_norwegian(world: World) -> None:
    await reset_link(world)
    mail = world.port.mails[-1][1]
    assert mail.subject == "Nytt passord til DirectApp hos Sørkyst Auto"
    assert "Hei Kari," in mail.text
    assert "én time" in mail.text
    assert '<html lang="nb">' in mail.html
