"""Comments, attachments, messages and history on the page of any record that takes part."""

from uuid import UUID

import pytest

from support.browser import Browser, Opener
from support.dealer import Dealer
from support.pages import new_car
from support.post import rows, told

PDF = ("file", ("kvittering.pdf", b"%PDF-1.7 bilag", "application/pdf"))


@pytest.fixture
async def item(dealer: Dealer, car: UUID) -> UUID:
    planner = await dealer.person("planner", "499")
    return await dealer.create(planner, "work_items", car=str(car), description="Bytt bremser")


@pytest.fixture
async def transfer(dealer: Dealer, car: UUID) -> UUID:
    seller = await dealer.person("new_car_sales", "495")
    return await dealer.create(seller, "car_transfers", car=str(car), to=str(dealer.sites["490"]))


async def say(browser: Browser, path: str, text: str, **more: str) -> int:
    """Write a comment; return how that was answered."""
    data = {"_csrf": await browser.token(), "text": text, **more}
    return (await browser.client.post(f"{path}/part/comments", data=data)).status_code


async def test_a_work_item_has_its_own_comments_which_its_car_shows_too(
    signed: Opener, dealer: Dealer, car: UUID, item: UUID
) -> None:
    planner, seller = await signed("planner", "499"), await signed("new_car_sales")
    path = f"/app/work_items/{item}"
    page = (await planner.get(path)).text
    assert 'id="last-comments"' in page
    for section in ("car_files", "messages", "history"):
        assert f'id="s-{section}"' in page, section
    assert await say(planner, path, "Deler er bestilt.") == 303
    assert await say(planner, f"/app/cars/{car}", "Bilen er vasket.") == 303
    (own, on_car) = await rows(dealer, seller.actor, "comments")
    assert (own["subject_collection"], own["subject_id"], own["car"]) == ("work_items", str(item), str(car))
    assert (on_car["subject_collection"], on_car["subject_id"]) == ("cars", str(car))
    of_item = (await seller.part(f"{path}/part/comments")).text
    assert "Deler er bestilt." in of_item
    assert "Bilen er vasket." not in of_item
    assert "Arbeidspunkt" not in of_item
    of_car = (await seller.part(f"/app/cars/{car}/part/comments")).text
    assert "Bilen er vasket." in of_car
    assert f'href="{path}"' in of_car.split("Deler er bestilt.")[0]
    listed = (await seller.get(f"/app/comments?subject_collection=work_items&subject_id={item}")).text
    assert "Deler er bestilt." in listed
    assert "Bilen er vasket." not in listed


async def test_whoever_receives_a_transfer_reads_and_adds_without_seeing_the_car(
    signed: Opener, car: UUID, transfer: UUID
) -> None:
    receiver, sender = await signed("reception", "490"), await signed("new_car_sales")
    path = f"/app/car_transfers/{transfer}"
    assert (await receiver.get(f"/app/cars/{car}")).status_code == 404
    assert await say(sender, path, "Nøkkelen ligger i hanskerommet.") == 303
    assert "hanskerommet" in (await receiver.part(f"{path}/part/comments")).text
    form = (await receiver.part(f"{path}/part/car_files")).text
    assert 'name="stage"' not in form
    data = {"_csrf": await receiver.token(), "_key": "k1"}
    answer = await receiver.client.post(f"{path}/part/car_files", data=data, files=[PDF])
    assert answer.status_code == 303, answer.text
    assert "kvittering.pdf" in (await sender.part(f"{path}/part/car_files")).text
    call = {"_csrf": await receiver.token(), "receiver_kind": "customer", "body": "Kommer i morgen"}
    assert (await receiver.client.post(f"{path}/messages", data=call)).status_code == 303
    shown = (await sender.part(f"{path}/part/messages")).text
    assert "Kommer i morgen" in shown
    assert "status-link" not in shown


async def test_nothing_of_a_record_is_shown_to_whoever_does_not_see_it(
    signed: Opener, item: UUID, transfer: UUID
) -> None:
    stranger = await signed("new_car_sales", "324")
    for path in (f"/app/work_items/{item}", f"/app/car_transfers/{transfer}"):
        for part in ("comments", "car_files", "messages"):
            assert (await stranger.part(f"{path}/part/{part}")).status_code == 404, (path, part)
        assert await say(stranger, path, "Hei") == 404


async def test_a_colleagues_page_has_what_is_said_of_them_for_those_who_lead_them(
    signed: Opener, dealer: Dealer
) -> None:
    manager, planner = await signed("manager", "499"), await signed("planner", "499")
    colleague = await dealer.person("reception", "499")
    path = f"/app/users/{colleague.user}"
    assert 'id="last-comments"' in (await manager.get(path)).text
    assert 'id="last-comments"' not in (await planner.get(path)).text
    assert await say(manager, path, "Har truckførerbevis.") == 303
    assert "truckførerbevis" not in (await planner.part(f"{path}/part/comments")).text
    assert await say(planner, path, "Hei") == 403


async def test_a_collection_that_takes_no_part_has_none(signed: Opener, dealer: Dealer) -> None:
    admin = await signed("tenant_admin", "490")
    path = f"/app/dealerships/{dealer.sites['490']}"
    assert 'id="s-comments"' not in (await admin.get(path)).text
    assert (await admin.part(f"{path}/part/comments")).status_code == 404
    assert (await admin.part(f"{path}/part/messages")).status_code == 404


async def test_a_mention_leads_to_what_the_comment_is_about(signed: Opener, dealer: Dealer, item: UUID) -> None:
    seller, planner = await signed("new_car_sales"), await signed("planner", "499")
    text = "@Planner På 499 se på denne"
    assert await say(seller, f"/app/work_items/{item}", text, mention=str(planner.actor.user)) == 303
    assert "comment.mention" in await told(dealer, planner.actor)
    (note,) = await rows(dealer, planner.actor, "notifications", event="comment.mention")
    opened = await planner.get(f"/app/notifications/{note['id']}/open")
    assert opened.headers["location"] == f"/app/work_items/{item}"


async def test_comments_are_exported_and_imported_with_what_they_are_about(
    signed: Opener, dealer: Dealer, item: UUID
) -> None:
    planner = await signed("planner", "499")
    other = await new_car(dealer, await dealer.person("new_car_sales", "495"), 2)
    await say(planner, f"/app/work_items/{item}", "Deler er bestilt.")
    await say(planner, f"/app/cars/{other}", "Vasket.")
    sheet = (await planner.get(f"/app/comments/export.csv?subject_collection=work_items&subject_id={item}")).text
    assert "Deler er bestilt." in sheet
    assert "Vasket." not in sheet
    assert str(item) in sheet
