from typing import Any
from uuid import UUID

import pytest

from directapp.app.spec import load_spec
from directapp.declare.kinds import BadValueError
from directapp.domains.workshop import SEED_TEMPLATES
from directapp.domains.workshop.answers import judge_answers, judge_marks, judge_photos
from directapp.domains.workshop.templates import well_made_items
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from support.floor import Floor, case

ITEMS = [{"code": "paint", "nb": "Lakk", "en": "Paint"}, {"code": "keys", "nb": "Nøkler", "en": "Keys"}]
CHECKS = ("plates_ok", "reregistered", "insurance", "liens", "keys")


async def begun(floor: Floor, **answers: dict[str, Any]) -> tuple[UUID, UUID]:
    await floor.make("manager", "inspection_templates", name_nb="Kort", name_en="Short", car_type="used", items=ITEMS)
    car = await floor.car(car_type="certified")
    inspection = (await floor.do("reception", "begin", "inspections", car=car)).record
    assert inspection is not None
    if answers:
        given = [{"item": item} | answer for item, answer in answers.items()]
        await floor.do("reception", "update", "inspections", inspection, answers=given)
    return car, inspection


@pytest.mark.parametrize("template", SEED_TEMPLATES, ids=lambda t: t["name_en"])
def test_a_seeded_list_is_well_made_and_of_a_workable_length(template: dict[str, Any]) -> None:
    assert well_made_items(case(template)) == []
    assert 15 <= len(template["items"]) <= 20


@pytest.mark.parametrize(
    "items",
    [
        [],
        "x",
        [{"code": "a"}],
        [{"code": "a", "nb": "A", "en": "A"}, {"code": "a", "nb": "B", "en": "B"}],
        [{"code": "a", "nb": "A", "en": "A", "critical": "yes"}],
        [{"code": "a", "nb": "A" * 201, "en": "A"}],
        [{"code": "a", "nb": "A", "en": "A", "colour": "red"}],
    ],
)
def test_a_badly_made_list_is_refused(items: object) -> None:
    assert [p.field for p in well_made_items(case({"items": items}))] == ["items"]


@pytest.mark.parametrize(
    "answer",
    [
        "ok",
        {"result": "ok"},
        {"item": "horn", "result": "ok"},
        {"item": "paint", "result": "fine"},
        {"item": "paint", "result": "ok", "note": 7},
    ],
)
def test_an_answer_that_says_too_little_is_refused(answer: object) -> None:
    assert [p.field for p in judge_answers(case({"items": ITEMS, "answers": [answer]}))] == ["answers"]


@pytest.mark.parametrize("answers", [[{"item": [], "result": {}}], [{"item": "paint", "result": []}], [True], [[]]])
async def test_answers_of_any_shape_are_refused_by_name(floor: Floor, answers: object) -> None:
    _, inspection = await begun(floor)
    with pytest.raises(InvalidError) as refused:
        await floor.do("reception", "update", "inspections", inspection, answers=answers)
    assert {problem.field for problem in refused.value.problems} == {"answers"}


@pytest.mark.parametrize("answers", [True, 1, "x", {}, {"item": "paint"}])
def test_answers_are_a_list(answers: object) -> None:
    with pytest.raises(BadValueError):
        load_spec()["inspections"].fields["answers"].understand(answers)


def test_every_wrong_answer_is_named_at_once() -> None:
    answers = [{"item": "paint", "result": "fine"}, {"item": "keys", "result": "none"}]
    assert [p.message.pick("nb").split(":")[0] for p in judge_answers(case({"items": ITEMS, "answers": answers}))] == [
        "Lakk",
        "Nøkler",
    ]
    twice = [{"item": "paint", "result": "ok"}] * 2
    assert len(judge_answers(case({"items": ITEMS, "answers": twice}))) == 1


def test_a_damage_mark_stands_on_the_outline() -> None:
    mark = {"x": 0.25, "y": 1, "view": "left", "note": "Bulk"}
    assert judge_marks(case({"damage_marks": [mark]})) == []
    for wrong in ({"x": 1.2}, {"y": None}, {"view": "under"}, {"x": True}, {"file": 3}):
        assert len(judge_marks(case({"damage_marks": [mark | wrong]}))) == 1


def test_photos_are_the_cars_own_files() -> None:
    files = [{"file": "f1"}]
    answers = [{"item": "paint", "result": "ok", "photos": ["f1"]}]
    assert judge_photos(case({"answers": answers, "photos": ["f1"]}, files=files)) == []
    marks = [{"x": 0, "y": 0, "view": "top", "file": "f2"}]
    assert [p.field for p in judge_photos(case({"damage_marks": marks}, files=files))] == ["damage_marks"]


async def test_an_inspection_begins_on_the_list_of_its_car_and_only_once(floor: Floor) -> None:
    car, inspection = await begun(floor)
    row = await floor.row("reception", "inspections", inspection)
    assert [i["code"] for i in row["items"]] == ["paint", "keys"]
    assert (await floor.row("reception", "cars", car))["inspection_started_at"] is not None
    again = await floor.do("reception", "begin", "inspections", car=car)
    assert again.record == inspection


async def test_signing_waits_for_every_answer_and_sets_the_cars_facts(floor: Floor) -> None:
    car, inspection = await begun(floor, paint={"result": "remark", "note": "Ripe i dør"})
    with pytest.raises(ConflictError) as refused:
        await floor.do("reception", "complete", "inspections", inspection, approved=True)
    assert "Nøkler" in refused.value.problems[0].message.pick("nb")
    answers = [{"item": "paint", "result": "remark", "note": " "}, {"item": "keys", "result": "ok"}]
    await floor.do("reception", "update", "inspections", inspection, answers=answers)
    with pytest.raises(ConflictError) as refused:
        await floor.do("reception", "complete", "inspections", inspection, approved=True)
    assert refused.value.problems[0].message.pick("nb") == "Skriv hva som er funnet: Lakk."
    answers[0]["note"] = "Ripe i dør"
    await floor.do("reception", "update", "inspections", inspection, answers=answers)
    with pytest.raises(InvalidError):
        await floor.do("reception", "complete", "inspections", inspection)
    await floor.do("reception", "complete", "inspections", inspection, approved=True)

    row = await floor.row("reception", "inspections", inspection)
    assert (row["signed_by"], row["remarks"]) == (str(floor.people["reception"].user), 1)
    on_car = await floor.row("planner", "cars", car)
    assert (on_car["inspection_approved"], on_car["inspection_remarks"]) == (True, "Lakk: Ripe i dør")
    assert on_car["inspection_completed_at"] == row["signed_at"]
    with pytest.raises(ConflictError):
        await floor.do("reception", "update", "inspections", inspection, note="Likevel")


async def test_a_critical_finding_becomes_work_before_the_car_is_approved(floor: Floor) -> None:
    critical = {"result": "critical", "note": "Rust i bærebjelke"}
    _, inspection = await begun(floor, paint=critical, keys={"result": "ok"})
    with pytest.raises(ConflictError):
        await floor.do("reception", "complete", "inspections", inspection, approved=True)
    with pytest.raises(InvalidError):
        await floor.do("reception", "make_work_item", "inspections", inspection, item="keys")
    item = (await floor.do("reception", "make_work_item", "inspections", inspection, item="paint", kind="body")).record
    row = await floor.row("reception", "work_items", item)
    assert (row["description"], row["kind"], row["status"]) == ("Lakk: Rust i bærebjelke", "body", "proposed")
    with pytest.raises(ConflictError):
        await floor.do("planner", "make_work_item", "inspections", inspection, item="paint")
    await floor.do("reception", "complete", "inspections", inspection, approved=True)


async def test_a_failed_inspection_says_what_is_wrong(floor: Floor) -> None:
    car, inspection = await begun(floor, paint={"result": "ok"}, keys={"result": "ok"})
    with pytest.raises(InvalidError):
        await floor.do("reception", "complete", "inspections", inspection, approved=False)
    await floor.do("reception", "complete", "inspections", inspection, approved=False, note="Feil farge")
    assert (await floor.row("planner", "cars", car))["inspection_notes"] == "Feil farge"


async def test_a_hand_over_is_signed_when_everything_is_in_place(floor: Floor) -> None:
    car = await floor.car()
    record = await floor.make("new_car_sales", "inspections", car=car, kind="handover", plates_ok=True)
    with pytest.raises(ConflictError):
        await floor.do("new_car_sales", "complete", "inspections", record)
    await floor.do("new_car_sales", "update", "inspections", record, **dict.fromkeys(CHECKS, True))
    await floor.do("new_car_sales", "complete", "inspections", record)
    row = await floor.row("finance", "inspections", record)
    assert row["signed_by"] == str(floor.people["new_car_sales"].user)
    assert "answers" not in row


async def test_each_kind_belongs_to_its_own_people(floor: Floor) -> None:
    car, inspection = await begun(floor)
    with pytest.raises(ForbiddenError):
        await floor.make("new_car_sales", "inspections", car=car, kind="mottak")
    with pytest.raises(ForbiddenError):
        await floor.make("reception", "inspections", car=car, kind="handover")
    with pytest.raises(NotFoundError):
        await floor.row("finance", "inspections", inspection)
