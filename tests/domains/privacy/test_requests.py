"""A person asks: everything held is found and handed out, then forgotten everywhere, under seals that stay whole."""

from datetime import timedelta
from typing import Any

import asyncpg
import orjson
import pytest

from directapp.kernel.actor import system_actor
from directapp.kernel.errors import ForbiddenError, InvalidError, NotFoundError
from directapp.services.seal import seal, verify
from support.dealer import Dealer
from support.post import SELLER, logged, rows, sold_car

NAME, PHONE, EMAIL = "Ragnhild Qvistad", "+4791827364", "ragnhild.qvistad@example.test"
PLANTED = ("qvistad", "91827364", "ragnhild.qvistad@example.test")
WHO = {"name": NAME, "phone": PHONE, "email": EMAIL}


async def planted(dealer: Dealer) -> Any:
    """Return a car whose customer is named on it, in its talk, its work and its messages."""
    seller, planner = await dealer.person(*SELLER), await dealer.person("planner", "499")
    car = await sold_car(dealer, 4, customer_name=NAME, customer_phone=PHONE, customer_email=EMAIL)
    await dealer.create(seller, "comments", car=str(car), text="Ring Ragnhild på 918 27 364 før kl. 12")
    await dealer.create(planner, "work_items", car=str(car), description=f"Lakk, avtalt med {NAME}", kind="other")
    await dealer.do(seller, "cars", "update", car, seller_notes=f"{EMAIL} vil ha varsel", customer_phone="+4790000001")
    await dealer.do(seller, "cars", "update", car, customer_phone=PHONE)
    await dealer.do(seller, "status_links", "share", car=str(car), channel="email")
    await dealer.do(seller, "status_links", "share", car=str(car), channel="sms")
    assert len(await logged(dealer, car, receiver_kind="customer")) == 2
    return car


async def ask(dealer: Dealer, verb: str, **params: Any) -> Any:
    answer = await dealer.do(await dealer.person("tenant_admin", ""), "personal_requests", verb, **params)
    return orjson.loads(answer.json or "null")


async def tables_with(dealer: Dealer, *values: str) -> set[str]:
    """Return the tables in which some row of the company holds one of these values, whatever the column."""
    owner = await asyncpg.connect(dealer.application.owner_dsn)
    found = set()
    try:
        await owner.execute(f"SET app.tenant = '{dealer.tenant}'")
        names = await owner.fetch(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'"
            " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition"
        )
        for (name,) in names:
            await owner.execute(f'ALTER TABLE "{name}" NO FORCE ROW LEVEL SECURITY')
            hit = await owner.fetchval(
                f'SELECT EXISTS (SELECT FROM "{name}" t WHERE tenant_id = $1 AND t::text ILIKE ANY ($2))',
                dealer.tenant,
                [f"%{value}%" for value in values],
            )
            await owner.execute(f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY')
            found |= {name} if hit else set()
    finally:
        await owner.close()
    return found


async def test_everything_held_is_found_and_handed_out(dealer: Dealer) -> None:
    car = await planted(dealer)
    found = await ask(dealer, "look_for", phone="918 27 364")
    assert (found["names"], found["emails"]) == ([NAME], [EMAIL])
    held = {one["collection"]: one["count"] for one in found["held"]}
    assert held["cars"] == 1
    assert held["messages"] == 2
    assert {"comments", "work_items", "consents"} <= set(held)
    export = await ask(dealer, "export_person", **WHO)
    text = orjson.dumps(export).decode()
    assert export["format"] == "directapp.personal/1"
    for value in (NAME, PHONE, EMAIL, "Ring Ragnhild", "avtalt med"):
        assert value in text
    (one,) = next(c for c in export["collections"] if c["collection"] == "cars")["records"]
    assert one["id"] == str(car)
    admin = await dealer.person("tenant_admin", "")
    (noted,) = await rows(dealer, admin, "personal_requests")
    assert (noted["kind"], noted["records"]) == ("export", sum(held.values()))


async def test_who_is_forgotten_stands_nowhere_and_the_seals_are_whole(dealer: Dealer) -> None:
    car = await planted(dealer)
    database = dealer.application.platform.database
    assert await seal(database, dealer.tenant, lag=timedelta()) > 0
    await ask(dealer, "look_for", **WHO)
    tried = await ask(dealer, "erase_person", **WHO, dry=True, reason="Kunden ba om det")
    assert "cars" in await tables_with(dealer, *PLANTED)
    done = await ask(dealer, "erase_person", **WHO, dry=False, reason="Kunden ba om det")
    assert tried["lines"] == done["lines"]
    assert await tables_with(dealer, *PLANTED) == set()
    assert (await verify(database, dealer.tenant)).flaws == []
    assert await seal(database, dealer.tenant, lag=timedelta()) > 0
    assert (await verify(database, dealer.tenant)).flaws == []
    told = {(line["collection"], line["done"]): line["why"] for line in done["lines"]}
    assert ("cars", "replaced") in told
    assert ("messages", "deleted") in told
    assert ("comments", "masked") in told
    assert "Bokføringsloven" in told["cars", "replaced"]
    admin = await dealer.person("tenant_admin", "")
    row = await dealer.read(admin, "cars", car)
    assert (row["customer_name"], row["customer_phone"], row["consent_sms"]) == ("Slettet kunde", None, False)
    assert row["sold_at"]
    (comment,) = await rows(dealer, admin, "comments")
    assert comment["text"] == "Ring […] på […] før kl. 12"
    (noted,) = await rows(dealer, admin, "personal_requests")
    assert (noted["kind"], noted["created_by"] is not None) == ("erasure", True)
    history = await dealer.application.platform.reading.history(admin, "cars", car)
    assert history[0]["verb"] == "erase"
    assert history[0]["actor_name"]
    with pytest.raises(NotFoundError):
        await ask(dealer, "export_person", phone=PHONE)


async def test_a_colleague_is_forgotten_and_what_they_did_stays(dealer: Dealer) -> None:
    admin, gone = await dealer.person("tenant_admin", ""), await dealer.person("mechanic", "499")
    await dealer.do(admin, "users", "update", gone.user, last_name="Qvistad", phone=PHONE)
    export = await ask(dealer, "export_person", user=str(gone.user))
    assert "Qvistad" in orjson.dumps(export).decode()
    await ask(dealer, "erase_person", user=str(gone.user), dry=False, reason="Sluttet")
    row = await dealer.read(admin, "users", gone.user)  # type: ignore[arg-type]
    assert (row["first_name"], row["active"], row["phone"]) == ("Slettet person", False, None)
    assert await tables_with(dealer, "qvistad", "91827364") == set()


async def test_only_the_administrator_asks_and_about_somebody(dealer: Dealer) -> None:
    manager = await dealer.person("manager", "495")
    for verb in ("look_for", "export_person", "erase_person"):
        with pytest.raises(ForbiddenError):
            await dealer.do(manager, "personal_requests", verb, phone=PHONE, dry=True, reason="x")
    with pytest.raises(InvalidError):
        await ask(dealer, "look_for")


async def test_the_audit_forgets_and_does_nothing_else(dealer: Dealer) -> None:
    car = await planted(dealer)
    unit = dealer.application.platform.database.unit
    for change in ("changes = '{}'", "salt = NULL", 'changes = changes || \'{"make": [null, "Lada"]}\''):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with unit(system_actor(dealer.tenant, "pipeline")) as one:
                await one.value(f"UPDATE audit SET {change} WHERE tenant_id = $1 AND record = $2", dealer.tenant, car)
