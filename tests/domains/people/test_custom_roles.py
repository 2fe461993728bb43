"""Roles of a company's own: put together, compared on live data, put into use, rolled back, given and taken."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from directapp.domains.people.principal import load_actor
from directapp.domains.people.role_pieces import account_pieces, pieces_of_role, stored
from directapp.domains.people.roles import WORKING
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from directapp.kernel.roles import CustomRole, Piece
from support.dealer import Dealer, settle
from support.own_roles import SPEC, again, draft, holder, make_role, own_role, pieces, put_into_use


def test_a_role_holds_the_same_in_whatever_order_it_was_chosen() -> None:
    given = list(pieces_of_role(SPEC, "planner"))
    one, other = CustomRole("plan", given, "planner"), CustomRole("plan", reversed(given), "planner")
    assert one == other
    assert hash(one) == hash(other)
    assert one != CustomRole("plan", given[1:], "planner")
    assert one != CustomRole("plan", given, "manager")


def test_all_of_a_role_gives_what_the_role_does() -> None:
    for role in WORKING.split():
        own = frozenset({CustomRole("hele", pieces_of_role(SPEC, role), role)})
        for meta in SPEC.exposed:
            told = [
                [(g.rows, g.edit_rule, g.states, meta.reads(g), meta.writes(g), g.create, g.delete) for g in grants]
                for grants in (meta.grants_of(frozenset({role})), meta.grants_of(own))
            ]
            assert [one for one in told[0] if one not in told[1]] == [], (role, meta.name)
            assert len(told[0]) == len(told[1])
            verbs = [{v.name for v in meta.verbs_of(meta.grants_of(r))} for r in (frozenset({role}), own)]
            assert verbs[0] == verbs[1]


async def test_a_narrowed_role_sees_and_does_what_was_chosen(dealer: Dealer) -> None:
    given = [
        *pieces("planner", "cars", read=("identity", "status"), write=(), verbs=(), create=False),
        *pieces("planner", "comments", write=(), create=False),
    ]
    person = await holder(dealer, await own_role(dealer, "plan_innsyn", "planner", given))
    seller, planner = await dealer.person("new_car_sales", "490"), await dealer.person("planner", "499")
    car = await dealer.create(
        await dealer.person("tenant_admin", ""),
        "cars",
        vin="WVWZZZ1JZXW000001",
        car_type="new",
        make="Audi",
        model="A4",
        dealership=str(dealer.sites["490"]),
        prep_center=str(dealer.sites["499"]),
        customer_name="Kari Kunde",
    )
    del seller
    whole, narrow = await dealer.read(planner, "cars", car), await dealer.read(person, "cars", car)
    assert whole.keys() - narrow.keys()
    readable = {f.name for g in SPEC["cars"].groups if g.code in {"identity", "status", "system"} for f in g.fields}
    assert narrow.keys() - {"id"} <= readable
    with pytest.raises(ForbiddenError):
        await dealer.do(person, "cars", "update", car, model="A6")
    with pytest.raises(ForbiddenError):
        await dealer.create(person, "comments", subject_collection="cars", subject_id=str(car), text="Hei")
    with pytest.raises(ForbiddenError):
        await dealer.do(person, "cars", "receive", car)
    # Their own account is everybody's.
    await dealer.do(person, "users", "update", person.user, first_name="Kåre")


async def test_nothing_is_put_into_use_that_was_not_compared_with_what_is(dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin", "")
    role = await make_role(dealer, "vikar", "mechanic")
    first, second = [await draft(dealer, role, pieces("mechanic", name)) for name in ("cars", "comments")]
    with pytest.raises(ConflictError):
        await dealer.do(admin, "roles", "activate", role, version=str(first))
    await dealer.do(admin, "roles", "simulate", role, version=str(second))
    await put_into_use(dealer, role, first)
    with pytest.raises(ConflictError):
        await dealer.do(admin, "roles", "activate", role, version=str(second))
    with pytest.raises(ConflictError):
        await dealer.do(admin, "roles", "activate", role, version=str(first))
    await put_into_use(dealer, role, second)
    other = await make_role(dealer, "annen", "mechanic")
    with pytest.raises(InvalidError):
        await dealer.do(admin, "roles", "simulate", other, version=str(first))


async def test_the_comparison_tells_who_gains_and_loses_what_on_live_data(dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin", "")
    role = await own_role(dealer, "vikar", "planner", pieces("planner", "cars"))
    person, both = await holder(dealer, role), await dealer.person("planner", "499")
    await dealer.do(admin, "users", "give_role", both.user, role=str(role))
    for n in range(3):
        await dealer.create(
            admin,
            "cars",
            vin=f"WVWZZZ1JZXW10000{n}",
            car_type="new",
            make="Audi",
            model="A4",
            dealership=str(dealer.sites["490"]),
            prep_center=str(dealer.sites["499"]),
        )
    version = await draft(dealer, role, pieces("planner", "comments"))
    answer = await dealer.do(admin, "roles", "simulate", role, version=str(version))
    told: Any = orjson.loads(answer.json or "{}")["simulation"]
    assert (told["people"], told["uncounted"]) == (2, 0)
    (alone,) = [g for g in told["groups"] if [p["user"] for p in g["people"]] == [str(person.user)]]
    found = {change["collection"]: change for change in alone["changes"]}
    assert "identity" not in found["cars"]["lost"]["read"]
    assert {"vin", "make"} <= set(found["cars"]["lost"]["read"])
    assert "write" in found["comments"]["gained"]
    assert alone["people"][0]["rows"]["cars"] == [3, 0]
    # Who is a planner besides loses nothing.
    (same,) = [g for g in told["groups"] if [p["user"] for p in g["people"]] == [str(both.user)]]
    assert (same["changes"], same["people"][0]["rows"]) == ([], {})


async def test_whose_rows_would_take_too_long_to_count_is_told(dealer: Dealer, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = await dealer.person("tenant_admin", "")
    role = await own_role(dealer, "vikar", "planner", pieces("planner", "cars"))
    people = [await holder(dealer, role, name=name) for name in ("Anne", "Berit", "Cecilie")]
    version = await draft(dealer, role, pieces("planner", "cars", read=("identity",)))
    # The same rows are seen: nothing has to be counted, and nobody is left out.
    monkeypatch.setattr("directapp.domains.people.role_verbs._MOST_QUESTIONS", 0)
    answer = await dealer.do(admin, "roles", "simulate", role, version=str(version))
    (group,) = (told := orjson.loads(answer.json or "{}")["simulation"])["groups"]
    assert (told["uncounted"], [one["rows"] for one in group["people"]]) == (0, [{}, {}, {}])
    # Without the cars two questions are asked for each of them, and there is room for two people.
    monkeypatch.setattr("directapp.domains.people.role_verbs._MOST_QUESTIONS", 5)
    sites = {"dealership": str(dealer.sites["490"]), "prep_center": str(dealer.sites["499"])}
    await dealer.create(admin, "cars", vin="WVWZZZ1JZXW100000", car_type="new", make="Audi", model="A4", **sites)
    version = await draft(dealer, role, [])
    answer = await dealer.do(admin, "roles", "simulate", role, version=str(version))
    (group,) = (told := orjson.loads(answer.json or "{}")["simulation"])["groups"]
    assert [one.get("rows") for one in group["people"]] == [{"cars": [1, 0]}, {"cars": [1, 0]}, None]
    assert (told["people"], told["uncounted"], len(people)) == (3, 1, 3)


async def test_a_version_is_rolled_back_and_reaches_every_sign_in_at_once(dealer: Dealer) -> None:
    role = await make_role(dealer, "vikar", "planner")
    first = await draft(dealer, role, pieces("planner", "cars"))
    await put_into_use(dealer, role, first)
    person = await holder(dealer, role)
    before = person.roles
    await put_into_use(dealer, role, await draft(dealer, role, pieces("planner", "comments")))
    assert SPEC["cars"].grants_of((await again(dealer, person.user)).roles) == ()
    await put_into_use(dealer, role, first)
    assert (await again(dealer, person.user)).roles == before


async def test_a_role_that_is_switched_off_gives_nothing_and_keeps_its_versions(dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin", "")
    role = await make_role(dealer, "vikar", "planner")
    version = await draft(dealer, role, pieces("planner", "cars"))
    await put_into_use(dealer, role, version)
    person = await holder(dealer, role)
    await dealer.do(admin, "roles", "switch_off", role)
    assert (await again(dealer, person.user)).roles == frozenset()
    with pytest.raises(ForbiddenError):
        await dealer.do(admin, "roles", "delete", role)
    await put_into_use(dealer, role, version)
    assert (await again(dealer, person.user)).roles == person.roles


async def test_two_companies_have_roles_of_one_name_that_give_different_things(
    dealer: Dealer, application: Any
) -> None:
    other = await settle(application)
    role = await own_role(dealer, "vikar", "planner", pieces("planner", "cars"))
    mine = await holder(dealer, role)
    theirs = await holder(other, await own_role(other, "vikar", "mechanic", pieces("mechanic", "comments")))
    assert [bool(SPEC["cars"].grants_of(who.roles)) for who in (mine, theirs)] == [True, False]
    admin = await other.person("tenant_admin", "")
    with pytest.raises(InvalidError):
        await other.do(admin, "users", "give_role", theirs.user, role=str(role))
    with pytest.raises(NotFoundError):
        await other.do(admin, "roles", "switch_off", role)


@pytest.mark.parametrize(
    "piece",
    [
        Piece("cars", "tenant_admin.bf739acf", ("identity",)),
        Piece("cars", "mechanic.00000000", ("identity",)),
        Piece("sessions", "mechanic.00000000"),
        Piece("nothing", "mechanic.00000000"),
        Piece("cars", "", ("*",)),
    ],
)
async def test_what_is_no_entry_of_a_working_role_is_refused(dealer: Dealer, piece: Piece) -> None:
    role = await make_role(dealer, "vikar", "mechanic")
    with pytest.raises(InvalidError):
        await draft(dealer, role, [piece])


async def test_more_than_an_entry_gives_is_refused(dealer: Dealer) -> None:
    role = await make_role(dealer, "vikar", "mechanic")
    key = next(p.entry for p in pieces("mechanic", "cars"))
    for more in (
        {"read": ("*",)},
        {"write": ("purchase_price",)},
        {"verbs": ("undo",)},
        {"verbs": ("*",)},
        {"delete": True},
        {"read": ("mechanic",)},
    ):
        with pytest.raises(InvalidError):
            await draft(dealer, role, [Piece("cars", key, **more)])
    with pytest.raises(InvalidError):
        await draft(dealer, role, [Piece("cars", key), Piece("cars", key, ("identity",))])


@pytest.mark.parametrize("code", ["mechanic", "tenant_admin", "sys_pipeline", "a,tenant_admin", "cars.x.r", "Æ", "x@1"])
async def test_a_code_is_no_other_role_and_no_right(dealer: Dealer, code: str) -> None:
    with pytest.raises(InvalidError):
        await make_role(dealer, code, "mechanic")


async def test_nobody_but_an_administrator_makes_or_changes_roles(dealer: Dealer) -> None:
    manager = await dealer.person("manager", "499")
    role = await own_role(dealer, "vikar", "mechanic", pieces("mechanic", "cars"))
    given = stored(pieces("mechanic"))
    for verb, patch in (
        ("draft", {"pieces": given}),
        ("switch_off", {}),
        ("update", {"pieces": given}),
        ("update", {"name_nb": "X"}),
    ):
        with pytest.raises(ForbiddenError):
            await dealer.do(manager, "roles", verb, role, **patch)
    admin = await dealer.person("tenant_admin", "")
    with pytest.raises(ForbiddenError):
        await dealer.do(admin, "roles", "update", role, pieces=given)
    with pytest.raises(ForbiddenError):
        await dealer.create(admin, "role_versions", role=str(role), number=9, pieces=given)


async def test_a_manager_gives_what_staff_may_have_and_no_more(dealer: Dealer) -> None:
    manager, mechanic = await dealer.person("manager", "499"), await dealer.person("mechanic", "499")
    work = await own_role(dealer, "vikar", "mechanic", pieces("mechanic", "cars"))
    money = await own_role(dealer, "regnskap", "mechanic", pieces("finance", "cars"))
    await dealer.do(manager, "users", "give_role", mechanic.user, role=str(work))
    with pytest.raises(ForbiddenError):
        await dealer.do(manager, "users", "give_role", mechanic.user, role=str(money))
    with pytest.raises(ConflictError):
        await dealer.do(manager, "users", "give_role", manager.user, role=str(work))
    elsewhere = await dealer.person("mechanic", "490")
    with pytest.raises((ForbiddenError, NotFoundError)):
        await dealer.do(manager, "users", "give_role", elsewhere.user, role=str(work))
    with pytest.raises(ForbiddenError):
        await dealer.do(
            await dealer.person("tenant_admin", ""), "users", "update", mechanic.user, custom_roles=["vikar"]
        )
    # Whoever has more than the manager may give is not helped in by the manager.
    rich = await holder(dealer, money)
    with pytest.raises(ForbiddenError):
        await dealer.do(manager, "users", "hand_over_link", rich.user)
    await dealer.do(manager, "users", "take_role", mechanic.user, role=str(work))
    with pytest.raises(ConflictError):
        await dealer.do(manager, "users", "take_role", mechanic.user, role=str(work))


async def test_whoever_has_a_role_of_their_own_gives_no_other(dealer: Dealer) -> None:
    role = await own_role(dealer, "leder", "manager", pieces("manager"))
    person = await holder(dealer, role)
    mechanic = await dealer.person("mechanic", "499")
    with pytest.raises(ForbiddenError):
        await dealer.do(person, "users", "set_roles", mechanic.user, roles=["mechanic", "planner"])
    await dealer.do(person, "users", "give_role", mechanic.user, role=str(role))


async def test_a_key_has_its_makers_own_roles_as_they_are(dealer: Dealer) -> None:
    role = await own_role(dealer, "vikar", "planner", pieces("planner", "cars"))
    person = await holder(dealer, role)
    signed_in = replace(person, session=person.user)
    key = (await dealer.do(signed_in, "api_keys", "create_key", name="Program")).shown_once["key"]
    principals = dealer.application.principals
    assert (await principals.authenticate(f"Bearer {key}", address="203.0.113.7")).roles == person.roles
    await put_into_use(dealer, role, await draft(dealer, role, pieces("planner", "comments")))
    now = await principals.authenticate(f"Bearer {key}", address="203.0.113.7")
    assert now.roles == (await again(dealer, person.user)).roles != person.roles


async def test_demands_follow_every_role_that_something_was_taken_of(dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin", "")
    role = await own_role(dealer, "vikar", "mechanic", [*pieces("mechanic", "cars"), *pieces("finance", "cars")])
    person = await holder(dealer, role)
    await dealer.do(admin, "tenants", "update", dealer.tenant, second_factor_roles=["finance"])
    await dealer.create(admin, "network_rules", role="finance", network="198.51.100.0/24")
    now = dealer.application.platform.clock()
    async with dealer.application.auth.open(dealer.tenant) as rows:
        found = await load_actor(rows, dealer.tenant, person.user, now=now)
    assert (found.waits_for, found.networks) == ("enrolment", (("198.51.100.0/24",),))


async def test_whoever_works_as_another_role_is_told_and_begins_as_that_role(dealer: Dealer) -> None:
    person = await holder(dealer, await own_role(dealer, "vikar", "planner", pieces("planner")))
    assert person.works_as == {"planner"}
    assert person.made_of == {"planner"}


def test_everybody_has_an_account() -> None:
    names = {(p.collection) for p in account_pieces(SPEC, "detailer")}
    assert {"users", "roles", "dealerships", "tenants", "notifications", "api_keys", "list_columns"} <= names
    assert "cars" not in names
    assert "comments" not in names
