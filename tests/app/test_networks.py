"""Networks: a role that has any is used from there alone, by page, program, key and live stream alike."""

from dataclasses import replace

import pytest

from directapp.declare.reading import BadValueError
from directapp.domains.people import auth as signing
from directapp.domains.people.networks import may_come_from, parse_networks
from directapp.kernel.errors import InvalidError, NetworkError, UnconfirmedError
from support.dealer import Dealer
from support.pages import PASSWORD, give_password

OFFICE, HOME, HERE = "198.51.100.7", "203.0.113.7", "198.51.100.0/24"


async def test_a_role_is_used_from_its_networks_alone(dealer: Dealer) -> None:
    principals, auth = dealer.application.principals, dealer.application.auth
    admin, seller = await dealer.person("tenant_admin", ""), await dealer.person("used_car_sales", "495")
    email = await give_password(dealer, seller)
    program = await signing.sign_in(auth, email=email, password=PASSWORD, address=HOME)
    page = await signing.sign_in(auth, email=email, password=PASSWORD, address=HOME, mode="session")
    key = (await dealer.do(program.actor, "api_keys", "create_key", name="Alt")).shown_once["key"]
    narrow = (await dealer.do(program.actor, "api_keys", "create_key", name="Kontor", networks=HERE)).shown_once["key"]
    bearer = {"authorization": f"Bearer {program.access_token}"}
    ways = ({"cookie": page.cookie}, bearer, {"authorization": f"Bearer {key}"})
    for way in ways:
        assert (await principals.authenticate(**way, address=HOME)).user == seller.user
    with pytest.raises(NetworkError):
        await principals.authenticate(f"Bearer {narrow}", address=HOME)
    assert (await principals.authenticate(f"Bearer {narrow}", address=OFFICE)).user == seller.user

    rule = await dealer.create(admin, "network_rules", role="used_car_sales", network=HERE)
    for way in ways:
        for address in (HOME, "2001:db8::1", "", "nowhere"):
            with pytest.raises(NetworkError):
                await principals.authenticate(**way, address=address)
        for address in (OFFICE, f"::ffff:{OFFICE}"):
            assert (await principals.authenticate(**way, address=address)).user == seller.user
    await dealer.create(admin, "network_rules", role="used_car_sales", network="2001:db8::/32")
    assert (await principals.authenticate(**bearer, address="2001:db8::1")).user == seller.user
    await dealer.do(admin, "network_rules", "delete", rule)
    with pytest.raises(NetworkError):
        await principals.authenticate(**bearer, address=OFFICE)


async def test_of_several_roles_each_is_asked(dealer: Dealer) -> None:
    both = replace(await dealer.person("planner", "499"), networks=(("198.51.100.0/24",), ("198.51.100.4/30",)))
    assert may_come_from(both, "198.51.100.5")
    assert not may_come_from(both, OFFICE + "0")
    assert not may_come_from(both, "198.51.100.9")


async def test_holding_administrators_to_a_network_is_asked_about_first(dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin", "")
    with pytest.raises(UnconfirmedError):
        await dealer.create(admin, "network_rules", role="tenant_admin", network=HERE)
    with pytest.raises(InvalidError) as refused:
        await dealer.create(admin, "network_rules", role="planner", network="198.51.100.0/33")
    assert refused.value.problems[0].field == "network"


def test_networks_are_stored_one_way() -> None:
    assert parse_networks(" 198.51.100.7 ,198.51.100.9/24,, 198.51.100.7") == "198.51.100.7/32, 198.51.100.0/24"
    with pytest.raises(BadValueError):
        parse_networks("198.51.100.7, hjemme")
