"""What fleets need of people's collections: roles that control each other, sites with a place, purposes of tracking."""

from decimal import Decimal

import pytest

from directapp.domains.people.fields import Users
from directapp.domains.people.roles import ADMIN, DEALING, WORKING
from directapp.kernel.errors import InvalidError, UnconfirmedError
from support.dealer import Dealer

PREPARED = {
    "legal_basis": "legitimate_interest",
    "data": ["position"],
    "keep_days": 30,
    "assessed_on": "2026-09-01",
    "discussed_on": "2026-09-10",
    "informed_on": "2026-09-20",
}


def test_the_roles_of_fleets_are_no_dealers_roles() -> None:
    assert set(WORKING.split()) - set(DEALING.split()) == {
        *("fleet_manager", "supervisor", "dispatcher", "technician", "driver"),
        *("safety_officer", "safety_rep", "buyer", "analyst", "auditor"),
    }


@pytest.mark.parametrize("roles", [["finance", "buyer"], ["auditor", "driver"], ["auditor", ADMIN]])
async def test_roles_that_control_each_other_are_never_in_one_hand(dealer: Dealer, roles: list[str]) -> None:
    admin, person = await dealer.person(ADMIN, ""), await dealer.person("planner")
    with pytest.raises(InvalidError) as refused:
        await dealer.do(admin, "users", "set_roles", person.user, roles=roles, confirmed=True)
    assert refused.value.problems[0].field == Users.roles


async def test_an_auditor_may_read_in_other_roles(dealer: Dealer) -> None:
    admin, person = await dealer.person(ADMIN, ""), await dealer.person("planner", "499")
    await dealer.do(admin, "users", "set_roles", person.user, roles=["auditor", "analyst"])


@pytest.mark.parametrize("other", ["dispatcher", ADMIN])
async def test_roles_that_are_better_apart_are_asked_about(dealer: Dealer, other: str) -> None:
    admin, person = await dealer.person(ADMIN, ""), await dealer.person("parts")
    roles = ["finance", other]
    with pytest.raises(UnconfirmedError):
        await dealer.do(admin, "users", "set_roles", person.user, roles=roles)
    await dealer.do(admin, "users", "set_roles", person.user, roles=roles, confirmed=True)
    assert person.user is not None
    assert (await dealer.read(admin, "users", person.user))["roles"] == roles


async def test_a_depot_has_a_place_and_hours_and_prepares_nothing(dealer: Dealer) -> None:
    admin = await dealer.person(ADMIN, "")
    place = {
        "latitude": "58.1467",
        "longitude": "7.995612",
        "opening_hours": {"Tirsdag": "07:00–16:00", "mon": "06:30-24:00"},
    }
    depot = await dealer.create(admin, "dealerships", number="D1", name="Depot", dealership_type="depot", **place)
    row = await dealer.read(admin, "dealerships", depot)
    assert (Decimal(row["latitude"]), row["longitude"]) == (Decimal("58.146700"), "7.995612")
    assert row["latitude"] == "58.146700"
    assert list(row["opening_hours"].items()) == [("mon", "06:30-24:00"), ("tue", "07:00-16:00")]
    assert row["does_own_prep"] is False
    for wrong in (
        {"does_own_prep": True},
        {"longitude": None},
        {"latitude": "58.1467001"},
        {"latitude": "91"},
        {"opening_hours": {"mon": "16:00-07:00"}},
        {"opening_hours": {"mondays": "07:00-16:00"}},
        {"opening_hours": {"mandag": "07:00-16:00", "mon": "08:00-16:00"}},
    ):
        with pytest.raises(InvalidError):
            await dealer.do(admin, "dealerships", "update", depot, **wrong)
    with pytest.raises(InvalidError):
        await dealer.do(admin, "dealerships", "update", dealer.sites["495"], prep_center=str(depot))


async def test_nobody_is_followed_before_it_is_assessed_talked_over_and_told(dealer: Dealer) -> None:
    admin = await dealer.person(ADMIN, "")
    purpose = await dealer.create(admin, "tracking_purposes", purpose="fleet_map")
    for name, value in PREPARED.items():
        with pytest.raises(InvalidError):
            await dealer.do(admin, "tracking_purposes", "update", purpose, active=True)
        await dealer.do(admin, "tracking_purposes", "update", purpose, **{name: value})
    await dealer.do(admin, "tracking_purposes", "update", purpose, active=True)
    with pytest.raises(InvalidError):
        await dealer.do(admin, "tracking_purposes", "update", purpose, data=["position", "video"])
    assert (await dealer.read(await dealer.person("driver"), "tracking_purposes", purpose))["keep_days"] == 30
