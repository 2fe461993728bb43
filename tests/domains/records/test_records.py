from typing import Any
from uuid import UUID

import pytest

from directapp.declare.kinds import BadValueError
from directapp.domains.records.car_files import parse_marks
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from support.floor import Floor


async def upload(floor: Floor, role: str, **values: Any) -> UUID:
    """Store a file as the upload does: by a system actor, for the person."""
    person = await floor.person(role)
    given = {"name": "skade.jpg", "media_type": "image/jpeg", "storage_key": "k", "created_by": person.user} | values
    made = (await floor.system("create", "files", **given)).record
    assert made is not None
    return made


async def test_a_file_is_uploaded_not_described(floor: Floor) -> None:
    with pytest.raises(InvalidError):
        await floor.make("reception", "files", title="Skade")
    with pytest.raises(ForbiddenError):
        await floor.make("reception", "files", title="Skade", storage_key="another/tenants/file")


async def test_a_file_is_its_uploaders_until_it_is_on_a_car(floor: Floor) -> None:
    car, file = await floor.car(), await upload(floor, "reception")
    assert (await floor.row("reception", "files", file))["name"] == "skade.jpg"
    with pytest.raises(NotFoundError):
        await floor.row("mechanic", "files", file)
    on_car = await floor.make("reception", "car_files", car=car, file=file, stage="inspection")
    assert (await floor.row("mechanic", "car_files", on_car))["title"] == "skade.jpg"
    seen = await floor.row("mechanic", "files", file)
    assert "storage_key" not in seen
    with pytest.raises(NotFoundError):
        await floor.row("detailer", "files", file)


async def test_a_file_taken_off_its_car_is_its_owners_alone_who_may_delete_it(floor: Floor) -> None:
    car, file = await floor.car(), await upload(floor, "reception")
    on_car = await floor.make("reception", "car_files", car=car, file=file, stage="inspection")
    with pytest.raises((ConflictError, ForbiddenError)):
        await floor.do("reception", "delete", "files", file)
    await floor.do("reception", "delete", "car_files", on_car)
    with pytest.raises(NotFoundError):
        await floor.row("mechanic", "files", file)
    with pytest.raises(NotFoundError):
        await floor.do("mechanic", "delete", "files", file)
    await floor.do("reception", "delete", "files", file)
    with pytest.raises(NotFoundError):
        await floor.row("reception", "files", file)


async def test_an_administrator_deletes_what_is_on_no_car(floor: Floor) -> None:
    car, file, kept = await floor.car(), await upload(floor, "reception"), await upload(floor, "reception")
    on_car = await floor.make("reception", "car_files", car=car, file=file, stage="inspection")
    await floor.make("reception", "car_files", car=car, file=kept, stage="inspection")
    await floor.do("tenant_admin", "delete", "car_files", on_car)
    await floor.do("tenant_admin", "delete", "files", file)
    with pytest.raises((ConflictError, ForbiddenError)):
        await floor.do("tenant_admin", "delete", "files", kept)


async def test_a_face_is_seen_by_all(floor: Floor) -> None:
    face = await upload(floor, "reception", purpose="photo")
    assert (await floor.row("detailer", "files", face))["purpose"] == "photo"


async def test_nobody_puts_a_strangers_file_on_a_car(floor: Floor) -> None:
    file = await upload(floor, "reception")
    with pytest.raises(InvalidError) as refused:
        await floor.make("mechanic", "car_files", car=await floor.car(), file=file, stage="technical")
    assert [p.field for p in refused.value.problems] == ["file"]


async def test_the_stage_decides_who_adds(floor: Floor) -> None:
    car, file = await floor.car(), await upload(floor, "mechanic")
    with pytest.raises(ForbiddenError):
        await floor.make("mechanic", "car_files", car=car, file=file, stage="inspection")
    on_car = await floor.make("mechanic", "car_files", car=car, file=file, stage="technical")
    with pytest.raises(ForbiddenError):
        await floor.do("mechanic", "update", "car_files", on_car, stage="invoice")
    with pytest.raises(ForbiddenError):
        await floor.do("reception", "update", "car_files", on_car, title="Min")


async def test_a_file_moves_to_the_right_car_with_its_sight(floor: Floor) -> None:
    wrong, right = await floor.car(), await floor.car(assigned_mechanic=None)
    file = await upload(floor, "reception")
    on_car = await floor.make("reception", "car_files", car=wrong, file=file, stage="inspection")
    with pytest.raises(InvalidError):
        await floor.make("reception", "car_files", car=right, file=file, stage="inspection")
    await floor.do("reception", "update", "car_files", on_car, car=right)
    with pytest.raises(NotFoundError):
        await floor.row("mechanic", "files", file)


async def test_an_archived_car_takes_invoices_and_no_comments(floor: Floor) -> None:
    car = await floor.car(status="archived")
    invoice, other = await upload(floor, "finance"), await upload(floor, "manager")
    await floor.make("finance", "car_files", car=car, file=invoice, stage="invoice")
    with pytest.raises(ConflictError):
        await floor.make("manager", "car_files", car=car, file=other, stage="delivery")
    with pytest.raises(ConflictError):
        await floor.make("manager", "comments", subject_collection="cars", subject_id=car, text="For sent")


@pytest.mark.parametrize("wrong", [{}, [{"x": 2, "y": 0, "view": "top"}], [{"x": 0, "y": 0, "view": "moon"}], ["x"]])
def test_a_damage_mark_has_a_place(wrong: object) -> None:
    with pytest.raises(BadValueError):
        parse_marks(wrong)


async def test_a_comment_finds_its_car_from_its_record_and_back(floor: Floor) -> None:
    car = await floor.car()
    by_record = await floor.make("mechanic", "comments", subject_collection="cars", subject_id=car, text="Nøkkel?")
    by_car = await floor.make("mechanic", "comments", car=car, text="Funnet")
    for comment in (by_record, by_car):
        row = await floor.row("planner", "comments", comment)
        assert (row["car"], row["subject_id"], row["subject_collection"]) == (str(car), str(car), "cars")
    other = {"subject_collection": "cars", "subject_id": await floor.car()}
    with pytest.raises(InvalidError, match="another record"):
        await floor.make("mechanic", "comments", car=car, **other, text="Hvilken?")
    with pytest.raises(InvalidError, match="About is required"):
        await floor.make("mechanic", "comments", subject_id=car, text="Hva?")


async def test_one_edits_ones_own_comments_on_cars_seen_in_full(floor: Floor) -> None:
    car = await floor.car(dealership=floor.prep_site)
    comment = await floor.make("mechanic", "comments", car=car, text="Ripe")
    await floor.do("mechanic", "update", "comments", comment, text="Ripe i dør")
    with pytest.raises(ForbiddenError):
        await floor.do("planner", "update", "comments", comment, text="Nei")
    # The used-car seller of the other site meets this car in the vehicle bank only.
    assert "vin" in await floor.row("used_car_sales", "cars", car)
    with pytest.raises(NotFoundError):
        await floor.row("used_car_sales", "comments", comment)
    with pytest.raises(ForbiddenError):
        await floor.make("used_car_sales", "comments", car=car, text="Er den ledig?")
