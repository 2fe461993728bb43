"""Roles of a company's own, held by the same policies: every kind of access, as the weak database role."""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from directapp.app.spec import load_spec
from directapp.domains.people.role_pieces import pieces_of_role
from directapp.domains.people.roles import STAFF, WORKING
from directapp.kernel.actor import Actor
from directapp.kernel.roles import CustomRole, Piece, row_roles
from directapp.store.names import ident
from directapp.store.session import settings_of
from support.access import COLLECTIONS, check
from support.probes import make_probes
from support.sample import Sample

SPEC = load_spec()
each_collection = pytest.mark.parametrize("name", COLLECTIONS)


@pytest.fixture(scope="module")
async def probed(sample: Sample) -> Sample:
    await make_probes(sample, COLLECTIONS.values())
    return sample


def thinned(role: str, chance: random.Random) -> Iterator[Piece]:
    """Yield what a working role gives, but for what chance leaves out: entries, and rights of entries."""
    for piece in pieces_of_role(SPEC, role):
        if chance.random() < 0.8:
            yield replace(
                piece,
                write=piece.write if chance.random() < 0.5 else (),
                verbs=piece.verbs if chance.random() < 0.5 else (),
                create=piece.create and chance.random() < 0.5,
                delete=piece.delete and chance.random() < 0.5,
            )


@each_collection
async def test_they_reach_what_their_pieces_give(probed: Sample, name: str) -> None:
    for role in WORKING.split():
        like = probed.actors(role)[0]
        for seed in (1, 2):
            own = CustomRole("vikar", thinned(role, random.Random(f"{role}{seed}")), role)
            await check(probed, name, replace(like, roles=frozenset({own})), probed.rows, probed.other)


@each_collection
async def test_the_whole_of_a_role_reaches_what_the_role_does(probed: Sample, name: str) -> None:
    for role in STAFF[:3]:
        like = probed.actors(role)[0]
        own = replace(like, roles=frozenset({CustomRole("hele", pieces_of_role(SPEC, role), role)}))
        if SPEC[name].declared.exposed:
            reached = [await check(probed, name, actor, probed.rows, probed.other) for actor in (like, own)]
            assert reached[0] == reached[1]


async def test_together_with_another_role_both_count(probed: Sample) -> None:
    like, own = probed.actors("mechanic")[0], CustomRole("deler", pieces_of_role(SPEC, "parts"), "parts")
    for name in ("cars", "parts_orders", "comments", "users"):
        await check(probed, name, replace(like, roles=like.roles | {own}), probed.rows, probed.other)


def forged(like: Actor) -> Iterator[Actor]:
    """Yield people whose roles are called as what policies ask for, and nothing more."""
    right = next(iter(CustomRole("x", pieces_of_role(SPEC, "finance"), "finance").pieces)).row_rights()[0]
    for name in (right, "cars.bf739acf.r", "mechanic,tenant_admin", "mechanic,cars.bf739acf.r", "vikar@0", "*", ""):
        yield replace(like, roles=frozenset({name}))
    # What came out of JSON has lost what it gives.
    yield replace(like, roles=frozenset({str.__str__(CustomRole("x", pieces_of_role(SPEC, "manager"), "manager"))}))


async def test_a_name_that_looks_like_a_right_gives_none(probed: Sample) -> None:
    like = probed.actors("mechanic")[0]
    connection = await asyncpg.connect(probed.database.dsn)
    for actor in forged(like):
        assert not any("." in one or "," in one for one in row_roles(actor.roles))
        await connection.execute(f"BEGIN; {settings_of(actor)}")
        for name in COLLECTIONS:
            assert await connection.fetchval(f"SELECT count(*) FROM {ident(name)}") == 0, (actor.roles, name)
        await connection.execute("ROLLBACK")
    await connection.close()


async def test_what_is_no_longer_declared_gives_nothing(probed: Sample) -> None:
    gone = CustomRole("gammel", [Piece("cars", "mechanic.00000000", ("identity",), ("identity",))], "mechanic")
    actor: Any = replace(probed.actors("mechanic")[0], roles=frozenset({gone}))
    assert SPEC["cars"].grants_of(actor.roles) == ()
    assert not (await check(probed, "cars", actor, probed.rows, probed.other)).seen
