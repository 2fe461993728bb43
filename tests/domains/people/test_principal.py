from uuid import UUID, uuid4

from directapp.domains.people.principal import build_actor, sites_below

A, B, C, D = (uuid4() for _ in range(4))
TREE = [
    {"id": A, "parent_dealership": None, "brands": ["Audi"]},
    {"id": B, "parent_dealership": A, "brands": None},
    {"id": C, "parent_dealership": B, "brands": []},
    {"id": D, "parent_dealership": None, "brands": []},
]
USER = {
    "id": uuid4(), "first_name": "Kari", "last_name": "Nordmann", "roles": ["manager", "operator"],
    "dealership": A, "language": "en",
}  # fmt: skip


def test_managers_see_down_the_tree() -> None:
    assert sites_below(A, TREE) == {A, B, C}
    assert sites_below(C, TREE) == {C}
    assert sites_below(None, TREE) == frozenset()


def test_a_loop_in_the_tree_ends() -> None:
    loop: list[dict[str, UUID]] = [{"id": A, "parent_dealership": B}, {"id": B, "parent_dealership": A}]
    assert sites_below(A, loop) == {A, B}


def test_an_actor_is_the_user_in_short() -> None:
    tenant, session = uuid4(), uuid4()
    actor = build_actor(tenant, USER, TREE, session=session)
    assert (actor.tenant, actor.user, actor.session, actor.name) == (tenant, USER["id"], session, "Kari Nordmann")
    assert (actor.site, actor.sites, actor.brands) == (A, {A, B, C}, {"Audi"})
    assert actor.language == "en"


def test_nobody_becomes_operator_and_keys_only_cut() -> None:
    assert build_actor(uuid4(), USER, TREE).roles == {"manager"}
    assert build_actor(uuid4(), USER, TREE, only=["finance"]).roles == frozenset()
    assert build_actor(uuid4(), {**USER, "dealership": None, "roles": None}, []).sites == frozenset()
