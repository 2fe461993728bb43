"""A company's own roles in tests: put together, compared and put into use as an administrator does it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from directapp.app.spec import load_spec
from directapp.domains.people.principal import load_actor
from directapp.domains.people.role_pieces import pieces_of_role, stored
from directapp.kernel.actor import Actor
from directapp.kernel.roles import Piece
from support.dealer import Dealer

SPEC = load_spec()


def pieces(role: str, *collections: str, **instead: Any) -> list[Piece]:
    """Return what a working role gives of some collections (none: of all), with something else instead."""
    return [
        replace(one, **instead)
        for one in pieces_of_role(SPEC, role)
        if not collections or one.collection in collections
    ]


async def make_role(dealer: Dealer, code: str, based_on: str) -> UUID:
    admin = await dealer.person("tenant_admin", "")
    names = {"name_nb": code.title(), "name_en": code.title()}
    return await dealer.create(admin, "roles", code=code, based_on=based_on, **names)


async def draft(dealer: Dealer, role: UUID, given: Iterable[Piece]) -> UUID:
    admin = await dealer.person("tenant_admin", "")
    version = (await dealer.do(admin, "roles", "draft", role, pieces=stored(given))).record
    assert version is not None
    return version


async def put_into_use(dealer: Dealer, role: UUID, version: UUID) -> None:
    admin = await dealer.person("tenant_admin", "")
    await dealer.do(admin, "roles", "simulate", role, version=str(version))
    await dealer.do(admin, "roles", "activate", role, version=str(version))


async def own_role(dealer: Dealer, code: str, based_on: str, given: Iterable[Piece]) -> UUID:
    """Return a role of the company's own that is in use."""
    role = await make_role(dealer, code, based_on)
    await put_into_use(dealer, role, await draft(dealer, role, given))
    return role


async def holder(dealer: Dealer, *roles: UUID, site: str = "499", name: str = "Vikar") -> Actor:
    """Return somebody who has roles of the company's own and no other."""
    admin = await dealer.person("tenant_admin", "")
    made = await dealer.do(
        admin,
        "users",
        "invite",
        email=f"{name.lower()}.{len(dealer.people)}.{dealer.tenant.hex[-10:]}.{roles[0].hex[-6:]}@example.test",
        first_name=name,
        last_name="Vik",
        role=str(roles[0]),
        dealership=str(dealer.sites[site]),
    )
    assert made.record is not None
    for role in roles[1:]:
        await dealer.do(admin, "users", "give_role", made.record, role=str(role))
    return await again(dealer, made.record)


async def again(dealer: Dealer, user: UUID | None) -> Actor:
    """Return somebody as they are now."""
    assert user is not None
    async with dealer.application.auth.open(dealer.tenant) as rows:
        return await load_actor(rows, dealer.tenant, user)
