from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest

from directapp.declare.case import Case
from directapp.declare.events import Event
from directapp.domains.people import auth, links, rules, verbs
from directapp.domains.people.roles import MANAGER, STAFF
from directapp.kernel.actor import Actor
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError, UnauthenticatedError
from directapp.services.command import CommandContext
from directapp.services.seen import Seen
from domains.people.memory import EMAIL, PASSWORD, MemoryRows, Record, World

HERE = "192.0.2.7"


class SameNames(dict[str, str]):
    """What memory knows of a collection: its name."""

    def __missing__(self, name: str) -> str:
        return name


class MemoryWork:
    """The work of a command over memory; remembers as which system a write was done, and the events."""

    def __init__(self, world: World) -> None:
        self.rows = MemoryRows(world.port.tenants[world.tenant], world.port.now)
        self.spec = SameNames()
        self.systems: set[str | None] = set()
        self.events: list[tuple[str, UUID, dict[str, Any]]] = []

    @asynccontextmanager
    async def acting(self, system: str | None) -> AsyncIterator[None]:
        self.systems.add(system)
        yield

    async def update(self, meta: str, record: UUID, patch: Mapping[str, Any], *, verb: str, status: str | None) -> Seen:
        assert verb
        assert status is None
        return _seen(await self.rows.change(patch, on=await self.rows.look_up(meta, record)))

    async def create(self, meta: str, values: Mapping[str, Any]) -> Seen:
        return _seen(await self.rows.create(meta, values))

    async def look_up(self, collection: str, record: UUID, *, system: str | None) -> Seen:
        self.systems.add(system)
        return _seen(await self.rows.look_up(collection, record))

    async def find(
        self, collection: str, equals: dict[str, Any], *, system: str | None, limit: int, only: Any, cached: bool
    ) -> list[Seen]:
        assert not only
        assert not cached
        self.systems.add(system)
        return [_seen(found) for found in await self.rows.find(collection, equals, limit=limit)]

    @property
    def emitting(self) -> Any:
        return self

    def emit(self, event: Event, record: UUID, payload: dict[str, Any], delay: float) -> None:
        assert (event.collection, delay) == ("users", 0.0)
        self.events.append((event.name, record, payload))


def _seen(found: Record) -> Seen:
    return Seen(found.collection, found.id, found.row)


class Stage:
    """Kari, who manages the head office, and what she does to whom."""

    def __init__(self, world: World, actor: Actor) -> None:
        self.world = world
        self.actor = actor
        self.work = MemoryWork(world)

    def act(self, verb: str, target: UUID | None = None, collection: str = "users", **params: Any) -> CommandContext:
        row = {} if target is None else self.world.row(collection, target)
        return CommandContext(
            case=Case(row=row, actor=self.actor, now=self.world.port.now, verb=verb),
            collection=collection,
            work=self.work,
            seen=None if target is None else Seen(collection, target, dict(row)),
            params=params,
        )


@pytest.fixture
async def stage(world: World) -> Stage:
    signed_in = await auth.sign_in(world.auth, email=EMAIL, password=PASSWORD, address=HERE)
    return Stage(world, signed_in.actor)


def person(**more: Any) -> dict[str, Any]:
    return {
        "email": "ny@demo.directapp.no",
        "first_name": "Ny",
        "last_name": "Mann",
        "roles": ["sales_manager"],
        **more,
    }


async def test_an_invited_person_starts_at_the_managers_site(world: World, stage: Stage) -> None:
    ctx = stage.act("invite", **person(phone=None))
    await verbs.invite(ctx)
    assert ctx.answer is not None
    row = ctx.answer.row
    assert (row["dealership"], row["language"], row["invited_at"]) == (world.head, "nb", world.port.now)
    assert "phone" not in row
    assert stage.work.events == [("user.invited", ctx.answer.id, {"user": str(ctx.answer.id)})]
    assert stage.work.systems == {"signin"}


@pytest.mark.parametrize(
    "more",
    [
        {"roles": ["tenant_admin"]},
        {"roles": ["sales_manager", "tenant_admin"]},
        {"roles": ["finance"]},
        {"roles": ["used_car_sales", "finance"]},
        {"dealership": "below"},
    ],
)
async def test_a_manager_invites_nobody_above_or_elsewhere(world: World, stage: Stage, more: dict[str, Any]) -> None:
    chosen = {**more, "dealership": world.below} if "dealership" in more else more
    with pytest.raises(ForbiddenError):
        await verbs.invite(stage.act("invite", **person(**chosen)))
    assert stage.work.events == []


@pytest.mark.parametrize("role", [*STAFF, MANAGER])
async def test_a_manager_staffs_the_site(world: World, stage: Stage, role: str) -> None:
    ctx = stage.act("invite", **person(roles=[role]))
    await verbs.invite(ctx)
    assert ctx.answer is not None
    other = world.add_user("per@demo.directapp.no", roles=["parts"])
    await verbs.set_roles(stage.act("set_roles", other, roles=["mechanic", role]))
    link = stage.act("hand_over_link", other)
    await verbs.hand_over_link(link)
    assert link.shown_once


async def test_roles_are_given_within_ones_own(world: World, stage: Stage) -> None:
    other = world.add_user("per@demo.directapp.no", roles=["finance"])
    await verbs.set_roles(stage.act("set_roles", other, roles=["finance", "manager"]))
    assert world.row("users", other)["roles"] == ["finance", "manager"], "what somebody has already stays"
    await verbs.set_roles(stage.act("set_roles", other, roles=["mechanic", "parts"]))
    for target, roles in ((other, ["tenant_admin"]), (other, ["parts", "finance"]), (world.kari, ["manager"])):
        with pytest.raises(ForbiddenError):
            await verbs.set_roles(stage.act("set_roles", target, roles=roles))


async def test_deactivation_and_back(world: World, stage: Stage) -> None:
    other = world.add_user("per@demo.directapp.no")
    async with world.auth.open(world.tenant) as rows:
        stored = await world.auth.passwords.hash(PASSWORD)
        await rows.create("credentials", {"user": other, "password_hash": stored})
    signed_in = await auth.sign_in(world.auth, email="per@demo.directapp.no", password=PASSWORD, address=HERE)
    await verbs.deactivate(stage.act("deactivate", other))
    assert world.row("users", other)["active"] is False
    assert world.row("sessions", signed_in.session)["ended_at"] == world.port.now
    await verbs.activate(stage.act("activate", other))
    assert world.row("users", other)["active"] is True
    assert stage.work.systems == {"signin"}


@pytest.mark.parametrize("name", ["deactivate", "activate", "hand_over_link"])
async def test_nobody_manages_administrators_other_sites_or_themselves(world: World, stage: Stage, name: str) -> None:
    admin = world.add_user("admin@demo.directapp.no", roles=["tenant_admin"])
    elsewhere = world.add_user("ola@demo.directapp.no", dealership=world.below)
    for target, message in ((admin, rules.ABOVE), (elsewhere, rules.OTHER_SITE), (world.kari, rules.OWN_RIGHTS)):
        with pytest.raises(ForbiddenError) as caught:
            await getattr(verbs, name)(stage.act(name, target))
        assert [p.message for p in caught.value.problems] == [message]


async def test_a_handed_over_link_works_once(world: World, stage: Stage) -> None:
    other = world.add_user("per@demo.directapp.no")
    ctx = stage.act("hand_over_link", other)
    await verbs.hand_over_link(ctx)
    token = ctx.shown_once["link"].removeprefix("/link/")
    await links.use_link(world.auth, token, "vinterdekk i mai", address=HERE)
    await auth.sign_in(world.auth, email="per@demo.directapp.no", password="vinterdekk i mai", address=HERE)
    again = stage.act("hand_over_link", other)
    with pytest.raises(ConflictError):
        await verbs.hand_over_link(again)
    assert not again.shown_once
    assert [r["purpose"] for r in world.port.table(world.tenant, "one_time_links").values()] == ["invite"]


async def test_a_new_password_is_sent_to_the_user_who_is_told_who_asked(world: World, stage: Stage) -> None:
    other = world.add_user("per@demo.directapp.no")
    ctx = stage.act("send_reset", other)
    await verbs.send_reset(ctx)
    assert not ctx.shown_once
    assert world.row("users", other)["reset_sent_at"] == world.port.now
    assert stage.work.events == [("user.reset_asked", other, {"user": str(other), "asker": stage.actor.name})]
    await links.send_reset(world.auth, world.tenant, other, stage.actor.name)
    (to, letter) = world.port.mails[-1]
    assert to == "per@demo.directapp.no"
    assert stage.actor.name in letter.text


async def test_no_link_makes_one_what_one_is_not(world: World, stage: Stage) -> None:
    invited = world.add_user("okonomi@demo.directapp.no", roles=["finance"])
    for name in ("hand_over_link", "activate"):
        ctx = stage.act(name, invited)
        with pytest.raises(ForbiddenError):
            await getattr(verbs, name)(ctx)
        assert not ctx.shown_once


async def test_another_password_ends_every_key(world: World, stage: Stage) -> None:
    keys = []
    for name in ("lager", "kasse"):
        ctx = stage.act("create_key", collection="api_keys", name=name)
        await verbs.create_key(ctx)
        keys.append(ctx.shown_once["key"])
    new = "vinterdekk i mai"
    await auth.change_password(world.auth, stage.actor, current=PASSWORD, new=new, address=HERE)
    for key in keys:
        with pytest.raises(UnauthenticatedError):
            await auth.check_api_key(world.auth, key)


async def test_no_link_for_the_deactivated(world: World, stage: Stage) -> None:
    other = world.add_user("per@demo.directapp.no", active=False)
    with pytest.raises(InvalidError):
        await verbs.hand_over_link(stage.act("hand_over_link", other))


async def test_a_key_is_shown_once_and_revoked(world: World, stage: Stage) -> None:
    ctx = stage.act("create_key", collection="api_keys", name="lager", roles=["new_car_sales"])
    await verbs.create_key(ctx)
    key = ctx.shown_once["key"]
    assert ctx.answer is not None
    assert key.split("_", 3)[3] not in str(ctx.answer.row)
    actor = await auth.check_api_key(world.auth, key)
    assert (actor.user, actor.roles) == (world.kari, {"new_car_sales"})
    await verbs.revoke(stage.act("revoke", ctx.answer.id, collection="api_keys"))
    assert world.row("api_keys", ctx.answer.id)["revoked_at"] == world.port.now


async def test_keys_make_no_keys_and_no_one_exceeds_themselves(world: World, stage: Stage) -> None:
    with pytest.raises(InvalidError):
        await verbs.create_key(stage.act("create_key", collection="api_keys", name="x", roles=["tenant_admin"]))
    ctx = stage.act("create_key", collection="api_keys", name="lager")
    await verbs.create_key(ctx)
    by_key = Stage(world, await auth.check_api_key(world.auth, ctx.shown_once["key"]))
    with pytest.raises(ForbiddenError):
        await verbs.create_key(by_key.act("create_key", collection="api_keys", name="y"))
