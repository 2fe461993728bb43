"""Handed out and erased beside a person's fields: files, pictures, what was before, and who read lists of them."""

from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import orjson
import pytest

from directapp.kernel.actor import system_actor
from directapp.kernel.errors import ConflictError, NotFoundError
from directapp.services.attachments import Incoming
from directapp.store.query import Query
from interfaces.web.test_privacy import NAME, PHONE, WHO, customer, send
from support.browser import Opener
from support.dealer import Dealer
from support.post import SELLER, rows

STAGES = ("order", "delivery", "technical", "invoice")


async def sent(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def keep(dealer: Dealer, content: str, **values: Any) -> UUID:
    admin = await dealer.person("tenant_admin", "")
    name = f"../{content} æ.txt"
    answer = await dealer.application.attachments.keep(
        admin, Incoming(name=name, chunks=sent(content.encode())), values, origin="test"
    )
    assert answer.record is not None
    return answer.record


async def attached(dealer: Dealer, car: UUID) -> dict[str, UUID]:
    admin, files = await dealer.person("tenant_admin", ""), {}
    for stage in STAGES:
        files[stage] = await keep(dealer, f"Avtale med {NAME}, {stage}", title=f"{NAME} {stage}")
        await dealer.create(admin, "car_files", car=str(car), file=str(files[stage]), stage=stage)
    return files


async def test_files_are_handed_out_with_what_is_held(dealer: Dealer, signed: Opener) -> None:
    car = await customer(dealer)
    files = await attached(dealer, car)
    other = await keep(dealer, "En annens", title="Annen")
    admin = await signed("tenant_admin", "")
    answer = await send(admin, "/export", **WHO, format="zip")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    with ZipFile(BytesIO(answer.content)) as archive:
        names = archive.namelist()
        told = orjson.loads(archive.read("personal-data.json"))
        contents = {archive.read(name).decode() for name in names if name.startswith("files/")}
    assert contents == {f"Avtale med {NAME}, {stage}" for stage in STAGES}
    assert not [name for name in names if ".." in name.replace("..-", "") or str(other) in name or "/" in name[6:]]
    listed = next(one for one in told["collections"] if one["collection"] == "files")["records"]
    assert {record["file"] for record in listed} | {"personal-data.json"} == set(names)
    assert {record["id"] for record in listed} == {str(one) for one in files.values()}


async def test_a_persons_own_files_are_erased_and_the_rest_says_why(dealer: Dealer, signed: Opener) -> None:
    car = await customer(dealer)
    files = await attached(dealer, car)
    admin = await signed("tenant_admin", "")
    done = await dealer.do(
        admin.actor, "personal_requests", "erase_person", **WHO, dry=False, reason="Kunden ba om det"
    )
    lines = {
        (one["collection"], one["done"]): (one["count"], one["why"]) for one in orjson.loads(done.json or "")["lines"]
    }
    assert lines["files", "deleted"][0] == 2
    assert lines["files", "masked"][0] == 2
    assert "Bokføringsloven" in lines["files", "masked"][1]
    for stage in ("order", "delivery"):
        with pytest.raises(NotFoundError):
            await dealer.application.attachments.look_up(admin.actor, files[stage])
    left = await rows(dealer, admin.actor, "car_files")
    assert sorted(str(one["stage"]) for one in left) == ["invoice", "technical"]
    assert NAME not in orjson.dumps(left).decode()
    assert NAME not in orjson.dumps(await rows(dealer, admin.actor, "files")).decode()


async def test_the_picture_of_a_colleague_is_handed_out_and_erased(dealer: Dealer, signed: Opener) -> None:
    admin, gone = await signed("tenant_admin", ""), await dealer.person("mechanic", "499")
    photo = await keep(dealer, "Et ansikt", purpose="photo")
    await dealer.do(system_actor(dealer.tenant, "demo"), "users", "update", gone.user, photo=str(photo))
    answer = await send(admin, "/export", user=str(gone.user), format="zip")
    with ZipFile(BytesIO(answer.content)) as archive:
        assert [archive.read(n) for n in archive.namelist() if str(photo) in n] == [b"Et ansikt"]
    ask = {"user": str(gone.user), "dry": False, "reason": "Sluttet"}
    await dealer.do(admin.actor, "personal_requests", "erase_person", **ask)
    with pytest.raises(NotFoundError):
        await dealer.application.attachments.look_up(admin.actor, photo)


async def test_what_was_before_is_handed_out_and_not_what_was_forgotten(dealer: Dealer, signed: Opener) -> None:
    car, seller = await customer(dealer), await dealer.person(*SELLER)
    await dealer.do(seller, "cars", "update", car, customer_phone="+4790000001")
    await dealer.do(seller, "cars", "update", car, customer_phone=PHONE, seller_notes="Ringer selv")
    admin = await signed("tenant_admin", "")
    told = (await send(admin, "/export", **WHO, format="json")).json()
    (record,) = next(one for one in told["collections"] if one["collection"] == "cars")["records"]
    phones = [
        (f["before"], f["after"]) for c in record["history"] for f in c["fields"] if f["name"] == "customer_phone"
    ]
    assert phones == [(None, PHONE), (PHONE, "+4790000001"), ("+4790000001", PHONE)]
    assert {c["by"] for c in record["history"]} == {seller.name}
    page = (await send(admin, "/export", **WHO)).text
    assert "Slik var det før" in page
    assert "+4790000001" in page.replace(" ", "")


async def test_who_reads_a_list_with_customers_is_kept_once_with_the_cars(dealer: Dealer, signed: Opener) -> None:
    car = await customer(dealer)
    admin, seller = await signed("tenant_admin", ""), await signed(*SELLER)
    looks, reading = dealer.application.looks, dealer.application.platform.reading
    await dealer.create(admin.actor, "retention_rules", subject="views", months=3, active=True)
    looks.forget()
    with_name = Query(fields=(("id",), ("customer_name",)), limit=50)
    for _ in range(3):
        await reading.page(seller.actor, "cars", with_name)
    # Neither without the customer, nor by who reads none of it, nor what only counts.
    await reading.page(seller.actor, "cars", Query(fields=(("id",), ("make",)), limit=50))
    await reading.page(await dealer.person("mechanic", "499"), "cars", with_name)
    await reading.count(seller.actor, "cars", Query())
    await looks.write()
    (look,) = await rows(dealer, admin.actor, "personal_views")
    assert (look["person"], look["listed"], look["records"], look["car"]) == (
        str(seller.actor.user), 1, [str(car)], None,
    )  # fmt: skip
    told = (await send(admin, "/export", **WHO, format="json")).json()
    assert [one["by"] for one in told["looked_at"]] == [seller.actor.name]
    assert NAME not in orjson.dumps(await rows(dealer, admin.actor, "personal_views")).decode()


async def test_the_last_administrator_is_not_erased(dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin", "")
    ask = {"user": str(admin.user), "reason": "Ba om det"}
    await dealer.do(admin, "personal_requests", "erase_person", **ask, dry=True)
    with pytest.raises(ConflictError):
        await dealer.do(admin, "personal_requests", "erase_person", **ask, dry=False)
    assert (await dealer.read(admin, "users", admin.user or dealer.tenant))["active"] is True
