"""Another e-mail address: with the password, from both addresses, and by nobody else."""

import pytest

from directapp.domains.people import auth, links
from directapp.domains.people.email_change import ask_email_change, confirm_email
from directapp.kernel.actor import Actor
from directapp.kernel.errors import ForbiddenError, InvalidError, UnauthenticatedError
from domains.people.memory import EMAIL, PASSWORD, World

HERE, NEW = "192.0.2.7", "kari@nytt.example"


async def signed_in(world: World) -> Actor:
    return (await auth.sign_in(world.auth, email=EMAIL, password=PASSWORD, address=HERE)).actor


async def asked(world: World, actor: Actor, new: str = NEW) -> dict[str, str]:
    """Ask for another address; return the link that went to each."""
    world.port.mails.clear()
    await ask_email_change(world.auth, actor, email=new, password=PASSWORD, address=HERE)
    return {to: mail.text.split("/link/")[1].split()[0] for to, mail in world.port.mails}


async def test_both_addresses_confirm_in_any_order(world: World) -> None:
    actor = await signed_in(world)
    for first, new in ((EMAIL, NEW), (EMAIL, "kari@andre.example")):
        old = world.row("users", world.kari)["email"]
        sent = await asked(world, actor, new)
        assert set(sent) == {old, new}
        one, other = (sent[old], sent[new]) if first == old else (sent[new], sent[old])
        assert not (await confirm_email(world.auth, one))[1]
        assert world.row("users", world.kari)["email"] == old
        assert (await confirm_email(world.auth, other))[1]
        assert world.row("users", world.kari)["email"] == new
        for link in sent.values():
            with pytest.raises(UnauthenticatedError):
                await confirm_email(world.auth, link)


async def test_the_password_and_a_sign_in_are_asked_for(world: World) -> None:
    actor = await signed_in(world)
    with pytest.raises(InvalidError) as refused:
        await ask_email_change(world.auth, actor, email=NEW, password="feil passord", address=HERE)
    assert [p.field for p in refused.value.problems] == ["current_password"]
    for wrong in ("ikke en adresse", EMAIL.upper()):
        with pytest.raises(InvalidError) as refused:
            await ask_email_change(world.auth, actor, email=wrong, password=PASSWORD, address=HERE)
        assert [p.field for p in refused.value.problems] == ["email"]
    by_key = Actor(tenant=actor.tenant, user=actor.user, name="x", roles=actor.roles)
    with pytest.raises(ForbiddenError):
        await ask_email_change(world.auth, by_key, email=NEW, password=PASSWORD, address=HERE)
    assert world.port.mails == []


async def test_asking_again_ends_the_earlier_links_confirmed_ones_too(world: World) -> None:
    actor = await signed_in(world)
    first = await asked(world, actor, "kari@feil.example")
    await confirm_email(world.auth, first["kari@feil.example"])
    second = await asked(world, actor)
    with pytest.raises(UnauthenticatedError):
        await confirm_email(world.auth, first[EMAIL])
    assert not (await confirm_email(world.auth, second[EMAIL]))[1]
    assert world.row("users", world.kari)["email"] == EMAIL


async def test_a_link_for_an_address_sets_no_password_and_the_reverse(world: World) -> None:
    sent = await asked(world, await signed_in(world))
    for link in sent.values():
        with pytest.raises(UnauthenticatedError):
            await links.use_link(world.auth, link, "vinterdekk i mai", address=HERE)
    world.port.mails.clear()
    await links.request_reset(world.auth, EMAIL)
    reset = world.port.mails[-1][1].text.split("/link/")[1].split()[0]
    with pytest.raises(UnauthenticatedError):
        await confirm_email(world.auth, reset)
