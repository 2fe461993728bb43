"""The wired application: what follows from events, sealing, explaining, and what boot refuses."""

import email
import hashlib
import re
from datetime import timedelta

import asyncpg
import orjson
import pytest

from directapp.app.container import Application
from directapp.app.spec import load_spec
from directapp.domains.people.auth import sign_in
from directapp.domains.people.links import use_link
from directapp.domains.people.staff import begin_staff_session
from directapp.domains.workshop import SEED_TEMPLATES
from directapp.kernel.clock import utc_now
from directapp.kernel.errors import DirectAppError, InvalidError, UnauthenticatedError
from directapp.services.explain import explain
from directapp.services.seal import Verified, seal, verify
from directapp.store.database import Database, UnsafeRoleError
from directapp.store.query import Query
from directapp.store.schema import lint
from support.dealer import Dealer, Time


async def delivered_car(dealer: Dealer) -> tuple[str, object]:
    admin = await dealer.person("tenant_admin")
    car = await dealer.create(
        admin, "cars", vin="WVWZZZE1ZMP000001", make="VW", model="ID.3", car_type="new", order_number="1001",
        dealership=str(dealer.sites["490"]), customer_name="Kari Nordmann", customer_phone="91234567",
        needs_technical=False, needs_cosmetic=False,
    )  # fmt: skip
    now = utc_now().isoformat()
    await dealer.do(admin, "cars", "update", car, arrived_prep_center_at=now, inspection_started_at=now)
    await dealer.do(admin, "cars", "update", car, inspection_completed_at=now, inspection_approved=True)
    return "cars", car


async def test_lint_finds_nothing_wrong_and_sees_what_is(application: Application) -> None:
    connection = await asyncpg.connect(application.owner_dsn)
    try:
        assert await lint(connection, load_spec()) == []
        await connection.execute("CREATE TABLE stray (id int); GRANT DELETE ON stray TO directapp_app")
        found = await lint(connection, load_spec())
        assert any("stray" in line and "row-level" in line for line in found)
        assert any("stray" in line and "DELETE" in line for line in found)
    finally:
        await connection.execute("DROP TABLE IF EXISTS stray")
        await connection.close()


async def test_boot_refuses_the_owner_and_an_unprotected_table(application: Application) -> None:
    with pytest.raises(UnsafeRoleError, match="owns tables"):
        await Database(load_spec(), application.owner_dsn).open()
    connection = await asyncpg.connect(application.owner_dsn)
    try:
        await connection.execute("CREATE TABLE naked (id int); GRANT SELECT ON naked TO directapp_app")
        with pytest.raises(UnsafeRoleError, match="naked"):
            await Database(load_spec(), application.platform.database.dsn).open()
    finally:
        await connection.execute("DROP TABLE naked")
        await connection.close()


async def test_the_audit_is_sealed_and_tampering_shows(dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin")
    database = dealer.application.platform.database
    await dealer.create(admin, "cars", make="VW")
    assert await seal(database, dealer.tenant) == 0
    assert (await verify(database, dealer.tenant)).rows == 0
    rows = await seal(database, dealer.tenant, lag=timedelta())
    assert rows > 0
    assert await verify(database, dealer.tenant) == Verified([], rows, 1, 0)
    owner = await asyncpg.connect(dealer.application.owner_dsn)
    try:
        await owner.execute("ALTER TABLE audit NO FORCE ROW LEVEL SECURITY")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only forgets"):
            await owner.execute("UPDATE audit SET actor_name = 'ingen' WHERE tenant_id = $1", dealer.tenant)
        await owner.execute("ALTER TABLE audit DISABLE TRIGGER audit_only_forgets")
        await owner.execute("UPDATE audit SET actor_name = 'en annen' WHERE tenant_id = $1", dealer.tenant)
        await owner.execute("ALTER TABLE audit ENABLE TRIGGER audit_only_forgets")
        await owner.execute("ALTER TABLE audit FORCE ROW LEVEL SECURITY")
    finally:
        await owner.close()
    assert "changed" in (await verify(database, dealer.tenant)).flaws[0]


async def test_where_somebody_failed_to_sign_in_from_is_not_written_down(dealer: Dealer) -> None:
    application, address = dealer.application, "203.0.113.201"
    for who in ("kari@example.test", "ola@example.test"):
        with pytest.raises(UnauthenticatedError):
            await sign_in(application.auth, email=who, password="feil", address=address)
    rows = await application.platform.database.plain("SELECT key, failures FROM login_failures")
    assert sorted(row["failures"] for row in rows) == [1, 1, 1, 1, 2], "the address has failed twice"
    assert all(re.fullmatch("[0-9a-f]{64}", row["key"]) for row in rows)
    known = {hashlib.sha256(text.encode()).hexdigest() for text in (address, f"address:{address}", "kari@example.test")}
    assert not known & {row["key"] for row in rows}


async def test_a_staff_session_is_timed_named_and_logged(dealer: Dealer, time: Time) -> None:
    application = dealer.application
    session = await begin_staff_session(
        application.auth, application.platform.pipeline, dealer.tenant, operator="Ada", reason="Sak 17", minutes=10
    )
    actor = await application.principals.authenticate(cookie=session.cookie, address="203.0.113.7")
    assert (actor.tenant, actor.name) == (dealer.tenant, "Drift: Ada")
    assert actor.user
    history = await application.platform.reading.history(actor, "users", actor.user)
    assert history[-1]["reason"] == "Sak 17"
    application.principals.forget(dealer.tenant)
    time.ahead = timedelta(minutes=11)
    try:
        with pytest.raises(UnauthenticatedError):
            await application.principals.authenticate(cookie=session.cookie, address="203.0.113.7")
    finally:
        time.ahead = timedelta()
    with pytest.raises(InvalidError):
        await begin_staff_session(
            application.auth, application.platform.pipeline, dealer.tenant, operator="Ada", reason=" ", minutes=600
        )


async def test_explain_says_why(dealer: Dealer) -> None:
    seller = await dealer.person("new_car_sales", "495")
    stranger = await dealer.person("new_car_sales", "324")
    car = await dealer.create(seller, "cars", make="Audi", model="Q4", car_type="new", order_number="77")
    database, meta = dealer.application.platform.database, load_spec()["cars"]
    mine = await explain(database, seller, meta, car, "purchase_price")
    assert mine[-1].english == "So: purchase_price is not seen and may not be changed."
    assert "may be changed" in (await explain(database, seller, meta, car, "customer_name"))[-1].english
    theirs = await explain(database, stranger, meta, car)
    assert any("404" in line.english for line in theirs)


async def test_a_delivered_car_is_archived_by_itself_after_the_undo_window(dealer: Dealer, time: Time) -> None:
    _, car = await delivered_car(dealer)
    admin = await dealer.person("tenant_admin")
    now = utc_now().isoformat()
    row = await dealer.read(admin, "cars", car)  # type: ignore[arg-type]
    if row["status"] == "quality_check":
        await dealer.do(admin, "cars", "update", car, quality_checked_at=now, quality_approved=True)  # type: ignore[arg-type]
    await dealer.do(admin, "cars", "update", car, sold_at=now)  # type: ignore[arg-type]
    await dealer.do(admin, "cars", "update", car, delivered_to_customer_at=now)  # type: ignore[arg-type]
    assert (await dealer.read(admin, "cars", car))["status"] == "delivered"  # type: ignore[arg-type]
    await dealer.application.dispatcher.once(dealer.tenant)
    assert (await dealer.read(admin, "cars", car))["status"] == "delivered"  # type: ignore[arg-type]
    time.ahead = timedelta(minutes=3)
    try:
        owner = await asyncpg.connect(dealer.application.owner_dsn)
        await owner.execute("ALTER TABLE outbox NO FORCE ROW LEVEL SECURITY")
        await owner.execute("UPDATE outbox SET due_at = now() WHERE done_at IS NULL")
        await owner.execute("ALTER TABLE outbox FORCE ROW LEVEL SECURITY")
        await owner.close()
        await dealer.application.dispatcher.once(dealer.tenant)
    finally:
        time.ahead = timedelta()
    row = await dealer.read(admin, "cars", car)  # type: ignore[arg-type]
    assert row["status"] == "archived"


async def test_a_new_company_gets_checklists_once(dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin")
    reading = dealer.application.platform.reading
    for name in ("Nytt navn", "Enda et navn"):
        await dealer.do(admin, "tenants", "update", dealer.tenant, name=name)
        await dealer.application.dispatcher.once(dealer.tenant)
    found = orjson.loads((await reading.page(admin, "inspection_templates", Query())).json)
    assert sorted(t["name_en"] for t in found) == sorted(t["name_en"] for t in SEED_TEMPLATES)


async def test_a_plate_and_a_vin_read_off_a_car_are_kept_together(dealer: Dealer) -> None:
    seller, reception = await dealer.person("used_car_sales", "495"), await dealer.person("reception", "499")
    car = await dealer.create(seller, "cars", car_type="used", license_plate="EL 98765", make="Audi", model="A4")
    await dealer.do(seller, "cars", "update", car, sent_at=utc_now().isoformat())
    vin = "WAUZZZF49MA000123"
    await dealer.do(reception, "cars", "receive", license_plate="EL98765", vin=vin)
    row = await dealer.read(reception, "cars", car)
    assert (row["vin"], row["status"]) == (vin, "at_prep_center")
    with pytest.raises(DirectAppError):
        await dealer.do(reception, "cars", "receive", license_plate="EL98765", vin="WAUZZZF49MA000999")


async def test_a_deleted_user_leaves_the_cars_and_their_history(dealer: Dealer) -> None:
    admin, seller = await dealer.person("tenant_admin"), await dealer.person("new_car_sales")
    car = await dealer.create(seller, "cars", make="VW", model="ID.4", car_type="new", order_number="D1")
    assert (await dealer.read(admin, "cars", car))["seller"] == str(seller.user)
    await dealer.do(admin, "users", "delete", seller.user)
    row = await dealer.read(admin, "cars", car)
    assert (row["seller"], row["created_by"]) == (None, None)
    history = await dealer.application.platform.reading.history(admin, "cars", car)
    assert history[-1]["actor_name"] == seller.name


async def test_an_invitation_is_mailed_with_a_link_that_works_once(dealer: Dealer) -> None:
    manager = await dealer.person("manager")
    person = {"first_name": "Nina", "last_name": "Ny", "email": f"nina.{dealer.tenant.hex[-8:]}@example.test"}
    await dealer.do(manager, "users", "invite", **person, roles=["new_car_sales"], dealership=str(dealer.sites["490"]))
    await dealer.application.dispatcher.once(dealer.tenant)
    letters = [path.read_text() for path in (dealer.application.settings.data / "mail").iterdir()]
    letter = email.message_from_string(next(text for text in letters if person["email"] in text))
    plain = next(part for part in letter.walk() if part.get_content_type() == "text/plain")
    body = plain.get_payload(decode=True)
    assert isinstance(body, bytes)
    link = re.search(r"/link/(\S+)", body.decode())
    assert link
    await use_link(dealer.application.auth, link[1], "et-langt-passord-7", address="127.0.0.1")
    signed_in = await sign_in(
        dealer.application.auth, email=person["email"], password="et-langt-passord-7", address="127.0.0.1"
    )
    assert signed_in.actor.roles == {"new_car_sales"}
    with pytest.raises(DirectAppError):
        await use_link(dealer.application.auth, link[1], "et-annet-passord-8", address="127.0.0.1")
