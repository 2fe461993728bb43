"""What belongs to a record of any collection is seen with it, in full, and goes when it goes."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from directapp.app.spec import load_spec
from directapp.declare.access import Access, grants
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Group, field, subject_fields
from directapp.declare.kinds import Kind
from directapp.declare.rules import Is, SubjectSeen, Who
from directapp.declare.spec import DeclarationError, Spec
from directapp.derive.pages import children_of
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.errors import ForbiddenError, InvalidError, NotFoundError, Problem
from directapp.kernel.ids import uuid7
from directapp.services.explain import explain
from directapp.store.database import Database
from directapp.store.names import ident
from directapp.store.policies import policy_statements
from directapp.store.tables import build_metadata
from support.dealer import Dealer
from support.pages import new_car
from support.plan import Plan, lay_plan
from support.post import SELLER, logged, rows, told
from support.text import bilingual

SPEC = load_spec()
FLEET = {"vehicles", "drivers", "assignments", "reservations", "maintenance_schedules", "work_orders"}
# Who sees a part of a record, and so nothing of what belongs to it.
PARTLY = {"users": ("planner", "499"), "vehicles": ("driver", "490"), "reservations": ("driver", "490")}
PLANNER, ELSEWHERE = ("planner", "499"), ("new_car_sales", "324")


@dataclass(frozen=True)
class Case:
    """A record of a collection: who sees it in full, and who at most a part of it."""

    collection: str
    record: UUID
    car: UUID | None
    seen_by: tuple[str, str]
    hidden_from: tuple[str, str]

    @property
    def subject(self) -> dict[str, str]:
        """What a row says that belongs to it."""
        return {"subject_collection": self.collection, "subject_id": str(self.record)}


async def _booking(dealer: Dealer) -> tuple[UUID, UUID]:
    plan: Plan = await lay_plan(dealer)
    car = await plan.car()
    booked = await plan.book(car, "mechanic", "09:00", "10:00")
    assert booked.record
    return booked.record, car


async def _request(dealer: Dealer) -> Case:
    owner, asker = await dealer.person("used_car_sales", "490"), await dealer.person("used_car_sales", "495")
    bank = {"car_type": "used", "make": "Audi", "model": "A4", "in_vehicle_bank": True, "visibility": "global"}
    car = await dealer.create(owner, "cars", **bank)
    asked = await dealer.create(asker, "car_requests", car=str(car))
    return Case("car_requests", asked, car, ("used_car_sales", "495"), ELSEWHERE)


async def _fleet(dealer: Dealer, collection: str) -> Case:
    """Make a record of the fleet of 490; drivers of 324 have nothing to do with it."""
    leader, person = await dealer.person("fleet_manager"), await dealer.person("driver", "499")
    made = {"drivers": await dealer.create(leader, "drivers", name=person.name, user=str(person.user))}
    shared = {"number": "101", "vehicle_type": "van", "classification": "pool"}
    made["vehicles"] = await dealer.create(leader, "vehicles", **shared)
    await dealer.do(leader, "vehicles", "activate", made["vehicles"])
    await dealer.create(leader, "certifications", driver=str(made["drivers"]), kind="licence_b")
    now = dealer.application.platform.clock()
    span = {"starts_at": (now + timedelta(hours=1)).isoformat(), "ends_at": (now + timedelta(hours=3)).isoformat()}
    whose = {"vehicle": str(made["vehicles"]), **span}
    if collection == "assignments":
        made[collection] = await dealer.create(leader, collection, driver=str(made["drivers"]), **whose)
    if collection == "reservations":
        made[collection] = await dealer.create(leader, collection, **whose)
    van = str(made["vehicles"])
    if collection == "maintenance_schedules":
        made[collection] = await dealer.create(leader, collection, vehicle=van, name="Service", every_months=12)
    if collection == "work_orders":
        made[collection] = await dealer.create(leader, collection, vehicle=van, title="Bremser")
    return Case(collection, made[collection], None, ("fleet_manager", "490"), ("driver", "324"))


async def case_of(dealer: Dealer, collection: str) -> Case:
    """Make a record of a collection at 495, which 499 prepares for; people of 324 have nothing to do with it."""
    seller = await dealer.person(*SELLER)
    if collection == "users":
        colleague = await dealer.person("reception", "499")
        assert colleague.user
        return Case(collection, colleague.user, None, ("manager", "499"), ("planner", "499"))
    if collection == "resource_bookings":
        booking, car = await _booking(dealer)
        return Case(collection, booking, car, PLANNER, ELSEWHERE)
    if collection in {"car_requests", *FLEET}:
        return await (_fleet(dealer, collection) if collection in FLEET else _request(dealer))
    car = await new_car(dealer, seller, 1)
    if collection in {"cars", "work_items"}:
        record = car
        if collection == "work_items":
            planner = await dealer.person(*PLANNER)
            record = await dealer.create(planner, "work_items", car=str(car), description="Bytt bremser")
        return Case(collection, record, car, PLANNER, ELSEWHERE)
    if collection == "car_transfers":
        # Sent to where its car is not seen: who receives it there sees the transfer alone.
        sent = await dealer.create(seller, "car_transfers", car=str(car), to=str(dealer.sites["490"]))
        return Case(collection, sent, car, ("reception", "490"), ELSEWHERE)
    more = {"inspections": {"kind": "mottak"}, "parts_orders": {"status": "ordered"}}.get(collection, {})
    values = {"tenant_id": dealer.tenant, "id": uuid7(), "car": car, **more}
    async with dealer.application.platform.database.unit(system_actor(dealer.tenant, "demo")) as unit:
        marks = ", ".join(f"${n}" for n in range(1, len(values) + 1))
        await unit.value(f"INSERT INTO {collection} ({', '.join(values)}) VALUES ({marks})", *values.values())
    return Case(collection, values["id"], car, PLANNER, ELSEWHERE)


SUBJECTS = [s.name for s in SPEC.subjects]


def test_these_are_the_subjects() -> None:
    assert {"cars", "work_items", "car_transfers", "resource_bookings", "users"} <= set(SUBJECTS)
    assert {meta.name for meta, _ in SPEC.attached} == {"comments", "car_files", "messages"}
    for name in ("comments", "car_files", "messages"):
        assert [c.code for c in SPEC[name].fields["subject_collection"].choices] == SUBJECTS


@pytest.mark.parametrize("name", SUBJECTS)
async def test_a_comment_is_seen_with_its_subject_and_by_nobody_else(dealer: Dealer, name: str) -> None:
    case = await case_of(dealer, name)
    reader, stranger = await dealer.person(*case.seen_by), await dealer.person(*case.hidden_from)
    comment = await dealer.create(reader, "comments", **case.subject, text="Se her")
    row = await dealer.read(reader, "comments", comment)
    assert (row["subject_collection"], row["subject_id"]) == (name, str(case.record))
    assert row["car"] == (str(case.car) if case.car else None)
    with pytest.raises(NotFoundError):
        await dealer.read(stranger, "comments", comment)
    foreign = Actor(tenant=uuid7(), user=uuid7(), name="x", roles=reader.roles, site=reader.site)
    nobody = Actor(tenant=dealer.tenant, user=None, name="x", roles=frozenset())
    with pytest.raises(NotFoundError):
        await dealer.read(foreign, "comments", comment)
    with pytest.raises(ForbiddenError):
        await dealer.read(nobody, "comments", comment)
    database = dealer.application.platform.database
    for actor, count in ((reader, 1), (stranger, 0), (foreign, 0), (nobody, 0)):
        async with database.unit(actor, readonly=True) as unit:
            assert await unit.value("SELECT count(*) FROM comments WHERE id = $1", comment) == count


async def _refusal(dealer: Dealer, actor: Actor, **values: Any) -> list[Problem]:
    with pytest.raises(InvalidError) as refused:
        await dealer.create(actor, "comments", text="Hei", **values)
    return list(refused.value.problems)


@pytest.mark.parametrize("name", [n for n in SUBJECTS if n != "users"])
async def test_to_write_about_what_one_does_not_see_is_as_if_there_were_none(dealer: Dealer, name: str) -> None:
    case = await case_of(dealer, name)
    stranger = await dealer.person(*case.hidden_from)
    hidden = await _refusal(dealer, stranger, **case.subject)
    missing = await _refusal(dealer, stranger, subject_collection=name, subject_id=str(uuid7()))
    assert hidden == missing
    assert [p.field for p in hidden] == ["subject_id"]


@pytest.mark.parametrize("name", PARTLY)
async def test_what_is_seen_in_part_is_neither_written_about_nor_read_of(dealer: Dealer, name: str) -> None:
    case = await case_of(dealer, name)
    reader, partly = await dealer.person(*case.seen_by), await dealer.person(*PARTLY[name])
    comment = await dealer.create(reader, "comments", **case.subject, text="Se her")
    assert await dealer.read(partly, name, case.record)
    with pytest.raises(NotFoundError):
        await dealer.read(partly, "comments", comment)
    with pytest.raises(ForbiddenError):
        await dealer.create(partly, "comments", **case.subject, text="Hei")
    missing = {**case.subject, "subject_id": str(uuid7())}
    (problem,) = await _refusal(dealer, reader, **missing)
    assert problem.field == "subject_id"


async def test_a_subject_is_of_a_collection_that_takes_part(dealer: Dealer) -> None:
    seller = await dealer.person(*SELLER)
    (problem,) = await _refusal(dealer, seller, subject_collection="dealerships", subject_id=str(seller.site))
    assert problem.field == "subject_collection"
    assert "work_items" in problem.message.english


async def test_the_database_itself_takes_along_what_decides_who_sees_a_row(dealer: Dealer) -> None:
    """Whoever would write past the pipeline cannot name another car, nor a subject that is not there."""
    case = await case_of(dealer, "work_items")
    seller = await dealer.person(*SELLER)
    other = await new_car(dealer, seller, 2)
    database: Database = dealer.application.platform.database
    sql = (
        "INSERT INTO comments (tenant_id, id, subject_collection, subject_id, car, text)"
        " VALUES ($1, $2, 'work_items', $3, $4, 'x')"
    )
    written = uuid7()
    async with database.unit(system_actor(dealer.tenant, "demo")) as unit:
        await unit.value(sql, dealer.tenant, written, case.record, other)
        assert await unit.value("SELECT car FROM comments WHERE id = $1", written) == case.car
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with database.unit(system_actor(dealer.tenant, "demo")) as unit:
            await unit.value(sql, dealer.tenant, uuid7(), uuid7(), other)


@pytest.mark.parametrize("name", ["users", "car_transfers"])
async def test_what_belongs_to_a_record_goes_with_it(dealer: Dealer, name: str) -> None:
    """Comments and files are deleted; the log of messages stays, with the car."""
    case = await case_of(dealer, name)
    reader = await dealer.person(*case.seen_by)
    await dealer.create(reader, "comments", **case.subject, text="Om dette")
    said = {"channel": "phone", "body": "Ringte", "receiver_kind": "customer"}
    logged_call = await dealer.create(reader, "messages", **case.subject, **said)
    database: Database = dealer.application.platform.database
    pipeline = system_actor(dealer.tenant, "pipeline")
    async with database.unit(system_actor(dealer.tenant, "undo")) as unit:
        if name == "users":
            unit.become(await dealer.person("tenant_admin"))
        await unit.value(f"DELETE FROM {ident(name)} WHERE id = $1", case.record)
    async with database.unit(pipeline, readonly=True) as unit:
        assert await unit.value("SELECT count(*) FROM comments WHERE subject_id = $1", case.record) == 0
        (left,) = await unit.fetch("SELECT subject_collection, subject_id FROM messages WHERE id = $1", logged_call)
    assert tuple(left) == (("cars", case.car) if case.car else (None, None))


async def test_a_file_follows_what_it_belongs_to_and_is_on_one_record_alone(dealer: Dealer) -> None:
    case = await case_of(dealer, "car_transfers")
    reader, stranger = await dealer.person(*case.seen_by), await dealer.person(*case.hidden_from)
    database: Database = dealer.application.platform.database
    file = uuid7()
    async with database.unit(system_actor(dealer.tenant, "demo")) as unit:
        await unit.value(
            "INSERT INTO files (tenant_id, id, name, storage_key, created_by) VALUES ($1, $2, 'a.pdf', 'k', $3)",
            dealer.tenant,
            file,
            reader.user,
        )
    kept = await dealer.create(reader, "car_files", **case.subject, file=str(file))
    assert (await dealer.read(reader, "car_files", kept))["stage"] is None, "only a car has stages"
    receiver = await dealer.person("planner", "490")
    assert (await dealer.read(receiver, "files", file))["name"] == "a.pdf"
    with pytest.raises(NotFoundError):
        await dealer.read(stranger, "files", file)
    own = {"subject_collection": "users", "subject_id": str(reader.user)}
    with pytest.raises(InvalidError, match="on something else"):
        await dealer.create(reader, "car_files", **own, file=str(file))


async def test_whoever_is_mentioned_about_a_record_is_led_to_it(dealer: Dealer) -> None:
    case = await case_of(dealer, "work_items")
    seller, planner = await dealer.person(*SELLER), await dealer.person(*PLANNER)
    comment = await dealer.create(seller, "comments", **case.subject, text="Haster", mentions=[str(planner.user)])
    assert "comment.mention" in await told(dealer, planner)
    (note,) = await rows(dealer, planner, "notifications", event="comment.mention")
    assert (note["subject_collection"], note["subject_id"]) == ("comments", str(comment))
    (line,) = await logged(dealer, case.car or uuid7(), event="comment.mention", channel="in_app")
    assert (line["subject_collection"], line["subject_id"]) == ("work_items", str(case.record))


async def test_a_mention_about_a_colleague_gives_its_words_to_that_colleague_alone(dealer: Dealer) -> None:
    case = await case_of(dealer, "users")
    manager, colleague = await dealer.person(*case.seen_by), await dealer.person("reception", "499")
    planner = await dealer.person(*PLANNER)
    names = [str(colleague.user), str(planner.user)]
    await dealer.create(manager, "comments", **case.subject, text="Bra jobbet", mentions=names)
    await told(dealer, colleague)
    (own,) = await rows(dealer, colleague, "notifications", event="comment.mention")
    (other,) = await rows(dealer, planner, "notifications", event="comment.mention")
    assert own["body"] == "Bra jobbet"
    assert (own["title"].split(": ")[1], other["title"].split(": ")[1]) == ("Bruker", "noe")
    assert "Bra" not in str(other)
    assert other["subject_id"] is None


async def test_what_the_system_tells_of_a_transfer_stays_in_the_log_of_its_car(dealer: Dealer) -> None:
    case = await case_of(dealer, "car_transfers")
    reception = await dealer.person(*case.seen_by)
    assert "transfer.sent" in await told(dealer, reception)
    lines = await logged(dealer, case.car or uuid7(), event="transfer.sent")
    assert {line["subject_id"] for line in lines} == {str(case.car)}
    with pytest.raises(NotFoundError):
        await dealer.read(reception, "cars", case.car or uuid7())


async def test_a_comment_cannot_be_put_elsewhere_but_a_file_can(dealer: Dealer) -> None:
    case = await case_of(dealer, "work_items")
    planner = await dealer.person(*PLANNER)
    comment = await dealer.create(planner, "comments", **case.subject, text="Hei")
    with pytest.raises(InvalidError):
        await dealer.do(planner, "comments", "update", comment, subject_collection="cars", subject_id=str(case.car))
    await dealer.do(planner, "comments", "update", comment, text="Hei igjen")
    with pytest.raises(InvalidError):
        await dealer.do(await dealer.person(*PLANNER), "comments", "update", comment, subject_id=None)


async def test_explain_says_why_a_comment_is_seen_or_not(dealer: Dealer) -> None:
    case = await case_of(dealer, "work_items")
    reader, stranger = await dealer.person(*case.seen_by), await dealer.person(*case.hidden_from)
    comment = await dealer.create(reader, "comments", **case.subject, text="Hei")
    database: Database = dealer.application.platform.database
    lines = [line.english for line in await explain(database, reader, SPEC["comments"], comment)]
    assert any("matches this row" in line for line in lines)
    lines = [line.english for line in await explain(database, stranger, SPEC["comments"], comment)]
    assert any("it is not seen (404)" in line for line in lines)


async def test_what_belongs_to_a_moved_car_moves_with_it(dealer: Dealer) -> None:
    case = await case_of(dealer, "work_items")
    planner, manager = await dealer.person(*PLANNER), await dealer.person("manager", "324")
    comment = await dealer.create(planner, "comments", **case.subject, text="Hei")
    with pytest.raises(NotFoundError):
        await dealer.read(manager, "comments", comment)
    async with dealer.application.platform.database.unit(system_actor(dealer.tenant, "custodian")) as unit:
        await unit.value("UPDATE cars SET dealership = $2 WHERE id = $1", case.car, dealer.sites["324"])
    assert (await dealer.read(manager, "comments", comment))["text"] == "Hei"


def test_one_more_subject_is_one_declaration() -> None:
    trailers = Collection(
        name="trailers",
        label=bilingual("Tilhenger", "Trailer"),
        plural=bilingual("Tilhengere", "Trailers"),
        groups=(
            Group(
                "all", bilingual("Alt", "All"), (field("site", bilingual("Sted", "Site"), Kind.REF, ref="dealerships"),)
            ),
        ),
        access=Access(grants=grants("planner", rows=Is("site", Who.SITE))),
        views=Views(columns=("site",), title=("site",)),
        subject=True,
    )
    spec = Spec([*(m.declared for m in SPEC.metas.values()), trailers], SPEC.events.values())
    assert spec["comments"].fields["subject_collection"].choice("trailers")
    planner = Actor(tenant=uuid7(), user=uuid7(), name="x", roles=frozenset({"planner"}))
    parts = {child.meta.name: child.given("id") for child in children_of(spec, planner, spec["trailers"])}
    own = {"subject_collection": "trailers", "subject_id": "id"}
    assert parts == {"comments": own, "car_files": own, "messages": own}
    statements = policy_statements(spec, build_metadata(spec))
    (seen,) = [s for s in statements if s.startswith('CREATE POLICY "comments_select"')]
    assert "IN ('trailers')" in seen
    assert 'FROM "trailers" p1' in seen
    assert any("TRIGGER trailers_subject" in s for s in statements)


def test_what_is_taken_along_cannot_change_in_the_subject() -> None:
    loose = replace(field("car", bilingual("Bil", "Car"), Kind.REF, ref="cars"), immutable=False)
    loans = Collection(
        name="loans",
        label=bilingual("Utlån", "Loan"),
        plural=bilingual("Utlån", "Loans"),
        groups=(Group("all", bilingual("Alt", "All"), (loose,)),),
        access=Access(grants=()),
        views=Views(columns=("car",), title=("car",)),
        subject=True,
    )
    with pytest.raises(DeclarationError, match="cannot be taken along"):
        Spec([*(m.declared for m in SPEC.metas.values()), loans], SPEC.events.values())


def test_what_is_seen_with_its_subject_takes_along_what_else_decides_that() -> None:
    notes = Collection(
        name="notes",
        label=bilingual("Notat", "Note"),
        plural=bilingual("Notater", "Notes"),
        groups=(Group("all", bilingual("Alt", "All"), subject_fields()),),
        access=Access(grants=grants("planner", rows=SubjectSeen("subject_id"))),
        views=Views(columns=("subject_id",), title=("subject_id",)),
    )
    with pytest.raises(DeclarationError, match=r"notes\.subject_id takes nothing along"):
        Spec([*(m.declared for m in SPEC.metas.values()), notes], SPEC.events.values())
