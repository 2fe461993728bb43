"""The explorer of rights: see as a role or a person, and why, in words; only for those who manage people."""

from uuid import UUID

from support.browser import Opener
from support.dealer import Dealer

PATH = "/app/permissions"


async def test_a_manager_sees_why_another_may_not(car: UUID, dealer: Dealer, signed: Opener) -> None:
    manager = await signed("manager")
    seller = await dealer.person("new_car_sales", "495")
    mine = (await manager.get(f"{PATH}?who={seller.user}&collection=cars&record={car}&field=customer_name")).text
    assert "Altså: «Kundens navn» vises og kan endres." in mine
    assert "Nybilselger" in mine
    assert "Kunde 1" not in mine
    theirs = (await manager.get(f"{PATH}?role=mechanic&collection=cars&record={car}&field=sale_price")).text
    assert "ser ikke denne" in theirs
    assert f"record={car}" in (await manager.get(f"/app/cars/{car}")).text


async def test_a_whole_role_is_told_in_both_languages(signed: Opener) -> None:
    admin = await signed("tenant_admin")
    text = (await admin.get(f"{PATH}?role=planner&collection=cars")).text
    assert "Planlegger på ditt anlegg" in text
    assert "felt der regelen gjelder" in text
    closed = (await admin.get(f"{PATH}?role=mechanic&collection=import_runs")).text
    assert "ingenting vises (403)" in closed


async def test_rights_are_for_those_who_manage_people(car: UUID, signed: Opener) -> None:
    seller, stranger = await signed("new_car_sales"), await signed("manager", "324")
    assert (await seller.get(PATH)).status_code == 403
    assert "/app/permissions" not in (await seller.get(f"/app/cars/{car}")).text
    assert (await stranger.get(f"{PATH}?collection=cars&record={car}&role=manager")).status_code == 404
